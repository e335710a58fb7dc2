"""The format that a formula brings to its cell."""

from __future__ import annotations

import pytest

from sheetflow.emulator.sheets.formulas import result_format


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("=TODAY()", "DATE"),
        ("=TODAY()+7", "DATE"),
        ("=7+DATE(2026,1,1)", "DATE"),
        ("=TODAY()-DATE(2026,1,1)", None),
        ("=TODAY()*1", None),
        ("=NOW()", "DATE_TIME"),
        ('=IF(A1="","",EOMONTH(A1,0))', "DATE"),
        ("=ARRAYFORMULA(IFERROR(EDATE(A1:A,1)))", "DATE"),
        ("=5%", "PERCENT"),
        ("=A1", None),
        ("=1+", None),
        ("=1" + "+1" * 5000, None),
    ],
)
def test_result_format__cases(text: str, kind: str | None) -> None:
    assert result_format(text) == (None if kind is None else {"type": kind})
