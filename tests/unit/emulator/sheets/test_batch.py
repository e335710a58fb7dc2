from __future__ import annotations

import time
from typing import Any

import pytest

from sheetflow.emulator.sheets.kinds import KINDS
from tests.discovery import discovery
from tests.unit.emulator.sheets.world import OWNER, World

ROWS = {"sheetId": 0, "dimension": "ROWS"}


def cells(*rows: Any, row: int = 0, column: int = 0, fields: str = "userEnteredValue") -> dict[str, Any]:
    """An updateCells request with texts."""
    data = [{"values": [{"userEnteredValue": {"stringValue": text}} for text in line]} for line in rows]
    start = {"sheetId": 0, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": data, "fields": fields}}


def test_batch__a_mask_may_name_fields_as_the_proto_does(world: World) -> None:
    """gspread-pandas sends `grid_properties(frozen_row_count, …)`."""
    properties = {"sheetId": 0, "gridProperties": {"frozenRowCount": 2, "frozenColumnCount": 1}}
    mask = "grid_properties(frozen_row_count, frozenColumnCount)"
    world.batch({"updateSheetProperties": {"properties": properties, "fields": mask}})
    grid = world.get()["sheets"][0]["properties"]["gridProperties"]
    assert (grid["frozenRowCount"], grid["frozenColumnCount"]) == (2, 1)
    wrong = {"updateSheetProperties": {"properties": properties, "fields": "grid_properties.frozen"}}
    assert "Invalid field: grid_properties.frozen" in world.refused(wrong)


def test_batch__is_all_or_nothing(world: World) -> None:
    before = world.get("?includeGridData=true")
    message = world.refused(
        cells(["kept?"]),
        {"addSheet": {"properties": {"title": "New"}}},
        {"insertDimension": {"range": {**ROWS, "startIndex": 0, "endIndex": 1}}},
        {"deleteSheet": {"sheetId": 21686688}},
    )
    assert message == "Invalid requests[3].deleteSheet: No sheet with id: 21686688"
    assert world.get("?includeGridData=true") == before
    assert world.reopened().get("?includeGridData=true") == before


def test_batch__answers_with_the_state_of_the_ranges_asked_for(world: World) -> None:
    answer = world.batch(
        cells(["PR-1", "x"], ["PR-2", "y"]),
        {"insertDimension": {"range": {**ROWS, "startIndex": 0, "endIndex": 1}}},
        includeSpreadsheetInResponse=True,
        responseRanges=["Sheet1!A1:A3"],
        responseIncludeGridData=True,
    )
    assert answer["replies"] == [{}, {}]
    (data,) = answer["updatedSpreadsheet"]["sheets"][0]["data"]
    shown = [[cell.get("formattedValue") for cell in row.get("values", [])] for row in data["rowData"]]
    assert shown == [[], ["PR-1"], ["PR-2"]]


def test_batch__unknown_names_are_told_as_google_does(world: World) -> None:
    status, answer = world.call(
        "POST", f"{world.url}:batchUpdate", {"requests": [{"addSheeet": {}}]}, strict=False
    )
    words = "Invalid JSON payload received. Unknown name \"addSheeet\" at 'requests[0]': Cannot find field."
    assert status == 400
    assert answer["error"]["message"] == words
    assert answer["error"]["details"][0]["fieldViolations"] == [
        {"field": "requests[0]", "description": words}
    ]


def test_batch__a_deep_unknown_name_and_a_wrong_type_are_told_together(world: World) -> None:
    request = {
        "repeatCell": {"cell": {"userEnteredValue": {"text": "x"}}, "range": {"sheetId": "a"}, "fields": "*"}
    }
    status, answer = world.call("POST", f"{world.url}:batchUpdate", {"requests": [request]}, strict=False)
    assert status == 400
    assert answer["error"]["message"].splitlines() == [
        (
            'Invalid JSON payload received. Unknown name "text" at'
            " 'requests[0].repeat_cell.cell.user_entered_value': Cannot find field."
        ),
        "Invalid value at 'requests[0].repeat_cell.range.sheet_id' (TYPE_INT32), \"a\"",
    ]


def test_batch__without_requests_or_fields_is_refused(world: World) -> None:
    status, answer = world.call("POST", f"{world.url}:batchUpdate", {})
    assert (status, answer["error"]["message"]) == (400, "Must specify at least one request.")
    assert world.refused({"updateCells": {"start": {"sheetId": 0}}}) == (
        "Invalid requests[0].updateCells: At least one field must be listed in 'fields'."
        " (Use '*' to indicate all fields.)"
    )


def test_batch__cells_outside_the_grid_are_refused(world: World) -> None:
    assert world.refused(cells(["x"], row=1000)) == (
        "Invalid requests[0].updateCells: Range (Sheet1!A1001) exceeds grid limits."
        " Max rows: 1000, max columns: 26"
    )


def test_batch__a_thousand_rows_on_ten_thousand_are_quick(world: World) -> None:
    doc = world.service.open(world.sheet, OWNER)
    world.service.write_values(doc, OWNER, "A1", [["x"] * 20] * 10_000, entered=False)
    body = {"requests": [cells(["y"] * 20, row=2_000 + index) for index in range(1_000)]}
    start = time.thread_time()
    world.service.batch_update(doc, OWNER, body)
    assert time.thread_time() - start < 1.0
    assert world.values("T2001") == [["y"]]


def test_kinds__are_all_names_of_google(world: World) -> None:
    assert KINDS.keys() <= discovery("sheets.v4")["schemas"]["Request"]["properties"].keys()


def test_messages__are_those_of_the_discovery_document(world: World) -> None:
    schemas = discovery("sheets.v4")["schemas"]
    for name, fields in world.service.shapes.messages.items():
        assert fields.keys() == schemas[name].get("properties", {}).keys(), name


def test_update_cells__clears_the_rest_of_a_range_and_only_the_masked_fields(world: World) -> None:
    world.put("A1:B2", [["a", "b"], ["c", "d"]])
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    rows = [{"values": [{"userEnteredValue": {"numberValue": 5}, "note": "n"}]}]
    world.batch({"updateCells": {"range": place, "rows": rows, "fields": "note"}})
    assert world.values("A1:B2") == [["a", "b"], ["c", "d"]]
    world.batch({"updateCells": {"range": place, "rows": rows, "fields": "userEnteredValue"}})
    assert world.values("A1:B2", "UNFORMATTED_VALUE") == [[5]]
    data = world.get("?ranges=A1:B2&fields=sheets.data.rowData.values(note,userEnteredValue)")
    assert data["sheets"][0]["data"][0]["rowData"] == [
        {"values": [{"note": "n", "userEnteredValue": {"numberValue": 5}}]}
    ]


def test_append_cells__go_below_the_last_row_and_grow_the_grid(world: World) -> None:
    world.put("B999:B1000", [["x"], ["y"]])
    rows = [{"values": [{"userEnteredValue": {"stringValue": text}}]} for text in ("one", "two")]
    world.batch({"appendCells": {"sheetId": 0, "rows": rows, "fields": "userEnteredValue"}})
    assert world.values("A1000:B1002") == [["", "y"], ["one"], ["two"]]
    assert world.get()["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 1002


def test_append_cells__do_not_read_a_text_as_a_formula(world: World) -> None:
    rows = [{"values": [{"userEnteredValue": {"stringValue": "=1+1"}}]}]
    world.batch({"appendCells": {"sheetId": 0, "rows": rows, "fields": "*"}})
    assert world.values("A1", "FORMULA") == [["=1+1"]]
    data = world.get("?ranges=A1&fields=sheets.data.rowData.values.userEnteredValue")
    assert data["sheets"][0]["data"][0]["rowData"][0]["values"] == [
        {"userEnteredValue": {"stringValue": "=1+1"}}
    ]


def test_repeat_cell__moves_formulas_on(world: World) -> None:
    world.put("A1:A3", [[1], [2], [3]])
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 2}
    cell = {"userEnteredValue": {"formulaValue": "=A1*10"}}
    world.batch({"repeatCell": {"range": place, "cell": cell, "fields": "userEnteredValue"}})
    assert world.values("B1:B3", "UNFORMATTED_VALUE") == [[10], [20], [30]]


def test_sheets__are_added_with_a_chosen_id_renamed_moved_and_deleted(world: World) -> None:
    world.batch(
        {
            "addSheet": {
                "properties": {
                    "sheetId": 11,
                    "title": "State",
                    "index": 0,
                    "gridProperties": {"frozenRowCount": 1},
                }
            }
        },
        {
            "duplicateSheet": {
                "sourceSheetId": 11,
                "newSheetId": 12,
                "newSheetName": "Copy",
                "insertSheetIndex": 2,
            }
        },
    )
    assert [s["properties"]["title"] for s in world.get()["sheets"]] == ["State", "Sheet1", "Copy"]
    assert 'A sheet with the name "State" already exists. Please enter another name.' in world.refused(
        {"addSheet": {"properties": {"title": "State"}}}
    )
    assert "11" in world.refused({"addSheet": {"properties": {"sheetId": 11, "title": "Other"}}})
    change = {"properties": {"sheetId": 11, "title": "Status", "index": 3}, "fields": "title,index"}
    world.batch({"updateSheetProperties": change}, {"deleteSheet": {"sheetId": 12}})
    assert [s["properties"]["title"] for s in world.get()["sheets"]] == ["Sheet1", "Status"]
    world.batch({"deleteSheet": {"sheetId": 0}})
    assert "You can't remove all the sheets in a document." in world.refused({"deleteSheet": {"sheetId": 11}})


def test_formulas__follow_rows_titles_and_deleted_sheets(world: World) -> None:
    world.batch({"addSheet": {"properties": {"sheetId": 5, "title": "Data"}}})
    world.put("Data!A2", [[7]])
    world.put("A1", [["=Data!A2"]])
    world.batch(
        {"insertDimension": {"range": {"sheetId": 5, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}
    )
    world.batch(
        {"updateSheetProperties": {"properties": {"sheetId": 5, "title": "My data"}, "fields": "title"}}
    )
    assert world.values("A1", "FORMULA") == [["='My data'!A3"]]
    assert world.values("A1", "UNFORMATTED_VALUE") == [[7]]
    world.batch({"deleteSheet": {"sheetId": 5}})
    assert world.values("A1") == [["#REF!"]]


def test_dimensions__are_inserted_deleted_moved_and_appended(world: World) -> None:
    world.put("A1:C3", [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]])
    world.batch(
        {"moveDimension": {"source": {**ROWS, "startIndex": 0, "endIndex": 1}, "destinationIndex": 3}}
    )
    assert world.values("A1:A3") == [["d"], ["g"], ["a"]]
    columns = {"sheetId": 0, "dimension": "COLUMNS"}
    world.batch(
        {"insertDimension": {"range": {**columns, "startIndex": 1, "endIndex": 2}}},
        {"deleteDimension": {"range": {**columns, "startIndex": 0, "endIndex": 1}}},
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 5}},
    )
    assert world.values("A1:C1") == [["", "e", "f"]]
    assert world.get()["sheets"][0]["properties"]["gridProperties"] == {"rowCount": 1005, "columnCount": 26}
    assert "You can't delete all the rows on the sheet." in world.refused(
        {"deleteDimension": {"range": ROWS}}
    )


