"""Formulas that are blank wherever their key column is: computed as far as there is content, no further."""

from __future__ import annotations

import pytest

from sheetflow.emulator.sheets.formulas.library import SHELF

GUARDED = [
    '=ARRAYFORMULA(IF(ROW($A$1:$A)=1;"Paid";IFERROR(IF($A$1:$A="";;XLOOKUP($A$1:$A;State!$A$3:$A;State!$H$3:$H)))))',
    '=ARRAYFORMULA(IF($A$2:$A="";;ROUND($B$2:$B*2;0)))',
]
OPEN = [
    '=ARRAYFORMULA(IF(A1:A="","none","some"))',  # says something where the column is blank
    '=ARRAYFORMULA(IF(A1:A="",,SUM(B1:B)))',  # what it sums is not of its row
    '=ARRAYFORMULA(IF(A1:A="",,Names))',
    '=ARRAYFORMULA(IF(ROW(A1:A)=B1,1,IF(A1:A="",,2)))',  # the constant is none
    "=ARRAYFORMULA(ROW(A1:A))",
    '=IF(A1="",,2)',
]


@pytest.mark.parametrize("text", GUARDED)
def test_guards__of_a_formula_that_follows_its_key(text: str) -> None:
    assert SHELF.current().read(text).outline.guards


@pytest.mark.parametrize("text", OPEN)
def test_guards__none_where_blank_rows_may_say_something(text: str) -> None:
    assert not SHELF.current().read(text).outline.guards
