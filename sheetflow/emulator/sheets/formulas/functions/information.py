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
def _isblank(_: Evaluator, value: Value) -> Value:
    return value is None


@function("ISNUMBER", "e")
def _isnumber(_: Evaluator, value: Value) -> Value:
    return type(value) in (int, float)


@function("ISTEXT", "e")
def _istext(_: Evaluator, value: Value) -> Value:
    return isinstance(value, str)


@function("ISNONTEXT", "e")
def _isnontext(_: Evaluator, value: Value) -> Value:
    return not isinstance(value, str)


@function("ISLOGICAL", "e")
def _islogical(_: Evaluator, value: Value) -> Value:
    return isinstance(value, bool)


@function("ISERROR", "e")
def _iserror(_: Evaluator, value: Value) -> Value:
    return isinstance(value, CellError)


@function("ISERR", "e")
def _iserr(_: Evaluator, value: Value) -> Value:
    return isinstance(value, CellError) and value.kind != "N_A"


@function("ISNA", "e")
def _isna(_: Evaluator, value: Value) -> Value:
    return isinstance(value, CellError) and value.kind == "N_A"


@function("ERROR.TYPE", "e")
def _error_type(_: Evaluator, value: Value) -> Value:
    if not isinstance(value, CellError):
        raise Fail("N_A", "Function ERROR.TYPE parameter 1 is not an error.")
    return _ERROR_TYPES.index(value.kind) + 1


@function("N", "v")
def _n(_: Evaluator, value: Value) -> Value:
    if isinstance(value, bool):
        return int(value)
    return 0 if value is None or isinstance(value, str) else value


@function("T", "v")
def _t(_: Evaluator, value: Value) -> Value:
    return value if isinstance(value, str) else ""


@function("NA", "")
def _na(_: Evaluator) -> Value:
    raise failure(CellError("N_A"))
