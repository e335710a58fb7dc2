"""Dates as Apps Script hands them to scripts: instants, where a cell holds serial days of a time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sheetflow.emulator.wire import invalid

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial number has no zone of its own
_PATTERN = re.compile(
    r"'(?P<quoted>[^']*)'|(?P<letters>(?P<letter>[A-Za-z])(?P=letter)*)|(?P<other>[^A-Za-z']+)"
)


def to_milliseconds(serial: float, zone: str) -> int:
    """The instant, in milliseconds since 1970, of a serial number in a spreadsheet of that time zone."""
    local = _EPOCH + timedelta(milliseconds=round(serial * 86_400_000))
    return round(local.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def to_serial(milliseconds: float, zone: str) -> float:
    """The serial number of an instant in a spreadsheet of that time zone."""
    local = _instant(milliseconds).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return (local - _EPOCH) / timedelta(days=1)


def format_date(milliseconds: float, zone: str, pattern: str) -> str:
    """A date by a pattern of Java's SimpleDateFormat, which Utilities.formatDate takes.

    Raises:
        GoogleError: for a pattern letter that is not supported.
    """
    moment = _instant(milliseconds).astimezone(ZoneInfo("UTC" if zone == "GMT" else zone))
    parts = []
    for match in _PATTERN.finditer(pattern):
        if match["letters"] is None:
            parts.append((match["quoted"] or "'") if match["quoted"] is not None else match["other"])
        else:
            parts.append(_field(moment, match["letter"], len(match["letters"])))
    return "".join(parts)


def _field(moment: datetime, letter: str, width: int) -> str:
    offset = moment.strftime("%z")
    texts = {"E": "%a" if width < 4 else "%A", "a": "%p", "z": "%Z"}
    if letter == "y":
        return f"{moment.year % 100:02d}" if width == 2 else f"{moment.year:0{width}d}"
    if letter == "M" and width > 2:
        return moment.strftime("%b" if width == 3 else "%B")
    if letter in texts:
        return moment.strftime(texts[letter])
    if letter == "Z":
        return offset
    if letter == "X":
        return "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}"
    numbers = {
        "M": moment.month,
        "d": moment.day,
        "H": moment.hour,
        "h": moment.hour % 12 or 12,
        "m": moment.minute,
        "s": moment.second,
        "S": moment.microsecond // 1000,
    }
    if letter not in numbers:
        raise invalid(f"Illegal pattern character '{letter}'")
    return f"{numbers[letter]:0{width}d}"


def _instant(milliseconds: float) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
