"""The bank file out: which requests go into it, by which orders, and what is left out with its reason.

Decided here: that a request is approved, ticked as to be paid, in no file yet, held by nothing, and from
which own account its money goes. Not decided: how an order stands in a file (`banking`).

In: one read of the registry: the State alone, never the Registry's cells, and the bank directory. Out:
`Export`: files, the facts that record them, what is held, and what stands in a file already. Nothing is given
out before the facts are committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from sheetflow.banking import client_bank, pain001
from sheetflow.banking.orders import Held, Party, PaymentOrder, number_after
from sheetflow.banking.own_accounts import OwnAccount
from sheetflow.banking.vat import purpose_with_vat
from sheetflow.core.bank.events import MADE
from sheetflow.core.company import Company
from sheetflow.core.policy.steps import involved
from sheetflow.core.projection import DATA, FIRST_INPUT, STATUS, WIDTH, fingerprint, from_row
from sheetflow.core.rules.case import same_person
from sheetflow.core.safety.submitting import is_held
from sheetflow.model.cells import text_of
from sheetflow.model.columns import INPUTS
from sheetflow.model.events import Fact
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Snapshot
from sheetflow.workflow.table import Status

PAYABLE = (Status.APPROVED, Status.PART_PAID)
SYSTEM = "system"
_TO_PAY = FIRST_INPUT + INPUTS.index("to_pay")
_TREASURY = "03"
_ROUBLE = "RUB"


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
    """A file for one own account."""

    name: str
    account: str
    content: bytes
    mime_type: str
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Export:
    """What an export decided. `numbers`: the token's new `orders`. `standing`: (request, its file)."""

    files: list[OutFile] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    standing: list[tuple[str, str]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)


def wants_banks(snapshot: Snapshot) -> bool:
    """Whether anything is to be paid, so that the bank directory has to be read."""
    return bool(snapshot.token.banks) and any(True for _ in _ticked(snapshot))


def plan(snapshot: Snapshot, company: Company, actor: str = SYSTEM, account: str = "") -> Export:
    """Decide an export.

    Args:
        snapshot: one read, with the bank directory where there is one.
        company: who works here, and its own accounts.
        actor: an accountant's address, or "system" for a program.
        account: only from this own account, "" from all.

    Codes of what is held, besides those of `banking`: "bank-details-held", "bank-step-waits", "bank-changed",
    "bank-payer-approved", "bank-nothing-due", "bank-currency", "bank-budget", "bank-no-account",
    "bank-which-account", "bank-not-own".
    """
    export = Export(numbers=dict(snapshot.token.orders))
    by_account: dict[str, list[Request]] = {}
    own = {one.number: one for one in company.settings.accounts.accounts}
    for request in _requests(snapshot, export):
        try:
            payer = _payer(request, company)
            if account and payer.number != account:
                continue
            _must_be_free(request, company, actor)
            _must_suit(request, payer)
        except _Holds as holds:
            export.held.append(Held(request.id, holds.column, holds.problem))
            continue
        by_account.setdefault(payer.number, []).append(request)
    for number, requests in by_account.items():
        made = _foreign if own[number].foreign else _russian
        made(export, own[number], requests, snapshot, company)
    export.facts = [
        Fact(
            snapshot.now, line.request, MADE, actor, "system",
            {
                "file": file.name, "number": line.number, "date": _today(snapshot, company).isoformat(),
                "amount": str(line.amount), "currency": line.currency, "account": file.account,
            },
            file.name,
        )
        for file in export.files
        for line in file.lines
    ]  # fmt: skip
    return export


class _Holds(Exception):
    """A request cannot be in a file now."""

    def __init__(self, column: str, code: str, **facts: str) -> None:
        self.column, self.problem = column, Invalid(code, facts)
        super().__init__(code)


def _ticked(snapshot: Snapshot) -> Iterator[Row]:
    for row in snapshot.state:
        if len(row) > _TO_PAY and row[_TO_PAY] is True and row[STATUS] in PAYABLE and row[DATA] != "":
            yield row


def _requests(snapshot: Snapshot, export: Export) -> Iterator[Request]:
    for row in _ticked(snapshot):
        request = from_row([*row, *[""] * (WIDTH - len(row))])
        if request.bank_file:
            export.standing.append((request.id, request.bank_file))
        else:
            yield request


def _must_be_free(request: Request, company: Company, actor: str) -> None:
    """Nothing keeps it from being paid. Raises _Holds."""
    if is_held(request):
        raise _Holds("account", "bank-details-held")
    if request.hold or request.reversal:
        raise _Holds("status", "bank-step-waits")
    if request.fingerprint != fingerprint(request.cells, request.files):
        raise _Holds("status", "bank-changed")
    if actor != SYSTEM and any(same_person(actor, one, company) for one in involved(request)):
        raise _Holds("approver", "bank-payer-approved")


def _payer(request: Request, company: Company) -> OwnAccount:
    """The own account that it is paid from. Raises _Holds."""
    own, chosen = company.settings.accounts, text_of(request.cell("pay_from"))
    foreign = _is_iban(request)
    if chosen:
        found = own.find(chosen)
        if found is None:
            raise _Holds("pay_from", "bank-not-own", value=chosen)
        if found.foreign != foreign:
            raise _Holds("pay_from", "bank-currency", value=chosen)
        return found
    fitting = [one for one in own.accounts if one.foreign == foreign]
    if not fitting:
        raise _Holds("pay_from", "bank-no-account")
    if len(fitting) > 1:
        raise _Holds("pay_from", "bank-which-account")
    return fitting[0]


