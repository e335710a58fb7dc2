"""Dates and times written by a pattern: `dd.mm.yyyy`, `h:mm AM/PM`, `[h]:mm:ss`.

Decided here: what each letter means; `m` is minutes after an hour or before seconds, else the month. A moment
is a serial number of days since 1899-12-30.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.literals import EPOCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetflow.emulator.sheets.formulas.locales import Locale

_FIRST, _LAST = 1 - EPOCH, date(9999, 12, 31).toordinal() - EPOCH
_HALF = re.compile(r"am/pm|a/p", re.IGNORECASE)
_LETTERS = "ymdhs"


def is_moment(section: Sequence[tuple[str, str]]) -> bool:
    """Whether a pattern's section (kinds and characters of its pieces) writes dates or times."""
    if any(kind == "clock" for kind, _ in section):
        return True
    bare = "".join(text for kind, text in section if kind == "other").lower()
    if bare == "general":
        return False
    return any(letter in bare for letter in _LETTERS) and not any(text in ("#", "?") for _, text in section)


def is_beyond_calendar(value: float | int) -> bool:
    """Whether a serial number lies outside the years 1 to 9999."""
    return not _FIRST <= value < _LAST + 1


def render_moment(value: float | int, section: Sequence[tuple[str, str]], locale: Locale) -> str:
    """What the moment `value`, of the years 1 to 9999, looks like."""
    tokens = _tokens(tuple(section))
    fraction_digits = max((len(text) - 1 for kind, text in tokens if kind == "fraction"), default=0)
    unit = 10**fraction_digits
    ticks = round(value * 86400 * unit)
    days, within = divmod(ticks, 86400 * unit)
    seconds, parts = divmod(within, unit)
    day = date.fromordinal(max(1, min(days, _LAST) + EPOCH))
    hour, rest = divmod(seconds, 3600)
    minute, second = divmod(rest, 60)
    total = abs(ticks) // unit
    half = any(kind == "half" for kind, _ in tokens)
    shown_hour = (hour % 12 or 12) if half else hour
    numbers = {"h": shown_hour, "s": second, "minute": minute}
    written: list[str] = []
    for kind, text in tokens:
        if kind == "text":
            written.append(text)
        elif kind == "half":
            word = "AM" if hour < 12 else "PM"
            written.append(word if len(text) > 3 else word[0])
        elif kind == "clock":
            seconds_each = {"h": 3600, "m": 60, "s": 1}[text[1].lower()]
            sign = "-" if value < 0 and not any(piece.startswith("-") for piece in written) else ""
            written.append(sign + str(total // seconds_each).zfill(len(text) - 2))
        elif kind == "fraction":
            written.append(locale.decimal + str(parts).zfill(fraction_digits))
        elif kind in numbers:
            written.append(str(numbers[kind]).zfill(min(len(text), 2)))
        else:
            written.append(_calendar(kind, len(text), day, locale))
    return "".join(written)


def _calendar(letter: str, count: int, day: date, locale: Locale) -> str:
    if letter == "y":
        return f"{day.year % 100:02d}" if count <= 2 else f"{day.year:04d}"
    if letter == "m":
        name = locale.months[day.month - 1]
        forms = {1: str(day.month), 2: f"{day.month:02d}", 3: locale.short_months[day.month - 1], 5: name[0]}
        return forms.get(count, name)
    forms = {1: str(day.day), 2: f"{day.day:02d}", 3: locale.short_days[day.weekday()]}
    return forms.get(count, locale.days[day.weekday()])


@lru_cache(maxsize=256)
def _tokens(section: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Runs of one letter, and which of the m's are minutes."""
    # Bare characters joined again; what was quoted or escaped is hidden behind a private character meanwhile.
    hidden: list[tuple[str, str]] = []
    flat = ""
    for kind, text in section:
        if kind in ("text", "clock"):
            hidden.append((kind, text))
            flat += "\0"
        else:
            flat += text
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(flat):
        half = _HALF.match(flat, position)
        letter = flat[position].lower()
        if half is not None:
            run, kind = half.group(), "half"
        elif letter == "\0":
            kind, shown = hidden.pop(0)
            tokens.append((kind, shown))
            position += 1
            continue
        elif letter in _LETTERS:
            run = re.match(rf"(?i){letter}+", flat[position:]).group()  # type: ignore[union-attr]
            kind = letter
        elif (fraction := re.match(r"\.0+", flat[position:])) and tokens and _is_seconds(tokens[-1]):
            run, kind = fraction.group(), "fraction"
        else:
            run, kind = flat[position], "text"
        tokens.append((kind, run))
        position += len(run)
    return _with_minutes(tokens)


def _is_seconds(token: tuple[str, str]) -> bool:
    return token[0] == "s" or (token[0] == "clock" and token[1][1].lower() == "s")


def _with_minutes(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    units = [
        (place, token[1][1].lower() if token[0] == "clock" else token[0])
        for place, token in enumerate(tokens)
        if token[0] in "ymdhs" or token[0] == "clock"
    ]
    for order, (place, unit) in enumerate(units):
        after_hour = order > 0 and units[order - 1][1] == "h"
        before_second = order + 1 < len(units) and units[order + 1][1] == "s"
        if (
            unit == "m"
            and tokens[place][0] == "m"
            and len(tokens[place][1]) <= 2
            and (after_hour or before_second)
        ):
            tokens[place] = ("minute", tokens[place][1])
    return tokens
