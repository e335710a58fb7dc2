"""What grid data tells of a cell beyond what was put into it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.emulator.sheets.places import corner, place
from tests.unit.emulator.sheets.world import World


def cell(world: World, where: str) -> dict[str, Any]:
    """CellData of one cell."""
    data = world.get(f"?ranges={where}&includeGridData=true")
    return dict(data["sheets"][0]["data"][0].get("rowData", [{}])[0].get("values", [{}])[0])


def link(uri: str) -> dict[str, Any]:
    return {"link": {"uri": uri}}


def test_hyperlink__comes_from_the_formula(world: World) -> None:
    world.put("A1:B1", [["/x", '=HYPERLINK("https://example.com" & A1; "Open")']])
    shown = cell(world, "B1")
    assert (shown["hyperlink"], shown["formattedValue"]) == ("https://example.com/x", "Open")
    world.put("B2", [['="x"&HYPERLINK("https://example.com")']])
    assert "hyperlink" not in cell(world, "B2")


def test_hyperlink__is_found_where_a_formula_chooses_or_spills_it(world: World) -> None:
    world.put("A1:A3", [["one.example"], [""], ["three.example"]])
    world.put(
        "C1",
        [
            ['=IF(A1="","",HYPERLINK("https://"&A1,"Go"))'],
            ['=IF(A2="","",HYPERLINK("https://"&A2,"Go"))'],
            ['=IFERROR(HYPERLINK("https://"&A3/0,1),HYPERLINK("https://else.example","Else"))'],
            ['=SWITCH(2,1,HYPERLINK("https://no.example"),2,HYPERLINK("https://yes.example"))'],
            ['=LET(x,A1,IFS(FALSE,1,TRUE,HYPERLINK(x,"L")))'],
            ['="see "&HYPERLINK("https://no.example","x")'],
        ],
    )
    world.put("E1", [['=ARRAYFORMULA(IF(A1:A3="","",HYPERLINK("https://"&A1:A3,"Go "&ROW(A1:A3))))']])
    world.put("G1", [['=MAP(A1:A3,LAMBDA(x,IF(x="","none",HYPERLINK(x,"M"))))']])
    links = {name: cell(world, name).get("hyperlink") for name in ("C1", "C2", "C3", "C4", "C5", "C6")}
    assert links == {
        "C1": "https://one.example",
        "C2": None,
        "C3": "https://else.example",
        "C4": "https://yes.example",
        "C5": "one.example",
        "C6": None,
    }
    assert [cell(world, f"E{row}").get("hyperlink") for row in (1, 2, 3)] == [
        "https://one.example",
        None,
        "https://three.example",
    ]
    assert cell(world, "E3")["formattedValue"] == "Go 3"
    assert [cell(world, f"G{row}").get("hyperlink") for row in (1, 2, 3)] == [
        "one.example",
        None,
        "three.example",
    ]
    kinds = [cell(world, name)["effectiveFormat"]["hyperlinkDisplayType"] for name in ("C1", "C2", "E3")]
    assert kinds == ["LINKED", "PLAIN_TEXT", "LINKED"]


def test_hyperlink__comes_from_formats_and_runs_when_there_is_one(world: World) -> None:
    runs = [{"format": link("https://a.example")}, {"startIndex": 3, "format": {}}]
    cells: list[dict[str, Any]] = [
        {
            "userEnteredValue": {"stringValue": "whole"},
            "userEnteredFormat": {"textFormat": link("https://w.example")},
        },
        {"userEnteredValue": {"stringValue": "one two"}, "textFormatRuns": runs},
        {
            "userEnteredValue": {"stringValue": "one two"},
            "textFormatRuns": [*runs, {"startIndex": 4, "format": link("https://b.example")}],
        },
    ]
    world.batch({"updateCells": {"start": corner("A1"), "rows": [{"values": cells}], "fields": "*"}})
    links = [cell(world, name).get("hyperlink") for name in ("A1", "B1", "C1")]
    assert links == ["https://w.example", "https://a.example", None]
    assert cell(world, "B1")["textFormatRuns"] == runs


def test_chips__are_kept_until_a_value_is_written(world: World) -> None:
    chips = [{"chip": {"personProperties": {"email": "anna@example.com", "displayFormat": "DEFAULT"}}}]
    data = [{"values": [{"userEnteredValue": {"stringValue": "@"}, "chipRuns": chips}]}]
    world.batch({"updateCells": {"start": corner("A1"), "rows": data, "fields": "userEnteredValue,chipRuns"}})
    assert cell(world, "A1")["chipRuns"] == chips
    world.put("A1", [["plain"]])
    assert "chipRuns" not in cell(world, "A1")


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=TODAY()+7", "12/1/2026"),
        ("=A1", "11/24/2026"),
        ("=A1+30", "12/24/2026"),
        ("=A2-A1", "2"),
        ("=MAX(A1:A2)", "11/26/2026"),
        ("=B1*2", "$20.00"),
        ("=SUM(B1:B2)", "$15.50"),
        ("=B1/B2", "1.818181818"),
        ("=C1", "12%"),
        ("=IF(TRUE,A1,0)", "11/24/2026"),
        ("=D1", "11/24/2026"),
        ("=EDATE(A1,1)", "12/24/2026"),
        ("=COUNT(A1:A2)", "2"),
    ],
)
def test_formulas__show_as_what_they_are_made_of(world: World, formula: str, shown: str) -> None:
    world.clock.fixed = datetime(2026, 11, 24, 12, tzinfo=UTC)
    world.put("A1:C1", [["11/24/2026", "$10.00", "12%"]])
    world.put("A2:B2", [["11/26/2026", "$5.50"]])
    world.put("D1", [["=A1"]])
    world.put("F1", [[formula]])
    assert world.values("F1") == [[shown]]
    assert cell(world, "F1")["formattedValue"] == shown


def test_formulas__arrays_show_each_column_as_its_source(world: World) -> None:
    world.put("A1:B2", [["11/24/2026", "$10.00"], ["11/26/2026", "$5.50"]])
    world.put("D1", [["=FILTER(A1:B2,B1:B2>0)"]])
    world.put("G1", [["=ARRAYFORMULA(A1:A2+1)"]])
    assert world.values("D1:G2") == [
        ["11/24/2026", "$10.00", "", "11/25/2026"],
        ["11/26/2026", "$5.50", "", "11/27/2026"],
    ]
    dates = world.values("D2:E2", "UNFORMATTED_VALUE", dateTimeRenderOption="FORMATTED_STRING")
    assert dates == [["11/26/2026", 5.5]]
    assert cell(world, "E2")["effectiveFormat"]["numberFormat"]["type"] == "CURRENCY"


def test_formulas__the_cells_own_format_wins(world: World) -> None:
    style = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0"}}}
    world.batch({"repeatCell": {"range": place("A1"), "cell": style, "fields": "userEnteredFormat"}})
    world.put("A1", [["=DATE(2026,11,24)"]])
    assert world.values("A1") == [["46350"]]


def test_merges__the_first_value_is_kept_in_the_first_cell(world: World) -> None:
    world.put("A1:C2", [["", "b", "c"], ["d", "e", "f"]])
    world.batch({"mergeCells": {"range": place("A1:B2"), "mergeType": "MERGE_ALL"}})
    assert world.values("A1:C2") == [["b", "", "c"], ["", "", "f"]]
    world.batch({"mergeCells": {"range": place("A4:B5"), "mergeType": "MERGE_ROWS"}})
    assert len(world.get()["sheets"][0]["merges"]) == 3


def test_query__columns_keep_their_formats_and_take_those_of_the_format_clause(world: World) -> None:
    world.put("A1:C3", [["Day", "Sum", "N"], ["2026-01-05", "$10", 1.5], ["2026-02-06", "$20", 2.5]])
    world.put("E1", [["=QUERY(A1:C3,\"select C, B, A format C '0.000', A 'd mmm'\")"]])
    assert world.values("E1:G2") == [["N", "Sum", "Day"], ["1.500", "$10", "5 Jan"]]
    world.put("E5", [['=QUERY({A1:C3},"select Col3, sum(Col2), count(Col1) group by Col3",1)']])
    assert world.values("E6:G6") == [["1.5", "$10", "1"]]
    world.put("E9", [["=QUERY(A1:C3)"]])
    assert world.values("E10:G10") == [["2026-01-05", "$10", "1.5"]]
