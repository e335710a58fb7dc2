"""Tasks: one for each person and request that waits for them, open for as long as it does.

Who has work follows from the request and the company alone. What was opened stands in the request's State, so
a pass that finds nothing changed asks for nothing; where the company changed, all open requests are looked
at, some in each pass. A task is only a reminder: whoever completes or deletes theirs decides nothing by it,
and it is not opened again for the same work.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import chain

from sheetflow.core.calendar import due_day, open_amount
from sheetflow.core.company import Company
from sheetflow.core.consequences import brief, language_of
from sheetflow.core.history import dumps, instant
from sheetflow.core.projection import DATA, STATUS, from_row, whole
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.safety.submitting import is_held
from sheetflow.core.told import approvers_for, callers, had_a_part
from sheetflow.core.turn import Outcome
from sheetflow.model.cells import text_of
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Decision, Letter, Row, Snapshot
from sheetflow.workflow.table import Status

OPEN, CLOSE = "task-open", "task-close"
"""Templates of letters that go to no mailbox: they open and close a task."""
TASKS = (OPEN, CLOSE)
SETTING = "tasks"
APPROVE, CONFIRM, PAY, REWORK, FINISH = "approve", "confirm", "pay", "rework", "finish"
"""Kinds of work: keys of [tasks] in `rules.toml`."""
MOST = 60
"""Letters that one pass makes where the company changed; the next ones make the others."""

_DONE = "-"
_WAITING = (Status.SUBMITTED, Status.APPROVED, Status.PART_PAID, Status.RETURNED)


def wanted(request: Request, company: Company, now: datetime) -> dict[str, str]:
    """Who has open work on a request: main address -> what work, and since when: "approve 2026-11-24T…".

    Several people who may each do it have a task each; once one of them has done it, all are closed.
    """
    if request.deleted:
        return {}
    moved = request.moved or request.updated
    since = instant(moved) if moved else ""
    match request.status:
        case Status.SUBMITTED if is_held(request):
            return dict.fromkeys(callers(request, company, now), f"{CONFIRM} {since}")
        case Status.SUBMITTED:
            asked = approvers_for(request, company, now)
            return dict.fromkeys((person.email for person in asked), f"{APPROVE} {since}")
        case Status.APPROVED | Status.PART_PAID if not request.bank_file:
            began = instant(request.approved) if request.approved else since
            payers = [person.email for person in company.people.with_role(Role.ACCOUNTANT)]
            able = [one for one in payers if not had_a_part(one, request, company)]
            return dict.fromkeys(able, f"{PAY} {began}")
        case Status.RETURNED:
            return _of_requester(request, company, f"{REWORK} {since}")
        case Status.DRAFT if request.response and request.problems and not request.filing:
            return _of_requester(request, company, f"{FINISH} {request.response.rpartition('@')[2]}")
    return {}


def _of_requester(request: Request, company: Company, work: str) -> dict[str, str]:
    person = company.people.find(request.requester)
    return {person.email: work} if person else {}


def is_task(template: str) -> bool:
    """Whether a letter opens or closes a task."""
    return template in TASKS


def closing(opened: str) -> str:
    """The id of the letter that closes what a letter opened."""
    return hashlib.sha256(f"{CLOSE}\n{opened}".encode()).hexdigest()[:20]


def opening(person: str, request: str, work: str) -> str:
    """The id of the letter that opens a task. `work`: as the State has it, its round included."""
    text = f"{OPEN}\n{person}\n{request}\n{work}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def open_tasks(request: Request) -> dict[str, str]:
    """The tasks that are open by what was asked for: main address -> id of the letter that opened it."""
    return {
        person: opening(person, request.id, work)
        for person, work in request.tasks.items()
        if not work.startswith(_DONE)
    }


def follow(
    snapshot: Snapshot,
    state: Mapping[str, Row],
    requests: dict[str, Request],
    company: Company,
    book: Rulebook,
    decision: Decision,
    out: Outcome,
    now: datetime,
) -> None:
    """Ask for tasks to be opened and closed, as the requests of this pass now stand.

    Where the company is another than the one that the token remembers, the other requests are looked at too;
    those whose tasks changed join `requests`.
    """
    on = company.settings.on(SETTING)
    remembered = snapshot.token.channels.get(SETTING, "")
    if not on and not remembered:
        return
    digest = _digest(decision.people or snapshot.token.people, company, now) if on else ""
    if digest == remembered:
        for request in requests.values():
            out.letters += _changes(request, company, book, now, on=on)
        return
    made = 0
    for request in chain(list(requests.values()), _others(state, frozenset(requests))):
        if changes := list(_changes(request, company, book, now, on=on)):
            requests[request.id] = request
            out.letters += changes
            made += len(changes)
            if made >= MOST:
                return
    decision.channels = {**snapshot.token.channels, SETTING: digest}


def _others(state: Mapping[str, Row], requests: Collection[str]) -> Iterator[Request]:
    """Requests that may have tasks, or may be due some, and were not looked at in this pass."""
    for rid, row in state.items():
        if rid in requests or len(row) <= DATA:
            continue
        data = str(row[DATA])
        if row[STATUS] in _WAITING or '"tasks"' in data or '"response"' in data:
            yield from_row(whole(row))


def _digest(people: str, company: Company, now: datetime) -> str:
    """What says that everybody is known as they are today: the People tab, and who is away."""
    today = now.astimezone(company.settings.zone).date()
    away = [
        [person.email, absence.substitute]
        for person in company.people.all
        if (absence := person.absence(today)) is not None
    ]
    return hashlib.sha256(dumps([people, away]).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _changes(
    request: Request, company: Company, book: Rulebook, now: datetime, *, on: bool
) -> Iterator[Letter]:
    """The letters from the tasks that a request has to those that it should have."""
    if not on and not request.tasks:
        return
    wish = wanted(request, company, now) if on else {}
    for person, known in list(request.tasks.items()):
        if not known.startswith(_DONE) and _work(known) != wish.get(person):
            request.tasks[person] = _DONE + known
            opened = opening(person, request.id, known)
            yield _letter(closing(opened), CLOSE, opened, person, known, request, company, book, now)
    for person, work in wish.items():
        known = request.tasks.get(person, "")
        if known.startswith(_DONE) or not known:
            again = int(known.rpartition("#")[2]) + 1 if _work(known.lstrip(_DONE)) == work else 1
            request.tasks[person] = f"{work}#{again}"
            opened = opening(person, request.id, request.tasks[person])
            yield _letter(opened, OPEN, opened, person, work, request, company, book, now)


def _work(known: str) -> str:
    return known.rpartition("#")[0]


def _letter(
    key: str, template: str, opened: str, person: str, work: str, request: Request, company: Company,
    book: Rulebook, now: datetime,
) -> Letter:  # fmt: skip
    kind, _, since = _work(work).partition(" ") if "#" in work else work.partition(" ")
    facts: dict[str, object] = {"person": person, "opened": opened, "since": since, "at": instant(now)}
    if template == OPEN:
        money, due = open_amount(request), due_day(request)
        facts |= {
            "kind": kind,
            "contractor": brief(text_of(request.cell("contractor"))),
            "amount": [str(money.amount), money.currency] if money else [],
            "due": due.isoformat() if due else "",
            "fingerprint": request.fingerprint,
            "language": language_of(person, company, book),
        }
    return Letter(key, template, "", request.id, facts)
