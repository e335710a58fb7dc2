from __future__ import annotations

from urllib.parse import quote

from tests.discovery import assert_fits
from tests.unit.emulator.sheets.world import OWNER, World

SHEET = "application/vnd.google-apps.spreadsheet"


def test_drive__creates_lists_and_deletes_spreadsheets(world: World) -> None:
    made = world.ok("POST", "/drive/v3/files", {"name": "It's", "mimeType": SHEET})
    assert made == {"kind": "drive#file", "id": made["id"], "name": "It's", "mimeType": SHEET}
    query = quote(f"mimeType='{SHEET}' and name = 'It\\'s' and trashed=false")
    found = world.ok("GET", f"/drive/v3/files?q={query}")
    assert_fits(document="drive.v3", schema="FileList", value=found)
    assert [file["id"] for file in found["files"]] == [made["id"]]
    assert world.call("DELETE", f"/drive/v3/files/{made['id']}")[0] == 204
    assert world.call("GET", f"/v4/spreadsheets/{made['id']}")[0] == 404
    assert world.ok("GET", f"/drive/v3/files?q={query}")["files"] == []


def test_drive__shares_and_takes_back(world: World) -> None:
    url = f"/drive/v3/files/{world.sheet}/permissions"
    given = world.ok("POST", url, {"type": "user", "role": "reader", "emailAddress": "anna@example.com"})
    assert_fits(document="drive.v3", schema="Permission", value=given)
    assert world.call("GET", world.url, who="anna@example.com")[0] == 200
    assert (
        world.call(
            "POST", url, {"type": "user", "role": "writer", "emailAddress": "x@y.z"}, who="anna@example.com"
        )[0]
        == 403
    )
    listed = world.ok("GET", f"{url}?fields=*")
    assert {one["emailAddress"]: one["role"] for one in listed["permissions"]} == {
        OWNER: "owner",
        "anna@example.com": "reader",
    }
    assert world.call("DELETE", f"{url}/{given['id']}")[0] == 204
    assert world.call("GET", world.url, who="anna@example.com")[0] == 403


def test_drive__a_strangers_file_is_not_found(world: World) -> None:
    status, answer = world.call("GET", f"/drive/v3/files/{world.sheet}", who="nobody@example.com")
    assert (status, answer["error"]["message"]) == (404, f"File not found: {world.sheet}.")


def test_drive__exports_the_first_sheet(world: World) -> None:
    world.put("A1:B2", [["a,b", "2"], ["x"]])
    assert world.call("GET", f"/drive/v3/files/{world.sheet}/export?mimeType=text/csv") == (
        200,
        '"a,b",2\r\nx,',
    )
