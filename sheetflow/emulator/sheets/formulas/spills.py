"""Where array formulas put their results.

Decided here: an array takes the block of cells to the right of and below its formula. Where something
stands in the way the formula is #REF! and nothing is put anywhere. An open-ended result is cut at the
grid's edge; another one that does not fit is #REF!, in Google's words.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.references import column_letters
from sheetflow.emulator.sheets.formulas.scalars import tidy
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.arrays import Array
    from sheetflow.emulator.sheets.formulas.columns import Column
    from sheetflow.emulator.sheets.formulas.engine import Engine

_Cell = tuple[int, int, int]


class Spills:
    """The array formulas of a spreadsheet during one revision, and what they have put where."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._anchors: dict[int, list[tuple[int, int, int | None]]] = {}
        self._blocks: dict[int, list[tuple[int, int, list[list[Value]]]]] = {}
        # What was read as if a formula under evaluation would not spill there: sheet, column, rows.
        self._assumed: dict[_Cell, list[tuple[int, int, int, int]]] = {}

    def anchors(self, sheet_id: int) -> list[tuple[int, int]]:
        """Row and column of every formula of a sheet that may spill, by row."""
        return [(row, col) for row, col, _ in self._known(sheet_id)]

    def _known(self, sheet_id: int) -> list[tuple[int, int, int | None]]:
        known = self._anchors.get(sheet_id)
        if known is None:
            known = []
            for row, col, text in self._engine.grid.formulas(sheet_id):
                shape = self._engine.read(text).outline
                if shape.spills:
                    known.append((row, col, shape.width))
            known.sort(key=lambda anchor: anchor[:2])
            self._anchors[sheet_id] = known
        return known

    def reaching(self, sheet_id: int, col: int) -> list[tuple[int, int]]:
        """The formulas that may spill into a column, by row."""
        return [
            (row, home)
            for row, home, width in self._known(sheet_id)
            if home <= col and (width is None or home + width > col)
        ]

    def compute_reaching(self, column: Column, sheet_id: int, col: int, row0: int, row1: int) -> None:
        """Computes the formulas that may spill into rows before `row1` of a column."""
        near = column.reach[: bisect_left(column.reach, (row1, -1))]
        for row, home in near:
            cell = (sheet_id, row, home)
            if self._engine.is_running(cell):
                self._assumed.setdefault(cell, []).append((sheet_id, col, row0, row1))
            else:
                self._engine.compute(cell)
        if near:
            column.reach = [
                anchor for anchor in column.reach if not self._engine.is_computed((sheet_id, *anchor))
            ]

    def feeds_itself(self, cell: _Cell, result: Array) -> bool:
        """Whether a formula read cells that its own result would fill."""
        sheet_id, row, col = cell
        return any(
            sheet == sheet_id and col <= read < col + result.cols and row < row1 and row0 < row + result.rows
            for sheet, read, row0, row1 in self._assumed.get(cell, ())
        )

    def commit(self, cell: _Cell, result: Array, *, is_open: bool) -> Value:
        """Puts a result into the cells; the value of the formula's own cell.

        Args:
            cell: the formula's.
            result: its value.
            is_open: whether it came from an open-ended range, so that the edge of the grid just cuts it.
        """
        sheet_id, row, col = cell
        rows, cols = self._engine.size(sheet_id)
        lacking_rows, lacking_cols = row + result.rows - rows, col + result.cols - cols
        if not is_open and (lacking_rows > 0 or lacking_cols > 0):
            kind, lacking = ("rows", lacking_rows) if lacking_rows > 0 else ("columns", lacking_cols)
            return CellError(
                "REF", f"Result was not automatically expanded, please insert more {kind} ({lacking})."
            )
        height = min(result.rows, rows - row)
        columns = [list(map(tidy, values[:height])) for values in result.columns[: cols - col]]
        if not columns or not height:
            return None
        for place, values in enumerate(columns):
            target = self._engine.column(sheet_id, col + place)
            blocked = target.occupied(row if place else row + 1, row + len(values))
            if blocked is not None:
                name = f"{column_letters(col + place)}{blocked + 1}"
                return CellError(
                    "REF", f"Array result was not expanded because it would overwrite data in {name}."
                )
        for place, values in enumerate(columns):
            self._engine.column(sheet_id, col + place).spill(row, values)
        if height > 1 or len(columns) > 1:
            self._blocks.setdefault(sheet_id, []).append((row, col, columns))
        return columns[0][0]

    def extents(self, sheet_id: int) -> list[tuple[int, int, int, int]]:
        """Row, column, rows and columns of each block."""
        return [
            (row, col, len(columns[0]), len(columns)) for row, col, columns in self._blocks.get(sheet_id, ())
        ]

    def cells(self, sheet_id: int) -> dict[tuple[int, int], Value]:
        """All values put into cells other than the formulas' own."""
        found: dict[tuple[int, int], Value] = {}
        for row, col, columns in self._blocks.get(sheet_id, ()):
            for right, values in enumerate(columns, col):
                found.update(
                    ((below, right), value) for below, value in enumerate(values, row) if value is not None
                )
            found.pop((row, col), None)
        return found
