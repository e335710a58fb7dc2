from __future__ import annotations

import sqlite3
from pathlib import Path

import requests

from sheetflow.emulator.emulator import STORE_NAME, Emulator
from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, SHEET, World


def test_reopen__everything_is_there(world: World) -> None:
    folder = world.anna.folder("folder")
    file_id = world.anna.upload("a.pdf", b"one", parents=[folder], appProperties={"k": "v"}, description="d")
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET, "parents": [folder]})["id"]
    world.anna.share(folder, BORIS, "writer")
    drive = world.anna.ok("POST", "/drive/v3/drives?requestId=1", {"name": "Shared"})["id"]
    inside = world.anna.upload("b.pdf", b"two", parents=[drive])
    start = world.anna.ok("GET", "/drive/v3/changes/startPageToken")["startPageToken"]
    before = [world.anna.file(one) for one in (folder, file_id, sheet, inside)]
    again = world.reopened()
    try:
        assert [again.anna.file(one) for one in (folder, file_id, sheet, inside)] == before
        assert again.boris.bytes(file_id) == b"one"
        assert again.anna.bytes(inside) == b"two"
        assert again.anna.ok("GET", "/drive/v3/drives")["drives"][0]["name"] == "Shared"
        assert again.anna.ok("GET", f"/drive/v3/changes?pageToken={start}")["changes"] == []
        again.anna.ok("PATCH", f"{FILES}/{file_id}", {"name": "c.pdf"})
        told = again.anna.ok("GET", f"/drive/v3/changes?pageToken={start}")["changes"]
        assert [one["fileId"] for one in told] == [file_id]
    finally:
        again.close()


def test_rename__in_drive_and_in_sheets_are_one(world: World) -> None:
    sheet = world.anna.ok("POST", FILES, {"name": "one", "mimeType": SHEET})["id"]
    changed = world.anna.ok("PATCH", f"{FILES}/{sheet}?fields=name,version", {"name": "two"})
    assert changed["name"] == "two"
    doc = world.emulator.sheets.open(sheet, ANNA)
    assert doc.book.properties["title"] == "two"
    body = {
        "requests": [{"updateSpreadsheetProperties": {"properties": {"title": "three"}, "fields": "title"}}]
    }
    world.emulator.sheets.batch_update(doc, ANNA, body)
    assert world.anna.file(sheet, "name") == {"name": "three"}
    world.anna.ok("PATCH", f"{FILES}/{sheet}", {"trashed": True})
    assert world.emulator.sheets.open(sheet, ANNA).book.properties["title"] == "three"


def test_open__a_database_of_an_earlier_version(tmp_path: Path, world: World) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    old = sqlite3.connect(folder / STORE_NAME)
    old.executescript(
        "CREATE TABLE files (id TEXT PRIMARY KEY, name TEXT NOT NULL, mime_type TEXT NOT NULL,"
        " owner TEXT NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE permissions (file TEXT NOT NULL, id TEXT NOT NULL, email TEXT NOT NULL,"
        " role TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (file, id)) WITHOUT ROWID;"
        f"INSERT INTO files VALUES ('1x', 'old', '{SHEET}', '{ANNA}', '2026-01-01T00:00:00.000Z',"
        " '2026-01-01T00:00:00.000Z');"
        f"INSERT INTO permissions VALUES ('1x', '1', '{ANNA}', 'owner', 'user');"
    )
    old.close()
    emulator = Emulator(folder)
    assert [file.name for file in emulator.files.visible_to(ANNA)] == ["old"]
    assert emulator.files.role("1x", ANNA) == "owner"
    emulator.close()


def test_parts__left_by_a_killed_process_are_swept(world: World, tmp_path: Path) -> None:
    (world.folder / "blobs" / "left.part").write_bytes(b"half")
    with requests.Session():
        again = world.reopened()
    try:
        assert list((again.folder / "blobs").iterdir()) == []
    finally:
        again.close()
