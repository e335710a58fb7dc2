"""A spreadsheet as `spreadsheets.get` answers it: properties, sheets with their objects, and grid data."""

from __future__ import annotations

from typing import Any

from sheetflow.emulator.sheets import access, comments, filtering, tables
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import BLANK, Cell, extended
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.formulas import Value
from sheetflow.emulator.sheets.sheet import PIXELS, Sheet
from sheetflow.emulator.sheets.shifts import without_zero_ids
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, Mask, pick, selects

ADDRESS = "https://docs.google.com/spreadsheets/d/{}/edit"
_PARTS = (
    "merges",
    "conditionalFormats",
    "filterViews",
    "basicFilter",
    "charts",
    "bandedRanges",
    "rowGroups",
    "columnGroups",
    "slicers",
)


def spreadsheet(
    doc: Document,
    caller: str,
    *,
    areas: list[Area] | None = None,
    grid: bool = False,
    mask: Mask | None = None,
    threads: list[Json] | None = None,
    mode: str = "",
    banded_tables: bool = True,
) -> Json:
    """The Spreadsheet message.

    Args:
        doc: the spreadsheet; the caller of this function holds its lock.
        caller: whose view it is: protections say whether this person can edit.
        areas: show only sheets that these touch, and grid data of these.
        grid: whether to include grid data; not heeded when a mask is given, which then decides.
        mask: the answer's field mask.
        threads: the CommentThreads where comments are included, else None.
        mode: the view mode of comments that the answer names, "" for none.
        banded_tables: whether the colours of tables are among the banded ranges.
    """
    book = doc.book
    with_grid = grid if mask is None else selects(mask, "sheets", "data")
    sheets = []
    for index, sheet in enumerate(book.sheets):
        mine = None if areas is None else [area for area in areas if area.sheet_id == sheet.sheet_id]
        if mine is not None and not mine:
            continue
        shown = _sheet(doc, sheet, index, caller)
        bands = tables.bands(sheet) if banded_tables else []
        if bands:
            shown["bandedRanges"] = [*shown.get("bandedRanges", []), *without_zero_ids(bands)]
        if threads:
            found = comments.anchors(sheet, threads)
            shown.update({"commentAnchors": without_zero_ids(found)} if found else {})
        if with_grid:
            shown["data"] = grid_data(doc, sheet, mine or [sheet.whole()], mask)
        sheets.append(shown)
    answer: Json = {
        "spreadsheetId": doc.id,
        "properties": book.properties,
        "sheets": sheets,
        "spreadsheetUrl": ADDRESS.format(doc.id),
    }
    if book.named_ranges:
        answer["namedRanges"] = without_zero_ids(book.named_ranges)
    of_book = [item for item in book.metadata if item["location"].get("locationType") == "SPREADSHEET"]
    if of_book:
        answer["developerMetadata"] = of_book
    if threads:
        answer["comments"] = threads
    if mode:
        answer["commentsViewMode"] = mode
    return answer if mask is None else dict(pick(answer, mask))


def sheet_properties(sheet: Sheet, index: int) -> Json:
    """SheetProperties as answered, with the index."""
    properties = dict(sheet.properties)
    head = {name: properties.pop(name) for name in ("sheetId", "title")}
    if properties.get("sheetType") == "OBJECT":
        del properties["gridProperties"]  # a chart's own sheet has no grid
    return {**head, "index": index, **properties}


def _sheet(doc: Document, sheet: Sheet, index: int, caller: str) -> Json:
    shown: Json = {"properties": sheet_properties(sheet, index)}
    shown.update(without_zero_ids({name: sheet.parts[name] for name in _PARTS if sheet.parts.get(name)}))
    if "basicFilter" in shown:
        shown["basicFilter"] = filtering.shown(shown["basicFilter"])
    if "filterViews" in shown:
        shown["filterViews"] = [filtering.shown(view) for view in shown["filterViews"]]
    if sheet.parts.get("tables"):
        shown["tables"] = without_zero_ids(tables.shown(doc.book, sheet))
    protections = [
        protected_range(item, caller, doc.owner) for item in sheet.parts.get("protectedRanges", ())
    ]
    if protections:
        shown["protectedRanges"] = protections
    mine = [m for m in doc.book.metadata if _location(m) == ("SHEET", sheet.sheet_id)]
    if mine:
        shown["developerMetadata"] = mine
    return shown


