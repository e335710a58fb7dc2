"""BooleanConditions: what data validation, conditional formats and filters ask of a cell's value.

Decided here: each type of Google's reference, and that an operand may be a formula. Texts are compared
without regard to letter case. A custom formula holds for one cell and is read for others as if it had been
copied there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.entry import parse_entry
from sheetflow.emulator.sheets.formats import format_value
from sheetflow.emulator.sheets.formulas import CellError, Formula, Value
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import GoogleError, Json

_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_URL = re.compile(
    r"(?:(?:https?|ftp)://|mailto:|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?", re.IGNORECASE
)
_EPOCH = 693594
"""The ordinal of 1899-12-30, the day 0 of serial numbers."""
_Place = tuple[int, int]


class Judge:
    """Says whether cells of one sheet meet conditions, at one state of the book.

    Args:
        book: the state.
        sheet: whose cells they are, and what references without a sheet mean.
    """

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self._book = book
        self._sheet = sheet
        self._engine = book.engine
        self._operands: dict[str, Value] = {}
        self._choices: dict[str, set[str]] = {}
        self._today: int | None = None

    def meets(self, condition: Json, value: Value, at: _Place, anchor: _Place | None = None) -> bool:
        """Whether a value meets a condition.

        Args:
            condition: a BooleanCondition.
            value: the cell's effective value.
            at: the cell, by row and column.
            anchor: the cell for which formulas in the condition hold as they are written; None for this one.
        """
        kind = str(condition.get("type", ""))
        if kind in ("BLANK", "NOT_BLANK"):
            return (value is None or value == "") == (kind == "BLANK")
        texts = [str(one.get("userEnteredValue", "")) for one in condition.get("values", ())]
        if kind == "CUSTOM_FORMULA":
            answer = self._answer(texts[0], at, anchor) if texts else False
            return not isinstance(answer, str | CellError) and bool(answer)
        if kind == "ONE_OF_LIST":
            return self._as_text(value) in texts or _as_text(value) in texts
        if kind == "ONE_OF_RANGE":
            return any(_as_text(value) in self._listed(text) for text in texts)
        if kind == "BOOLEAN":
            return _as_text(value) in texts if texts else isinstance(value, bool)
        if kind == "FILTER_EXPRESSION":
            return True
        operands = [
            self._relative(one["relativeDate"]) if "relativeDate" in one else self._operand(text, at, anchor)
            for one, text in zip(condition.get("values", ()), texts, strict=True)
        ]
        if any(isinstance(one, CellError) for one in operands) or isinstance(value, CellError):
            return False
        return self._compared(kind, value, operands)

    def _compared(self, kind: str, value: Value, operands: list[Value]) -> bool:
        family, _, name = kind.partition("_")
        if family == "TEXT":
            test = _TEXT.get(name)
            words = [self._as_text(one).casefold() for one in operands[:1]]
            needed = 0 if name.startswith("IS_") else 1
            return test is not None and len(words) >= needed and test(self._as_text(value).casefold(), *words)
        if kind == "DATE_IS_VALID":
            return _is_number(value)
        test = (_COMPARE if family == "NUMBER" else _DATE).get(name)
        if test is None or not _is_number(value):
            return False
        needed = 2 if name.endswith("BETWEEN") else 1
        if len(operands) < needed or not all(map(_is_number, operands)):
            return False
        return test(value, *operands[:needed])

    def _answer(self, text: str, at: _Place, anchor: _Place | None) -> Value:
        text = text if text.startswith("=") else "=" + text.removeprefix("+")
        down, across = (0, 0) if anchor is None else (at[0] - anchor[0], at[1] - anchor[1])
        return self._engine.answer(text, self._sheet.sheet_id, *at, down, across)

    def _operand(self, text: str, at: _Place, anchor: _Place | None) -> Value:
        if text.startswith("="):
            return self._answer(text, at, anchor)
        if text not in self._operands:
            entry = parse_entry(text, self._book.locale, today=self._book.now().date())
            self._operands[text] = text if isinstance(entry.value, Formula) else entry.value
        return self._operands[text]

    def _relative(self, name: str) -> int:
        if self._today is None:
            self._today = self._book.now().date().toordinal() - _EPOCH
        days = {"PAST_YEAR": -365, "PAST_MONTH": -30, "PAST_WEEK": -7, "YESTERDAY": -1, "TOMORROW": 1}
        return self._today + days.get(name, 0)

    def _listed(self, text: str) -> set[str]:
        """The texts that stand in the range of ONE_OF_RANGE."""
        if text not in self._choices:
            self._choices[text] = self._read_choices(text.removeprefix("="))
        return self._choices[text]

    def _read_choices(self, name: str) -> set[str]:
        try:
            area = self._book.area(name)
        except GoogleError:
            return set()
        bare = "!" not in name and self._book.named_range(name) is None
        if bare and self._book.titled(name) is None:
            area = area._replace(sheet_id=self._sheet.sheet_id)
        source = self._book.sheet(area.sheet_id)
        view = View(self._book, source)
        box = source.box(area)
        return {
            _as_text(value)
            for row in range(box.row0, min(box.row1, view.rows))
            for column in range(box.col0, min(box.col1, view.width(row)))
            if (value := view.value(row, column)) not in (None, "")
        }

    def _as_text(self, value: Value) -> str:
        return "" if value is None else format_value(value, None, self._book.locale)


def anchor_of(ranges: list[Json]) -> _Place:
    """The cell for which the formulas of a rule over some GridRanges hold: the first one's upper left."""
    areas = [a1.area_of(place) for place in ranges[:1]]
    return (areas[0].row0 or 0, areas[0].col0 or 0) if areas else (0, 0)


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_COMPARE: dict[str, Callable[..., bool]] = {
    "GREATER": lambda value, one: value > one,
    "GREATER_THAN_EQ": lambda value, one: value >= one,
    "LESS": lambda value, one: value < one,
    "LESS_THAN_EQ": lambda value, one: value <= one,
    "EQ": lambda value, one: value == one,
    "NOT_EQ": lambda value, one: value != one,
    "BETWEEN": lambda value, one, two: min(one, two) <= value <= max(one, two),
    "NOT_BETWEEN": lambda value, one, two: not min(one, two) <= value <= max(one, two),
}
_DATE: dict[str, Callable[..., bool]] = {
    "EQ": lambda value, one: value // 1 == one // 1,
    "NOT_EQ": lambda value, one: value // 1 != one // 1,
    "BEFORE": lambda value, one: value < one // 1,
    "AFTER": lambda value, one: value // 1 > one // 1,
    "ON_OR_BEFORE": lambda value, one: value // 1 <= one // 1,
    "ON_OR_AFTER": lambda value, one: value >= one // 1,
    "BETWEEN": lambda value, one, two: one // 1 <= value // 1 <= two // 1,
    "NOT_BETWEEN": lambda value, one, two: not one // 1 <= value // 1 <= two // 1,
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
