"""A sheet as `spreadsheets.create` describes it: properties, data and what stands on it."""

from __future__ import annotations

from collections.abc import Sequence

from sheetflow.emulator.sheets import defaults, styles, values
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.kinds.content import put_rows
from sheetflow.emulator.sheets.kinds.tabs import check_title
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.wire import Json, invalid


def new_sheet(book: Book, index: int, wanted: Json) -> Sheet:
    """A sheet of a spreadsheet that is being created, with its data."""
    given = styles.with_color_styles(wanted.get("properties", {}))
    sheet_id = given.get("sheetId")
    if sheet_id is None:
        sheet_id = 0 if index == 0 else defaults.fresh_id()
    if book.find(sheet_id) is not None:
        raise invalid(f"A sheet with id {sheet_id} already exists.")
    title = given.get("title") or f"Sheet{index + 1}"
    check_title(book, title)
    properties = {**defaults.sheet_properties(sheet_id, title), **given}
    properties["gridProperties"] = {
        "rowCount": defaults.ROWS,
        "columnCount": defaults.COLUMNS,
        **given.get("gridProperties", {}),
    }
    properties.update(sheetId=sheet_id, title=title)
    properties.pop("index", None)
    sheet = Sheet(book.token, properties)
    for data in wanted.get("data", []):
        rows = data.get("rowData", [])
        top, left = data.get("startRow", 0), data.get("startColumn", 0)
        width = max((len(row.get("values", ())) for row in rows), default=0)
        values.grow(book, sheet, top + len(rows), left + width)
        box = sheet.box(Area(sheet_id, top, top + len(rows), left, left + width))
        put_rows(sheet, box, rows, {"*": {}}, clear_rest=False)
        _sizes(sheet, "ROWS", top, data.get("rowMetadata", ()))
        _sizes(sheet, "COLUMNS", left, data.get("columnMetadata", ()))
    return sheet


def _sizes(sheet: Sheet, dimension: str, start: int, given: Sequence[Json]) -> None:
    """Heights, widths and what is hidden."""
    for index, properties in enumerate(given, start):
        kept = {name: properties[name] for name in ("pixelSize", "hiddenByUser") if properties.get(name)}
        if kept and index < sheet.count(dimension):
            sheet.meta[dimension][index] = kept


_PARTS = (
    ("protectedRanges", "addProtectedRange", "protectedRange"),
    ("bandedRanges", "addBanding", "bandedRange"),
    ("tables", "addTable", "table"),
    ("filterViews", "addFilterView", "filter"),
    ("charts", "addChart", "chart"),
    ("slicers", "addSlicer", "slicer"),
    ("developerMetadata", "createDeveloperMetadata", "developerMetadata"),
)


def requests(wanted: Json, book: Book) -> list[Json]:
    """What has to be asked for of a new spreadsheet, so that all stands on it that was described.

    Args:
        wanted: a Spreadsheet.
        book: the new one, with its sheets.
    """
    asked = [{"addNamedRange": {"namedRange": item}} for item in wanted.get("namedRanges", ())]
    asked += [
        {"createDeveloperMetadata": {"developerMetadata": i}} for i in wanted.get("developerMetadata", ())
    ]
    for sheet, one in zip(book.sheets, wanted.get("sheets", ()), strict=False):
        home = sheet.sheet_id
        asked += [{"mergeCells": {"range": place}} for place in one.get("merges", ())]
        for index, rule in enumerate(one.get("conditionalFormats", ())):
            asked.append({"addConditionalFormatRule": {"rule": rule, "index": index}})
        for part, kind, name in _PARTS:
            asked += [{kind: {name: item}} for item in one.get(part, ())]
        if "basicFilter" in one:
            basic = one["basicFilter"]
            where = {} if "tableId" in basic else {"range": {"sheetId": home}}
            asked.append({"setBasicFilter": {"filter": {**where, **basic}}})
        for group in (*one.get("rowGroups", ()), *one.get("columnGroups", ())):
            asked.append({"addDimensionGroup": {"range": group.get("range", {})}})
            if group.get("collapsed"):
                asked.append({"updateDimensionGroup": {"dimensionGroup": group, "fields": "collapsed"}})
    return asked
