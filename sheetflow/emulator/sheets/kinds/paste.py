"""Copying, cutting and pasting."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

from sheetflow.emulator.sheets import following, formulas
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import BLANK, Cell
from sheetflow.emulator.sheets.formulas import Formula, Value
from sheetflow.emulator.sheets.kinds import looks, shifting
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.kinds.content import relocated_rule, trim
from sheetflow.emulator.sheets.values import grow, typed
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, invalid


@kind("copyPaste")
def copy_paste(batch: Batch, request: Json) -> None:
    """Copy a range; a larger destination is filled with repetitions."""
    source, destination = batch.area(request.get("source", {})), batch.area(request.get("destination", {}))
    box, to = batch.book.box(source), batch.book.box(destination)
    turn = request.get("pasteOrientation") == "TRANSPOSE"
    height, width = box.row1 - box.row0, box.col1 - box.col0
    if turn:
        height, width = width, height
    down, across = _times(to.row1 - to.row0, height), _times(to.col1 - to.col0, width)
    target = Box(to.row0, to.row0 + down * height, to.col0, to.col0 + across * width)
    batch.check(Area(destination.sheet_id, *target))
    clip = Clip(batch, source.sheet_id, box)
    sheet = batch.book.writable(destination.sheet_id)
    grow(batch.book, sheet, target.row1, target.col1)
    how = request.get("pasteType", "PASTE_NORMAL")
    for row in range(target.row0, target.row1):
        for column in range(target.col0, target.col1):
            down_by, across_by = (row - target.row0) % height, (column - target.col0) % width
            at = (across_by, down_by) if turn else (down_by, across_by)
            sheet.put(row, column, clip.pasted(at, sheet.cell(row, column), how, row, column))
    trim(sheet)
    if not turn and how in _LOOKS:
        corners = [
            (target.row0 + height * i, target.col0 + width * j) for i in range(down) for j in range(across)
        ]
        looks.copy_looks(
            batch, Area(source.sheet_id, *box), destination.sheet_id, corners, merges=how in _MERGES
        )


def _times(room: int, size: int) -> int:
    """How often something is repeated: to fill what is a multiple of it, else once."""
    return room // size if room % size == 0 else 1


_MERGES = ("PASTE_NORMAL", "PASTE_FORMAT")
_LOOKS = (*_MERGES, "PASTE_NO_BORDERS", "PASTE_CONDITIONAL_FORMATTING")


@kind("cutPaste")
def cut_paste(batch: Batch, request: Json) -> None:
    """Move a range to another place; what pointed to its cells points to them there."""
    source = batch.area(request.get("source", {}))
    box = batch.book.box(source)
    place = request.get("destination", {})
    sheet_id, top, left = place.get("sheetId", 0), place.get("rowIndex", 0), place.get("columnIndex", 0)
    target = Box(top, top + box.row1 - box.row0, left, left + box.col1 - box.col0)
    batch.check(source)
    batch.check(Area(sheet_id, *target))
    how = request.get("pasteType", "PASTE_NORMAL")
    clip = Clip(batch, source.sheet_id, box)
    home = batch.book.sheet(source.sheet_id).title
    origin = batch.book.writable(source.sheet_id)
    whole = how == "PASTE_NORMAL"
    if whole:
        looks.release_merges(batch, sheet_id, target, but=Area(source.sheet_id, *box))
    shifting.empty(origin, box)
    sheet = batch.book.writable(sheet_id)
    grow(batch.book, sheet, target.row1, target.col1)
    abroad = home if sheet_id != source.sheet_id else None
    for row in range(target.row0, target.row1):
        for column in range(target.col0, target.col1):
            at = (row - target.row0, column - target.col0)
            cell = clip.pasted(at, sheet.cell(row, column), how, None, None)
            if abroad is not None and isinstance(cell.value, Formula):
                text = formulas.rehomed(cell.value.text, abroad)
                cell = Cell(Formula(text), cell.format, cell.note, cell.validation, cell.more)
            sheet.put(row, column, cell)
    trim(sheet)
    if whole:
        shift = (top - box.row0, left - box.col0)
        following.moved(batch.book, source, box, sheet_id, *shift)


class Clip:
    """What was copied: the cells, their effective values, and where they stood."""

    def __init__(self, batch: Batch, sheet_id: int, box: Box) -> None:
        sheet = batch.book.sheet(sheet_id)
        view = View(batch.book, sheet)
        self._box = box
        self._cells: dict[tuple[int, int], tuple[Cell, Value]] = {}
        for row in range(box.row0, min(box.row1, max(len(sheet.rows), view.rows))):
            for column in range(box.col0, box.col1):
                cell, value = sheet.cell(row, column), view.value(row, column)
                if not cell.blank or value is not None:
                    self._cells[row - box.row0, column - box.col0] = (cell, value)

    def pasted(self, at: tuple[int, int], old: Cell, how: str, row: int | None, column: int | None) -> Cell:
        """The cell after pasting; formulas move along to `row` and `column`, None: they stay."""
        cell, shown = self._cells.get(at, (BLANK, None))
        value: Value | Formula = cell.value
        rule = cell.validation
        if row is not None and column is not None:
            moved = (row - self._box.row0 - at[0], column - self._box.col0 - at[1])
            if isinstance(value, Formula):
                value = Formula(formulas.relocate(value.text, *moved))
            rule = relocated_rule(rule, *moved)
        if how == "PASTE_VALUES":
            return old.holding(shown)
        if how == "PASTE_FORMULA":
            return old.holding(value)
        if how == "PASTE_FORMAT":
            return Cell(old.value, cell.format, old.note, old.validation, old.more)
        if how == "PASTE_DATA_VALIDATION":
            return Cell(old.value, old.format, old.note, rule, old.more)
        if how == "PASTE_CONDITIONAL_FORMATTING":
            return old
        style = cell.format
        if how == "PASTE_NO_BORDERS" and style:
            style = {k: v for k, v in style.items() if k != "borders"} or None
        return Cell(value, style, cell.note, rule, cell.more)


_WITH_VALUES = ("PASTE_NORMAL", "PASTE_VALUES", "PASTE_NO_BORDERS", "PASTE_FORMULA")
"""The kinds of pasting that bring a text's values along; the others take a format, which texts have not."""


