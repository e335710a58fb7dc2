"""CSV files: harmless in a spreadsheet program, and read back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetflow.adapters.csv_files import escaped, read_csv, unescaped, write_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+7", "-1", "@x", "'", "'=1", "''", "\tx", "plain", "", "1'2", "a;b\n,"]
)
def test_escaped__comes_back(text: str, tmp_path: Path) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t"))
    write_csv(tmp_path / "a.csv", [[text, "x"]])
    assert read_csv(tmp_path / "a.csv") == [[text, "x"]]


def test_escaped__a_negative_number_is_no_formula() -> None:
    assert escaped(-5) == "-5"
    assert escaped("-5") == "'-5"
