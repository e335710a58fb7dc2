"""A1 notation: from a text such as `'My tab'!A2:C` to an area of the grid, and back.

Decided here: the syntax alone. Which tab a title means, and what a named range stands for, the document
knows. Indices are 0-based and half-open, `None` is an open end, as in Google's GridRange. R1C1 notation is
read too. A title that is not plain ASCII stands in quotes in Google's answers.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_CELL = re.compile(r"^\$?([A-Za-z]{1,3})\$?([1-9]\d{0,7})$")
_COLUMN = re.compile(r"^\$?([A-Za-z]{1,3})$")
_ROW = re.compile(r"^\$?([1-9]\d{0,7})$")
_R1C1 = re.compile(r"^[Rr]([1-9]\d{0,7})[Cc]([1-9]\d{0,4})$")
_BARE_TITLE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


class Area(NamedTuple):
    """A rectangle of one sheet: half-open, 0-based, `None` for an open side."""

    sheet_id: int
    row0: int | None = None
    row1: int | None = None
    col0: int | None = None
    col1: int | None = None

    def within(self, rows: int, columns: int) -> Box:
        """The area's cells in a grid of `rows` by `columns`."""
        row0, col0 = self.row0 or 0, self.col0 or 0
        row1 = rows if self.row1 is None else min(self.row1, rows)
        col1 = columns if self.col1 is None else min(self.col1, columns)
        return Box(row0, max(row0, row1), col0, max(col0, col1))

    def overlaps(self, other: Area) -> bool:
        """Whether the two share a cell; an open side reaches without end."""
        return (
            self.sheet_id == other.sheet_id
            and _meet(self.row0, self.row1, other.row0, other.row1)
            and _meet(self.col0, self.col1, other.col0, other.col1)
        )

    def covers(self, other: Area) -> bool:
        """Whether each cell of `other` is a cell of this area."""
        return (
            self.sheet_id == other.sheet_id
            and (self.row0 or 0) <= (other.row0 or 0)
            and (self.col0 or 0) <= (other.col0 or 0)
            and (self.row1 is None or (other.row1 is not None and other.row1 <= self.row1))
            and (self.col1 is None or (other.col1 is not None and other.col1 <= self.col1))
        )


class Box(NamedTuple):
    """A rectangle with all its sides known: half-open, 0-based."""

    row0: int
    row1: int
    col0: int
    col1: int

    @property
    def empty(self) -> bool:
        """Whether it has no cell."""
        return self.row0 >= self.row1 or self.col0 >= self.col1


class Reference(NamedTuple):
    """A parsed text: `title` is the tab (None: not named), `box` is (row0, row1, col0, col1) with open sides.

    `name` is set instead of `box` where the text may be a tab's title or a named range.
    """

    title: str | None
    name: str | None
    box: tuple[int | None, int | None, int | None, int | None] | None


def _meet(a0: int | None, a1: int | None, b0: int | None, b1: int | None) -> bool:
    return (b1 is None or (a0 or 0) < b1) and (a1 is None or (b0 or 0) < a1)


def column_index(letters: str) -> int:
    """The 0-based index of a column.

    >>> column_index("A"), column_index("Z"), column_index("AA")
    (0, 25, 26)
    """
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """The letters of a 0-based column.

    >>> column_letters(0), column_letters(25), column_letters(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quote_title(title: str) -> str:
    """A tab's title as it stands before `!`: quoted where Google quotes it.

    >>> quote_title("Sheet1"), quote_title("My tab"), quote_title("A1"), quote_title("it's")
    ('Sheet1', "'My tab'", "'A1'", "'it''s'")
    """
    plain = _BARE_TITLE.match(title) and not _CELL.match(title) and not _R1C1.match(title)
    return title if plain else "'" + title.replace("'", "''") + "'"


def cell_name(row: int, column: int) -> str:
    """`A1` for (0, 0)."""
    return f"{column_letters(column)}{row + 1}"


def range_name(title: str, box: Box) -> str:
    """`Sheet1!A1:B2`, or `Sheet1!A1` for one cell."""
    first = cell_name(box.row0, box.col0)
    last = cell_name(max(box.row1 - 1, box.row0), max(box.col1 - 1, box.col0))
    return f"{quote_title(title)}!{first}" + ("" if first == last else f":{last}")


def parse(text: str) -> Reference | None:
    """Parse A1 (or R1C1) notation; None where the text is neither a range nor a possible name."""
    text = text.strip()
    title, rest = _split_title(text)
    if title is not None and rest is None:
        return Reference(title, None, (None, None, None, None))
    if rest is None:
        return None
    box = _parse_box(rest)
    if box is not None:
        return Reference(title, None, box)
    if title is None and rest:
        return Reference(None, rest, None)
    return None


def _split_title(text: str) -> tuple[str | None, str | None]:
    """(title, range): the range is None where the text is just a quoted title or broken."""
    if not text.startswith("'"):
        title, bang, rest = text.rpartition("!")
        return (title, rest) if bang else (None, text)
    end = 1
    while True:
        end = text.find("'", end)
        if end < 0:
            return None, None
        if text[end : end + 2] != "''":
            break
        end += 2
    title = text[1:end].replace("''", "'")
    if end + 1 == len(text):
        return title, None
    return (title, text[end + 2 :]) if text[end + 1] == "!" else (None, None)


def _parse_box(text: str) -> tuple[int | None, int | None, int | None, int | None] | None:
    first, colon, last = text.partition(":")
    one = _corner(first, whole=bool(colon))
    if one is None:
        return None
    if not colon:
        row, column = one
        return None if row is None or column is None else (row, row + 1, column, column + 1)
    two = _corner(last, whole=True)
    if two is None:
        return None
    row0, row1 = _span(one[0], two[0])
    col0, col1 = _span(one[1], two[1])
    if one[0] is None and two[0] is not None and one[1] is None:
        return None if two[1] is not None else (row0, row1, col0, col1)
    return row0, row1, col0, col1


def _corner(text: str, *, whole: bool) -> tuple[int | None, int | None] | None:
    if match := _CELL.match(text):
        return int(match[2]) - 1, column_index(match[1])
    if match := _R1C1.match(text):
        return int(match[1]) - 1, int(match[2]) - 1
    if whole and (match := _COLUMN.match(text)):
        return None, column_index(match[1])
    if whole and (match := _ROW.match(text)):
        return int(match[1]) - 1, None
    return None


def _span(one: int | None, two: int | None) -> tuple[int | None, int | None]:
    """The half-open span of two corners; where one is missing, it runs from the other to the end."""
    if one is None and two is None:
        return None, None
    if one is None or two is None:
        return (one if one is not None else two), None
    return min(one, two), max(one, two) + 1


def area_of(grid_range: dict[str, Any]) -> Area:
    """The area of a GridRange of the API; an absent sheetId is sheet 0."""
    return Area(
        grid_range.get("sheetId", 0),
        grid_range.get("startRowIndex"),
        grid_range.get("endRowIndex"),
        grid_range.get("startColumnIndex"),
        grid_range.get("endColumnIndex"),
    )


def grid_range(area: Area) -> dict[str, Any]:
    """The GridRange of an area, open sides absent."""
    sides = {
        "sheetId": area.sheet_id,
        "startRowIndex": area.row0,
        "endRowIndex": area.row1,
        "startColumnIndex": area.col0,
        "endColumnIndex": area.col1,
    }
    return {name: side for name, side in sides.items() if side is not None}
