"""Data validation, as it binds a person's hand. The API passes by it, as at Google.

A rule with a custom formula is taken as kept: it would need a formula evaluated outside any cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.a1 import Box
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.entry import parse_entry
from sheetflow.emulator.sheets.formulas import Value
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import GoogleError, Json, invalid

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"(https?|ftp)://\S+|mailto:\S+", re.IGNORECASE)


def check_box(book: Book, sheet_id: int, box: Box) -> None:
    """Refuse what was written into a box where a strict rule forbids it, within the write's transaction.

    Raises:
        GoogleError: 400 with Google's words, which name the cell.
    """
    sheet = book.sheet(sheet_id)
    view: View | None = None  # it computes the whole sheet: only where a rule wants to know
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, box.col1):
            rule = sheet.cell(row, column).validation
            if rule is None or not rule.get("strict"):
                continue
            if view is None:
                view = View(book, sheet)
            value = view.value(row, column)
            if value is not None and not fits(book, sheet, rule, value):
                raise invalid(_words(book, rule, a1.cell_name(row, column)))


def _words(book: Book, rule: Json, name: str) -> str:
    text = f"The data you entered in cell {name} violates the data validation rules set on this cell."
    if rule.get("inputMessage"):
        return f"{text}\n{rule['inputMessage']}"
    if rule.get("condition", {}).get("type") == "ONE_OF_LIST":
        choices = ", ".join(_texts(rule["condition"]))
        return f"{text}\nPlease enter one of the following values: {choices}."
    del book
    return text


def fits(book: Book, sheet: Sheet, rule: Json, value: Value) -> bool:
    """Whether a rule accepts a value."""
    condition = rule.get("condition", {})
    kind = condition.get("type", "")
    if kind == "ONE_OF_LIST":
        return _as_text(value) in _texts(condition)
    if kind == "ONE_OF_RANGE":
        return _as_text(value) in _choices(book, sheet, condition)
    if kind == "BOOLEAN":
        allowed = _texts(condition)
        return _as_text(value) in allowed if allowed else isinstance(value, bool)
    operands = [_operand(book, text) for text in _texts(condition)]
    if kind.startswith("NUMBER_"):
        return _is_number(value) and all(map(_is_number, operands)) and _COMPARE[kind[7:]](value, *operands)
    if kind.startswith("DATE_"):
        if kind == "DATE_IS_VALID":
            return _is_number(value)
        return _is_number(value) and all(map(_is_number, operands)) and _DATE[kind[5:]](value, *operands)
    if kind.startswith("TEXT_"):
        return _TEXT[kind[5:]](_as_text(value), *_texts(condition)[:1])
    return True


def _texts(condition: Json) -> list[str]:
    return [str(value.get("userEnteredValue", "")) for value in condition.get("values", ())]


def _operand(book: Book, text: str) -> Any:
    entry = parse_entry(text, book.locale, today=book.now().date())
    return entry.value


def _choices(book: Book, sheet: Sheet, condition: Json) -> set[str]:
    choices: set[str] = set()
    for text in _texts(condition):
        try:
            area = book.area(text.removeprefix("="))
        except GoogleError:
            continue
        if (
            "!" not in text
            and a1.parse(text.removeprefix("=")) is not None
            and book.named_range(text[1:]) is None
        ):
            area = area._replace(sheet_id=sheet.sheet_id)
        source = book.sheet(area.sheet_id)
        view = View(book, source)
        box = source.box(area)
        for row in range(box.row0, min(box.row1, view.rows)):
            for column in range(box.col0, min(box.col1, view.width(row))):
                value = view.value(row, column)
                if value not in (None, ""):
                    choices.add(_as_text(value))
    return choices


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_COMPARE: dict[str, Callable[..., bool]] = {
    "GREATER": lambda value, one: value > one,
    "GREATER_THAN_EQ": lambda value, one: value >= one,
    "LESS": lambda value, one: value < one,
    "LESS_THAN_EQ": lambda value, one: value <= one,
    "EQ": lambda value, one: value == one,
    "NOT_EQ": lambda value, one: value != one,
    "BETWEEN": lambda value, one, two: one <= value <= two,
    "NOT_BETWEEN": lambda value, one, two: not one <= value <= two,
}
_DATE: dict[str, Callable[..., bool]] = {
    "EQ": lambda value, one: int(value) == int(one),
    "BEFORE": lambda value, one: value < one,
    "AFTER": lambda value, one: int(value) > int(one),
    "ON_OR_BEFORE": lambda value, one: int(value) <= int(one),
    "ON_OR_AFTER": lambda value, one: value >= one,
    "BETWEEN": lambda value, one, two: one <= value <= two,
    "NOT_BETWEEN": lambda value, one, two: not one <= value <= two,
    "NOT_EQ": lambda value, one: int(value) != int(one),
}
_TEXT: dict[str, Callable[..., bool]] = {
    "CONTAINS": lambda value, one: one in value,
    "NOT_CONTAINS": lambda value, one: one not in value,
    "STARTS_WITH": lambda value, one: value.startswith(one),
    "ENDS_WITH": lambda value, one: value.endswith(one),
    "EQ": lambda value, one: value == one,
    "NOT_EQ": lambda value, one: value != one,
    "IS_EMAIL": lambda value: bool(_MAIL.fullmatch(value)),
    "IS_URL": lambda value: bool(_URL.fullmatch(value)),
}
