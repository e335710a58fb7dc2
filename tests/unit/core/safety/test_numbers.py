from __future__ import annotations

import pytest

from sheetflow.core.safety.numbers import invoice_number


@pytest.mark.parametrize(
    "text",
    ["17", "№17", "№ 17", "N 17", "No. 17", "no17", "Nr. 17", "#17", "017", "00-17", "Счет № 17", "счёт №017",
     "Invoice No. 17", "inv-17", "１７", " 17 ", "-17-"],
)  # fmt: skip
def test_invoice_number__is_the_same_however_it_is_written(text: str) -> None:
    assert invoice_number(text) == invoice_number("17")


@pytest.mark.parametrize(("one", "other"), [("АВ-12/3", "ab 12-3"), ("А0001", "A1"), ("РН-5", "PH5")])
def test_invoice_number__in_either_alphabet(one: str, other: str) -> None:
    assert invoice_number(one) == invoice_number(other)


@pytest.mark.parametrize("other", ["171", "71", "107", "17A", "170", "1.8", "north 17", "n17a"])
def test_invoice_number__others_are_others(other: str) -> None:
    assert invoice_number(other) != invoice_number("17")


@pytest.mark.parametrize("blank", ["", "№", " - ", "No.", "б/н", "Без номера", "n/a", "№ б/н"])
def test_invoice_number__none_is_none(blank: str) -> None:
    assert invoice_number(blank) == ""
