from __future__ import annotations

import pytest

from sheetflow.adapters.sheets import header_text
from sheetflow.model.columns import COLUMNS, SHOWN
from sheetflow.templates.formulas import (
    StateTab,
    letter,
    row_formula,
    shown_formulas,
    tab_reference,
    text_literal,
)

STATE = StateTab(
    "State", 3, {"id": "A", "confirmed": "B", "seal": "C", **dict.fromkeys(SHOWN, "D"), "paid": "H"}
)
LETTERS = {column.key: letter(place) for place, column in enumerate(COLUMNS)}
HEADERS = {key: key.title() for key in LETTERS}


def test_shown_formulas__one_for_each_shown_column() -> None:
    assert list(shown_formulas(LETTERS, HEADERS, STATE)) == list(SHOWN)


def test_shown_formulas__looks_the_id_up_exactly() -> None:
    assert shown_formulas(LETTERS, HEADERS, STATE)["paid"] == (
        '=ARRAYFORMULA(IF(ROW($A$1:$A)=1;"Paid";IFERROR(IF($A$1:$A="";;'
        "XLOOKUP($A$1:$A;'State'!$A$3:$A;'State'!$H$3:$H)))))"
    )


def test_shown_formulas__follow_the_columns_where_they_stand() -> None:
    moved = {**LETTERS, "id": "D", "amount": "AA"}
    confirmed = shown_formulas(moved, HEADERS, STATE)["confirmed"]
    assert "IF(ROW($D$1:$D)=1" in confirmed
    assert "ROUND($AA$1:$AA*1000;0)" in confirmed
    assert "$A$1:$A" not in confirmed.replace("$AA$1:$AA", "")


@pytest.mark.parametrize("key", SHOWN)
def test_shown_formulas__the_header_can_be_read_out_of_the_formula(key: str) -> None:
    headers = {**HEADERS, key: "Проверки и прочее"}
    assert header_text(shown_formulas(LETTERS, headers, STATE)[key]) == "Проверки и прочее"


def test_shown_formulas__hold_in_every_locale() -> None:
    for formula in shown_formulas(LETTERS, HEADERS, STATE).values():
        assert "," not in formula
        assert not {"{", "}", "\\"} & set(formula)


def test_row_formula__fills_columns_and_statuses() -> None:
    text = "=AND({pay_by}<TODAY();{confirmed}={status:Part-paid})"
    filled = row_formula(text, {"pay_by": "H", "confirmed": "C"}, {"Part-paid": 'Оплачен "частично"'})
    assert filled == '=AND($H2<TODAY();$C2="Оплачен ""частично""")'


def test_tab_reference__is_quoted() -> None:
    assert tab_reference("Bob's State") == "'Bob''s State'"


def test_text_literal__doubles_its_quotes() -> None:
    assert text_literal('a "b"') == '"a ""b"""'


def test_letter__goes_on_after_z() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
