"""Conditions as validation rules, conditional formats and filters ask them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sheetflow.emulator.wire import GoogleError
from tests.unit.emulator.sheets.places import answered, place
from tests.unit.emulator.sheets.world import OWNER, World

RED = {"backgroundColor": {"red": 1}}


def condition(kind: str, *values: str) -> dict[str, Any]:
    return {"type": kind, "values": [{"userEnteredValue": value} for value in values]}


def validate(world: World, where: str, kind: str, *values: str, strict: bool = True) -> None:
    rule = {"condition": condition(kind, *values), "strict": strict}
    world.batch({"setDataValidation": {"range": place(where), "rule": rule}})


def typed(world: World, where: str, value: Any) -> bool:
    """Whether a person may type a value; what is refused leaves the cell as it was."""
    doc = world.service.open(world.sheet, OWNER)
    try:
        world.service.write_values(doc, OWNER, where, [[value]], by_hand=True)
    except GoogleError as error:
        refusal = error
    else:
        return True
    assert refusal.code == 400
    assert f"in cell {where} violates the data validation rules" in refusal.message
    return False


@pytest.mark.parametrize(
    ("kind", "values", "good", "bad"),
    [
        ("NUMBER_GREATER", ["5"], [6, "5.1"], [5, "six"]),
        ("NUMBER_GREATER_THAN_EQ", ["5"], [5], [4.9]),
        ("NUMBER_LESS", ["=A9"], [2], [3]),
        ("NUMBER_LESS_THAN_EQ", ["=A9+1"], [4], [4.5]),
        ("NUMBER_EQ", ["5"], [5], [4]),
        ("NUMBER_NOT_EQ", ["5"], [4], [5]),
        ("NUMBER_BETWEEN", ["1", "3"], [1, 3], [0, 4, "x"]),
        ("NUMBER_NOT_BETWEEN", ["1", "3"], [0, 4], [2]),
        ("TEXT_CONTAINS", ["ab"], ["xABx"], ["ba"]),
        ("TEXT_NOT_CONTAINS", ["ab"], ["ba"], ["xabx"]),
        ("TEXT_EQ", ["Yes"], ["Yes"], ["Yes."]),
        ("TEXT_IS_EMAIL", [], ["a.b@example.com"], ["a@b", "a b@example.com", "example.com"]),
        ("TEXT_IS_URL", [], ["https://example.com/a?b", "example.com"], ["not a link", "x"]),
        ("DATE_IS_VALID", [], ["2026-11-24"], ["soon"]),
        ("DATE_EQ", ["2026-11-24"], ["2026-11-24", "2026-11-24 10:00"], ["2026-11-25"]),
        ("DATE_BEFORE", ["2026-11-24"], ["2026-11-23"], ["2026-11-24"]),
        ("DATE_ON_OR_BEFORE", ["2026-11-24"], ["2026-11-24 23:59"], ["2026-11-25"]),
        ("DATE_AFTER", ["2026-11-24"], ["2026-11-25"], ["2026-11-24 12:00"]),
        ("DATE_ON_OR_AFTER", ["=DATE(2026,11,24)"], ["2026-11-24"], ["2026-11-23"]),
        ("DATE_BETWEEN", ["2026-01-01", "2026-01-31"], ["2026-01-31 08:00"], ["2026-02-01"]),
        ("DATE_NOT_BETWEEN", ["2026-01-01", "2026-01-31"], ["2026-02-01"], ["2026-01-02"]),
        ("ONE_OF_LIST", ["Draft", "5", "TRUE"], ["Draft", 5, True], ["draft", "6"]),
        ("ONE_OF_RANGE", ["=$A$7:$A$9"], ["one", 3], ["two", "4"]),
        ("BOOLEAN", [], [True, "FALSE"], ["yes", 1]),
        ("BOOLEAN", ["Yes", "No"], ["Yes", "No"], [True, "Maybe"]),
        ("CUSTOM_FORMULA", ["=AND(ISNUMBER(C1),C1>$A$9)"], [4], [3, "x"]),
        ("CUSTOM_FORMULA", ["=COUNTIF(C$1:C$9,C1)=1"], ["a"], []),
    ],
)
def test_validation__each_type_of_condition(
    world: World, kind: str, values: list[str], good: list[Any], bad: list[Any]
) -> None:
    world.put("A7:A9", [["one"], [""], [3]])
    validate(world, "C1:C2", kind, *values)
    assert [typed(world, "C1", value) for value in good] == [True] * len(good)
    kept = world.values("C1")
    assert [typed(world, "C1", value) for value in bad] == [False] * len(bad)
    assert world.values("C1") == kept


def test_validation__a_custom_formula_is_each_cells_own(world: World) -> None:
    world.put("A1:A3", [[1], [2], [3]])
    validate(world, "B1:B3", "CUSTOM_FORMULA", "=B1>A1")
    assert (typed(world, "B3", 3), typed(world, "B3", 4)) == (False, True)
    world.batch(
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}
    )
    assert (typed(world, "B2", 1), typed(world, "B2", 2)) == (False, True)


def test_validation__marks_what_does_not_fit_and_lets_the_api_pass(world: World) -> None:
    validate(world, "B1", "NUMBER_GREATER", "5", strict=False)
    validate(world, "B2", "NUMBER_GREATER", "5", strict=True)
    world.put("B1:B2", [[1], [2]])
    doc = world.service.open(world.sheet, OWNER)
    assert [(m.row, m.column, m.strict) for m in world.service.marks(doc, "A1:C9")] == [
        (0, 1, False),
        (1, 1, True),
    ]
    assert typed(world, "B1", 3)
    assert typed(world, "B1", "")
    assert [m.row for m in world.service.marks(doc, "A1:C9")] == [1]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("NUMBER_BETWEEN", ["1"]),
        ("TEXT_IS_EMAIL", ["x"]),
        ("ONE_OF_LIST", []),
        ("CUSTOM_FORMULA", []),
        ("BOOLEAN", ["a", "b", "c"]),
    ],
)
def test_validation__a_rule_with_the_wrong_number_of_values_is_refused(
    world: World, kind: str, values: list[str]
) -> None:
    rule = {"condition": condition(kind, *values)}
    assert kind in world.refused({"setDataValidation": {"range": place("A1"), "rule": rule}})


def colors(world: World, where: str) -> list[list[float]]:
    """The red part of each cell's effective background."""
    data = world.get(f"?ranges={where}&includeGridData=true")
    rows = data["sheets"][0]["data"][0].get("rowData", [])
    return [
        [
            cell.get("effectiveFormat", {}).get("backgroundColor", {}).get("green", 0)
            for cell in row.get("values", [])
        ]
        for row in rows
    ]


