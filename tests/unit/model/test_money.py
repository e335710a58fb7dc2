from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.model.currencies import AMBIGUOUS, MINOR_DIGITS, WORDS
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money, format_money, parse_amount, parse_currency, parse_money

NBSP = "\u00a0"
UNITS = st.integers(min_value=1, max_value=10**14 - 1)


def code_of(cell: object, currency: str | None = None) -> str:
    with pytest.raises(Invalid) as caught:
        parse_amount(cell, currency)
    return caught.value.code


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (12500, "12500"),
        (12500.5, "12500.5"),
        (0.1, "0.1"),
        (1e5, "100000"),
        ("12500", "12500"),
        ("12 500,00 р.", "12500.00"),
        ("12,500.00", "12500.00"),
        ("1 234.56", "1234.56"),
        (f"12{NBSP}500,00{NBSP}₽", "12500.00"),
        ("12\u202f500,00", "12500.00"),
        ("1.234,56", "1234.56"),
        ("1'234'567.80", "1234567.80"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1 234,567", "1234.567"),
        ("0,500", "0.500"),
        ("12,5", "12.5"),
        ("RUB 12,500.00", "12500.00"),
        ("$1,000.50", "1000.50"),
        ("+5", "5"),
        ("999999999999,99", "999999999999.99"),
    ],
)
def test_parse_amount__reads(cell: object, amount: str) -> None:
    assert parse_amount(cell) == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "amount-missing"),
        (None, "amount-missing"),
        (NBSP, "amount-missing"),
        ("abc", "amount-not-a-number"),
        ("=1+1", "amount-not-a-number"),
        ("=A1*2", "amount-not-a-number"),
        ("12 50", "amount-not-a-number"),
        ("1 2345", "amount-not-a-number"),
        ("1,23,456.00", "amount-not-a-number"),
        ("1 234.567,89", "amount-not-a-number"),
        ("12.500,00,1", "amount-not-a-number"),
        ("12,3 45", "amount-not-a-number"),
        ("1e5", "amount-not-a-number"),
        ("5 шт", "amount-not-a-number"),
        ("500 р. 50 коп.", "amount-not-a-number"),
        ("٥٠٠", "amount-not-a-number"),
        ("nan", "amount-not-a-number"),
        ("1" * 65, "amount-not-a-number"),
        (float("nan"), "amount-not-a-number"),
        (float("inf"), "amount-not-a-number"),
        (True, "amount-not-a-number"),
        ("1,234", "amount-ambiguous"),
        ("1.234", "amount-ambiguous"),
        ("$12,500", "amount-ambiguous"),
        (0, "amount-not-positive"),
        ("0,00", "amount-not-positive"),
        (-5, "amount-not-positive"),
        ("-500,00", "amount-not-positive"),
        ("−500", "amount-not-positive"),
        ("-$5", "amount-not-positive"),
        ("$-5", "amount-not-positive"),
        ("(500,00)", "amount-not-positive"),
        (1e12, "amount-too-large"),
        ("1 000 000 000 000", "amount-too-large"),
        (1e15, "amount-too-large"),
        (10**400, "amount-too-large"),
    ],
)
def test_parse_amount__refuses(cell: object, code: str) -> None:
    assert code_of(cell) == code


def test_parse_amount__names_both_readings_of_an_ambiguous_text() -> None:
    with pytest.raises(Invalid) as caught:
        parse_amount("12,500 ₽")
    assert caught.value.facts == {"value": "12,500 ₽", "thousands": "12500", "decimals": "12.500"}


@pytest.mark.parametrize(
    ("cell", "currency", "code"),
    [
        (0.005, "RUB", "amount-too-precise"),
        (4166.666666666667, "RUB", "amount-too-precise"),
        ("0,5", "JPY", "amount-too-precise"),
        ("$500", "RUB", "amount-other-currency"),
        ("¥500", "RUB", "amount-not-a-number"),
        (5, "XXX", "currency-unknown"),
    ],
)
def test_parse_amount__with_currency__refuses(cell: object, currency: str, code: str) -> None:
    assert code_of(cell, currency) == code


