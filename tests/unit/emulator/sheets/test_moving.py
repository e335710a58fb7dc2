"""Cells that are shifted, cut and copied, and what follows them."""

from __future__ import annotations

from typing import Any

from tests.unit.emulator.sheets.places import answered, corner, place
from tests.unit.emulator.sheets.world import World

RED = {"backgroundColor": {"red": 1}}


def rule(where: str, formula: str = "=A1>1") -> dict[str, Any]:
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    return {"rule": {"ranges": [place(where)], "booleanRule": {"condition": condition, "format": RED}}}


def named(world: World, name: str) -> dict[str, Any]:
    return next(item["range"] for item in world.get()["namedRanges"] if item["name"] == name)


def test_insert_range__formulas_and_objects_in_its_strip_follow(world: World) -> None:
    world.put("A1:B3", [[1, "a"], [2, "b"], [3, "c"]])
    world.put("D1:D5", [["=A2"], ["=SUM(A1:A3)"], ["=B2"], ["=A1:B3"], ["=SUM(A:A)"]])
    world.batch(
        {"addNamedRange": {"namedRange": {"name": "mine", "range": place("A2:A3")}}},
        {"addNamedRange": {"namedRange": {"name": "both", "range": place("A2:B3")}}},
        {"mergeCells": {"range": place("A7:A8"), "mergeType": "MERGE_ALL"}},
        {"insertRange": {"range": place("A2:A2"), "shiftDimension": "ROWS"}},
    )
    assert world.values("A1:B4") == [["1", "a"], ["", "b"], ["2", "c"], ["3"]]
    assert [line[0] for line in world.values("D1:D5", "FORMULA")] == [
        "=A3",
        "=SUM(A1:A4)",
        "=B2",
        "=A1:B3",
        "=SUM(A:A)",
    ]
    assert (named(world, "mine"), named(world, "both")) == (answered("A3:A4"), answered("A2:B3"))
    assert world.get()["sheets"][0]["merges"] == [answered("A8:A9")]


def test_insert_range__to_the_right_and_back(world: World) -> None:
    world.put("A1:C2", [[1, 2, "=A1+B1"], [3, 4, "=A2"]])
    world.batch({"insertRange": {"range": place("B1:B1"), "shiftDimension": "COLUMNS"}})
    assert world.values("A1:D2", "FORMULA") == [[1, "", 2, "=A1+C1"], [3, 4, "=A2"]]
    world.batch({"deleteRange": {"range": place("B1:B1"), "shiftDimension": "COLUMNS"}})
    assert world.values("A1:D2", "FORMULA") == [[1, 2, "=A1+B1"], [3, 4, "=A2"]]


def test_delete_range__what_pointed_to_deleted_cells_is_lost(world: World) -> None:
    world.put("A1:A4", [[1], [2], [3], [4]])
    world.put("C1:C3", [["=A2"], ["=SUM(A1:A4)"], ["=A4"]])
    world.batch({"deleteRange": {"range": place("A2:A3"), "shiftDimension": "ROWS"}})
    assert world.values("C1:C3", "FORMULA") == [["=#REF!"], ["=SUM(A1:A2)"], ["=A2"]]
    assert world.values("A1:A4") == [["1"], ["4"]]


def test_shifted_cells__do_not_tear_a_merge(world: World) -> None:
    world.batch({"mergeCells": {"range": place("A3:B4"), "mergeType": "MERGE_ALL"}})
    shift = {"range": place("A1:A1"), "shiftDimension": "ROWS"}
    assert "break apart a merged range" in world.refused({"insertRange": shift})
    assert "break apart a merged range" in world.refused({"deleteRange": shift})


def test_cut_paste__what_pointed_to_the_cells_points_to_them_there(world: World) -> None:
    world.put("A1:B2", [[1, "=A1*10"], [2, "=A2*10"]])
    world.put("E1:E3", [["=A1"], ["=SUM(A1:B2)"], ["=SUM(A1:B3)"]])
    world.batch(
        {"addNamedRange": {"namedRange": {"name": "block", "range": place("A1:B2")}}},
        {"cutPaste": {"source": place("A1:B2"), "destination": corner("B5")}},
    )
    assert world.values("A1:B2") == []
    assert world.values("B5:C6", "FORMULA") == [[1, "=B5*10"], [2, "=B6*10"]]
    assert world.values("E1:E3", "FORMULA") == [["=B5"], ["=SUM(B5:C6)"], ["=SUM(A1:B3)"]]
    assert named(world, "block") == answered("B5:C6")


def test_cut_paste__to_another_sheet_the_formulas_still_point_home(world: World) -> None:
    world.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Other one"}}})
    world.put("A1:C1", [[7, "=A1+C1", 1]])
    world.put("'Other one'!D9", [["=Sheet1!B1"]])
    world.batch({"cutPaste": {"source": place("B1:B1"), "destination": corner("A1", 5)}})
    assert world.values("'Other one'!A1", "FORMULA") == [["=Sheet1!A1+Sheet1!C1"]]
    assert world.values("'Other one'!D9", "FORMULA") == [["='Other one'!A1"]]
    assert world.values("'Other one'!D9") == [["8"]]


