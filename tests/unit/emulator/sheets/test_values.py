from __future__ import annotations

import pytest

from tests.unit.emulator.sheets.world import World


def test_values__raw_keeps_text_and_user_entered_reads_it(world: World) -> None:
    world.put("A1", [["12", "=1+1", True, 3.5]], option="RAW")
    world.put("A2", [["12", "=1+1", "12%", "TRUE"]])
    assert world.values("A1:D1", "UNFORMATTED_VALUE") == [["12", "=1+1", True, 3.5]]
    assert world.values("A2:D2", "UNFORMATTED_VALUE") == [[12, 2, 0.12, True]]
    assert world.values("A2:D2", "FORMULA") == [[12, "=1+1", 0.12, True]]
    assert world.values("A2:D2") == [["12", "2", "12%", "TRUE"]]


def test_values__dates_come_as_serials_or_as_shown(world: World) -> None:
    world.put("A1", [["2026-11-24"]])
    assert world.values("A1", "UNFORMATTED_VALUE") == [[46350]]
    assert world.values("A1", "UNFORMATTED_VALUE", dateTimeRenderOption="FORMATTED_STRING") == [
        ["2026-11-24"]
    ]
    assert world.values("A1", "FORMULA") == [[46350]]
    assert world.values("A1") == [["2026-11-24"]]


def test_values__follow_the_locale_of_the_spreadsheet(world: World) -> None:
    world.batch({"updateSpreadsheetProperties": {"properties": {"locale": "ru_RU"}, "fields": "locale"}})
    world.put("A1", [["1 234,5", "31.12.2026", "ИСТИНА"]])
    assert world.values("A1:C1", "UNFORMATTED_VALUE") == [[1234.5, 46387, True]]


def test_values__blanks_are_trimmed_and_inner_ones_kept(world: World) -> None:
    world.put("B2", [["x", "", "y", ""], [], ["z"]])
    assert world.values("A1:F9") == [[], ["", "x", "", "y"], [], ["", "z"]]
    assert world.values("A1:F9", majorDimension="COLUMNS") == [[], ["", "x", "", "z"], [], ["", "y"]]


def test_values__null_skips_and_empty_clears(world: World) -> None:
    world.put("A1", [["a", "b", "c"]])
    answer = world.put("A1", [[None, "", "C"]])
    assert answer["updatedCells"] == 2
    assert world.values("A1:C1") == [["a", "", "C"]]


def test_values__columns_are_written_down(world: World) -> None:
    url = f"{world.url}/values/A1?valueInputOption=RAW"
    world.ok("PUT", url, {"values": [["a", "b"], ["c"]], "majorDimension": "COLUMNS"})
    assert world.values("A1:B2") == [["a", "c"], ["b"]]


def test_values__data_outside_its_range_is_refused(world: World) -> None:
    url = f"{world.url}/values/A1:B1?valueInputOption=RAW"
    status, answer = world.call("PUT", url, {"values": [["a", "b", "c"]]})
    assert status == 400
    assert answer["error"]["message"] == (
        "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]"
    )


def test_values__a_range_outside_the_grid_is_refused(world: World) -> None:
    status, answer = world.call("GET", f"{world.url}/values/A1001")
    assert status == 400
    assert answer["error"]["message"] == (
        "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26"
    )


def test_values__an_unknown_sheet_cannot_be_parsed(world: World) -> None:
    status, answer = world.call("GET", f"{world.url}/values/Nowhere!A1")
    assert (status, answer["error"]["message"]) == (400, "Unable to parse range: Nowhere!A1")


def test_values__more_than_a_cell_holds_is_refused(world: World) -> None:
    url = f"{world.url}/values/A1?valueInputOption=RAW"
    status, answer = world.call("PUT", url, {"values": [["x" * 50_001]]})
    assert status == 400
    assert answer["error"]["message"] == (
        "Your input contains more than the maximum of 50000 characters in a single cell."
    )


def test_values__the_input_option_is_required(world: World) -> None:
    status, answer = world.call("PUT", f"{world.url}/values/A1", {"values": [["x"]]})
    assert (status, answer["error"]["message"]) == (400, "'valueInputOption' is required but not specified")


@pytest.mark.parametrize(
    ("where", "written"),
    [
        ("Sheet1", "Sheet1!B7"),
        ("B4", "Sheet1!B7"),
        ("C5:D5", "Sheet1!B7"),
        ("B2:D4", "Sheet1!B7"),
        ("A3:G10", "Sheet1!B7"),
        ("A1", "Sheet1!A3"),
        ("E4", "Sheet1!E4"),
    ],
)
def test_append__finds_the_table_as_googles_guide_says(world: World, where: str, written: str) -> None:
    world.put("A1:C2", [["x", "y", "z"], ["x", "y", "z"]])
    world.put("B4:D6", [["x", "y", "z"]] * 3)
    url = f"{world.url}/values/{where}:append?valueInputOption=RAW"
    answer = world.ok("POST", url, {"values": [["new"]]})
    assert answer["updates"]["updatedRange"] == written


def test_append__a_row_with_a_gap_goes_ever_further_right(world: World) -> None:
    """Two tables end in the same row: the right one is the last, as gspread's users and its suite found."""
    url = f"{world.url}/values/Sheet1:append?valueInputOption=RAW"
    for row in (["a", "", "b"], ["c", "", "d"]):
        answer = world.ok("POST", url, {"values": [row]})
    assert answer["tableRange"] == "Sheet1!C1"
    assert world.values("A1:E2") == [["a", "", "b"], ["", "", "c", "", "d"]]


