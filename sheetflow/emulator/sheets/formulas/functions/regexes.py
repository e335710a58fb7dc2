"""REGEXMATCH, REGEXEXTRACT, REGEXREPLACE.

Google's expressions are RE2's; Python's take all of them but a few spellings, which are translated. What RE2
refuses, looking around and back-references, is refused here too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import Array, Operand, Plain
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, failure, text_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator

_REFUSED = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?(?:[=!>]|<[=!])|\\[1-9])")
_CLASSES = {
    "[:alpha:]": "a-zA-Z",
    "[:digit:]": "0-9",
    "[:alnum:]": "0-9A-Za-z",
    "[:space:]": r"\s",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:word:]": r"\w",
}
_LETTERS = (
    (r"\p{L}", r"[^\W\d_]"),
    (r"\pL", r"[^\W\d_]"),
    (r"\p{Cyrillic}", "[\u0400-\u04ff]"),
    (r"\z", r"\Z"),
)


@lru_cache(maxsize=512)
def _compiled(expression: str) -> re.Pattern[str] | None:
    if _REFUSED.search(expression):
        return None
    for name, letters in _CLASSES.items():
        expression = expression.replace(name, letters)
    for name, letters in _LETTERS:
        expression = expression.replace(name, letters)
    # RE2's \d, \w and \b know ASCII only; letters of the translated classes are spelled out.
    try:
        return re.compile(expression, re.UNICODE if "[^\\W\\d_]" in expression else re.ASCII)
    except (re.error, OverflowError, RecursionError):
        return None


def _expression(name: str, expression: str) -> re.Pattern[str]:
    compiled = _compiled(expression)
    if compiled is None:
        message = f'Function {name} parameter 2 value "{expression[:200]}" is not a valid regular expression.'
        raise Fail("REF", message)
    return compiled


def _text(name: str, value: Value) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        wanted = f"Function {name} parameter 1 expects text values."
        raise Fail("VALUE", f"{wanted} But '{value}' is a number and cannot be coerced to a text.")
    return value


@function("REGEXMATCH", "vt")
def _regexmatch(_: Evaluator, text: Value, expression: str) -> Value:
    return _expression("REGEXMATCH", expression).search(_text("REGEXMATCH", text)) is not None


@function("REGEXEXTRACT", "xx", maker=True)
def _regexextract(evaluator: Evaluator, text: Plain, expression: Plain) -> Operand:
    wanted = _expression("REGEXEXTRACT", text_of(evaluator.single(expression), evaluator.locale))
    rows = [_extracted(value, wanted) for value in evaluator.table(text).columns[0]]
    if not isinstance(text, Array) and len(rows[0]) == 1:
        return rows[0][0]
    width = max(map(len, rows))
    return Array.from_rows([row + [None] * (width - len(row)) for row in rows])


def _extracted(value: Value, expression: re.Pattern[str]) -> list[Value]:
    try:
        if isinstance(value, CellError):
            raise failure(value)
        text = _text("REGEXEXTRACT", value)
    except Fail as fail:
        return [fail.error]
    found = expression.search(text)
    if found is None:
        message = f'Function REGEXEXTRACT parameter 2 value "{expression.pattern}" does not match text of'
        return [CellError("N_A", f'{message} Function REGEXEXTRACT parameter 1 value "{text[:200]}".')]
    return list(found.groups("")) if expression.groups else [found.group()]


@function("REGEXREPLACE", "vtt")
def _regexreplace(_: Evaluator, text: Value, expression: str, new: str) -> Value:
    wanted = _expression("REGEXREPLACE", expression)

    def replacement(found: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            if reference[2] is not None:
                return reference[2]
            number = int(reference[1])
            return (found[number] or "") if number <= wanted.groups else ""

        return re.sub(r"\$(\d)|\\(.)", group, new)

    return wanted.sub(replacement, _text("REGEXREPLACE", text))
