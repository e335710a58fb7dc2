"""Calling a function for each element of its operands: what an element's error spoils, and how it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import Array, Operand, Plain, column_of, shape
from sheetflow.emulator.sheets.formulas.scalars import Fail, failure, number_of, text_of, tidy, truth_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator
    from sheetflow.emulator.sheets.formulas.registry import Function


def elements(evaluator: Evaluator, called: Function, operands: list[Operand]) -> Plain:
    """The function called for each element of the operands that are spread."""
    letters = [called.letter(place) for place in range(len(operands))]
    readers = [_reader(evaluator, called.name, place, letter) for place, letter in enumerate(letters)]
    body = called.body
    spread: list[Plain] = [
        None if letter == "r" else operand  # type: ignore[misc]
        for letter, operand in zip(letters, operands, strict=True)
    ]

    def one(*values: Value) -> Value:
        try:
            return tidy(
                body(
                    evaluator,
                    *[
                        operand if reader is None else reader(value)
                        for reader, value, operand in zip(readers, values, operands, strict=True)
                    ],
                )
            )
        except Fail as fail:
            return fail.error
        except (OverflowError, ZeroDivisionError):
            return CellError("NUM")

    extent = shape(spread)
    if extent is None:
        return one(*spread)  # type: ignore[arg-type]
    rows, cols = extent
    return Array(
        [list(map(one, *(column_of(operand, col, rows) for operand in spread))) for col in range(cols)],
        rows,
    )


def _reader(evaluator: Evaluator, name: str, place: int, letter: str) -> Callable[[Value], Value] | None:
    """What turns an element into what the function wants; None for an operand that is passed whole."""
    if letter == "r":
        return None
    where = f"Function {name} parameter {place + 1}"
    locale, conventions = evaluator.engine.locale, evaluator.engine.conventions
    readers: dict[str, Callable[[Value], Value]] = {
        "n": lambda value: number_of(value, locale, where),
        "i": lambda value: int(number_of(value, locale, where)),
        "t": lambda value: text_of(value, conventions),
        "b": lambda value: truth_of(value, where),
        "v": _no_error,
        "e": lambda value: value,
    }
    return readers[letter]


def _no_error(value: Value) -> Value:
    if isinstance(value, CellError):
        raise failure(value)
    return value


def count_complaint(called: Function, count: int) -> str:
    """What Google says of a call with the wrong number of arguments."""
    expected = str(called.low)
    if called.high is None:
        expected = f"at least {called.low}"
    elif called.high != called.low:
        expected = f"between {called.low} and {called.high}"
    wrong = f"Wrong number of arguments to {called.name}."
    return f"{wrong} Expected {expected} arguments, but got {count} arguments."
