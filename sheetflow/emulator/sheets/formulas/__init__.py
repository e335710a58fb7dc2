"""Google Sheets formulas: values and errors, evaluation, and rewriting when the grid changes."""

from sheetflow.emulator.sheets.formulas.changes import (
    Change,
    Deleted,
    Moved,
    Renamed,
    Shift,
    TableDeleted,
    TableRenamed,
)
from sheetflow.emulator.sheets.formulas.engine import Engine
from sheetflow.emulator.sheets.formulas.results import format_of, result_format
from sheetflow.emulator.sheets.formulas.rewrite import rehomed, relocate, rewrite
from sheetflow.emulator.sheets.formulas.values import (
    CellError,
    Formula,
    Grid,
    GridArea,
    TableShape,
    Value,
)

__all__ = [
    "CellError",
    "Change",
    "Deleted",
    "Engine",
    "Formula",
    "Grid",
    "GridArea",
    "Moved",
    "Renamed",
    "Shift",
    "TableDeleted",
    "TableRenamed",
    "TableShape",
    "Value",
    "format_of",
    "rehomed",
    "relocate",
    "result_format",
    "rewrite",
]
