"""What copying takes along besides cells: merges and conditional formats."""

from __future__ import annotations

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.kinds.batch import Batch
from sheetflow.emulator.wire import invalid


def copy_looks(
    batch: Batch, source: Area, sheet_id: int, corners: list[tuple[int, int]], *, merges: bool
) -> None:
    """Give merges and conditional formats of a range to its copies.

    Args:
        batch: the running batch.
        source: the range, all its sides known.
        sheet_id: of the sheet with the copies.
        corners: the upper left corner of each copy, by row and column.
        merges: whether merges are taken along.
    """
    top, left = source.row0 or 0, source.col0 or 0
    shifts = [(row - top, column - left) for row, column in corners]
    shifts = [shift for shift in shifts if shift != (0, 0) or sheet_id != source.sheet_id]
    if merges and shifts:
        _copy_merges(batch, source, sheet_id, shifts)
    _copy_rules(batch, source, sheet_id, shifts)


def _shifted(area: Area, sheet_id: int, shift: tuple[int, int]) -> Area:
    down, across = shift
    return Area(
        sheet_id,
        (area.row0 or 0) + down,
        (area.row1 or 0) + down,
        (area.col0 or 0) + across,
        (area.col1 or 0) + across,
    )


def _copy_merges(batch: Batch, source: Area, sheet_id: int, shifts: list[tuple[int, int]]) -> None:
    merges = batch.book.sheet(source.sheet_id).parts.get("merges", ())
    inside = [area for area in map(a1.area_of, merges) if source.covers(area)]
    for shift in shifts:
        target = _shifted(source, sheet_id, shift)
        if not target.overlaps(source):
            release_merges(batch, sheet_id, Box(*target[1:]))  # type: ignore[arg-type]
            for area in inside:
                place = a1.grid_range(_shifted(area, sheet_id, shift))
                batch.book.writable(sheet_id).parts.setdefault("merges", []).append(place)


def release_merges(batch: Batch, sheet_id: int, box: Box, but: Area | None = None) -> None:
    """Undo the merges that a paste covers; one that it would tear apart is an error."""
    here = Area(sheet_id, *box)
    kept = []
    merges = batch.book.sheet(sheet_id).parts.get("merges", [])
    for place in merges:
        area = a1.area_of(place)
        if not here.overlaps(area) or (but is not None and but.covers(area)):
            kept.append(place)
        elif not here.covers(area):
            raise invalid("You can't perform a paste that partially intersects a merge.")
    if len(kept) != len(merges):
        mine = batch.book.writable(sheet_id)
        mine.parts["merges"] = kept
        if not kept:
            del mine.parts["merges"]


def _copy_rules(batch: Batch, source: Area, sheet_id: int, shifts: list[tuple[int, int]]) -> None:
    """Stretch rules of the same sheet over the copies; on another sheet they become rules of their own."""
    book = batch.book
    origin = book.sheet(source.sheet_id)
    box = Box(*source[1:])  # type: ignore[arg-type]
    for index, rule in enumerate(list(origin.parts.get("conditionalFormats", ()))):
        pieces = []
        for place in rule["ranges"]:
            common = _common(box, origin.box(a1.area_of(place)))
            if common is not None:
                pieces.append(Area(source.sheet_id, *common))
        if not pieces:
            continue
        new = [a1.grid_range(_shifted(piece, sheet_id, shift)) for shift in shifts for piece in pieces]
        mine = book.writable(sheet_id)
        if sheet_id == source.sheet_id:
            held = mine.parts["conditionalFormats"][index]
            covered = [a1.area_of(place) for place in held["ranges"]]
            held["ranges"] = held["ranges"] + [
                place for place in new if not any(area.covers(a1.area_of(place)) for area in covered)
            ]
        elif new:
            mine.parts.setdefault("conditionalFormats", []).append({**rule, "ranges": new})


def _common(one: Box, two: Box) -> Box | None:
    box = Box(
        max(one.row0, two.row0), min(one.row1, two.row1), max(one.col0, two.col0), min(one.col1, two.col1)
    )
    return None if box.empty else box
