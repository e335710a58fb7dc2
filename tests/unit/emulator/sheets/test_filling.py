from __future__ import annotations

from typing import Any

import pytest

from tests.unit.emulator.sheets.places import place
from tests.unit.emulator.sheets.world import World


def fill(world: World, source: str, length: int, dimension: str = "ROWS", **more: Any) -> None:
    wanted = {"source": place(source), "dimension": dimension, "fillLength": length}
    world.batch({"autoFill": {"sourceAndDestination": wanted, **more}})


@pytest.mark.parametrize(
    ("begun", "filled"),
    [
        ([1, 2], ["3", "4", "5"]),
        ([0.1, 0.2], ["0.3", "0.4", "0.5"]),
        ([7], ["7", "7", "7"]),
        ([1, 2, 4], ["5.333333333", "6.833333333", "8.333333333"]),
        (["PR-007"], ["PR-008", "PR-009", "PR-010"]),
        (["Step 2", "Step 4"], ["Step 6", "Step 8", "Step 10"]),
        (["Mon"], ["Tue", "Wed", "Thu"]),
        (["january", "march"], ["may", "july", "september"]),
        (["a", "b"], ["a", "b", "a"]),
        (["'5", "x"], ["5", "x", "5"]),
        ([True], ["TRUE", "TRUE", "TRUE"]),
        (["2026-01-31", "2026-02-28"], ["2026-03-31", "2026-04-30", "2026-05-31"]),
        (["2026-12-30"], ["2026-12-31", "2027-01-01", "2027-01-02"]),
    ],
)
def test_auto_fill__a_series_goes_on(world: World, begun: list[Any], filled: list[str]) -> None:
    world.put("A1", [[one] for one in begun])
    fill(world, f"A1:A{len(begun)}", 3)
    assert [line[0] for line in world.values("A1:A9")][len(begun) :] == filled


def test_auto_fill__formulas_move_along_with_their_format(world: World) -> None:
    world.put("A1:B1", [["R2", "=LEN(A1)*$B$9"]])
    style = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.0"}}}
    world.batch({"repeatCell": {"range": place("B1"), "cell": style, "fields": "userEnteredFormat"}})
    fill(world, "A1:B1", 2)
    assert world.values("A1:B3", "FORMULA") == [
        ["R2", "=LEN(A1)*$B$9"],
        ["R3", "=LEN(A2)*$B$9"],
        ["R4", "=LEN(A3)*$B$9"],
    ]
    assert world.values("B2:B3") == [["0.0"], ["0.0"]]


def test_auto_fill__to_the_left_and_the_other_series(world: World) -> None:
    world.put("C1:D2", [[3, 4], [5, 6]])
    fill(world, "C1:D1", -2, "COLUMNS")
    fill(world, "C2:D2", 2, "COLUMNS", useAlternateSeries=True)
    assert world.values("A1:F2", "UNFORMATTED_VALUE") == [[1, 2, 3, 4], ["", "", 5, 6, 5, 6]]
    world.put("A9", [[7]])
    fill(world, "A9", 2, "COLUMNS", useAlternateSeries=True)
    assert world.values("A9:C9") == [["7", "8", "9"]]


def test_auto_fill__finds_the_data_of_a_range(world: World) -> None:
    world.put("A1:B2", [[1, "x"], [2, "x"]])
    world.batch({"autoFill": {"range": place("A1:B4")}})
    assert world.values("A1:B5") == [["1", "x"], ["2", "x"], ["3", "x"], ["4", "x"]]
    assert world.refused({"autoFill": {}}).endswith("Either range or sourceAndDestination must be set.")
