"""Titles found and guessed; nothing that could mean two things is chosen."""

from __future__ import annotations

from sheetflow.core.migration.headers import Guess, find_header, guess, unknown_titles, with_given
from sheetflow.core.migration.table import Found, Table
from tests.unit.core.migration.test_cleaning import WORDS


def table(*rows: str) -> Table:
    cells = [[Found(text, text) if text else Found() for text in row.split("|")] for row in rows]
    return Table("a.xlsx", "f" * 64, "", cells)


def guessed(titles: str, **given: str) -> dict[str, tuple[str, str]]:
    found = find_header(table(titles, "x|y"), with_given(WORDS, given))
    assert found is not None
    return {one.title: (one.key, one.how) for one in guess(found, WORDS, given)}


def test_find_header__below_titles_of_the_whole() -> None:
    found = find_header(table("Payments 2026", "", "Supplier|Amount|INN", "Rose|5|7707083893"), WORDS)
    assert found is not None
    assert (found.first, found.last) == (3, 3)


def test_find_header__two_lines_are_read_together() -> None:
    found = find_header(table("Контрагент|Реквизиты||Сумма", "|ИНН|Р/с|", "Роза|77|40|5"), WORDS)
    assert found is not None
    assert (found.first, found.last) == (1, 2)
    assert [one.key for one in guess(found, WORDS, {})] == ["contractor", "inn", "account", "amount"]


def test_find_header__none_where_nothing_is_known() -> None:
    assert find_header(table("a|b", "c|d"), WORDS) is None
    found = find_header(table("a|b", "c|d"), with_given(WORDS, {"c": "amount", "d": "contractor"}))
    assert found is not None
    assert found.last == 2


def test_guess__labels_synonyms_and_spellings() -> None:
    assert guessed("Поставщик|Сумма счёта, руб.|ИНН|Colour") == {
        "Поставщик": ("contractor", "exact"),
        "Сумма счёта, руб.": ("amount", "alike"),
        "ИНН": ("inn", "exact"),
        "Colour": ("", "unknown"),
    }
    assert guessed("Supplier|Curency|INN")["Curency"] == ("currency", "alike")


def test_guess__an_amount_of_vat_is_neither_amount_nor_rate() -> None:
    found = guessed("Контрагент|Сумма|Сумма НДС")
    assert found["Сумма НДС"] == ("", "unknown")
    assert found["Сумма"] == ("amount", "exact")


def test_guess__ambiguous_in_both_ways() -> None:
    titles = find_header(table("Supplier|INN|Date|Sum|Total"), WORDS)
    assert titles is not None
    found = {one.title: one for one in guess(titles, WORDS, {})}
    assert found["Date"].how == "ambiguous"
    assert set(found["Date"].choices) == {"pay_by", "invoice_date", "paid_on"}
    assert found["Sum"] == Guess(3, "Sum", how="ambiguous", choices=("amount",))
    assert found["Total"].how == "ambiguous"
    settled = {one.title: one for one in guess(titles, WORDS, {"total": "amount", "Date": ""})}
    assert (settled["Total"].key, settled["Total"].how) == ("amount", "given")
    assert settled["Sum"].key == ""
    assert settled["Date"].how == "left-out"


def test_unknown_titles__are_told() -> None:
    titles = find_header(table("Supplier|INN"), WORDS)
    assert titles is not None
    assert unknown_titles(titles, {"supplier": "contractor", "Price": "amount"}) == ["Price"]