class _Table(HTMLParser):
    """The rows of the tables in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell."""
        del attrs
        if tag == "tr":
            self.lines.append([])
        elif tag in ("td", "th"):
            if not self.lines:
                self.lines.append([])
            self.lines[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in ("td", "th"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Text of a cell."""
        if self._inside:
            self.lines[-1][-1] += data


@kind("pasteData")
def paste_data(batch: Batch, request: Json) -> None:
    """Paste text, split by a delimiter or read from HTML, as if typed."""
    place = request.get("coordinate", {})
    data = request.get("data", "")
    if request.get("html"):
        parser = _Table()
        parser.feed(data)
        lines = parser.lines or [[re.sub(r"<[^>]*>", "", data)]]
    elif len(request.get("delimiter", "")) == 1:
        lines = list(csv.reader(io.StringIO(data), delimiter=request["delimiter"]))
    elif request.get("delimiter"):
        lines = [line.split(request["delimiter"]) for line in data.splitlines()]
    else:
        raise invalid("Either delimiter or html must be set.")
    how = request.get("type", "PASTE_NORMAL")
    top, left = place.get("rowIndex", 0), place.get("columnIndex", 0)
    width = max((len(line) for line in lines), default=0)
    if not lines or not width or how not in _WITH_VALUES:
        return
    target = Box(top, top + len(lines), left, left + width)
    sheet = batch.book.writable(place.get("sheetId", 0))
    batch.check(Area(sheet.sheet_id, *target))
    grow(batch.book, sheet, target.row1, target.col1)
    for down, line in enumerate(lines):
        for across, text in enumerate(line):
            old = sheet.cell(top + down, left + across)
            cell = typed(old, text, batch.book.locale, batch.book)
            if how in ("PASTE_VALUES", "PASTE_FORMULA"):
                cell = old.holding(cell.value)
            sheet.put(top + down, left + across, cell)
