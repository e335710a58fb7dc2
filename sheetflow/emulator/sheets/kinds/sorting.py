"""Requests over the rows of a range: sorting, duplicates, white space, splitting text."""

from __future__ import annotations

import re
import secrets
from typing import Any

from sheetflow.emulator.sheets import formulas
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import BLANK, Cell
from sheetflow.emulator.sheets.formulas import Formula
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.ordering import ordered, rank
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.values import grow, typed
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, invalid


@kind("sortRange")
def sort_range(batch: Batch, request: Json) -> None:
    """Sort the rows of a range by some of its columns; blank cells stay last."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area, moving=True)
    sort_box(batch, area.sheet_id, box, request.get("sortSpecs", []))


def sort_box(batch: Batch, sheet_id: int, box: Box, specs: list[Json]) -> None:
    """Sort the rows of a box; a later spec counts where the earlier ones find no difference."""
    sheet = batch.book.writable(sheet_id)
    view = View(batch.book, sheet)
    rows = range(box.row0, min(box.row1, max(view.rows, len(sheet.rows))))
    _reorder(sheet, box, ordered(view, rows, specs, box.col0))


def _reorder(sheet: Sheet, box: Box, order: list[int]) -> None:
    """Put the box's rows into a new order, cells whole, formulas moved relatively."""
    taken = {row: [sheet.cell(row, column) for column in range(box.col0, box.col1)] for row in order}
    for place, source in enumerate(order):
        row = box.row0 + place
        if row == source:
            continue
        for offset, cell in enumerate(taken[source]):
            if isinstance(cell.value, Formula):
                text = formulas.relocate(cell.value.text, row - source, 0)
                cell = Cell(Formula(text), cell.format, cell.note, cell.validation, cell.more)
            sheet.put(row, box.col0 + offset, cell)


@kind("randomizeRange")
def randomize_range(batch: Batch, request: Json) -> None:
    """Shuffle the rows of a range."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area, moving=True)
    order = list(range(box.row0, box.row1))
    secrets.SystemRandom().shuffle(order)
    _reorder(batch.book.writable(area.sheet_id), box, order)


@kind("deleteDuplicates")
def delete_duplicates(batch: Batch, request: Json) -> Json:
    """Drop rows of a range that repeat an earlier one; what stands below in the range moves up."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area)
    sheet = batch.book.writable(area.sheet_id)
    view = View(batch.book, sheet)
    for place in request.get("comparisonColumns", ()):
        start, end = place.get("startIndex", 0), place.get("endIndex", box.col1)
        if place.get("dimension") != "COLUMNS" or not box.col0 <= start < end <= box.col1:
            raise invalid("comparisonColumns must be columns within the range.")
    columns = [
        column
        for place in request.get("comparisonColumns", [])
        for column in range(place.get("startIndex", 0), place.get("endIndex", box.col1))
    ] or list(range(box.col0, box.col1))
    seen: set[tuple[Any, ...]] = set()
    kept, last = [], min(box.row1, max(view.rows, box.row0))
    for row in range(box.row0, last):
        key = tuple(rank(view.value(row, column)) for column in columns)
        if key not in seen:
            seen.add(key)
            kept.append(row)
    _reorder(sheet, box, kept)
    for row in range(box.row0 + len(kept), last):
        for column in range(box.col0, box.col1):
            sheet.put(row, column, BLANK)
    count = last - box.row0 - len(kept)
    return {"duplicatesRemovedCount": count} if count else {}


@kind("trimWhitespace")
def trim_whitespace(batch: Batch, request: Json) -> Json:
    """Trim the texts of a range, and make inner runs of white space one blank."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area)
    sheet = batch.book.writable(area.sheet_id)
    count = 0
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, box.col1):
            cell = sheet.cell(row, column)
            if isinstance(cell.value, str):
                text = re.sub(r"\s+", " ", cell.value).strip()
                if text != cell.value:
                    sheet.put(row, column, cell.holding(text or None))
                    count += 1
    return {"cellsChangedCount": count} if count else {}


_DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}


@kind("textToColumns")
def text_to_columns(batch: Batch, request: Json) -> None:
    """Split the texts of one column into the columns at its right."""
    area = batch.area(request.get("source", {}))
    box = batch.book.box(area)
    if area.col0 is None or area.col1 != area.col0 + 1:
        raise invalid("The source must span exactly one column.")
    how = request.get("delimiterType", "AUTODETECT")
    if how == "CUSTOM" and not request.get("delimiter"):
        raise invalid("A delimiter must be given for the delimiter type CUSTOM.")
    sheet = batch.book.writable(area.sheet_id)
    view = View(batch.book, sheet)
    texts = {
        row: view.formatted(sheet.cell(row, box.col0), view.value(row, box.col0))
        for row in range(box.row0, min(box.row1, view.rows))
        if view.value(row, box.col0) is not None
    }
    mark = request.get("delimiter", ",") if how == "CUSTOM" else _DELIMITERS.get(how)
    if mark is None:
        mark = max(_DELIMITERS.values(), key=lambda one: sum(text.count(one) for text in texts.values()))
    for row, text in texts.items():
        pieces = text.split(mark)
        batch.check(Area(area.sheet_id, row, row + 1, box.col0, box.col0 + len(pieces)))
        grow(batch.book, sheet, row + 1, box.col0 + len(pieces))
        for offset, piece in enumerate(pieces):
            cell = typed(sheet.cell(row, box.col0 + offset), piece, batch.book.locale, batch.book)
            sheet.put(row, box.col0 + offset, cell)
