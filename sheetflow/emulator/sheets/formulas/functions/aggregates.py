"""Functions that make one value of many: sums, counts, extremes, ranks.

Decided here: in ranges only numbers count, texts and booleans are passed over; given directly, a text that
spells a number is one. The first error among the values is the result.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import Area, Array, Operand
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, Number, failure, lookup_key, number_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator


def numbers(evaluator: Evaluator, name: str, operands: Sequence[Operand]) -> list[Number]:
    """All numbers among the operands."""
    found: list[Number] = []
    for place, operand in enumerate(operands):
        if not isinstance(operand, (Area, Array)):
            found.append(number_of(operand, evaluator.locale_name, f"Function {name} parameter {place + 1}"))
            continue
        for column in evaluator.table(operand).columns:
            for value in column:
                kind = type(value)
                if kind is int or kind is float:
                    found.append(value)  # type: ignore[arg-type]
                elif kind is CellError:
                    raise failure(value)  # type: ignore[arg-type]
    return found


def total(values: Sequence[Number]) -> Number:
    """The sum; exact for whole numbers, rounded once for others."""
    return sum(values) if all(type(value) is int for value in values) else math.fsum(values)


def _values(evaluator: Evaluator, operands: Sequence[Operand]) -> Iterator[Value]:
    for operand in operands:
        yield from evaluator.table(operand).values()


@function("SUM", "r", more=True)
def _sum(evaluator: Evaluator, *operands: Operand) -> Value:
    return total(numbers(evaluator, "SUM", operands))


@function("PRODUCT", "r", more=True)
def _product(evaluator: Evaluator, *operands: Operand) -> Value:
    found = numbers(evaluator, "PRODUCT", operands)
    return math.prod(map(float, found)) if found else 0


@function("COUNT", "r", more=True)
def _count(evaluator: Evaluator, *operands: Operand) -> Value:
    return sum(type(value) in (int, float) for value in _values(evaluator, operands))


@function("COUNTA", "r", more=True)
def _counta(evaluator: Evaluator, *operands: Operand) -> Value:
    return sum(value is not None for value in _values(evaluator, operands))


@function("COUNTBLANK", "r", more=True)
def _countblank(evaluator: Evaluator, *operands: Operand) -> Value:
    return sum(value is None or value == "" for value in _values(evaluator, operands))


@function("COUNTUNIQUE", "r", more=True)
def _countunique(evaluator: Evaluator, *operands: Operand) -> Value:
    return len({lookup_key(value) for value in _values(evaluator, operands)} - {None})


@function("AVERAGE", "r", more=True)
def _average(evaluator: Evaluator, *operands: Operand) -> Value:
    found = numbers(evaluator, "AVERAGE", operands)
    if not found:
        raise Fail("DIVIDE_BY_ZERO", "Evaluation of function AVERAGE caused a divide by zero error.")
    return total(found) / len(found)


@function("MEDIAN", "r", more=True)
def _median(evaluator: Evaluator, *operands: Operand) -> Value:
    found = sorted(numbers(evaluator, "MEDIAN", operands))
    if not found:
        raise Fail("NUM", "MEDIAN has no valid input data.")
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


@function("MIN", "r", more=True)
def _min(evaluator: Evaluator, *operands: Operand) -> Value:
    return min(numbers(evaluator, "MIN", operands), default=0)


@function("MAX", "r", more=True)
def _max(evaluator: Evaluator, *operands: Operand) -> Value:
    return max(numbers(evaluator, "MAX", operands), default=0)


def _nth(evaluator: Evaluator, name: str, data: Operand, place: Number, *, largest: bool) -> Value:
    found = sorted(numbers(evaluator, name, [data]), reverse=largest)
    if not 1 <= place <= len(found):
        raise Fail("NUM", f"Function {name} parameter 2 value {place} is out of range.")
    return found[int(place) - 1]


@function("LARGE", "rn")
def _large(evaluator: Evaluator, data: Operand, place: Number) -> Value:
    return _nth(evaluator, "LARGE", data, place, largest=True)


@function("SMALL", "rn")
def _small(evaluator: Evaluator, data: Operand, place: Number) -> Value:
    return _nth(evaluator, "SMALL", data, place, largest=False)


@function("RANK RANK.EQ", "nrb", 2)
def _rank(evaluator: Evaluator, value: Number, data: Operand, ascending: bool = False) -> Value:  # noqa: FBT001, FBT002
    found = numbers(evaluator, "RANK", [data])
    if value not in found:
        raise Fail("N_A", "RANK has no valid input data.")
    return 1 + sum(other < value if ascending else other > value for other in found)


@function("SUMPRODUCT", "r", more=True, arrays=True)
def _sumproduct(evaluator: Evaluator, *operands: Operand) -> Value:
    tables = [evaluator.table(operand) for operand in operands]
    if len({(table.rows, table.cols) for table in tables}) > 1:
        raise Fail("VALUE", "SUMPRODUCT has mismatched range sizes.")
    products: list[Number] = []
    for row in zip(*(table.values() for table in tables), strict=True):
        product: Number = 1
        for value in row:
            if isinstance(value, CellError):
                raise failure(value)
            counts = type(value) in (int, float) or isinstance(value, bool)
            product *= value if counts else 0
        products.append(product)
    return total(products)
