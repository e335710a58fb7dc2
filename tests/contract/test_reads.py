"""Google on reading: what a values.batchGet gives, and what it leaves out."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import gspread
import pytest

from tests.contract.google import Tab, said


def test_dates__are_days_since_1899_12_30(tab: Tab) -> None:
    """DD, SERIAL_NUMBER: days since 1899-12-30, in the spreadsheet's time zone [H]."""
    tab.put("A1:B2", [["2026-12-31", "2026-12-31 18:00:00"], ["1899-12-30", 0.5]], "USER_ENTERED")
    assert tab.get() == [[46387, 46387.75], [0, 0.5]]
    assert tab.get(render="UNFORMATTED_VALUE") == [[46387, 46387.75], [0, 0.5]]


def test_formula__shows_formulas_and_leaves_other_values_unformatted(tab: Tab) -> None:
    """DD, FORMULA: "Values will not be calculated"; what else is in the cells is not formatted [M, Md]."""
    tab.put("A1:E1", [["=1+1", "12.5", "TRUE", "text", "50%"]], "USER_ENTERED")
    assert tab.get() == [["=1+1", 12.5, True, "text", 0.5]]


def test_blanks__at_the_end_of_rows_and_below_are_left_out(tab: Tab) -> None:
    """DD, ValueRange.values: "empty trailing rows and columns will not be included" [H]."""
    assert tab.get("A1:J100") is None
    tab.put("A1:C4", [["a", "", ""], ["", "", ""], ["", "b", ""], ["", "", ""]])
    assert tab.get("A1:J100") == [["a"], [], ["", "b"]]


def test_ranges__without_an_end_reach_to_the_last_row_and_column(tab: Tab) -> None:
    """Doc, A1 notation: `Tab!A:A`, `Tab!1:2`, `Tab!A5:A` and the bare title [H]."""
    tab.put("A1:C3", [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert tab.get() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert tab.get("A2:B") == [[4, 5], [7, 8]]
    assert tab.get("B:B") == [[2], [5], [8]]
    assert tab.get("2:2") == [[4, 5, 6]]
    assert tab.get("A3:C") == [[7, 8, 9]]


def test_ranges__of_a_tab_that_is_not_there_cannot_be_parsed(tab: Tab) -> None:
    """M: these words tell the product that a tab was renamed [Md]."""
    with pytest.raises(gspread.exceptions.APIError) as refusal:
        tab.one.http_client.values_batch_get(tab.spreadsheet, [f"{tab.title}x!A1"])
    assert said(refusal.value.response) == f"Unable to parse range: {tab.title}x!A1"


def test_array_formula__stands_in_one_cell_and_shows_below(tab: Tab) -> None:
    """M: it may stand in a header cell, and `;` between arguments is accepted in every locale [Md]."""
    tab.put("A1:A3", [["id"], ["x"], [""]])
    tab.put(
        "B1", [['=ARRAYFORMULA(IF(ROW($A$1:$A)=1;"Shown";IF($A$1:$A="";"";$A$1:$A&"!")))']], "USER_ENTERED"
    )
    shown = tab.get("B1:B3", "FORMATTED_VALUE")
    assert [row[0] if row else "" for row in shown][:2] == ["Shown", "x!"]
    tab.put("A3", [["y"]])
    assert tab.get("B1:B3", "FORMATTED_VALUE") == [["Shown"], ["x!"], ["y!"]]
    assert str(tab.get("B1:B3")[0][0]).startswith("=ARRAYFORMULA(")


def test_array_formula__is_broken_by_a_value_in_its_way(tab: Tab) -> None:
    """M: "Array result was not expanded because it would overwrite data": nothing is shown [Md]."""
    tab.put("A1:A3", [[1], [2], [3]])
    tab.put("B1", [["=ARRAYFORMULA($A$1:$A)"]], "USER_ENTERED")
    tab.put("B3", [["in the way"]])
    assert tab.get("B1:B3", "FORMATTED_VALUE") == [["#REF!"], [], ["in the way"]]


def test_seal__is_computed_alike_by_google_and_by_the_product(tab: Tab) -> None:
    """M: EXACT tells case apart; ROUND(x*1000;0) joined to a text has no decimals [Md]."""
    tab.put("A1:B2", [["Ab", 12500.5], ["ab", 0.1]])
    tab.put(
        "C1:E1", [['=EXACT(A1;"Ab")', '=EXACT(A2;"Ab")', '=A1&"¦"&ROUND(B1*1000;0)&"¦"&ROUND(B2*1000;0)']],
        "USER_ENTERED",
    )  # fmt: skip
    assert tab.get("C1:E1", "UNFORMATTED_VALUE") == [[True, False, "Ab¦12500500¦100"]]


def test_answers__tell_the_service_s_time(tab: Tab) -> None:
    """M: every answer has a Date header, which is the time that a pass decides by [H]."""
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{tab.spreadsheet}/values/{tab.title}!A1"
    answer = tab.one.http_client.request("get", url)
    told = parsedate_to_datetime(answer.headers["Date"])
    assert abs((told - datetime.now(UTC)).total_seconds()) < 120
