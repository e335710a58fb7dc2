from __future__ import annotations

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


def test_changes__of_one_drive_or_of_ones_own_files_alone(world: World) -> None:
    start = token(world.anna)
    drive = world.anna.ok("POST", "/drive/v3/drives?requestId=1", {"name": "Payments"})["id"]
    inside = world.anna.upload("inside.pdf", b"1", parents=[drive])
    own = world.anna.upload("own.pdf", b"1")
    given = world.boris.upload("given.pdf", b"1")
    world.boris.share(given, ANNA)
    told = changes(world.anna, start, f"&{ALL}&driveId={drive}")
    assert [one.get("fileId") for one in told] == [None, inside]
    assert [one["fileId"] for one in changes(world.anna, start, "&restrictToMyDrive=true")] == [own]
    assert [one["fileId"] for one in changes(world.anna, start)] == [own, given]
    refused = world.anna.refused("GET", f"{CHANGES}?pageToken={start}&driveId={drive}")
    assert refused[:2] == (403, "teamDrivesInclusionRequired")
    assert world.boris.refused("GET", f"{CHANGES}/startPageToken?driveId={drive}")[0] == 404


def test_changes__a_lost_drive(world: World) -> None:
    drive = world.anna.ok("POST", "/drive/v3/drives?requestId=1", {"name": "Payments"})["id"]
    given = world.anna.share(drive, BORIS, "reader")["id"]
    start = token(world.boris)
    world.anna.ok("DELETE", f"{FILES}/{drive}/permissions/{given}?supportsAllDrives=true")
    (told,) = changes(world.boris, start, f"&{ALL}")
    assert (told["changeType"], told["driveId"], told["removed"]) == ("drive", drive, True)
    assert changes(world.boris, start) == []
    start = token(world.anna)
    world.anna.ok("DELETE", f"/drive/v3/drives/{drive}")
    (told,) = changes(world.anna, start, f"&{ALL}")
    assert (told["changeType"], told["driveId"], told["removed"]) == ("drive", drive, True)
