"""Single values: what is a number, a text, a truth; what equals and precedes what.

Decided here: Google's conversions (an empty cell is 0, "" and FALSE; a text that spells a number is one) and
the order of values (numbers, then texts, then booleans; texts without regard to case).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sheetflow.emulator.sheets.formulas.literals import read_literal
from sheetflow.emulator.sheets.formulas.locales import Locale, locale_named
from sheetflow.emulator.sheets.formulas.patterns import general
from sheetflow.emulator.sheets.formulas.values import CellError, Value

EXACT_INTEGER = 2**53
_INFINITY = float("inf")
Number: TypeAlias = float | int


class Fail(Exception):
    """Evaluation of one element ends in an error value."""

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(kind)
        self.error = CellError(kind, message)


def failure(error: CellError) -> Fail:
    """The exception that carries an error that is already there."""
    return Fail(error.kind, error.message)


def number_of(value: Value, locale: str, where: str = "") -> Number:
    """The number that `value` counts as; `where` begins Google's complaint about a text.

    Raises:
        Fail: an error value itself, or #VALUE! for a text that spells no number.
    """
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[return-value]
    if value is None:
        return 0
    if isinstance(value, CellError):
        raise failure(value)
    if isinstance(value, bool):
        return int(value)
    literal = read_literal(str(value), locale)
    if literal is None:
        raise Fail(
            "VALUE",
            f"{where} expects number values."
            f" But '{str(value)[:100]}' is a text and cannot be coerced to a number.",
        )
    return literal.value


def text_of(value: Value, locale: Locale) -> str:
    """The text that `value` is when joined to a text.

    Raises:
        Fail: an error value itself.
    """
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if kind is int:
        return str(value) if abs(value) < 10**15 else general(value, locale, 15)  # type: ignore[arg-type]
    if value is None:
        return ""
    if isinstance(value, CellError):
        raise failure(value)
    if isinstance(value, bool):
        return locale.boolean(value)
    return general(value, locale, 15)  # type: ignore[arg-type]


def truth_of(value: Value, where: str = "") -> bool:
    """Whether `value` counts as TRUE.

    Raises:
        Fail: an error value itself, or #VALUE! for a text that is no boolean.
    """
    if value is True or value is False:
        return value
    if value is None:
        return False
    if isinstance(value, CellError):
        raise failure(value)
    if isinstance(value, str):
        upper = value.upper()
        if upper in ("TRUE", "ИСТИНА", "WAHR"):
            return True
        if upper in ("FALSE", "ЛОЖЬ", "FALSCH"):
            return False
        raise Fail(
            "VALUE",
            f"{where} expects boolean values."
            f" But '{value[:100]}' is a text and cannot be coerced to a boolean.",
        )
    return value != 0


def tidy(value: Value) -> Value:
    """The value as a cell keeps it: whole floats are integers, what no float holds is #NUM!."""
    if type(value) is float:
        if value != value or value in (_INFINITY, -_INFINITY):
            return CellError(
                "NUM", "Numeric value is greater than 1.79769E+308 and cannot be displayed properly."
            )
        return int(value) if -EXACT_INTEGER < value < EXACT_INTEGER and value == int(value) else value
    if type(value) is int and not -EXACT_INTEGER <= value <= EXACT_INTEGER:
        return tidy(float(value)) if abs(value) < 10**300 else CellError("NUM")
    return value


_RANK: dict[type, int] = {int: 0, float: 0, str: 1, bool: 2}


def sort_key(value: Value) -> tuple[int, float | str]:
    """The place of a value that is neither empty nor an error in Google's order."""
    if isinstance(value, str):
        return 1, value.casefold()
    return _RANK.get(type(value), 3), 0 if value is None or isinstance(value, CellError) else value


def order_of(one: Value, other: Value) -> int:
    """Negative, 0 or positive as `one` is less than, equal to or more than `other`.

    Raises:
        Fail: the first of the two that is an error.
    """
    for value in (one, other):
        if isinstance(value, CellError):
            raise failure(value)
    if one is None:
        one = _empty_like(other)
    if other is None:
        other = _empty_like(one)
    left, right = sort_key(one), sort_key(other)
    if left == right:
        return 0
    return -1 if left < right else 1


