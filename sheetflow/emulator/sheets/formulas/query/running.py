"""Answering a query over columns of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sheetflow.emulator.sheets.formulas import regular
from sheetflow.emulator.sheets.formulas.query.grouping import grouped, pivoted
from sheetflow.emulator.sheets.formulas.query.language import (
    Column,
    Comparison,
    Condition,
    Constant,
    Junction,
    Query,
    QueryError,
    Term,
    aggregates,
)
from sheetflow.emulator.sheets.formulas.query.terms import (
    Row,
    Source,
    kind_of,
    label_of,
    rank_of,
    reader_of,
)
from sheetflow.emulator.sheets.formulas.values import Value


class Answer(NamedTuple):
    """What a query gives.

    Attributes:
        headers: of the columns.
        columns: their values.
        terms: what each column is of.
    """

    headers: list[str]
    columns: list[list[Value]]
    terms: list[Term]


def run(query: Query, source: Source) -> Answer:
    """The answer to a query.

    Raises:
        QueryError: a column is unknown, or grouped and single values are mixed.
    """
    select: list[Term] = list(query.select or [Column(name) for name in source.names])
    rows: list[Row] = list(zip(*source.columns, strict=True)) if source.columns else []
    if query.where is not None:
        test = _test(query.where, source)
        rows = [row for row in rows if test(row)]
    for clause, texts in (("LABEL", query.labels), ("FORMAT", query.formats)):
        for term in texts:
            if term not in select:
                raise QueryError(f"COL_IN_{clause}_MUST_BE_IN_SELECT: {label_of(term, source)}")
    if query.pivot:
        columns = pivoted(query, source, rows, select)
        headers, records, select = columns.headers, columns.records, columns.terms
    else:
        headers = [query.labels.get(term, label_of(term, source)) for term in select]
        records = _records(query, source, rows, select)
    end = None if query.limit is None else query.offset + query.limit
    records = [] if query.no_values else records[:: query.skipping][query.offset : end]
    return Answer(headers, [[record[place] for record in records] for place in range(len(select))], select)


def _records(query: Query, source: Source, rows: list[Row], select: list[Term]) -> list[list[Value]]:
    """The rows of an answer without a pivot, sorted; what only sorts them stands behind what was asked."""
    terms = [*select, *(term for term, _ in query.order)]
    if query.group or any(map(aggregates, terms)):
        records = grouped(query, source, rows, terms)
    else:
        readers = [reader_of(term, source) for term in terms]
        records = [[read(row) for read in readers] for row in rows]
    for place, (_, down) in reversed(list(enumerate(query.order))):
        at = len(select) + place
        records.sort(key=lambda record, at=at: rank_of(record[at]), reverse=down)  # type: ignore[misc]
    return records


def _test(condition: Condition, source: Source) -> Callable[[Row], bool]:
    if isinstance(condition, Junction):
        tests = [_test(part, source) for part in condition.parts]
        if condition.operator == "not":
            return lambda row: not tests[0](row)
        gather = all if condition.operator == "and" else any
        return lambda row: gather(test(row) for test in tests)
    return _compared(condition, source)


def _compared(condition: Comparison, source: Source) -> Callable[[Row], bool]:
    left, operator = reader_of(condition.left, source), condition.operator
    if condition.right is None:
        return lambda row: (left(row) is None) == (operator == "is null")
    right = reader_of(condition.right, source)
    compare = _COMPARE.get(operator) or _pattern(operator, condition)

    def test(row: Row) -> bool:
        one, two = left(row), right(row)
        if one is None or two is None:
            return operator == "<>" and one is not two
        if kind_of(one) != kind_of(two):
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
