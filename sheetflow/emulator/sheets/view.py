"""What a reader sees: effective values, and how the values methods and grid data show them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sheetflow.emulator.sheets import styles, tables
from sheetflow.emulator.sheets.a1 import Box
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.cells import BLANK, Cell, tidy
from sheetflow.emulator.sheets.conditional import Conditional
from sheetflow.emulator.sheets.formats import format_value
from sheetflow.emulator.sheets.formulas import CellError, Formula, Value
from sheetflow.emulator.sheets.inheriting import Inherited
from sheetflow.emulator.sheets.links import Links
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.wire import Json

_DATES = ("DATE", "TIME", "DATE_TIME")


class View:
    """One sheet of a book as it is read.

    Args:
        book: the state.
        sheet: one of its sheets.
    """

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self.sheet = sheet
        self._engine = book.engine
        self._locale = book.locale
        self._style = book.properties.get("defaultFormat", {})
        self._default = self._style.get("numberFormat")
        self._styles: dict[tuple[int, str], tuple[Json | None, Json]] = {}
        self.spilled: Mapping[tuple[int, int], Value] = self._engine.spilled(sheet.sheet_id)
        self._reach: dict[int, int] = {}
        for row, column in self.spilled:
            self._reach[row] = max(self._reach.get(row, 0), column + 1)
        self._spilled_rows = max(self._reach, default=-1) + 1
        self._inherited = Inherited(book, sheet)
        self._links = Links(book, sheet.sheet_id)
        self._book = book

    @cached_property
    def _conditional(self) -> Conditional:
        return Conditional(self._book, self.sheet)

    @property
    def rows(self) -> int:
        """Rows up to the last one that shows something."""
        return max(self.sheet.used_rows, self._spilled_rows)

    def width(self, row: int) -> int:
        """Columns up to the last one that shows something in a row."""
        rows = self.sheet.rows
        line = rows[row] if row < len(rows) else None
        return max(0 if line is None else line.width, self._reach.get(row, 0))

    def value(self, row: int, column: int) -> Value:
        """The effective value of a cell."""
        return self._effective(self.sheet.cell(row, column), row, column)

    def _effective(self, cell: Cell, row: int, column: int) -> Value:
        if isinstance(cell.value, Formula):
            return self._engine.effective(self.sheet.sheet_id, row, column)
        if cell.value is None and self.spilled:
            return self.spilled.get((row, column))
        return cell.value

    def formatted(self, cell: Cell, value: Value, at: tuple[int, int] | None = None) -> str:
        """The text that a cell shows; `at` is its row and column, which a spilled value's format needs."""
        if isinstance(value, str) and not cell.format:
            return value
        return format_value(value, self.number_format(cell, value, at), self._locale)

    def number_format(self, cell: Cell, value: Value, at: tuple[int, int] | None = None) -> Json | None:
        """The NumberFormat by which a value is shown: the cell's, or what its formula gives."""
        own = cell.number_format or self._default
        if own is not None or isinstance(value, bool) or not isinstance(value, int | float):
            return own
        if isinstance(cell.value, Formula):
            return self._inherited.of_formula(cell.value.text)
        if cell.value is None and at is not None:
            return self._inherited.of_spilled(*at)
        return None

    def style(self, cell: Cell, value: Value, at: tuple[int, int]) -> Json:
        """effectiveFormat; cells with the same format and kind of value share one."""
        key = (id(cell.format), "blank" if value is None else type(value).__name__)
        known = self._styles.get(key)
        if known is None or known[0] is not cell.format:
            known = self._styles[key] = (cell.format, styles.effective(self._style, cell.format, value))
        shown = known[1]
        given = self.number_format(cell, value, at)
        if given is not None and "numberFormat" not in shown:
            shown = {**shown, "numberFormat": given}
        conditional = self._conditional.format_at(*at, value)
        return shown if conditional is None else styles.over(shown, conditional)

    def painted(self, at: tuple[int, int]) -> Json | None:
        """The effectiveFormat of a cell in which nothing is: None unless a conditional format holds."""
        conditional = self._conditional.format_at(*at, None) if self._conditional.any else None
        if conditional is None:
            return None
        return styles.over(styles.effective(self._style, None, None), conditional)

    def link(self, cell: Cell, at: tuple[int, int]) -> str:
        """CellData.hyperlink."""
        return self._links.at(*at, cell) if cell is not BLANK or at in self.spilled else ""

    def rule(self, at: tuple[int, int]) -> Json | None:
        """The validation rule that a table gives to a cell."""
        column = tables.column_at(self.sheet, *at) if "tables" in self.sheet.parts else None
        if column is None or column.get("columnType") != "DROPDOWN":
            return None
        return tables.rule_of(column)

    def texts(self, box: Box, option: str, dates: str) -> list[list[Any]]:
        """The rows of a values answer: trailing blanks cut off, inner blank cells "".

        Args:
            box: cells of the sheet.
            option: FORMATTED_VALUE, UNFORMATTED_VALUE or FORMULA.
            dates: SERIAL_NUMBER or FORMATTED_STRING; only the last two options heed it.
        """
        lines: list[list[Any]] = []
        for row in range(box.row0, min(box.row1, self.rows)):
            line: list[Any] = []
            source = self.sheet.rows[row] if row < len(self.sheet.rows) else None
            for column in range(box.col0, min(box.col1, self.width(row))):
                cell = BLANK if source is None else source.get(column)
                line.append(self._shown(cell, row, column, option, dates))
            while line and line[-1] is None:
                line.pop()
            lines.append(["" if item is None else item for item in line])
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def _shown(self, cell: Cell, row: int, column: int, option: str, dates: str) -> Any:
        if option == "FORMULA" and isinstance(cell.value, Formula):
            return cell.value.text
        value = self._effective(cell, row, column)
        if value is None:
            return None
        if option == "FORMATTED_VALUE":
            return self.formatted(cell, value, (row, column))
        if isinstance(value, str | bool):
            return value
        if isinstance(value, CellError):
            return str(value)
        if dates == "FORMATTED_STRING":
            shown = self.number_format(cell, value, (row, column)) or {}
            if shown.get("type") in _DATES:
                return self.formatted(cell, value, (row, column))
        return tidy(value)


def turned(lines: list[list[Any]]) -> list[list[Any]]:
    """Rows as columns, the other way round of majorDimension, trailing blanks cut off."""
    width = max((len(line) for line in lines), default=0)
    columns = []
    for index in range(width):
        column = [line[index] if index < len(line) else "" for line in lines]
        while column and column[-1] == "":
            column.pop()
        columns.append(column)
    while columns and not columns[-1]:
        columns.pop()
    return columns


def value_range(book: Book, sheet: Sheet, box: Box, major: str, option: str, dates: str) -> Json:
    """A ValueRange of the API."""
    lines = View(book, sheet).texts(box, option, dates)
    if major == "COLUMNS":
        lines = turned(lines)
    answer: Json = {"range": book.name_of(sheet.sheet_id, box), "majorDimension": major}
    if lines:
        answer["values"] = lines
    return answer
