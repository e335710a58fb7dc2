"""What a cell holds, and what the formula engine asks of the document it computes on.

Decided here: the kinds of values and errors, how Google spells them, and the narrow view (`Grid`) through
which formulas see a spreadsheet. Nothing here evaluates anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_SPELLING = {
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "ERROR": "#ERROR!",
}


@dataclass(frozen=True, slots=True)
class CellError:
    """An error as a value.

    Attributes:
        kind: Google's ErrorType, such as "DIVIDE_BY_ZERO" or "N_A".
        message: the words that Google shows on hovering over the cell, "" where they are not known.
    """

    kind: str
    message: str = ""

    def __str__(self) -> str:
        """The error as the cell shows it, such as "#N/A"."""
        return _SPELLING[self.kind]

    @classmethod
    def spelled(cls, text: str) -> CellError | None:
        """The error that a person spells as `text` ("#N/A", "#ref!"), or None."""
        wanted = text.upper()
        for kind, spelling in _SPELLING.items():
            if spelling == wanted:
                return cls(kind)
        return None


Value: TypeAlias = float | int | str | bool | CellError | None
"""What a cell's effective value can be; None is an empty cell, dates are serial days since 1899-12-30."""


class Formula(NamedTuple):
    """A cell's entered value that is a formula; `text` begins with "="."""

    text: str


class GridArea(NamedTuple):
    """A half-open block of cells, 0-based; None is an open side (Google's GridRange)."""

    sheet_id: int
    row0: int | None = None
    row1: int | None = None
    col0: int | None = None
    col1: int | None = None


class TableShape(NamedTuple):
    """A table as formulas see it.

    Attributes:
        area: its cells with the header, all sides known.
        columns: the names of its columns.
        footer: whether its last row is a footer.
    """

    area: GridArea
    columns: tuple[str, ...]
    footer: bool = False


class Grid(Protocol):
    """The spreadsheet as formulas see it. Rows and columns are 0-based."""

    @property
    def locale(self) -> str:
        """The spreadsheet's locale, such as "en_US"."""

    @property
    def time_zone(self) -> str:
        """The spreadsheet's time zone, such as "Europe/Moscow"."""

    def now(self) -> datetime:
        """This moment, aware of its zone."""

    def sheet_ids(self) -> Iterable[int]:
        """The ids of all sheets, in the order of their tabs."""

    def sheet_by_title(self, title: str) -> int | None:
        """The id of the sheet with this title, letter case aside; None when there is none."""

    def size(self, sheet_id: int) -> tuple[int, int]:
        """Rows and columns that the grid has."""

    def entered(self, sheet_id: int, row: int, col: int) -> Value | Formula:
        """What was entered into a cell; None when it is empty or beyond the data."""

    def used_rows(self, sheet_id: int) -> int:
        """The number of rows up to the last cell that holds something."""

    def formulas(self, sheet_id: int) -> Iterable[tuple[int, int, str]]:
        """Row, column and text of every formula of a sheet."""

    def named_range(self, name: str) -> GridArea | None:
        """The area behind a name, letter case aside; None when there is none."""

    def table(self, name: str) -> TableShape | None:
        """The table that formulas write so, letter case aside; None when there is none."""
