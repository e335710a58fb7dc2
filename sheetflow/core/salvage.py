"""What is right in a cell that was written over by mistake, from what is known besides the cell itself.

A value of ours that hit somebody else's row (people move rows while we write) hides what they typed there
since we read. Their edit still lies in the Inbox, or another pass has taken it into the State.
"""

from __future__ import annotations

from sheetflow.core.company import cell_of
from sheetflow.core.inbox import read_inbox
from sheetflow.core.places import most_like
from sheetflow.core.projection import FIRST_INPUT
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import Cell
from sheetflow.model.columns import BY_KEY, INPUTS, Kind
from sheetflow.model.snapshot import Snapshot


def latest(rid: str, column: str, before: Snapshot, now: Snapshot, book: Rulebook) -> Cell | None:
    """The value that came into a request's cell between two reads, None where none is known to have.

    Only texts: of a number or a date an edit tells how it looks, not what it is.
    """
    if column not in INPUTS or BY_KEY[column].kind is not Kind.TEXT:
        return None
    mail = read_inbox(
        now.inbox, key=book.inbox_key, spreadsheet=book.spreadsheet, headers=book.headers,
        horizon=now.token.horizon, now=now.now,
    )  # fmt: skip
    typed = [
        edit.new
        for row in mail.edits
        if row.request == rid and row.sheet == now.token.sheets["registry"]
        for edit in row.cells
        if edit.column == column
    ]
    if typed:
        return None if typed[-1].startswith("sha256:") else typed[-1]
    place = FIRST_INPUT + INPUTS.index(column)
    then, accepted = _accepted(before, rid, place), _accepted(now, rid, place)
    return accepted if accepted is not None and accepted != then else None


def owner_of(now: Snapshot, row: int) -> str:
    """Which request's row lost its number to a stray one: the one without a row that it nearly is, or ""."""
    if row >= len(now.registry.rows):
        return ""
    place = now.registry.columns["id"]
    there = {str(cell_of(cells, place)) for cells in now.registry.rows}
    state = {rid: known for known in now.state if known and (rid := str(known[0])) and rid not in there}
    return most_like(now.registry, row, state, state)


def _accepted(snapshot: Snapshot, rid: str, place: int) -> Cell | None:
    return next(
        ((row[place] if place < len(row) else "") for row in snapshot.state if row and row[0] == rid), None
    )
