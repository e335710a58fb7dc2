"""A sheet as `spreadsheets.create` describes it: properties, data and what stands on it."""

from __future__ import annotations

from sheetflow.emulator.sheets import defaults, filtering, styles, values
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
    for part in ("merges", "conditionalFormats", "protectedRanges", "bandedRanges", "tables"):
        if wanted.get(part):
            sheet.parts[part] = wanted[part]
    if wanted.get("filterViews"):
        sheet.parts["filterViews"] = [filtering.kept(view) for view in wanted["filterViews"]]
    if wanted.get("basicFilter"):
        sheet.parts["basicFilter"] = filtering.kept(wanted["basicFilter"])
    return sheet