def add_rule(world: World, where: str, kind: str, *values: str, index: int = 0, **format_of: Any) -> None:
    boolean = {"condition": condition(kind, *values), "format": format_of or RED}
    rule = {"ranges": [place(where)], "booleanRule": boolean}
    world.batch({"addConditionalFormatRule": {"rule": rule, "index": index}})


@pytest.mark.parametrize(
    ("kind", "values", "hit"),
    [
        ("TEXT_EQ", ["late"], ["Late"]),
        ("NUMBER_GREATER", ["=$E$1"], [9]),
        ("NUMBER_BETWEEN", ["1", "5"], [3]),
        ("NOT_BLANK", [], ["Late", 9, 3]),
        ("CUSTOM_FORMULA", ["=ISTEXT($A1)"], ["Late"]),
        ("CUSTOM_FORMULA", ["=A2=3"], [9]),
    ],
)
def test_conditional_formats__show_in_the_effective_format(
    world: World, kind: str, values: list[str], hit: list[Any]
) -> None:
    cells = ["Late", 9, 3]
    world.put("A1:A3", [[one] for one in cells])
    world.put("E1", [[5]])
    add_rule(world, "A1:A9", kind, *values)
    assert colors(world, "A1:A3") == [[0 if one in hit else 1] for one in cells]
    data = world.get("?ranges=A1:A3&includeGridData=true")
    assert all("userEnteredFormat" not in row["values"][0] for row in data["sheets"][0]["data"][0]["rowData"])


