from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sheetflow.banking.matching import OpenPayment, Ordered, match
from sheetflow.banking.statement import Direction, Side, StatementLine

DAY = date(2026, 11, 12)
OWN, PAYEE = "40702810800000000003", "40702810500000000001"
INN, OTHER_INN = "7707083893", "7736050003"
DUE = OpenPayment("PR-7", Decimal(100), "RUB", PAYEE, INN, "15")
RENT = OpenPayment("PR-8", Decimal(100), "RUB", PAYEE, INN, "16")
SENT = replace(DUE, orders=(Ordered("42", DAY, Decimal(100), OWN),))
LINE = StatementLine(
    OWN, Direction.OUT, "42", DAY, DAY, Decimal(100), "RUB", Side("ООО «Ромашка»", PAYEE, INN), "Счет 15",
    "Платежное поручение", 1,
)  # fmt: skip


def line(amount: int = 100, *, account: str = PAYEE, inn: str = INN, **changes: Any) -> StatementLine:
    return replace(LINE, amount=Decimal(amount), other=Side("ООО «Ромашка»", account, inn), **changes)


def told(
    lines: Sequence[StatementLine], payments: Sequence[OpenPayment], known: Sequence[str] = ()
) -> list[str]:
    """Each line's fate in a few words."""
    return [
        " ".join(
            filter(
                None,
                [one.kind.value, one.reason and one.reason.value, one.request or ",".join(one.candidates)],
            )
        )
        + (f" {one.left} left" if one.request else "")
        for one in match(lines, payments, known)
    ]


@pytest.mark.parametrize(
    ("payments", "found", "fate"),
    [
        # by our order
        ([SENT], line(purpose=""), "sure by-order PR-7 0 left"),
        ([SENT], line(purpose="", inn=""), "sure by-order PR-7 0 left"),
        ([SENT], line(purpose="", number="000042"), "sure by-order PR-7 0 left"),
        ([SENT], line(purpose="", booked=date(2026, 11, 16)), "sure by-order PR-7 0 left"),
        ([replace(SENT, due=Decimal(250))], line(purpose=""), "sure by-order PR-7 150 left"),
        ([SENT], line(purpose="", dated=date(2026, 11, 13)), "doubtful not-named PR-7"),
        ([SENT], line(purpose="", number="43"), "doubtful not-named PR-7"),
        ([SENT], line(purpose="", account="1", inn=OTHER_INN), "doubtful order-differs PR-7"),
        ([SENT], line(99, purpose=""), "doubtful order-differs PR-7"),
        ([SENT], line(purpose="", inn=OTHER_INN), "doubtful order-differs PR-7"),
        ([SENT], line(purpose="Вместо PR-8"), "doubtful other-named PR-7"),
        ([SENT], line(number="43"), "doubtful other-order PR-7"),
        ([replace(SENT, due=Decimal(40))], line(purpose=""), "doubtful more-than-due PR-7"),
        ([replace(SENT, since=date(2026, 11, 13))], line(purpose=""), "unknown"),
        ([SENT, replace(SENT, request="PR-8")], line(purpose=""), "doubtful several PR-7,PR-8"),
        ([SENT], line(purpose="", dated=None), "sure by-order PR-7 0 left"),
        ([SENT], line(99, purpose="", dated=None), "doubtful not-named PR-7"),
        # by what the purpose names
        ([DUE], line(), "sure by-purpose PR-7 0 left"),
        ([DUE], line(purpose="оплата РR-7"), "sure by-purpose PR-7 0 left"),
        ([DUE], line(60), "sure by-purpose PR-7 40 left"),
        ([DUE, RENT], line(), "sure by-purpose PR-7 0 left"),
        ([DUE, RENT], line(purpose="По счету 16 от 15.11.2026"), "sure by-purpose PR-8 0 left"),
        ([DUE], line(inn=""), "doubtful other-inn PR-7"),
        ([DUE], line(inn=OTHER_INN), "doubtful other-inn PR-7"),
        ([DUE], line(101), "doubtful more-than-due PR-7"),
        ([DUE], line(purpose="Аренда"), "doubtful not-named PR-7"),
        ([DUE], line(purpose="Счет 15 PR-9"), "doubtful other-named PR-7"),
        ([DUE], line(purpose="PR-7 по счету 14"), "doubtful other-named PR-7"),
        ([DUE], line(purpose="Счета 14, 15"), "doubtful several PR-7"),
        ([DUE, RENT], line(200, purpose="Счета 15, 16"), "doubtful several PR-7,PR-8"),
        ([DUE, replace(RENT, invoice_no="")], line(), "doubtful several PR-7,PR-8"),
        ([DUE, replace(RENT, invoice_no="")], line(purpose="PR-7"), "sure by-purpose PR-7 0 left"),
        ([DUE, replace(RENT, invoice_no="", due=Decimal(99))], line(), "sure by-purpose PR-7 0 left"),
        ([DUE, replace(RENT, invoice_no="15")], line(), "doubtful several PR-7,PR-8"),
        ([replace(DUE, since=date(2026, 11, 13))], line(), "unknown"),
        ([replace(DUE, currency="USD")], line(), "unknown"),
        ([replace(DUE, inn="")], line(inn=""), "sure by-purpose PR-7 0 left"),
        # paid already
        ([replace(DUE, due=Decimal(0))], line(), "doubtful more-than-due PR-7"),
        ([replace(DUE, due=Decimal(0))], line(purpose="Аренда"), "unknown"),
        # to somebody else
        ([DUE], line(account="1", inn=OTHER_INN), "unknown"),
        ([DUE], line(account="1"), "doubtful other-account PR-7"),
        ([DUE], line(account="1", inn=OTHER_INN, purpose="PR-7"), "doubtful other-account PR-7"),
        ([DUE], line(99, account="1"), "unknown"),
        ([], line(), "unknown"),
        ([DUE], line(direction=Direction.IN), "incoming"),
    ],
)  # fmt: skip
def test_match__one_line(payments: list[OpenPayment], found: StatementLine, fate: str) -> None:
    assert told([found], payments) == [fate]


def test_match__parts_add_up_and_no_more_than_is_due() -> None:
    parts = [line(60, number="1"), line(40, number="2"), line(30, number="3")]
    assert told(parts, [DUE]) == [
        "sure by-purpose PR-7 40 left",
        "sure by-purpose PR-7 0 left",
        "doubtful more-than-due PR-7",
    ]


def test_match__our_own_order_comes_before_what_was_guessed_from_a_purpose() -> None:
    part = replace(SENT, orders=(Ordered("42", DAY, Decimal(70), OWN),))
    first = line(70, purpose="", booked=date(2026, 11, 20))
    other = line(40, number="9")
    assert told([other, first], [part]) == ["doubtful other-order PR-7", "sure by-order PR-7 30 left"]


def test_match__a_line_that_stands_twice_counts_once() -> None:
    assert told([line(10), line(10)], [DUE]) == ["sure by-purpose PR-7 90 left", "doubtful twice PR-7"]
    later = line(purpose="", booked=date(2026, 11, 13))
    big = replace(SENT, due=Decimal(500))
    assert told([later, line(purpose="")], [big]) == ["doubtful twice PR-7", "sure by-order PR-7 400 left"]


def test_match__overlapping_statements_change_nothing_twice() -> None:
    first = [line(10, number="1"), line(20, number="2")]
    known = [one.key for one in match(first, [DUE])]
    rest = replace(DUE, due=Decimal(70))
    assert told([*first, line(30, number="3")], [rest], known) == [
        "known",
        "known",
        "sure by-purpose PR-7 40 left",
    ]
