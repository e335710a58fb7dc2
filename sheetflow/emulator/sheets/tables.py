"""Tables of a sheet: what their columns are called and typed, and how they follow their cells.

A table's range begins with its header. `columnIndex` counts within the table. A column's name is what its
header cell says; the name that was set stands for a blank header. Source: Google's reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets import a1, shifts
from sheetflow.emulator.sheets.a1 import Area, Box

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.sheets.view import View
    from sheetflow.emulator.wire import Json

_CONDITIONS = {
    "DATE": {"type": "DATE_IS_VALID"},
    "DATE_TIME": {"type": "DATE_IS_VALID"},
    "TIME": {"type": "DATE_IS_VALID"},
    "BOOLEAN": {"type": "BOOLEAN"},
}
FORMATS = {
    "CURRENCY": "CURRENCY",
    "PERCENT": "PERCENT",
    "DATE": "DATE",
    "TIME": "TIME",
    "DATE_TIME": "DATE_TIME",
    "TEXT": "TEXT",
}
"""The number format that a column's type gives to its cells."""


def carried(tables: list[Json], change: shifts.Shifted) -> list[Json]:
    """The tables of the changed sheet after the change; one whose cells were all deleted is gone."""
    kept = []
    for table in tables:
        old = table["range"]
        new = shifts.shift_range(old, change) if change.concerns(old) else old
        if new is None:
            continue
        table = {**table, "range": new}
        if change.dimension == "COLUMNS" and change.concerns(old) and "columnProperties" in table:
            table["columnProperties"] = _columns(table["columnProperties"], old, new, change)
        kept.append(table)
    return kept


def _columns(columns: list[Json], old: Json, new: Json, change: shifts.Shifted) -> list[Json]:
    first, start = int(old["startColumnIndex"]), int(new["startColumnIndex"])
    end = new["endColumnIndex"]
    places = []
    for column in columns:
        point = shifts.shift_point(first + column.get("columnIndex", 0), change)
        if point is not None and start <= point < end:
            places.append({**column, "columnIndex": point - start})
    return sorted(places, key=lambda column: int(column["columnIndex"]))


def body(table: Json) -> Area:
    """The rows between a table's header and its footer."""
    area = a1.area_of(table["range"])
    last = area.row1
    if last is not None and has_footer(table):
        last -= 1
    return area._replace(row0=(area.row0 or 0) + 1, row1=last)


def has_footer(table: Json) -> bool:
    """Whether the last row of a table is its footer."""
    return "footerColorStyle" in table.get("rowsProperties", {})


def column_at(sheet: Sheet, row: int, column: int) -> Json | None:
    """The TableColumnProperties of a cell in a table's body; None where there are none."""
    for table in sheet.parts.get("tables", ()):
        area = body(table)
        if area.covers(Area(sheet.sheet_id, row, row + 1, column, column + 1)):
            wanted = column - (area.col0 or 0)
            for one in table.get("columnProperties", ()):
                if one.get("columnIndex", 0) == wanted:
                    return dict(one)
    return None


def rule_of(column: Json) -> Json | None:
    """The DataValidationRule that a table's column puts on its cells, None for a column of any text.

    A type is a hint that marks what does not fit; nobody is kept from typing.
    """
    kind = column.get("columnType", "")
    if kind == "DROPDOWN" and "dataValidationRule" in column:
        return {"condition": column["dataValidationRule"].get("condition", {}), "showCustomUi": True}
    condition = _CONDITIONS.get(kind)
    return None if condition is None else {"condition": dict(condition)}


def shown(view: View) -> list[Json]:
    """The tables of a sheet as Google answers them: each column by the name in its header."""
    answer = []
    for table in view.sheet.parts.get("tables", ()):
        box = view.sheet.box(a1.area_of(table["range"]))
        given = {one.get("columnIndex", 0): one for one in table.get("columnProperties", ())}
        columns = []
        for index in range(box.col1 - box.col0):
            one = given.get(index, {})
            name = header(view, box, index) or one.get("columnName") or f"Column {index + 1}"
            columns.append({**one, "columnIndex": index, "columnName": name})
        answer.append({**table, "columnProperties": columns})
    return answer


def header(view: View, box: Box, index: int) -> str:
    """What the header cell of a table's column says."""
    place = (box.row0, box.col0 + index)
    value = view.value(*place)
    return "" if value is None else view.formatted(view.sheet.cell(*place), value)
