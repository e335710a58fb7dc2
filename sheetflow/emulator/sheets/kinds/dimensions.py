"""Rows and columns: inserting, deleting, moving, appending, sizes, and groups."""

from __future__ import annotations

from typing import Literal

from sheetflow.emulator.sheets import access
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.kinds.batch import Batch, kind, without_defaults
from sheetflow.emulator.sheets.sheet import PIXELS, Sheet
from sheetflow.emulator.sheets.shifts import Shifted, without_zero_ids
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, assign, invalid

Dimension = Literal["ROWS", "COLUMNS"]
_CHARACTER_PIXELS, _PADDING_PIXELS = 7.2, 18


def _span(batch: Batch, place: Json, *, to_end: bool = False) -> tuple[Sheet, Dimension, int, int]:
    """The sheet, dimension and half-open indices of a DimensionRange.

    Args:
        batch: the running batch.
        place: the DimensionRange; an open side reaches to the grid's edge.
        to_end: whether indices may lie beyond the grid (inserting at its end).
    """
    sheet = batch.book.sheet(place.get("sheetId", 0))
    dimension: Dimension
    if place.get("dimension") == "ROWS":
        dimension = "ROWS"
    elif place.get("dimension") == "COLUMNS":
        dimension = "COLUMNS"
    else:
        raise invalid("range.dimension is required.")
    count = sheet.count(dimension)
    start = place.get("startIndex", 0)
    end = place.get("endIndex", count)
    if start < 0 or end <= start:
        raise invalid(f"range.endIndex[{end}] must be after startIndex[{start}]")
    if not to_end and end > count:
        label = "rows" if dimension == "ROWS" else "columns"
        raise invalid(f"range.endIndex[{end}] is beyond the sheet's {count} {label}")
    return sheet, dimension, start, end


def strip(sheet_id: int, dimension: str, start: int, end: int | None) -> Area:
    """Whole rows or columns as an area."""
    if dimension == "ROWS":
        return Area(sheet_id, start, end, None, None)
    return Area(sheet_id, None, None, start, end)


@kind("insertDimension")
def insert_dimension(batch: Batch, request: Json) -> None:
    """Insert blank rows or columns; all that stands at or after them moves on."""
    if "endIndex" not in request.get("range", {}):
        raise invalid("range.endIndex is required.")
    sheet, dimension, start, end = _span(batch, request["range"], to_end=True)
    before = request.get("inheritFromBefore", False)
    count = sheet.count(dimension)
    if start > count:
        label = "rows" if dimension == "ROWS" else "columns"
        raise invalid(f"range.startIndex[{start}] is beyond the sheet's {count} {label}")
    if before and start == 0:
        raise invalid("inheritFromBefore cannot be true when inserting at index 0.")
    access.check_insert(batch.doc, batch.caller, sheet.sheet_id, dimension, start)
    like = start - 1 if before else (start if start < count else None)
    batch.book.writable(sheet.sheet_id).insert(dimension, start, end - start, like=like)
    batch.book.carry(Shifted("insert", sheet.sheet_id, dimension, start, end))
    batch.book.guard_size()


@kind("deleteDimension")
def delete_dimension(batch: Batch, request: Json) -> None:
    """Delete rows or columns."""
    sheet, dimension, start, end = _span(batch, request.get("range", {}))
    label, frozen = ("rows", "frozenRowCount") if dimension == "ROWS" else ("columns", "frozenColumnCount")
    count = sheet.count(dimension)
    if end - start >= count:
        raise invalid(f"You can't delete all the {label} on the sheet.")
    held = sheet.properties["gridProperties"].get(frozen, 0)
    if held and start <= held and end == count:
        raise invalid(f"Sorry, it is not possible to delete all non-frozen {label}.")
    batch.check(strip(sheet.sheet_id, dimension, start, end), moving=True)
    mine = batch.book.writable(sheet.sheet_id)
    mine.delete(dimension, start, end)
    if held > start:
        mine.properties["gridProperties"][frozen] = held - (min(held, end) - start)
    batch.book.carry(Shifted("delete", sheet.sheet_id, dimension, start, end))


@kind("moveDimension")
def move_dimension(batch: Batch, request: Json) -> None:
    """Move rows or columns to before another one."""
    sheet, dimension, start, end = _span(batch, request.get("source", {}))
    to = request.get("destinationIndex", 0)
    if not 0 <= to <= sheet.count(dimension):
        raise invalid(f"destinationIndex[{to}] is outside the sheet")
    if start <= to <= end:
        return
    touched = strip(sheet.sheet_id, dimension, min(start, to), max(end, to))
    batch.check(touched, moving=True)
    batch.book.writable(sheet.sheet_id).move(dimension, start, end, to)
    batch.book.carry(Shifted("move", sheet.sheet_id, dimension, start, end, to))


@kind("appendDimension")
def append_dimension(batch: Batch, request: Json) -> None:
    """Make the grid longer or wider."""
    dimension = request.get("dimension")
    if dimension not in ("ROWS", "COLUMNS"):
        raise invalid("dimension is required.")
    length = request.get("length", 0)
    if length < 1:
        raise invalid("length must be greater than 0.")
    sheet = batch.book.writable(request.get("sheetId", 0))
    sheet.resize(dimension, sheet.count(dimension) + length)
    batch.book.guard_size()


