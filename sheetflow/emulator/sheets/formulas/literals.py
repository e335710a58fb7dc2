"""Numbers and dates as people type them, by the spreadsheet's locale.

Decided here: which texts are numbers, percents, sums of money, dates and times, and the number format that
Google gives to the cell for it. Used by typing, by VALUE and DATEVALUE and wherever a formula needs a number.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sheetflow.emulator.sheets.formulas.locales import Locale, locale_named

EPOCH = date(1899, 12, 30).toordinal()
_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE} "
_SYMBOLS = "$€£₽¥"
_TIME = re.compile(
    r"(?P<hour>\d{1,4}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?P<fraction>[.,]\d{1,3})?)?(?:\s*(?P<half>[AaPp][Mm]))?"
)
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
_DAY_MONTH = re.compile(r"(\d{1,2})([. -]\s*)([^\W\d]+)\.?(?:[, -]\s*(\d{4}|\d{2}))?(?:\s*г\.)?")
_MONTH_DAY = re.compile(r"([^\W\d]+)\.?(?:\s+|-)(\d{1,2})(?:,?\s+(\d{4}))?")
_MONTH_YEAR = re.compile(r"([^\W\d]+)\.?(?:,?\s+|-)(\d{4})")
_WEEKDAY = re.compile(r"([^\W\d]+)\.?,\s*")
_BARE_HOUR = re.compile(r"(\d{1,2})\s*([AaPp][Mm])")
_LONGEST = 60


class Literal(NamedTuple):
    """A number, and the type and pattern of the format that its spelling asks for ("" for none)."""

    value: float | int
    type: str = ""
    pattern: str = ""


@lru_cache(maxsize=4096)
def read_literal(text: str, locale: str, today: date | None = None) -> Literal | None:
    """The number, date or time that `text` spells in `locale`; None when it is mere text.

    A date without its year ("1.5" in ru_RU) is of `today`'s year; without `today` it is no date.
    """
    text = text.strip(_SPACES + "\t\n")
    if not text or len(text) > _LONGEST:
        return None
    conventions = locale_named(locale)
    return _number(text, conventions) or _moment(text, conventions, today)


def serial(year: int, month: int, day: int) -> int | None:
    """Days since 1899-12-30, None for a day that no calendar has."""
    try:
        return date(year, month, day).toordinal() - EPOCH
    except ValueError:
        return None


@lru_cache(maxsize=16)
def _number_pattern(conventions: Locale) -> re.Pattern[str]:
    group = f"[{_SPACES}]" if conventions.group not in ".," else re.escape(conventions.group)
    point = re.escape(conventions.decimal)
    whole = rf"(?P<whole>[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)"
    sign = r"(?P<sign>[-+\N{MINUS SIGN}]?)"
    before = rf"(?P<before>[{_SYMBOLS}]?)[{_SPACES}]*"
    after = rf"[{_SPACES}]*(?P<after>%|[{_SYMBOLS}]|руб\.?|р\.)?"
    number = (
        rf"(?:{whole}(?P<fraction>{point}[0-9]*)?|(?P<bare>{point}[0-9]+))(?P<power>[eE][-+]?[0-9]{{1,3}})?"
    )
    return re.compile(rf"{sign}{before}(?P<inner>[-+]?){number}{after}")


def _number(text: str, conventions: Locale) -> Literal | None:
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = text[1:-1]
    found = _number_pattern(conventions).fullmatch(text)
    if (
        found is None
        or (negative and (found["sign"] or found["inner"]))
        or (found["sign"] and found["inner"])
    ):
        return None
    whole = found["whole"] or "0"
    digits = re.sub(r"[^0-9]", "", whole)
    fraction = (found["fraction"] or found["bare"] or "")[1:]
    grouped = digits != whole
    value: float | int
    if fraction or found["power"] or len(digits) > 15:
        value = float(f"{digits}.{fraction or 0}{found['power'] or ''}")
        if value == float("inf"):
            return None
        if value == int(value) and abs(value) < 1e15:
            value = int(value)
    else:
        value = int(digits)
    if negative or "-" in (found["sign"], found["inner"]) or found["sign"] == "\N{MINUS SIGN}":
        value = -value
    after = found["after"] or ""
    if after == "%":
        value = value / 100 if value % 100 else value // 100
        return None if found["before"] else Literal(value, "PERCENT", "0.00%" if fraction else "0%")
    symbol = found["before"] or after
    if symbol and found["before"] and after:
        return None
    cents = ".00" if fraction else ""
    if symbol:
        sign = "₽" if symbol[0] == "р" else symbol
        first = conventions.symbol_first if sign == conventions.symbol else bool(found["before"])
        gap = "\N{NO-BREAK SPACE}"
        pattern = f'"{sign}"#,##0{cents}' if first else f'#,##0{cents}"{gap}{sign}"'
        return Literal(value, "CURRENCY", pattern)
    if found["power"]:
        return Literal(value, "SCIENTIFIC", "0.00E+00")
    return Literal(value, "NUMBER", "#,##0" + cents) if grouped else Literal(value)


def _moment(text: str, conventions: Locale, today: date | None) -> Literal | None:
    bare = _BARE_HOUR.fullmatch(text)
    if bare is not None:
        text = f"{bare[1]}:00 {bare[2]}"
    clock = _TIME.search(text)
    if clock is None:
        return _date(text, conventions, today)
    if clock.end() != len(text):
        return None
    fraction = _clock(clock)
    if fraction is None:
        return None
    seconds = clock["second"] is not None
    before = text[: clock.start()]
    if not before:
        return _time(fraction, clock, seconds=seconds)
    if not before.endswith((" ", "T")) or fraction >= 1:
        return None
    day = _date(before[:-1].rstrip(" ,"), conventions, today)
    if day is None:
        return None
    hours = "h" if clock["half"] else "H" if conventions.date_time.count("H") == 1 else "HH"
    pattern = f"{day.pattern} {hours}:mm" + (":ss" if seconds else "") + (" AM/PM" if clock["half"] else "")
    return Literal(day.value + fraction, "DATE_TIME", pattern)


def _time(fraction: float, clock: re.Match[str], *, seconds: bool) -> Literal:
    tail = ":mm:ss" if seconds else ":mm"
    if fraction >= 1:
        return Literal(fraction, "TIME", "[h]" + tail)
    if clock["half"]:
        return Literal(fraction, "TIME", f"h{tail} AM/PM")
    return Literal(fraction, "TIME", ("HH" if len(clock["hour"]) == 2 else "H") + tail)


def _clock(found: re.Match[str]) -> float | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if minute > 59 or second > 59:
        return None
    half = (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    exact = float("0" + found["fraction"].replace(",", ".")) if found["fraction"] else 0.0
    return (hour * 3600 + minute * 60 + second + exact) / 86400


def _date(text: str, conventions: Locale, today: date | None) -> Literal | None:
    iso = _ISO.fullmatch(text)
    if iso is not None:
        day = serial(int(iso[1]), int(iso[3]), int(iso[4]))
        return None if day is None else Literal(day, "DATE", f"yyyy{iso[2]}mm{iso[2]}dd")
    bare = text.removesuffix(".") if text.count(".") == 2 and conventions.date.count(".") == 2 else text
    found = _NUMERIC.fullmatch(bare)
    if found is not None:
        return _numeric_date(found, conventions, today)
    return _worded_date(text, conventions, today)


def _numeric_date(found: re.Match[str], conventions: Locale, today: date | None) -> Literal | None:
    one, separator, two, year_text = found.groups()
    if separator not in conventions.date_separators:
        return None
    day, month = (int(one), int(two)) if conventions.day_first else (int(two), int(one))
    if year_text is None:
        if today is None:
            return None
        year = today.year
    else:
        year = int(_century(year_text) if len(year_text) == 2 else year_text)
    value = serial(year, month, day)
    if value is None:
        return None
    if year_text is None:
        return Literal(value, "DATE", conventions.date)
    day_part = _width("d", one if conventions.day_first else two, conventions)
    month_part = _width("M", two if conventions.day_first else one, conventions)
    order = (day_part, month_part) if conventions.day_first else (month_part, day_part)
    return Literal(value, "DATE", separator.join((*order, "y" * len(year_text))))


def _width(letter: str, digits: str, conventions: Locale) -> str:
    # One digit, or a zero before it, says what the person likes; for 10 and more the locale's habit decides.
    if len(digits) == 1:
        return letter
    return letter * 2 if digits.startswith("0") or letter * 2 in conventions.date else letter


def _worded_date(text: str, conventions: Locale, today: date | None) -> Literal | None:
    weekday = _WEEKDAY.match(text)
    if weekday is not None and _is_weekday(weekday[1], conventions):
        text = text[weekday.end() :]
    found = _DAY_MONTH.fullmatch(text)
    if found is not None:
        day_text, gap, word, year_text = found.groups()
        pattern = {"-": "d-mmm-yyyy", ".": "d. mmm yyyy"}.get(gap[0], "d mmm yyyy")
        if year_text and len(year_text) == 2:
            pattern, year_text = pattern.replace("yyyy", "yy"), _century(year_text)
    elif (found := _MONTH_DAY.fullmatch(text)) is not None:
        word, day_text, year_text = found.groups()
        pattern = "mmm d, yyyy"
    elif (found := _MONTH_YEAR.fullmatch(text)) is not None:
        word, year_text = found.groups()
        day_text, pattern = "1", "mmm yyyy"
    else:
        return None
    month = _month(word.lower(), conventions)
    if month is None or (year_text is None and today is None):
        return None
    year = int(year_text) if year_text else today.year if today else 0
    value = serial(year, month, int(day_text))
    if len(word) > 3 and not text[text.find(word) + len(word) :].startswith("."):
        pattern = pattern.replace("mmm", "mmmm")
    return None if value is None else Literal(value, "DATE", pattern)


def _century(digits: str) -> str:
    return str(int(digits) + (2000 if int(digits) < 30 else 1900))


def _is_weekday(word: str, conventions: Locale) -> bool:
    names = (*conventions.days, *conventions.short_days, *locale_named("en_US").days)
    return word.lower() in {name.lower() for name in (*names, *(name[:3] for name in names))}


def _month(word: str, conventions: Locale) -> int | None:
    if len(word) < 3:
        return None
    for names in (conventions.months, locale_named("en_US").months):
        for number, name in enumerate(names, 1):
            if name.lower() == word or name.lower()[:3] == word or name.lower()[:4] == word:
                return number
    return None
