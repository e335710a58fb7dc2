"""A payment order as a value: who pays whom, what for, and whether a bank can be asked to do it.

Decided here: the fields of a Russian payment order, which of them a bank needs, how long they may be, and the
order's number after another. Not decided: what may be paid at all (the registry), and how a file or a page
writes it (`client_bank`, `payment_order`).

In: parties and amounts as the State has them. Out: `Held`, one for each field that cannot stand as it is:
nothing is shortened or replaced, a person has to decide. Sources: the Bank of Russia's rule No 762-P
(fields and their lengths) and the Ministry of Finance's order No 107n (budget payments, fields 101-110).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sheetflow.model import requisites
from sheetflow.model.dates import FIRST, LAST
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.money import MAX_INTEGER_DIGITS
from sheetflow.model.requisites import Checked

LONGEST_NAME, LONGEST_PURPOSE = 160, 210
LAST_NUMBER = 999_999

_SHAPES = {
    "status": re.compile(r"[0-9]{2}"),
    "kbk": re.compile(r"0|[0-9]{20}"),
    "oktmo": re.compile(r"0|[0-9]{8}|[0-9]{11}"),
    "basis": re.compile(r"0|[А-ЯA-Z0-9]{2}"),
    "period": re.compile(r"0|[0-9А-ЯA-Z.]{8,10}"),
    "document": re.compile(r"[^\s]{1,15}"),
    "document_date": re.compile(r"0|[0-9]{2}\.[0-9]{2}\.[0-9]{4}"),
    "kind": re.compile(r"|0|[А-ЯA-Z0-9]{2}"),
}
_CODE = re.compile(r"|0|[0-9]{20}|[0-9]{25}")
_PURPOSE_CODE = re.compile(r"|[1-5]")


@dataclass(frozen=True, slots=True)
class Party:
    """A payer or a payee, and the bank of theirs; `city`: the bank's place. "" where there is none."""

    name: str
    account: str
    bik: str
    bank: str
    corr_account: str = ""
    inn: str = ""
    kpp: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """Fields 101 and 104-110 of a payment to the budget, as texts; "0" where the payment has none."""

    status: str
    kbk: str
    oktmo: str
    basis: str = "0"
    period: str = "0"
    document: str = "0"
    document_date: str = "0"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One order in roubles.

    `request`: the id of the request it pays. `amount`: roubles, two decimals at most. `purpose`: complete,
    with its words for VAT (`vat.purpose_with_vat`). `way`: field 5. `operation`: field 18, 01 is a payment
    order. `priority`: field 21. `purpose_code`: field 20, for payments to people. `code`: field 22, the
    payee's identifier of this payment.
    """

    request: str
    number: int
    date: date
    amount: Decimal
    payer: Party
    payee: Party
    purpose: str
    priority: int = 5
    way: str = "Электронно"
    operation: str = "01"
    purpose_code: str = ""
    code: str = ""
    budget: Budget | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Why a request is in no file: `column` is the Registry's column to look at, `problem` says the rest.

    Codes of `problem` have their sentences in the tables [bank] and [problems] of `rules.toml`.
    """

    request: str
    column: str
    problem: Invalid

    def __str__(self) -> str:
        """For logs and test output."""
        return f"{self.request}, {self.column}: {self.problem}"


def number_after(last: int) -> int:
    """The next number of an account's orders: three zeros at the end are passed over, banks refuse them.

    >>> number_after(0), number_after(999), number_after(999_999)
    (1, 1001, 1)
    """
    number = last + 1 if 0 <= last < LAST_NUMBER else 1
    return number if number % 1000 else number + 1


