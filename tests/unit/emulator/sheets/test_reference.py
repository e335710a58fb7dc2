"""Fields of batchUpdate requests, each as Google's reference describes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.emulator.sheets.places import place
from tests.unit.emulator.sheets.world import World


def lines(start: int, end: int, dimension: str = "ROWS") -> dict[str, Any]:
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


def groups(world: World) -> list[tuple[int, int, int, bool]]:
    """Start, end, depth and whether it is collapsed, of each group of rows."""
    shown = world.get()["sheets"][0].get("rowGroups", [])
    return [
        (
            one["range"].get("startIndex", 0),
            one["range"]["endIndex"],
            one["depth"],
            one.get("collapsed", False),
        )
        for one in shown
    ]


def hidden(world: World) -> list[int]:
    data = world.get("?ranges=A1:A12&fields=sheets.data.rowMetadata.hiddenByUser")
    rows = data["sheets"][0]["data"][0]["rowMetadata"]
    return [index for index, row in enumerate(rows) if row.get("hiddenByUser")]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([(2, 4), (1, 5)], [(1, 5, 1), (2, 4, 2)]),
        ([(1, 5), (2, 4)], [(1, 5, 1), (2, 4, 2)]),
        ([(1, 4), (2, 5)], [(1, 5, 1), (2, 4, 2)]),
        ([(6, 8), (1, 3), (1, 2)], [(1, 3, 1), (1, 2, 2), (6, 8, 1)]),
    ],
)
def test_add_dimension_group__unites_and_deepens(
    world: World, ranges: list[tuple[int, int]], expected: list[tuple[int, int, int]]
) -> None:
    for start, end in ranges:
        world.batch({"addDimensionGroup": {"range": lines(start, end)}})
    assert [one[:3] for one in groups(world)] == expected


def test_update_dimension_group__hides_and_shows_and_is_remembered(world: World) -> None:
    world.batch({"addDimensionGroup": {"range": lines(1, 5)}}, {"addDimensionGroup": {"range": lines(2, 4)}})

    def collapse(start: int, end: int, depth: int, *, shut: bool) -> None:
        group = {"range": lines(start, end), "depth": depth, "collapsed": shut}
        world.batch({"updateDimensionGroup": {"dimensionGroup": group, "fields": "collapsed"}})

    collapse(2, 4, 2, shut=True)
    assert hidden(world) == [2, 3]
    world.batch({"addDimensionGroup": {"range": lines(8, 10)}})
    assert groups(world) == [(1, 5, 1, False), (2, 4, 2, True), (8, 10, 1, False)]
    collapse(1, 5, 1, shut=True)
    assert hidden(world) == [1, 2, 3, 4]
    collapse(1, 5, 1, shut=False)
    assert hidden(world) == []
    assert groups(world)[1] == (2, 4, 2, True)


def test_delete_dimension_group__lessens_the_depth(world: World) -> None:
    columns = [lines(1, 5, "COLUMNS"), lines(2, 4, "COLUMNS")]
    world.batch(*({"addDimensionGroup": {"range": one}} for one in columns))
    (reply,) = world.batch({"deleteDimensionGroup": {"range": lines(3, 5, "COLUMNS")}})
    found = reply["deleteDimensionGroup"]["dimensionGroups"]
    spans = [(one["range"]["startIndex"], one["range"]["endIndex"], one["depth"]) for one in found]
    assert spans == [(1, 4, 1), (2, 3, 2)]


def test_delete_duplicates__counts_and_compares_columns(world: World) -> None:
    world.put("A1:B6", [["a", 1], ["A", 1], ["a", 2], ["", 3], ["none", 3], ["a", 2]])
    (reply,) = world.batch({"deleteDuplicates": {"range": place("A1:B6")}})
    assert reply["deleteDuplicates"] == {"duplicatesRemovedCount": 2}
    assert world.values("A1:B6") == [["a", "1"], ["a", "2"], ["", "3"], ["none", "3"]]
    by_first = {"range": place("A1:B4"), "comparisonColumns": [lines(0, 1, "COLUMNS")]}
    (reply,) = world.batch({"deleteDuplicates": by_first})
    assert reply["deleteDuplicates"] == {"duplicatesRemovedCount": 1}
    outside = {"range": place("A1:B4"), "comparisonColumns": [lines(0, 3, "COLUMNS")]}
    assert "within the range" in world.refused({"deleteDuplicates": outside})


def test_text_to_columns__finds_the_delimiter_and_takes_one_column(world: World) -> None:
    world.put("A1:A3", [["a;1;x,y"], ["b;2"], ["c"]])
    world.batch({"textToColumns": {"source": place("A1:A3"), "delimiterType": "AUTODETECT"}})
    assert world.values("A1:C3") == [["a", "1", "x,y"], ["b", "2"], ["c"]]
    world.batch({"textToColumns": {"source": place("C1:C1"), "delimiterType": "CUSTOM", "delimiter": "x,"}})
    assert world.values("C1:D1") == [["", "y"]]
    assert "exactly one column" in world.refused({"textToColumns": {"source": place("A1:B2")}})
    assert "delimiter" in world.refused(
        {"textToColumns": {"source": place("A1:A2"), "delimiterType": "CUSTOM"}}
    )


def test_copy_paste__fills_multiples_and_transposes(world: World) -> None:
    world.put("A1:B2", [[1, 2], [3, "=A1+1"]])
    source = place("A1:B2")
    world.batch({"copyPaste": {"source": source, "destination": place("D1:E6"), "pasteType": "PASTE_VALUES"}})
    assert world.values("D1:E6") == [["1", "2"], ["3", "2"]] * 3
    world.batch({"copyPaste": {"source": source, "destination": place("G1:G5"), "pasteType": "PASTE_VALUES"}})
    assert world.values("G1:H6") == [["1", "2"], ["3", "2"]]
    turned = {"source": place("A1:B1"), "destination": place("J1"), "pasteOrientation": "TRANSPOSE"}
    world.batch({"copyPaste": turned})
    assert world.values("J1:K2") == [["1"], ["2"]]
    world.batch({"copyPaste": {**turned, "source": source, "destination": place("M1:N4")}})
    assert world.values("M1:N4", "FORMULA") == [[1, 3], [2, "=M1+1"], [1, 3], [2, "=M3+1"]]


def test_paste_data__heeds_its_type_and_long_delimiters(world: World) -> None:
    at = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}
    world.batch({"pasteData": {"coordinate": at, "data": "1||50%\n2||x", "delimiter": "||"}})
    assert world.values("A1:B2") == [["1", "50%"], ["2", "x"]]
    down = {**at, "rowIndex": 4}
    world.batch({"pasteData": {"coordinate": down, "data": "50%", "delimiter": ",", "type": "PASTE_VALUES"}})
    assert world.values("A5") == [["0.5"]]
    world.batch({"pasteData": {"coordinate": down, "data": "x", "delimiter": ",", "type": "PASTE_FORMAT"}})
    assert world.values("A5") == [["0.5"]]


def test_data_validation__passes_by_filtered_rows_unless_asked(world: World) -> None:
    world.put("A1:A3", [["h"], ["a"], ["b"]])
    spec = {"columnIndex": 0, "filterCriteria": {"hiddenValues": ["a"]}}
    world.batch({"setBasicFilter": {"filter": {"range": place("A1:A3"), "filterSpecs": [spec]}}})
    rule = {"condition": {"type": "BOOLEAN"}}

    def ruled() -> list[bool]:
        data = world.get("?ranges=A2:A3&fields=sheets.data.rowData.values.dataValidation")
        rows = data["sheets"][0]["data"][0].get("rowData", [])
        return ["dataValidation" in row.get("values", [{}])[0] for row in rows]

    world.batch({"setDataValidation": {"range": place("A2:A3"), "rule": rule}})
    assert ruled() == [False, True]
    world.batch({"setDataValidation": {"range": place("A2:A3"), "rule": rule, "filteredRowsIncluded": True}})
    assert ruled() == [True, True]


def test_conditions__stand_only_where_they_are_supported(world: World) -> None:
    text = [{"userEnteredValue": "x"}]
    for kind, values in (("TEXT_STARTS_WITH", text), ("NOT_BLANK", []), ("FILTER_EXPRESSION", text)):
        rule = {"condition": {"type": kind, "values": values}}
        assert f"{kind} is not supported by data validation" in world.refused(
            {"setDataValidation": {"range": place("A1"), "rule": rule}}
        )
    yesterday = {"type": "DATE_BEFORE", "values": [{"relativeDate": "YESTERDAY"}]}
    assert "relative date" in world.refused(
        {"setDataValidation": {"range": place("A1"), "rule": {"condition": yesterday}}}
    )

    def add(condition: dict[str, Any]) -> dict[str, Any]:
        boolean = {"condition": condition, "format": {"textFormat": {"bold": True}}}
        return {"addConditionalFormatRule": {"rule": {"ranges": [place("A1:A9")], "booleanRule": boolean}}}

    world.batch(add(yesterday), add({"type": "TEXT_STARTS_WITH", "values": text}))
    assert "ONE_OF_LIST is not supported by conditional formatting" in world.refused(
        add({"type": "ONE_OF_LIST", "values": text})
    )
    assert "NUMBER_BETWEEN requires 2 ConditionValues" in world.refused(
        add({"type": "NUMBER_BETWEEN", "values": text})
    )


def test_update_conditional_format_rule__tells_what_changed(world: World) -> None:
    def rule(kind: str) -> dict[str, Any]:
        return {"ranges": [place("A1:A9")], "booleanRule": {"condition": {"type": kind}, "format": {}}}

    world.batch(*({"addConditionalFormatRule": {"rule": rule("BLANK"), "index": at}} for at in range(3)))
    (reply,) = world.batch({"updateConditionalFormatRule": {"index": 1, "rule": rule("NOT_BLANK")}})
    assert sorted(reply["updateConditionalFormatRule"]) == ["newIndex", "newRule", "oldRule"]
    (reply,) = world.batch({"updateConditionalFormatRule": {"sheetId": 0, "index": 1, "newIndex": 2}})
    moved = reply["updateConditionalFormatRule"]
    assert (moved["oldIndex"], moved["newIndex"]) == (1, 2)
    assert moved["newRule"]["booleanRule"]["condition"]["type"] == "NOT_BLANK"
    assert "index: 7" in world.refused(
        {"updateConditionalFormatRule": {"sheetId": 0, "index": 1, "newIndex": 7}}
    )


def test_embedded_objects__go_to_a_sheet_of_their_own_and_back(world: World) -> None:
    chart = {"spec": {"title": "T", "backgroundColor": {"red": 1}}, "position": {"overlayPosition": {}}}
    (reply,) = world.batch({"addChart": {"chart": chart}})
    made = reply["addChart"]["chart"]
    assert made["spec"]["backgroundColorStyle"] == {"rgbColor": {"red": 1}}
    move = {"objectId": made["chartId"], "newPosition": {"newSheet": True}}
    (reply,) = world.batch({"updateEmbeddedObjectPosition": move})
    own = reply["updateEmbeddedObjectPosition"]["position"]["sheetId"]
    first, second = world.get()["sheets"]
    assert "charts" not in first
    assert second["properties"] == {"sheetId": own, "title": "Chart1", "index": 1, "sheetType": "OBJECT"}
    assert second["charts"][0]["chartId"] == made["chartId"]
    back = {"overlayPosition": {"anchorCell": {"rowIndex": 3}, "widthPixels": 100}}
    wrong = {"objectId": made["chartId"], "newPosition": back}
    assert "At least one field" in world.refused({"updateEmbeddedObjectPosition": wrong})
    world.batch({"updateEmbeddedObjectPosition": {**wrong, "fields": "*"}})
    (only,) = world.get()["sheets"]
    overlay = only["charts"][0]["position"]["overlayPosition"]
    assert overlay == {"anchorCell": {"rowIndex": 3}, "widthPixels": 100, "heightPixels": 371}


def test_protected_range__stands_on_one_thing(world: World) -> None:
    world.batch({"addTable": {"table": {"tableId": "t", "range": place("A1:B3")}}})
    (reply,) = world.batch({"addProtectedRange": {"protectedRange": {"tableId": "t"}}})
    assert reply["addProtectedRange"]["protectedRange"]["tableId"] == "t"
    assert "Only one of" in world.refused(
        {"addProtectedRange": {"protectedRange": {"tableId": "t", "range": place("A1")}}}
    )
    assert "Only one of" in world.refused(
        {"addFilterView": {"filter": {"tableId": "t", "range": place("A1")}}}
    )
    holes = {"range": place("A1:B9"), "unprotectedRanges": [place("A1")]}
    assert "only supported on protected sheets" in world.refused(
        {"addProtectedRange": {"protectedRange": holes}}
    )


def test_spreadsheet_properties__locale_and_zones(world: World) -> None:
    def change(**properties: Any) -> dict[str, Any]:
        return {"updateSpreadsheetProperties": {"properties": properties, "fields": ",".join(properties)}}

    world.clock.fixed = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    world.put("A1", [["=TODAY()"]])
    world.batch(change(timeZone="Europe/Moscow"))
    assert world.values("A1") == [["11/25/2026"]]
    world.batch(change(timeZone="GMT-07:00", locale="de"))
    assert world.values("A1") == [["24.11.2026"]]
    assert "Invalid time zone: Mars" in world.refused(change(timeZone="Mars"))
    assert "Unsupported locale: german" in world.refused(change(locale="german"))
    settings = {"maxIterations": 5, "convergenceThreshold": 0.1}
    world.batch(change(iterativeCalculationSettings=settings, autoRecalc="HOUR"))
    properties = world.get()["properties"]
    assert (properties["iterativeCalculationSettings"], properties["autoRecalc"]) == (settings, "HOUR")


def test_developer_metadata__location_strategies(world: World) -> None:
    def create(identifier: int, **location: Any) -> dict[str, Any]:
        kept = {"metadataId": identifier, "metadataKey": "k", "visibility": "DOCUMENT", "location": location}
        return {"createDeveloperMetadata": {"developerMetadata": kept}}

    world.batch(create(1, spreadsheet=True), create(2, sheetId=0), create(3, dimensionRange=lines(1, 2)))

    def search(**lookup: Any) -> list[int]:
        body = {"dataFilters": [{"developerMetadataLookup": lookup}]}
        found = world.ok("POST", f"{world.url}/developerMetadata:search", body)
        return [one["developerMetadata"]["metadataId"] for one in found.get("matchedDeveloperMetadata", [])]

    sheet = {"sheetId": 0}
    assert search(metadataLocation=sheet) == [2, 3]
    assert search(metadataLocation=sheet, locationMatchingStrategy="EXACT_LOCATION") == [2]
    assert search(metadataLocation={"spreadsheet": True}) == [1]
    assert search(metadataLocation=sheet, locationType="ROW") == [3]
    for lookup in (
        {"locationMatchingStrategy": "EXACT_LOCATION"},
        {"metadataLocation": sheet, "locationMatchingStrategy": "EXACT_LOCATION", "locationType": "ROW"},
        {"metadataLocation": sheet, "locationType": "SPREADSHEET"},
    ):
        body = {"dataFilters": [{"developerMetadataLookup": lookup}]}
        status, _ = world.call("POST", f"{world.url}/developerMetadata:search", body)
        assert status == 400
    assert "must be positive" in world.refused(create(-1, sheetId=0))


def test_get__tables_are_among_the_banded_ranges_unless_excluded(world: World) -> None:
    rows = {"headerColorStyle": {"rgbColor": {"blue": 1}}, "firstBandColorStyle": {"rgbColor": {"red": 1}}}
    table = {"tableId": "t", "range": place("A1:B3"), "rowsProperties": rows}
    world.batch({"addTable": {"table": table}})
    (band,) = world.get()["sheets"][0]["bandedRanges"]
    assert band["bandedRangeReference"] == "t"
    assert band["rowProperties"]["headerColor"] == {"blue": 1}
    assert "bandedRanges" not in world.get("?excludeTablesInBandedRanges=true")["sheets"][0]
    body = {"excludeTablesInBandedRanges": True, "dataFilters": [{"a1Range": "A1"}]}
    assert "bandedRanges" not in world.ok("POST", f"{world.url}:getByDataFilter", body)["sheets"][0]


def test_update_table__a_footer_makes_it_a_row_longer(world: World) -> None:
    world.batch({"addTable": {"table": {"tableId": "t", "range": place("A1:B3")}}})

    def update(rows: dict[str, Any]) -> int:
        table = {"tableId": "t", "rowsProperties": rows}
        world.batch({"updateTable": {"table": table, "fields": "rowsProperties.footerColorStyle"}})
        return int(world.get()["sheets"][0]["tables"][0]["range"]["endRowIndex"])

    assert update({"footerColorStyle": {"rgbColor": {"red": 1}}}) == 4
    assert update({}) == 3


def test_create__all_that_is_described_stands_on_it(world: World) -> None:
    rule = {"ranges": [place("A1:A9", 5)], "booleanRule": {"condition": {"type": "BLANK"}, "format": {}}}
    sheet = {
        "properties": {"sheetId": 5, "title": "Five"},
        "data": [{"rowData": [{"values": [{"note": "n"}]}], "columnMetadata": [{"pixelSize": 50}]}],
        "merges": [place("C1:D2", 5)],
        "conditionalFormats": [rule],
        "protectedRanges": [{"range": place("A1:B2", 5), "warningOnly": True}],
        "tables": [{"name": "T", "range": place("F1:G3", 5)}],
        "basicFilter": {"range": place("A1:B9", 5)},
        "filterViews": [{"title": "V", "range": place("A1:B9", 5)}],
        "rowGroups": [{"range": {**lines(1, 3), "sheetId": 5}, "depth": 1, "collapsed": True}],
    }
    body = {"properties": {"title": "Made", "locale": "ru_RU"}, "sheets": [sheet]}
    made = world.ok("POST", "/v4/spreadsheets", body)
    shown = world.ok("GET", f"/v4/spreadsheets/{made['spreadsheetId']}?includeGridData=true")["sheets"][0]
    for part in ("merges", "conditionalFormats", "protectedRanges", "tables", "basicFilter", "filterViews"):
        assert shown[part], part
    assert shown["tables"][0]["tableId"]
    assert shown["protectedRanges"][0]["protectedRangeId"]
    assert shown["rowGroups"][0]["collapsed"] is True
    assert shown["data"][0]["columnMetadata"][0]["pixelSize"] == 50
    wrong = {"sheets": [{"tables": [{"range": place("A1:B2", 77)}]}]}
    status, _ = world.call("POST", "/v4/spreadsheets", wrong)
    assert status == 400


def test_batch_update__the_answers_mask_says_whether_grid_data_come(world: World) -> None:
    world.put("A1", [["x"]])
    body = {"requests": [{"addSheet": {}}], "includeSpreadsheetInResponse": True, "responseRanges": ["A1"]}
    for query, data in (
        ("", False),
        ("?fields=updatedSpreadsheet.sheets.properties", False),
        ("?fields=updatedSpreadsheet.sheets.data.rowData.values.formattedValue", True),
        ("?fields=*", True),
    ):
        answer = world.ok("POST", f"{world.url}:batchUpdate{query}", body)
        assert ("data" in answer["updatedSpreadsheet"]["sheets"][0]) == data, query
    answer = world.ok("POST", f"{world.url}:batchUpdate?fields=replies", body)
    assert "updatedSpreadsheet" not in answer


def test_data_sources__are_answered_as_where_there_are_none(world: World) -> None:
    def add(**spec: Any) -> dict[str, Any]:
        return {"requests": [{"addDataSource": {"dataSource": {"spec": spec}}}]}

    table = {"tableProjectId": "p", "datasetId": "d", "tableId": "t"}
    url = f"{world.url}:batchUpdate"
    for body, code, words in (
        (add(), 400, "Exactly one of bigQuery and looker"),
        (add(bigQuery={"tableSpec": table}), 400, "project ID"),
        (add(bigQuery={"projectId": "p"}), 400, "Exactly one of querySpec and tableSpec"),
        (add(bigQuery={"projectId": "p", "tableSpec": table}), 403, "insufficient authentication scopes"),
    ):
        status, answer = world.call("POST", url, body)
        assert (status, words in answer["error"]["message"]) == (code, True), answer
    assert "No data source with id: 5" in world.refused({"refreshDataSource": {"dataSourceId": "5"}})
    assert world.batch({"refreshDataSource": {"isAll": True}}) == [{"refreshDataSource": {}}]
    (reply,) = world.batch({"refreshDataSource": {"references": {"references": [{"chartId": 3}]}}})
    (status,) = reply["refreshDataSource"]["statuses"]
    assert status["dataExecutionStatus"]["errorCode"] == "OBJECT_NOT_FOUND"
    cancel = {"cancelDataSourceRefresh": {"references": {"references": [{"chartId": 3}]}}}
    assert world.batch(cancel)[0]["cancelDataSourceRefresh"]["statuses"][0]["reference"] == {"chartId": 3}


def test_chips__stand_on_their_placeholders(world: World) -> None:
    anna = {"personProperties": {"email": "anna@example.com"}}
    file = {"richLinkProperties": {"uri": "https://drive.google.com/file/d/x"}}

    def write(text: str, *runs: dict[str, Any]) -> dict[str, Any]:
        cell = {"userEnteredValue": {"stringValue": text}, "chipRuns": list(runs)}
        start = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}
        fields = "userEnteredValue,chipRuns"
        return {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}}

    world.batch(write("ask @ for @", {"startIndex": 10, "chip": file}, {"startIndex": 4, "chip": anna}))
    data = world.get("?ranges=A1&includeGridData=true")["sheets"][0]["data"][0]
    (cell,) = data["rowData"][0]["values"]
    assert cell["chipRuns"] == [
        {"chip": {}},
        {"startIndex": 4, "chip": anna},
        {"startIndex": 5, "chip": {}},
        {"startIndex": 10, "chip": file},
    ]
    assert cell["hyperlink"] == file["richLinkProperties"]["uri"]
    world.put("A1", [["plain"]])
    assert (
        "chipRuns"
        not in world.get("?ranges=A1&includeGridData=true")["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    )
    elsewhere = {"richLinkProperties": {"uri": "https://example.com"}}
    for request, words in (
        (write("no", {"chip": anna}), "placeholder"),
        (write("@", {"chip": {"personProperties": {}}}), "email address"),
        (write("@", {"chip": elsewhere}), "Only Drive files"),
        (write("@", {"chip": {**anna, **file}}), "either a person or a rich link"),
    ):
        assert words in world.refused(request)


def test_limits__cells_of_a_book_and_characters_of_a_cell(world: World) -> None:
    words = (
        "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
    )
    for request in (
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 400_000}},
        {"addSheet": {"properties": {"gridProperties": {"rowCount": 1_000_000, "columnCount": 10}}}},
        {"insertDimension": {"range": lines(0, 400_000)}},
    ):
        assert words in world.refused(request)
    text = "x" * 50_001
    start = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}
    cells = [{"values": [{"userEnteredValue": {"stringValue": text}}]}]
    assert "more than the maximum of 50000 characters in a single cell" in world.refused(
        {"updateCells": {"start": start, "rows": cells, "fields": "*"}}
    )
