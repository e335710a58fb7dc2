"""Working days: which weekdays a company works, its holidays, and the days off that it works all the same.

As people write them on the Settings tab: "Mon-Fri" or «Пн-Пт»; "2026-12-31..2027-01-08, 08.03, +2026-12-26".
A date without a year comes back every year; a plus makes a working day of what would be none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sheetflow.model.dates import parse_date
from sheetflow.model.invalid import Invalid

FAR = 400
"""Days: what is farther apart is counted by the week alone."""
LONGEST = 62
"""Days of one range of holidays; a longer one is a typing error."""

_DAY = timedelta(days=1)
_WEEKDAYS = (
    ("mon", "monday", "пн", "понедельник"), ("tue", "tuesday", "вт", "вторник"),
    ("wed", "wednesday", "ср", "среда"), ("thu", "thursday", "чт", "четверг"),
    ("fri", "friday", "пт", "пятница"), ("sat", "saturday", "сб", "суббота"),
    ("sun", "sunday", "вс", "воскресенье"),
)  # fmt: skip
_NUMBERS = {name: number for number, names in enumerate(_WEEKDAYS) for name in names}
_YEARLY = re.compile(r"(\d{1,2})\.(\d{1,2})\.?", re.ASCII)
_YEARLY_ISO = re.compile(r"(?:--)?(\d{1,2})-(\d{1,2})", re.ASCII)
_RANGE = re.compile(r"\s*(?:\.\.+|…|–|—|\s-\s)\s*|(?<=[.\d])-(?=\d{1,2}\.\d)")


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a company works. `week`: 0 is Monday. `yearly`: (month, day) off in every year."""

    week: frozenset[int] = frozenset(range(5))
    off: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()
    on: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        if day in self.on:
            return True
        return day.weekday() in self.week and day not in self.off and (day.month, day.day) not in self.yearly

    def between(self, first: date, last: date) -> int:
        """Working days after `first`, up to and with `last`; below zero where `last` is the earlier one.

        >>> Calendar().between(date(2026, 11, 27), date(2026, 12, 1))  # Friday to Tuesday
        2
        """
        if last < first:
            return -self.between(last, first)
        days = (last - first).days
        if days > FAR:
            return days * len(self.week) // 7
        return sum(self.works(first + timedelta(days=n)) for n in range(1, days + 1))

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after a day; the farthest that is looked at where there are too few."""
        for _ in range(FAR):
            if count <= 0:
                break
            day += _DAY
            count -= self.works(day)
        return day


def read_week(text: str) -> frozenset[int]:
    """The weekdays in a text, 0 for Monday.

    Raises:
        ValueError: a part that names none, or no day at all.

    >>> sorted(read_week("Пн-Ср, Сб"))
    [0, 1, 2, 5]
    """
    found: set[int] = set()
    for part in re.split(r"[,;\n]", text.lower()):
        if not part.strip():
            continue
        ends = [_NUMBERS.get(name.strip().rstrip("."), -1) for name in re.split(r"[-–—]|\.\.", part)]
        if len(ends) > 2 or -1 in ends:
            raise ValueError(part.strip())
        first, last = ends[0], ends[-1]
        found |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    if not found:
        raise ValueError(text)
    return frozenset(found)


def read_calendar(week: frozenset[int], holidays: str) -> tuple[Calendar, list[str]]:
    """A company's calendar, and the parts of the holidays that cannot be read: they change no day."""
    off: set[date] = set()
    on: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    wrong = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", holidays))):
        try:
            days = list(_days(part.removeprefix("+").strip()))
        except (ValueError, Invalid):
            wrong.append(part)
            continue
        if part.startswith("+"):
            on |= {day for day in days if isinstance(day, date)}
            if any(not isinstance(day, date) for day in days):
                wrong.append(part)
        else:
            off |= {day for day in days if isinstance(day, date)}
            yearly |= {day for day in days if not isinstance(day, date)}
    return Calendar(week, frozenset(off), frozenset(yearly), frozenset(on)), wrong


def _days(text: str) -> Iterator[date | tuple[int, int]]:
    """The days of "2026-05-01", "2026-12-31..2027-01-08", "8.03" or "01.01-08.01".

    Raises ValueError, Invalid.
    """
    ends = [_day(part) for part in _RANGE.split(text, maxsplit=1)]
    first, last = ends[0], ends[-1]
    if isinstance(first, date) and isinstance(last, date):
        if not 0 <= (last - first).days < LONGEST:
            raise ValueError(text)
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))
        return
    if isinstance(first, date) or isinstance(last, date):  # one end has a year, the other has none
        raise ValueError(text)  # noqa: TRY004 - it is what is written that is wrong
    day, end = date(2000, *first), date(2000, *last)  # a leap year: it has every day
    if end < day:
        end = date(2001, *last)
    if (end - day).days >= LONGEST:
        raise ValueError(text)
    while day <= end:
        yield day.month, day.day
        day += _DAY


def _day(text: str) -> date | tuple[int, int]:
    if found := _YEARLY.fullmatch(text):
        month, day = int(found[2]), int(found[1])
    elif found := _YEARLY_ISO.fullmatch(text):
        month, day = int(found[1]), int(found[2])
    else:
        return parse_date(text)
    date(2000, month, day)
    return month, day
