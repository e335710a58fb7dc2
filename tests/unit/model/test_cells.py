from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.model.cells import (
    LONG_TEXT,
    Cell,
    canonical,
    digest,
    is_blank,
    is_formula,
    text_of,
    whole_text,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), ("", ""), (False, ""), (True, "TRUE"), (" a ", " a "), (0, "0"), (-0.0, "0"),
        (12500.0, "12500"), (0.1, "0.1"), (-5, "-5"), (12500.55, "12500.55"), (1e20, "100000000000000000000"),
        (1e21, "1e+21"), (1.5e300, "1.5e+300"), (0.000001, "0.000001"), (1e-7, "1e-7"), (1.25e-7, "1.25e-7"),
        (0.00001, "0.00001"), (-0.0000125, "-0.0000125"), (2**53, "9007199254740992"),
        (0.1 + 0.2, "0.30000000000000004"),
        (4.06028107e19, "40602810700000000000"), (40602810700000000025, "40602810700000000000"),
        (123456789012345680000, "123456789012345680000"), (10**30, "1e+30"),
        (-(2**60), "-1152921504606847000"),
    ],
)  # fmt: skip
def test_canonical__as_javascript_writes_it(cell: Cell | None, text: str) -> None:
    assert canonical(cell) == text


def test_canonical__a_long_text_is_its_digest() -> None:
    assert canonical("x" * LONG_TEXT) == "x" * LONG_TEXT
    assert canonical("x" * (LONG_TEXT + 1)) == digest("x" * (LONG_TEXT + 1))
    assert canonical("x" * (LONG_TEXT + 1)) != canonical("y" * (LONG_TEXT + 1))


def test_digest__is_pinned() -> None:
    assert digest("Ромашка").startswith("sha256:")
    assert digest("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_canonical__a_number_is_read_back_as_the_same(number: float) -> None:
    assert float(canonical(number)) == number


@pytest.mark.parametrize(("cell", "blank"), [
    (None, True), ("", True), (" \n", True), (False, True), (0, False), (True, False), ("0", False),
])  # fmt: skip
def test_is_blank(cell: Cell | None, blank: bool) -> None:
    assert is_blank(cell) is blank


@pytest.mark.parametrize(
    ("cell", "formula"), [("=A1", True), ("=", True), (" =A1", False), (5, False), (None, False)]
)
def test_is_formula(cell: Cell | None, formula: bool) -> None:
    assert is_formula(cell) is formula


def test_text_of__trimmed_and_whole() -> None:
    assert text_of(" a ") == "a"
    assert text_of(12500.0) == "12500"
    assert text_of(None) == text_of(False) == ""
    assert text_of("x" * 5_000) == whole_text("x" * 5_000) == "x" * 5_000
    assert whole_text(" a ") == " a "
