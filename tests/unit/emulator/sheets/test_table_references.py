"""Formulas that name parts of tables, over the API: they follow renames of tables and of columns."""

from __future__ import annotations

from typing import Any

from tests.unit.emulator.sheets.places import place
from tests.unit.emulator.sheets.world import World


def opened(world: World, **more: Any) -> World:
    """A table at A1:B4 and formulas beside it."""
    world.put("A1:B4", [["Who", "Amount"], ["Anna", 10], ["Boris", 20], ["Clara", 30]])
    table = {"tableId": "t1", "name": "My Sales", "range": place("A1:B4"), **more}
    world.batch({"addTable": {"table": table}})
    world.put("D1", [["=SUM(My_Sales[Amount])"], ["=COUNTA(My_Sales)"], ["=My_Sales[[#HEADERS],[Amount]]"]])
    return world


def shown(world: World) -> tuple[list[Any], list[Any]]:
    """The formulas in column D of Sheet1, and what they give."""
    texts = [line[0] for line in world.values("Sheet1!D:D", "FORMULA")]
    return texts, [line[0] for line in world.values("Sheet1!D:D", "UNFORMATTED_VALUE")]


def test_references__grow_with_the_table(world: World) -> None:
    opened(world)
    assert shown(world)[1] == [60, 6, "Amount"]
    row = {"values": [{"userEnteredValue": {"stringValue": "Dan"}}, {"userEnteredValue": {"numberValue": 5}}]}
    world.batch({"appendCells": {"tableId": "t1", "rows": [row], "fields": "userEnteredValue"}})
    assert shown(world)[1] == [65, 8, "Amount"]


def test_references__follow_a_renamed_column_however_it_is_renamed(world: World) -> None:
    opened(world)
    world.put("B1", [["Sum [EUR]"]])
    assert shown(world) == (
        ["=SUM(My_Sales[Sum '[EUR']])", "=COUNTA(My_Sales)", "=My_Sales[[#HEADERS],[Sum '[EUR']]]"],
        [60, 6, "Sum [EUR]"],
    )
    columns = [{"columnIndex": 1, "columnName": "Net"}]
    world.batch(
        {
            "updateTable": {
                "table": {"tableId": "t1", "columnProperties": columns},
                "fields": "columnProperties",
            }
        }
    )
    assert shown(world)[0][0] == "=SUM(My_Sales[Net])"
    find = {"find": "Net", "replacement": "Gross", "allSheets": True}
    world.batch({"findReplace": find})
    assert shown(world)[0][0] == "=SUM(My_Sales[Gross])"
    assert shown(world.reopened()) == shown(world)


def test_references__follow_columns_that_move_and_are_renamed_in_one_batch(world: World) -> None:
    opened(world)
    columns = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    header = {"values": [{"userEnteredValue": {"stringValue": "Sum"}}]}
    start = {"sheetId": 0, "rowIndex": 0, "columnIndex": 2}
    answer = world.batch(
        {"insertDimension": {"range": columns}},
        {"updateCells": {"start": start, "rows": [header], "fields": "userEnteredValue"}},
        includeSpreadsheetInResponse=True,
        responseRanges=["E1"],
        responseIncludeGridData=True,
    )
    (sheet,) = answer["updatedSpreadsheet"]["sheets"]
    cell = sheet["data"][0]["rowData"][0]["values"][0]
    assert cell["userEnteredValue"] == {"formulaValue": "=SUM(My_Sales[Sum])"}
    assert cell["effectiveValue"] == {"numberValue": 60}


def test_references__follow_a_renamed_table(world: World) -> None:
    opened(world)
    world.batch({"updateTable": {"table": {"tableId": "t1", "name": "Book Two"}, "fields": "name"}})
    assert shown(world)[0] == [
        "=SUM(Book_Two[Amount])",
        "=COUNTA(Book_Two)",
        "=Book_Two[[#HEADERS],[Amount]]",
    ]
    assert shown(world)[1] == [60, 6, "Amount"]


def test_references__are_broken_when_column_or_table_is_deleted(world: World) -> None:
    opened(world)
    world.put("F1", [["=SUM(My_Sales[Amount])"], ["=COUNTA(My_Sales)"]])
    column = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    world.batch({"deleteDimension": {"range": column}})
    assert world.values("E1:E2") == [["#REF!"], ["3"]]
    world.batch({"deleteTable": {"tableId": "t1"}})
    assert world.values("E2", "FORMULA") == [["=COUNTA(#REF!)"]]


def test_references__of_a_copied_sheet_mean_its_own_table(world: World) -> None:
    opened(world)
    world.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 7, "newSheetName": "Two"}})
    assert world.values("Two!D1", "FORMULA") == [["=SUM(My Sales_2[Amount])".replace("My Sales", "My_Sales")]]
    world.put("Two!B2", [[100]])
    assert world.values("Two!D1") == [["150"]]
    assert world.values("Sheet1!D1") == [["60"]]
    world.batch({"deleteSheet": {"sheetId": 7}})
    assert shown(world)[1] == [60, 6, "Amount"]


def test_references__have_the_format_of_what_they_refer_to(world: World) -> None:
    opened(world)
    world.put("B2:B4", [["$10"], ["$20"], ["$30"]])
    assert world.values("D1") == [["$60"]]
    world.put("D5", [["=FILTER(My_Sales;My_Sales[Amount]>10)"]])
    assert world.values("D5:E6") == [["Boris", "$20"], ["Clara", "$30"]]
