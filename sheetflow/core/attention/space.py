"""The Chat space: what may not wait, and one summary a working day, for everybody who reads there.

A space is read by many. So nothing here is a person's own: no signed link, no account number, nothing of a
draft; who is asked is named, and all that a message leads to is the registry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sheetflow.core.attention.budget import SUMMARY, URGENT
from sheetflow.core.attention.urgency import urgent_at
from sheetflow.core.calendar import Due, due_day, open_amount, open_requests
from sheetflow.core.company import Company
from sheetflow.core.consequences import brief
from sheetflow.core.history import instant
from sheetflow.model.cells import text_of
from sheetflow.model.money import totals
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Decision, Letter, Row, Snapshot
from sheetflow.workflow.table import Status

MESSAGE = "space"
"""The template of a letter that goes to the space."""
TOLD = frozenset({"details-held", "payment-disputed"})
"""Letters whose news the space has at once, besides what is asked for because it is urgent."""
ASKED = frozenset({"approve", "to-pay"})
ESCALATED = "escalated"
NAMED = 6
"""How many people a message names."""


def is_for_space(template: str) -> bool:
    """Whether a letter goes to the space."""
    return template == MESSAGE


def tell(
    snapshot: Snapshot, requests: Mapping[str, Request], decision: Decision, company: Company, now: datetime
) -> None:
    """Add what the space is told of this pass to its letters; `requests`: as they stand after it."""
    chosen = company.settings.budget.space
    if URGENT in chosen:
        decision.letters += list(_at_once(requests, decision, company))
    if SUMMARY in chosen and snapshot.scheduled:
        _summary(snapshot, decision, company, now)


def _at_once(requests: Mapping[str, Request], decision: Decision, company: Company) -> Iterator[Letter]:
    """One message for each thing that people are told of at once, however many they are."""
    whom: dict[tuple[str, str, str], list[str]] = {}
    for letter in decision.letters:
        kind = letter.template
        if letter.request in requests and (kind in TOLD or (kind in ASKED and letter.facts.get("urgent"))):
            key = (letter.request, kind, str(letter.facts["at"]))
            whom.setdefault(key, []).append(company.people.name(letter.to))
    for event in decision.events:
        if event.kind == "RequestEscalated" and event.request in requests:
            directors = [person.name for person in company.people.with_role(Role.DIRECTOR)]
            whom[event.request, ESCALATED, instant(event.at)] = directors
    for (rid, kind, at), names in whom.items():
        yield _message(requests[rid], kind, at, list(dict.fromkeys(names)))


def _message(request: Request, kind: str, at: str, names: list[str]) -> Letter:
    money, due = open_amount(request), due_day(request)
    facts: dict[str, object] = {
        "kind": kind,
        "at": at,
        "contractor": brief(text_of(request.cell("contractor"))),
        "amount": [str(money.amount), money.currency] if money else [],
        "due": due.isoformat() if due else "",
        "whom": names[:NAMED],
        "more": max(0, len(names) - NAMED),
    }
    return Letter(_key(kind, request.id, at), MESSAGE, "", request.id, facts)


def _summary(snapshot: Snapshot, decision: Decision, company: Company, now: datetime) -> None:
    """The summary of the day, once: at the first scheduled pass from the digests' hour on."""
    settings = company.settings
    local = now.astimezone(settings.zone)
    day = local.date().isoformat()
    known = snapshot.token.channels if decision.channels is None else decision.channels
    if known.get(SUMMARY) == day or local.time() < settings.budget.hour:
        return
    if not settings.budget.calendar.works(local.date()):
        return
    dues = open_requests(_rows(snapshot, decision))
    waiting = [due for due in dues if due.request.status == Status.SUBMITTED]
    payable = [due for due in dues if due.decided]
    decision.channels = {**known, SUMMARY: day}
    if not dues:
        return
    facts: dict[str, object] = {
        "kind": SUMMARY,
        "at": instant(now),
        "day": day,
        "waiting": _counted(waiting),
        "payable": _counted(payable),
        "soon": sum(urgent_at(due.request, company, now) for due in dues),
        "overdue": sum(due.day is not None and due.day < local.date() for due in dues),
        "late": sum(due.request.escalated is not None for due in waiting),
    }
    decision.letters.append(Letter(_key(SUMMARY, "", day), MESSAGE, "", "", facts))


def _rows(snapshot: Snapshot, decision: Decision) -> Iterable[Row]:
    """The State as it stands after the pass."""
    states = dict(decision.states)
    for row in snapshot.state:
        yield states.pop(str(row[0]), row) if row else row
    yield from states.values()


def _counted(dues: list[Due]) -> list[object]:
    """How many, and what they come to: [count, [[amount, currency], …]]."""
    sums = totals(due.open for due in dues if due.open)
    return [len(dues), [[str(money.amount), money.currency] for money in sums]]


def _key(kind: str, request: str, at: str) -> str:
    text = f"{MESSAGE}\n{kind}\n{request}\n{at}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
