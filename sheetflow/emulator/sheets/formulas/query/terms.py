"""The data that a query asks, and what its terms are worth in a row.

Decided here: a column has the type that most of its values have, and what is of another type is empty, as in
Google's QUERY; empty values come first in an ascending order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sheetflow.emulator.sheets.formulas.query.language import (
    Aggregate,
    Column,
    Constant,
    QueryError,
    Scalar,
    Term,
)
from sheetflow.emulator.sheets.formulas.query.scalar import computed
from sheetflow.emulator.sheets.formulas.values import CellError, Value

_WORDS = {"_sum": "sum", "_difference": "difference", "_product": "product", "_quotient": "quotient"}
Row = Sequence[Value]


class Source:
    """The data that is asked.

    Args:
        names: the columns' identifiers.
        labels: their headers.
        columns: their values below the headers.
        now: this moment as a serial number.
    """

    def __init__(
        self, names: list[str], labels: list[str], columns: list[list[Value]], now: float = 0.0
    ) -> None:
        self.names = names
        self.labels = labels
        self.columns = [_uniform(column) for column in columns]
        self.now = now

    def place(self, column: Column) -> int:
        """The place of a column.

        Raises:
            QueryError: there is none of this name.
        """
        if column.name not in self.names:
            raise QueryError(f"NO_COLUMN: {column.name}")
        return self.names.index(column.name)


def _uniform(column: list[Value]) -> list[Value]:
    """The values of a column's own type."""
    kinds = {"number": 0, "text": 0, "truth": 0}
    for value in column:
        kind = kind_of(value)
        if kind:
            kinds[kind] += 1
    chosen = max(kinds, key=kinds.__getitem__)
    return [value if kind_of(value) == chosen else None for value in column]


def kind_of(value: Value) -> str:
    """`number`, `text`, `truth`, or "" for what is empty."""
    if value is None or value == "" or isinstance(value, CellError):
        return ""
    if isinstance(value, bool):
        return "truth"
    return "text" if isinstance(value, str) else "number"


def rank_of(value: Value) -> tuple[int, Any]:
    """The place of a value in an ascending order."""
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 1, value
    return (3, value) if isinstance(value, str) else (2, value)


def reader_of(term: Term, source: Source) -> Callable[[Row], Value]:
    """What reads a term's value out of a row."""
    if isinstance(term, Column):
        place = source.place(term)
        return lambda row: row[place]
    if isinstance(term, Constant):
        value = term.value
        return lambda row: value  # noqa: ARG005
    if isinstance(term, Scalar):
        name, parts = term.function, [reader_of(one, source) for one in term.arguments]
        return lambda row: computed(name, [part(row) for part in parts], source.now)
    raise QueryError("CANNOT_BE_IN_WHERE: an aggregate")


def label_of(term: Term, source: Source) -> str:
    """The header that a column of the answer has by itself."""
    if isinstance(term, Column):
        return source.labels[source.place(term)]
    if isinstance(term, Aggregate):
        return f"{term.function} {source.labels[source.place(term.column)]}".rstrip()
    if isinstance(term, Constant):
        return f"{term.value}()"
    inner = " ".join(label_of(one, source) for one in term.arguments)
    return f"{_WORDS.get(term.function, term.function)}({inner})"
