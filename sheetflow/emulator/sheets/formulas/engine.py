"""The formula engine of one spreadsheet: effective values on demand, remembered until something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.values import CellError, Formula, Grid, Value

if TYPE_CHECKING:
    from collections.abc import Mapping


class Engine:
    """Computes what cells show. So far constants only; every formula is #NAME? until functions are in."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid

    def invalidate(self) -> None:
        """Forgets everything computed; the document calls it after any change."""

    def effective(self, sheet_id: int, row: int, col: int) -> Value:
        """A cell's value: a constant, a formula's result, or what an array formula spilled into it."""
        entered = self._grid.entered(sheet_id, row, col)
        return CellError("NAME") if isinstance(entered, Formula) else entered

    def spilled(self, sheet_id: int) -> Mapping[tuple[int, int], Value]:
        """Every value that array formulas put outside their own cell, by row and column."""
        del sheet_id
        return {}
