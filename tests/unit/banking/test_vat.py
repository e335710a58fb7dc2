from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.banking import vat
from sheetflow.model.invalid import Invalid


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        ("20 %", "20"), ("20%", "20"), ("20", "20"), (20, "20"), (20.0, "20"), (0.2, "20"), ("НДС 22", "22"),
        ("20/120", "20"), ("10/110", "10"), (" 7 / 107 %", "7"), ("16.67%", "16.67"), ("16,5 %", "16.5"),
        ("0 %", "0"), (0, "0"), ("05%", "5"),
    ],
)  # fmt: skip
def test_parse_rate__a_percentage(cell: object, rate: str) -> None:
    found = vat.parse_rate(cell)
    assert found is not None
    assert f"{found:f}" == rate


@pytest.mark.parametrize("cell", ["none", "NONE", "Без НДС", "не облагается", "НДС  не облагается", "нет"])
def test_parse_rate__free_of_vat_is_not_zero(cell: str) -> None:
    assert vat.parse_rate(cell) is None


@pytest.mark.parametrize("cell", ["20/110", "1/2", "120 %", "twenty", "20 % and 10 %", "-5", True, "2 000"])
def test_parse_rate__anything_else_is_refused(cell: object) -> None:
    with pytest.raises(Invalid, match="vat-unknown"):
        vat.parse_rate(cell)


def test_parse_rate__a_blank_cell_is_no_rate() -> None:
    with pytest.raises(Invalid, match="vat-missing"):
        vat.parse_rate(" ")


@settings(deadline=None)
@given(st.decimals("0.01", "999999999999.99", places=2), st.decimals(0, 99, places=2, allow_nan=False))
def test_tax_within__is_the_exact_share_rounded_half_up(amount: Decimal, rate: Decimal) -> None:
    exact = Fraction(amount) * Fraction(rate) / (100 + Fraction(rate)) * 100
    assert vat.tax_within(amount, rate) * 100 == (exact + Fraction(1, 2)).__floor__()


def test_wording__a_rate_of_zero_is_named() -> None:
    assert vat.wording(Decimal(100), Decimal(0)) == "в т.ч. НДС 0% - 0.00"


@pytest.mark.parametrize(
    ("purpose", "cell", "written"),
    [
        ("Оплата по счету 15", "20 %", "Оплата по счету 15, в т.ч. НДС 20% - 20.00"),
        (
            "Оплата по счету 15 от 12.11.2026 г.",
            "20 %",
            "Оплата по счету 15 от 12.11.2026 г. в т.ч. НДС 20% - 20.00",
        ),
        ("Аренда,", "none", "Аренда, НДС не облагается"),
        ("Аренда", "", "Аренда"),
        ("Аренда", None, "Аренда"),
        ("", "20 %", ""),
        ("За бумагу, в том числе НДС (20%) 20,01", "20 %", "За бумагу, в том числе НДС (20%) 20,01"),
        ("НДС 10% 1-00, НДС 20% 2-00", "20 %", "НДС 10% 1-00, НДС 20% 2-00"),
        ("Без налога (НДС)", "none", "Без налога (НДС)"),
        ("в т.ч. НДС", "20 %", "в т.ч. НДС"),
        ("Не облагается НДС", "none", "Не облагается НДС"),
    ],
)
def test_purpose_with_vat__adds_what_is_not_said_yet(purpose: str, cell: object, written: str) -> None:
    assert vat.purpose_with_vat(purpose, cell, Decimal(120)) == written


@pytest.mark.parametrize(
    ("purpose", "cell"),
    [
        ("Аренда. НДС не облагается", "20 %"),
        ("Аренда, без НДС", "0 %"),
        ("Аренда, НДС 10% 5-00", "20 %"),
        ("Аренда, в т.ч. 20 % НДС", "none"),
    ],
)  # fmt: skip
def test_purpose_with_vat__a_purpose_that_says_otherwise_is_refused(purpose: str, cell: str) -> None:
    with pytest.raises(Invalid, match="vat-contradicts-purpose"):
        vat.purpose_with_vat(purpose, cell, Decimal(120))
