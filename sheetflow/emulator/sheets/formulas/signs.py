"""The operators with one operand: signs and percent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.scalars import Fail, Number, number_of, tidy

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheetflow.emulator.sheets.formulas.values import Value


def signs(locale: str) -> dict[str, Callable[[Value], Value]]:
    """`-`, `+` and `%` as operations on one value; errors are returned as values."""
    return {
        "-": _numeric("UMINUS", lambda number: -number, locale),
        # A plus leaves even a text as it is.
        "+": lambda value: value,
        "%": _numeric("UNARY_PERCENT", lambda number: number / 100, locale),
    }


def _numeric(name: str, compute: Callable[[Number], Number], locale: str) -> Callable[[Value], Value]:
    where = f"Function {name} parameter 1"

    def operate(value: Value) -> Value:
        try:
            return tidy(compute(number_of(value, locale, where)))
        except Fail as fail:
            return fail.error

    return operate
