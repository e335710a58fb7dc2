"""Google Sheets formulas: values and errors, evaluation, and rewriting when the grid changes."""

from sheetflow.emulator.sheets.formulas.changes import Change, Deleted, Renamed, Shift
from sheetflow.emulator.sheets.formulas.engine import Engine
from sheetflow.emulator.sheets.formulas.results import result_format
from sheetflow.emulator.sheets.formulas.rewrite import relocate, rewrite
from sheetflow.emulator.sheets.formulas.values import CellError, Formula, Grid, GridArea, Value

__all__ = [
    "CellError",
    "Change",
    "Deleted",
    "Engine",
    "Formula",
    "Grid",
    "GridArea",
    "Renamed",
    "Shift",
    "Value",
    "relocate",
    "result_format",
    "rewrite",
]
