"""Blocks of values, and doing something to all of their elements at once.

Decided here: how shapes meet. A single value, a single row and a single column are repeated to fit; where
an array has no element for a place that another one has, the element is #N/A.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MISSING = CellError("N_A")
MOST_CELLS = 10_000_000


class Area(NamedTuple):
    """A reference to cells that exist: half-open, 0-based, all sides known."""

    sheet_id: int
    row0: int
    row1: int
    col0: int
    col1: int

    @property
    def is_cell(self) -> bool:
        """Whether it is one cell."""
        return self.row1 - self.row0 == 1 and self.col1 - self.col0 == 1


class Array:
    """A rectangle of values, kept as columns; never changed once made.

    Attributes:
        columns: a list of values for each column, all equally long.
        rows: how many rows; columns may be none.
    """

    __slots__ = ("columns", "rows")

    def __init__(self, columns: list[list[Value]], rows: int | None = None) -> None:
        self.columns = columns
        self.rows = (len(columns[0]) if columns else 0) if rows is None else rows

    @property
    def cols(self) -> int:
        """How many columns."""
        return len(self.columns)

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[Value]]) -> Array:
        """The array with these rows, all equally long."""
        return cls([list(column) for column in zip(*rows, strict=True)], len(rows))

    def as_rows(self) -> list[tuple[Value, ...]]:
        """The same values by rows."""
        return list(zip(*self.columns, strict=True))

    def values(self) -> Iterator[Value]:
        """All values, row by row."""
        if self.cols == 1:
            return iter(self.columns[0])
        return (value for row in zip(*self.columns, strict=True) for value in row)

    def first(self) -> Value:
        """The value at the top left."""
        return self.columns[0][0] if self.columns and self.rows else None

    def line(self) -> list[Value]:
        """The values of an array that is one row or one column."""
        return self.columns[0] if self.cols == 1 else list(self.values())


Operand: TypeAlias = Value | Array | Area
Plain: TypeAlias = Value | Array


def shape(operands: Iterable[Plain]) -> tuple[int, int] | None:
    """Rows and columns that the operands have together; None when all are single values."""
    arrays = [operand for operand in operands if isinstance(operand, Array)]
    if not arrays:
        return None
    return max(array.rows for array in arrays), max(array.cols for array in arrays)


def column_of(operand: Plain, col: int, rows: int) -> list[Value]:
    """The operand's column `col`, made to fit `rows` rows."""
    if not isinstance(operand, Array):
        return [operand] * rows
    if operand.cols == 1:
        column = operand.columns[0]
    elif col < operand.cols:
        column = operand.columns[col]
    else:
        return [MISSING] * rows
    if len(column) == rows:
        return column
    if len(column) == 1:
        return column * rows
    return column + [MISSING] * (rows - len(column))


def each(function: Callable[..., Value], *operands: Plain) -> Plain:
    """`function` of the operands, element by element; of single values just its value."""
    extent = shape(operands)
    if extent is None:
        return function(*operands)
    rows, cols = extent
    return Array(
        [
            list(map(function, *(column_of(operand, col, rows) for operand in operands)))
            for col in range(cols)
        ],
        rows,
    )


def equals_constant(column: list[Value], wanted: Value) -> list[Value]:
    """Each value of a column compared by `=` with one text or number, which is most comparisons."""
    if isinstance(wanted, str):
        folded = wanted.casefold()
        return [
            (value == wanted or value.casefold() == folded)
            if type(value) is str
            else value
            if type(value) is CellError
            else value is None and not wanted
            for value in column
        ]
    return [
        value == wanted
        if type(value) is int or type(value) is float
        else value
        if type(value) is CellError
        else value is None and wanted == 0
        for value in column
    ]
