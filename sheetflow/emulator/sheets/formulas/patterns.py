"""Number-format patterns: `#,##0.00;(0)`, `dd.mm.yyyy`, `"№ "0` and what a value looks like in them.

Decided here: sections and their conditions, digits, literals and separators by locale, after Google's "Date
and number formats". Colours and fills do not change the text. Dates are in `moments`, fractions in
`fractions`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from sheetflow.emulator.sheets.formulas.fractions import render_fraction, slash_of
from sheetflow.emulator.sheets.formulas.moments import is_beyond_calendar, is_moment, render_moment

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.locales import Locale

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<gap>.)|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|(?P<clock>\[(?:h+|m+|s+)\])"
    r"|\[(?P<condition>[<>=]+\s*-?[0-9.]+)\]|\[(?P<ignored>[^\]]*)\]|(?P<exponent>[eE][+-]0+)|(?P<digit>[0#?])"
    r"|(?P<mark>[.,%@;])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_PRECISION = 1000
_MOST_PLACES = 300


class Piece(NamedTuple):
    """A part of a pattern: a kind ("text", "digit", "mark", "exponent", "clock", "other") and its text."""

    kind: str
    text: str


def render(value: float | int | str, pattern: str, locale: Locale) -> str:
    """What `value` looks like in `pattern`; texts pass unless the pattern has a section for them."""
    sections = _sections(pattern)
    if isinstance(value, str):
        with_text = [section for section in sections if Piece("mark", "@") in section]
        if not with_text or (len(sections) < 4 and len(sections) > 1 and with_text[0] is not sections[-1]):
            return value
        return "".join(value if piece == ("mark", "@") else piece.text for piece in with_text[0])
    if not isfinite(value):
        return "#NUM!"
    section, negative = _section_for(value, sections, _conditions(pattern))
    if is_moment(section):
        return general(value, locale) if is_beyond_calendar(value) else render_moment(value, section, locale)
    if Piece("mark", "@") in section or "".join(piece.text for piece in section).lower() == "general":
        return general(value, locale)
    slash = slash_of(section)
    if slash is not None:
        return ("-" if negative else "") + render_fraction(abs(value), section, slash)
    text, empty = _number(abs(value), section, locale)
    # A number that rounds to nothing has no sign.
    return "-" + text if negative and not empty else text


def general(value: float | int, locale: Locale, digits: int = 10) -> str:
    """A number without a format: up to `digits` significant digits, exponents for the very large and small.

    >>> from sheetflow.emulator.sheets.formulas.locales import RU_RU
    >>> general(1 / 3, RU_RU)
    '0,3333333333'
    """
    if not isfinite(value):
        return "#NUM!"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    magnitude = abs(value)
    if magnitude >= 1e15 or magnitude < 1e-6:
        mantissa, exponent = f"{value:.{min(digits, 15) - 1 if digits > 10 else 5}E}".split("E")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa.replace('.', locale.decimal)}E{exponent[0]}{exponent[1:].zfill(2)}"
    rounded = Decimal(f"{value:.{digits - 1}E}")
    if magnitude >= 10**digits:
        rounded = Decimal(repr(value)).quantize(Decimal(1), ROUND_HALF_UP)
    text = f"{rounded:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", locale.decimal)


@lru_cache(maxsize=512)
def _sections(pattern: str) -> tuple[tuple[Piece, ...], ...]:
    sections: list[list[Piece]] = [[]]
    for found in _PIECE.finditer(pattern):
        kind, text = found.lastgroup, found[found.lastgroup] if found.lastgroup else ""
        if kind == "mark" and text == ";":
            sections.append([])
        elif kind in ("quoted", "escaped", "currency"):
            sections[-1].append(Piece("text", text))
        elif kind == "gap":
            sections[-1].append(Piece("text", " "))
        elif kind in ("digit", "mark", "exponent", "clock", "other"):
            sections[-1].append(Piece(kind, text))
    return tuple(map(tuple, sections))


_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_Condition = tuple[str, float]


@lru_cache(maxsize=512)
def _conditions(pattern: str) -> tuple[_Condition | None, ...]:
    """The condition of each section, such as `[>=100]`; () where no section has one."""
    found: list[_Condition | None] = [None]
    for piece in _PIECE.finditer(pattern):
        if piece.lastgroup == "mark" and piece["mark"] == ";":
            found.append(None)
        elif piece.lastgroup == "condition":
            sign = re.match("[<>=]+", piece["condition"]).group()  # type: ignore[union-attr]
            try:
                found[-1] = (sign, float(piece["condition"].removeprefix(sign)))
            except ValueError:
                continue
    known = tuple(one if one is not None and one[0] in _TESTS else None for one in found)
    return known if any(known) else ()


def _section_for(
    value: float | int, sections: tuple[tuple[Piece, ...], ...], conditions: tuple[_Condition | None, ...]
) -> tuple[tuple[Piece, ...], bool]:
    """The section that a number is written in, and whether a minus must be put before it."""
    if conditions:
        for section, condition in zip(sections[:3], conditions, strict=False):
            if condition is None or _TESTS[condition[0]](value, condition[1]):
                below = condition is not None and condition[0] in ("<", "<=") and condition[1] <= 0
                return section, value < 0 and not below
        return sections[-1], value < 0
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], value < 0


def _number(value: float | int, section: tuple[Piece, ...], locale: Locale) -> tuple[str, bool]:
    with localcontext() as context:
        context.prec = _PRECISION
        return _decimal(Decimal(repr(value)), section, locale)


def _decimal(value: Decimal, section: tuple[Piece, ...], locale: Locale) -> tuple[str, bool]:
    """The digits of `value` put into `section`; and whether all of them are zero."""
    point = next((place for place, piece in enumerate(section) if piece == ("mark", ".")), len(section))
    head, tail = section[:point], section[point + 1 :]
    digit_places = [place for place, piece in enumerate(section) if piece.kind == "digit"]
    last = digit_places[-1] if digit_places else -1
    commas = [place for place, piece in enumerate(section) if piece == ("mark", ",")]
    grouped = any(digit_places and digit_places[0] < place < min(point, last) for place in commas)
    edge = max((place for place in digit_places if place < point), default=-1)
    thousands = sum(1 for place in commas if edge < place and (place < point or place > last))
    percents = sum(1 for piece in section if piece == ("mark", "%"))
    value = value.scaleb(2 * percents - 3 * (thousands if digit_places else 0))
    exponent = 0
    if any(piece.kind == "exponent" for piece in section):
        whole = max(1, sum(1 for piece in head if piece.kind == "digit"))
        exponent = value.adjusted() - whole + 1 if value else 0
        value = value.scaleb(-exponent)
    places = min(_MOST_PLACES, sum(1 for piece in tail if piece.kind == "digit"))
    value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    digits, _, decimals = f"{value:f}".partition(".")
    text = _whole(digits, head, locale, grouped=grouped, exponent=exponent)
    if point < len(section):
        text += locale.decimal + _fraction(decimals, tail, exponent)
    return text, value == 0


def _whole(digits: str, head: tuple[Piece, ...], locale: Locale, *, grouped: bool, exponent: int) -> str:
    digits = digits.lstrip("0")
    slots = sum(1 for piece in head if piece.kind == "digit")
    written: list[str] = []
    count = 0

    def put(digit: str) -> None:
        nonlocal count
        if grouped and count and count % 3 == 0 and digit.isdigit():
            written.append(locale.group)
        written.append(digit)
        count += 1

    for piece in reversed(head):
        if piece.kind == "digit":
            slots -= 1
            taken = digits[-1:]
            digits = digits[:-1]
            if taken or piece.text != "#":
                put(taken or ("0" if piece.text == "0" else " "))
            if slots == 0:
                while digits:
                    put(digits[-1])
                    digits = digits[:-1]
        elif piece.kind == "exponent":
            written.append(_power(piece, exponent))
        elif piece != ("mark", ","):
            written.append(piece.text)
    return "".join(reversed(written))


def _fraction(decimals: str, tail: tuple[Piece, ...], exponent: int) -> str:
    needed = len(decimals.rstrip("0"))
    written: list[str] = []
    place = 0
    for piece in tail:
        if piece.kind == "digit":
            digit = decimals[place : place + 1] or "0"
            if piece.text == "0" or place < needed:
                written.append(digit)
            elif piece.text == "?":
                written.append(" ")
            place += 1
        elif piece.kind == "exponent":
            written.append(_power(piece, exponent))
        elif piece != ("mark", ","):
            written.append(piece.text)
    return "".join(written)


def _power(piece: Piece, exponent: int) -> str:
    sign = "-" if exponent < 0 else "+" if piece.text[1] == "+" else ""
    return f"E{sign}{abs(exponent):0{len(piece.text) - 2}d}"
