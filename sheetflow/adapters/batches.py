"""The requests of a `batchUpdate` that put plain values into cells.

Places are 0-based, as the API has them. Values are stored exactly as they are: no text becomes a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sheetflow.model.cells import Cell
from sheetflow.model.snapshot import LineWrite, Row


def grid(sheet: int, row: int, column: int, rows: int, columns: int) -> dict[str, int]:
    """A GridRange."""
    return {
        "sheetId": sheet, "startRowIndex": row, "endRowIndex": row + rows,
        "startColumnIndex": column, "endColumnIndex": column + columns,
    }  # fmt: skip


def entered(value: Cell) -> dict[str, Any]:
    """A value as CellData, stored exactly as it is: text that begins with "=" stays text."""
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, (int, float)):
        return {"userEnteredValue": {"numberValue": value}}
    return {"userEnteredValue": {"stringValue": value}} if value != "" else {}


def cell(sheet: int, row: int, column: int, value: Cell | None, note: str | None) -> dict[str, Any]:
    """Write one cell: its value, its note, or both; None leaves what is there."""
    data = {} if value is None else entered(value)
    fields = [] if value is None else ["userEnteredValue"]
    if note is not None:
        data["note"] = note
        fields.append("note")
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": [{"values": [data]}], "fields": ",".join(fields)}}


def put(sheet: int, row: int, column: int, rows: Iterable[Row]) -> dict[str, Any]:
    """Write a block of values; "" clears a cell."""
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    data = [{"values": [entered(cell) for cell in cells]} for cells in rows]
    return {"updateCells": {"start": start, "rows": data, "fields": "userEnteredValue"}}


def append(sheet: int, rows: Iterable[Row]) -> dict[str, Any]:
    """Add rows below the last one with content."""
    data = [{"values": [entered(cell) for cell in cells]} for cells in rows]
    return {"appendCells": {"sheetId": sheet, "rows": data, "fields": "userEnteredValue"}}


def bank_lines(
    sheet: int, writes: Iterable[LineWrite], rows: Sequence[tuple[Row, Sequence[str]]], chosen: int
) -> Iterable[dict[str, Any]]:
    """The Bank tab: cells of known rows, and new rows with a dropdown in the column `chosen`."""
    for write in writes:
        for column, value in write.cells.items():
            yield cell(sheet, write.place + 1, column, value, write.note if column == chosen else None)
    data = []
    for row, choices in rows:
        cells = [entered(value) for value in row]
        values = [{"userEnteredValue": choice} for choice in choices]
        condition = {"type": "ONE_OF_LIST", "values": values}
        cells[chosen]["dataValidation"] = {"condition": condition, "showCustomUi": True, "strict": False}
        data.append({"values": cells})
    if data:
        yield {"appendCells": {"sheetId": sheet, "rows": data, "fields": "userEnteredValue,dataValidation"}}


def placed(
    sheet: int, first: int, width: int, rows: Sequence[tuple[int | None, Row]]
) -> Iterable[dict[str, Any]]:
    """Known rows where they stand, neighbours together; new ones at the end."""
    known = {place: [*row, *[""] * (width - len(row))] for place, row in rows if place is not None}
    for start, length in runs(sorted(known)):
        yield put(sheet, first + start, 0, [known[place] for place in range(start, start + length)])
    fresh = [row for place, row in rows if place is None]
    if fresh:
        yield append(sheet, fresh)


def inserted(
    sheet: int, row: int, rows: Sequence[Mapping[int, Cell]], notes: Sequence[Mapping[int, str]]
) -> Iterable[dict[str, Any]]:
    """Insert rows of our own before `row`, so that nobody's fresh typing is written over.

    Right below the header they take after the row that stands there, not after the header.
    `rows`, `notes`: by column. Columns that no row has a value for are not touched: formulas may fill them.
    """
    places = {"sheetId": sheet, "dimension": "ROWS", "startIndex": row, "endIndex": row + len(rows)}
    yield {"insertDimension": {"range": places, "inheritFromBefore": row > 1}}
    for first, length in runs(sorted({column for one in rows for column in one})):
        data = [
            {
                "values": [
                    entered(one.get(column, "")) | ({"note": said[column]} if column in said else {})
                    for column in range(first, first + length)
                ]
            }
            for one, said in zip(rows, notes, strict=True)
        ]
        start = {"sheetId": sheet, "rowIndex": row, "columnIndex": first}
        yield {"updateCells": {"start": start, "rows": data, "fields": "userEnteredValue,note"}}


def runs(places: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Neighbouring places as (start, length)."""
    start = previous = None
    for place in places:
        if start is None or previous is None:
            start = previous = place
        elif place == previous + 1:
            previous = place
        else:
            yield start, previous - start + 1
            start = previous = place
    if start is not None and previous is not None:
        yield start, previous - start + 1


def deletions(sheet: int, first: int, places: Sequence[int]) -> Iterable[dict[str, Any]]:
    """Delete rows, the last first, so that the places of the others hold."""
    for start, length in reversed(list(runs(sorted(places)))):
        rows = {"sheetId": sheet, "dimension": "ROWS", "startIndex": first + start}
        yield {"deleteDimension": {"range": {**rows, "endIndex": first + start + length}}}
