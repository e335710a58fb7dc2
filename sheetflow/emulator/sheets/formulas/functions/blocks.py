"""Functions whose result is a block of cells: FILTER, SORT, UNIQUE, TRANSPOSE, SEQUENCE."""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import MOST_CELLS, Array, Operand, Plain
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, number_of, sort_key, truth_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator


@function("FILTER", "r", 2, more=True, arrays=True, maker=True)
def _filter(evaluator: Evaluator, source: Operand, *conditions: Operand) -> Operand:
    table = evaluator.table(source)
    masks = [evaluator.table(condition) for condition in conditions]
    by_column = all(mask.rows == 1 and mask.cols == table.cols for mask in masks) and not (
        table.cols == 1 and table.rows == 1
    )
    size = table.cols if by_column else table.rows
    kept = [True] * size
    for mask in masks:
        line = mask.line()
        if len(line) != size or (mask.rows > 1 and mask.cols > 1):
            message = (
                f"FILTER has mismatched range sizes. Expected row count: {table.rows}. column count: 1. "
            )
            raise Fail("N_A", message + f"Actual row count: {mask.rows}, column count: {mask.cols}.")
        kept = [keep and _kept(value) for keep, value in zip(kept, line, strict=True)]
    if not any(kept):
        raise Fail("N_A", "No matches are found in FILTER evaluation.")
    if by_column:
        return Array([column for column, keep in zip(table.columns, kept, strict=True) if keep], table.rows)
    return Array(
        [[value for value, keep in zip(column, kept, strict=True) if keep] for column in table.columns],
        sum(kept),
    )


def _kept(value: Value) -> bool:
    if isinstance(value, CellError):
        return False
    return truth_of(value, "FILTER condition")


def _order(one: Value, other: Value) -> int:
    """The order of a sort: numbers, texts, booleans, errors; empty cells last in either direction."""
    left, right = sort_key(one), sort_key(other)
    if isinstance(one, CellError) or isinstance(other, CellError):
        return isinstance(one, CellError) - isinstance(other, CellError)
    return (left > right) - (left < right)


@function("SORT", "r", 1, more=True, arrays=True, maker=True)
def _sort(evaluator: Evaluator, source: Operand, *keys: Operand) -> Operand:
    table = evaluator.table(source)
    if len(keys) % 2 == 1:
        raise Fail("N_A", "Wrong number of arguments to SORT.")
    chosen: list[tuple[list[Value], bool]] = []
    for column, ascending in zip(keys[::2], keys[1::2], strict=True):
        upward = truth_of(evaluator.single(ascending), "Function SORT parameter 3")
        chosen.append((_sort_column(evaluator, table, column), upward))
    chosen = chosen or [(column, True) for column in table.columns]

    def compare(one: int, other: int) -> int:
        for values, upward in chosen:
            left, right = values[one], values[other]
            if left is None or right is None:
                order = (left is None) - (right is None)
            else:
                order = _order(left, right) * (1 if upward else -1)
            if order:
                return order
        return 0

    places = sorted(range(table.rows), key=cmp_to_key(compare))
    return Array([[column[place] for place in places] for column in table.columns], table.rows)


def _sort_column(evaluator: Evaluator, table: Array, key: Operand) -> list[Value]:
    line = evaluator.table(key)
    if line.rows == 1 and line.cols == 1:
        index = int(number_of(line.first(), evaluator.locale_name, "Function SORT parameter 2"))
        if not 1 <= index <= table.cols:
            raise Fail("VALUE", f"SORT column {index} is out of range.")
        return table.columns[index - 1]
    if line.cols != 1 or line.rows != table.rows:
        raise Fail("VALUE", "SORT has mismatched range sizes.")
    return line.columns[0]


@function("UNIQUE", "rxx", 1, arrays=True, maker=True)
def _unique(evaluator: Evaluator, source: Operand, by_column: Plain = False, once: Plain = False) -> Operand:  # noqa: FBT002
    table = evaluator.table(source)
    across = truth_of(evaluator.single(by_column), "Function UNIQUE parameter 2")
    lines: Sequence[Sequence[Value]] = table.columns if across else table.as_rows()
    counts: dict[tuple[object, ...], int] = {}
    first: dict[tuple[object, ...], Sequence[Value]] = {}
    for line in lines:
        key = tuple((type(value), value) for value in line)
        counts[key] = counts.get(key, 0) + 1
        first.setdefault(key, line)
    if truth_of(evaluator.single(once), "Function UNIQUE parameter 3"):
        first = {key: line for key, line in first.items() if counts[key] == 1}
    if not first:
        raise Fail("N_A", "No matches are found in UNIQUE evaluation.")
    kept = list(first.values())
    return Array([list(line) for line in kept], table.rows) if across else Array.from_rows(kept)


@function("TRANSPOSE", "r", arrays=True, maker=True)
def _transpose(evaluator: Evaluator, source: Operand) -> Operand:
    table = evaluator.table(source)
    return Array([list(row) for row in table.as_rows()], table.cols)


@function("FLATTEN", "r", more=True, arrays=True, maker=True)
def _flatten(evaluator: Evaluator, *sources: Operand) -> Operand:
    return Array([[value for source in sources for value in evaluator.table(source).values()]])


@function("ARRAY_CONSTRAIN", "rxx", arrays=True, maker=True)
def _constrain(evaluator: Evaluator, source: Operand, rows: Plain, cols: Plain) -> Operand:
    table = evaluator.table(source)
    height, width = _extent(evaluator, "ARRAY_CONSTRAIN", rows), _extent(evaluator, "ARRAY_CONSTRAIN", cols)
    return Array([column[:height] for column in table.columns[:width]])


def _extent(evaluator: Evaluator, name: str, count: Plain) -> int:
    number = int(number_of(evaluator.single(count), evaluator.locale_name, f"Function {name}"))
    if number < 1:
        raise Fail(
            "NUM", f"Function {name} parameter value is {number}. It should be greater than or equal to 1."
        )
    return number


@function("SEQUENCE", "xxxx", 1, maker=True)
def _sequence(
    evaluator: Evaluator, rows: Plain, cols: Plain = 1, start: Plain = 1, step: Plain = 1
) -> Operand:
    height, width = _extent(evaluator, "SEQUENCE", rows), _extent(evaluator, "SEQUENCE", cols)
    if height * width > MOST_CELLS:
        raise Fail("NUM", "Function SEQUENCE: the result is too large.")
    first = number_of(evaluator.single(start), evaluator.locale_name, "Function SEQUENCE parameter 3")
    by = number_of(evaluator.single(step), evaluator.locale_name, "Function SEQUENCE parameter 4")
    return Array([[first + by * (row * width + col) for row in range(height)] for col in range(width)])
