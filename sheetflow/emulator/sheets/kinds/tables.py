"""Tables: addTable, updateTable, deleteTable, and where appended rows go."""

from __future__ import annotations

from sheetflow.emulator.sheets import a1, defaults, formulas, styles, tables
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import BLANK
from sheetflow.emulator.sheets.kinds.appearance import found, removed
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.kinds.shifting import shift_cells
from sheetflow.emulator.sheets.shifts import with_sheet_ids, without_zero_ids
from sheetflow.emulator.sheets.values import grow
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, assign, invalid

_CHIPS = ("FINANCE_CHIP", "PLACE_CHIP")


@kind("addTable")
def add_table(batch: Batch, request: Json) -> Json:
    """Make a table of a range; names that are given go into its header."""
    wanted = _wanted(request)
    if "range" not in wanted:
        raise invalid("The range of a table must be specified.")
    area = batch.area(wanted["range"])
    box = batch.book.box(area, clip=False)
    batch.check(area)
    identifier = wanted.get("tableId") or str(defaults.fresh_id())
    name = wanted.get("name") or _free_name(batch)
    item = {**wanted, "tableId": identifier, "name": name, "range": a1.grid_range(Area(area.sheet_id, *box))}
    _check(batch, item)
    batch.book.writable(area.sheet_id).parts.setdefault("tables", []).append(item)
    _write_headers(batch, item, box)
    shown = tables.shown(batch.book, batch.book.sheet(area.sheet_id))
    (answer,) = [one for one in shown if one["tableId"] == identifier]
    return {"table": without_zero_ids(answer)}


def _wanted(request: Json) -> Json:
    """The Table of a request as it is kept; its colours have one name only."""
    wanted: Json = with_sheet_ids(request.get("table", {}))
    if "rowsProperties" in wanted:
        colors = styles.with_color_styles(wanted["rowsProperties"])
        wanted["rowsProperties"] = {name: one for name, one in colors.items() if name.endswith("Style")}
    return wanted


def _free_name(batch: Batch) -> str:
    taken = {item["name"].casefold() for _, item in tables.every(batch.book)}
    number = 1
    while f"table{number}" in taken:
        number += 1
    return f"Table{number}"


def _check(batch: Batch, item: Json) -> None:
    """Refuse a table whose id or name is taken, that covers another, or whose columns are none of it."""
    area = a1.area_of(item["range"])
    for _, other in tables.every(batch.book):
        if other is item:
            continue
        if other["tableId"] == item["tableId"]:
            raise invalid(f"A table with id: {item['tableId']} already exists.")
        if other["name"].casefold() == item["name"].casefold():
            raise invalid(
                f'A table with the name "{item["name"]}" already exists. Please enter another name.'
            )
        if a1.area_of(other["range"]).overlaps(area):
            raise invalid("You cannot add a table to a range that already has a table.")
    width = (area.col1 or 0) - (area.col0 or 0)
    seen: set[int] = set()
    for column in item.get("columnProperties", ()):
        index = column.get("columnIndex", 0)
        if not 0 <= index < width:
            raise invalid(f"columnProperties.columnIndex[{index}] is outside the table's {width} columns")
        if index in seen:
            raise invalid(f"columnProperties.columnIndex[{index}] occurs twice")
        seen.add(index)
        if column.get("columnType") in _CHIPS:
            raise invalid(f"Column type {column['columnType']} can only be set in Google Sheets.")
        rule = column.get("dataValidationRule")
        if rule and (
            column.get("columnType") != "DROPDOWN" or rule.get("condition", {}).get("type") != "ONE_OF_LIST"
        ):
            raise invalid("A data validation rule is valid only for a DROPDOWN column, with ONE_OF_LIST.")


def _write_headers(batch: Batch, item: Json, box: Box, *, over: bool = False) -> None:
    """Write the columns' names into the header: where it is blank, or (`over`) wherever one is given."""
    sheet = batch.book.writable(a1.area_of(item["range"]).sheet_id)
    given = {one.get("columnIndex", 0): one.get("columnName") for one in item.get("columnProperties", ())}
    texts = {}
    for index in range(box.col1 - box.col0):
        name = given.get(index)
        if name or not tables.header(batch.book, sheet, box, index):
            texts[index] = name or f"Column {index + 1}"
    for index, text in texts.items():
        if over or given.get(index) or not tables.header(batch.book, sheet, box, index):
            cell = sheet.cell(box.row0, box.col0 + index)
            if cell.value != text:
                sheet.put(box.row0, box.col0 + index, cell.holding(text))


