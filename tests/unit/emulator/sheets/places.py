"""Ranges of the API from A1 notation: what the tests of ranges are written in."""

from __future__ import annotations

from typing import Any

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.a1 import Area


def place(text: str, sheet_id: int = 0) -> dict[str, Any]:
    """The GridRange of a text such as `A1:B2`, `A:A` or `2:3`."""
    parsed = a1.parse(text)
    assert parsed is not None
    assert parsed.box is not None
    return a1.grid_range(Area(sheet_id, *parsed.box))


def answered(text: str) -> dict[str, Any]:
    """The GridRange of a text as Google answers it for sheet 0."""
    return {name: side for name, side in place(text).items() if name != "sheetId"}


def corner(text: str, sheet_id: int = 0) -> dict[str, Any]:
    """The GridCoordinate of a cell."""
    found = place(text)
    return {"sheetId": sheet_id, "rowIndex": found["startRowIndex"], "columnIndex": found["startColumnIndex"]}
