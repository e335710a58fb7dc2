"""One foreign cell at a time: what has one reading is read, anything else is refused by name."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from sheetflow.core.migration import cleaning
from sheetflow.core.migration.table import Found, Vocabulary, vocabulary
from sheetflow.model import dates
from sheetflow.model.invalid import Invalid
from sheetflow.templates.texts import load_texts
from tests.desk import book

TEMPLATES = Path(__file__).parents[4] / "sheet_templates"
WORDS: Vocabulary = vocabulary(book(), load_texts(TEMPLATES, "import.toml", ("en", "ru")))
DAY = dates.to_serial(date(2026, 2, 1))


def cell(value: Any, **more: Any) -> Found:
    return Found(value, str(value), **more)


@pytest.mark.parametrize(
    ("value", "amount", "currency"),
    [
        ("12 500,00 р.", 12500.0, "RUB"),
        ("12\u00a0500,00\u00a0₽", 12500.0, "RUB"),
        ("1.250,50", 1250.5, ""),
        ("12'500", 12500.0, ""),
        ("$1,250.50", 1250.5, "USD"),
        ("EUR 7", 7.0, "EUR"),
        (1250.5, 1250.5, ""),
        (0.1 + 0.2, 0.3, ""),
        (12500.000000000002, 12500.0, ""),
        ("—", "", ""),
        (None, "", ""),
    ],
)
def test_read_amount__one_reading(value: Any, amount: float | str, currency: str) -> None:
    assert cleaning.read_amount(cell(value)) == (amount, currency)


def test_read_amount__the_currency_of_the_number_format() -> None:
    assert cleaning.read_amount(cell(5, sign="€")) == (5.0, "EUR")
    assert cleaning.read_amount(cell(5, sign="pcs")) == (5.0, "")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1,234", "amount-ambiguous"), ("-5", "amount-not-positive"), (True, "amount-not-a-number"),
        ("$5 р.", "amount-other-currency"), (datetime(2026, 1, 1), "amount-not-a-number"),
        ("about 5", "amount-not-a-number"),
    ],
)  # fmt: skip
def test_read_amount__refused(value: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        cleaning.read_amount(cell(value))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "value",
    [
        "01.02.2026", "1.2.26", "2026-02-01", " 01.02.2026 г. ", "1 фев 2026", "1 февраля 2026 г.",
        "1 Feb 2026",
        "February 1, 2026", "01-Feb-2026", "01.02.2026 14:30", "2026-02-01T00:00:00", DAY, float(DAY) + 0.5,
        str(DAY), datetime(2026, 2, 1, 15), date(2026, 2, 1),
    ],
)  # fmt: skip
def test_read_date__one_reading(value: Any) -> None:
    assert cleaning.read_date(cell(value), WORDS) == DAY


def test_read_date__may_in_russian_and_the_other_date_system() -> None:
    assert cleaning.read_date(cell("9 мая 2026"), WORDS) == dates.to_serial(date(2026, 5, 9))
    assert cleaning.read_date(cell("9 май 2026"), WORDS) == dates.to_serial(date(2026, 5, 9))
    assert cleaning.read_date(cell(DAY - 1462), WORDS, 1462) == DAY


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("03/04/2026", "date-ambiguous"), ("31.02.2026", "date-impossible"), ("soon", "date-not-a-date"),
        ("1 foo 2026", "date-not-a-date"), (12, "date-out-of-range"),
    ],
)  # fmt: skip
def test_read_date__refused(value: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        cleaning.read_date(cell(value), WORDS)
    assert refused.value.code == code


def test_read_text__numbers_links_and_what_excel_made_of_them() -> None:
    assert cleaning.read_text("invoice_no", cell(17.0)) == "17"
    assert cleaning.read_text("subject", cell(" a\u00a0 b_x000D_\nc ")) == "a b\nc"
    assert cleaning.read_text("kpp", cell("--")) == ""
    assert cleaning.read_text("invoice", cell("scan", link="https://x.example/1")) == "https://x.example/1"
    assert cleaning.read_text("subject", cell("scan", link="https://x.example/1")) == "scan"
    for value, code in ((datetime(2026, 2, 1), "became-a-date"), (10**16, "number-lost-digits")):
        with pytest.raises(Invalid) as refused:
            cleaning.read_text("invoice_no", cell(value))
        assert refused.value.code == code


RATES = ["20 %", "10 %", "none"]


@pytest.mark.parametrize(
    ("value", "rate"),
    [
        (0.2, "20 %"), (20, "20 %"), ("20%", "20 %"), ("НДС 20%", "20 %"), ("20 %", "20 %"),
        ("без НДС", "none"),
        ("none", "none"), (0.1, "10 %"), ("", ""),
    ],
)  # fmt: skip
def test_read_vat__a_rate(value: Any, rate: str) -> None:
    assert cleaning.read_vat(cell(value), RATES, WORDS) == rate


@pytest.mark.parametrize("value", [2083.33, "2 083,33", "18 %", "maybe", 0])
def test_read_vat__an_amount_is_no_rate(value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        cleaning.read_vat(cell(value), RATES, WORDS)
    assert refused.value.code == "vat-unknown"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("оплачено", "Paid"), ("Опл.", "Paid"), ("согл.", "Approved"), ("в работе", "Draft"),
        ("ОТКАЗ", "Rejected"),
        ("Part-paid", "Part-paid"), ("pending approval", "Submitted"), ("На доработке", "Returned"),
        ("void", "Cancelled"),
        ("не оплачено", "Draft"), ("не согласовано", "Rejected"),
    ],
)  # fmt: skip
def test_read_status__synonyms_of_both_languages(word: str, status: str) -> None:
    assert cleaning.read_status(cell(word), WORDS) == (status, word)


def test_read_status__a_word_that_is_not_known_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        cleaning.read_status(cell("ask Bob"), WORDS)
    assert refused.value.code == "status-unknown"


@pytest.mark.parametrize(
    ("value", "paid"),
    [
        ("да", True), ("нет", False), ("+", True), (True, True), (0, False), ("0,00", False),
        (45000, 45000.0),
        ("45000", 45000.0), ("12 500,00 р.", 12500.0), (None, None),
    ],
)  # fmt: skip
def test_read_paid__all_nothing_or_an_amount(value: Any, paid: Any) -> None:
    assert cleaning.read_paid(cell(value), WORDS, 0) == (paid, "")


def test_read_paid__the_day_it_was_paid_says_that_it_was() -> None:
    assert cleaning.read_paid(cell("01.02.2026"), WORDS, 0) == (True, DAY)
    assert cleaning.read_paid(cell(datetime(2026, 2, 1)), WORDS, 0) == (True, DAY)


def test_raw__what_has_no_value_is_refused() -> None:
    for problem in ("cell-error", "formula-without-value"):
        with pytest.raises(Invalid) as refused:
            cleaning.raw(Found(None, "#REF!", problem=problem))
        assert refused.value.code == problem