@kind("updateDimensionProperties")
def update_dimension_properties(batch: Batch, request: Json) -> None:
    """Set height, width or visibility."""
    mask = batch.mask(request, "DimensionProperties")
    sheet, dimension, start, end = _span(batch, request.get("range", {}))
    access.check_sheet(batch.doc, batch.caller, sheet.sheet_id)
    wanted = request.get("properties", {})
    if "*" in mask:
        mask = {"pixelSize": {}, "hiddenByUser": {}}
    mask = {name: branch for name, branch in mask.items() if name != "hiddenByFilter"}  # read-only
    if not mask:
        return
    meta = batch.book.writable(sheet.sheet_id).meta[dimension]
    for index in range(start, end):
        properties: Json = dict(meta.get(index, {}))
        assign(properties, wanted, mask)
        properties = without_defaults(properties, "hiddenByUser", "hiddenByFilter")
        if properties:
            meta[index] = properties
        else:
            meta.pop(index, None)


@kind("autoResizeDimensions")
def auto_resize_dimensions(batch: Batch, request: Json) -> None:
    """Fit columns to their longest text. The emulator has no fonts: it counts characters."""
    sheet, dimension, start, end = _span(batch, request.get("dimensions", {}))
    mine = batch.book.writable(sheet.sheet_id)
    if dimension == "ROWS":
        for index in range(start, end):
            mine.meta["ROWS"].pop(index, None)
        return
    view = View(batch.book, mine)
    for column in range(start, end):
        longest = 0
        for row in range(view.rows):
            value = view.value(row, column)
            if value is not None:
                lines = view.formatted(mine.cell(row, column), value).split("\n")
                longest = max(longest, *(len(line) for line in lines))
        if longest:
            mine.meta["COLUMNS"][column] = {
                **mine.meta["COLUMNS"].get(column, {}),
                "pixelSize": max(round(longest * _CHARACTER_PIXELS) + _PADDING_PIXELS, PIXELS["ROWS"]),
            }


@kind("addDimensionGroup")
def add_dimension_group(batch: Batch, request: Json) -> Json:
    """Group rows or columns; a group over others goes one level deeper."""
    sheet, dimension, start, end = _span(batch, request.get("range", {}))
    mine = batch.book.writable(sheet.sheet_id)
    depths = _depths(mine, dimension)
    for index in range(start, end):
        depths[index] = depths.get(index, 0) + 1
    _regroup(mine, dimension, depths)
    name = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    mine.properties["gridProperties"].setdefault(name, True)
    return {"dimensionGroups": without_zero_ids(mine.parts.get(_PART[dimension], []))}


@kind("deleteDimensionGroup")
def delete_dimension_group(batch: Batch, request: Json) -> Json:
    """Take one level of grouping away from rows or columns."""
    sheet, dimension, start, end = _span(batch, request.get("range", {}))
    mine = batch.book.writable(sheet.sheet_id)
    depths = _depths(mine, dimension)
    if not any(depths.get(index) for index in range(start, end)):
        raise invalid("There is no group on the given range.")
    for index in range(start, end):
        if depths.get(index):
            depths[index] -= 1
    _regroup(mine, dimension, depths)
    groups = without_zero_ids(mine.parts.get(_PART[dimension], []))
    return {"dimensionGroups": groups} if groups else {}


@kind("updateDimensionGroup")
def update_dimension_group(batch: Batch, request: Json) -> None:
    """Collapse or open a group."""
    mask = batch.mask(request, "DimensionGroup")
    wanted = request.get("dimensionGroup", {})
    sheet, dimension, start, end = _span(batch, wanted.get("range", {}))
    for group in batch.book.writable(sheet.sheet_id).parts.get(_PART[dimension], ()):
        place = group["range"]
        same = (place["startIndex"], place["endIndex"]) == (start, end)
        if same and group["depth"] == wanted.get("depth", group["depth"]):
            if "collapsed" in mask or "*" in mask:
                group.pop("collapsed", None)
                if wanted.get("collapsed"):
                    group["collapsed"] = True
                _hide(
                    batch.book.writable(sheet.sheet_id), dimension, start, end, bool(wanted.get("collapsed"))
                )
            return
    raise invalid("There is no group on the given range.")


def _hide(sheet: Sheet, dimension: str, start: int, end: int, hidden: bool) -> None:  # noqa: FBT001
    """Hide rows or columns, or show them, as a person does."""
    meta = sheet.meta[dimension]
    for index in range(start, end):
        rest = {name: part for name, part in meta.get(index, {}).items() if name != "hiddenByUser"}
        if hidden:
            rest["hiddenByUser"] = True
        if rest:
            meta[index] = rest
        else:
            meta.pop(index, None)


_PART = {"ROWS": "rowGroups", "COLUMNS": "columnGroups"}


def _depths(sheet: Sheet, dimension: str) -> dict[int, int]:
    depths: dict[int, int] = {}
    for group in sheet.parts.get(_PART[dimension], ()):
        for index in range(group["range"]["startIndex"], group["range"]["endIndex"]):
            depths[index] = max(depths.get(index, 0), group["depth"])
    return depths


def _regroup(sheet: Sheet, dimension: str, depths: dict[int, int]) -> None:
    """Keep the groups as runs of indices, by beginning and then by depth; the collapsed stay so."""
    shut = {
        (group["range"]["startIndex"], group["range"]["endIndex"])
        for group in sheet.parts.get(_PART[dimension], ())
        if group.get("collapsed")
    }
    groups: list[Json] = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        start = None
        for index in range(sheet.count(dimension) + 1):
            inside = depths.get(index, 0) >= depth
            if inside and start is None:
                start = index
            elif not inside and start is not None:
                place = {
                    "sheetId": sheet.sheet_id,
                    "dimension": dimension,
                    "startIndex": start,
                    "endIndex": index,
                }
                closed = {"collapsed": True} if (start, index) in shut else {}
                groups.append({"range": place, "depth": depth, **closed})
                start = None
    if groups:
        groups.sort(key=lambda group: (group["range"]["startIndex"], group["depth"]))
        sheet.parts[_PART[dimension]] = groups
    else:
        sheet.parts.pop(_PART[dimension], None)
