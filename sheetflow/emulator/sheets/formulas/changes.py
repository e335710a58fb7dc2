"""What can happen to a spreadsheet that makes formulas point elsewhere."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias


class Shift(NamedTuple):
    """Rows or columns `start` (inclusive) to `end` (exclusive), 0-based, were inserted, deleted or moved.

    `to` is only for a move: Google's destinationIndex, counted before the moved ones are taken out. `low` and
    `high` confine the change to a strip of the other dimension (cells were shifted, not whole rows): what
    reaches out of the strip stays as it is, and what is pushed over `limit`, the grid's end, is cut off.
    """

    kind: Literal["insert", "delete", "move"]
    sheet: str
    dimension: Literal["ROWS", "COLUMNS"]
    start: int
    end: int
    to: int = 0
    low: int | None = None
    high: int | None = None
    limit: int | None = None


class Moved(NamedTuple):
    """A block of cells was cut and pasted elsewhere; half-open, 0-based.

    `sheet` and `to_sheet` are titles, `down` and `across` how far it went.
    """

    sheet: str
    rows: tuple[int, int]
    cols: tuple[int, int]
    to_sheet: str
    down: int
    across: int


class Renamed(NamedTuple):
    """A sheet got another title."""

    old: str
    new: str


class Deleted(NamedTuple):
    """A sheet was deleted: what pointed into it is #REF! from now on."""

    sheet: str


class TableRenamed(NamedTuple):
    """A table, or some of its columns, got other names; `columns` are pairs of the old and the new one."""

    old: str
    new: str
    columns: tuple[tuple[str, str], ...] = ()


class TableDeleted(NamedTuple):
    """A table was deleted: what pointed to it is #REF! from now on."""

    name: str


Change: TypeAlias = Shift | Moved | Renamed | Deleted | TableRenamed | TableDeleted
