"""Answering a query over columns of values.

Decided here: a column has the type that most of its values have, and what is of another type is empty, as in
Google's QUERY; empty values come first in an ascending order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sheetflow.emulator.sheets.formulas import regular
from sheetflow.emulator.sheets.formulas.query.language import (
    Aggregate,
    Column,
    Comparison,
    Condition,
    Constant,
    Junction,
    Query,
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
        kind = _kind(value)
        if kind:
            kinds[kind] += 1
    chosen = max(kinds, key=kinds.__getitem__)
    return [value if _kind(value) == chosen else None for value in column]


def _kind(value: Value) -> str:
    if value is None or value == "" or isinstance(value, CellError):
        return ""
    if isinstance(value, bool):
        return "truth"
    return "text" if isinstance(value, str) else "number"


def run(query: Query, source: Source) -> tuple[list[str], list[list[Value]]]:
    """The headers and the columns of the answer.

    Raises:
        QueryError: a column is unknown, or grouped and single values are mixed.
    """
    select: list[Term] = list(query.select or [Column(name) for name in source.names])
    rows: list[Row] = list(zip(*source.columns, strict=True)) if source.columns else []
    if query.where is not None:
        test = _test(query.where, source)
        rows = [row for row in rows if test(row)]
    terms = [*select, *(term for term, _ in query.order)]
    if query.group or any(map(_aggregates, terms)):
        records = _grouped(query, source, rows, terms)
    else:
        readers = [_reader(term, source) for term in terms]
        records = [[read(row) for read in readers] for row in rows]
    for place, (_, down) in reversed(list(enumerate(query.order))):
        at = len(select) + place
        records.sort(key=lambda record, at=at: _rank(record[at]), reverse=down)  # type: ignore[misc]
    end = None if query.limit is None else query.offset + query.limit
    records = records[query.offset : end]
    headers = [query.labels.get(term, _label(term, source)) for term in select]
    for term in query.labels:
        if term not in select:
            raise QueryError(f"COL_IN_LABEL_MUST_BE_IN_SELECT: {_label(term, source)}")
    return headers, [[record[place] for record in records] for place in range(len(select))]


def _rank(value: Value) -> tuple[int, Any]:
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 1, value
    return (3, value) if isinstance(value, str) else (2, value)


def _aggregates(term: Term) -> bool:
    if isinstance(term, Scalar):
        return any(map(_aggregates, term.arguments))
    return isinstance(term, Aggregate)


def _grouped(query: Query, source: Source, rows: list[Row], terms: list[Term]) -> list[list[Value]]:
    """A record for each group: its terms' values."""
    for term in terms:
        _check_grouped(term, query.group, source)
    keys = [_reader(term, source) for term in query.group]
    groups: dict[tuple[Value, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(key(row) for key in keys), []).append(row)
    if not query.group:
        groups = {(): list(rows)}
    ordered = sorted(groups.items(), key=lambda group: tuple(map(_rank, group[0])))
    return [
        [_of_group(term, query.group, key, members, source) for term in terms] for key, members in ordered
    ]


def _check_grouped(term: Term, group: list[Term], source: Source) -> None:
    if term in group or isinstance(term, Aggregate | Constant):
        return
    if isinstance(term, Scalar):
        for argument in term.arguments:
            _check_grouped(argument, group, source)
        return
    source.place(term)
    raise QueryError(f"ADD_COL_TO_GROUP_BY_OR_AGG: {term.name}")


def _of_group(
    term: Term, group: list[Term], key: tuple[Value, ...], members: list[Row], source: Source
) -> Value:
    if term in group:
        return key[group.index(term)]
    if isinstance(term, Aggregate):
        place = source.place(term.column)
        return _summary(term.function, [row[place] for row in members if row[place] is not None])
    if isinstance(term, Scalar):
        arguments = [_of_group(one, group, key, members, source) for one in term.arguments]
        return computed(term.function, arguments, source.now)
    return term.value if isinstance(term, Constant) else None


def _summary(function: str, values: list[Value]) -> Value:
    if function == "count":
        return len(values)
    if not values:
        return None
    if function in ("min", "max"):
        return (min if function == "min" else max)(values, key=_rank)
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        raise QueryError("AVG_SUM_ONLY_NUMERIC")
    return sum(numbers) if function == "sum" else sum(numbers) / len(numbers)


def _reader(term: Term, source: Source) -> Callable[[Row], Value]:
    """What reads a term's value out of a row."""
    if isinstance(term, Column):
        place = source.place(term)
        return lambda row: row[place]
    if isinstance(term, Constant):
        value = term.value
        return lambda row: value  # noqa: ARG005
    if isinstance(term, Scalar):
        name, parts = term.function, [_reader(one, source) for one in term.arguments]
        return lambda row: computed(name, [part(row) for part in parts], source.now)
    raise QueryError("CANNOT_BE_IN_WHERE: an aggregate")


def _test(condition: Condition, source: Source) -> Callable[[Row], bool]:
    if isinstance(condition, Junction):
        tests = [_test(part, source) for part in condition.parts]
        if condition.operator == "not":
            return lambda row: not tests[0](row)
        gather = all if condition.operator == "and" else any
        return lambda row: gather(test(row) for test in tests)
    return _compared(condition, source)


def _compared(condition: Comparison, source: Source) -> Callable[[Row], bool]:
    left, operator = _reader(condition.left, source), condition.operator
    if condition.right is None:
        return lambda row: (left(row) is None) == (operator == "is null")
    right = _reader(condition.right, source)
    compare = _COMPARE.get(operator) or _pattern(operator, condition)

    def test(row: Row) -> bool:
        one, two = left(row), right(row)
        if one is None or two is None:
            return operator == "<>" and one is not two
        if _kind(one) != _kind(two):
            return operator == "<>"
        return compare(one, two)

    return test


def _pattern(operator: str, condition: Comparison) -> Callable[[Any, Any], bool]:
    """`matches` (a whole regular expression) or `like` (% and _)."""
    if not isinstance(condition.right, Constant) or not isinstance(condition.right.value, str):
        raise QueryError(f"PARSE_ERROR: {operator} needs a text")
    text = condition.right.value
    if operator == "like":
        letters = [".*" if one == "%" else "." if one == "_" else f"\\Q{one}\\E" for one in text]
        text = "(?s)" + "".join(letters)
    try:
        wanted = regular.expression(rf"\A(?:{text})\z")
    except ValueError as error:
        raise QueryError(f"Invalid regular expression: {condition.right.value}") from error
    limit = wanted.spent + regular.BUDGET

    def found(one: Any, _: Any) -> bool:
        return isinstance(one, str) and wanted.search(one, 0, limit - wanted.spent) is not None

    return found


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, two: one == two,
    "<>": lambda one, two: one != two,
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
    "contains": lambda one, two: str(two) in str(one),
    "starts": lambda one, two: str(one).startswith(str(two)),
    "ends": lambda one, two: str(one).endswith(str(two)),
}


def _label(term: Term, source: Source) -> str:
    """The header that a column of the answer has by itself."""
    if isinstance(term, Column):
        return source.labels[source.place(term)]
    if isinstance(term, Aggregate):
        return f"{term.function} {source.labels[source.place(term.column)]}".rstrip()
    if isinstance(term, Constant):
        return f"{term.value}()"
    inner = " ".join(_label(one, source) for one in term.arguments)
    return f"{_WORDS.get(term.function, term.function)}({inner})"
