"""How cells look: merges, borders, banding, conditional formats."""

from __future__ import annotations

from typing import Any

from sheetflow.emulator.sheets import a1, defaults, styles
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import Cell
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.kinds.operands import FORMATTING, check_condition
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.shifts import with_sheet_ids, without_zero_ids
from sheetflow.emulator.wire import Json, assign, invalid


@kind("mergeCells")
def merge_cells(batch: Batch, request: Json) -> None:
    """Merge a range whole, or each of its rows or columns; only the first cell of each keeps its value."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area)
    sheet = batch.book.writable(area.sheet_id)
    _release(sheet, box)
    how = request.get("mergeType", "MERGE_ALL")
    boxes = [box]
    if how == "MERGE_ROWS":
        boxes = [Box(row, row + 1, box.col0, box.col1) for row in range(box.row0, box.row1)]
    elif how == "MERGE_COLUMNS":
        boxes = [Box(box.row0, box.row1, column, column + 1) for column in range(box.col0, box.col1)]
    for piece in boxes:
        if (piece.row1 - piece.row0) * (piece.col1 - piece.col0) > 1:
            sheet.parts.setdefault("merges", []).append(a1.grid_range(Area(sheet.sheet_id, *piece)))
            _keep_first(sheet, piece)


def _keep_first(sheet: Sheet, box: Box) -> None:
    """Gather a merged box's first value into its first cell and empty the others."""
    values = [
        (row, column)
        for row in range(box.row0, min(box.row1, len(sheet.rows)))
        for column in range(box.col0, box.col1)
        if sheet.cell(row, column).value is not None
    ]
    if not values:
        return
    first = sheet.cell(*values[0]).value
    for row, column in values:
        sheet.put(row, column, sheet.cell(row, column).holding(None))
    sheet.put(box.row0, box.col0, sheet.cell(box.row0, box.col0).holding(first))


@kind("unmergeCells")
def unmerge_cells(batch: Batch, request: Json) -> None:
    """Undo the merges of a range."""
    area = batch.area(request.get("range", {}))
    batch.check(area)
    _release(batch.book.writable(area.sheet_id), batch.book.box(area))


def _release(sheet: Sheet, box: Box) -> None:
    """Drop the merges within a box; one that reaches out of it is an error."""
    here = Area(sheet.sheet_id, *box)
    kept = []
    for place in sheet.parts.get("merges", ()):
        area = a1.area_of(place)
        if not here.overlaps(area):
            kept.append(place)
        elif not here.covers(area):
            raise invalid("You must select all cells in a merged range to merge or unmerge them.")
    sheet.parts["merges"] = kept
    if not kept:
        del sheet.parts["merges"]


