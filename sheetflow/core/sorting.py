"""Which request each edit is of: where a row was copied with its id, what was done to the copy goes there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sheetflow.core.inbox import RowEdit
from sheetflow.core.places import Places
from sheetflow.core.projection import FIRST_INPUT, whole
from sheetflow.model.cells import canonical
from sheetflow.model.columns import BY_KEY, INPUTS
from sheetflow.model.events import CellEdit
from sheetflow.model.snapshot import Registry, Row

Edits = dict[str, list[CellEdit]]
"""The edits of each request, by its number."""


def sort_edits(
    edits: Iterable[RowEdit], registry: Registry, state: Mapping[str, Row], places: Places
) -> tuple[Edits, Edits]:
    """What was done to each request, and what was done to the copies of rows, by the copies' new numbers."""
    column = registry.columns["id"]
    renamed = {  # a typed id stands for the request whose row it was typed into
        canonical(registry.rows[row][column]): rid
        for row, rid in places.renamed.items()
        if column < len(registry.rows[row])
    }
    originals: Edits = {}
    copied: Edits = {}
    for row_edit in edits:
        rid, cells = row_edit.request, [one for one in row_edit.cells if one.column in BY_KEY]
        if rid in places.copies:
            for edit in cells:
                target = _copy_of(edit, registry, state.get(rid), places)
                (copied if target != rid else originals).setdefault(target, []).append(edit)
        elif cells:
            target = rid if rid in places.of or rid in state else renamed.get(rid, rid)
            originals.setdefault(target, []).extend(cells)
    return originals, copied


def _copy_of(edit: CellEdit, registry: Registry, known: Row | None, places: Places) -> str:
    column = registry.columns.get(edit.column, -1)

    def shows(row: int) -> bool:
        cells = registry.rows[row]
        return 0 <= column < len(cells) and canonical(cells[column]) == edit.new

    if column < 0 or shows(places.of[edit.request]):
        accepted = None
        if known and edit.column in INPUTS:
            accepted = whole(known)[FIRST_INPUT + INPUTS.index(edit.column)]
        if accepted is None or canonical(accepted) != edit.new:
            return edit.request
    return next((new for row, new in places.copies[edit.request] if shows(row)), edit.request)
