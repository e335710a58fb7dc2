"""Which row of the Registry is which request: by id, whatever people sorted, copied, deleted or typed over.

Nothing is decided here about values; only which row stands for which request, which rows are new, which
ids have to be written, and which requests have lost their row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sheetflow.core.company import cell_of
from sheetflow.core.inbox import RowEdit
from sheetflow.core.projection import DATA, FIRST_INPUT, ID, WIDTH
from sheetflow.model.cells import Cell, canonical, is_blank, text_of
from sheetflow.model.columns import INPUTS
from sheetflow.model.snapshot import Registry, Row

LEAST_ALIKE, ALIKE = 4, 0.75
"""In how many cells, and in which part of those that are filled, a row and a draft agree to be the same."""


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
    archived: Collection[str] = frozenset(),
) -> Places:
    """Find every request's row.

    `last_id`: the largest number that a pass gave; new ones are odd and larger than any seen (the trigger
    gives even ones). `deleted`: whether a State row is of a draft that was deleted before. `archived`: the
    numbers of requests that have no row any more: one with such a number is a stranger, and gets its own.
    """
    places = Places(last_id=last_id)
    place_of_id = registry.columns["id"]
    strays: list[int] = []
    doubles: dict[str, list[int]] = {}
    for row, cells in enumerate(registry.rows):
        rid = cells[place_of_id] if place_of_id < len(cells) else ""
        if rid.__class__ is not str or not rid:
            if not _empty(cells, registry):
                strays.append(row)
            continue
        if rid in archived:
            strays.append(row)
        elif rid in places.of:
            doubles.setdefault(str(rid), [places.of[str(rid)]]).append(row)
        elif rid in state or _is_id(rid, prefix):
            places.of[str(rid)] = row
        else:
            strays.append(row)
    spare = dict.fromkeys(strays, "")
    for rid, rows in doubles.items():
        places.of[rid] = _original(registry, rows, state.get(rid))
        spare |= {row: rid for row in rows if row != places.of[rid]}
    lost = {rid for rid in state if rid not in places.of and rid not in archived and not deleted(rid)}
    if lost:
        spare |= {row: rid for rid, row in places.of.items() if rid not in state}
        _adopt(places, registry, spare, lost, state, edits)
    if spare:
        numbers = [_number(rid, prefix) for rid in (*places.of, *state)]
        _number_anew(places, spare, prefix, max([last_id, *numbers]))
    places.copies = {rid: pairs for rid, pairs in places.copies.items() if rid in places.of}
    places.newborn = [rid for rid in places.of if rid not in state]
    places.missing = [rid for rid in state if rid in lost]
    return places


def inputs_of(cells: Row, registry: Registry) -> dict[str, Cell]:
    """The row's input cells that are not blank, by column."""
    columns, end = registry.columns, len(cells)
    return {
        key: cell
        for key in INPUTS
        if (place := columns.get(key, end)) < end and (cell := cells[place]) != "" and cell is not False
    }


def _original(registry: Registry, rows: list[int], known: Row | None) -> int:
    """Of several rows with one id the one most like the accepted request, the first where nothing tells."""
    accepted = _content(known) if known is not None else ()

    def likeness(row: int) -> int:
        shown = _content_of(registry.rows[row], registry)
        return sum(one == other for one, other in zip(shown, accepted, strict=False))

    return max(rows, key=lambda row: (likeness(row), -row))


def _adopt(
    places: Places,
    registry: Registry,
    spare: Mapping[int, str],
    lost: set[str],
    state: Mapping[str, Row],
    edits: Iterable[RowEdit],
) -> None:
    """Find rows whose id was typed over: by their content, or by an edit that says what stood there."""
    typed = {edit.new: edit.old for row_edit in edits for edit in row_edit.ids if edit.old}
    by_content: dict[tuple[str, ...], list[str]] = {}
    for rid in sorted(lost):
        if any(content := _content(state[rid])):
            by_content.setdefault(content, []).append(rid)

    def take(row: int, rid: str) -> None:
        lost.discard(rid)
        stood = spare[row]
        if places.of.get(stood) == row:
            del places.of[stood]
        elif stood:
            places.copies.setdefault(stood, []).append((row, rid))
        places.of[rid], places.renamed[row] = row, rid
        places.restored_ids.append(rid)

    was = {
        row: _before(text_of(cell_of(registry.rows[row], registry.columns["id"])), typed, lost)
        for row in spare
    }
    for row in spare:
        alike = [rid for rid in by_content.get(_content_of(registry.rows[row], registry), ()) if rid in lost]
        if alike:
            take(row, was[row] if was[row] in alike else alike[0])
    for row in spare:
        if row not in places.renamed and was[row] in lost:
            take(row, was[row])
    drafts = [rid for rid in sorted(lost) if '"submitted":true' not in str(state[rid][DATA])]
    for row in spare if drafts else ():
        if row not in places.renamed and (rid := most_like(registry, row, drafts, state)) in lost:
            take(row, rid)


def most_like(registry: Registry, row: int, able: Iterable[str], state: Mapping[str, Row]) -> str:
    """Of these requests the one whose content a row nearly has, "" where none or several have.

    A draft whose number was written over, by a hand or by a stray value of ours, may have changed meanwhile.
    """
    shown = _content_of(registry.rows[row], registry)
    ranked = sorted(
        (sum(bool(one) and one == other for one, other in zip(shown, _content(state[rid]), strict=True)), rid)
        for rid in able
    )
    enough = max(LEAST_ALIKE, ALIKE * sum(map(bool, shown)))
    if not ranked or ranked[-1][0] < enough or (len(ranked) > 1 and ranked[-2][0] == ranked[-1][0]):
        return ""
    return ranked[-1][1]


def _before(text: str, typed: Mapping[str, str | None], lost: set[str]) -> str:
    """The lost id that stood in a cell before this text was typed there, step by step back."""
    for _ in range(len(typed)):
        if text in lost or text not in typed:
            break
        text = str(typed[text])
    return text


def _number_anew(places: Places, spare: Mapping[int, str], prefix: str, largest: int) -> None:
    """Give a number to every row that has none of its own: copies, and rows with a blank or junk id."""
    for row, stood in spare.items():
        if row in places.renamed:
            continue
        if stood and places.of.setdefault(stood, row) == row:
            continue  # its own, where the first row with this number turned out to be another request
        largest += 1 + largest % 2  # the next odd number: even ones are the trigger's
        new = f"{prefix}{largest:06d}"
        places.last_id, places.of[new], places.renamed[row] = largest, row, new
        if stood:
            places.copies.setdefault(stood, []).append((row, new))


def fresh_numbers(places: Places, state: Iterable[str], prefix: str, last_id: int) -> Iterator[str]:
    """Numbers for requests that come without a row: odd, and larger than any that was ever seen."""
    largest = max([last_id, places.last_id, *(_number(rid, prefix) for rid in (*places.of, *state))])
    while True:
        largest += 1 + largest % 2
        places.last_id = largest
        yield f"{prefix}{largest:06d}"


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