def _empty_like(value: Value) -> Value:
    if isinstance(value, str):
        return ""
    return False if isinstance(value, bool) else 0


def equal(one: Value, other: Value) -> Value:
    """Whether two values are equal as `=` sees it, or the error that one of them is."""
    if type(one) is str and type(other) is str:
        return one == other or one.casefold() == other.casefold()
    try:
        return order_of(one, other) == 0
    except Fail as fail:
        return fail.error


def lookup_key(value: Value) -> object:
    """What a value is found by in a hashed column; None for what is never found (empty cells, errors)."""
    kind = type(value)
    if kind is str:
        return value.casefold()  # type: ignore[union-attr]
    if kind is int or kind is float:
        return value
    # In Python True == 1, in a sheet it is not.
    return (value,) if kind is bool else None


Operation: TypeAlias = Callable[[Value, Value], Value]


def arithmetic(name: str, compute: Callable[[Number, Number], Number], locale: str) -> Operation:
    """A function of two numbers as an operation on any two values, errors returned as values."""
    first, second = f"Function {name} parameter 1", f"Function {name} parameter 2"

    def operate(one: Value, other: Value) -> Value:
        try:
            kind, kind2 = type(one), type(other)
            if (kind is int or kind is float) and (kind2 is int or kind2 is float):
                result = compute(one, other)  # type: ignore[arg-type]
            else:
                result = compute(number_of(one, locale, first), number_of(other, locale, second))
        except Fail as fail:
            return fail.error
        except (OverflowError, ValueError):
            return CellError("NUM")
        return result if -EXACT_INTEGER < result < EXACT_INTEGER else tidy(result)

    return operate


def divide(one: Number, other: Number) -> Number:
    """One number divided by another."""
    if other == 0:
        raise Fail("DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero.")
    return one / other


def power(base: Number, exponent: Number) -> Number:
    """A number raised to a power."""
    if base == 0 and exponent < 0:
        raise Fail("DIVIDE_BY_ZERO", "Function POW parameter 2 cannot be negative when parameter 1 is zero.")
    if base < 0 and exponent != int(exponent):
        raise Fail("NUM", "Function POW evaluates to an imaginary number.")
    result: float = float(base) ** float(exponent)
    return result


def comparison(operator: str) -> Operation:
    """The operation behind `<`, `<=`, `>`, `>=`, `=` or `<>`."""
    if operator == "=":
        return equal

    def unequal(one: Value, other: Value) -> Value:
        same = equal(one, other)
        return same if isinstance(same, CellError) else not same

    if operator == "<>":
        return unequal
    test: Callable[[int], bool] = {
        "<": lambda order: order < 0,
        "<=": lambda order: order <= 0,
        ">": lambda order: order > 0,
        ">=": lambda order: order >= 0,
    }[operator]

    def compare(one: Value, other: Value) -> Value:
        try:
            return test(order_of(one, other))
        except Fail as fail:
            return fail.error

    return compare


def operations(locale: str) -> dict[str, Operation]:
    """Every binary operator as an operation on two values."""
    conventions = locale_named(locale)

    def join(one: Value, other: Value) -> Value:
        try:
            return text_of(one, conventions) + text_of(other, conventions)
        except Fail as fail:
            return fail.error

    table: dict[str, Operation] = {
        "+": arithmetic("ADD", lambda one, other: one + other, locale),
        "-": arithmetic("MINUS", lambda one, other: one - other, locale),
        "*": arithmetic("MULTIPLY", lambda one, other: one * other, locale),
        "/": arithmetic("DIVIDE", divide, locale),
        "^": arithmetic("POW", power, locale),
        "&": join,
    }
    return table | {operator: comparison(operator) for operator in ("=", "<>", "<", "<=", ">", ">=")}
