"""The form's door: answers become requests, edited answers change drafts, each version once and in order.

An answer is as good as a row that was typed. Its author is the address that Google verified; a stranger's
answer becomes a draft without a requester, which an admin may send or cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sheetflow.core.autofill import complete
from sheetflow.core.filing import FILES_FIRST, ask
from sheetflow.core.history import instant, moment
from sheetflow.core.judge import judge
from sheetflow.core.rules.edits import OPEN_FOR_CHANGE
from sheetflow.core.turn import Turn
from sheetflow.core.wishes import case_of, hold, take
from sheetflow.model import dates
from sheetflow.model.cells import Cell
from sheetflow.model.columns import BY_KEY, PAYEE, Kind
from sheetflow.model.events import Refusal, Response
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount
from sheetflow.model.people import Role
from sheetflow.workflow.table import Status

BATCH = 100
"""Answers that one commit takes; the rest is for the next pass."""
OVERLAP = timedelta(minutes=2)
"""How far back answers are looked for again: the service may show them late and out of order."""
REMEMBERED = 400
"""Answers whose versions the token remembers, within a cell's 50,000 characters."""


def since(form: Mapping[str, str]) -> datetime | None:
    """From when on answers have to be asked for; None for all."""
    return moment(max(form.values())) - OVERLAP if form else None


def unseen(responses: Iterable[Response], form: Mapping[str, str]) -> list[Response]:
    """The answers that were not taken yet, oldest first."""
    found: dict[str, Response] = {}
    latest = max(form.values()) if form else ""
    for response in responses:
        known = form.get(response.id)
        at = instant(response.at)
        if known is not None and at <= known:
            continue
        if known is None and len(form) >= REMEMBERED and latest and at < min(form.values()):
            continue
        if response.id not in found or found[response.id].at < response.at:
            found[response.id] = response
    return sorted(found.values(), key=lambda response: (response.at, response.id))


def remember(form: Mapping[str, str], taken: Sequence[Response]) -> dict[str, str]:
    """The token's memory after these were taken: the newest, and all within the overlap."""
    known = dict(form) | {response.id: instant(response.at) for response in taken}
    newest = sorted(known.items(), key=lambda item: item[1])[-REMEMBERED:]
    return dict(newest)


def take_response(turn: Turn, response: Response) -> None:
    """Let an answer take effect on its request: a new one, or the one it made before."""
    request = turn.request
    person = turn.company.people.find(response.user)
    first = not request.response
    if not first and request.status not in OPEN_FOR_CHANGE:
        facts = {"status": request.status}
        turn.refuse(
            Refusal("fields-change-in-draft", request.id, "subject", facts, response.user, response.cause),
            "subject",
        )
        request.response = response.cause
        return
    request.response = response.cause
    request.updated = response.at
    if first and person and person.has(Role.MANAGER):
        request.requester = person.email
    elif first and person is None:
        turn.out.strangers.append((request, response.user))
    known = person is not None and turn.company.people.find(request.requester) is person
    for key, value in response.cells.items():
        turn.put(key, readable(key, value))
        turn.dictated.add(key)
        request.loose.pop(key, None)
        if key in PAYEE and not known and value != "":
            request.unsigned.add(key)
        elif known:
            request.unsigned.discard(key)
    if response.files:
        ask(turn, "invoice", response.files, response.cause, response.at)
    complete(turn)
    if response.send and person is not None:
        if request.filing:
            hold(turn, Status.SUBMITTED, person, response.at, FILES_FIRST, response.cause)
        else:
            case = case_of(turn, person, Status.SUBMITTED, response.at)
            case.via = "form"
            take(turn, judge(case, response.cause, response.user), case, response.cause)


def readable(key: str, value: Cell) -> Cell:
    """An answer's text as the cell a person would have got by typing it; as it is where it cannot be read."""
    if not isinstance(value, str) or not value.strip():
        return value
    try:
        match BY_KEY[key].kind:
            case Kind.AMOUNT:
                return float(parse_amount(value))
            case Kind.DATE:
                return dates.to_serial(dates.parse_date(value))
            case _:
                return value.strip()
    except Invalid:
        return value.strip()
