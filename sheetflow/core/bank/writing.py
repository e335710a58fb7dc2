"""Payments as files: the orders of one own account, built of what the State says of each request.

In: `Payment`s. Out: `OutFile`, and a `Held` for each that cannot stand in it. The same payments give the same
file but for the moment that it says it was made at: a file that was lost can be made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sheetflow.banking import client_bank, pain001
from sheetflow.banking.orders import Held, Party, PaymentOrder
from sheetflow.banking.own_accounts import OwnAccount
from sheetflow.banking.vat import purpose_with_vat
from sheetflow.core.company import Company
from sheetflow.model.cells import text_of
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_currency
from sheetflow.model.request import Request

ROUBLE = "RUB"


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid of a request by one order. `number`: in the own account's sequence."""

    request: Request
    amount: Decimal
    day: date
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """An order that stands in a file. `number`: in a pain.001 the reference that the statement repeats."""

    request: str
    number: str
    amount: Decimal
    currency: str
    payee: str


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file for one own account. `content` is empty where every payment was held."""

    name: str
    account: str
    content: bytes
    mime_type: str
    lines: tuple[Line, ...]


def write(
    own: OwnAccount,
    payments: Sequence[Payment],
    company: Company,
    banks: Mapping[str, Sequence[str]],
    made: datetime,
) -> tuple[OutFile, list[Held]]:
    """The file of one own account: 1CClientBankExchange, or pain.001 where the account is an IBAN.

    Args:
        own: the account that pays.
        payments: at least one, each with a number of its own.
        company: for the payer's name, INN and KPP.
        banks: BIK -> (name, corr. account, city): what is known of banks counts before what people typed.
        made: local time with its zone.
    """
    if own.foreign:
        return _foreign(own, payments, company, made)
    return _russian(own, payments, company, banks, made)


def order_of(
    own: OwnAccount, payment: Payment, company: Company, banks: Mapping[str, Sequence[str]]
) -> PaymentOrder:
    """A rouble payment's order. Raises Invalid where its VAT and its purpose contradict each other."""
    values, request = company.settings.values, payment.request
    payer = _party(
        own.name or values["company"], own.number, own.code, own.bank, own.corr_account,
        values["company_inn"], values["company_kpp"], banks,
    )  # fmt: skip
    cell = {key: text_of(value) for key, value in request.cells.items()}
    name, account, bik, details, corr, inn, kpp = (
        cell.get(key, "") for key in ("contractor", "account", "bik", "details", "corr_account", "inn", "kpp")
    )
    payee = _party(name, account, bik, details, corr, inn, kpp, banks)
    purpose = purpose_with_vat(text_of(request.cell("purpose")), request.cell("vat"), payment.amount)
    return PaymentOrder(request.id, payment.number, payment.day, payment.amount, payer, payee, purpose)


def _russian(
    own: OwnAccount,
    payments: Sequence[Payment],
    company: Company,
    banks: Mapping[str, Sequence[str]],
    made: datetime,
) -> tuple[OutFile, list[Held]]:
    orders: list[PaymentOrder] = []
    held: list[Held] = []
    for payment in payments:
        try:
            orders.append(order_of(own, payment, company, banks))
        except Invalid as problem:
            held.append(Held(payment.request.id, "vat", problem))
    if not orders:
        return OutFile("", own.number, b"", "", ()), held
    written = client_bank.write(orders, made)
    lines = tuple(
        Line(one.request, str(one.number), one.amount, ROUBLE, one.payee.name) for one in written.orders
    )
    name = _name(own, payments, "txt")
    return OutFile(name, own.number, written.content, "text/plain", lines), [*held, *written.held]


def _party(
    name: str, account: str, bik: str, bank: str, corr: str, inn: str, kpp: str,
    banks: Mapping[str, Sequence[str]],
) -> Party:  # fmt: skip
    known = [*banks.get(bik, ()), "", "", ""]
    return Party(name, account, bik, known[0] or bank, corr or known[1], inn, kpp, known[2])


def _foreign(
    own: OwnAccount, payments: Sequence[Payment], company: Company, made: datetime
) -> tuple[OutFile, list[Held]]:
    payer = pain001.Payer(own.name or company.settings.values["company"], own.number, own.code)
    transfers = [_transfer(payment) for payment in payments]
    message = f"SF{payments[0].day:%Y%m%d}-{own.number[-8:]}-{payments[0].number}"
    try:
        written = pain001.write(payer, transfers, made, message)
    except Invalid as problem:  # the own account itself cannot stand there
        held = [Held(payment.request.id, "pay_from", problem) for payment in payments]
        return OutFile("", own.number, b"", "", ()), held
    lines = tuple(
        Line(one.request, one.reference, one.amount, one.currency, one.name) for one in written.transfers
    )
    name = _name(own, payments, "xml")
    return OutFile(name, own.number, written.content, "application/xml", lines), list(written.held)


def _transfer(payment: Payment) -> pain001.Transfer:
    request = payment.request
    name, iban, bic, purpose = (
        text_of(request.cell(key)) for key in ("contractor", "account", "bik", "purpose")
    )
    currency = parse_currency(text_of(request.cell("currency")))
    reference = f"{request.id}-{payment.number}"
    return pain001.Transfer(
        request.id, reference, payment.amount, currency, name, iban, bic, purpose, payment.day
    )


def _name(own: OwnAccount, payments: Sequence[Payment], kind: str) -> str:
    first, last = payments[0], payments[-1]
    return f"{first.day:%Y-%m-%d}_{own.number}_{first.number}-{last.number}.{kind}"


def numbered(payments: Sequence[Payment], numbers: Sequence[int]) -> list[Payment]:
    """The same payments with these numbers."""
    return [replace(one, number=number) for one, number in zip(payments, numbers, strict=True)]
