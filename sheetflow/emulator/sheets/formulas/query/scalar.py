"""Functions and operations on single values in a query."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sheetflow.emulator.sheets.formulas.query.language import QueryError
from sheetflow.emulator.sheets.formulas.values import Value

_EPOCH = 693594
Number = float | int


def computed(function: str, arguments: list[Value], now: float) -> Value:
    """The value of a function; empty when an argument is.

    Args:
        function: its name in lower case; operations begin with `_`.
        arguments: their values.
        now: this moment as a serial number.

    Raises:
        QueryError: an argument is of the wrong kind, or there are too many or too few.
    """
    if function == "now":
        return now
    if any(argument is None for argument in arguments):
        return None
    if function in ("upper", "lower"):
        if len(arguments) != 1 or not isinstance(arguments[0], str):
            raise QueryError(f"{function} takes one text")
        return arguments[0].upper() if function == "upper" else arguments[0].lower()
    numbers = [one for one in arguments if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) < len(arguments):
        raise QueryError(
            f"Can't perform the function {function.removeprefix('_')} on values that are not numbers"
        )
    if function in _OPERATIONS and len(numbers) == 2:
        if function == "_quotient" and numbers[1] == 0:
            return None
        return _OPERATIONS[function](*numbers)
    if function in _PARTS and len(numbers) == 1:
        return _PARTS[function](numbers[0])
    raise QueryError(f"Wrong number of arguments to {function}")


def _day(serial: Number) -> date:
    try:
        return date.fromordinal(int(serial // 1) + _EPOCH)
    except (ValueError, OverflowError) as error:
        raise QueryError(f"Not a date: {serial}") from error


def _seconds(serial: Number) -> int:
    return round(serial % 1 * 86400)


_OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "_sum": lambda one, two: one + two,
    "_difference": lambda one, two: one - two,
    "_product": lambda one, two: one * two,
    "_quotient": lambda one, two: one / two,
    "datediff": lambda one, two: int(one // 1 - two // 1),
}
_PARTS: dict[str, Callable[[Number], Number]] = {
    "year": lambda serial: _day(serial).year,
    "month": lambda serial: _day(serial).month - 1,  # counted from 0, in Google's query language too
    "day": lambda serial: _day(serial).day,
    "quarter": lambda serial: (_day(serial).month + 2) // 3,
    "dayofweek": lambda serial: _day(serial).isoweekday() % 7 + 1,
    "hour": lambda serial: _seconds(serial) // 3600 % 24,
    "minute": lambda serial: _seconds(serial) // 60 % 60,
    "second": lambda serial: _seconds(serial) % 60,
    "todate": lambda serial: serial // 1,
}
