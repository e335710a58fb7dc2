from __future__ import annotations

import pytest

from sheetflow.model.columns import COLUMNS, SHOWN
from sheetflow.templates.formulas import (
    StateTab,
    comparable,
    header_text,
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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("=AND($B2<TODAY();$C2=1)", "=and( $B2 < today(), $C2=1 )", True),
        ("=XLOOKUP($B$1:$B;'State'!$A$3:$A;1)", "=XLOOKUP($B$1:$B,State!$A$3:$A,1)", True),
        ('="a; b"', '="a, b"', False),
        ("=$B2", "=B2", False),
        ("=$B2", "=$C2", False),
        ("=State!$B2", "=State!$C2", False),
        ("=B", "=IF(B;1)", False),
    ],
)
def test_comparable__tells_what_means_another_thing(one: str, other: str, same: bool) -> None:
    assert (comparable(one, {"B": "inn"}) == comparable(other, {"B": "inn"})) is same


def test_comparable__speaks_of_columns_by_their_keys() -> None:
    before = comparable("=$B2+SUM($C$1:$C)", {"B": "inn", "C": "kpp"})
    assert before == comparable("=$F2+SUM($A$1:$A)", {"F": "inn", "A": "kpp"})
    assert before == "=${inn}2+SUM(${kpp}$1:${kpp})"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Amount", "Amount"), (12, "12"), ("", ""), ("=1+1", ""),
        ('=ARRAYFORMULA(IF(ROW($A$1:$A)=1;"Paid ""net""";1))', 'Paid "net"'),
        ('=ARRAYFORMULA(IF(ROW($A$1:$A) = 1, "Paid", 1))', "Paid"),
    ],
)  # fmt: skip
def test_header_text__also_where_a_formula_gives_it(cell: object, text: str) -> None:
    assert header_text(cell) == text
