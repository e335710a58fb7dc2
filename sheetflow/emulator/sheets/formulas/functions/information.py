"""What kind of value something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, failure
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator

_ERROR_TYPES = ("NULL_VALUE", "DIVIDE_BY_ZERO", "VALUE", "REF", "NAME", "NUM", "N_A", "ERROR")


@function("ISBLANK", "e")
def _isblank(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return value is None


@function("ISNUMBER", "e")
def _isnumber(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return type(value) in (int, float)


@function("ISTEXT", "e")
def _istext(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return isinstance(value, str)


@function("ISNONTEXT", "e")
def _isnontext(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return not isinstance(value, str)


@function("ISLOGICAL", "e")
def _islogical(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return isinstance(value, bool)


@function("ISERROR", "e")
def _iserror(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return isinstance(value, CellError)


@function("ISERR", "e")
def _iserr(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return isinstance(value, CellError) and value.kind != "N_A"


@function("ISNA", "e")
def _isna(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return isinstance(value, CellError) and value.kind == "N_A"


@function("ERROR.TYPE", "e")
def _error_type(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    if not isinstance(value, CellError):
        raise Fail("N_A", "Function ERROR.TYPE parameter 1 is not an error.")
    return _ERROR_TYPES.index(value.kind) + 1


@function("N", "v")
def _n(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    if isinstance(value, bool):
        return int(value)
    return 0 if value is None or isinstance(value, str) else value


@function("T", "v")
def _t(evaluator: Evaluator, value: Value) -> Value:  # noqa: ARG001
    return value if isinstance(value, str) else ""


@function("NA", "")
def _na(evaluator: Evaluator) -> Value:  # noqa: ARG001
    raise failure(CellError("N_A"))
