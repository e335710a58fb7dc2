from __future__ import annotations

from typing import Any

from tests.unit.emulator.sheets.places import answered, place
from tests.unit.emulator.sheets.world import OWNER, World

STATES = {
    "condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": s} for s in ("Draft", "Paid")]}
}


def add(world: World, where: str = "B2:D5", **more: Any) -> dict[str, Any]:
    """A table at B2:D5 with a dropdown in its second column."""
    columns = [
        {"columnIndex": 0, "columnName": "Payee", "columnType": "TEXT"},
        {"columnIndex": 1, "columnName": "Status", "columnType": "DROPDOWN", "dataValidationRule": STATES},
    ]
    table = {"tableId": "t1", "name": "Payments", "range": place(where), "columnProperties": columns, **more}
    (reply,) = world.batch({"addTable": {"table": table}})
    return dict(reply["addTable"]["table"])


def tables(world: World) -> list[dict[str, Any]]:
    return list(world.get()["sheets"][0].get("tables", []))


def names(table: dict[str, Any]) -> list[str]:
    return [column["columnName"] for column in table["columnProperties"]]


def append(world: World, *lines: list[str]) -> None:
    rows = [{"values": [{"userEnteredValue": {"stringValue": text}} for text in line]} for line in lines]
    world.batch({"appendCells": {"tableId": "t1", "rows": rows, "fields": "userEnteredValue"}})


def test_tables__names_go_into_the_header_and_come_back(world: World) -> None:
    made = add(world)
    assert made["range"] == answered("B2:D5")
    assert names(made) == ["Payee", "Status", "Column 3"]
    assert world.values("B2:D2") == [["Payee", "Status", "Column 3"]]
    world.put("D2", [["Amount"]])
    assert names(tables(world)[0]) == ["Payee", "Status", "Amount"]
    assert world.reopened().get() == world.get()


def test_tables__a_header_that_stands_is_kept(world: World) -> None:
    world.put("A1:B1", [["ID", ""]])
    (reply,) = world.batch({"addTable": {"table": {"range": place("A1:B3")}}})
    made = reply["addTable"]["table"]
    assert (made["name"], names(made)) == ("Table1", ["ID", "Column 2"])
    assert made["tableId"]


def test_tables__ids_names_and_cells_are_taken_once(world: World) -> None:
    add(world)
    for change, words in (
        ({"tableId": "t1", "name": "Other", "range": place("H1:I3")}, "A table with id: t1 already exists."),
        ({"name": "payments", "range": place("H1:I3")}, 'A table with the name "payments" already exists.'),
        ({"name": "Other", "range": place("D5:E9")}, "a range that already has a table"),
    ):
        assert words in world.refused({"addTable": {"table": change}})
    assert len(tables(world)) == 1


def test_tables__columns_follow_inserted_and_deleted_ones(world: World) -> None:
    add(world)
    columns = {"sheetId": 0, "dimension": "COLUMNS"}
    world.batch({"insertDimension": {"range": {**columns, "startIndex": 2, "endIndex": 3}}})
    (table,) = tables(world)
    assert table["range"] == answered("B2:E5")
    assert names(table) == ["Payee", "Column 2", "Status", "Column 3"]
    assert table["columnProperties"][2]["columnType"] == "DROPDOWN"
    world.batch({"deleteDimension": {"range": {**columns, "startIndex": 0, "endIndex": 2}}})
    (table,) = tables(world)
    assert (table["range"], names(table)) == (answered("A2:C5"), ["Column 1", "Status", "Column 3"])


def test_tables__rows_follow_and_an_all_deleted_table_is_gone(world: World) -> None:
    add(world)
    rows = {"sheetId": 0, "dimension": "ROWS"}
    world.batch({"insertDimension": {"range": {**rows, "startIndex": 3, "endIndex": 5}}})
    assert tables(world)[0]["range"] == answered("B2:D7")
    world.batch({"deleteDimension": {"range": {**rows, "startIndex": 0, "endIndex": 9}}})
    assert tables(world) == []


def test_append_cells__fill_blank_rows_of_a_table_then_lengthen_it(world: World) -> None:
    add(world)
    world.put("C6", [["below"]])
    world.put("B3", [["one"]])
    append(world, ["two"], ["three", "Paid"])
    assert tables(world)[0]["range"] == answered("B2:D5")
    append(world, ["four"])
    assert tables(world)[0]["range"] == answered("B2:D6")
    assert world.values("B2:C7") == [
        ["Payee", "Status"],
        ["one"],
        ["two"],
        ["three", "Paid"],
        ["four"],
        ["", "below"],
    ]


