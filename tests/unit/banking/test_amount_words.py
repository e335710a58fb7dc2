from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from num2words import num2words

from sheetflow.banking.amount_words import in_words


@settings(deadline=None)
@given(st.integers(0, 10**17 - 1))
@example(0)
@example(1_11)
@example(1_001_002_003_021_22)
@example(112_113_114_115_55)
def test_in_words__as_another_library_says_it(kopecks: int) -> None:
    amount = Decimal(kopecks).scaleb(-2)
    other = num2words(amount, lang="ru", to="currency", currency="RUB", cents=False, separator="")
    assert in_words(amount).lower() == other


@pytest.mark.parametrize("amount", [Decimal(-1), Decimal("0.001"), Decimal(10) ** 15])
def test_in_words__what_has_no_words_is_an_error(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="no words"):
        in_words(amount)
