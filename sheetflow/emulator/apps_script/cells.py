"""What scripts do to spreadsheets: the host's side of SpreadsheetApp.

The script acts as its project's owner: roles and protected ranges bind it as they bind that person.
Coordinates come from JavaScript, counted from 1. A text that a script writes is read as if typed, and strict
validation holds, as
at Google.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetflow.emulator.apps_script.dates import to_milliseconds, to_serial
from sheetflow.emulator.sheets import access
from sheetflow.emulator.sheets.a1 import Area, Box, range_name
from sheetflow.emulator.sheets.cells import Cell, tidy
from sheetflow.emulator.sheets.formulas import CellError, Formula
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import GoogleError, Json, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.document import Document
    from sheetflow.emulator.sheets.service import SheetsService
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.sheets.values import Written

DATE_TYPES = ("DATE", "TIME", "DATE_TIME")


class CellServices:
    """SpreadsheetApp for one person."""

    def __init__(self, sheets: SheetsService, owner: str) -> None:
        self._sheets = sheets
        self._owner = owner

    def handlers(self) -> dict[str, Any]:
        """The host's functions by the names that the shim calls."""
        return {
            "spreadsheet.about": self.about,
            "spreadsheet.range": self.range_in_spreadsheet,
            "sheet.about": self.about_sheet,
            "sheet.range": self.range_in_sheet,
            "sheet.append": self.append,
            "range.check": self.check,
            "range.name": self.name,
            "range.values": self.values,
            "range.texts": self.texts,
            "range.formulas": self.formulas,
            "range.write": self.write,
            "range.format": self.format,
        }

    def about(self, spreadsheet: str) -> Json:
        """Title, locale, time zone and tabs."""
        doc = self._open(spreadsheet)
        with doc.lock:
            book = doc.book
            return {
                "title": book.properties["title"],
                "locale": book.locale,
                "timeZone": book.time_zone,
                "sheets": [{"id": sheet.sheet_id, "title": sheet.title} for sheet in book.sheets],
            }

    def about_sheet(self, spreadsheet: str, sheet_id: int) -> Json:
        """Title, place and size of a tab; the last row and column with content count from 1, 0 for none."""
        doc = self._open(spreadsheet)
        with doc.lock:
            sheet = doc.book.sheet(sheet_id)
            view = View(doc.book, sheet)
            rows = view.rows
            return {
                "title": sheet.title,
                "index": doc.book.sheets.index(sheet),
                "maxRows": sheet.row_count,
                "maxColumns": sheet.column_count,
                "lastRow": rows,
                "lastColumn": max((view.width(row) for row in range(rows)), default=0),
            }

    def range_in_spreadsheet(self, spreadsheet: str, text: str) -> list[int]:
        """Sheet id, row, column, rows, columns of an A1 text."""
        doc = self._open(spreadsheet)
        with doc.lock:
            area = doc.book.area(text)
            box = doc.book.box(area)
        return [area.sheet_id, *_apps(box)]

    def range_in_sheet(self, spreadsheet: str, sheet_id: int, text: str) -> list[int]:
        """Row, column, rows, columns of an A1 text on a tab."""
        doc = self._open(spreadsheet)
        with doc.lock:
            sheet = doc.book.sheet(sheet_id)
            area = doc.book.area(
                text if "!" in text else f"'{sheet.title.replace(chr(39), chr(39) * 2)}'!{text}"
            )
            return _apps(doc.book.box(area))

    def check(self, spreadsheet: str, sheet_id: int, *box: int) -> None:
        """Refuse a range outside the tab."""
        doc = self._open(spreadsheet)
        with doc.lock:
            self._box(doc, sheet_id, box)

    def name(self, spreadsheet: str, sheet_id: int, *box: int) -> str:
        """The range in A1 notation, without the tab."""
        doc = self._open(spreadsheet)
        with doc.lock:
            return range_name("x", self._box(doc, sheet_id, box)[1]).partition("!")[2]

    def values(self, spreadsheet: str, sheet_id: int, *box: int) -> list[list[Any]]:
        """Effective values; dates as {"date": milliseconds}, errors as their text, blank as None."""
        doc = self._open(spreadsheet)
        with doc.lock:
            sheet, found = self._box(doc, sheet_id, box)
            view = View(doc.book, sheet)
            zone = doc.book.time_zone
            return [
                [self._value(view, row, column, zone) for column in range(found.col0, found.col1)]
                for row in range(found.row0, found.row1)
            ]

    @staticmethod
    def _value(view: View, row: int, column: int, zone: str) -> Any:
        value = view.value(row, column)
        if isinstance(value, CellError):
            return str(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            kind = (view.sheet.cell(row, column).number_format or {}).get("type")
            return {"date": to_milliseconds(value, zone)} if kind in DATE_TYPES else tidy(value)
        return value

    def texts(self, spreadsheet: str, sheet_id: int, *box: int) -> list[list[str]]:
        """What the cells show."""
        doc = self._open(spreadsheet)
        with doc.lock:
            sheet, found = self._box(doc, sheet_id, box)
            view = View(doc.book, sheet)
            return [
                [
                    view.formatted(sheet.cell(row, column), view.value(row, column))
                    for column in range(found.col0, found.col1)
                ]
                for row in range(found.row0, found.row1)
            ]

    def formulas(self, spreadsheet: str, sheet_id: int, *box: int) -> list[list[str]]:
        """The formulas as they were entered; "" where there is none."""
        doc = self._open(spreadsheet)
        with doc.lock:
            sheet, found = self._box(doc, sheet_id, box)
            cells = [
                [sheet.cell(row, column) for column in range(found.col0, found.col1)]
                for row in range(found.row0, found.row1)
            ]
        return [
            [cell.value.text if isinstance(cell.value, Formula) else "" for cell in line] for line in cells
        ]

    def write(self, spreadsheet: str, sheet_id: int, *args: Any) -> None:
        """Put rows of values into a range of their size."""
        *box, lines = args
        doc = self._open(spreadsheet, write=True)
        with doc.lock:
            _, found = self._box(doc, sheet_id, box)
            plain = _plain(lines, doc.book.time_zone)
            place = Area(sheet_id, *found)
            done = self._sheets.write_values(doc, self._owner, place, plain, entered=True, by_hand=True)
            _show_dates(doc, done, lines)

    def append(self, spreadsheet: str, sheet_id: int, line: list[Any]) -> None:
        """Put one row below the last one with content: atomic, other writers wait."""
        doc = self._open(spreadsheet, write=True)
        with doc.lock:
            (plain,) = _plain([line], doc.book.time_zone)
            done = self._sheets.append_row(doc, self._owner, sheet_id, plain)
            _show_dates(doc, done, [line])

    def format(self, spreadsheet: str, sheet_id: int, *args: Any) -> None:
        """Set a range's number format."""
        *box, pattern = args
        doc = self._open(spreadsheet, write=True)
        with doc.transaction() as book:
            _, found = self._box(doc, sheet_id, box)
            access.check_edit(doc, self._owner, Area(sheet_id, *found))
            _format(book.writable(sheet_id), found, {"type": format_type(pattern), "pattern": pattern})

    def _open(self, spreadsheet: str, *, write: bool = False) -> Document:
        try:
            return self._sheets.open(spreadsheet, self._owner, write=write)
        except GoogleError as error:
            if error.code not in (403, 404):
                raise
            text = f"You do not have permission to access the requested document: {spreadsheet}"
            raise GoogleError(error.code, error.status, text) from error

    @staticmethod
    def _box(doc: Document, sheet_id: int, box: Any) -> tuple[Sheet, Box]:
        row, column, rows, columns = box
        sheet = doc.book.sheet(sheet_id)
        found = Box(row - 1, row - 1 + rows, column - 1, column - 1 + columns)
        if found.row1 > sheet.row_count or found.col1 > sheet.column_count:
            raise invalid("The coordinates of the range are outside the dimensions of the sheet.")
        return sheet, found


def _apps(box: Box) -> list[int]:
    return [box.row0 + 1, box.col0 + 1, box.row1 - box.row0, box.col1 - box.col0]


def _plain(lines: list[list[Any]], zone: str) -> list[list[Any]]:
    """Values as the API takes them: dates as serial numbers, blank as ""."""

    def one(item: Any) -> Any:
        if isinstance(item, dict):
            return to_serial(item["date"], zone)
        return "" if item is None else item

    return [[one(item) for item in line] for line in lines]


def _show_dates(doc: Document, done: Written, lines: list[list[Any]]) -> None:
    """Give cells that got a date, and have no date format, Google's default one."""
    if not any(isinstance(item, dict) for line in lines for item in line):
        return
    with doc.transaction() as book:
        sheet = book.writable(done.sheet_id)
        for row, line in enumerate(lines, done.box.row0):
            for column, item in enumerate(line, done.box.col0):
                kind = (sheet.cell(row, column).number_format or {}).get("type")
                if isinstance(item, dict) and kind not in DATE_TYPES:
                    cell = Box(row, row + 1, column, column + 1)
                    _format(sheet, cell, {"type": "DATE", "pattern": "yyyy-MM-dd"})


def _format(sheet: Sheet, box: Box, number_format: Json) -> None:
    for row in range(box.row0, box.row1):
        for column in range(box.col0, box.col1):
            cell = sheet.cell(row, column)
            style = {**(cell.format or {}), "numberFormat": number_format}
            sheet.put(row, column, Cell(cell.value, style, cell.note, cell.validation, cell.more))


def format_type(pattern: str) -> str:
    """The NumberFormatType of a pattern, as Sheets makes it out."""
    bare = pattern.lower()
    date, clock = any(letter in bare for letter in "yd"), any(letter in bare for letter in "hs")
    if pattern == "@":
        kind = "TEXT"
    elif date and clock:
        kind = "DATE_TIME"
    elif date or clock:
        kind = "DATE" if date else "TIME"
    elif "%" in bare:
        kind = "PERCENT"
    else:
        kind = "NUMBER"
    return kind
