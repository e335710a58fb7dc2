"""Putting right a commit that met somebody's sort or insert.

The Registry's cells are written by place, and people move rows whenever they like. So a commit asks for the
rows it wrote back, and where another request stands by now the cell gets the value that was read there.
What had been meant is decided anew on the next read.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetflow.core.company import cell_of
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import INPUTS
from sheetflow.model.snapshot import CellWrite, Row, Snapshot
from sheetflow.ports import Commit, Receipt


def undo(snapshot: Snapshot, commit: Commit, receipt: Receipt) -> list[CellWrite]:
    """The writes that undo what landed in a row of somebody else's."""
    columns = snapshot.registry.columns
    written: dict[int, set[str]] = {}
    for write in commit.writes:
        written.setdefault(write.row, set()).add(write.column)
    found = []
    for write in commit.writes:
        after = receipt.rows.get(write.row)
        if after is None:
            continue
        if write.column == "id":
            meant = snapshot.registry.rows[write.row]
            if not _same(meant, after, snapshot, written[write.row]):
                found.append(CellWrite(write.row, "", "id", _id_of(after, snapshot, written[write.row])))
        elif (stands := cell_of(after, columns["id"])) != write.request:
            before = _cell_of_request(str(stands), write.column, snapshot)
            found.append(CellWrite(write.row, str(stands), write.column, before, "" if write.note else None))
    return found


def _same(one: Row, other: Row, snapshot: Snapshot, but: set[str]) -> bool:
    columns = snapshot.registry.columns
    return all(
        canonical(cell_of(one, columns[key])) == canonical(cell_of(other, columns[key]))
        for key in INPUTS
        if key not in but
    )


def _id_of(after: Row, snapshot: Snapshot, written: set[str]) -> Cell:
    """The id that the row had before ours was written over it, told by its content; blank for a new row."""
    place = snapshot.registry.columns["id"]
    rows: Sequence[Row] = snapshot.registry.rows
    return next((cell_of(row, place) for row in rows if _same(row, after, snapshot, written)), "")


def _cell_of_request(rid: str, column: str, snapshot: Snapshot) -> Cell:
    columns = snapshot.registry.columns
    for row in snapshot.registry.rows:
        if rid and cell_of(row, columns["id"]) == rid:
            return cell_of(row, columns[column])
    return ""
