"""REGEXMATCH, REGEXEXTRACT, REGEXREPLACE.

Google's expressions are RE2's. A text and an expression that would take too long together give an error, and
so do further ones once the formulas of a revision have spent what is theirs: nobody else waits for a hostile
pattern.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas import regular
from sheetflow.emulator.sheets.formulas.arrays import Array, Operand, Plain
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, failure, text_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator

    _T = TypeVar("_T")

_SLOW = "The regular expression takes too long on this text."


def _expression(name: str, expression: str) -> regular.Expression:
    try:
        return regular.expression(expression)
    except ValueError:
        shown = expression[:200]
        message = f'Function {name} parameter 2 value "{shown}" is not a valid regular expression.'
        raise Fail("REF", message) from None


def bounded(evaluator: Evaluator, wanted: regular.Expression, search: Callable[[], _T]) -> _T:
    """What a search gives, if the revision's formulas may still spend as much.

    Raises:
        Fail: #VALUE! when it takes too long.
    """
    if evaluator.engine.effort <= 0:
        raise Fail("VALUE", _SLOW)
    before = wanted.spent
    try:
        return search()
    except regular.TooLong:
        wanted.spent += regular.BUDGET
        raise Fail("VALUE", _SLOW) from None
    finally:
        evaluator.engine.effort -= wanted.spent - before


def _text(name: str, value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        wanted = f"Function {name} parameter 1 expects text values."
        raise Fail("VALUE", f"{wanted} But '{value}' is a number and cannot be coerced to a text.")
    return value


@function("REGEXMATCH", "vt")
def _regexmatch(evaluator: Evaluator, text: Value, expression: str) -> Value:
    wanted, subject = _expression("REGEXMATCH", expression), _text("REGEXMATCH", text)
    return bounded(evaluator, wanted, lambda: wanted.search(subject)) is not None


@function("REGEXEXTRACT", "xx", maker=True)
def _regexextract(evaluator: Evaluator, text: Plain, expression: Plain) -> Operand:
    wanted = _expression("REGEXEXTRACT", text_of(evaluator.single(expression), evaluator.locale))
    rows = [_extracted(evaluator, value, wanted) for value in evaluator.table(text).columns[0]]
    if not isinstance(text, Array) and len(rows[0]) == 1:
        return rows[0][0]
    width = max(map(len, rows))
    return Array.from_rows([row + [None] * (width - len(row)) for row in rows])


def _extracted(evaluator: Evaluator, value: Value, wanted: regular.Expression) -> list[Value]:
    try:
        if isinstance(value, CellError):
            raise failure(value)
        text = _text("REGEXEXTRACT", value)
        spans = bounded(evaluator, wanted, lambda: wanted.search(text))
    except Fail as fail:
        return [fail.error]
    if spans is None:
        message = f'Function REGEXEXTRACT parameter 2 value "{wanted.text}" does not match text of'
        return [CellError("N_A", f'{message} Function REGEXEXTRACT parameter 1 value "{text[:200]}".')]
    shown = ["" if span is None else text[slice(*span)] for span in spans]
    return list(shown[1:] if wanted.groups else shown)


@function("REGEXREPLACE", "vtt")
def _regexreplace(evaluator: Evaluator, text: Value, expression: str, new: str) -> Value:
    wanted, subject = _expression("REGEXREPLACE", expression), _text("REGEXREPLACE", text)

    def search() -> str:
        return regular.replaced(wanted, subject, lambda spans: regular.expanded(new, subject, spans))

    return bounded(evaluator, wanted, search)