def test_conditional_formats__the_earlier_rule_wins_for_each_property(world: World) -> None:
    world.put("A1", [[5]])
    add_rule(world, "A1", "NOT_BLANK", backgroundColor={"green": 0.5}, textFormat={"bold": True})
    add_rule(world, "A1", "NOT_BLANK", backgroundColor={"green": 0.25})
    data = world.get("?ranges=A1&includeGridData=true")
    shown = data["sheets"][0]["data"][0]["rowData"][0]["values"][0]["effectiveFormat"]
    assert shown["backgroundColor"] == {"green": 0.25}
    assert shown["textFormat"]["bold"] is True


def test_conditional_formats__blank_cells_and_days_from_now(world: World) -> None:
    world.clock.fixed = datetime(2026, 11, 24, 12, tzinfo=UTC)
    world.put("A1:B1", [["x", "2026-11-24"]])
    world.put("A2:B2", [["", "2026-11-25"]])
    add_rule(world, "A1:A2", "BLANK")
    boolean = {"condition": {"type": "DATE_BEFORE", "values": [{"relativeDate": "TOMORROW"}]}, "format": RED}
    world.batch({"addConditionalFormatRule": {"rule": {"ranges": [place("B1:B2")], "booleanRule": boolean}}})
    assert colors(world, "A1:B2") == [[1, 0], [0, 1]]


def test_conditional_formats__a_gradient_lies_between_its_points(world: World) -> None:
    world.put("A1:A3", [[0], [5], [10]])
    gradient = {
        "minpoint": {"color": {"green": 1}, "type": "MIN"},
        "maxpoint": {"color": {"green": 0.5}, "type": "NUMBER", "value": "10"},
    }
    world.batch(
        {"addConditionalFormatRule": {"rule": {"ranges": [place("A1:A3")], "gradientRule": gradient}}}
    )
    assert colors(world, "A1:A3") == [[1], [0.75], [0.5]]


