"""Periods as people write them, and every due date exactly once over years."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.core.recurring.period import Period, read_period
from sheetflow.model.invalid import Invalid

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
periods = st.one_of(
    st.integers(1, 12).map(lambda n: Period(weeks=n)),
    st.builds(Period, months=st.sampled_from((1, 2, 3, 6, 12)), last=st.booleans()),
)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("week", Period(weeks=1)), ("Weekly", Period(weeks=1)), ("2 weeks", Period(weeks=2)),
        ("every two weeks", Period(weeks=2)), ("month", Period(months=1)), ("quarter", Period(months=3)),
        ("every year", Period(months=12)), ("неделя", Period(weeks=1)), ("2 недели", Period(weeks=2)),
        ("раз в две недели", Period(weeks=2)), ("каждый месяц", Period(months=1)),
        ("Ежеквартально", Period(months=3)), ("год", Period(months=12)),
        ("month, on the last day", Period(months=1, last=True)),
        ("monthly, on the last day of the month", Period(months=1, last=True)),
        ("месяц, в последний день", Period(months=1, last=True)),
    ],
)  # fmt: skip
def test_read_period__in_both_languages(text: str, period: Period) -> None:
    assert read_period(text) == period


@pytest.mark.parametrize(
    "text", ["", "often", "2", "13 months", "week month", "last day of the week", "0 weeks"]
)
def test_read_period__what_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_period(text)


@given(periods, days, st.integers(0, 400))
def test_period__each_day_on_its_own_and_later_than_the_one_before(
    period: Period, first: date, number: int
) -> None:
    one, other = period.day(first, number), period.day(first, number + 1)
    if one is None or other is None:
        return
    assert one < other
    if period.weeks:
        assert (other - one).days == 7 * period.weeks
    else:
        longest = monthrange(one.year, one.month)[1]
        assert one.day == (longest if period.last else min(first.day, longest))


@given(periods, days, st.integers(-500, 9000))
def test_period__the_number_is_of_the_first_day_on_or_after(period: Period, first: date, away: int) -> None:
    day = first + timedelta(days=away)
    number = period.number(first, day)
    found = period.day(first, number)
    assert found is None or found >= day
    if number and (before := period.day(first, number - 1)) is not None:
        assert before < day


def test_period__29_february_is_back_in_its_own_year() -> None:
    found = [Period(months=12).day(date(2024, 2, 29), n) for n in range(5)]
    assert [day and day.isoformat() for day in found] == [
        "2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29",
    ]  # fmt: skip
