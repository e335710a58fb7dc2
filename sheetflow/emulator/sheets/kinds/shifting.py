"""Cells that are inserted, deleted or moved within a sheet, and all that points to them goes along."""

from __future__ import annotations

from typing import Literal

from sheetflow.emulator.sheets import a1, following
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import BLANK
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.shifts import Shifted, each_place
from sheetflow.emulator.sheets.values import grow
from sheetflow.emulator.wire import Json, invalid

Dimension = Literal["ROWS", "COLUMNS"]


@kind("insertRange")
def insert_range(batch: Batch, request: Json) -> None:
    """Insert blank cells; those at or after them move on."""
    dimension = _dimension(request)
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area._replace(row1=None) if dimension == "ROWS" else area._replace(col1=None))
    shift_cells(batch, area.sheet_id, box, dimension)


def shift_cells(batch: Batch, sheet_id: int, box: Box, dimension: Dimension) -> None:
    """Shift what stands in and after a box by its height (ROWS) or width; the grid grows if it must."""
    sheet = batch.book.writable(sheet_id)
    tail = _tail(sheet, box, dimension)
    _guard_shape(sheet, tail, box, dimension)
    if dimension == "ROWS":
        height = box.row1 - box.row0
        last = max((i + 1 for i in range(box.row0, len(sheet.rows)) if _filled(sheet, i, box)), default=0)
        needed = max(last, _reach(batch, tail, dimension))
        if needed > box.row0:
            grow(batch.book, sheet, needed + height, 1)
        slide(sheet, Box(box.row0, last, box.col0, box.col1), height, 0)
        strip = (box.col0, box.col1, sheet.row_count)
        change = Shifted("insert", sheet_id, dimension, box.row0, box.row1, 0, *strip)
    else:
        width = box.col1 - box.col0
        longest = max((len(row.cells) for row in sheet.rows[box.row0 : box.row1] if row), default=0)
        needed = max(longest, _reach(batch, tail, dimension))
        if needed > box.col0:
            grow(batch.book, sheet, 1, needed + width)
        slide(sheet, Box(box.row0, box.row1, box.col0, longest), 0, width)
        strip = (box.row0, box.row1, sheet.column_count)
        change = Shifted("insert", sheet_id, dimension, box.col0, box.col1, 0, *strip)
    following.carry(batch.book, change)


@kind("deleteRange")
def delete_range(batch: Batch, request: Json) -> None:
    """Delete cells; those after them in the same rows or columns move up or left."""
    dimension = _dimension(request)
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area._replace(row1=None) if dimension == "ROWS" else area._replace(col1=None))
    sheet = batch.book.writable(area.sheet_id)
    _guard_shape(sheet, _tail(sheet, box, dimension), box, dimension)
    empty(sheet, box)
    if dimension == "ROWS":
        slide(sheet, Box(box.row1, len(sheet.rows), box.col0, box.col1), box.row0 - box.row1, 0)
        change = Shifted("delete", area.sheet_id, dimension, box.row0, box.row1, 0, box.col0, box.col1)
    else:
        slide(sheet, Box(box.row0, box.row1, box.col1, sheet.column_count), 0, box.col0 - box.col1)
        change = Shifted("delete", area.sheet_id, dimension, box.col0, box.col1, 0, box.row0, box.row1)
    following.carry(batch.book, change)


def _dimension(request: Json) -> Dimension:
    wanted = request.get("shiftDimension")
    if wanted == "ROWS":
        return "ROWS"
    if wanted == "COLUMNS":
        return "COLUMNS"
    raise invalid("shiftDimension is required.")


def _filled(sheet: Sheet, row: int, box: Box) -> bool:
    line = sheet.rows[row]
    return line is not None and any(cell is not None for cell in line.cells[box.col0 : box.col1])


def _reach(batch: Batch, tail: Area, dimension: Dimension) -> int:
    """How far the merges, tables and beginnings of other objects in a strip reach: they must fit the grid."""
    rows = dimension == "ROWS"
    sheet = batch.book.sheet(tail.sheet_id)
    reach = -1

    def note(place: Json) -> Json:
        nonlocal reach
        if "dimension" not in place and "startRowIndex" in place and "startColumnIndex" in place:
            area = a1.area_of(place)
            if tail.overlaps(area) and _spans(tail, area, dimension):
                reach = max(reach, (area.row0 if rows else area.col0) or 0)
        return place

    parts = {name: part for name, part in sheet.parts.items() if name not in ("rowGroups", "columnGroups")}
    each_place([parts, batch.book.named_ranges], note)
    begun = reach + 1
    for place in [*sheet.parts.get("merges", ()), *(one["range"] for one in sheet.parts.get("tables", ()))]:
        area = a1.area_of(place)
        if tail.overlaps(area):
            begun = max(begun, (area.row1 if rows else area.col1) or 0)
    return begun


def _tail(sheet: Sheet, box: Box, dimension: Dimension) -> Area:
    if dimension == "ROWS":
        return Area(sheet.sheet_id, box.row0, None, box.col0, box.col1)
    return Area(sheet.sheet_id, box.row0, box.row1, box.col0, None)


def _guard_shape(sheet: Sheet, tail: Area, box: Box, dimension: Dimension) -> None:
    """Refuse to tear a merge or a table apart."""
    for place in sheet.parts.get("merges", ()):
        area = a1.area_of(place)
        if tail.overlaps(area) and not _spans(tail, area, dimension):
            raise invalid("You can't perform this operation because it would break apart a merged range.")
    for table in sheet.parts.get("tables", ()):
        area = a1.area_of(table["range"])
        if tail.overlaps(area) and not _spans(tail, area, dimension):
            raise invalid("This operation is not allowed because it would break a table apart.")
    del box


def _spans(tail: Area, area: Area, dimension: Dimension) -> bool:
    """Whether an area lies in the strip that is shifted, however far it reaches before it."""
    if dimension == "ROWS":
        return tail._replace(row0=None).covers(area)
    return tail._replace(col0=None).covers(area)


def empty(sheet: Sheet, box: Box) -> None:
    """Take all out of a box of cells."""
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, box.col1):
            sheet.put(row, column, BLANK)


def slide(sheet: Sheet, box: Box, down: int, across: int) -> None:
    """Move a box of cells; what it leaves is blank."""
    moved = {}
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, box.col1):
            cell = sheet.cell(row, column)
            if not cell.blank:
                moved[row, column] = cell
    for row, column in moved:
        sheet.put(row, column, BLANK)
    for (row, column), cell in moved.items():
        sheet.put(row + down, column + across, cell)