def test_objects__are_carried_through_inserted_rows(world: World) -> None:
    place = {"sheetId": 0, "startRowIndex": 3, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 2}
    rule = {
        "ranges": [place],
        "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$A4=1"}]},
            "format": {"backgroundColor": {"red": 0.5}},
        },
    }
    world.batch(
        {"mergeCells": {"range": place, "mergeType": "MERGE_ALL"}},
        {"addProtectedRange": {"protectedRange": {"range": place}}},
        {"addFilterView": {"filter": {"title": "Mine", "range": place, "filterViewId": 77}}},
        {"setBasicFilter": {"filter": {"range": place}}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"addBanding": {"bandedRange": {"range": place, "rowProperties": {"firstBandColor": {"red": 1}}}}},
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataId": 9,
                    "metadataKey": "k",
                    "visibility": "DOCUMENT",
                    "location": {"dimensionRange": {**ROWS, "startIndex": 4, "endIndex": 5}},
                }
            }
        },
        {"insertDimension": {"range": {**ROWS, "startIndex": 1, "endIndex": 3}}},
    )
    sheet = world.get()["sheets"][0]
    moved = {"startRowIndex": 5, "endRowIndex": 8, "startColumnIndex": 0, "endColumnIndex": 2}
    assert sheet["merges"] == [moved]
    for part in ("protectedRanges", "filterViews", "bandedRanges"):
        assert sheet[part][0]["range"] == moved, part
    assert sheet["basicFilter"]["range"] == moved
    assert sheet["conditionalFormats"][0]["ranges"] == [moved]
    condition = sheet["conditionalFormats"][0]["booleanRule"]["condition"]
    assert condition["values"] == [{"userEnteredValue": "=$A6=1"}]
    assert world.ok("GET", f"{world.url}/developerMetadata/9")["location"]["dimensionRange"] == {
        "dimension": "ROWS",
        "startIndex": 6,
        "endIndex": 7,
    }
    world.batch({"deleteDimension": {"range": {**ROWS, "startIndex": 5, "endIndex": 8}}})
    assert world.get()["sheets"][0].keys() == {"properties"}


