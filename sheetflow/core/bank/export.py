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

from sheetflow.banking.orders import Held, number_after
from sheetflow.banking.own_accounts import OwnAccount
from sheetflow.core.bank.events import MADE, in_year
from sheetflow.core.bank.writing import ROUBLE, OutFile, Payment, numbered, write
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
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Snapshot
from sheetflow.workflow.table import Status

PAYABLE = (Status.APPROVED, Status.PART_PAID)
SYSTEM = "system"
_TO_PAY = FIRST_INPUT + INPUTS.index("to_pay")
_TREASURY = "03"


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


def plan(
    snapshot: Snapshot,
    company: Company,
    actor: str = SYSTEM,
    account: str = "",
    *,
    ticked: Mapping[str, str] | None = None,
) -> Export:
    """Decide an export.

    Args:
        snapshot: one read, with the bank directory where there is one.
        company: who works here, and its own accounts.
        actor: an accountant's address, or "system" for a program.
        account: only from this own account, "" from all.
        ticked: who ticked each request, where the schedule acts by their ticks.

    Codes of what is held, besides those of `banking`: "bank-details-held", "bank-step-waits", "bank-changed",
    "bank-payer-approved", "bank-nothing-due", "bank-currency", "bank-budget", "bank-no-account",
    "bank-which-account", "bank-not-own", "bank-nobody-ticked".
    """
    export = Export(numbers=dict(snapshot.token.orders))
    by_account: dict[str, list[Request]] = {}
    own = {one.number: one for one in company.settings.accounts.accounts}
    for request in _requests(snapshot, export):
        try:
            payer = _payer(request, company)
            if account and payer.number != account:
                continue
            _must_be_free(request, company, actor if ticked is None else _ticker(request, ticked, company))
            _must_suit(request, payer)
        except _Holds as holds:
            export.held.append(Held(request.id, holds.column, holds.problem))
            continue
        by_account.setdefault(payer.number, []).append(request)
    for number, requests in by_account.items():
        _file(export, own[number], requests, snapshot, company)
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


def _ticker(request: Request, ticked: Mapping[str, str], company: Company) -> str:
    """The accountant by whose tick it is paid. Raises _Holds where none is known."""
    person = company.people.find(ticked.get(request.id, ""))
    if person is None or not person.has(Role.ACCOUNTANT):
        raise _Holds("to_pay", "bank-nobody-ticked")
    return person.email


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
    if _currency(request) != ROUBLE:
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


def _file(
    export: Export, own: OwnAccount, requests: Sequence[Request], snapshot: Snapshot, company: Company
) -> None:
    """Add the file of one own account; only what can be written takes a number."""
    made, banks = _made(snapshot, company), snapshot.banks or {}
    payments = [Payment(one, _due(one), made.date(), 0) for one in requests]
    tried, held = write(own, numbered(payments, _after(0, len(payments))), company, banks, made)
    export.held += held
    able = {line.request for line in tried.lines}
    good = [one for one in payments if one.request.id in able]
    if not good:
        return
    year = in_year(own.number, made.date().isoformat())
    yearly = company.settings.values["order_numbers"].strip().lower() != "running"
    last = export.numbers.get(own.number, 0)
    if yearly and any(key.startswith(f"{own.number}/") for key in export.numbers):
        last = export.numbers.get(year, 0)
    numbers = _after(last, len(good))
    file, _ = write(own, numbered(good, numbers), company, banks, made)
    export.numbers[own.number] = export.numbers[year] = numbers[-1]
    export.files.append(file)


def _after(last: int, count: int) -> list[int]:
    """So many numbers of orders after the last one."""
    found: list[int] = []
    for _ in range(count):
        last = number_after(last)
        found.append(last)
    return found


def again(file: str, snapshot: Snapshot, company: Company) -> OutFile | None:
    """A file that was recorded and lost, made once more; None where no request stands in one of that name.

    It has the orders of those requests that still stand in it, with their numbers and dates.
    """
    payments = []
    for row in snapshot.state:
        if len(row) > DATA and file in str(row[DATA]):
            request = from_row([*row, *[""] * (WIDTH - len(row))])
            order = request.order
            if request.bank_file == file and order:
                number = int(order["number"].rpartition("-")[2])
                day = date.fromisoformat(order["date"])
                payments.append(Payment(request, Decimal(order["amount"]), day, number))
    if not payments:
        return None
    own = company.settings.accounts.find(payments[0].request.order["account"])
    if own is None:
        return None
    payments.sort(key=lambda one: one.number)
    made, _ = write(own, payments, company, snapshot.banks or {}, _made(snapshot, company))
    return replace(made, name=file)
