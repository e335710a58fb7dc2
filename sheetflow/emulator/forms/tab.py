"""Where things are in a responses tab: its columns, a response's row, the row for the next one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sheetflow.emulator.forms import words
from sheetflow.emulator.sheets.formulas import Formula
from sheetflow.emulator.sheets.shifts import Shifted

if TYPE_CHECKING:
    from sheetflow.emulator.forms.model import Column
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.wire import Json


def located(sheet: Sheet, columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns where they are now: where they were, or where their header has gone.

    A header that is found nowhere was renamed, unless another column of the form stands in its place: then
    its column was deleted.
    """
    columns = list(columns)
    found = {one.key: one.index for one in columns if header(sheet, one.index) == one.header}
    for column in columns:
        taken = set(found.values())
        places = [i for i in range(width(sheet)) if i not in taken and header(sheet, i) == column.header]
        if column.key not in found and places:
            found[column.key] = places[0]
    for column in columns:
        if column.key not in found and column.index not in found.values():
            found[column.key] = column.index
    return tuple(replace(one, index=found[one.key]) for one in columns if one.key in found)


def header(sheet: Sheet, index: int) -> str:
    """What stands in row 1 of a column, as text."""
    value = sheet.cell(0, index).value
    return "" if value is None else value.text if isinstance(value, Formula) else str(value)


def width(sheet: Sheet) -> int:
    """Columns up to the last one with a header."""
    line = sheet.rows[0] if sheet.rows else None
    return 0 if line is None else line.width


def free_title(book: Book) -> str:
    """The title of a new responses tab, in the spreadsheet's language."""
    pattern = words.TAB_TITLE[words.language_of(book.locale)]
    number = 1
    while book.titled(pattern.format(number)) is not None:
        number += 1
    return pattern.format(number)


def row_of(sheet: Sheet, columns: Iterable[Column], place: Json) -> int | None:
    """Where a response stands that was written before; None for a new one, or one whose row is gone."""
    index = next((column.index for column in columns if column.key == "timestamp"), None)
    if not place or index is None:
        return None
    row, stamp = place["row"], place["stamp"]
    candidates = [row, *range(1, len(sheet.rows))]
    return next((one for one in candidates if sheet.cell(one, index).value == stamp), None)


def row_below(sheet: Sheet, columns: Iterable[Column]) -> int:
    """The first row below everything that stands in the form's columns."""
    indexes = [column.index for column in columns]
    for row in range(len(sheet.rows) - 1, 0, -1):
        if any(sheet.cell(row, index).value is not None for index in indexes):
            return row + 1
    return 1


def make_room(book: Book, sheet: Sheet, row: int) -> None:
    """Where something else stands in the row, it goes down by one."""
    line = sheet.rows[row] if row < len(sheet.rows) else None
    if line is not None and line.width:
        sheet.insert("ROWS", row, 1)
        book.carry(Shifted("insert", sheet.sheet_id, "ROWS", row, row + 1))
        book.guard_size()
