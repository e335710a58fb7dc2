"""Copying, cutting and pasting; inserting and deleting ranges of cells; finding and replacing."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

from sheetflow.emulator.sheets import formulas
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import BLANK, Cell
from sheetflow.emulator.sheets.formulas import Formula, Value
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.values import grow, typed
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, invalid


@kind("copyPaste")
def copy_paste(batch: Batch, request: Json) -> None:
    """Copy a range; a larger destination is filled with repetitions."""
    source, destination = batch.area(request.get("source", {})), batch.area(request.get("destination", {}))
    box, to = batch.book.box(source), batch.book.box(destination)
    turn = request.get("pasteOrientation") == "TRANSPOSE"
    height, width = box.row1 - box.row0, box.col1 - box.col0
    if turn:
        height, width = width, height
    down = max((to.row1 - to.row0) // height, 1)
    across = max((to.col1 - to.col0) // width, 1)
    target = Box(to.row0, to.row0 + down * height, to.col0, to.col0 + across * width)
    batch.check(Area(destination.sheet_id, *target))
    clip = _Clip(batch, source.sheet_id, box)
    sheet = batch.book.writable(destination.sheet_id)
    grow(batch.book, sheet, target.row1, target.col1)
    how = request.get("pasteType", "PASTE_NORMAL")
    for row in range(target.row0, target.row1):
        for column in range(target.col0, target.col1):
            down_by, across_by = (row - target.row0) % height, (column - target.col0) % width
            at = (across_by, down_by) if turn else (down_by, across_by)
            sheet.put(row, column, clip.pasted(at, sheet.cell(row, column), how, row, column))


@kind("cutPaste")
def cut_paste(batch: Batch, request: Json) -> None:
    """Move a range to another place."""
    source = batch.area(request.get("source", {}))
    box = batch.book.box(source)
    place = request.get("destination", {})
    sheet_id, top, left = place.get("sheetId", 0), place.get("rowIndex", 0), place.get("columnIndex", 0)
    target = Box(top, top + box.row1 - box.row0, left, left + box.col1 - box.col0)
    batch.check(source)
    batch.check(Area(sheet_id, *target))
    clip = _Clip(batch, source.sheet_id, box)
    how = request.get("pasteType", "PASTE_NORMAL")
    origin = batch.book.writable(source.sheet_id)
    for row in range(box.row0, min(box.row1, len(origin.rows))):
        for column in range(box.col0, box.col1):
            cell = origin.cell(row, column)
            origin.put(row, column, BLANK if how == "PASTE_NORMAL" else cell.holding(None))
    sheet = batch.book.writable(sheet_id)
    grow(batch.book, sheet, target.row1, target.col1)
    for row in range(target.row0, target.row1):
        for column in range(target.col0, target.col1):
            at = (row - target.row0, column - target.col0)
            sheet.put(row, column, clip.pasted(at, sheet.cell(row, column), how, None, None))


class _Clip:
    """What was copied: the cells, their effective values, and where they stood."""

    def __init__(self, batch: Batch, sheet_id: int, box: Box) -> None:
        sheet = batch.book.sheet(sheet_id)
        view = View(batch.book, sheet)
        self._box = box
        self._cells: dict[tuple[int, int], tuple[Cell, Value]] = {}
        for row in range(box.row0, min(box.row1, max(len(sheet.rows), view.rows))):
            for column in range(box.col0, box.col1):
                cell, value = sheet.cell(row, column), view.value(row, column)
                if not cell.blank or value is not None:
                    self._cells[row - box.row0, column - box.col0] = (cell, value)

    def pasted(self, at: tuple[int, int], old: Cell, how: str, row: int | None, column: int | None) -> Cell:
        """The cell after pasting; formulas move along to `row` and `column`, None: they stay."""
        cell, shown = self._cells.get(at, (BLANK, None))
        value: Value | Formula = cell.value
        if isinstance(value, Formula) and row is not None and column is not None:
            moved = (row - self._box.row0 - at[0], column - self._box.col0 - at[1])
            value = Formula(formulas.relocate(value.text, *moved))
        if how == "PASTE_VALUES":
            return old.holding(shown)
        if how == "PASTE_FORMULA":
            return old.holding(value)
        if how == "PASTE_FORMAT":
            return Cell(old.value, cell.format, old.note, old.validation, old.more)
        if how == "PASTE_DATA_VALIDATION":
            return Cell(old.value, old.format, old.note, cell.validation, old.more)
        if how == "PASTE_CONDITIONAL_FORMATTING":
            return old
        style = cell.format
        if how == "PASTE_NO_BORDERS" and style:
            style = {k: v for k, v in style.items() if k != "borders"} or None
        return Cell(value, style, cell.note, cell.validation, cell.more)


class _Table(HTMLParser):
    """The rows of the tables in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell."""
        del attrs
        if tag == "tr":
            self.lines.append([])
        elif tag in ("td", "th"):
            if not self.lines:
                self.lines.append([])
            self.lines[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in ("td", "th"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Text of a cell."""
        if self._inside:
            self.lines[-1][-1] += data


