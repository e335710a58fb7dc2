"""The form's door: answers become requests, edited answers change drafts, each version once and in order.

An answer is as good as a row that was typed. Its author is the address that Google verified; a stranger's
answer becomes a draft without a requester, which an admin may send or cancel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sheetflow.core.autofill import complete
from sheetflow.core.filing import FILES_FIRST, ask, follow, forget
from sheetflow.core.history import instant, moment
from sheetflow.core.judge import judge
from sheetflow.core.rules.edits import OPEN_FOR_CHANGE
from sheetflow.core.turn import Turn
from sheetflow.core.wishes import case_of, hold, take
from sheetflow.model import dates
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import BY_KEY, PAYEE, REQUEST_FIELDS, Kind
from sheetflow.model.events import Refusal, Response
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount
from sheetflow.model.people import Role
from sheetflow.workflow.table import Status

INVOICE = "invoice"
ASKED = (*REQUEST_FIELDS, "comment")
"""Columns that an answer may fill; it can say nothing about any other."""
BATCH = 100
"""Answers that one commit takes; the rest is for the next pass."""
OVERLAP = timedelta(minutes=2)
"""How far back answers are looked for again: the service may show them late and out of order."""
REMEMBERED, ROOM = 400, 36_000
"""Answers whose versions the token remembers, and the characters that this may take of its cell's 50,000."""
LONGEST = 2_500
"""Characters that are kept of an answer: more than a field may have, so that Checks says it is too long."""


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
    while sum(len(rid) + len(at) + 6 for rid, at in newest) > ROOM:
        newest = newest[len(newest) // 10 + 1 :]
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
        request.respondent = response.user
        turn.out.strangers.append((request, response.user))
    known = person is not None and turn.company.people.find(request.requester) is person
    changes = _changes(turn, response)
    for key, value in changes.items():
        turn.put(key, value)
        turn.dictated.add(key)
        request.loose.pop(key, None)
        if key in PAYEE and not known and value != "":
            request.unsigned.add(key)
            request.payee_by = sorted({*request.payee_by, person.email if person else response.user} - {""})
        elif known:
            request.unsigned.discard(key)
    complete(turn)
    if INVOICE in changes:  # when it is known whose invoice it is: its folder is called so
        if response.files:
            ask(turn, INVOICE, response.files, response.cause, response.at)
        elif known:  # a link that a stranger wrote moves nobody's file
            follow(turn, INVOICE, changes[INVOICE], response.cause, response.at)
        else:
            forget(request, INVOICE)
    if response.send and person is not None:
        if request.filing:
            hold(turn, Status.SUBMITTED, person, response.at, FILES_FIRST, response.cause)
        else:
            case = case_of(turn, person, Status.SUBMITTED, response.at)
            case.via = "form"
            take(turn, judge(case, response.cause, response.user), case, response.cause)


def _changes(turn: Turn, response: Response) -> dict[str, Cell]:
    """The cells that this answer says differently from its version before, "" for what it took away.

    What was done to the draft since, in the sheet or by autofill, stands where the answer did not change.
    Files that were handed in stand for the invoice's cell, which keeps its value until they are put away.
    """
    request = turn.request
    given = {key: readable(key, value) for key, value in response.cells.items() if key in ASKED}
    marks = {key: _mark(canonical(value)) for key, value in given.items()}
    if response.files:
        marks[INVOICE] = _mark("\n".join(sorted(upload.id for upload in response.files)))
        given[INVOICE] = request.cell(INVOICE)
    changed = {key for key in {*marks, *request.answers} if marks.get(key) != request.answers.get(key)}
    request.answers = marks
    return {key: given.get(key, "") for key in ASKED if key in changed}


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def readable(key: str, value: Cell) -> Cell:
    """An answer's text as the cell a person would have got by typing it; as it is where it cannot be read."""
    if isinstance(value, str) and len(value) > LONGEST:
        return value.strip()[: LONGEST - 1] + "…"
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
