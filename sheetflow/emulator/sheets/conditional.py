"""Conditional formats: what the rules of a sheet lay over the format of a cell.

Decided here: of several rules that hold, the earlier wins for each property. A gradient gives a background
between its points' colours. Source: Google's reference.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.sheets import a1, styles
from sheetflow.emulator.sheets.entry import parse_entry
from sheetflow.emulator.sheets.formulas import Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.a1 import Box
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.conditions import Judge
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.sheets.view import View
    from sheetflow.emulator.wire import Json


class Conditional:
    """The conditional formats of one sheet at one state of the book."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self._book = book
        self._sheet = sheet
        self._rules = [
            (rule, [sheet.box(a1.area_of(place)) for place in rule["ranges"]])
            for rule in sheet.parts.get("conditionalFormats", ())
        ]
        self._scales: dict[int, list[tuple[float, Json]]] = {}
        self._kept_judge: Judge | None = None
        self._kept_view: View | None = None

    @property
    def any(self) -> bool:
        """Whether there is any rule."""
        return bool(self._rules)

    @property
    def _judge(self) -> Judge:
        from sheetflow.emulator.sheets.conditions import Judge

        if self._kept_judge is None:
            self._kept_judge = Judge(self._book, self._sheet)
        return self._kept_judge

    def format_at(self, row: int, column: int, value: Value) -> Json | None:
        """The format that the rules give to a cell; None where none holds."""
        found: Json | None = None
        for rule, boxes in self._rules:
            if not any(b.row0 <= row < b.row1 and b.col0 <= column < b.col1 for b in boxes):
                continue
            given = self._given(rule, boxes, row, column, value)
            if given:
                found = given if found is None else styles.over(given, found)
        return found

    def _given(self, rule: Json, boxes: list[Box], row: int, column: int, value: Value) -> Json | None:
        if "gradientRule" in rule:
            return self._shade(rule["gradientRule"], boxes, value)
        boolean = rule["booleanRule"]
        anchor = (boxes[0].row0, boxes[0].col0)
        if self._judge.meets(boolean.get("condition", {}), value, (row, column), anchor):
            return dict(boolean.get("format", {}))
        return None

    def _shade(self, gradient: Json, boxes: list[Box], value: Value) -> Json | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        key = id(gradient)
        if key not in self._scales:
            self._scales[key] = self._scale(gradient, boxes)
        scale = self._scales[key]
        if not scale:
            return None
        below, above = scale[0], scale[-1]
        for one, two in itertools.pairwise(scale):
            if one[0] <= value <= two[0]:
                below, above = one, two
        if value <= below[0] or below[0] == above[0]:
            color = below[1] if value <= below[0] else above[1]
        elif value >= above[0]:
            color = above[1]
        else:
            share = (value - below[0]) / (above[0] - below[0])
            color = {
                part: below[1].get(part, 0) + share * (above[1].get(part, 0) - below[1].get(part, 0))
                for part in ("red", "green", "blue")
            }
        return dict(styles.with_color_styles({"backgroundColor": color}))

    def _scale(self, gradient: Json, boxes: list[Box]) -> list[tuple[float, Json]]:
        """The points of a gradient, by value."""
        numbers = sorted(self._numbers(boxes))
        points = []
        for name in ("minpoint", "midpoint", "maxpoint"):
            point = gradient.get(name)
            level = None if point is None else self._level(point, numbers)
            if point is not None and level is not None:
                style = point.get("colorStyle", {}).get("rgbColor")
                points.append((level, point.get("color", {}) if style is None else style))
        return points

    def _numbers(self, boxes: list[Box]) -> list[float]:
        from sheetflow.emulator.sheets.view import View

        if self._kept_view is None:
            self._kept_view = View(self._book, self._sheet)
        view = self._kept_view
        values: list[Any] = [
            view.value(row, column)
            for box in boxes
            for row in range(box.row0, min(box.row1, view.rows))
            for column in range(box.col0, min(box.col1, view.width(row)))
        ]
        return [one for one in values if isinstance(one, int | float) and not isinstance(one, bool)]

    def _level(self, point: Json, numbers: list[float]) -> float | None:
        kind = point.get("type")
        if not numbers:
            return None
        if kind == "MIN":
            return numbers[0]
        if kind == "MAX":
            return numbers[-1]
        text = point.get("value", "")
        given = (
            self._book.engine.answer(text, self._sheet.sheet_id, 0, 0)
            if text.startswith("=")
            else parse_entry(text, self._book.locale).value
        )
        if isinstance(given, bool) or not isinstance(given, int | float):
            return None
        if kind == "PERCENT":
            return numbers[0] + (numbers[-1] - numbers[0]) * given / 100
        if kind == "PERCENTILE":
            place = (len(numbers) - 1) * min(max(given, 0), 100) / 100
            low = int(place)
            high = min(low + 1, len(numbers) - 1)
            return numbers[low] + (numbers[high] - numbers[low]) * (place - low)
        return float(given)