@kind("pasteData")
def paste_data(batch: Batch, request: Json) -> None:
    """Paste text, split by a delimiter or read from HTML, as if typed."""
    place = request.get("coordinate", {})
    data = request.get("data", "")
    if request.get("html"):
        parser = _Table()
        parser.feed(data)
        lines = parser.lines or [[re.sub(r"<[^>]*>", "", data)]]
    elif request.get("delimiter"):
        lines = list(csv.reader(io.StringIO(data), delimiter=request["delimiter"][0]))
    else:
        raise invalid("Either delimiter or html must be set.")
    top, left = place.get("rowIndex", 0), place.get("columnIndex", 0)
    width = max((len(line) for line in lines), default=0)
    if not lines or not width:
        return
    target = Box(top, top + len(lines), left, left + width)
    sheet = batch.book.writable(place.get("sheetId", 0))
    batch.check(Area(sheet.sheet_id, *target))
    grow(batch.book, sheet, target.row1, target.col1)
    for down, line in enumerate(lines):
        for across, text in enumerate(line):
            cell = typed(sheet.cell(top + down, left + across), text, batch.book.locale, batch.book)
            sheet.put(top + down, left + across, cell)


@kind("insertRange")
def insert_range(batch: Batch, request: Json) -> None:
    """Insert blank cells; those at or after them move on. Formulas do not follow."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    sheet = batch.book.writable(area.sheet_id)
    down = request.get("shiftDimension") == "ROWS"
    if down:
        batch.check(area._replace(row1=None))
        height = box.row1 - box.row0
        grow(
            batch.book,
            sheet,
            min(len(sheet.rows) + height, max(sheet.row_count, len(sheet.rows) + height)),
            1,
        )
        _slide(sheet, Box(box.row0, len(sheet.rows), box.col0, box.col1), height, 0)
    else:
        batch.check(area._replace(col1=None))
        width = box.col1 - box.col0
        longest = max((len(row.cells) for row in sheet.rows[box.row0 : box.row1] if row), default=0)
        if longest > box.col0:
            grow(batch.book, sheet, 1, longest + width)
            _slide(sheet, Box(box.row0, box.row1, box.col0, longest), 0, width)


@kind("deleteRange")
def delete_range(batch: Batch, request: Json) -> None:
    """Delete cells; those after them in the same rows or columns move up or left. Formulas do not follow."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    sheet = batch.book.writable(area.sheet_id)
    if request.get("shiftDimension") == "ROWS":
        batch.check(area._replace(row1=None))
        _empty(sheet, box)
        _slide(sheet, Box(box.row1, len(sheet.rows), box.col0, box.col1), box.row0 - box.row1, 0)
    else:
        batch.check(area._replace(col1=None))
        _empty(sheet, box)
        _slide(sheet, Box(box.row0, box.row1, box.col1, sheet.column_count), 0, box.col0 - box.col1)


def _empty(sheet: Sheet, box: Box) -> None:
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, box.col1):
            sheet.put(row, column, BLANK)


def _slide(sheet: Sheet, box: Box, down: int, across: int) -> None:
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


@kind("findReplace")
def find_replace(batch: Batch, request: Json) -> Json:
    """Replace text in cells, and in formulas where asked."""
    pattern = request.get("find", "")
    if not pattern:
        raise invalid("find must be specified.")
    try:
        finder = re.compile(
            pattern if request.get("searchByRegex") else re.escape(pattern),
            0 if request.get("matchCase") else re.IGNORECASE,
        )
    except re.error as error:
        raise invalid(f"Invalid regular expression: {pattern}") from error
    replacement = request.get("replacement", "")
    if request.get("searchByRegex"):
        template = re.sub(r"\$(\d+)", r"\\\1", replacement)
    else:
        template = replacement.replace("\\", "\\\\")
    counts = {
        "valuesChanged": 0,
        "formulasChanged": 0,
        "rowsChanged": 0,
        "sheetsChanged": 0,
        "occurrencesChanged": 0,
    }
    for area in _searched(batch, request):
        _replace_in(batch, area, finder, template, request, counts)
    return {name: count for name, count in counts.items() if count}


def _searched(batch: Batch, request: Json) -> list[Area]:
    if request.get("allSheets"):
        return [sheet.whole() for sheet in batch.book.sheets]
    if "range" in request:
        return [batch.area(request["range"])]
    if "sheetId" in request:
        return [batch.book.sheet(request["sheetId"]).whole()]
    raise invalid("One of range, sheetId and allSheets must be set.")


def _replace_in(
    batch: Batch, area: Area, finder: re.Pattern[str], template: str, request: Json, counts: dict[str, int]
) -> None:
    box = batch.book.box(area)
    sheet = batch.book.sheet(area.sheet_id)
    view = View(batch.book, sheet)
    changed_rows = set()
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, min(box.col1, view.width(row))):
            cell = sheet.cell(row, column)
            formula = isinstance(cell.value, Formula)
            if cell.value is None or (formula and not request.get("includeFormulas")):
                continue
            text = cell.value.text if isinstance(cell.value, Formula) else view.formatted(cell, cell.value)
            matched = finder.fullmatch(text) if request.get("matchEntireCell") else finder.search(text)
            if not matched:
                continue
            new, times = finder.subn(template, text)
            batch.check(Area(area.sheet_id, row, row + 1, column, column + 1))
            batch.book.writable(area.sheet_id).put(
                row, column, typed(cell, new, batch.book.locale, batch.book)
            )
            counts["formulasChanged" if formula else "valuesChanged"] += 1
            counts["occurrencesChanged"] += times
            changed_rows.add(row)
    counts["rowsChanged"] += len(changed_rows)
    counts["sheetsChanged"] += bool(changed_rows)
