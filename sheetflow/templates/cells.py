"""Cells as batchUpdate takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sheetflow.templates.looks import Request


def entered(value: Any) -> dict[str, Any]:
    """A value as CellData, stored exactly as it is: a text stays one, whatever it begins with."""
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, (int, float)):
        return {"userEnteredValue": {"numberValue": value}}
    return {"userEnteredValue": {"stringValue": value}} if value != "" else {}


def formula(text: str) -> dict[str, Any]:
    """A formula as CellData."""
    return {"userEnteredValue": {"formulaValue": text}}


def noted(cell: Mapping[str, Any], note: str) -> dict[str, Any]:
    """A cell with a note, where there is one."""
    return {**cell, "note": note} if note else dict(cell)


def written(
    sheet: int, row: int, column: int, rows: Iterable[Sequence[Mapping[str, Any]]], fields: str
) -> Request:
    """Write CellData from a corner on."""
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    data = [{"values": [dict(cell) for cell in cells]} for cells in rows]
    return {"updateCells": {"start": start, "rows": data, "fields": fields}}


def appended(sheet: int, rows: Iterable[Sequence[Any]]) -> Request:
    """Write values below the last row in use."""
    data = [{"values": [entered(value) for value in row]} for row in rows]
    return {"appendCells": {"sheetId": sheet, "rows": data, "fields": "userEnteredValue"}}
