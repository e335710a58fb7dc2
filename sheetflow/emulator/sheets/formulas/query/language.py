"""What a query consists of, once it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from sheetflow.emulator.sheets.formulas.values import Value


class QueryError(ValueError):
    """The text is no query, or asks for something that the data does not have."""


@dataclass(frozen=True)
class Column:
    """A column by its identifier, `A` or `Col1`."""

    name: str


@dataclass(frozen=True)
class Constant:
    """A number, a text, a truth, or a date as a serial number."""

    value: Value


@dataclass(frozen=True)
class Aggregate:
    """`sum(A)`: a function over the rows of a group."""

    function: str
    column: Column


@dataclass(frozen=True)
class Scalar:
    """`year(A)`, or an operation such as `A * B` under the names product, quotient, sum, difference."""

    function: str
    arguments: tuple[Term, ...]


Term: TypeAlias = Column | Constant | Aggregate | Scalar


@dataclass(frozen=True)
class Comparison:
    """`A > 5`, `A contains 'x'`; for `is null` there is no right side."""

    operator: str
    left: Term
    right: Term | None = None


@dataclass(frozen=True)
class Junction:
    """`and`, `or`, and `not` of one condition."""

    operator: str
    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Junction


@dataclass
class Query:
    """A query.

    Attributes:
        select: the terms that are asked for; None for all columns.
        where: which rows count.
        group, pivot: the terms by whose values rows are gathered, downwards and across.
        order: terms, and whether they go downwards.
        skipping: only each so many-th row is taken.
        labels, formats: headers and number patterns by term.
        no_values: the answer has no rows.
    """

    select: list[Term] | None = None
    where: Condition | None = None
    group: list[Term] = field(default_factory=list)
    pivot: list[Term] = field(default_factory=list)
    order: list[tuple[Term, bool]] = field(default_factory=list)
    skipping: int = 1
    limit: int | None = None
    offset: int = 0
    labels: dict[Term, str] = field(default_factory=dict)
    formats: dict[Term, str] = field(default_factory=dict)
    no_values: bool = False

    def term_at(self, column: int) -> Term | None:
        """What a column of the answer is of; None where all columns are asked for, or there is no such."""
        if self.select is None:
            return None
        if not self.pivot:
            return self.select[column] if column < len(self.select) else None
        single = [term for term in self.select if not aggregates(term)]
        summed = [term for term in self.select if aggregates(term)]
        if column < len(single):
            return single[column]
        return summed[(column - len(single)) % len(summed)] if summed else None


def aggregates(term: Term) -> bool:
    """Whether a term needs several rows."""
    if isinstance(term, Scalar):
        return any(map(aggregates, term.arguments))
    return isinstance(term, Aggregate)