def test_cut_paste__merges_go_along_and_overlapping_blocks_are_whole(world: World) -> None:
    world.put("A1:A3", [[1], [2], [3]])
    world.batch(
        {"mergeCells": {"range": place("C1:D1"), "mergeType": "MERGE_ALL"}},
        {"cutPaste": {"source": place("A1:D3"), "destination": corner("A2")}},
    )
    assert world.values("A1:A4") == [[], ["1"], ["2"], ["3"]]
    assert world.get()["sheets"][0]["merges"] == [answered("C2:D2")]


def test_copy_paste__takes_merges_and_conditional_formats_along(world: World) -> None:
    world.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Other"}}})
    world.batch(
        {"mergeCells": {"range": place("A1:B1"), "mergeType": "MERGE_ALL"}},
        {"addConditionalFormatRule": rule("A1:B9")},
        {"copyPaste": {"source": place("A1:B2"), "destination": place("D4")}},
        {"copyPaste": {"source": place("A1:B2"), "destination": place("A1", 5)}},
    )
    first, second = world.get()["sheets"]
    assert first["merges"] == [answered("A1:B1"), answered("D4:E4")]
    assert first["conditionalFormats"][0]["ranges"] == [answered("A1:B9"), answered("D4:E5")]
    assert second["merges"] == [place("A1:B1", 5)]
    assert second["conditionalFormats"][0]["ranges"] == [place("A1:B2", 5)]


def test_copy_paste__values_formulas_and_rules_each_by_itself(world: World) -> None:
    world.put("A1:B2", [[1, "=A1+$A$2"], [2, ""]])
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=B1>A1"}]}
    world.batch({"setDataValidation": {"range": place("B1:B2"), "rule": {"condition": condition}}})
    for how, where in (("PASTE_VALUES", "D1"), ("PASTE_FORMULA", "D2"), ("PASTE_DATA_VALIDATION", "D3")):
        world.batch({"copyPaste": {"source": place("B1"), "destination": place(where), "pasteType": how}})
    assert world.values("D1:D3", "FORMULA") == [[3], ["=C2+$A$2"]]
    data = world.get("?ranges=B1:D3&fields=sheets.data.rowData.values.dataValidation.condition.values")
    rows = data["sheets"][0]["data"][0]["rowData"]
    texts = [
        [
            cell.get("dataValidation", {}).get("condition", {}).get("values", [{}])[0].get("userEnteredValue")
            for cell in row["values"]
        ]
        for row in rows
    ]
    assert texts == [["=B1>A1", None, None], ["=B2>A2", None, None], [None, None, "=D3>C3"]]


def test_charts__follow_cells_of_other_sheets(world: World) -> None:
    world.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Charts"}}})
    source = {"sourceRange": {"sources": [place("A1:A9")]}}
    chart = {
        "spec": {"basicChart": {"chartType": "LINE", "series": [{"series": source}]}},
        "position": {"overlayPosition": {"anchorCell": corner("B2", 5)}},
    }
    world.batch(
        {"addChart": {"chart": chart}},
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 2}}},
    )
    (shown,) = world.get()["sheets"][1]["charts"]
    series = shown["spec"]["basicChart"]["series"][0]["series"]
    assert series["sourceRange"]["sources"] == [answered("A3:A11")]
    assert shown["position"]["overlayPosition"]["anchorCell"] == corner("B2", 5)


def test_pivot_tables__are_kept_and_their_source_follows(world: World) -> None:
    pivot = {"source": place("A1:C9"), "rows": [{"sourceColumnOffset": 0, "sortOrder": "ASCENDING"}]}
    cells = [{"values": [{"pivotTable": pivot}]}]
    world.batch({"updateCells": {"start": corner("F1"), "rows": cells, "fields": "pivotTable"}})
    world.batch(
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 3, "endIndex": 4}}}
    )
    data = world.get("?ranges=F1&fields=sheets.data.rowData.values.pivotTable")
    shown = data["sheets"][0]["data"][0]["rowData"][0]["values"][0]["pivotTable"]
    assert shown["source"] == place("A1:C10")
    assert shown["rows"] == pivot["rows"]


def test_data_sources__are_refused_as_without_the_scope(world: World) -> None:
    spec = {"spec": {"bigQuery": {"projectId": "p", "querySpec": {"rawQuery": "SELECT 1"}}}}
    status, answer = world.call(
        "POST", f"{world.url}:batchUpdate", {"requests": [{"addDataSource": {"dataSource": spec}}]}
    )
    assert (status, answer["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert "No data source with id: x" in world.refused({"deleteDataSource": {"dataSourceId": "x"}})
