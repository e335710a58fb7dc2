"""References as formulas spell them: `B2`, `$A$3:$D`, `A:A`, `3:5`, `'Sheet name'!A1`.

Decided here: the syntax and what it means in rows and columns. Which sheet has that title is for
the evaluator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_TITLE = r"(?:'(?:[^']|'')+'|[^\W\d]\w*(?:\.\w+)*)"
_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,7}"
_COLUMN = r"\$?[A-Za-z]{1,3}"
_ROW = r"\$?[1-9][0-9]{0,7}"
_GAP = r"[ ]*:[ ]*"
REFERENCE = re.compile(
    rf"(?:(?P<sheet>{_TITLE})!)?"
    rf"(?:{_CELL}{_GAP}(?:{_CELL}|{_COLUMN}|{_ROW})|{_COLUMN}{_GAP}(?:{_CELL}|{_COLUMN})|{_ROW}{_GAP}{_ROW}|{_CELL})"
    r"(?![\w(!.])"
)
_CORNER = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")
_BARE_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Corner:
    """One end of a reference; `col` and `row` are 0-based, None where the text names none."""

    col: int | None
    row: int | None
    col_fixed: bool = False
    row_fixed: bool = False

    @classmethod
    def read(cls, text: str) -> Corner:
        """The corner that `$B$7`, `B` or `7` spells."""
        found = _CORNER.fullmatch(text)
        if found is None:
            raise ValueError(text)
        first, letters, second, digits = found.groups()
        if not letters:
            return cls(None, int(digits) - 1, row_fixed=bool(first or second))
        row = int(digits) - 1 if digits else None
        return cls(column_index(letters), row, col_fixed=bool(first), row_fixed=bool(second))

    def moved(self, rows: int, cols: int) -> Corner | None:
        """The corner moved along where it is not fixed; None when there is no such cell."""
        row = self.row if self.row is None or self.row_fixed else self.row + rows
        col = self.col if self.col is None or self.col_fixed else self.col + cols
        if (row is not None and row < 0) or (col is not None and col < 0):
            return None
        return replace(self, row=row, col=col)

    def __str__(self) -> str:
        text = ""
        if self.col is not None:
            text += ("$" if self.col_fixed else "") + column_letters(self.col)
        if self.row is not None:
            text += ("$" if self.row_fixed else "") + str(self.row + 1)
        return text


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference in a formula.

    Attributes:
        sheet: the sheet's title without quotes, None for the formula's own.
        first: the corner that is written first.
        last: the other corner; None when a single cell is meant.
    """

    sheet: str | None
    first: Corner
    last: Corner | None = None

    @classmethod
    def read(cls, text: str) -> Reference:
        """The reference that `text` spells; it must match REFERENCE."""
        sheet, body = None, text
        if "!" in text:
            prefix, body = text.rsplit("!", 1)
            sheet = unquoted(prefix)
        ends = [Corner.read(part.strip()) for part in body.split(":")]
        return cls(sheet, ends[0], ends[1] if len(ends) > 1 else None)

    def __str__(self) -> str:
        prefix = "" if self.sheet is None else quoted(self.sheet) + "!"
        return f"{prefix}{self.first}" + ("" if self.last is None else f":{self.last}")

    def rows(self) -> tuple[int, int | None]:
        """First and last row, both included; None for a range that is open below."""
        return _span(self.first.row, self.first.row if self.last is None else self.last.row)

    def cols(self) -> tuple[int, int | None]:
        """First and last column, both included; None for a range that is open to the right."""
        return _span(self.first.col, self.first.col if self.last is None else self.last.col)

    def moved(self, rows: int, cols: int) -> Reference | None:
        """The reference copied `rows` down and `cols` to the right; None when it leaves the grid."""
        first = self.first.moved(rows, cols)
        last = None if self.last is None else self.last.moved(rows, cols)
        if first is None or (last is None and self.last is not None):
            return None
        return replace(self, first=first, last=last)

    def with_sheet(self, title: str) -> Reference:
        """The same reference into the sheet `title`."""
        return replace(self, sheet=title)


def _span(one: int | None, other: int | None) -> tuple[int, int | None]:
    if one is None or other is None:
        return (one or 0) if other is None else other, None
    return min(one, other), max(one, other)


def column_index(letters: str) -> int:
    """The 0-based index of a column: 0 for "A", 26 for "AA"."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """The letters of a 0-based column: "A" for 0, "AA" for 26."""
    letters = ""
    number = index + 1
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quoted(title: str) -> str:
    """A sheet's title as it stands before "!": in quotes unless it is one plain word."""
    if _BARE_TITLE.fullmatch(title) and not re.fullmatch(_CELL, title):
        return title
    return "'" + title.replace("'", "''") + "'"


def unquoted(prefix: str) -> str:
    """The title behind a prefix, without its quotes."""
    if prefix.startswith("'") and prefix.endswith("'") and len(prefix) > 1:
        return prefix[1:-1].replace("''", "'")
    return prefix
