"""One sheet (tab) of a spreadsheet: its rows, its sizes, and the objects that stand on it.

A sheet belongs to one snapshot of the spreadsheet (`book`). Copying it shares the rows; a row is copied when
it is first written to, so that a batch over a large sheet costs what it touches.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import BLANK, Cell, Row
from sheetflow.emulator.wire import Json

PIXELS = {"ROWS": 21, "COLUMNS": 100}
"""Google's default height and width."""


class Sheet:
    """A sheet.

    Attributes:
        owner: the snapshot that may write to it.
        properties: SheetProperties but for `index`, which is its place in the book.
        rows: as far down as something is in them.
        meta: by dimension and index, what was set of DimensionProperties.
        parts: the other lists of Google's Sheet, by their names (merges, protectedRanges, filterViews, ...),
        and
            `basicFilter`.
        version: counts the changes of its cells, by which formulas know that they must be computed anew.
    """

    def __init__(self, owner: object, properties: Json) -> None:
        self.owner = owner
        self.properties = properties
        self.rows: list[Row | None] = []
        self.meta: dict[str, dict[int, Json]] = {"ROWS": {}, "COLUMNS": {}}
        self.parts: dict[str, Any] = {}
        self.version = 0
        self._used: int | None = None

    def copy(self, owner: object) -> Sheet:
        """A copy for another snapshot; the rows are shared."""
        twin = Sheet(owner, copy.deepcopy(self.properties))
        twin.rows = list(self.rows)
        twin.meta = {dimension: dict(entries) for dimension, entries in self.meta.items()}
        twin.parts = copy.deepcopy(self.parts)
        twin._used = self._used
        return twin

    def _changed(self) -> None:
        self.version += 1
        self._used = None

    @property
    def sheet_id(self) -> int:
        """Google's sheetId."""
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        """The tab's title."""
        return str(self.properties["title"])

    @property
    def row_count(self) -> int:
        """Rows of the grid."""
        return int(self.properties["gridProperties"]["rowCount"])

    @property
    def column_count(self) -> int:
        """Columns of the grid."""
        return int(self.properties["gridProperties"]["columnCount"])

    def count(self, dimension: str) -> int:
        """The grid's rows or columns."""
        return self.row_count if dimension == "ROWS" else self.column_count

    def resize(self, dimension: str, count: int) -> None:
        """Set the grid's size; what lies beyond it is cut off."""
        self.properties["gridProperties"]["rowCount" if dimension == "ROWS" else "columnCount"] = count
        self.meta[dimension] = {index: meta for index, meta in self.meta[dimension].items() if index < count}
        if dimension == "ROWS":
            del self.rows[count:]
        else:
            for index, row in enumerate(self.rows):
                if row is not None and len(row.cells) > count:
                    mine = self.writable(index)
                    del mine.cells[count:]
                    mine.changed()
        self._changed()

    def whole(self) -> Area:
        """All of the sheet."""
        return Area(self.sheet_id)

    def box(self, area: Area) -> Box:
        """The cells of an area in this grid."""
        return area.within(self.row_count, self.column_count)

    def cell(self, row: int, column: int) -> Cell:
        """A cell, blank where nothing is."""
        line = self.rows[row] if row < len(self.rows) else None
        return BLANK if line is None else line.get(column)

    def writable(self, row: int) -> Row:
        """The row, made this snapshot's own."""
        if row >= len(self.rows):
            self.rows.extend([None] * (row + 1 - len(self.rows)))
        line = self.rows[row]
        if line is None:
            line = self.rows[row] = Row(self.owner, [])
        elif line.owner is not self.owner:
            line = self.rows[row] = Row(self.owner, list(line.cells))
        self._changed()
        return line

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Put a cell."""
        if cell.blank and (row >= len(self.rows) or self.rows[row] is None):
            return
        self.writable(row).put(column, cell)

    @property
    def used_rows(self) -> int:
        """Rows up to the last one in which a value or formula was entered."""
        if self._used is None:
            self._used = next((i + 1 for i in range(len(self.rows) - 1, -1, -1) if self._width(i)), 0)
        return self._used

    def _width(self, row: int) -> int:
        line = self.rows[row] if row < len(self.rows) else None
        return 0 if line is None else line.width

    def insert(self, dimension: str, start: int, count: int, *, like: int | None = None) -> None:
        """Insert blank rows or columns before `start`; `like` is the index whose formats they take."""
        pattern = None if like is None else self.meta[dimension].get(like)
        shifted = {i + count if i >= start else i: meta for i, meta in self.meta[dimension].items()}
        if pattern:
            kept = {k: v for k, v in pattern.items() if k == "pixelSize"}
            shifted.update({start + i: dict(kept) for i in range(count) if kept})
        self.meta[dimension] = shifted
        grid = self.properties["gridProperties"]
        if dimension == "ROWS":
            grid["rowCount"] += count
            if start < len(self.rows):
                source = self.rows[like] if like is not None and like < len(self.rows) else None
                self.rows[start:start] = [self._styled(source) for _ in range(count)]
        else:
            grid["columnCount"] += count
            for index, row in enumerate(self.rows):
                if row is not None and start < len(row.cells):
                    style = Cell(format=row.get(like).format) if like is not None else BLANK
                    mine = self.writable(index)
                    mine.cells[start:start] = [None if style.blank else style] * count
                    mine.changed()
        self._changed()

    def _styled(self, source: Row | None) -> Row | None:
        if source is None:
            return None
        cells = [
            Cell(format=cell.format, validation=cell.validation)
            if cell and (cell.format or cell.validation)
            else None
            for cell in source.cells
        ]
        return Row(self.owner, cells) if any(cells) else None

    def delete(self, dimension: str, start: int, end: int) -> None:
        """Delete rows or columns `start` to `end`."""
        self.meta[dimension] = {
            i - (end - start) if i >= end else i: meta
            for i, meta in self.meta[dimension].items()
            if not start <= i < end
        }
        grid = self.properties["gridProperties"]
        if dimension == "ROWS":
            grid["rowCount"] -= end - start
            del self.rows[start:end]
        else:
            grid["columnCount"] -= end - start
            for index, row in enumerate(self.rows):
                if row is not None and start < len(row.cells):
                    mine = self.writable(index)
                    del mine.cells[start:end]
                    mine.changed()
        self._changed()

    def move(self, dimension: str, start: int, end: int, to: int) -> None:
        """Move rows or columns to before what is now at `to`."""
        order = list(range(self.count(dimension)))
        block = order[start:end]
        rest = order[:start] + order[end:]
        at = to - (end - start) if to > start else to
        order = [*rest[:at], *block, *rest[at:]]
        self.meta[dimension] = {
            new: self.meta[dimension][old] for new, old in enumerate(order) if old in self.meta[dimension]
        }
        if dimension == "ROWS":
            self.rows = [self.rows[old] if old < len(self.rows) else None for old in order]
            while self.rows and self.rows[-1] is None:
                self.rows.pop()
        else:
            for index, row in enumerate(self.rows):
                if row is not None:
                    cells = [row.cells[old] if old < len(row.cells) else None for old in order]
                    mine = self.writable(index)
                    mine.cells = cells
                    mine.changed()
        self._changed()

    def head(self) -> str:
        """All but the rows, as JSON for the store."""
        meta = {
            dimension: {str(i): m for i, m in entries.items()} for dimension, entries in self.meta.items()
        }
        return json.dumps(
            {"properties": self.properties, "meta": meta, "parts": self.parts}, ensure_ascii=False
        )


def sheet_from_head(owner: object, text: str) -> Sheet:
    """A sheet without rows, from the JSON of `head`."""
    head = json.loads(text)
    sheet = Sheet(owner, head["properties"])
    sheet.meta = {d: {int(i): m for i, m in entries.items()} for d, entries in head["meta"].items()}
    sheet.parts = head["parts"]
    return sheet
