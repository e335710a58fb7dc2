"""Tables of a sheet: what their columns are called and typed, and how they follow their cells.

A table's range begins with its header. `columnIndex` counts within the table. A column's name is what its
header cell says; the name that was set stands for a blank header. Formulas follow tables and columns that are
renamed: what each column was called is kept under NAMES, so that another header is known for a new name of
the same column, wherever that column has gone meanwhile. Source: Google's reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets import a1, shifts, styles
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.formats import format_value
from sheetflow.emulator.sheets.formulas import CellError, Formula, GridArea, TableRenamed, TableShape
from sheetflow.emulator.sheets.formulas.structured import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.wire import Json

NAMES = "_names"
"""Under which a table keeps what its columns were called; no answer shows it."""

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
        for part in ("columnProperties", NAMES):
            if change.dimension == "COLUMNS" and change.concerns(old) and part in table:
                table[part] = _columns(table[part], old, new, change)
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


def shown(book: Book, sheet: Sheet) -> list[Json]:
    """The tables of a sheet as Google answers them: each column by the name in its header."""
    answer = []
    for table in sheet.parts.get("tables", ()):
        given = {one.get("columnIndex", 0): one for one in table.get("columnProperties", ())}
        columns = [
            {**given.get(index, {}), "columnIndex": index, "columnName": name}
            for index, name in enumerate(names(book, sheet, table))
        ]
        rest = {name: part for name, part in table.items() if name != NAMES}
        answer.append({**rest, "columnProperties": columns})
    return answer


def bands(sheet: Sheet) -> list[Json]:
    """The colours of a sheet's tables as BandedRanges, which are told from others by their reference."""
    found = []
    for table in sheet.parts.get("tables", ()):
        colors = styles.with_color_styles(table.get("rowsProperties", {}))
        if colors:
            item = {"bandedRangeReference": table["tableId"], "range": table["range"]}
            found.append({**item, "rowProperties": colors})
    return found


def names(book: Book, sheet: Sheet, table: Json) -> list[str]:
    """What the columns of a table are called."""
    box = sheet.box(a1.area_of(table["range"]))
    given = {one.get("columnIndex", 0): one.get("columnName") for one in table.get("columnProperties", ())}
    return [
        header(book, sheet, box, index) or given.get(index) or f"Column {index + 1}"
        for index in range(box.col1 - box.col0)
    ]


def header(book: Book, sheet: Sheet, box: Box, index: int) -> str:
    """What stands in the header cell of a table's column; a formula there names nothing."""
    cell = sheet.cell(box.row0, box.col0 + index)
    if cell.value is None or isinstance(cell.value, Formula | CellError):
        return ""
    return format_value(cell.value, cell.number_format, book.locale)


def every(book: Book) -> Iterator[tuple[Sheet, Json]]:
    """All tables of a spreadsheet, each with its sheet."""
    for sheet in book.sheets:
        for table in sheet.parts.get("tables", ()):
            yield sheet, table


def shape(book: Book, name: str) -> TableShape | None:
    """The table that formulas write as `name`."""
    folded = name.casefold()
    for sheet, table in every(book):
        if written(table["name"]).casefold() == folded:
            box = sheet.box(a1.area_of(table["range"]))
            area = GridArea(sheet.sheet_id, *box)
            return TableShape(area, tuple(names(book, sheet, table)), has_footer(table))
    return None


def settle(book: Book) -> None:
    """Let formulas follow columns whose headers have changed since this was done last."""
    for sheet, table in list(every(book)):
        now = names(book, sheet, table)
        kept = {one["columnIndex"]: one["columnName"] for one in table.get(NAMES, ())}
        pairs = tuple((kept[index], name) for index, name in enumerate(now) if kept.get(index, name) != name)
        if pairs:
            book.rewrite(TableRenamed(table["name"], table["name"], pairs))
        if kept != dict(enumerate(now)):
            (mine,) = (
                one
                for one in book.writable(sheet.sheet_id).parts["tables"]
                if one["tableId"] == table["tableId"]
            )
            mine[NAMES] = [{"columnIndex": index, "columnName": name} for index, name in enumerate(now)]
