"""A bank's statement in: which requests its lines pay, and what nobody asked for.

Decided here: what becomes an event. Not decided: which request a line means (`banking.matching`), and who may
say that the statement is the bank's.

In: the statement, one read of the registry, and the digests of debits that were told of before. Out: `Taken`.
Taking the same lines in again gives no further facts: a request knows the lines that it has had, and
`told` those that belong to none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sheetflow.banking import matching
from sheetflow.banking.matching import Kind, Match, OpenPayment, Ordered
from sheetflow.banking.statement import Statement, StatementLine, keys
from sheetflow.core.bank.events import SEEN, UNKNOWN, digest_of
from sheetflow.core.bank.export import PAYABLE
from sheetflow.core.company import Company
from sheetflow.core.projection import DATA, STATUS, WIDTH, from_row
from sheetflow.model.cells import text_of
from sheetflow.model.events import Fact
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Snapshot
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import Party, Status

BANK = "bank"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a statement comes to.

    `matches`: one for each line. `facts`: what is to be recorded. `seen`: keys of lines that show an order
    which a person had marked as paid already.
    """

    matches: tuple[Match, ...]
    facts: tuple[Fact, ...]
    seen: frozenset[str] = frozenset()


def strange_accounts(statement: Statement, company: Company) -> list[str]:
    """The statement's accounts that are not the company's own."""
    own = {one.number for one in company.settings.accounts.accounts}
    named = dict.fromkeys([*statement.accounts, *(line.account for line in statement.lines)])
    return [account for account in named if "".join(account.split()).upper() not in own]


def take(
    statement: Statement, file: str, snapshot: Snapshot, company: Company, told: Collection[str] = (),
    by: str = "",
) -> Taken:  # fmt: skip
    """What the statement's lines are, and the facts that follow.

    Args:
        statement: of the company's own accounts.
        file: what it is called, for the history.
        snapshot: one read.
        company: its time zone counts for the day of an approval.
        told: causes of UnknownDebit events that there are already.
        by: who brought the statement, for the history.
    """
    requests: dict[str, Request] = {}
    banked: set[str] = set()
    for row in _rows(snapshot):
        request = from_row([*row, *[""] * (WIDTH - len(row))])
        banked.update(request.banked)
        if request.status in PAYABLE or (request.status == Status.PAID and request.order):
            requests[request.id] = request
    known = [key for key in keys(statement.lines) if digest_of(key) in banked]
    payments = [one for one in (_open(request, company) for request in requests.values()) if one]
    matches = matching.match(statement.lines, payments, known)
    sure = [one for one in matches if one.kind is Kind.SURE]
    sure.sort(key=lambda one: (one.request, -one.left))  # the payment that leaves least comes last
    source = {"statement": file, **({"by": by} if by else {})}
    facts = [_payment(one, requests[one.request], source, snapshot.now) for one in sure]
    facts += [
        Fact(snapshot.now, "", UNKNOWN, BANK, BANK, _line(one, source), digest_of(one.key))
        for one in matches
        if one.kind is Kind.UNKNOWN and digest_of(one.key) not in told
    ]
    seen = frozenset(one.key for one in sure if requests[one.request].status == Status.PAID)
    return Taken(matches, tuple(facts), seen)


def _rows(snapshot: Snapshot) -> Iterator[Row]:
    """What may be paid, or has had a line of a statement: the rest costs no reading."""
    for row in snapshot.state:
        if len(row) <= DATA or row[0] == "":
            continue
        if row[STATUS] in PAYABLE or '"banked"' in str(row[DATA]) or '"order"' in str(row[DATA]):
            yield row


def _open(request: Request, company: Company) -> OpenPayment | None:
    """What is left to pay of it; of what a person marked as paid, the order that is still to be seen."""
    cell, order = request.cell, request.order
    try:
        currency = parse_currency(text_of(cell("currency")))
        due = parse_amount(cell("amount")) - request.paid
    except Invalid:
        return None
    orders: tuple[Ordered, ...] = ()
    if order:
        amount = Decimal(order["amount"])
        orders = (Ordered(order["number"], date.fromisoformat(order["date"]), amount, order["account"]),)
        due = amount if request.status == Status.PAID else due
    approved = request.approved or request.moved
    since = approved.astimezone(company.settings.zone).date() if approved else None
    payee = (text_of(cell("account")), text_of(cell("inn")), text_of(cell("invoice_no")))
    return OpenPayment(request.id, due, currency, *payee, since, orders)


def _payment(match: Match, request: Request, source: Mapping[str, str], now: datetime) -> Fact:
    data = _line(match, source)
    if match.order:
        data["order"] = match.order
    if request.status == Status.PAID:
        return Fact(now, request.id, SEEN, BANK, BANK, data, digest_of(match.key))
    target = Status.PART_PAID if match.left > 0 else Status.PAID
    lawful = TABLE.between(Status(request.status), target)
    assert lawful is not None  # noqa: S101 - what is payable has both ways
    assert Party.BANK in lawful.parties  # noqa: S101
    data["open"] = str(match.left)
    return Fact(now, request.id, lawful.event, BANK, BANK, data, digest_of(match.key))


def _line(match: Match, source: Mapping[str, str]) -> dict[str, Any]:
    """A statement's line as history keeps it. `date`: the day on which the bank booked it."""
    line: StatementLine = match.line
    return {
        "amount": str(line.amount),
        "currency": line.currency,
        "date": line.booked.isoformat(),
        "number": line.number,
        "dated": line.dated.isoformat() if line.dated else "",
        "account": line.account,
        "payee": line.other.name,
        "payee_account": line.other.account,
        "payee_inn": line.other.inn,
        "purpose": line.purpose,
        **source,
        "line": line.line,
        "key": match.key,
        **({"how": match.reason.value} if match.reason else {}),
    }
