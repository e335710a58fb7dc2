"""What there is to see after a pass: in the sheet, in the note, in the mail, in the history."""

from __future__ import annotations

from sheetflow.core import projection
from sheetflow.model.cells import Cell
from sheetflow.model.events import Event
from sheetflow.model.request import Request
from tests.desk import PEOPLE, Desk


def assert_put_back(desk: Desk, rid: str, column: str, rule: str, *, to: str, back: Cell) -> None:
    """The cell shows `back` again, its note names the rule, and one person was told: `to` ("" for nobody)."""
    assert desk.refusals[-1:] == [rule]
    assert desk.cell(rid, column) == back
    assert f"[{rule}]" in desk.sheet.notes[rid, column]
    assert told(desk) == ([to] if to else [])
    if request_of(desk, rid).submitted and column != "id":
        assert ("EditRefused", to or "unknown") in desk.events(rid)
    desk.verify()


def assert_nothing_refused(desk: Desk) -> None:
    """No refusal, no note of one, no mail about one."""
    assert desk.refusals == []
    assert not any(desk.sheet.notes.values())
    assert told(desk) == []
    desk.verify()


def told(desk: Desk) -> list[str]:
    """Who was written to that something was put back, in order."""
    return [address for address, template in desk.letters() if template == "put-back"]


def request_of(desk: Desk, rid: str) -> Request:
    """The request as State has it."""
    return projection.from_row(desk.state_row(rid))


def fingerprint_of(desk: Desk, rid: str) -> str:
    """What a page showed whoever opened it just now."""
    return request_of(desk, rid).fingerprint


def last_event(desk: Desk, rid: str) -> Event:
    """The last event of a request, with its data."""
    return next(event for event in reversed(desk.sheet.read_history()[1]) if event.request == rid)


def staff(*lines: str) -> str:
    """The desk's People tab with these people's lines in place of theirs, or added."""
    changed = {line.partition("|")[0].strip(): line for line in lines}
    kept = [line for line in PEOPLE.strip().splitlines() if line.partition("|")[0].strip() not in changed]
    return "\n".join([*kept, *lines])
