"""Dates as a spreadsheet keeps them and as people write them.

A date cell read with SERIAL_NUMBER is the count of days since 30 December 1899, its fraction the time of
day (Google's reference on date and time values). What today is comes from the pass, never from here.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from math import isfinite

from sheetflow.model.invalid import Invalid, shown

EPOCH = date(1899, 12, 30)
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
"""What a payment's or an invoice's date can be; anything else is a typing error."""

_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:\s*г\.?)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def to_serial(day: date) -> int:
    """The number that a spreadsheet keeps for a date.

    >>> to_serial(date(2026, 12, 31))
    46387
    """
    return (day - EPOCH).days


def from_serial(serial: float) -> date:
    """The date of a spreadsheet's number; a time of day is left out.

    Raises:
        Invalid: "date-out-of-range" unless it lies between `FIRST` and `LAST`.

    >>> from_serial(46387.75)
    datetime.date(2026, 12, 31)
    """
    if not isfinite(serial) or not to_serial(FIRST) <= serial < to_serial(LAST) + 1:
        raise Invalid("date-out-of-range", {"value": shown(serial)})
    return EPOCH + timedelta(days=int(serial))


def parse_date(cell: object) -> date:
    """The date that stands in a cell: a serial number, or text with the day, month and year in plain digits.

    Raises:
        Invalid: "date-missing", "date-not-a-date", "date-ambiguous" (facts: the readings `day_first` and
            `month_first`), "date-impossible", "date-out-of-range".

    >>> parse_date("31.12.2026") == parse_date("2026-12-31") == parse_date("12/31/2026") == parse_date(46387)
    True
    >>> parse_date("31.02.2026")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: date-impossible (value='31.02.2026')
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return from_serial(cell)
    text = "" if cell is None or cell is False else str(cell).strip()
    if not text:
        raise Invalid("date-missing")
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, match.groups())
        return _date(text, year + 2000 if len(match[3]) == 2 else year, month, day)
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(text, *map(int, match.groups()))
    if match := _SLASHES.fullmatch(text):
        return _with_slashes(text, *map(int, match.groups()))
    raise Invalid("date-not-a-date", {"value": shown(text)})


def _with_slashes(text: str, one: int, two: int, year: int) -> date:
    """Day first in most countries, month first in some: taken only where one reading holds, or both agree."""
    if one <= 12 and two <= 12 and one != two:
        day_first, month_first = _date(text, year, two, one), _date(text, year, one, two)
        readings = {"day_first": day_first.isoformat(), "month_first": month_first.isoformat()}
        raise Invalid("date-ambiguous", {"value": text, **readings})
    return _date(text, year, one, two) if one <= 12 else _date(text, year, two, one)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Invalid("date-impossible", {"value": shown(text)}) from None
    if not FIRST <= found <= LAST:
        raise Invalid("date-out-of-range", {"value": shown(text)})
    return found