def test_sort__moves_rows_with_their_formulas_and_keeps_blanks_last(world: World) -> None:
    world.put("A1:B4", [["b", "=A1&1"], ["", "blank"], ["a", "=A3&3"], [5, "n"]])
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 2}
    world.batch(
        {"sortRange": {"range": place, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}}
    )
    assert world.values("A1:B4", "FORMULA") == [[5, "n"], ["a", "=A2&3"], ["b", "=A3&1"], ["", "blank"]]


def test_find_replace__counts_what_it_changed(world: World) -> None:
    world.put("A1:A3", [["Draft"], ["draft 2"], ['=LEN("draft")']])
    (reply,) = world.batch({"findReplace": {"find": "draft", "replacement": "Done", "allSheets": True}})
    assert reply["findReplace"] == {
        "valuesChanged": 2,
        "rowsChanged": 2,
        "sheetsChanged": 1,
        "occurrencesChanged": 2,
    }
    assert world.values("A1:A3") == [["Done"], ["Done 2"], ["5"]]


def test_paste__data_and_ranges(world: World) -> None:
    world.batch({"pasteData": {"coordinate": {"sheetId": 0}, "data": "1,x\n2,y", "delimiter": ","}})
    assert world.values("A1:B2", "UNFORMATTED_VALUE") == [[1, "x"], [2, "y"]]
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1}
    world.batch({"insertRange": {"range": place, "shiftDimension": "ROWS"}})
    assert world.values("A1:B3") == [["", "x"], ["1", "y"], ["2"]]
    world.batch({"deleteRange": {"range": place, "shiftDimension": "COLUMNS"}})
    assert world.values("A1:B3") == [["x"], ["1", "y"], ["2"]]


