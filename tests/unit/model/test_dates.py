from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.model.dates import FIRST, LAST, from_serial, parse_date, to_serial
from sheetflow.model.invalid import Invalid


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (46387, date(2026, 12, 31)),
        (46387.0, date(2026, 12, 31)),
        (46387.999, date(2026, 12, 31)),
        ("31.12.2026", date(2026, 12, 31)),
        (" 1.2.2027 ", date(2027, 2, 1)),
        ("31.12.26", date(2026, 12, 31)),
        ("31.12.2026 г.", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
        ("12/31/2026", date(2026, 12, 31)),
        ("31/12/2026", date(2026, 12, 31)),
        ("05/05/2026", date(2026, 5, 5)),
        ("29.02.2028", date(2028, 2, 29)),
    ],
)
def test_parse_date__reads(cell: object, day: date) -> None:
    assert parse_date(cell) == day


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "date-missing"),
        (None, "date-missing"),
        ("  ", "date-missing"),
        ("soon", "date-not-a-date"),
        ("31 декабря", "date-not-a-date"),
        ("2026-12-31T10:00", "date-not-a-date"),
        ("=TODAY()", "date-not-a-date"),
        (True, "date-not-a-date"),
        ("46387", "date-not-a-date"),
        ("05/06/2026", "date-ambiguous"),
        ("29.02.2027", "date-impossible"),
        ("13/13/2026", "date-impossible"),
        ("2026-00-01", "date-impossible"),
        ("31.12.1999", "date-out-of-range"),
        (20261231, "date-out-of-range"),
        (-1, "date-out-of-range"),
        (float("nan"), "date-out-of-range"),
        (float("inf"), "date-out-of-range"),
    ],
)
def test_parse_date__refuses(cell: object, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_date(cell)
    assert caught.value.code == code


def test_parse_date__names_both_readings_of_an_ambiguous_text() -> None:
    with pytest.raises(Invalid) as caught:
        parse_date("05/06/2026")
    assert caught.value.facts == {
        "value": "05/06/2026",
        "day_first": "2026-06-05",
        "month_first": "2026-05-06",
    }


@given(st.dates(FIRST, LAST))
def test_serial__and_text_round_trip(day: date) -> None:
    assert from_serial(to_serial(day)) == day
    assert parse_date(day.isoformat()) == parse_date(f"{day:%d.%m.%Y}") == day
