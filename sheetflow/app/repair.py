"""Putting right a commit that met somebody's sort or insert.

The Registry's cells are written by place, and people move rows whenever they like. So a commit asks for the
rows it wrote back, and where another request stands by now the cell gets back what was there: what was typed
since (`core.salvage`), else the value that was read. What had been meant is decided anew on the next read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sheetflow.core.company import cell_of
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.salvage import latest, owner_of
from sheetflow.core.tabs import range_id
from sheetflow.errors import ConcurrentEdit, Unavailable
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import INPUTS
from sheetflow.model.snapshot import CellWrite, Row, Snapshot, Token
from sheetflow.ports import ClockPort, Commit, NoncesPort, Receipt, SheetPort

TRIES = 12
"""Commits that may lose the race in a row before a pass gives up; the next nudge or the schedule goes on."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A value of ours in a row of somebody else's. `undone`: the write that puts the row's own back."""

    ours: Cell | None
    undone: CellWrite


@dataclass(frozen=True, slots=True)
class Mended:
    """What a repair came to. `again`: what was meant is still to do. `strays`: values that were put back."""

    receipt: Receipt
    again: bool = False
    strays: int = 0


def next_token(token: Token, nonces: NoncesPort) -> Token:
    """The token of a commit that records nothing else."""
    return replace(token, revision=token.revision + 1, range_id=range_id(token.revision + 1, nonces.nonce()))


def mend(
    sheet: SheetPort, clock: ClockPort, nonces: NoncesPort, book: Rulebook,
    snapshot: Snapshot, commit: Commit, receipt: Receipt,
) -> Mended:  # fmt: skip
    """Put right what landed in somebody else's row. Nothing is read or written where nothing did."""
    strays, before = undo(snapshot, commit, receipt), snapshot
    if not strays:
        return Mended(receipt)
    snapshot = sheet.read()  # whoever moved rows may have typed, too
    strays = [_newest(stray, before, snapshot, book) for stray in still_astray(snapshot, strays)]
    token, columns, count = snapshot.token, snapshot.registry.columns, 0
    for attempt in range(TRIES if strays else 0):
        count += len(strays)
        writes = [stray.undone for stray in strays]
        repair = Commit(token, next_token(token, nonces), columns, commit.registry_rows, writes=writes)
        try:
            done = sheet.commit(repair)
        except (ConcurrentEdit, Unavailable):
            clock.sleep(min(0.05 * 2**attempt, 2.0) * (0.5 + nonces.jitter()))
        else:
            again = undo(snapshot, repair, done)
            if not again:
                alone = attempt == 0 and token.range_id == receipt.token.range_id
                return Mended(done if alone else receipt, again=True, strays=count)
            strays = [*again, *strays]
        # Others came in between: the rows may be elsewhere by now, and some of it put right by them.
        snapshot = sheet.read()
        token, columns = snapshot.token, snapshot.registry.columns
        strays = [_newest(stray, before, snapshot, book) for stray in still_astray(snapshot, strays)]
        if not strays:
            break
    return Mended(receipt, again=True, strays=count)


def _newest(stray: Stray, before: Snapshot, now: Snapshot, book: Rulebook) -> Stray:
    """The same, with what is right there by now, and with the owner of a row whose id we wrote over."""
    write = stray.undone
    if write.column == "id":
        owner = write.request or owner_of(now, write.row)
        return replace(stray, undone=replace(write, request=owner, value=owner))
    value = latest(write.request, write.column, before, now, book)
    return stray if value is None else replace(stray, undone=replace(write, value=value))


def undo(snapshot: Snapshot, commit: Commit, receipt: Receipt) -> list[Stray]:
    """What landed in a row of somebody else's, with the writes that undo it."""
    place = snapshot.registry.columns["id"]
    written: dict[int, set[str]] = {}
    for write in commit.writes:
        written.setdefault(write.row, set()).add(write.column)
    stands = {
        row: _owner(snapshot, row, after, columns) if "id" in columns else str(cell_of(after, place))
        for row, columns in written.items()
        if (after := receipt.rows.get(row)) is not None
    }
    meant = {write.row: write.request for write in commit.writes}
    found = []
    for write in commit.writes:
        owner = stands.get(write.row, write.request)
        if owner != meant[write.row]:
            before: Cell = owner if write.column == "id" else _cell_of_request(owner, write.column, snapshot)
            undone = CellWrite(write.row, owner, write.column, before, "" if write.note else None)
            found.append(Stray(write.value, undone))
    return found


def still_astray(seen: Snapshot, strays: Sequence[Stray]) -> list[Stray]:
    """Those that a later read still shows, with their rows where they are by then.

    Where the cell shows something else somebody put it right, or typed into it: it is theirs again.
    """
    columns, rows = seen.registry.columns, seen.registry.rows
    places = {str(cell_of(row, columns["id"])): place for place, row in reversed(list(enumerate(rows)))}
    found = []
    for stray in strays:
        write = stray.undone
        place = places.get(write.request, write.row) if write.request else write.row
        cell = cell_of(rows[place], columns[write.column]) if place < len(rows) else ""
        if stray.ours is None or canonical(cell) == canonical(stray.ours):
            found.append(replace(stray, undone=replace(write, row=place)))
    return found


def _owner(snapshot: Snapshot, row: int, after: Row, written: set[str]) -> str:
    """Whose row it is that we wrote an id into, told by its content: ours, another's, or ("") a new one."""
    rows: Sequence[Row] = snapshot.registry.rows
    if _same(rows[row], after, snapshot, written):
        return str(cell_of(after, snapshot.registry.columns["id"]))
    place = snapshot.registry.columns["id"]
    return next((str(cell_of(other, place)) for other in rows if _same(other, after, snapshot, written)), "")


def _same(one: Row, other: Row, snapshot: Snapshot, but: set[str]) -> bool:
    columns = snapshot.registry.columns
    return all(
        canonical(cell_of(one, columns[key])) == canonical(cell_of(other, columns[key]))
        for key in INPUTS
        if key not in but
    )


def _cell_of_request(rid: str, column: str, snapshot: Snapshot) -> Cell:
    columns = snapshot.registry.columns
    for row in snapshot.registry.rows:
        if rid and cell_of(row, columns["id"]) == rid:
            return cell_of(row, columns[column])
    return ""
