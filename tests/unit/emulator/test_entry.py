"""What typing becomes, by locale."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.emulator.sheets.entry import Entry, parse_entry
from sheetflow.emulator.sheets.formats import format_value
from sheetflow.emulator.sheets.formulas import CellError, Formula

_TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("locale", "text", "value", "type_", "shown"),
    [
        ("en_US", "5", 5, None, "5"),
        ("en_US", "007", 7, None, "7"),
        ("en_US", " 1.50 ", 1.5, None, "1.5"),
        ("en_US", ".5", 0.5, None, "0.5"),
        ("en_US", "-5", -5, None, "-5"),
        ("en_US", "+5", 5, None, "5"),
        ("en_US", "(5)", -5, None, "-5"),
        ("en_US", "1,234.5", 1234.5, "NUMBER", "1,234.50"),
        ("en_US", "12%", 0.12, "PERCENT", "12%"),
        ("en_US", "12.5%", 0.125, "PERCENT", "12.50%"),
        ("en_US", "$5", 5, "CURRENCY", "$5"),
        ("en_US", "-$1,234.50", -1234.5, "CURRENCY", "-$1,234.50"),
        ("en_US", "1e3", 1000, "SCIENTIFIC", "1.00E+03"),
        ("en_US", "12/31/2026", 46387, "DATE", "12/31/2026"),
        ("en_US", "1/2/2026", 46024, "DATE", "1/2/2026"),
        ("en_US", "01/02/2026", 46024, "DATE", "01/02/2026"),
        ("en_US", "12/31", 46387, "DATE", "12/31/2026"),
        ("en_US", "2026-12-31", 46387, "DATE", "2026-12-31"),
        ("en_US", "Dec 31, 2026", 46387, "DATE", "Dec 31, 2026"),
        ("en_US", "31-Dec-26", 46387, "DATE", "31-Dec-26"),
        ("en_US", "Dec 2026", 46357, "DATE", "Dec 2026"),
        ("en_US", "Thursday, December 31, 2026", 46387, "DATE", "December 31, 2026"),
        ("en_US", "3pm", 0.625, "TIME", "3:00 PM"),
        ("de_DE", "31. Dezember 2026", 46387, "DATE", "31. Dezember 2026"),
        ("de_DE", "31.12.", 46387, "DATE", "31.12.2026"),
        ("ru_RU", "дек. 2026", 46357, "DATE", "дек. 2026"),
        ("en_US", "3:30 PM", 0.6458333333333334, "TIME", "3:30 PM"),
        ("en_US", "25:10:00", 1.0486111111111112, "TIME", "25:10:00"),
        ("en_US", "12/31/2026 15:30:00", 46387.645833333336, "DATE_TIME", "12/31/2026 15:30:00"),
        ("en_GB", "31/12/2026", 46387, "DATE", "31/12/2026"),
        ("en_GB", "£5.50", 5.5, "CURRENCY", "£5.50"),
        ("ru_RU", "1 234,5", 1234.5, "NUMBER", "1_234,50"),
        ("ru_RU", "1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000", 1000000, "NUMBER", "1_000_000"),
        ("ru_RU", "12,5%", 0.125, "PERCENT", "12,50%"),
        ("ru_RU", "5 ₽", 5, "CURRENCY", "5_₽"),
        ("ru_RU", "31.12.2026", 46387, "DATE", "31.12.2026"),
        ("ru_RU", "1.5", 46143, "DATE", "01.05.2026"),
        ("ru_RU", "31 декабря 2026 г.", 46387, "DATE", "31 декабря 2026"),
        ("ru_RU", "31.12.2026 9:05", 46387.37847222222, "DATE_TIME", "31.12.2026 9:05"),
        ("de_DE", "1.234,5", 1234.5, "NUMBER", "1.234,50"),
        ("de_DE", "31.12.2026", 46387, "DATE", "31.12.2026"),
        ("de_DE", "5 €", 5, "CURRENCY", "5_€"),
    ],
)
def test_entry__numbers_and_dates(
    locale: str, text: str, value: float, type_: str | None, shown: str
) -> None:
    entry = parse_entry(text, locale, today=_TODAY)

    assert entry.value == pytest.approx(value)
    assert (entry.number_format or {}).get("type") == type_
    assert format_value(value, entry.number_format, locale).replace("\N{NO-BREAK SPACE}", "_") == shown


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en_US", "abc"),
        ("en_US", "1,23"),
        ("en_US", "1.2.3"),
        ("en_US", "31/12/2026"),
        ("en_US", "31.12.2026"),
        ("en_US", "2026-02-30"),
        ("en_US", "1e999"),
        ("en_US", "25:10 PM"),
        ("en_US", "="),
        ("en_GB", "12/31/2026"),
        ("ru_RU", "1.234,5"),
        ("ru_RU", "12 34"),
        ("ru_RU", "40702810000000000001 "),
    ],
)
def test_entry__stays_text(locale: str, text: str) -> None:
    value = parse_entry(text, locale, today=_TODAY).value

    # A long run of digits is a number: the account that "became a float" is Google's way as well.
    assert value == (float(text) if text.strip().isdigit() else text)


def test_entry__a_date_without_year_needs_a_today() -> None:
    assert parse_entry("12/31", "en_US").value == "12/31"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=A1+1", Formula("=A1+1")),
        ("+A1", Formula("=+A1")),
        ("- see below", Formula("=- see below")),
        ("+7 (900) 1", Formula("=+7 (900) 1")),
        ("true", True),
        ("Ложь", False),
        ("FALSE", False),
        ("#n/a", CellError("N_A")),
        ("'=A1", "=A1"),
        ("'", ""),
        ("", None),
        ("ИСТИНА ли", "ИСТИНА ли"),
    ],
)
def test_entry__formulas_booleans_errors_apostrophe(text: str, value: object) -> None:
    assert parse_entry(text, "ru_RU") == Entry(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["007", "=A1", "12/31/2026", "TRUE", "'x"])
def test_entry__a_text_cell_takes_everything_as_it_is(text: str) -> None:
    assert parse_entry(text, "en_US", text_format=True) == Entry(text)


@given(st.text(max_size=20), st.sampled_from(["en_US", "en_GB", "ru_RU", "de_DE", "fr_FR", ""]))
def test_entry__any_text_becomes_something(text: str, locale: str) -> None:
    value = parse_entry(text, locale, today=_TODAY).value

    assert value is None or isinstance(value, (bool, int, float, str, CellError, Formula))


@given(
    st.integers(-(10**9), 10**9), st.integers(0, 99), st.sampled_from(["en_US", "en_GB", "ru_RU", "de_DE"])
)
def test_entry__reads_what_the_cell_shows(whole: int, cents: int, locale: str) -> None:
    value = whole + cents / 100
    shown = format_value(value, {"type": "NUMBER", "pattern": "#,##0.00"}, locale)

    assert parse_entry(shown, locale).value == pytest.approx(value)