def test_data_validation__its_range_follows_inserted_rows(world: World) -> None:
    world.batch({"addSheet": {"properties": {"sheetId": 5, "title": "People"}}})
    condition = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=People!$A$2:$A$9"}]}
    place = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    world.batch({"setDataValidation": {"range": place, "rule": {"condition": condition, "strict": True}}})
    world.batch(
        {"insertDimension": {"range": {"sheetId": 5, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}
    )
    data = world.get("?ranges=A2&fields=sheets.data.rowData.values.dataValidation")
    rule = data["sheets"][0]["data"][0]["rowData"][0]["values"][0]["dataValidation"]
    assert rule["condition"]["values"] == [{"userEnteredValue": "=People!$A$3:$A$10"}]


def test_filter_views__change_copy_and_go(world: World) -> None:
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 3}
    spec = {
        "columnIndex": 1,
        "filterCriteria": {"condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "x"}]}},
    }
    world.batch(
        {
            "addFilterView": {
                "filter": {"filterViewId": 4, "title": "T", "range": place, "filterSpecs": [spec]}
            }
        }
    )
    assert "4" in world.refused({"addFilterView": {"filter": {"filterViewId": 4, "range": place}}})
    world.batch({"updateFilterView": {"filter": {"filterViewId": 4, "title": "New"}, "fields": "title"}})
    (reply,) = world.batch({"duplicateFilterView": {"filterId": 4}})
    twin = reply["duplicateFilterView"]["filter"]["filterViewId"]
    world.batch({"deleteFilterView": {"filterId": 4}})
    (view,) = world.get()["sheets"][0]["filterViews"]
    assert (view["filterViewId"], view["title"], view["filterSpecs"]) == (twin, "Copy of New", [spec])


@pytest.mark.parametrize("mask", ["sheets.nothing", "properties(title"])
def test_fields__a_wrong_mask_is_refused(world: World, mask: str) -> None:
    assert world.call("GET", f"{world.url}?fields={mask}")[0] == 400


def test_create__takes_sheets_with_data_and_names(world: World) -> None:
    body = {
        "properties": {"title": "Made", "locale": "ru_RU", "timeZone": "Europe/Moscow"},
        "sheets": [
            {
                "properties": {"title": "One", "sheetId": 3},
                "data": [{"rowData": [{"values": [{"userEnteredValue": {"numberValue": 4}}]}]}],
            },
            {"properties": {"title": "Two"}},
        ],
        "namedRanges": [{"namedRangeId": "n", "name": "All", "range": {"sheetId": 3}}],
    }
    made = world.ok("POST", "/v4/spreadsheets", body)
    world.sheet = made["spreadsheetId"]
    assert [s["properties"]["title"] for s in made["sheets"]] == ["One", "Two"]
    assert world.values("All", "UNFORMATTED_VALUE") == [[4]]


def test_sort__formulas_elsewhere_see_the_new_order(world: World) -> None:
    world.put("A1:C2", [[2, "", "=A1"], [1, "", "=A2"]])
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    assert world.values("C1:C2", "UNFORMATTED_VALUE") == [[2], [1]]
    world.batch(
        {"sortRange": {"range": place, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}}
    )
    assert world.values("C1:C2", "UNFORMATTED_VALUE") == [[1], [2]]


def test_numbers__a_long_account_number_loses_its_last_digits(world: World) -> None:
    world.put("A1:B1", [[40702810900000001234, "40702810900000001234"]], option="RAW")
    world.put("C1", [["40702810900000001234"]])
    number, text, typed = world.values("A1:C1", "UNFORMATTED_VALUE")[0]
    assert number == typed == 4.0702810900000001e19
    assert isinstance(number, float)
    assert text == "40702810900000001234"


def test_merges__a_merge_with_one_cell_left_is_gone(world: World) -> None:
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1}
    world.batch({"mergeCells": {"range": place, "mergeType": "MERGE_ALL"}})
    world.batch({"deleteDimension": {"range": {**ROWS, "startIndex": 1, "endIndex": 2}}})
    assert "merges" not in world.get()["sheets"][0]


def test_get__a_query_too_long_for_a_url_comes_as_a_form(world: World) -> None:
    world.put("A1", [["x"]])
    form = {"ranges": ["A1"] * 300, "fields": "valueRanges.values"}
    answer = world.app.test_client().post(
        f"{world.url}/values:batchGet", data=form, headers={"X-HTTP-Method-Override": "GET"}
    )
    assert answer.get_json() == {"valueRanges": [{"values": [["x"]]}] * 300}