def test_conditional_formats__an_empty_range_is_kept_and_colours_nothing(world: World) -> None:
    world.put("A1:B2", [["x", "x"], ["x", "x"]])
    nowhere = {"startRowIndex": 1, "endRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}
    boolean = {"condition": {"type": "NOT_BLANK"}, "format": RED}
    world.batch({"addConditionalFormatRule": {"rule": {"ranges": [nowhere], "booleanRule": boolean}}})
    assert colors(world, "A1:B2") == [[1, 1], [1, 1]]
    (rule,) = world.get()["sheets"][0]["conditionalFormats"]
    assert rule["ranges"] == [nowhere]
    backwards = {"rule": {"ranges": [{"startRowIndex": 2, "endRowIndex": 1}], "booleanRule": boolean}}
    assert "must be after startRowIndex" in world.refused({"addConditionalFormatRule": backwards})


def hidden(world: World) -> list[int]:
    """The numbers of the rows that a filter hides."""
    data = world.get("?ranges=A1:C9&includeGridData=true")
    rows = data["sheets"][0]["data"][0]["rowMetadata"]
    return [index + 1 for index, row in enumerate(rows) if row.get("hiddenByFilter")]


def set_filter(world: World, where: str = "A1:C9", **more: Any) -> None:
    world.batch({"setBasicFilter": {"filter": {"range": place(where), **more}}})


def spec(column: int, **criteria: Any) -> dict[str, Any]:
    return {"columnIndex": column, "filterCriteria": criteria}


DATA = [["Name", "Sum"], ["a", 5], ["b", 50], ["c", 7], ["a", 70]]


def test_basic_filter__hides_rows_by_value_and_by_condition(world: World) -> None:
    world.put("A1:B5", DATA)
    set_filter(world, filterSpecs=[spec(0, hiddenValues=["a"])])
    assert hidden(world) == [2, 5]
    set_filter(world, filterSpecs=[spec(1, condition=condition("NUMBER_GREATER", "6"))])
    assert [row for row in hidden(world) if row <= 5] == [2]
    set_filter(world, "A1:B5", criteria={"0": {"hiddenValues": ["b"]}, "1": {"hiddenValues": ["7"]}})
    assert hidden(world) == [3, 4]
    shown = world.get()["sheets"][0]["basicFilter"]
    assert shown["criteria"] == {"0": {"hiddenValues": ["b"]}, "1": {"hiddenValues": ["7"]}}
    assert shown["filterSpecs"] == [spec(0, hiddenValues=["b"]), spec(1, hiddenValues=["7"])]
    world.batch({"clearBasicFilter": {"sheetId": 0}})
    assert hidden(world) == []


def test_basic_filter__a_custom_formula_counts_from_the_first_row_of_data(world: World) -> None:
    world.put("A1:B5", DATA)
    set_filter(world, "A1:B5", filterSpecs=[spec(0, condition=condition("CUSTOM_FORMULA", "=$B2>=50"))])
    assert hidden(world) == [2, 4]


def test_basic_filter__sorts_below_its_header_then_hides(world: World) -> None:
    world.put("A1:B5", DATA)
    order = [
        {"dimensionIndex": 0, "sortOrder": "DESCENDING"},
        {"dimensionIndex": 1, "sortOrder": "ASCENDING"},
    ]
    set_filter(world, "A1:B5", sortSpecs=order, filterSpecs=[spec(0, hiddenValues=["c"])])
    assert world.values("A1:B5") == [["Name", "Sum"], ["c", "7"], ["b", "50"], ["a", "5"], ["a", "70"]]
    assert hidden(world) == [2]
    assert world.reopened().get("?includeGridData=true") == world.get("?includeGridData=true")


def test_basic_filter__hidden_rows_move_with_inserted_ones(world: World) -> None:
    world.put("A1:B5", DATA)
    set_filter(world, "A1:B5", filterSpecs=[spec(0, hiddenValues=["b"])])
    rows = {"sheetId": 0, "dimension": "ROWS"}
    world.batch({"insertDimension": {"range": {**rows, "startIndex": 0, "endIndex": 1}}})
    assert hidden(world) == [4]
    columns = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 2}
    world.batch({"insertDimension": {"range": columns}})
    shown = world.get()["sheets"][0]["basicFilter"]
    assert (shown["range"], shown["criteria"]) == (answered("C2:D6"), {"2": {"hiddenValues": ["b"]}})
    world.batch({"deleteDimension": {"range": {**rows, "startIndex": 1, "endIndex": 3}}})
    world.batch({"deleteDimension": {"range": {**rows, "startIndex": 0, "endIndex": 9}}})
    assert "basicFilter" not in world.get()["sheets"][0]
    assert hidden(world) == []


def test_filters__a_column_outside_of_the_range_is_refused(world: World) -> None:
    assert "outside the filter's range" in world.refused(
        {"setBasicFilter": {"filter": {"range": place("A1:B5"), "filterSpecs": [spec(2)]}}}
    )


def test_basic_filter__open_sides_are_the_grids(world: World) -> None:
    for given, (rows, columns) in (({}, (1000, 26)), ({"startRowIndex": 2, "endColumnIndex": 3}, (1000, 3))):
        world.batch({"setBasicFilter": {"filter": {"range": given}}})
        assert world.get()["sheets"][0]["basicFilter"]["range"] == {
            "startRowIndex": given.get("startRowIndex", 0),
            "endRowIndex": rows,
            "startColumnIndex": 0,
            "endColumnIndex": columns,
        }