@kind("updateTable")
def update_table(batch: Batch, request: Json) -> None:
    """Change a table's name, range, columns or colours."""
    mask = batch.mask(request, "Table")
    wanted = _wanted(request)
    item = found(batch, "tables", "tableId", wanted.get("tableId", ""), "table")
    home, old_name = a1.area_of(item["range"]).sheet_id, item["name"]
    first, footed = a1.area_of(item["range"]).col0 or 0, tables.has_footer(item)
    assign(item, {**wanted, "tableId": item["tableId"], tables.NAMES: item.get(tables.NAMES, [])}, mask)
    if tables.has_footer(item) != footed and "range" not in mask and "*" not in mask:
        _footed(batch, item, 1 if tables.has_footer(item) else -1)
    area = batch.area(item.get("range", {}))
    if area.sheet_id != home:
        raise invalid("A table cannot be moved to another sheet.")
    box = batch.book.box(area, clip=False)
    batch.check(area)
    if not item.get("name"):
        raise invalid("The name of a table cannot be empty.")
    item["range"] = a1.grid_range(Area(home, *box))
    _check(batch, item)
    item[tables.NAMES] = [
        {**one, "columnIndex": one["columnIndex"] + first - box.col0} for one in item.get(tables.NAMES, ())
    ]
    if item["name"] != old_name:
        batch.book.rewrite(formulas.TableRenamed(old_name, item["name"]))
    if "columnProperties" in mask or "range" in mask or "*" in mask:
        _write_headers(batch, item, box, over="range" not in mask or "*" in mask)


def _footed(batch: Batch, item: Json, more: int) -> None:
    """Make a table a row longer for a footer that it gets, or shorter for one that it loses."""
    last = int(item["range"]["endRowIndex"]) + more
    sheet = batch.book.writable(item["range"].get("sheetId", 0))
    grow(batch.book, sheet, last, 1)
    item["range"] = {**item["range"], "endRowIndex": last}


@kind("deleteTable")
def delete_table(batch: Batch, request: Json) -> None:
    """Delete a table with what is in it."""
    identifier = request.get("tableId", "")
    item = found(batch, "tables", "tableId", identifier, "table")
    area = a1.area_of(item["range"])
    batch.check(area)
    removed(batch, "tables", "tableId", identifier, "table")
    sheet = batch.book.writable(area.sheet_id)
    box = sheet.box(area)
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, box.col1):
            sheet.put(row, column, BLANK)
    if sheet.parts.get("basicFilter", {}).get("tableId") == identifier:
        del sheet.parts["basicFilter"]
    batch.book.rewrite(formulas.TableDeleted(item["name"]))


def room_in_table(batch: Batch, identifier: str, count: int, width: int) -> tuple[int, Box]:
    """Where rows that are appended to a table go: its first blank rows; the table grows where it is full.

    Returns:
        The sheet's id, and the box of the new rows.
    """
    item = found(batch, "tables", "tableId", identifier, "table")
    area = a1.area_of(item["range"])
    if width > (area.col1 or 0) - (area.col0 or 0):
        raise invalid(f"Attempting to write column: {(area.col0 or 0) + width - 1}, beyond the table.")
    sheet = batch.book.writable(area.sheet_id)
    view = View(batch.book, sheet)
    inner = tables.body(item)
    top, end = inner.row0 or 0, inner.row1 or 0
    columns = range(inner.col0 or 0, inner.col1 or 0)
    first = end
    while first > top and all(view.value(first - 1, column) is None for column in columns):
        first -= 1
    lacking = first + count - end
    if lacking > 0:
        _lengthen(batch, item, end, lacking)
    return sheet.sheet_id, Box(first, first + count, columns.start, columns.start + width)


def _lengthen(batch: Batch, item: Json, end: int, lacking: int) -> None:
    """Put rows at the end of a table's body; what stands below it moves down."""
    area = a1.area_of(item["range"])
    sheet = batch.book.writable(area.sheet_id)
    below = Box(end, end + lacking, area.col0 or 0, area.col1 or 0)
    last = area.row1 or 0
    busy = any(
        not sheet.cell(row, column).blank
        for row in range(end, len(sheet.rows))
        for column in range(below.col0, below.col1)
    )
    if busy:
        shift_cells(batch, sheet.sheet_id, below, "ROWS")
        item = found(batch, "tables", "tableId", item["tableId"], "table")
    grow(batch.book, batch.book.writable(sheet.sheet_id), last + lacking, 1)
    item["range"] = {**item["range"], "endRowIndex": last + lacking}
