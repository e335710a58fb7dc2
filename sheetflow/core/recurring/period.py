"""How often something is due, as people write it, and on which days that is.

Every due date is counted from the first one: what is due on the 31st, or on 29 February, comes on the last
day of a shorter month, and is back on its own day after it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from sheetflow.model.dates import LAST
from sheetflow.model.invalid import Invalid, shown

MOST = 12
"""Weeks or months of one period."""

_UNITS = {
    "week": "week weeks weekly неделя неделю недели недель еженедельно еженедельный",
    "month": "month months monthly месяц месяца месяцев ежемесячно ежемесячный",
    "quarter": "quarter quarters quarterly квартал квартала кварталов ежеквартально ежеквартальный",
    "year": "year years yearly annually annual год года лет ежегодно ежегодный",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_LAST = {"last", "end", "последний", "последнего", "последнее", "последняя", "конец", "конце", "концу"}
_NOISE = {
    "a", "an", "the", "of", "on", "in", "at", "once", "one", "per", "each", "every", "day", "раз", "в", "во",
    "на", "по", "из", "день", "дня", "один", "одну", "каждый", "каждую", "каждые", "каждое", "каждая",
    "каждого", "каждой",
}  # fmt: skip
_NUMBERS = {"two": 2, "две": 2, "два": 2, "three": 3, "три": 3, "four": 4, "четыре": 4, "six": 6, "шесть": 6}


@dataclass(frozen=True, slots=True)
class Period:
    """So many weeks, or so many months; one of the two is 0. `last`: on the last day of the month."""

    weeks: int = 0
    months: int = 0
    last: bool = False

    def day(self, first: date, number: int) -> date | None:
        """The due date with this number, 0 for the first one; None beyond the calendar.

        >>> Period(months=1).day(date(2027, 1, 31), 1)
        datetime.date(2027, 2, 28)
        """
        if self.weeks:
            days = 7 * self.weeks * number
            return first + timedelta(days=days) if days <= (LAST - first).days else None
        month = first.year * 12 + first.month - 1 + self.months * number
        if month // 12 > LAST.year:
            return None
        year, month = month // 12, month % 12 + 1
        longest = monthrange(year, month)[1]
        return date(year, month, longest if self.last else min(first.day, longest))

    def number(self, first: date, day: date) -> int:
        """The number of the first due date on or after a day.

        >>> Period(months=1).number(date(2027, 1, 31), date(2027, 3, 1))
        2
        """
        if self.weeks:
            return max(0, -(-(day - first).days // (7 * self.weeks)))
        months = (day.year - first.year) * 12 + day.month - first.month
        number = max(0, months // self.months)
        found = self.day(first, number)
        return number if found is None or found >= day else number + 1


def read_period(text: str) -> Period:
    """The period that a text says, in either language.

    Raises:
        Invalid: "recurring-period", for what is none.

    >>> read_period("2 weeks"), read_period("ежемесячно, в последний день")
    (Period(weeks=2, months=0, last=False), Period(weeks=0, months=1, last=True))
    """
    count, unit, last = 0, "", False
    for word in re.findall(r"[^\s,.;:()]+", text.lower().replace("ё", "е")):
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 4 else _NUMBERS.get(word, 0)
        if word in _NOISE:
            continue
        if word in _LAST and not last:
            last = True
        elif number and not count:
            count = number
        elif word in _UNIT_OF and unit in ("", _UNIT_OF[word]):  # "monthly, on the last day of the month"
            unit = _UNIT_OF[word]
        else:
            raise _unread(text)
    count = count or 1
    if not unit or count > MOST or (last and unit == "week"):
        raise _unread(text)
    return Period(weeks=count) if unit == "week" else Period(months=count * _MONTHS[unit], last=last)


def _unread(text: str) -> Invalid:
    return Invalid("recurring-period", {"value": shown(text)})
