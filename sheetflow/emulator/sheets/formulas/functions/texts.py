"""Functions of texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from sheetflow.emulator.sheets.formulas.arrays import Array, Operand, Plain
from sheetflow.emulator.sheets.formulas.columns import wildcard
from sheetflow.emulator.sheets.formulas.literals import read_literal
from sheetflow.emulator.sheets.formulas.patterns import render
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, failure, text_of, truth_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator

LONGEST = 50_000


def _kept(text: str, name: str) -> str:
    if len(text) > LONGEST:
        raise Fail("VALUE", f"Text result of {name} is longer than the limit of {LONGEST} characters.")
    return text


@function("CONCATENATE", "r", more=True)
def _concatenate(evaluator: Evaluator, *operands: Operand) -> Value:
    locale = evaluator.locale
    texts = [text_of(value, locale) for operand in operands for value in evaluator.table(operand).values()]
    return _kept("".join(texts), "CONCATENATE")


@function("CONCAT", "tt")
def _concat(_: Evaluator, one: str, other: str) -> Value:
    return one + other


def _joined(
    evaluator: Evaluator, name: str, delimiter: str, operands: Sequence[Operand], *, skip: bool
) -> str:
    texts = [
        text_of(value, evaluator.locale)
        for operand in operands
        for value in evaluator.table(operand).values()
    ]
    return _kept(delimiter.join(text for text in texts if text or not skip), name)


@function("JOIN", "xr", more=True)
def _join(evaluator: Evaluator, delimiter: Plain, *operands: Operand) -> Value:
    between = text_of(evaluator.single(delimiter), evaluator.locale)
    return _joined(evaluator, "JOIN", between, operands, skip=False)


@function("TEXTJOIN", "xxr", more=True)
def _textjoin(evaluator: Evaluator, delimiter: Plain, skip: Plain, *operands: Operand) -> Value:
    between = text_of(evaluator.single(delimiter), evaluator.locale)
    skip_empty = truth_of(evaluator.single(skip), "Function TEXTJOIN parameter 2")
    return _joined(evaluator, "TEXTJOIN", between, operands, skip=skip_empty)


def _count(name: str, place: int, count: int) -> int:
    if count < 0:
        raise Fail(
            "NUM",
            f"Function {name} parameter {place} value is {count}. It should be greater than or equal to 0.",
        )
    return count


@function("LEFT", "ti", 1)
def _left(_: Evaluator, text: str, count: int = 1) -> Value:
    return text[: _count("LEFT", 2, count)]


@function("RIGHT", "ti", 1)
def _right(_: Evaluator, text: str, count: int = 1) -> Value:
    return text[max(0, len(text) - _count("RIGHT", 2, count)) :]


@function("MID", "tii")
def _mid(_: Evaluator, text: str, start: int, count: int) -> Value:
    if start < 1:
        raise Fail(
            "NUM", f"Function MID parameter 2 value is {start}. It should be greater than or equal to 1."
        )
    return text[start - 1 : start - 1 + _count("MID", 3, count)]


@function("LEN", "t")
def _len(_: Evaluator, text: str) -> Value:
    # Google counts UTF-16 units: an emoji is two.
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@function("LOWER", "t")
def _lower(_: Evaluator, text: str) -> Value:
    return text.lower()


@function("UPPER", "t")
def _upper(_: Evaluator, text: str) -> Value:
    return text.upper()


@function("PROPER", "t")
def _proper(_: Evaluator, text: str) -> Value:
    return re.sub(r"[^\W\d_]+", lambda word: word.group()[0].upper() + word.group()[1:].lower(), text)


@function("TRIM", "t")
def _trim(_: Evaluator, text: str) -> Value:
    return re.sub(r" +", " ", text).strip(" ")


@function("CLEAN", "t")
def _clean(_: Evaluator, text: str) -> Value:
    return "".join(letter for letter in text if ord(letter) > 31)


@function("SUBSTITUTE", "ttti", 3)
def _substitute(_: Evaluator, text: str, old: str, new: str, occurrence: int | None = None) -> Value:
    if not old:
        return text
    if occurrence is None:
        return _kept(text.replace(old, new), "SUBSTITUTE")
    parts = text.split(old)
    if not 1 <= occurrence < len(parts):
        return text
    return _kept(old.join(parts[:occurrence]) + new + old.join(parts[occurrence:]), "SUBSTITUTE")


@function("REPLACE", "tiit")
def _replace(_: Evaluator, text: str, start: int, count: int, new: str) -> Value:
    if start < 1:
        raise Fail(
            "VALUE",
            f"Function REPLACE parameter 2 value is {start}. It should be greater than or equal to 1.",
        )
    return text[: start - 1] + new + text[start - 1 + _count("REPLACE", 3, count) :]


def _place(name: str, found: int, wanted: str, text: str) -> int:
    if found < 0:
        raise Fail("VALUE", f"In {name} evaluation, cannot find '{wanted}' within '{text}'.")
    return found + 1


@function("FIND", "tti", 2)
def _find(_: Evaluator, wanted: str, text: str, start: int = 1) -> Value:
    return _place("FIND", text.find(wanted, start - 1) if start > 0 else -1, wanted, text)


@function("SEARCH", "tti", 2)
def _search(_: Evaluator, wanted: str, text: str, start: int = 1) -> Value:
    found = wildcard(wanted).search(text, start - 1) if start > 0 else None
    return _place("SEARCH", found.start() if found else -1, wanted, text)


@function("EXACT", "tt")
def _exact(_: Evaluator, one: str, other: str) -> Value:
    return one == other


@function("REPT", "ti")
def _rept(_: Evaluator, text: str, count: int) -> Value:
    if _count("REPT", 2, count) * len(text) > LONGEST:
        raise Fail("VALUE", f"Text result of REPT is longer than the limit of {LONGEST} characters.")
    return text * count


@function("CHAR UNICHAR", "i")
def _char(_: Evaluator, code: int) -> Value:
    if not 1 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise Fail("NUM", f"Function CHAR parameter 1 value {code} is out of range.")
    return chr(code)


@function("CODE UNICODE", "t")
def _code(_: Evaluator, text: str) -> Value:
    if not text:
        raise Fail("VALUE", "Function CODE parameter 1 value should be non-empty.")
    return ord(text[0])


@function("SPLIT", "xxxx", 2, maker=True)
def _split(
    evaluator: Evaluator,
    text: Plain,
    delimiter: Plain,
    by_each: Plain = True,  # noqa: FBT002
    drop_empty: Plain = True,  # noqa: FBT002
) -> Operand:
    between = text_of(evaluator.single(delimiter), evaluator.locale)
    if not between:
        raise Fail("VALUE", "Function SPLIT parameter 2 value should be non-empty.")
    letters = truth_of(evaluator.single(by_each), "Function SPLIT parameter 3")
    drop = truth_of(evaluator.single(drop_empty), "Function SPLIT parameter 4")
    expression = re.compile(f"[{re.escape(between)}]" if letters else re.escape(between))
    rows: list[list[Value]] = []
    for value in evaluator.table(text).columns[0]:
        if isinstance(value, CellError):
            rows.append([value])
            continue
        parts = [part for part in expression.split(text_of(value, evaluator.locale)) if part or not drop]
        rows.append([_part(part, evaluator.locale_name) for part in parts] or [None])
    width = max(map(len, rows))
    return Array.from_rows([row + [None] * (width - len(row)) for row in rows])


def _part(text: str, locale: str) -> Value:
    # SPLIT reads its pieces as if they were typed.
    literal = read_literal(text, locale)
    return text if literal is None else literal.value


@function("TEXT", "vt")
def _text(evaluator: Evaluator, value: Value, pattern: str) -> Value:
    locale = evaluator.locale
    if isinstance(value, bool):
        return locale.boolean(value)
    if isinstance(value, str):
        literal = read_literal(value, evaluator.locale_name)
        if literal is None:
            return render(value, pattern, locale)
        value = literal.value
    number = 0 if value is None or isinstance(value, CellError) else value
    if not pattern:
        return ""
    if locale.decimal == "," and not re.search(r"[0#?]\.[0#?]", pattern):
        # Where the comma is the decimal point, people write patterns with it.
        pattern = re.sub(r"(?<=[0#?])[ \u00a0](?=[0#?])", "\0", pattern)
        pattern = re.sub(r",(?=[0#?]+(?![0#?\0]|,))", ".", pattern).replace("\0", ",")
    return render(number, pattern, locale)


@function("TO_TEXT", "v")
def _to_text(evaluator: Evaluator, value: Value) -> Value:
    return text_of(value, evaluator.locale)


@function("FIXED", "nib", 1)
def _fixed(evaluator: Evaluator, value: float, places: int = 2, plain: bool = False) -> Value:  # noqa: FBT001, FBT002
    decimals = "." + "0" * min(places, 100) if places > 0 else ""
    return render(value, ("0" if plain else "#,##0") + decimals, evaluator.locale)


@function("VALUE", "v")
def _value(evaluator: Evaluator, value: Value) -> Value:
    if isinstance(value, str):
        today: date = evaluator.now().date()
        literal = read_literal(value, evaluator.locale_name, today)
        if literal is None:
            raise Fail("VALUE", f"VALUE parameter '{value[:100]}' cannot be parsed to number.")
        return literal.value
    if isinstance(value, CellError):
        raise failure(value)
    return 0 if value is None else value


@function("ENCODEURL", "t")
def _encodeurl(_: Evaluator, text: str) -> Value:
    # Letters, digits and -_.~ stay; anything else becomes the bytes of its UTF-8.
    return _kept(quote(text.encode("utf-8", "surrogatepass"), safe=""), "ENCODEURL")


@function("HYPERLINK", "tv", 1)
def _hyperlink(_: Evaluator, link: str, label: Value = None) -> Value:
    return link if label is None else label


@function("IMAGE", "tiii", 1)
def _image(_: Evaluator, _link: str, *_sizes: int) -> Value:
    # A picture has no value that the API shows.
    return None
