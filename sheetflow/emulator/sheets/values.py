"""Writing values: what the values methods, and a person's hand, put into cells.

Decided here: RAW and USER_ENTERED, ranges that are too small for their data, growth of the grid, the table
that an append finds, and clearing. All of it works on the draft of a transaction; protections are checked
before a cell changes. Source: Google's reference, recorded traffic.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from sheetflow.emulator.sheets import access
from sheetflow.emulator.sheets.a1 import Area, Box, column_letters
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.cells import Cell, as_number, checked
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.entry import parse_entry
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.shifts import Shifted
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import invalid


class Written(NamedTuple):
    """What a write did: the box of its data, and how many rows, columns and cells got a value."""

    sheet_id: int
    box: Box
    rows: int
    columns: int
    cells: int


def write(
    doc: Document, caller: str, area: Area, lines: list[list[Any]], *, entered: bool, major: str = "ROWS"
) -> Written:
    """Put values into an area, whose upper left corner is the first one's place.

    Args:
        doc: the spreadsheet, in a transaction.
        caller: who writes.
        area: a single cell stands for "from here on"; a larger area must hold the data.
        lines: rows (or columns) of JSON values; None skips a cell, "" empties it.
        entered: whether texts are read as if typed (USER_ENTERED).
        major: ROWS or COLUMNS.

    Raises:
        GoogleError: 400 for a range outside the grid, data outside the range, a protected or an overlong
        cell.
    """
    if major == "COLUMNS":
        lines = _transposed(lines)
    book = doc.book
    single = area.row1 == (area.row0 or 0) + 1 and area.col1 == (area.col0 or 0) + 1
    box = book.box(area)
    height, width = len(lines), max((len(line) for line in lines), default=0)
    if not single:
        _reach(book, area, box, height, width)
        _fit(book, area, box, height, width)
    target = Box(box.row0, box.row0 + max(height, 1), box.col0, box.col0 + max(width, 1))
    if height == 0 or width == 0:
        return Written(area.sheet_id, target, 0, 0, 0)
    access.check_edit(doc, caller, Area(area.sheet_id, *target))
    sheet = book.writable(area.sheet_id)
    grow(book, sheet, target.row1, target.col1)
    count = _put(book, sheet, target, lines, entered=entered)
    if count == 0:
        return Written(area.sheet_id, target, 0, 0, 0)
    return Written(area.sheet_id, target, height, width, count)


def grow(book: Book, sheet: Sheet, rows: int, columns: int) -> None:
    """Make the grid at least this large."""
    if rows > sheet.row_count:
        sheet.resize("ROWS", rows)
        book.guard_size()
    if columns > sheet.column_count:
        sheet.resize("COLUMNS", columns)
        book.guard_size()


def typed(cell: Cell, value: Any, locale: str, book: Book) -> Cell:
    """The cell after somebody typed `value` into it; a JSON number or boolean is taken as it is."""
    if not isinstance(value, str):
        return cell.holding(_plain(value))
    as_text = (cell.number_format or {}).get("type") == "TEXT"
    entry = parse_entry(checked(value), locale, text_format=as_text, today=book.now().date())
    changed = cell.holding(entry.value)
    if entry.number_format is not None and cell.number_format is None:
        style = {**(cell.format or {}), "numberFormat": dict(entry.number_format)}
        changed = Cell(changed.value, style, changed.note, changed.validation, changed.more)
    return changed


def _put(book: Book, sheet: Sheet, box: Box, lines: list[list[Any]], *, entered: bool) -> int:
    count = 0
    locale = book.locale
    for index, line in enumerate(lines):
        row = None
        for offset, item in enumerate(line):
            if item is None:
                continue
            if isinstance(item, dict | list):
                raise _not_scalar(index, offset, item)
            count += 1
            if item == "" and box.row0 + index >= len(sheet.rows):
                continue
            if row is None:
                row = sheet.writable(box.row0 + index)
            cell = row.get(box.col0 + offset)
            if item == "":
                row.put(box.col0 + offset, cell.holding(None))
            elif entered:
                row.put(box.col0 + offset, typed(cell, item, locale, book))
            else:
                row.put(box.col0 + offset, cell.holding(_plain(item)))
    return count


def _plain(item: Any) -> Any:
    """A JSON value as a cell keeps it."""
    if isinstance(item, str):
        return checked(item)
    return item if item is None or isinstance(item, bool) else as_number(item)


def _not_scalar(row: int, column: int, item: Any) -> Exception:
    kind = "struct_value" if isinstance(item, dict) else "list_value"
    return invalid(f"Invalid values[{row}][{column}]: {kind} {json.dumps(item, ensure_ascii=False)}")


def _reach(book: Book, area: Area, box: Box, height: int, width: int) -> None:
    """Refuse a range that ends beyond the grid, once its data do so too: pygsheets always counts one more."""
    sheet = book.sheet(area.sheet_id)
    if box.row0 + height > sheet.row_count or box.col0 + width > sheet.column_count:
        book.box(area, clip=False)


def _fit(book: Book, area: Area, box: Box, height: int, width: int) -> None:
    """Refuse data that reaches over a closed side of its range; over an open one the grid grows."""
    where = f"Requested writing within range [{book.name_of(area.sheet_id, box)}], but tried writing to"
    if area.row1 is not None and height > box.row1 - box.row0:
        raise invalid(f"{where} row [{box.row1 + 1}]")
    if area.col1 is not None and width > box.col1 - box.col0:
        raise invalid(f"{where} column [{column_letters(box.col1)}]")


def _transposed(lines: list[list[Any]]) -> list[list[Any]]:
    width = max((len(line) for line in lines), default=0)
    return [[line[i] if i < len(line) else None for line in lines] for i in range(width)]


def clear(doc: Document, caller: str, area: Area) -> Box:
    """Take the values out of an area; formats, notes and validation stay."""
    box = doc.book.box(area)
    access.check_edit(doc, caller, Area(area.sheet_id, *box))
    sheet = doc.book.writable(area.sheet_id)
    for index in range(box.row0, min(box.row1, len(sheet.rows))):
        line = sheet.rows[index]
        if line is None or line.width <= box.col0:
            continue
        mine = sheet.writable(index)
        for column in range(box.col0, min(box.col1, len(mine.cells))):
            cell = mine.get(column)
            if cell.value is not None:
                mine.put(column, cell.holding(None))
    return box


def find_table(book: Book, area: Area) -> Box | None:
    """The last table that an area touches: a block of cells with blanks all around; None without one.

    Of two that end in the same row it is the right one: Google appends a row with a gap ever further right.
    """
    sheet = book.sheet(area.sheet_id)
    view = View(book, sheet)
    box = sheet.box(area)
    for row in range(min(box.row1, view.rows) - 1, box.row0 - 1, -1):
        for column in range(min(box.col1, view.width(row)) - 1, box.col0 - 1, -1):
            if _filled(view, row, column):
                return _block(view, row, column)
    return None


def _filled(view: View, row: int, column: int) -> bool:
    return row >= 0 and column >= 0 and view.value(row, column) is not None


def _block(view: View, row: int, column: int) -> Box:
    top, bottom, left, right = row, row + 1, column, column + 1
    grown = True
    while grown:
        grown = False
        span = range(max(left - 1, 0), right + 1)
        while top > 0 and any(_filled(view, top - 1, c) for c in span):
            top, grown = top - 1, True
        while any(_filled(view, bottom, c) for c in span):
            bottom, grown = bottom + 1, True
        lines = range(max(top - 1, 0), bottom + 1)
        if left > 0 and any(_filled(view, r, left - 1) for r in lines):
            left, grown = left - 1, True
        if any(_filled(view, r, right) for r in lines):
            right, grown = right + 1, True
    return Box(top, bottom, left, right)


def append(
    doc: Document,
    caller: str,
    area: Area,
    lines: list[list[Any]],
    *,
    entered: bool,
    insert: bool,
    major: str = "ROWS",
) -> tuple[Box | None, Written]:
    """Append rows after the table that `area` touches; the grid grows where it ends.

    Args:
        doc: the spreadsheet, in a transaction.
        caller: who writes.
        area: where to look for a table; without one the data goes to its upper left corner.
        lines: rows (or columns) of JSON values.
        entered: USER_ENTERED.
        insert: INSERT_ROWS: new rows are put in; else what stands below is overwritten.
        major: ROWS or COLUMNS.

    Returns:
        The table's box, and what was written.
    """
    if major == "COLUMNS":
        lines = _transposed(lines)
    book = doc.book
    corner = book.box(area)
    table = find_table(book, area)
    row, column = (corner.row0, corner.col0) if table is None else (table.row1, table.col0)
    sheet = book.writable(area.sheet_id)
    if insert and lines and row < sheet.row_count:
        insert_rows(doc, caller, sheet.sheet_id, row, len(lines))
    width = max((len(line) for line in lines), default=1)
    grow(book, book.writable(area.sheet_id), row + max(len(lines), 1), column + max(width, 1))
    target = Area(area.sheet_id, row, row + 1, column, column + 1)
    return table, write(doc, caller, target, lines, entered=entered)


def insert_rows(doc: Document, caller: str, sheet_id: int, row: int, count: int) -> None:
    """Insert blank rows, and carry everything through it."""
    access.check_insert(doc, caller, sheet_id, "ROWS", row)
    book = doc.book
    book.writable(sheet_id).insert("ROWS", row, count)
    book.carry(Shifted("insert", sheet_id, "ROWS", row, row + count))
    book.guard_size()


def append_row(
    doc: Document, caller: str, sheet_id: int, items: list[Any], *, entered: bool = True
) -> Written:
    """SpreadsheetApp's `appendRow`: one row after the last row in which anything stands.

    A spilled value, even an empty text, counts as something, as at Google.
    """
    book = doc.book
    sheet = book.writable(sheet_id)
    row = View(book, sheet).rows
    grow(book, sheet, row + 1, max(len(items), 1))
    cells = [item if item is not None else "" for item in items]
    return write(doc, caller, Area(sheet_id, row, row + 1, 0, 1), [cells], entered=entered)
