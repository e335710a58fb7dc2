"""One column of a sheet during one revision, and a hashed view of any list of values.

Decided here: what is still to be computed in a column, so that reading some rows computes no others; and
how a value is found in thousands without walking through them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from functools import lru_cache
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.scalars import lookup_key

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.values import Value

_WILDCARD = re.compile(r"[*?~]")


class Column:
    """The values of a column.

    Attributes:
        values: from row 0 on; shorter than the grid where nothing follows.
        formulas: the rows that hold formulas, ascending.
        pending: those of them that are not computed yet, ascending.
        reach: array formulas (row, column) that may spill into this column and were not computed yet, by row.
    """

    __slots__ = ("formulas", "pending", "reach", "slices", "values")

    def __init__(self, values: list[Value], formulas: list[int], reach: list[tuple[int, int]]) -> None:
        self.values = values
        self.formulas = formulas
        self.pending = list(formulas)
        self.reach = reach
        self.slices: dict[tuple[int, int], list[Value]] = {}

    def settle(self, row: int, value: Value) -> None:
        """Puts a computed value at `row`."""
        place = bisect_left(self.pending, row)
        if place < len(self.pending) and self.pending[place] == row:
            del self.pending[place]
        self._extend(row + 1)
        self.values[row] = value

    def unsettle(self, row: int) -> None:
        """Says that the formula at `row` is to be computed (again)."""
        if row not in self.pending:
            insort(self.pending, row)

    def waiting(self, row0: int, row1: int) -> list[int]:
        """The rows in `row0` to `row1` whose formulas are not computed yet."""
        return self.pending[bisect_left(self.pending, row0) : bisect_left(self.pending, row1)]

    def occupied(self, row0: int, row1: int) -> int | None:
        """The first row in `row0` to `row1` that holds something; None when all are free."""
        place = bisect_left(self.formulas, row0)
        first = self.formulas[place] if place < len(self.formulas) and self.formulas[place] < row1 else None
        for row, value in enumerate(self.values[row0:row1], row0):
            if value is not None:
                return row if first is None else min(row, first)
        return first

    def spill(self, row: int, values: list[Value]) -> None:
        """Puts an array's values at `row` and below."""
        self._extend(row + len(values))
        self.values[row : row + len(values)] = values

    def slice(self, row0: int, row1: int) -> list[Value]:
        """The settled rows `row0` to `row1`; the same list each time, padded with empty cells."""
        known = self.slices.get((row0, row1))
        if known is None:
            known = self.values[row0:row1]
            known += [None] * (row1 - row0 - len(known))
            self.slices[row0, row1] = known
        return known

    def _extend(self, length: int) -> None:
        if len(self.values) < length:
            self.values += [None] * (length - len(self.values))


class LookupIndex:
    """Where each value stands in a list; built once, on the first question of its kind."""

    __slots__ = ("_first", "_last", "_values")

    def __init__(self, values: list[Value]) -> None:
        self._values = values
        self._first: dict[object, int] | None = None
        self._last: dict[object, int] | None = None

    def first(self, value: Value) -> int | None:
        """The place of the first element equal to `value`; None when there is none."""
        if self._first is None:
            size = len(self._values)
            self._first = {lookup_key(self._values[place]): place for place in range(size - 1, -1, -1)}
            self._first.pop(None, None)
        return self._first.get(lookup_key(value))

    def last(self, value: Value) -> int | None:
        """The place of the last element equal to `value`."""
        if self._last is None:
            self._last = {lookup_key(element): place for place, element in enumerate(self._values)}
            self._last.pop(None, None)
        return self._last.get(lookup_key(value))

    def matching(self, pattern: str, *, from_end: bool = False) -> int | None:
        """The place of the first text that matches a pattern with `*` and `?`."""
        expression = wildcard(pattern)
        places = range(len(self._values))
        for place in reversed(places) if from_end else places:
            element = self._values[place]
            if isinstance(element, str) and expression.fullmatch(element):
                return place
        return None


def has_wildcard(text: str) -> bool:
    """Whether a text is a pattern: it contains `*`, `?` or their escape `~`."""
    return _WILDCARD.search(text) is not None


@lru_cache(maxsize=1024)
def wildcard(pattern: str) -> re.Pattern[str]:
    """The expression for a pattern: `*` any characters, `?` one, `~` before either makes it plain.

    Between two stars the first place that fits is as good as any other, so none is tried twice.
    """
    segments: list[list[str]] = [[]]
    position = 0
    while position < len(pattern):
        letter = pattern[position]
        if letter == "~" and pattern[position + 1 : position + 2] in ("*", "?", "~"):
            position += 1
            segments[-1].append(re.escape(pattern[position]))
        elif letter == "*":
            segments.append([])
        else:
            segments[-1].append("." if letter == "?" else re.escape(letter))
        position += 1
    first, *others = ("".join(segment) for segment in segments)
    middle = "".join(f"(?>.*?{segment})" for segment in others[:-1] if segment)
    last = f".*{others[-1]}" if others else ""
    return re.compile(first + middle + last, re.IGNORECASE | re.DOTALL)
