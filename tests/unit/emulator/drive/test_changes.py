from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, SHEET, Caller, World

CHANGES = "/drive/v3/changes"
ALL = "supportsAllDrives=true&includeItemsFromAllDrives=true"


def token(caller: Caller) -> str:
    return str(caller.ok("GET", f"{CHANGES}/startPageToken")["startPageToken"])


def changes(caller: Caller, start: str, query: str = "") -> list[Any]:
    body = caller.ok("GET", f"{CHANGES}?pageToken={start}{query}")
    assert "newStartPageToken" in body
    return list(body["changes"])


def test_changes__tell_each_file_once_at_its_last_change(world: World) -> None:
    world.anna.upload("before.pdf", b"1")
    start = token(world.anna)
    assert changes(world.anna, start) == []
    one = world.anna.upload("one.pdf", b"1")
    two = world.anna.upload("two.pdf", b"1")
    world.anna.ok("PATCH", f"{FILES}/{one}", {"name": "uno.pdf"})
    told = changes(world.anna, start)
    assert [(one["fileId"], one["file"]["name"], one["removed"]) for one in told] == [
        (two, "two.pdf", False),
        (one, "uno.pdf", False),
    ]
    assert changes(world.boris, start) == []
    body = world.anna.ok("GET", f"{CHANGES}?pageToken={start}&pageSize=1")
    assert "newStartPageToken" not in body
    assert [one["fileId"] for one in changes(world.anna, body["nextPageToken"])] == [one]


def test_changes__cells_of_a_spreadsheet_and_shares(world: World) -> None:
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET})["id"]
    start = token(world.anna)
    doc = world.emulator.sheets.open(sheet, ANNA)
    world.emulator.sheets.write_values(doc, ANNA, "A1", [["x"]])
    assert [one["fileId"] for one in changes(world.anna, start)] == [sheet]
    start = token(world.boris)
    world.anna.share(sheet, BORIS)
    assert [one["fileId"] for one in changes(world.boris, start)] == [sheet]


@pytest.mark.parametrize("how", ["delete", "unshare", "move"])
def test_changes__what_went_out_of_sight_is_removed(world: World, how: str) -> None:
    folder = world.anna.folder("folder")
    file_id = world.anna.upload("a.pdf", b"1", parents=[folder])
    given = world.anna.share(folder, BORIS)["id"]
    start = token(world.boris)
    root = world.anna.file("root", "id")["id"]
    if how == "delete":
        world.anna.ok("DELETE", f"{FILES}/{file_id}")
    elif how == "unshare":
        world.anna.ok("DELETE", f"{FILES}/{folder}/permissions/{given}")
    else:
        world.anna.ok("PATCH", f"{FILES}/{file_id}?addParents={root}&removeParents={folder}")
    told = [one for one in changes(world.boris, start) if one["fileId"] == file_id]
    assert [(one["removed"], "file" in one) for one in told] == [(True, False)]
    assert changes(world.boris, start, "&includeRemoved=false") == []
    assert changes(world.who("stranger@example.com"), start) == []


def test_changes__of_shared_drives_are_told_when_asked_for(world: World) -> None:
    start = token(world.anna)
    drive = world.anna.ok("POST", "/drive/v3/drives?requestId=1", {"name": "Payments"})["id"]
    world.anna.folder("folder", drive)
    assert changes(world.anna, start) == []
    told = changes(world.anna, start, f"&{ALL}&fields=*")
    assert [one["changeType"] for one in told] == ["drive", "file"]
    assert told[0]["drive"]["name"] == "Payments"


def test_changes__a_bad_token(world: World) -> None:
    assert world.anna.refused("GET", CHANGES)[1] == "required"
    assert world.anna.refused("GET", f"{CHANGES}?pageToken=x") == (400, "invalid", "Invalid Value")


def test_watch__keeps_a_channel_until_it_is_stopped_or_over(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    body = {"id": "c-1", "type": "web_hook", "address": "https://example.com/hook", "token": "t"}
    channel = world.anna.ok("POST", f"{FILES}/{file_id}/watch", body)
    assert (channel["id"], channel["token"], channel["kind"]) == ("c-1", "t", "api#channel")
    assert channel["resourceUri"].endswith(f"{FILES}/{file_id}")
    day = timedelta(days=1).total_seconds() * 1000
    left = int(channel["expiration"]) - world.emulator.clock.now().timestamp() * 1000
    assert day - 60_000 < left <= day
    assert world.anna.refused("POST", f"{FILES}/{file_id}/watch", body)[1] == "channelIdNotUnique"
    world.anna.ok("POST", f"{CHANGES}/watch?pageToken=1", {**body, "id": "c-2"})
    assert [one["id"] for one in world.emulator.drive.changes.channels()] == ["c-1", "c-2"]
    ended = {"id": "c-1", "resourceId": channel["resourceId"]}
    assert world.boris.refused("POST", "/drive/v3/channels/stop", ended)[0] == 404
    world.anna.ok("POST", "/drive/v3/channels/stop", ended)
    world.emulator.clock.advance(timedelta(days=6))
    assert [one["id"] for one in world.emulator.drive.changes.channels()] == ["c-2"]
    world.emulator.clock.advance(timedelta(days=2))
    assert world.emulator.drive.changes.channels() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "required"),
        ({"address": "http://example.com"}, "push.webhookUrlNotHttps"),
        ({"type": "pigeon"}, "invalid"),
        ({"expiration": "soon"}, "badRequest"),
    ],
)
def test_watch__refuses(world: World, change: dict[str, str], reason: str) -> None:
    body = {"id": "c", "type": "web_hook", "address": "https://example.com/hook", **change}
    assert world.anna.refused("POST", f"{CHANGES}/watch", body)[1] == reason


def test_changes__a_large_folder_is_taken_away_whole(world: World) -> None:
    files = world.emulator.files
    folder = world.anna.folder("folder")
    with files.store.write():
        for number in range(3000):
            files.add(f"{number}", "text/plain", ANNA, parent=folder)
    given = world.anna.share(folder, BORIS)["id"]
    start = token(world.boris)
    world.anna.ok("DELETE", f"{FILES}/{folder}/permissions/{given}")
    body = world.boris.ok("GET", f"{CHANGES}?pageToken={start}&pageSize=1000")
    assert [one["removed"] for one in body["changes"]] == [True] * 1000
