"""Edits as a person's hand makes them, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.server import Server

OWNER, ANNA, BOB, EVE = "owner@example.com", "anna@example.com", "bob@example.com", "eve@example.com"
RECORDER = """
function onSheetEdit(e) {
  const told = {value: e.value, oldValue: e.oldValue, user: e.user.getEmail(), a1: e.range.getA1Notation()};
  PropertiesService.getScriptProperties().setProperty("told", JSON.stringify(told));
}
"""


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.close()


@pytest.fixture
def book(emulator: Emulator) -> str:
    tabs = [
        {
            "properties": {
                "sheetId": 0,
                "title": "Registry",
                "gridProperties": {"rowCount": 20, "columnCount": 8},
            }
        }
    ]
    body = {
        "properties": {"title": "Payments", "locale": "en_US", "timeZone": "Europe/Moscow"},
        "sheets": tabs,
    }
    identifier: str = emulator.sheets.create(OWNER, body)["spreadsheetId"]
    emulator.sheets.share(identifier, ANNA, "writer")
    emulator.sheets.share(identifier, BOB, "reader")
    return identifier


@pytest.fixture
def server(emulator: Emulator, book: str) -> Iterator[Server]:
    server = serve(create_app(emulator), 0)
    yield server
    server.shutdown()


def post(server: Server, body: Any, status: int) -> Any:
    answer = requests.post(f"{server.url}/workspace/edit", json=body, timeout=10)
    assert answer.status_code == status, answer.text
    return answer.json()


def edit(server: Server, who: str, status: int = 200, **body: Any) -> Any:
    return post(server, {"as": who, **body}, status)


def read(server: Server, book: str, where: str, option: str = "UNFORMATTED_VALUE") -> Any:
    url = f"{server.url}/v4/spreadsheets/{book}/values/{where}"
    headers = {"Authorization": f"Bearer local:{OWNER}"}
    return (
        requests.get(url, params={"valueRenderOption": option}, headers=headers, timeout=5)
        .json()
        .get("values")
    )


def batch(emulator: Emulator, book: str, *changes: dict[str, Any]) -> None:
    doc = emulator.sheets.open(book, OWNER, write=True)
    emulator.sheets.batch_update(doc, OWNER, {"requests": list(changes)})


def test_edit__types_as_entered_and_clears(server: Server, book: str) -> None:
    answer = edit(server, ANNA, range="Registry!B5", value="1,250.50")
    assert answer == {"spreadsheetId": book, "updatedRange": "Registry!B5", "triggers": []}
    assert read(server, book, "B5") == [[1250.5]]
    edit(server, ANNA, range="B5", value="=1+1")
    assert read(server, book, "B5") == [[2]]
    edit(server, ANNA, range="B5", value=None)
    assert read(server, book, "B5") is None


def test_edit__pastes_a_block_and_grows_the_grid(server: Server, book: str) -> None:
    answer = edit(server, ANNA, range="Registry!A20", values=[["a", "1"], ["b"], [None, True]])
    assert answer["updatedRange"] == "Registry!A20:B22"
    assert read(server, book, "A20:B22") == [["a", 1], ["b"], ["", True]]


def test_edit__fills_a_range_with_one_value(server: Server, book: str) -> None:
    edit(server, ANNA, range="A1:B2", value="x")
    assert read(server, book, "A1:B2") == [["x", "x"], ["x", "x"]]


def test_edit__a_reader_and_a_stranger_may_not(server: Server, book: str) -> None:
    for who in (BOB, EVE):
        error = edit(server, who, 403, range="A1", value="x")["error"]
        assert error == {
            "code": 403,
            "message": "The caller does not have permission",
            "status": "PERMISSION_DENIED",
        }
    assert read(server, book, "A1") is None


def test_edit__protection_binds_all_but_the_owner(server: Server, emulator: Emulator, book: str) -> None:
    area = {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1}
    batch(
        emulator,
        book,
        {"addProtectedRange": {"protectedRange": {"range": area, "editors": {"users": [OWNER]}}}},
    )
    error = edit(server, ANNA, 400, range="A1", value="x")["error"]
    assert "You are trying to edit a protected cell or object." in error["message"]
    edit(server, ANNA, 400, range="A1", values=[["x", "y"]])
    assert read(server, book, "A1:B1") is None
    edit(server, OWNER, range="A1", value="x")
    assert read(server, book, "A1") == [["x"]]


def test_edit__strict_validation_refuses_a_hand_and_not_the_api(
    server: Server, emulator: Emulator, book: str
) -> None:
    choices = [{"userEnteredValue": text} for text in ("Draft", "Submitted")]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": choices}, "strict": True}
    area = {"sheetId": 0, "startColumnIndex": 5, "endColumnIndex": 6, "startRowIndex": 1}
    batch(emulator, book, {"setDataValidation": {"range": area, "rule": rule}})
    error = edit(server, ANNA, 400, range="F2", value="Paid")["error"]
    assert error["message"].startswith(
        "The data you entered in cell F2 violates the data validation rules set on this cell."
    )
    assert read(server, book, "F2") is None
    edit(server, ANNA, range="F2", value="Draft")
    edit(server, ANNA, range="F2", value="")
    doc = emulator.sheets.open(book, ANNA, write=True)
    emulator.sheets.write_values(doc, ANNA, "F2", [["Paid"]])
    assert read(server, book, "F2") == [["Paid"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"as": ANNA, "range": "A1"},
        {"as": ANNA, "range": "A1", "value": 1, "values": [[1]]},
        {"as": ANNA, "range": "A1", "value": [1]},
        {"as": ANNA, "range": "A1", "values": []},
        {"as": ANNA, "range": "A1", "values": [[{}]]},
        {"as": "anna", "range": "A1", "value": 1},
        {"as": ANNA, "range": "No such tab!A1", "value": 1},
        {"as": ANNA, "range": "A1", "value": 1, "wait": "no"},
        {"as": ANNA, "range": "A1", "value": 1, "colour": "red"},
        {"as": ANNA, "range": "A1", "value": "x" * 50_001},
    ],
)
def test_edit__malformed_is_400(server: Server, body: dict[str, Any]) -> None:
    assert post(server, body, 400)["error"]["status"] == "INVALID_ARGUMENT"


def test_edit__says_which_spreadsheet_when_there_are_two(
    server: Server, emulator: Emulator, book: str
) -> None:
    other = emulator.sheets.create(ANNA, {"properties": {"title": "Other"}})["spreadsheetId"]
    edit(server, ANNA, 400, range="A1", value="x")
    assert edit(server, ANNA, range="A1", value="x", spreadsheet=other)["spreadsheetId"] == other
    edit(server, ANNA, 404, range="A1", value="x", spreadsheet="nope")


@pytest.mark.parametrize(
    ("before", "body", "told"),
    [
        ("old", {"value": "new"}, {"value": "new", "oldValue": "old"}),
        ("", {"value": "new"}, {"value": "new"}),
        ("old", {"value": ""}, {"oldValue": "old"}),
        ("1", {"value": "TRUE"}, {"value": "TRUE", "oldValue": "1"}),
        ("12/31/2026", {"value": "2.50"}, {"value": "2.5", "oldValue": "46387"}),
        ("old", {"values": [["new"]]}, {}),
    ],
)
def test_edit__event_tells_values_as_google_does(
    server: Server, emulator: Emulator, book: str, before: str, body: dict[str, Any], told: dict[str, str]
) -> None:
    edit(server, ANNA, range="B2", value=before)
    project = emulator.scripts.deploy("recorder", OWNER, RECORDER)
    emulator.scripts.projects.install(project.id, "onSheetEdit", "ON_EDIT", book)
    answer = edit(server, "Anna@example.com", range="B2", **body)
    assert [(run["function"], run["ok"], run["error"]) for run in answer["triggers"]] == [
        ("onSheetEdit", True, None)
    ]
    kept = emulator.scripts.projects.properties(project.id)["told"]
    assert json.loads(kept) == {**told, "user": ANNA, "a1": "B2"}


def test_edit__without_wait_answers_before_the_trigger(server: Server, emulator: Emulator, book: str) -> None:
    project = emulator.scripts.deploy(
        "slow",
        OWNER,
        "function onSheetEdit(e) { Utilities.sleep(2000); mark(); }\n"
        "function mark() { PropertiesService.getScriptProperties().setProperty('x', '1'); }",
    )
    emulator.scripts.projects.install(project.id, "onSheetEdit", "ON_EDIT", book)
    assert edit(server, ANNA, range="B2", value="x", wait=False)["triggers"] == []
    assert "x" not in emulator.scripts.projects.properties(project.id)
    emulator.hand.settle()
    assert emulator.scripts.projects.properties(project.id)["x"] == "1"


def test_edit__a_failing_trigger_does_not_fail_the_edit(
    server: Server, emulator: Emulator, book: str
) -> None:
    project = emulator.scripts.deploy(
        "broken", OWNER, "function onSheetEdit(e) { throw new Error('no luck'); }"
    )
    emulator.scripts.projects.install(project.id, "onSheetEdit", "ON_EDIT", book)
    (run,) = edit(server, ANNA, range="B2", value="x")["triggers"]
    assert run["ok"] is False
    assert "no luck" in run["error"]
    assert read(server, book, "B2") == [["x"]]


def test_edit__listeners_hear_of_the_file_the_cells_and_the_hand(
    server: Server, emulator: Emulator, book: str
) -> None:
    heard: list[Any] = []
    emulator.events.subscribe(lambda kind, detail: heard.append((kind, detail)))
    edit(server, ANNA, range="B2", value="x")
    assert heard == [
        ("drive", {}),
        ("cells", {"spreadsheet": book, "by": ANNA}),
        ("edit", {"spreadsheet": book, "range": "Registry!B2", "by": ANNA}),
    ]


def test_view__tells_the_rows_that_a_filter_view_shows_in_its_order(
    server: Server, emulator: Emulator, book: str
) -> None:
    rows = [["Name", "Amount"], ["a", 5], ["b", 40], ["c", 30], ["d", "none"]]
    edit(server, ANNA, range="A1", values=rows)
    over = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$B2>10"}]}
    spec = {"columnIndex": 1, "filterCriteria": {"condition": over}}
    named: dict[str, Any] = {"title": "Large", "range": {"endRowIndex": 6}, "filterSpecs": [spec]}
    order = {"title": "Order", "range": {"endRowIndex": 6}}
    for number, view in ((7, named), (8, order)):
        sorting = [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}]
        view = {**view, "filterViewId": number, "sortSpecs": sorting}
        body = {"requests": [{"addFilterView": {"filter": view}}]}
        doc = emulator.sheets.open(book, OWNER)
        emulator.sheets.batch_update(doc, OWNER, body)

    def rows_of(view: int, who: str) -> Any:
        asked = {"as": who, "fvid": str(view)}
        return requests.get(server.url + "/workspace/view", params=asked, timeout=10)

    assert rows_of(7, BOB).json() == {
        "filterViewId": 7,
        "range": {"sheetId": 0, "endRowIndex": 6},
        "rows": [3, 2, 4],  # a text is more than any number: Google compares so too
    }
    assert rows_of(8, BOB).json()["rows"] == [1, 3, 2, 4, 5]
    assert rows_of(9, BOB).status_code == 404
    assert rows_of(7, EVE).status_code == 403
