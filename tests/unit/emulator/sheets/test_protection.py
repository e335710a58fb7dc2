from __future__ import annotations

from typing import Any

import pytest

from tests.unit.emulator.sheets.world import OWNER, World

ANNA, BORIS, VERA = "anna@example.com", "boris@example.com", "vera@example.com"
SENTENCE = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove"
    " protection if you need to edit."
)


@pytest.fixture
def shared(world: World) -> World:
    """Anna and Boris may write, Vera may read; column B is Anna's."""
    for person, role in ((ANNA, "writer"), (BORIS, "writer"), (VERA, "reader")):
        world.service.share(world.sheet, person, role)
    world.put("A1:B3", [["a", 3], ["b", 1], ["c", 2]])
    _protect(world, {"sheetId": 0, "startColumnIndex": 1, "endColumnIndex": 2}, users=[ANNA])
    return world


def _protect(world: World, place: dict[str, Any], users: list[str] | None = None, **more: Any) -> int:
    item = {"range": place, "editors": {"users": users or []}, **more}
    (reply,) = world.batch({"addProtectedRange": {"protectedRange": item}})
    return int(reply["addProtectedRange"]["protectedRange"]["protectedRangeId"])


def _write(world: World, who: str, where: str) -> tuple[int, str]:
    url = f"{world.url}/values/{where}?valueInputOption=RAW"
    status, answer = world.call("PUT", url, {"values": [["x"]]}, who=who)
    return status, answer.get("error", {}).get("message", "")


def test_protection__binds_all_but_owner_and_editors(shared: World) -> None:
    assert _write(shared, BORIS, "B2") == (400, SENTENCE)
    assert _write(shared, BORIS, "A2") == (200, "")
    assert _write(shared, ANNA, "B2") == (200, "")
    assert _write(shared, OWNER, "B2") == (200, "")


def test_protection__of_one_cell_of_a_write_refuses_it_whole(shared: World) -> None:
    url = f"{shared.url}/values/A2:B2?valueInputOption=RAW"
    assert shared.call("PUT", url, {"values": [["x", "y"]]}, who=BORIS)[0] == 400
    assert shared.values("A2") == [["b"]]


def test_protection__refuses_a_batch_with_the_requests_number(shared: World) -> None:
    cell = {"userEnteredValue": {"stringValue": "x"}}
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}
    message = shared.refused({"repeatCell": {"range": area, "cell": cell, "fields": "*"}}, who=BORIS)
    assert message == f"Invalid requests[0].repeatCell: {SENTENCE}"


def test_protection__warning_only_binds_nobody(shared: World) -> None:
    _protect(shared, {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1}, warningOnly=True)
    assert _write(shared, BORIS, "A2") == (200, "")


