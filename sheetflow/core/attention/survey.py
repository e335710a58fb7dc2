"""All requests by what they wait for, looked at once a pass, and only where somebody's digest may be due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sheetflow.core.attention.waiting import since
from sheetflow.core.calendar import due_day
from sheetflow.core.company import Company
from sheetflow.core.history import moment
from sheetflow.core.projection import DATA, REQUESTER, STATUS, WIDTH, from_row, last_seq_of
from sheetflow.core.told import approvers_for
from sheetflow.model.cells import Cell
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row
from sheetflow.workflow.table import Status

PAYABLE = (Status.APPROVED, Status.PART_PAID)


@dataclass(frozen=True, slots=True)
class Thing:
    """A request, the number of its last event, and the day to pay by where it can be read."""

    request: Request
    seq: int
    due: date | None = None


@dataclass(slots=True)
class Survey:
    """What there is.

    `to_decide`: by whom it waits for. `returned`, `news`: by requester; news is whatever has an event after
    the oldest digest that counts. `astray`: of those, what a mail came back about. `strangers`: drafts out of
    the form by people whom nobody knows, with the address and the moment. `drafts`: what recurring requests
    made and nobody has sent yet, by requester.
    """

    to_decide: dict[str, list[Thing]] = field(default_factory=dict)
    to_pay: list[Thing] = field(default_factory=list)
    returned: dict[str, list[Thing]] = field(default_factory=dict)
    escalated: list[Thing] = field(default_factory=list)
    news: dict[str, list[Thing]] = field(default_factory=dict)
    astray: list[Thing] = field(default_factory=list)
    strangers: list[tuple[Request, str, datetime]] = field(default_factory=list)
    drafts: dict[str, list[Thing]] = field(default_factory=dict)


def survey(
    state: Mapping[str, Row],
    changed: Mapping[str, Request],
    seqs: Mapping[str, int],
    company: Company,
    roles: frozenset[Role],
    after: int,
    now: datetime,
) -> Survey:
    """Look at every row, and read those that may concern anybody.

    Args:
        state: the State as read, by id.
        changed: requests as they stand after the pass, where it looked at them.
        seqs: the numbers of their last events.
        company: who works here.
        roles: which roles are held by those who may get a digest.
        after: events with a higher number are news to one of them.
        now: for absences are dated.
    """
    found = Survey()
    wanted: set[str] = {Status.RETURNED}
    if roles & {Role.APPROVER, Role.DIRECTOR}:
        wanted.add(Status.SUBMITTED)
    if Role.ACCOUNTANT in roles:
        wanted.update(PAYABLE)
    for rid in {**state, **changed}:
        row, request = state.get(rid), changed.get(rid)
        status = request.status if request else str(row[STATUS]) if row else ""
        seq = seqs.get(rid) or (last_seq_of(row) if row else 0)
        stranger = Role.ADMIN in roles and _by_stranger(row, request)
        made = status == Status.DRAFT and _by_template(row, request)
        if status not in wanted and seq <= after and not stranger and not made:
            continue
        if request is None:
            assert row is not None  # noqa: S101 - one of the two has the id
            request = from_row([*row, *[""] * (WIDTH - len(row))])
        if not request.deleted:
            _sort(found, Thing(request, seq, due_day(request)), company, after, now, stranger=stranger)
    return found


def _sort(
    found: Survey, thing: Thing, company: Company, after: int, now: datetime, *, stranger: bool
) -> None:
    request = thing.request
    owner = company.people.find(request.requester)
    if request.status == Status.SUBMITTED and since(request):
        for person in approvers_for(request, company, now):
            found.to_decide.setdefault(person.email, []).append(thing)
        if request.escalated:
            found.escalated.append(thing)
    elif request.status in PAYABLE:
        found.to_pay.append(thing)
    elif request.status == Status.RETURNED and owner:
        found.returned.setdefault(owner.email, []).append(thing)
    elif request.status == Status.DRAFT and request.recurring and owner:
        found.drafts.setdefault(owner.email, []).append(thing)
    if thing.seq > after:
        if owner:
            found.news.setdefault(owner.email, []).append(thing)
        if request.undelivered:
            found.astray.append(thing)
    if stranger:
        _, _, at = request.response.rpartition("@")
        found.strangers.append((request, request.respondent, moment(at)))


def _by_stranger(row: Row | None, request: Request | None) -> bool:
    if request is not None:
        return request.status == Status.DRAFT and bool(request.response) and not request.requester
    cells: list[Cell] = list(row or ())
    if len(cells) <= DATA or cells[STATUS] != Status.DRAFT or cells[REQUESTER] != "":
        return False
    return '"response"' in str(cells[DATA])


def _by_template(row: Row | None, request: Request | None) -> bool:
    if request is not None:
        return bool(request.recurring)
    return row is not None and len(row) > DATA and '"recurring":{' in str(row[DATA])
