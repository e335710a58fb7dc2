"""What can happen to a spreadsheet that makes formulas point elsewhere."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias


class Shift(NamedTuple):
    """Rows or columns `start` (inclusive) to `end` (exclusive), 0-based, were inserted, deleted or moved.

    `to` is only for a move: Google's destinationIndex, counted before the moved ones are taken out.
    """

    kind: Literal["insert", "delete", "move"]
    sheet: str
    dimension: Literal["ROWS", "COLUMNS"]
    start: int
    end: int
    to: int = 0


class Renamed(NamedTuple):
    """A sheet got another title."""

    old: str
    new: str


class Deleted(NamedTuple):
    """A sheet was deleted: what pointed into it is #REF! from now on."""

    sheet: str


Change: TypeAlias = Shift | Renamed | Deleted
