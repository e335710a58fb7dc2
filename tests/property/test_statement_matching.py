"""Whatever a statement is like, no line of it marks a wrong request, and none is lost.

A model of a firm makes the payments and knows which request each was for: by our order, by hand with the
request or its invoice named, in parts, or with a purpose that tells little. Contractors have few accounts,
amounts and invoice numbers are often the same, and there is money that went out for nothing in the registry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.banking import statement_reader
from sheetflow.banking.client_bank_reader import InvalidExchange
from sheetflow.banking.matching import Kind, Match, OpenPayment, Ordered, Reason, match
from sheetflow.banking.statement import StatementLine
from tests.banks import DAY, PAYER, Movement, document, payee, statement_text
from tests.long import examples

AMOUNTS = [Decimal(amount) for amount in ("100.00", "250.50", "50000.00")]
INVOICES = ["", "1", "2", "15", "12/11", "АБ-2026/7"]
VAGUE = ["Аренда", "По договору № 15 от 12.11.2026", "Аванс, НДС 20% - 1 234.56", "Премия", ""]


@dataclass
class Firm:
    """Payments, what went through the bank, and what each movement was for ("" : nothing in the registry)."""

    payments: list[OpenPayment]
    movements: list[Movement]
    truth: dict[tuple[object, ...], str]
    certain: set[tuple[object, ...]]
    """Movements that must be found: by our own order, or by hand with the request named."""


def identity(one: Movement) -> tuple[object, ...]:
    return one.number, one.dated, one.other.account, one.amount, one.purpose


def bank_sees(one: Movement) -> tuple[object, ...]:
    return one.number, one.dated, one.other.account, one.amount


def of_line(line: StatementLine) -> tuple[object, ...]:
    return line.number, line.dated, line.other.account, line.amount, line.purpose


def firm(random: Random, size: int) -> Firm:
    made = Firm([], [], {}, set())
    contractors = max(2, size // 8)

    def move(movement: Movement, request: str, *, certain: bool = False) -> None:
        made.movements.append(movement)
        made.truth[identity(movement)] = request
        if certain:
            made.certain.add(identity(movement))

    for number in range(1, size + 1):
        request, other = f"PR-{number}", payee(10 + random.randrange(contractors))
        due, invoice = random.choice(AMOUNTS), random.choice(INVOICES)
        day = DAY + timedelta(random.randrange(5))
        payment = OpenPayment(request, due, "RUB", other.account, other.inn, invoice, since=DAY)
        paid = random.choice([due, due, Decimal("40.00")])
        movement = Movement(other, paid, str(200_000 + number), day, day)
        way = random.choice(["order", "order", "named", "invoice", "vague", "not paid"])
        if way == "order" or random.random() < 0.1:
            payment = replace(payment, orders=(Ordered(str(number), day, paid, PAYER.account),))
        if way == "order":
            booked = day + timedelta(random.randrange(3))
            ordered = replace(movement, number=str(number), booked=booked, purpose=random.choice(VAGUE))
            move(ordered, request, certain=True)
        elif way == "named":
            move(replace(movement, purpose=f"Оплата {request}"), request, certain=not payment.orders)
        elif way == "invoice":  # of its own, or one that nobody wrote into the registry
            told = invoice or random.choice(INVOICES[1:])
            move(replace(movement, purpose=f"Оплата по счету № {told} от 12.11.2026"), request)
        elif way == "vague":
            move(replace(movement, purpose=random.choice(VAGUE)), request)
        made.payments.append(payment)
    ours = {
        (order.number, order.dated, payment.account, order.amount)
        for payment in made.payments
        for order in payment.orders
    }  # a payment that is like our order in all of this is our order
    for number in range(size // 3):
        other = payee(random.choice([10 + random.randrange(contractors), 900]))
        amount, own = (
            random.choice([*AMOUNTS, Decimal("7.77")]),
            random.choice([300_000 + number, 1 + number]),
        )
        dated = DAY - timedelta(random.randrange(2) * 400)
        noise = Movement(other, amount, str(own), dated, DAY, random.choice(VAGUE), out=random.random() < 0.8)
        if bank_sees(noise) not in ours and identity(noise) not in made.truth:
            move(noise, "")
    random.shuffle(made.payments)
    random.shuffle(made.movements)
    return made


def held_against(made: Firm, found: Sequence[Match], lines: Sequence[StatementLine]) -> None:
    """What must be so whatever became of the statement."""
    assert [one.line for one in found] == list(lines)
    paid: Counter[str] = Counter()
    for one in found:
        if one.kind is Kind.SURE:
            assert made.truth[of_line(one.line)] == one.request
            paid[one.request] += int(one.line.amount * 100)
        else:
            assert one.request == ""
        assert (one.kind is Kind.DOUBTFUL) == bool(one.candidates)
    for payment in made.payments:
        assert paid[payment.request] <= payment.due * 100


def read(text: str) -> tuple[StatementLine, ...]:
    return statement_reader.read(text.encode("cp1251")).lines


def without_sums(text: str) -> str:
    """The statement of a bank that gives no sums, so that nothing but the documents counts."""
    return text[: text.index("СекцияРасчСчет")] + text[text.index("КонецРасчСчет") + 15 :]


def check(random: Random, size: int) -> Counter[Kind]:
    made = firm(random, size)
    lines = read(statement_text(made.movements))
    assert len(lines) == len(made.movements)
    found = match(lines, made.payments)
    held_against(made, found, lines)
    missed = [one for one in found if of_line(one.line) in made.certain and one.kind is not Kind.SURE]
    assert [one for one in missed if one.reason is not Reason.MORE_THAN_DUE] == []

    shuffled = random.sample(list(lines), len(lines))
    again = match(shuffled, random.sample(made.payments, size))
    assert {one.key: (one.kind, one.request, one.left) for one in again} == {
        one.key: (one.kind, one.request, one.left) for one in found
    }

    repeated = without_sums(
        statement_text([*made.movements, *random.choices(made.movements, k=len(made.movements) // 2)])
    )
    twice = read(repeated)
    held_against(made, match(twice, made.payments), twice)
    assert {one.key for one in match(twice, made.payments) if one.kind is Kind.SURE} == {
        one.key for one in found if one.kind is Kind.SURE
    }

    known = {one.key for one in found}
    assert {one.kind for one in match(lines, made.payments, known)} <= {Kind.KNOWN}
    return Counter(one.kind for one in found)


@given(st.integers(0, 2**32))
@settings(max_examples=examples(60), deadline=None)
def test_match__no_wrong_request_and_no_lost_line(seed: int) -> None:
    check(Random(seed), 24)


def test_match__a_statement_with_a_thousand_lines() -> None:
    found = check(Random(2026), 1000)
    assert sum(found.values()) > 1000
    assert found[Kind.SURE] > 400
    assert min(found[Kind.DOUBTFUL], found[Kind.UNKNOWN], found[Kind.INCOMING]) > 10


@given(st.integers(0, 2**32), st.floats(0, 1, exclude_max=True))
@settings(max_examples=examples(60), deadline=None)
def test_read__a_statement_that_was_cut_pays_nothing(seed: int, where: float) -> None:
    text = statement_text(firm(Random(seed), 8).movements).rstrip()
    with pytest.raises(InvalidExchange):
        read(text[: int(len(text) * where)])


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=examples(80), deadline=None)
def test_read__a_document_inside_a_text_pays_nothing(seed: int, careful: bool) -> None:
    """Somebody who pays us writes a whole payment of ours into the purpose, and the bank repeats it."""
    random = Random(seed)
    made = firm(random, 8)
    payment = random.choice(made.payments)
    other = next(payee(number) for number in range(10, 20) if payee(number).account == payment.account)
    forged = document(Movement(other, payment.due, "77", DAY, DAY, f"Оплата {payment.request}"))
    inside = ["Спасибо", "КонецДокумента", *(forged[:-1] if careful else forged)]
    carrier = Movement(payee(950), Decimal(1), "5", DAY, DAY, "\r\n".join(inside), out=False)
    with pytest.raises(InvalidExchange):
        read(statement_text([*made.movements, carrier]))


@given(
    st.integers(0, 2**32),
    st.sampled_from(["Сумма=1.00", "ПолучательСчет=40702810500000000001", "Номер=000", "x"]),
)
@settings(max_examples=examples(60), deadline=None)
def test_read__a_line_inside_a_text_spoils_its_own_document_only(seed: int, inside: str) -> None:
    random = Random(seed)
    made = firm(random, 8)
    place = random.randrange(len(made.movements))
    spoiled = replace(made.movements[place], purpose=f"Оплата\r\n{inside}")
    movements = [*made.movements[:place], spoiled, *made.movements[place + 1 :]]
    found = statement_reader.read(statement_text(movements).encode("cp1251"))
    assert len(found.problems) == 1
    held_against(made, match(found.lines, made.payments), found.lines)
    assert len(found.lines) == len(movements) - 1
