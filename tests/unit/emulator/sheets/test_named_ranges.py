from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.unit.emulator.sheets.world import OWNER, World


def _add(identifier: str, name: str, sheet_id: int = 0) -> dict[str, Any]:
    named = {"namedRangeId": identifier, "name": name, "range": {"sheetId": sheet_id}}
    return {"addNamedRange": {"namedRange": named}}


def _swap(old: str, new: str) -> list[dict[str, Any]]:
    return [{"deleteNamedRange": {"namedRangeId": old}}, _add(new, "SF_VERSION")]


def test_named_range__keeps_the_id_that_the_client_chose(world: World) -> None:
    (reply,) = world.batch(_add("rev-1", "SF_VERSION"))
    assert reply == {
        "addNamedRange": {"namedRange": {"namedRangeId": "rev-1", "name": "SF_VERSION", "range": {}}}
    }
    assert world.get("?fields=namedRanges")["namedRanges"][0]["namedRangeId"] == "rev-1"


def test_named_range__an_unbounded_one_reads_as_the_whole_sheet(world: World) -> None:
    world.batch(
        {"addSheet": {"properties": {"sheetId": 7, "title": "State"}}}, _add("rev-1", "SF_VERSION", 7)
    )
    assert world.ok("GET", f"{world.url}/values/SF_VERSION")["range"] == "State!A1:Z1000"


def test_named_range__an_id_or_a_name_that_exists_is_refused(world: World) -> None:
    world.batch(_add("rev-1", "SF_VERSION"))
    assert "rev-1" in world.refused(_add("rev-1", "OTHER"))
    assert world.refused(_add("rev-2", "sf_version")) == (
        "Invalid requests[0].addNamedRange: Cannot add named range with name: sf_version, a named range with"
        " that name already exists."
    )


def test_named_range__deleting_an_absent_one_is_refused(world: World) -> None:
    message = world.refused({"deleteNamedRange": {"namedRangeId": "rev-0"}})
    assert message == "Invalid requests[0].deleteNamedRange: No named range with id: rev-0"


def test_named_range__a_stale_swap_changes_nothing_at_all(world: World) -> None:
    world.batch(_add("rev-1", "SF_VERSION"))
    world.batch(*_swap("rev-1", "rev-2"))
    write = {
        "updateCells": {
            "start": {"sheetId": 0},
            "fields": "userEnteredValue",
            "rows": [{"values": [{"userEnteredValue": {"stringValue": "stale"}}]}],
        }
    }
    message = world.refused(write, *_swap("rev-1", "rev-3"))
    assert message == "Invalid requests[1].deleteNamedRange: No named range with id: rev-1"
    assert world.values("A1") == []
    assert [n["namedRangeId"] for n in world.get()["namedRanges"]] == ["rev-2"]


def test_named_range__of_many_swaps_on_one_token_exactly_one_wins(world: World) -> None:
    world.batch(_add("rev-0", "SF_VERSION"))

    def attempt(number: int) -> int:
        requests = _swap("rev-0", f"rev-1-{number}")
        return world.call("POST", f"{world.url}:batchUpdate", {"requests": requests}, who=OWNER)[0]

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(24)))
    assert sorted(outcomes) == [200] + [400] * 23
    assert len(world.get()["namedRanges"]) == 1


def test_named_range__follows_inserted_rows_and_goes_with_deleted_ones(world: World) -> None:
    place = {"sheetId": 0, "startRowIndex": 4, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 1}
    world.batch({"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "Rates", "range": place}}})
    rows = {"sheetId": 0, "dimension": "ROWS"}
    world.batch({"insertDimension": {"range": {**rows, "startIndex": 2, "endIndex": 3}}})
    assert world.ok("GET", f"{world.url}/values/Rates")["range"] == "Sheet1!A6:A7"
    world.batch({"deleteDimension": {"range": {**rows, "startIndex": 5, "endIndex": 6}}})
    assert world.ok("GET", f"{world.url}/values/Rates")["range"] == "Sheet1!A6"
    world.batch({"deleteDimension": {"range": {**rows, "startIndex": 0, "endIndex": 10}}})
    assert "namedRanges" not in world.get()


def test_named_range__a_name_like_a_cell_is_refused(world: World) -> None:
    assert "addNamedRange" in world.refused(_add("x", "A1"))
