from __future__ import annotations

from datetime import date

import pytest

from sheetflow.core.attention.calendar import Calendar, read_calendar, read_week

WEEK = frozenset(range(5))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", [0, 1, 2, 3, 4]), ("пн–пт", [0, 1, 2, 3, 4]), ("Sun-Thu", [0, 1, 2, 3, 6]),
        ("Mon, Wed, Sat-Sun", [0, 2, 5, 6]), ("Вт", [1]), ("monday; friday", [0, 4]),
    ],
)  # fmt: skip
def test_read_week__as_people_write_it(text: str, days: list[int]) -> None:
    assert sorted(read_week(text)) == days


@pytest.mark.parametrize("text", ["", "every day", "Mon-Fri-Sat", "5"])
def test_read_week__what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=text.lower() or "^$"):
        read_week(text)


def test_read_calendar__dates_ranges_every_year_and_worked_all_the_same() -> None:
    text = "31.12.2026–08.01.2027, 2027-05-03..2027-05-04; 09.05, 23.02-24.02\n+2026-12-26, 03-08"
    calendar, wrong = read_calendar(WEEK, text)
    assert wrong == []
    days = [
        date(2026, 12, 31), date(2027, 1, 8), date(2027, 5, 4), date(2028, 5, 9), date(2027, 2, 24),
        date(2027, 3, 8),
    ]  # fmt: skip
    assert [calendar.works(day) for day in days] == [False] * len(days)
    assert calendar.works(date(2026, 12, 26))
    assert not calendar.works(date(2026, 12, 27))
    assert calendar.works(date(2027, 1, 11))


@pytest.mark.parametrize(
    "part", ["soon", "31.02.2026", "31.13", "2026-01-01..2027-01-01", "09.05..2027-05-10", "+09.05"]
)
def test_read_calendar__what_cannot_be_read_is_told_and_changes_no_day(part: str) -> None:
    calendar, wrong = read_calendar(WEEK, part)
    assert wrong == [part]
    assert calendar == Calendar(WEEK)


def test_between__counts_working_days_only() -> None:
    calendar, _ = read_calendar(WEEK, "2026-11-26, +2026-11-28")
    monday = date(2026, 11, 23)
    assert calendar.between(monday, monday) == 0
    assert calendar.between(monday, date(2026, 11, 25)) == 2
    assert calendar.between(monday, date(2026, 11, 29)) == 4  # not Thursday, but Saturday
    assert calendar.between(date(2026, 11, 25), monday) == -2
    assert calendar.between(monday, date(2036, 11, 23)) > 2_000


def test_after__the_nth_working_day() -> None:
    calendar, _ = read_calendar(WEEK, "2026-11-26")
    assert calendar.after(date(2026, 11, 24), 2) == date(2026, 11, 27)
    assert calendar.after(date(2026, 11, 27), 1) == date(2026, 11, 30)
    assert calendar.after(date(2026, 11, 27), 0) == date(2026, 11, 27)