def test_append__grows_the_grid(world: World) -> None:
    size = {"sheetId": 0, "gridProperties": {"rowCount": 2, "columnCount": 2}}
    world.batch(
        {"updateSheetProperties": {"properties": size, "fields": "gridProperties(rowCount,columnCount)"}}
    )
    world.put("A1:B2", [["a", "b"], ["c", "d"]])
    url = f"{world.url}/values/A1:append?valueInputOption=RAW&includeValuesInResponse=true"
    answer = world.ok("POST", url, {"values": [["e", "f", "g"]]})
    assert answer["tableRange"] == "Sheet1!A1:B2"
    assert answer["updates"]["updatedData"] == {
        "range": "Sheet1!A3:C3",
        "majorDimension": "ROWS",
        "values": [["e", "f", "g"]],
    }
    assert world.get()["sheets"][0]["properties"]["gridProperties"] == {"rowCount": 3, "columnCount": 3}


def test_append__overwrites_or_inserts_rows_as_asked(world: World) -> None:
    world.put("A1", [["head"], ["one"], [], ["below"]])
    for option, expected in (
        ("INSERT_ROWS", [["head"], ["one"], ["new"], [], ["below"]]),
        ("OVERWRITE", [["head"], ["one"], ["new"], ["new"], ["below"]]),
    ):
        url = f"{world.url}/values/A1:append?valueInputOption=RAW&insertDataOption={option}"
        world.ok("POST", url, {"values": [["new"]]})
        assert world.values("A1:A9") == expected


def test_append_row__goes_below_all_that_is_shown(world: World) -> None:
    world.put("C5", [["x"]])
    doc = world.service.open(world.sheet, "owner@example.com")
    world.service.append_row(doc, "owner@example.com", 0, ["id", None, 7])
    assert world.values("A6:C6", "UNFORMATTED_VALUE") == [["id", "", 7]]


def test_batch_values__update_get_and_clear_several_ranges(world: World) -> None:
    data = [{"range": "A1", "values": [["1"]]}, {"range": "Sheet1!B2:C2", "values": [["x", "y"]]}]
    body = {"valueInputOption": "USER_ENTERED", "data": data, "includeValuesInResponse": True}
    answer = world.ok("POST", f"{world.url}/values:batchUpdate", body)
    totals = {name: count for name, count in answer.items() if name.startswith("total")}
    assert totals == {
        "totalUpdatedRows": 2,
        "totalUpdatedColumns": 3,
        "totalUpdatedCells": 3,
        "totalUpdatedSheets": 1,
    }
    got = world.ok(
        "GET", f"{world.url}/values:batchGet?ranges=A1&ranges=B2:C2&valueRenderOption=UNFORMATTED_VALUE"
    )
    assert [one["values"] for one in got["valueRanges"]] == [[[1]], [["x", "y"]]]
    cleared = world.ok("POST", f"{world.url}/values:batchClear", {"ranges": ["A1", "B2"]})
    assert cleared["clearedRanges"] == ["Sheet1!A1", "Sheet1!B2"]
    assert world.values("A1:C2") == [[], ["", "", "y"]]


def test_data_filters__read_write_and_clear(world: World) -> None:
    place = {
        "gridRange": {
            "sheetId": 0,
            "startRowIndex": 0,
            "endRowIndex": 1,
            "startColumnIndex": 0,
            "endColumnIndex": 2,
        }
    }
    body = {"valueInputOption": "RAW", "data": [{"dataFilter": place, "values": [["a", "b"]]}]}
    world.ok("POST", f"{world.url}/values:batchUpdateByDataFilter", body)
    got = world.ok(
        "POST", f"{world.url}/values:batchGetByDataFilter", {"dataFilters": [{"a1Range": "A1:B1"}]}
    )
    assert got["valueRanges"][0]["valueRange"]["values"] == [["a", "b"]]
    world.ok("POST", f"{world.url}/values:batchClearByDataFilter", {"dataFilters": [place]})
    assert world.values("A1:B1") == []


def test_a1__quoted_titles_open_ranges_and_r1c1(world: World) -> None:
    world.batch(
        {
            "addSheet": {
                "properties": {"title": "Мой лист's", "gridProperties": {"rowCount": 5, "columnCount": 3}}
            }
        }
    )
    world.put("'Мой лист''s'!B2", [["x"]])
    for where, name in (
        ("'Мой лист''s'", "A1:C5"),
        ("'Мой лист''s'!B:B", "B1:B5"),
        ("'Мой лист''s'!2:3", "A2:C3"),
        ("'Мой лист''s'!B2:C", "B2:C5"),
        ("'Мой лист''s'!R2C2", "B2"),
        ("'мой лист''S'!b2", "B2"),
    ):
        from urllib.parse import quote

        assert world.ok("GET", f"{world.url}/values/{quote(where)}")["range"] == f"'Мой лист''s'!{name}"


def test_values__over_an_open_side_the_grid_grows(world: World) -> None:
    size = {"sheetId": 0, "gridProperties": {"rowCount": 2, "columnCount": 2}}
    world.batch(
        {"updateSheetProperties": {"properties": size, "fields": "gridProperties(rowCount,columnCount)"}}
    )
    assert world.put("Sheet1", [["a", "b", "c"]] * 3)["updatedRange"] == "Sheet1!A1:C3"
    assert world.get()["sheets"][0]["properties"]["gridProperties"] == {"rowCount": 3, "columnCount": 3}
