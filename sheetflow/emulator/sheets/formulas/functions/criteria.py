"""SUMIF, COUNTIFS and their kin: aggregates of the rows that meet criteria.

Decided here: what a criterion such as ">=5", "<>paid" or "PR-*" means, and that many criteria of equality
against one column (an array formula) cost one walk through it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sheetflow.emulator.sheets.formulas.arrays import Array, Operand, Plain, each
from sheetflow.emulator.sheets.formulas.columns import has_wildcard, wildcard
from sheetflow.emulator.sheets.formulas.functions.aggregates import total
from sheetflow.emulator.sheets.formulas.literals import read_literal
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, Number, failure, lookup_key, sort_key
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator

_CRITERION = re.compile(r"(<>|<=|>=|=|<|>)?(.*)", re.DOTALL)
Test = Callable[[Value], bool]
Summary = Callable[[list[Value]], Value]


class _Criterion(NamedTuple):
    operator: str
    operand: Value


def _criterion(value: Value, locale: str) -> _Criterion:
    if not isinstance(value, str):
        return _Criterion("=", value)
    found = _CRITERION.fullmatch(value)
    operator, text = (found[1] or "=", found[2]) if found else ("=", value)
    literal = read_literal(text, locale)
    if literal is not None:
        return _Criterion(operator, literal.value)
    if text.upper() in ("TRUE", "FALSE"):
        return _Criterion(operator, text.upper() == "TRUE")
    return _Criterion(operator, text)


def _test(criterion: _Criterion, locale: str) -> Test:
    operator, operand = criterion
    if operator in ("=", "<>"):
        same = _equality(operand, locale)
        return same if operator == "=" else lambda value: not same(value)
    if operand is None:
        operand = 0
    wanted = sort_key(operand)
    compare: dict[str, Callable[[object, object], bool]] = {
        "<": lambda one, two: one < two,  # type: ignore[operator]
        "<=": lambda one, two: one <= two,  # type: ignore[operator]
        ">": lambda one, two: one > two,  # type: ignore[operator]
        ">=": lambda one, two: one >= two,  # type: ignore[operator]
    }
    test = compare[operator]

    def ordered(value: Value) -> bool:
        if value is None or isinstance(value, CellError):
            return False
        key = sort_key(value)
        return key[0] == wanted[0] and test(key[1], wanted[1])

    return ordered


def _equality(operand: Value, locale: str) -> Test:
    if isinstance(operand, str):
        if operand == "":
            return lambda value: value is None or value == ""
        if has_wildcard(operand):
            expression = wildcard(operand)
            return lambda value: isinstance(value, str) and expression.fullmatch(value) is not None
        folded = operand.casefold()
        return lambda value: isinstance(value, str) and value.casefold() == folded
    if operand is None:
        return lambda value: value == 0 and type(value) is int
    if isinstance(operand, CellError):
        return lambda value: isinstance(value, CellError) and value.kind == operand.kind
    key = lookup_key(operand)

    def same(value: Value) -> bool:
        if isinstance(value, str):
            # A text that spells the number counts as well.
            literal = read_literal(value, locale)
            return literal is not None and literal.value == operand
        return lookup_key(value) == key

    return same


def _rows_of(evaluator: Evaluator, name: str, ranges: Sequence[Operand]) -> tuple[list[list[Value]], int]:
    """The values of each range in one order, and how many cells each has."""
    tables = [evaluator.table(operand) for operand in ranges]
    if len({(table.rows, table.cols) for table in tables}) > 1:
        raise Fail("VALUE", f"Array arguments to {name} are of different size.")
    return [table.line() for table in tables], tables[0].rows * tables[0].cols


def _summarise(
    evaluator: Evaluator,
    name: str,
    ranges: Sequence[Operand],
    criteria: Sequence[Plain],
    data: Operand,
    summary: Summary,
) -> Plain:
    """The summary of those values of `data` whose rows meet all criteria; an array for arrays of criteria."""
    lists, size = _rows_of(evaluator, name, ranges)
    lists = lists[: len(criteria)]
    values = _fitted(evaluator, data, size, ranges[0])
    locale = evaluator.locale_name
    if any(isinstance(criterion, Array) for criterion in criteria):
        return each(_Grouped(lists, values, locale, summary), *criteria)
    places: list[int] | range = range(size)
    for column, criterion in zip(lists, criteria, strict=False):
        test = _test(_criterion(criterion, locale), locale)  # type: ignore[arg-type]
        places = [place for place in places if test(column[place])]
    return summary([values[place] for place in places])


def _fitted(evaluator: Evaluator, data: Operand, size: int, pattern: Operand) -> list[Value]:
    table, shape = evaluator.table(data), evaluator.table(pattern)
    if (table.rows, table.cols) == (shape.rows, shape.cols):
        return table.line()
    line = table.line()[:size]
    return line + [None] * (size - len(line))


class _Grouped:
    """Summaries for many criteria: rows are grouped by what they hold, so equality is a look into a table."""

    def __init__(self, lists: list[list[Value]], values: list[Value], locale: str, summary: Summary) -> None:
        self._lists = lists
        self._values = values
        self._locale = locale
        self._summary = summary
        self._groups: dict[tuple[object, ...], list[int]] = {}
        for place, row in enumerate(zip(*lists, strict=True)):
            self._groups.setdefault(tuple(map(self._key, row)), []).append(place)
        self._known: dict[tuple[object, ...], Value] = {}

    def _key(self, value: Value) -> object:
        if isinstance(value, str):
            literal = read_literal(value, self._locale)
            return value.casefold() if literal is None else literal.value
        return (value.kind, "error") if isinstance(value, CellError) else lookup_key(value)

    def __call__(self, *criteria: Value) -> Value:
        key = tuple((type(criterion), criterion) for criterion in criteria)
        if key not in self._known:
            self._known[key] = self._result(criteria)
        return self._known[key]

    def _result(self, criteria: Sequence[Value]) -> Value:
        read = [_criterion(criterion, self._locale) for criterion in criteria]
        try:
            if all(self._is_plain(criterion) for criterion in read):
                places = self._groups.get(tuple(self._key(criterion.operand) for criterion in read), [])
            else:
                tests = [_test(criterion, self._locale) for criterion in read]
                places = [
                    place
                    for place in range(len(self._values))
                    if all(test(column[place]) for test, column in zip(tests, self._lists, strict=True))
                ]
            return self._summary([self._values[place] for place in places])
        except Fail as fail:
            return fail.error

    @staticmethod
    def _is_plain(criterion: _Criterion) -> bool:
        operand = criterion.operand
        if criterion.operator != "=" or operand is None or operand == "":
            return False
        return not (isinstance(operand, str) and has_wildcard(operand))


def _numbers(values: list[Value]) -> list[Number]:
    for value in values:
        if isinstance(value, CellError):
            raise failure(value)
    return [value for value in values if type(value) is int or type(value) is float]


def _sum(values: list[Value]) -> Value:
    return total(_numbers(values))


def _average(name: str, values: list[Value]) -> Value:
    found = _numbers(values)
    if not found:
        raise Fail("DIVIDE_BY_ZERO", f"Evaluation of function {name} caused a divide by zero error.")
    return total(found) / len(found)


@function("COUNTIF", "rx")
def _countif(evaluator: Evaluator, data: Operand, criterion: Plain) -> Plain:
    return _summarise(evaluator, "COUNTIF", [data], [criterion], data, len)


@function("SUMIF", "rxr", 2)
def _sumif(evaluator: Evaluator, data: Operand, criterion: Plain, summed: Operand = None) -> Plain:
    return _summarise(evaluator, "SUMIF", [data], [criterion], data if summed is None else summed, _sum)


@function("AVERAGEIF", "rxr", 2)
def _averageif(evaluator: Evaluator, data: Operand, criterion: Plain, averaged: Operand = None) -> Plain:
    summary = partial(_average, "AVERAGEIF")
    return _summarise(
        evaluator, "AVERAGEIF", [data], [criterion], data if averaged is None else averaged, summary
    )


def _pairs(name: str, operands: Sequence[Operand]) -> tuple[list[Operand], list[Plain]]:
    if len(operands) % 2 or not operands:
        raise Fail("N_A", f"Wrong number of arguments to {name}.")
    return list(operands[::2]), list(operands[1::2])  # type: ignore[arg-type]


def _ifs(name: str, summary: Summary, evaluator: Evaluator, *operands: Operand) -> Plain:
    ranges, criteria = _pairs(name, operands[1:])
    return _summarise(evaluator, name, [*ranges, operands[0]], [*criteria], operands[0], summary)


@function("COUNTIFS", "rx", more=True, cycle=2)
def _countifs(evaluator: Evaluator, *operands: Operand) -> Plain:
    ranges, criteria = _pairs("COUNTIFS", operands)
    return _summarise(evaluator, "COUNTIFS", ranges, criteria, ranges[0], len)


@function("SUMIFS", "rrx", more=True, cycle=2)
def _sumifs(evaluator: Evaluator, *operands: Operand) -> Plain:
    return _ifs("SUMIFS", _sum, evaluator, *operands)


@function("AVERAGEIFS", "rrx", more=True, cycle=2)
def _averageifs(evaluator: Evaluator, *operands: Operand) -> Plain:
    return _ifs("AVERAGEIFS", partial(_average, "AVERAGEIFS"), evaluator, *operands)


@function("MAXIFS", "rrx", more=True, cycle=2)
def _maxifs(evaluator: Evaluator, *operands: Operand) -> Plain:
    return _ifs("MAXIFS", lambda values: max(_numbers(values), default=0), evaluator, *operands)


@function("MINIFS", "rrx", more=True, cycle=2)
def _minifs(evaluator: Evaluator, *operands: Operand) -> Plain:
    return _ifs("MINIFS", lambda values: min(_numbers(values), default=0), evaluator, *operands)