def protected_range(item: Json, caller: str, owner: str) -> Json:
    """A ProtectedRange as `caller` sees it: editors are shown to those only who may edit it."""
    shown = dict(without_zero_ids(item))
    if access.can_edit(item, caller, owner):
        shown["requestingUserCanEdit"] = True
    if not access.is_editor(item, caller, owner):
        shown.pop("editors", None)
    return shown


def grid_data(doc: Document, sheet: Sheet, areas: list[Area], mask: Mask | None) -> list[Json]:
    """GridData of each area."""
    view = View(doc.book, sheet)
    data = []
    for area in areas:
        box = doc.book.box(area)
        shown: Json = {}
        if box.row0:
            shown["startRow"] = box.row0
        if box.col0:
            shown["startColumn"] = box.col0
        if selects(mask, "sheets", "data", "rowData"):
            rows = _rows(view, box, mask)
            if rows:
                shown["rowData"] = rows
        for name, dimension, span in (
            ("rowMetadata", "ROWS", range(box.row0, box.row1)),
            ("columnMetadata", "COLUMNS", range(box.col0, box.col1)),
        ):
            if selects(mask, "sheets", "data", name):
                shown[name] = _dimensions(doc, sheet, dimension, span)
        data.append(shown)
    return data


def _rows(view: View, box: Box, mask: Mask | None) -> list[Json]:
    light = not any(
        selects(mask, "sheets", "data", "rowData", "values", name)
        for name in ("effectiveFormat", "effectiveValue", "formattedValue")
    )
    rows: list[Json] = []
    source = view.sheet.rows
    for row in range(box.row0, min(box.row1, max(len(source), view.rows))):
        line = source[row] if row < len(source) else None
        width = max(view.width(row), 0 if line is None else len(line.cells))
        cells: list[Json] = []
        for column in range(box.col0, min(box.col1, width)):
            cell = BLANK if line is None else line.get(column)
            value = None if light else view.value(row, column)
            cells.append(cell_data(view, cell, value, (row, column), light=light))
        while cells and not cells[-1]:
            cells.pop()
        rows.append({"values": cells} if cells else {})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def cell_data(view: View, cell: Cell, value: Value, at: tuple[int, int], *, light: bool = False) -> Json:
    """CellData; {} for a cell in which nothing is.

    Args:
        view: the sheet's view.
        cell: what was put into the cell.
        value: its effective value.
        at: its row and column.
        light: whether only what was entered is asked for: what conditional formats make of it costs most.
    """
    data: Json = {}
    entered = extended(cell.value)
    if entered is not None:
        data["userEnteredValue"] = entered
    if value is not None:
        data["effectiveValue"] = extended(value)
        data["formattedValue"] = view.formatted(cell, value, at)
    if cell.format:
        data["userEnteredFormat"] = cell.format
    if not light:
        styled = value is not None or cell.format
        style = view.style(cell, value, at) if styled else view.painted(at)
        if style is not None:
            data["effectiveFormat"] = style
    link = view.link(cell, at)
    if link:
        data["hyperlink"] = link
        if "effectiveFormat" in data and "hyperlinkDisplayType" not in (cell.format or {}):
            data["effectiveFormat"] = {**data["effectiveFormat"], "hyperlinkDisplayType": "LINKED"}
    if cell.note:
        data["note"] = cell.note
    rule = cell.validation or view.rule(at)
    if rule:
        data["dataValidation"] = rule
    if cell.more:
        data.update(cell.more)
    return data


def _dimensions(doc: Document, sheet: Sheet, dimension: str, span: range) -> list[Json]:
    tagged: dict[int, list[Json]] = {}
    for item in doc.book.metadata:
        place: dict[str, Any] = item["location"].get("dimensionRange", {})
        if place.get("sheetId", 0) == sheet.sheet_id and place.get("dimension") == dimension:
            tagged.setdefault(place.get("startIndex", 0), []).append(without_zero_ids(item))
    known = sheet.meta[dimension]
    answer = []
    for index in span:
        properties = {"pixelSize": PIXELS[dimension], **known.get(index, {})}
        if index in tagged:
            properties["developerMetadata"] = tagged[index]
        answer.append(properties)
    return answer


def _location(metadata: Json) -> tuple[str, int | None]:
    location = metadata["location"]
    return location.get("locationType", ""), location.get("sheetId")