def test_protection__unprotected_ranges_are_free(shared: World) -> None:
    shared.batch({"addSheet": {"properties": {"sheetId": 5, "title": "State"}}})
    hole = {"sheetId": 5, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    _protect(shared, {"sheetId": 5}, unprotectedRanges=[hole])
    assert _write(shared, BORIS, "State!B3") == (200, "")
    assert _write(shared, BORIS, "State!C3") == (400, SENTENCE)
    assert _write(shared, BORIS, "State!A1") == (400, SENTENCE)


def test_protection__reader_and_stranger_may_not_write(shared: World) -> None:
    words = "The caller does not have permission"
    assert _write(shared, VERA, "A1") == (403, words)
    assert _write(shared, "nobody@example.com", "A1") == (403, words)
    assert shared.call("GET", f"{shared.url}/values/A1", who=VERA)[0] == 200
    assert shared.call("GET", f"{shared.url}/values/A1", who="nobody@example.com")[0] == 403


def test_protection__a_missing_spreadsheet_is_not_found(shared: World) -> None:
    status, answer = shared.call("GET", "/v4/spreadsheets/1nothing/values/A1")
    assert (status, answer["error"]["status"]) == (404, "NOT_FOUND")
    assert answer["error"]["message"] == "Requested entity was not found."


def _sort() -> dict[str, Any]:
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    return {"sortRange": {"range": place, "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "ASCENDING"}]}}


def test_protection__blocks_sort_and_row_deletion_by_default(shared: World) -> None:
    rows = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    assert SENTENCE in shared.refused(_sort(), who=BORIS)
    assert SENTENCE in shared.refused({"deleteDimension": {"range": rows}}, who=BORIS)


def test_protection__lets_sort_and_row_deletion_pass_by_the_switch(shared: World) -> None:
    shared.service._blocks_sort = lambda: False
    shared.service._documents.clear()
    shared.batch(_sort(), who=BORIS)
    assert shared.values("A1:B3") == [["b", "1"], ["c", "2"], ["a", "3"]]


def test_protection__of_a_column_leaves_row_insertion_free(shared: World) -> None:
    rows = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    shared.batch({"insertDimension": {"range": rows}}, who=BORIS)
    assert shared.values("A1:A3") == [["a"], [], ["b"]]


def test_protection__can_be_removed_by_its_editors_only(shared: World) -> None:
    identifier = shared.get()["sheets"][0]["protectedRanges"][0]["protectedRangeId"]
    request = {"deleteProtectedRange": {"protectedRangeId": identifier}}
    assert SENTENCE in shared.refused(request, who=BORIS)
    assert shared.batch(request, who=ANNA) == [{}]
    assert "No protected range with id" in shared.refused(request)


def test_protection__without_the_caller_among_the_editors_is_refused(shared: World) -> None:
    place = {"sheetId": 0, "startColumnIndex": 5, "endColumnIndex": 6}
    item = {"range": place, "editors": {"users": [ANNA]}}
    message = shared.refused({"addProtectedRange": {"protectedRange": item}}, who=BORIS)
    assert message == "Invalid requests[0].addProtectedRange: You can't remove yourself as an editor."


def test_protection__shows_each_caller_what_he_may(shared: World) -> None:
    anna = shared.ok("GET", shared.url, who=ANNA)["sheets"][0]["protectedRanges"][0]
    boris = shared.ok("GET", shared.url, who=BORIS)["sheets"][0]["protectedRanges"][0]
    assert anna["requestingUserCanEdit"]
    assert set(anna["editors"]["users"]) == {ANNA, OWNER}
    assert "requestingUserCanEdit" not in boris
    assert "editors" not in boris


def test_validation__binds_a_hand_and_not_the_api(shared: World) -> None:
    condition = {
        "type": "ONE_OF_LIST",
        "values": [{"userEnteredValue": "Draft"}, {"userEnteredValue": "Paid"}],
    }
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 1}
    shared.batch({"setDataValidation": {"range": area, "rule": {"condition": condition, "strict": True}}})
    doc = shared.service.open(shared.sheet, BORIS, write=True)
    with pytest.raises(Exception, match="The data you entered in cell A5 violates the data validation rules"):
        shared.service.write_values(doc, BORIS, "A5", [["Nonsense"]], by_hand=True)
    assert shared.values("A5") == []
    shared.service.write_values(doc, BORIS, "A5", [["Paid"]], by_hand=True)
    shared.service.write_values(doc, BORIS, "A6", [["Nonsense"]])
    assert shared.values("A5:A6") == [["Paid"], ["Nonsense"]]


def test_protection__by_a_named_range_stays_when_the_name_goes(shared: World) -> None:
    place = {"sheetId": 0, "startColumnIndex": 3, "endColumnIndex": 4}
    shared.batch(
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "Sums", "range": place}}},
        {"addProtectedRange": {"protectedRange": {"namedRangeId": "n"}}},
    )
    assert _write(shared, BORIS, "D1") == (400, SENTENCE)
    shared.batch({"deleteNamedRange": {"namedRangeId": "n"}})
    assert _write(shared, BORIS, "D1") == (400, SENTENCE)
    assert _write(shared, BORIS, "A1") == (200, "")
