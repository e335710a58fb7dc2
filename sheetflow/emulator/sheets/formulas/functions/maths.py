"""Functions of numbers."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation, localcontext
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, Number, divide, power

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator
    from sheetflow.emulator.sheets.formulas.values import Value

_MOST_PLACES = 320


def rounded(value: Number, places: int, how: str) -> Number:
    """A number rounded by its decimal digits, as it is written, not by its bits: 1.005 is 1.01."""
    if type(value) is int and places >= 0:
        return value
    if abs(places) > _MOST_PLACES:
        return value if places > 0 else 0
    with localcontext() as context:
        context.prec = 2 * _MOST_PLACES + 400
        try:
            result = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), how)
        except InvalidOperation:
            return value
        return int(result) if places <= 0 else float(result)


@function("ROUND", "ni", 1)
def _round(_: Evaluator, value: Number, places: int = 0) -> Value:
    if places == 0 and type(value) is float and abs(value) < 1e12:
        # The common case without decimals: a half is exact in bits, the rest is not close to one.
        scaled = math.floor(abs(value) + 0.5)
        if abs(abs(value) + 0.5 - scaled) > 1e-4:
            return scaled if value >= 0 else -scaled
    return rounded(value, places, ROUND_HALF_UP)


@function("ROUNDUP", "ni", 1)
def _roundup(_: Evaluator, value: Number, places: int = 0) -> Value:
    return rounded(value, places, ROUND_UP)


@function("ROUNDDOWN TRUNC", "ni", 1)
def _rounddown(_: Evaluator, value: Number, places: int = 0) -> Value:
    return rounded(value, places, ROUND_DOWN)


@function("INT", "n")
def _int(_: Evaluator, value: Number) -> Value:
    return math.floor(value)


@function("ABS", "n")
def _abs(_: Evaluator, value: Number) -> Value:
    return abs(value)


@function("SIGN", "n")
def _sign(_: Evaluator, value: Number) -> Value:
    return (value > 0) - (value < 0)


@function("MOD", "nn")
def _mod(_: Evaluator, value: Number, divisor: Number) -> Value:
    if divisor == 0:
        raise Fail("DIVIDE_BY_ZERO", "Function MOD parameter 2 cannot be zero.")
    return value % divisor


@function("QUOTIENT", "nn")
def _quotient(_: Evaluator, value: Number, divisor: Number) -> Value:
    return math.trunc(divide(value, divisor))


@function("SQRT", "n")
def _sqrt(_: Evaluator, value: Number) -> Value:
    if value < 0:
        raise Fail(
            "NUM", f"Function SQRT parameter 1 value is {value}. It should be greater than or equal to 0."
        )
    return math.sqrt(value)


@function("POWER POW", "nn")
def _power(_: Evaluator, base: Number, exponent: Number) -> Value:
    return power(base, exponent)


@function("EXP", "n")
def _exp(_: Evaluator, value: Number) -> Value:
    return math.exp(value)


def _logarithm(name: str, value: Number, compute: Callable[[Number], float]) -> float:
    if value <= 0:
        raise Fail("NUM", f"Function {name} parameter 1 value is {value}. It should be greater than 0.")
    return compute(value)


@function("LN", "n")
def _ln(_: Evaluator, value: Number) -> Value:
    return _logarithm("LN", value, math.log)


@function("LOG10", "n")
def _log10(_: Evaluator, value: Number) -> Value:
    return _logarithm("LOG10", value, math.log10)


@function("LOG", "nn", 1)
def _log(_: Evaluator, value: Number, base: Number = 10) -> Value:
    if base <= 0 or base == 1:
        raise Fail("NUM", f"Function LOG parameter 2 value is {base}. It should be greater than 0 and not 1.")
    return _logarithm("LOG", value, lambda number: math.log(number, base))


@function("PI", "")
def _pi(_: Evaluator) -> Value:
    return math.pi


def _multiple(value: Number, factor: Number, step: Callable[[float], int]) -> Number:
    if factor == 0:
        return 0
    # Tenths are not exact in bits: what is within a trillionth of a multiple is one.
    ratio = round(value / factor, 9)
    return float(f"{step(ratio) * factor:.15g}")


@function("CEILING", "nn", 1)
def _ceiling(_: Evaluator, value: Number, factor: Number = 1) -> Value:
    return _multiple(value, factor, math.ceil)


@function("FLOOR", "nn", 1)
def _floor(_: Evaluator, value: Number, factor: Number = 1) -> Value:
    return _multiple(value, factor, math.floor)


@function("MROUND", "nn")
def _mround(_: Evaluator, value: Number, factor: Number) -> Value:
    return _multiple(value, factor, lambda ratio: math.floor(ratio + 0.5))


@function("ISEVEN", "n")
def _iseven(_: Evaluator, value: Number) -> Value:
    return math.trunc(value) % 2 == 0


@function("ISODD", "n")
def _isodd(_: Evaluator, value: Number) -> Value:
    return math.trunc(value) % 2 == 1