def test_append_cells__stay_above_a_tables_footer(world: World) -> None:
    add(world, rowsProperties={"footerColorStyle": {"rgbColor": {"red": 1}}})
    world.put("B3:B5", [["one"], ["two"], ["total"]])
    append(world, ["three"])
    assert world.values("B3:B6") == [["one"], ["two"], ["three"], ["total"]]
    assert tables(world)[0]["range"] == answered("B2:D6")
    assert "No table with id: t2" in world.refused(
        {"appendCells": {"tableId": "t2", "rows": [{"values": [{}]}], "fields": "*"}}
    )


def test_update_table__changes_what_the_mask_says(world: World) -> None:
    add(world)
    change = {"tableId": "t1", "name": "Registry", "range": place("B2:C9")}
    world.batch({"updateTable": {"table": change, "fields": "name"}})
    assert (tables(world)[0]["name"], tables(world)[0]["range"]) == ("Registry", answered("B2:D5"))
    world.batch({"updateTable": {"table": change, "fields": "range"}})
    assert tables(world)[0]["range"] == answered("B2:C9")
    columns = [{"columnIndex": 0, "columnName": "Supplier", "columnType": "TEXT"}]
    world.batch(
        {
            "updateTable": {
                "table": {"tableId": "t1", "columnProperties": columns},
                "fields": "columnProperties",
            }
        }
    )
    assert world.values("B2:C2") == [["Supplier", "Status"]]
    assert "columnType" not in tables(world)[0]["columnProperties"][1]


def test_delete_table__takes_its_cells_along(world: World) -> None:
    add(world)
    world.put("A1:E6", [["x"] * 5] * 6)
    world.batch({"deleteTable": {"tableId": "t1"}})
    assert tables(world) == []
    assert world.values("A1:E6") == [["x"] * 5, *[["x", "", "", "", "x"]] * 4, ["x"] * 5]
    assert (
        world.refused({"deleteTable": {"tableId": "t1"}})
        == "Invalid requests[0].deleteTable: No table with id: t1"
    )


def test_tables__a_dropdown_is_a_rule_that_binds_nobody(world: World) -> None:
    add(world)
    doc = world.service.open(world.sheet, OWNER)
    world.service.write_values(doc, OWNER, "C3:C4", [["Odd"], ["Paid"]], by_hand=True)
    marks = world.service.marks(doc, "B2:D5")
    assert [(mark.row, mark.column, mark.strict) for mark in marks] == [(2, 2, False)]
    data = world.get("?ranges=C2:C3&fields=sheets.data.rowData.values.dataValidation")
    cells = [row.get("values", [{}])[0] for row in data["sheets"][0]["data"][0]["rowData"]]
    assert [cell.get("dataValidation", {}).get("condition") for cell in cells] == [None, STATES["condition"]]


def test_tables__are_not_torn_apart(world: World) -> None:
    add(world)
    assert "break a table apart" in world.refused(
        {"insertRange": {"range": place("B3:B3"), "shiftDimension": "ROWS"}}
    )
    world.batch({"insertRange": {"range": place("B4:D4"), "shiftDimension": "ROWS"}})
    assert tables(world)[0]["range"] == answered("B2:D6")


def test_basic_filter__may_stand_on_a_table(world: World) -> None:
    add(world)
    world.batch({"setBasicFilter": {"filter": {"tableId": "t1"}}})
    shown = world.get()["sheets"][0]["basicFilter"]
    assert (shown["tableId"], shown["range"]) == ("t1", answered("B2:D5"))


def test_tables__a_copied_sheet_has_tables_of_its_own(world: World) -> None:
    add(world)
    world.batch({"setBasicFilter": {"filter": {"tableId": "t1"}}})
    world.batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 7, "insertSheetIndex": 1}})
    first, second = world.get()["sheets"]
    (mine,), (copied,) = first["tables"], second["tables"]
    assert (mine["name"], copied["name"]) == ("Payments", "Payments_2")
    assert copied["tableId"] not in ("t1", "")
    assert second["basicFilter"]["tableId"] == copied["tableId"]
    assert copied["range"] == place("B2:D5", 7)
