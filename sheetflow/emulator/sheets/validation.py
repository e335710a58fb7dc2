"""Data validation: a strict rule binds a person, another one marks what does not fit; the API passes by both.

Decided here: which rule a cell has (its own, or its table column's), Google's words about a refusal, and what
is marked. What a condition means stands in `conditions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sheetflow.emulator.sheets import a1, tables
from sheetflow.emulator.sheets.a1 import Box
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.conditions import Judge
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, invalid


class Violation(NamedTuple):
    """A cell whose value its rule does not accept.

    Attributes:
        row, column: the cell, 0-based.
        strict: whether a person may not leave it so.
        words: what Google says about it.
    """

    row: int
    column: int
    strict: bool
    words: str


def check_box(book: Book, sheet_id: int, box: Box) -> None:
    """Refuse what was written into a box where a strict rule forbids it, within the write's transaction.

    Raises:
        GoogleError: 400 with Google's words, which name the cell.
    """
    for violation in violations(book, sheet_id, box, strict_only=True):
        raise invalid(violation.words)


def violations(book: Book, sheet_id: int, box: Box, *, strict_only: bool = False) -> Iterator[Violation]:
    """The cells of a box that are marked as invalid, row by row; blank cells never are."""
    sheet = book.sheet(sheet_id)
    view: View | None = None  # it computes the whole sheet: only where a rule wants to know
    judge = Judge(book, sheet)
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, box.col1):
            rule = rule_at(sheet, row, column)
            if rule is None or (strict_only and not rule.get("strict")):
                continue
            if view is None:
                view = View(book, sheet)
            value = view.value(row, column)
            if value in (None, "") or judge.meets(rule.get("condition", {}), value, (row, column)):
                continue
            yield Violation(row, column, bool(rule.get("strict")), _words(rule, a1.cell_name(row, column)))


def rule_at(sheet: Sheet, row: int, column: int) -> Json | None:
    """The rule that a cell has: its own, or the one of its column in a table."""
    own = sheet.cell(row, column).validation
    if own is not None or "tables" not in sheet.parts:
        return own
    found = tables.column_at(sheet, row, column)
    return None if found is None else tables.rule_of(found)


def _words(rule: Json, name: str) -> str:
    text = f"The data you entered in cell {name} violates the data validation rules set on this cell."
    if rule.get("inputMessage"):
        return f"{text}\n{rule['inputMessage']}"
    if rule.get("condition", {}).get("type") == "ONE_OF_LIST":
        values = (str(value.get("userEnteredValue", "")) for value in rule["condition"].get("values", ()))
        return f"{text}\nPlease enter one of the following values: {', '.join(values)}."
    return text