def check_order(order: PaymentOrder) -> tuple[Held, ...]:
    """Everything that keeps an order from being written, the Registry's columns in the order of the form.

    Codes: "order-number" (facts: `value`), "order-date", "order-needs" (a field without which no bank takes
    it; facts: `columns`), "name-too-long", "purpose-too-long" (facts: `length`, `limit`), "order-field"
    (what stands there cannot be right; facts: `columns`, `value`), "amount-not-positive",
    "amount-too-precise", "amount-too-large", and those of model.requisites.
    """
    found: list[tuple[str, Invalid]] = [*_heads(order), *_amounts(order.amount)]
    found += [("pay_from", problem) for _, problem in _parties(order.payer, budget=False)]
    found += _parties(order.payee, budget=order.budget is not None)
    found += _purposes(order)
    if order.budget is not None:
        found += [
            ("purpose", Invalid("order-field", {"columns": field, "value": shown(value)}))
            for field, shape in _SHAPES.items()
            if not shape.fullmatch(value := str(getattr(order.budget, field)))
        ]
    return tuple(Held(order.request, column, problem) for column, problem in found)


def _heads(order: PaymentOrder) -> Iterable[tuple[str, Invalid]]:
    if not 0 < order.number <= LAST_NUMBER or order.number % 1000 == 0:
        yield "payment_order", Invalid("order-number", {"value": shown(order.number)})
    if not FIRST <= order.date <= LAST:
        yield "payment_order", Invalid("order-date", {"value": shown(order.date)})
    if order.priority not in range(1, 6):
        yield "payment_order", Invalid("order-field", {"columns": "priority", "value": shown(order.priority)})
    for field, shape, value in (
        ("operation", re.compile(r"[0-9]{2}"), order.operation),
        ("code", _CODE, order.code),
        ("purpose_code", _PURPOSE_CODE, order.purpose_code),
    ):
        if not shape.fullmatch(value):
            yield "payment_order", Invalid("order-field", {"columns": field, "value": shown(value)})


def _amounts(amount: Decimal) -> Iterable[tuple[str, Invalid]]:
    if not amount.is_finite() or amount <= 0:
        yield "amount", Invalid("amount-not-positive", {"value": shown(amount)})
    elif amount >= Decimal(10) ** MAX_INTEGER_DIGITS:
        facts = {"value": shown(amount), "digits": str(MAX_INTEGER_DIGITS)}
        yield "amount", Invalid("amount-too-large", facts)
    elif amount != amount.quantize(Decimal("0.01")):
        facts = {"value": shown(amount), "decimals": "2", "currency": "RUB"}
        yield "amount", Invalid("amount-too-precise", facts)


def _parties(party: Party, *, budget: bool) -> Iterable[tuple[str, Invalid]]:
    if not party.name.strip():
        yield "contractor", Invalid("order-needs", {"columns": "contractor"})
    elif len(party.name) > LONGEST_NAME:
        yield "contractor", _too_long("name-too-long", party.name, LONGEST_NAME)
    checks: list[tuple[str, Callable[[], Checked]]] = [
        ("inn", lambda: requisites.inn(party.inn)),
        ("bik", lambda: requisites.bik(party.bik)),
        ("account", lambda: requisites.account(party.account, party.bik)),
    ]
    if party.kpp and not (budget and party.kpp == "0"):
        checks.append(("kpp", lambda: requisites.kpp(party.kpp)))
    if party.corr_account:
        checks.append(("corr_account", lambda: requisites.corr_account(party.corr_account, party.bik)))
    for column, check in checks:
        try:
            value = check().value
        except Invalid as problem:
            if column == "bik" or not problem.code.startswith("bik-"):  # a wrong BIK is told once
                yield column, problem
            continue
        if value != getattr(party, column):  # a bank reads it as it stands
            yield column, Invalid("order-field", {"columns": column, "value": shown(getattr(party, column))})
    if not party.bank.strip():
        yield "details", Invalid("order-needs", {"columns": "details"})


def _purposes(order: PaymentOrder) -> Iterable[tuple[str, Invalid]]:
    if not order.purpose.strip():
        yield "purpose", Invalid("order-needs", {"columns": "purpose"})
    elif len(order.purpose) > LONGEST_PURPOSE:
        yield "purpose", _too_long("purpose-too-long", order.purpose, LONGEST_PURPOSE)


def _too_long(code: str, text: str, limit: int) -> Invalid:
    return Invalid(code, {"value": shown(text), "length": str(len(text)), "limit": str(limit)})
