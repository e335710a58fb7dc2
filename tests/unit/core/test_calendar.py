"""What falls due when: from State rows to days, weeks, months and sums by currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sheetflow.core.calendar import (
    DAY,
    MONTH,
    WEEK,
    Due,
    due_day,
    open_amount,
    open_requests,
    outlooks,
    spans,
)
from sheetflow.model.cells import Cell
from sheetflow.model.money import Money
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status
from tests.desk import ANNA, HEAD, Desk

TODAY = date(2026, 11, 26)
"""A Thursday."""


def due(rid: str, day: str, amount: str = "100", currency: str = "RUB", paid: str = "0") -> Due:
    cells: dict[str, Cell] = {"pay_by": day, "amount": amount, "currency": currency}
    request = Request(rid, "Approved", cells=cells, paid=Decimal(paid))
    return Due(request, due_day(request), open_amount(request))


def shown(dues: list[Due], by: str) -> list[str]:
    return [
        f"{'late' if span.overdue else ''}{span.first}..{span.last}: "
        f"{' '.join(one.request.id for one in span.entries)}"
        for span in spans(dues, TODAY, by)
    ]


DUES = [
    due("a", "2026-11-20"), due("b", "2026-11-25"), due("c", "2026-11-26"), due("d", "2026-11-29"),
    due("e", "2026-11-30"), due("f", "2026-12-31"), due("g", "2027-01-01"), due("h", "someday"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (DAY, ["late2026-11-20..2026-11-25: a b", "2026-11-26..2026-11-26: c", "2026-11-29..2026-11-29: d",
               "2026-11-30..2026-11-30: e", "2026-12-31..2026-12-31: f", "2027-01-01..2027-01-01: g",
               "None..None: h"]),
        (WEEK, ["late2026-11-20..2026-11-25: a b", "2026-11-26..2026-11-29: c d",
                "2026-11-30..2026-12-06: e", "2026-12-28..2027-01-03: f g", "None..None: h"]),
        (MONTH, ["late2026-11-20..2026-11-25: a b", "2026-11-26..2026-11-30: c d e",
                 "2026-12-01..2026-12-31: f", "2027-01-01..2027-01-31: g", "None..None: h"]),
    ],
)  # fmt: skip
def test_spans__overdue_first_then_each_in_its_own(by: str, expected: list[str]) -> None:
    assert shown(DUES, by) == expected


def test_spans__nothing_open() -> None:
    assert spans([], TODAY) == []


def test_spans__sums_by_currency_and_what_cannot_be_read_counts_nowhere() -> None:
    dues = [
        due("a", "2026-11-26", "100.10"), due("b", "2026-11-26", "5", "EUR"), due("c", "2026-11-26", "0.20"),
        due("d", "2026-11-26", "much"), due("e", "2026-11-26", "1", "gold"),
    ]  # fmt: skip
    (span,) = spans(dues, TODAY)
    assert span.totals == [Money(Decimal(5), "EUR"), Money(Decimal("100.30"), "RUB")]


def test_outlooks__from_today_on_and_what_is_late_apart() -> None:
    (rub,) = outlooks([*DUES, due("i", "2026-12-02"), due("j", "2026-12-03"), due("k", "2026-12-26")], TODAY)
    assert [money.amount for money in (rub.overdue, rub.week, rub.month, rub.all)] == [200, 400, 500, 1100]


def test_open_amount__less_what_was_paid() -> None:
    assert due("a", "2026-11-26", "100.50", paid="60").open == Money(Decimal("40.50"), "RUB")


def test_open_requests__what_was_accepted_whatever_stands_in_the_sheet() -> None:
    office = Desk()
    late = office.approved(pay_by="2027-05-20")
    early = office.submitted(pay_by="2027-05-01")
    office.type(ANNA, subject="a draft")
    paid = office.approved()
    office.status(ANNA, paid, "Paid")
    office.run()
    office.edit(HEAD, early, "amount", 1, seen=False)  # no pass has seen it
    snapshot = office.sheet.read()
    found = open_requests(snapshot.state, snapshot.registry)
    assert [(one.request.id, one.open, one.decided) for one in found] == [
        (early, Money(Decimal("12500.50"), "RUB"), False), (late, Money(Decimal("12500.50"), "RUB"), True),
    ]  # fmt: skip
    assert [one.place for one in found] == [office.row_of(early), office.row_of(late)]
    only = open_requests(snapshot.state, statuses=(Status.APPROVED,))
    assert [(one.request.id, one.place) for one in only] == [(late, None)]


def test_open_requests__a_number_that_stands_twice_leads_nowhere() -> None:
    office = Desk()
    rid = office.submitted()
    snapshot = office.sheet.read()
    snapshot.registry.rows.append(list(snapshot.registry.rows[office.row_of(rid)]))
    (one,) = open_requests(snapshot.state, snapshot.registry)
    assert one.place is None