def test_parse_amount__with_currency__takes_a_sign_that_may_stand_for_it() -> None:
    assert parse_amount("¥500", "CNY") == 500
    assert parse_amount("12 500,00 р.", "RUB") == 12500


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RUB", "RUB"),
        ("rub", "RUB"),
        ("руб.", "RUB"),
        ("Руб", "RUB"),
        ("₽", "RUB"),
        ("RUR", "RUB"),
        ("$", "USD"),
        ("USD", "USD"),
        ("€", "EUR"),
        (f"{NBSP}eur ", "EUR"),
        ("cny", "CNY"),
        ("юани", "CNY"),
    ],
)
def test_parse_currency__reads(text: str, code: str) -> None:
    assert parse_currency(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "currency-missing"),
        (None, "currency-missing"),
        ("¥", "currency-ambiguous"),
        ("XYZ", "currency-unknown"),
        ("RUBB", "currency-unknown"),
        ("HRK", "currency-unknown"),
        (643, "currency-unknown"),
    ],
)
def test_parse_currency__refuses(text: object, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_currency(text)
    assert caught.value.code == code


def test_currencies__every_word_means_a_known_code() -> None:
    assert set(WORDS.values()) | {code for codes in AMBIGUOUS.values() for code in codes} <= set(MINOR_DIGITS)
    assert not set(WORDS) & set(AMBIGUOUS)
    assert all(word == word.lower() for word in WORDS)


def test_money__arithmetic_is_exact_and_in_one_currency() -> None:
    tenth = Money(Decimal("0.10"), "RUB")
    assert tenth + tenth + tenth == Money(Decimal("0.3"), "RUB")
    assert (tenth - tenth - tenth).minor_units == -10
    assert -tenth < tenth <= tenth
    assert tenth > -tenth
    assert tenth >= tenth
    with pytest.raises(ValueError, match="different currencies"):
        _ = tenth + Money(Decimal(1), "USD")
    with pytest.raises(ValueError, match="different currencies"):
        _ = tenth < Money(Decimal(1), "USD")


def test_money__equal_amounts_are_one_value() -> None:
    assert {Money(Decimal(5), "RUB"), Money(Decimal("5.00"), "RUB")} == {Money(Decimal("5.000"), "RUB")}
    assert str(Money(Decimal(5), "RUB")) == "5.00 RUB"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("0.001", "RUB", "amount-too-precise"),
        ("0.5", "JPY", "amount-too-precise"),
        ("NaN", "RUB", "amount-not-a-number"),
        ("Infinity", "RUB", "amount-not-a-number"),
        ("1e18", "RUB", "amount-too-large"),
        ("1", "rub", "currency-unknown"),
    ],
)
def test_money__refuses(amount: str, currency: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        Money(Decimal(amount), currency)
    assert caught.value.code == code


def test_format_money__by_locale() -> None:
    assert format_money(Money(Decimal(12500), "RUB"), "ru_RU") == f"12{NBSP}500,00{NBSP}₽"
    assert format_money(Money(Decimal(12500), "RUB"), "en") == "RUB 12,500.00"
    assert format_money(Money(Decimal(1234567), "JPY"), "ru") == f"1{NBSP}234{NBSP}567{NBSP}JPY"
    assert format_money(Money(Decimal("-0.5"), "USD"), "en_US") == "USD -0.50"
    with pytest.raises(ValueError, match="'de'"):
        format_money(Money(Decimal(1), "EUR"), "de")


@given(UNITS, st.sampled_from(sorted(c for c, digits in MINOR_DIGITS.items() if digits == 2)))
def test_money__what_is_formatted_is_read_back(units: int, currency: str) -> None:
    money = Money.from_minor_units(units, currency)
    assert money.minor_units == units
    for locale in ("en", "ru"):
        assert parse_money(format_money(money, locale), currency) == money


@given(UNITS)
def test_parse_amount__a_number_of_the_api_is_the_decimal_that_was_typed(units: int) -> None:
    typed = Decimal(units).scaleb(-2)
    assert parse_amount(float(typed), "RUB") == typed


@given(st.text(max_size=80) | st.floats() | st.integers() | st.booleans() | st.none())
def test_parse_amount__gives_a_positive_decimal_or_invalid(cell: object) -> None:
    try:
        amount = parse_amount(cell)
    except Invalid as problem:
        assert problem.code.startswith("amount-")  # noqa: PT017 either outcome is right
    else:
        assert isinstance(amount, Decimal)
        assert 0 < amount < 10**12