@kind("updateBorders")
def update_borders(batch: Batch, request: Json) -> None:
    """Set the borders around a range and between its cells."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area)
    sheet = batch.book.writable(area.sheet_id)
    known: dict[tuple[Any, ...], tuple[Json | None, Json | None]] = {}
    lines = {name: styles.with_color_styles(line) for name, line in request.items() if name != "range"}
    for row in range(box.row0, box.row1):
        for column in range(box.col0, box.col1):
            sides = {
                "top": "top" if row == box.row0 else "innerHorizontal",
                "bottom": "bottom" if row == box.row1 - 1 else "innerHorizontal",
                "left": "left" if column == box.col0 else "innerVertical",
                "right": "right" if column == box.col1 - 1 else "innerVertical",
            }
            changes = {side: lines[name] for side, name in sides.items() if name in lines}
            if changes:
                cell = sheet.cell(row, column)
                key = (id(cell.format), *((side, sides[side]) for side in changes))
                if key not in known or known[key][0] is not cell.format:
                    known[key] = (cell.format, _bordered(cell.format, changes))
                style = known[key][1]
                sheet.put(row, column, Cell(cell.value, style, cell.note, cell.validation, cell.more))


def _bordered(old: Json | None, changes: Json) -> Json | None:
    """A format with some of its borders changed."""
    style: Json = dict(old or {})
    borders: Json = dict(style.get("borders", {}))
    for side, line in changes.items():
        if line.get("style", "NONE") == "NONE":
            borders.pop(side, None)
        else:
            width = {"SOLID_MEDIUM": 2, "SOLID_THICK": 3, "DOUBLE": 3}.get(line["style"], 1)
            borders[side] = {"width": width, **line}
    style["borders"] = borders
    if not borders:
        del style["borders"]
    return style or None


@kind("addBanding")
def add_banding(batch: Batch, request: Json) -> Json:
    """Alternating colours over a range that has none."""
    item = with_sheet_ids(styles.with_color_styles(request.get("bandedRange", {})))
    if not item.get("rowProperties") and not item.get("columnProperties"):
        raise invalid("At least one of rowProperties or columnProperties must be specified.")
    area = batch.area(item.get("range", {}))
    identifier = item.get("bandedRangeId") or defaults.fresh_id()
    for sheet in batch.book.sheets:
        for other in sheet.parts.get("bandedRanges", ()):
            if other["bandedRangeId"] == identifier:
                raise invalid(f"A banded range with id: {identifier} already exists.")
            if a1.area_of(other["range"]).overlaps(area):
                raise invalid(
                    "You cannot add alternating background colors to a range that already has alternating"
                    " background colors."
                )
    item = {"bandedRangeId": identifier, **item, "range": a1.grid_range(area)}
    batch.book.writable(area.sheet_id).parts.setdefault("bandedRanges", []).append(item)
    return {"bandedRange": without_zero_ids(item)}


@kind("updateBanding")
def update_banding(batch: Batch, request: Json) -> None:
    """Change colours or range of a banding."""
    mask = batch.mask(request, "BandedRange")
    wanted = with_sheet_ids(styles.with_color_styles(request.get("bandedRange", {})))
    item = found(batch, "bandedRanges", "bandedRangeId", wanted.get("bandedRangeId", 0), "banded range")
    assign(item, {**wanted, "bandedRangeId": item["bandedRangeId"]}, mask)
    batch.area(item["range"])


@kind("deleteBanding")
def delete_banding(batch: Batch, request: Json) -> None:
    """Take a banding away."""
    removed(batch, "bandedRanges", "bandedRangeId", request.get("bandedRangeId", 0), "banded range")


def found(batch: Batch, part: str, name: str, identifier: Any, label: str) -> Json:
    """An object of some sheet by its id, which may be written to.

    Raises:
        GoogleError: 400 `No <label> with id: …`.
    """
    for sheet in batch.book.sheets:
        if any(item[name] == identifier for item in sheet.parts.get(part, ())):
            mine = batch.book.writable(sheet.sheet_id)
            item: Json = next(item for item in mine.parts[part] if item[name] == identifier)
            return item
    raise invalid(f"No {label} with id: {identifier}")


def removed(batch: Batch, part: str, name: str, identifier: Any, label: str) -> None:
    """Remove an object of some sheet by its id, or raise as `found` does."""
    item = found(batch, part, name, identifier, label)
    for sheet in batch.book.sheets:
        if item in sheet.parts.get(part, ()):
            mine = batch.book.writable(sheet.sheet_id)
            mine.parts[part] = [other for other in mine.parts[part] if other[name] != identifier]
            if not mine.parts[part]:
                del mine.parts[part]
            return


@kind("addConditionalFormatRule")
def add_conditional_format_rule(batch: Batch, request: Json) -> None:
    """Put a rule at an index of its sheet's list, by which the earlier wins."""
    rule = _rule(batch, request.get("rule", {}))
    rules = _rules(batch, rule["ranges"][0]["sheetId"])
    index = request.get("index", 0)
    if not 0 <= index <= len(rules):
        raise invalid(f"Cannot add a conditional format at index: {index}, there are {len(rules)}")
    rules.insert(index, rule)


@kind("updateConditionalFormatRule")
def update_conditional_format_rule(batch: Batch, request: Json) -> Json:
    """Replace a rule, or move it to another index."""
    index = request.get("index", 0)
    if "rule" in request:
        rule = _rule(batch, request["rule"])
        sheet_id = rule["ranges"][0]["sheetId"]
        rules = _rules(batch, sheet_id)
        old = _at(rules, sheet_id, index)
        rules[index] = rule
        return {
            "oldRule": without_zero_ids(old),
            **({"newIndex": index} if index else {}),
            "newRule": without_zero_ids(rule),
        }
    sheet_id = request.get("sheetId", 0)
    rules = _rules(batch, sheet_id)
    rule = _at(rules, sheet_id, index)
    to = request.get("newIndex", 0)
    if not 0 <= to < len(rules):
        raise invalid(f"No conditional format on sheet: {sheet_id} at index: {to}")
    rules.insert(to, rules.pop(index))
    answer = {"newRule": without_zero_ids(rule), "oldIndex": index, "newIndex": to}
    return {name: part for name, part in answer.items() if part != 0}


@kind("deleteConditionalFormatRule")
def delete_conditional_format_rule(batch: Batch, request: Json) -> Json:
    """Remove a rule by its index."""
    sheet_id, index = request.get("sheetId", 0), request.get("index", 0)
    rules = _rules(batch, sheet_id)
    rule = _at(rules, sheet_id, index)
    del rules[index]
    if not rules:
        del batch.book.writable(sheet_id).parts["conditionalFormats"]
    return {"rule": without_zero_ids(rule)}


def _rule(batch: Batch, rule: Json) -> Json:
    rule = with_sheet_ids(styles.with_color_styles(rule))
    if not rule.get("ranges"):
        raise invalid("A conditional format must have at least one range.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid("A conditional format must have either a boolean rule or a gradient rule.")
    if "booleanRule" in rule:
        check_condition(rule["booleanRule"].get("condition", {}), FORMATTING)
    areas = [batch.area(place, empty=True) for place in rule["ranges"]]
    if len({area.sheet_id for area in areas}) > 1:
        raise invalid("All ranges of a conditional format must be on the same sheet.")
    return dict(rule)


def _rules(batch: Batch, sheet_id: int) -> list[Json]:
    rules: list[Json] = batch.book.writable(sheet_id).parts.setdefault("conditionalFormats", [])
    return rules


def _at(rules: list[Json], sheet_id: int, index: int) -> Json:
    if not 0 <= index < len(rules):
        raise invalid(f"No conditional format on sheet: {sheet_id} at index: {index}")
    return rules[index]
