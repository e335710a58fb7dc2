"""A bank's statement in: which requests its lines pay, and what nobody asked for.

Decided here: what becomes an event. Not decided: which request a line means (`banking.matching`), and who may
say that the statement is the bank's.

In: the statement, one read of the registry, and the digests of debits that were told of before. Out: `Taken`.
Taking the same lines in again gives no further facts: a request knows the lines that it has had, and
`told` those that belong to none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sheetflow.banking import matching
from sheetflow.banking.matching import Kind, Match, OpenPayment, Ordered, Reason
from sheetflow.banking.statement import Statement, StatementLine, keys
from sheetflow.core import folding
from sheetflow.core.bank.events import DOUBTFUL, SEEN, UNKNOWN, digest_of, unticked
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


LATELY = timedelta(days=60)
"""How long before a statement's first line a payment may have been marked, and still be looked for in it."""


@dataclass(frozen=True, slots=True)
class TakenLine:
    """A line and what it comes to.

    `outcome`: paid, part-paid, seen (a person had marked it as paid already), doubtful, unknown, known or
    incoming. `left`: what is then left to pay of the request.
    """

    match: Match
    outcome: str
    left: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a statement comes to. `lines`: in its order. `facts`: what is to be recorded."""

    lines: tuple[TakenLine, ...]
    facts: tuple[Fact, ...]


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
    first = min((line.booked for line in statement.lines), default=date.max)
    requests: dict[str, Request] = {}
    banked: set[str] = set()
    for row in _rows(snapshot):
        request = from_row([*row, *[""] * (WIDTH - len(row))])
        banked.update(request.banked)
        if request.status in PAYABLE or _is_late(request, first):
            requests[request.id] = request
    known = [key for key in keys(statement.lines) if digest_of(key) in banked]
    payments = [one for one in (_open(request, company) for request in requests.values()) if one]
    matches = matching.match(statement.lines, payments, known)
    source = {"statement": file, **({"by": by} if by else {})}
    lines = {place: TakenLine(one, one.kind.value) for place, one in enumerate(matches)}
    facts: list[Fact] = []
    sure = [place for place, one in enumerate(matches) if one.kind is Kind.SURE]
    for place in sorted(sure, key=lambda place: -matches[place].left):  # what leaves least comes last
        request = requests[matches[place].request]
        lines[place], fact = _paid(matches[place], request, source, snapshot.now)
        if fact is not None:
            facts.append(fact)
            folding.apply(request, fact)
    facts += [
        Fact(snapshot.now, "", UNKNOWN, BANK, BANK, _line(one, source), digest_of(one.key))
        for one in matches
        if one.kind is Kind.UNKNOWN and digest_of(one.key) not in told
    ]
    facts += [
        Fact(
            snapshot.now, "", DOUBTFUL, BANK, BANK,
            _line(one, source) | {"candidates": list(one.candidates)}, digest_of(one.key),
        )
        for one in (line.match for line in lines.values() if line.outcome == Kind.DOUBTFUL)
        if digest_of(one.key) not in told
    ]  # fmt: skip
    return Taken(tuple(lines[place] for place in range(len(matches))), tuple(facts))


def _rows(snapshot: Snapshot) -> Iterator[Row]:
    """What may be paid, or was: the rest costs no reading."""
    for row in snapshot.state:
        if len(row) > DATA and row[0] != "" and row[STATUS] in (*PAYABLE, Status.PAID):
            yield row


def _is_late(request: Request, first: date) -> bool:
    """Whether a paid request may be what a line of the statement is about."""
    if request.status != Status.PAID or not request.approver:
        return False
    return bool(request.order) or request.moved is None or request.moved.date() >= first - LATELY


def _open(request: Request, company: Company) -> OpenPayment | None:
    """What statements may still show of it: what is left to pay, and what a person marked and none showed."""
    cell, order = request.cell, request.order
    try:
        currency = parse_currency(text_of(cell("currency")))
        due = parse_amount(cell("amount")) - request.seen
    except Invalid:
        return None
    orders: tuple[Ordered, ...] = ()
    if order:
        amount = Decimal(order["amount"])
        orders = (Ordered(order["number"], date.fromisoformat(order["date"]), amount, order["account"]),)
    approved = request.approved or request.moved
    since = approved.astimezone(company.settings.zone).date() if approved else None
    payee = (text_of(cell("account")), text_of(cell("inn")), text_of(cell("invoice_no")))
    return OpenPayment(request.id, due, currency, *payee, since, orders)


def _paid(
    match: Match, request: Request, source: Mapping[str, str], now: datetime
) -> tuple[TakenLine, Fact | None]:
    """What a sure line does to its request, as it stands after the lines before it."""
    amount, open_now = match.line.amount, parse_amount(request.cell("amount")) - request.paid
    data, cause = _line(match, source), digest_of(match.key)
    if match.order:
        data["order"] = match.order
    if amount <= request.paid - request.seen:
        return TakenLine(match, "seen", open_now), Fact(now, request.id, SEEN, BANK, BANK, data, cause)
    if amount > open_now:  # partly what a person had marked, partly new: nobody can tell
        doubtful = replace(match, kind=Kind.DOUBTFUL, reason=Reason.MORE_THAN_DUE, candidates=(request.id,))
        return TakenLine(doubtful, Kind.DOUBTFUL.value), None
    left = open_now - amount
    target = Status.PART_PAID if left > 0 else Status.PAID
    lawful = TABLE.between(Status(request.status), target)
    assert lawful is not None  # noqa: S101 - what is open has both ways
    assert Party.BANK in lawful.parties  # noqa: S101
    data["open"] = str(left)
    data |= {} if left > 0 else unticked(request)
    fact = Fact(now, request.id, lawful.event, BANK, BANK, data, cause)
    return TakenLine(match, "part-paid" if left > 0 else "paid", left), fact


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