def _must_suit(request: Request, payer: OwnAccount) -> None:
    """It is a payment that its kind of file can express. Raises _Holds."""
    if _due(request) <= 0:
        raise _Holds("amount", "bank-nothing-due")
    if payer.foreign:
        return
    if _currency(request) != _ROUBLE:
        raise _Holds("currency", "bank-currency", value=_currency(request))
    if text_of(request.cell("account")).startswith(_TREASURY):
        raise _Holds("account", "bank-budget")


def _is_iban(request: Request) -> bool:
    return text_of(request.cell("account"))[:2].isalpha()


def _currency(request: Request) -> str:
    return parse_currency(text_of(request.cell("currency")))


def _due(request: Request) -> Decimal:
    return parse_amount(request.cell("amount")) - request.paid


def _today(snapshot: Snapshot, company: Company) -> date:
    return snapshot.now.astimezone(company.settings.zone).date()


def _made(snapshot: Snapshot, company: Company) -> datetime:
    return snapshot.now.astimezone(company.settings.zone).replace(microsecond=0)


# --- roubles to Russian accounts


def _russian(
    export: Export, own: OwnAccount, requests: Sequence[Request], snapshot: Snapshot, company: Company
) -> None:
    banks, values = snapshot.banks or {}, company.settings.values
    payer = _party(
        own.name or values["company"], own.number, own.code, own.bank, own.corr_account,
        values["company_inn"], values["company_kpp"], banks,
    )  # fmt: skip
    orders: list[PaymentOrder] = []
    for request in requests:
        cell = {key: text_of(request.cell(key)) for key in request.cells}
        get = cell.get
        payee = _party(
            get("contractor", ""), get("account", ""), get("bik", ""), get("details", ""),
            get("corr_account", ""), get("inn", ""), get("kpp", ""), banks,
        )  # fmt: skip
        amount = _due(request)
        try:
            purpose = purpose_with_vat(get("purpose", ""), request.cell("vat"), amount)
        except Invalid as problem:
            export.held.append(Held(request.id, "vat", problem))
            continue
        orders.append(PaymentOrder(request.id, 0, _today(snapshot, company), amount, payer, payee, purpose))
    if not orders:
        return
    made = _made(snapshot, company)
    tried = client_bank.write(_numbered(orders, 0), made)  # to know which of them can be written at all
    export.held += tried.held
    if not tried.orders:
        return
    written = client_bank.write(_numbered(tried.orders, export.numbers.get(own.number, 0)), made)
    last = written.orders[-1].number
    export.numbers[own.number] = last
    name = f"{made:%Y-%m-%d}_{own.number}_{written.orders[0].number}-{last}.txt"
    lines = tuple(
        Line(one.request, str(one.number), one.amount, _ROUBLE, one.payee.name) for one in written.orders
    )
    export.files.append(OutFile(name, own.number, written.content, "text/plain", lines))


def _numbered(orders: Sequence[PaymentOrder], last: int) -> list[PaymentOrder]:
    found = []
    for order in orders:
        last = number_after(last)
        found.append(replace(order, number=last))
    return found


def _party(
    name: str, account: str, bik: str, bank: str, corr: str, inn: str, kpp: str,
    banks: Mapping[str, Sequence[str]],
) -> Party:  # fmt: skip
    """A side of the order; what the bank directory knows of the bank is taken from there."""
    known = [*banks.get(bik, ()), "", "", ""]
    return Party(name, account, bik, known[0] or bank, corr or known[1], inn, kpp, known[2])


# --- payees with an IBAN


def _foreign(
    export: Export, own: OwnAccount, requests: Sequence[Request], snapshot: Snapshot, company: Company
) -> None:
    payer = pain001.Payer(own.name or company.settings.values["company"], own.number, own.code)
    made, first = _made(snapshot, company), number_after(export.numbers.get(own.number, 0))
    message = f"SF{made:%Y%m%d%H%M%S}-{first}"
    last, transfers = export.numbers.get(own.number, 0), []
    for request in requests:
        last = number_after(last)
        text = {key: text_of(request.cell(key)) for key in ("contractor", "account", "bik", "purpose")}
        transfers.append(
            pain001.Transfer(
                request.id,
                f"{request.id}-{last}",
                _due(request),
                _currency(request),
                text["contractor"],
                text["account"],
                text["bik"],
                text["purpose"],
                made.date(),
            )
        )
    try:
        written = pain001.write(payer, transfers, made, message)
    except Invalid as problem:  # the own account itself cannot stand there
        export.held += [Held(request.id, "pay_from", problem) for request in requests]
        return
    export.held += written.held
    if not written.transfers:
        return
    export.numbers[own.number] = last
    name = f"{made:%Y-%m-%d}_{own.number}_{first}-{last}.xml"
    lines = tuple(
        Line(one.request, one.reference, one.amount, one.currency, one.name) for one in written.transfers
    )
    export.files.append(OutFile(name, own.number, written.content, "application/xml", lines))
