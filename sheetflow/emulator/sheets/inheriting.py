"""Number formats that formulas give to cells which have none of their own.

A formula shows dates where it adds days to a date, money where it sums money; so does an array's column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets import formulas
from sheetflow.emulator.sheets.formulas import Formula
from sheetflow.emulator.sheets.formulas.references import column_index
from sheetflow.emulator.sheets.formulas.structured import Structured

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.formulas import GridArea
    from sheetflow.emulator.sheets.formulas.references import Reference
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.wire import Json

_DEEPEST = 20


class Inherited:
    """The formats that the formulas of one sheet give, at one state of the book."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self._book = book
        self._sheet = sheet
        self._engine = book.engine
        self._known: dict[tuple[int, str, int], Json | None] = {}
        self._blocks: list[tuple[int, int, int, int]] | None = None

    def of_formula(self, text: str, column: int = 0) -> Json | None:
        """The NumberFormat of a formula's result, of an array's column; None for "automatic"."""
        return self._of(self._sheet, text, column, 0)

    def of_spilled(self, row: int, column: int) -> Json | None:
        """The NumberFormat of a value that an array formula put into a cell."""
        if self._blocks is None:
            self._blocks = self._engine.blocks(self._sheet.sheet_id)
        for top, left, height, width in self._blocks:
            if top <= row < top + height and left <= column < left + width:
                value = self._sheet.cell(top, left).value
                return self.of_formula(value.text, column - left) if isinstance(value, Formula) else None
        return None

    def _of(self, sheet: Sheet, text: str, column: int, depth: int) -> Json | None:
        key = (sheet.sheet_id, text, column)
        if key not in self._known:
            self._known[key] = None  # a circle has no format
            node = self._engine.read(text).node

            def look(reference: Reference | Structured, place: int | str) -> Json | None:
                return self._look(sheet, reference, place, depth + 1)

            if node is not None and depth < _DEEPEST:
                self._known[key] = formulas.format_of(node, look, column)
        return self._known[key]

    def _look(
        self, home: Sheet, reference: Reference | Structured, place: int | str, depth: int
    ) -> Json | None:
        if isinstance(reference, Structured):
            area = self._area(reference)
            if area is None:
                return None
            sheet, first = self._book.sheet(area.sheet_id), area.row0 or 0
            column = column_index(place) if isinstance(place, str) else (area.col0 or 0) + place
            return self._first_format(sheet, column, first, area.row1, depth)
        known = home if reference.sheet is None else self._book.titled(reference.sheet)
        if known is None:
            return None
        first, last = reference.rows()
        column = column_index(place) if isinstance(place, str) else reference.cols()[0] + place
        return self._first_format(known, column, first, None if last is None else last + 1, depth)

    def _area(self, reference: Structured) -> GridArea | None:
        """What a name, or a part of a table, means."""
        named = self._book.named_range(reference.table) if reference == Structured(reference.table) else None
        table = self._engine.table(reference.table) if named is None else None
        return named if table is None else reference.area(table)

    def _first_format(
        self, sheet: Sheet, column: int, first: int, end: int | None, depth: int
    ) -> Json | None:
        """The format that the first rows of a column have."""
        bottom = len(sheet.rows) if end is None else min(end, len(sheet.rows))
        for row in range(first, min(bottom, first + 3)):  # a header may come first
            cell = sheet.cell(row, column)
            if cell.number_format is not None:
                return cell.number_format
            if isinstance(cell.value, Formula):
                return self._of(sheet, cell.value.text, 0, depth)
            if isinstance(cell.value, int | float):
                return None
        return None
