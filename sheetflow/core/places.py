"""Which row of the Registry is which request: by id, whatever people sorted, copied, deleted or typed over.

Nothing is decided here about values; only which row stands for which request, which rows are new, which
ids have to be written, and which requests have lost their row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sheetflow.core.company import cell_of
from sheetflow.core.inbox import RowEdit
from sheetflow.core.projection import FIRST_INPUT, ID, WIDTH
from sheetflow.model.cells import Cell, canonical, is_blank, text_of
from sheetflow.model.columns import INPUTS
from sheetflow.model.snapshot import Registry, Row


@dataclass(slots=True)
class Places:
    """Where every request stands.

    `of`: request id -> row. `copies`: id of the original -> [(row, new id)]. `renamed`: row -> id to write.
    `newborn`: ids whose rows had no State before. `missing`: known ids without a row. `restored_ids`: ids
    that were typed over and are put back (they also stand in `renamed`).
    """

    of: dict[str, int] = field(default_factory=dict)
    copies: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    renamed: dict[int, str] = field(default_factory=dict)
    newborn: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    restored_ids: list[str] = field(default_factory=list)
    last_id: int = 0


def locate(
    registry: Registry,
    state: Mapping[str, Row],
    edits: Iterable[RowEdit],
    *,
    prefix: str,
    last_id: int,
    deleted: Callable[[str], bool],
) -> Places:
    """Find every request's row.

    `last_id`: the largest number that a pass gave; new ones are odd and larger than any seen (the trigger
    gives even ones). `deleted`: whether a State row is of a draft that was deleted before.
    """
    places = Places(last_id=last_id)
    place_of_id = registry.columns["id"]
    strays: list[int] = []
    doubles: dict[str, list[int]] = {}
    largest = last_id
    for row, cells in enumerate(registry.rows):
        rid = cells[place_of_id] if place_of_id < len(cells) else ""
        if rid.__class__ is not str or not rid:
            if not _empty(cells, registry):
                strays.append(row)
            continue
        if rid in places.of:
            doubles.setdefault(str(rid), [places.of[str(rid)]]).append(row)
        elif rid in state or _is_id(rid, prefix):
            places.of[str(rid)] = row
        else:
            strays.append(row)
    numbers = [_number(rid, prefix) for rid in (*places.of, *state)] if strays or doubles else []
    largest = max([largest, *numbers])

    def give() -> str:
        nonlocal largest
        largest += 1 + largest % 2  # the next odd number: even ones are the trigger's
        places.last_id = largest
        return f"{prefix}{largest:06d}"

    for rid, rows in doubles.items():
        _settle_copies(places, registry, rid, rows, state.get(rid), give)
    lost = {rid for rid in state if rid not in places.of}
    if strays:
        _settle_strays(places, registry, strays, lost, state, edits, give, place_of_id)
    places.newborn = [rid for rid in places.of if rid not in state]
    places.missing = [rid for rid in state if rid not in places.of and not deleted(rid)]
    return places


def inputs_of(cells: Row, registry: Registry) -> dict[str, Cell]:
    """The row's input cells that are not blank, by column."""
    found = {}
    for key in INPUTS:
        cell = cell_of(cells, registry.columns.get(key))
        if cell != "" and cell is not False:
            found[key] = cell
    return found


def _settle_copies(
    places: Places, registry: Registry, rid: str, rows: list[int], known: Row | None, give: Callable[[], str]
) -> None:
    """Of several rows with one id the one most like the accepted request is it; the rest are new."""

    def likeness(row: int) -> int:
        if known is None:
            return 0
        accepted = dict(zip(INPUTS, known[FIRST_INPUT:WIDTH], strict=False))
        cells = registry.rows[row]
        return sum(
            canonical(cell_of(cells, registry.columns.get(key))) == canonical(accepted[key])
            for key in accepted
        )

    original = max(rows, key=lambda row: (likeness(row), -row))
    places.of[rid] = original
    for row in rows:
        if row != original:
            new = give()
            places.of[new] = row
            places.renamed[row] = new
            places.copies.setdefault(rid, []).append((row, new))


def _settle_strays(
    places: Places,
    registry: Registry,
    strays: Sequence[int],
    lost: set[str],
    state: Mapping[str, Row],
    edits: Iterable[RowEdit],
    give: Callable[[], str],
    place_of_id: int,
) -> None:
    """Rows whose id is blank or junk: a request whose id was typed over, or a new one."""
    typed = {edit.new: edit.old for row_edit in edits for edit in row_edit.ids if edit.old}
    by_content = {_content(state[rid]): rid for rid in lost}
    for row in strays:
        cells = registry.rows[row]
        now = text_of(cell_of(cells, place_of_id))
        was = typed.get(now)
        rid = was if was in lost else by_content.get(_content_of(cells, registry))
        if rid is not None and rid in lost:
            lost.discard(rid)
            places.restored_ids.append(rid)
        else:
            rid = give()
        places.of[rid] = row
        places.renamed[row] = rid


def _content(row: Row) -> tuple[str, ...]:
    return tuple(canonical(cell) for cell in [*row[FIRST_INPUT:WIDTH], *[""] * (WIDTH - len(row))])


def _content_of(cells: Row, registry: Registry) -> tuple[str, ...]:
    return tuple(canonical(cell_of(cells, registry.columns.get(key))) for key in INPUTS)


def _empty(cells: Row, registry: Registry) -> bool:
    return all(is_blank(cell_of(cells, registry.columns.get(key))) for key in ("status", *INPUTS))


def _is_id(text: Cell, prefix: str) -> bool:
    return (
        isinstance(text, str)
        and text.startswith(prefix)
        and text[len(prefix) :].isascii()
        and text[len(prefix) :].isdigit()
    )


def _number(text: Cell, prefix: str) -> int:
    return int(str(text)[len(prefix) :]) if _is_id(text, prefix) else 0


def by_id(rows: Sequence[Row]) -> dict[str, tuple[int, Row]]:
    """State rows by request id, with their places."""
    return {str(row[ID]): (place, row) for place, row in enumerate(rows) if row and row[ID] != ""}
