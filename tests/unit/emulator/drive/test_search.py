from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.emulator.drive.query import quote
from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, FOLDER, SHEET, VERA, World


@pytest.fixture
def library(world: World) -> World:
    """Anna's files, of which Boris may read some."""
    anna = world.anna
    folder = anna.folder("Invoices 2026")
    anna.upload("HelloWorld.txt", b"1", kind="text/plain", description="a green thing")
    world.emulator.clock.advance(timedelta(hours=1))
    anna.upload("hello world 10.pdf", b"22", parents=[folder], appProperties={"request": "PR-000124"})
    world.emulator.clock.advance(timedelta(hours=1))
    anna.upload("It's \\ here 9.png", b"333", kind="image/png", properties={"a": "it's"})
    anna.ok("POST", FILES, {"name": "Registry", "mimeType": SHEET})
    anna.share(folder, BORIS, "writer")
    world.boris.upload("own.txt", b"4", kind="text/plain", starred=True)
    return world


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("name = 'HelloWorld.txt'", ["HelloWorld.txt"]),
        ("name = 'helloworld.TXT'", ["HelloWorld.txt"]),
        ("name contains 'hello'", ["HelloWorld.txt", "hello world 10.pdf"]),
        ("name contains 'world'", ["hello world 10.pdf"]),
        ("name contains 'wor hel'", ["hello world 10.pdf"]),
        ("name contains 'orld'", []),
        (
            f"name = {quote(chr(73) + chr(116) + chr(39) + 's ' + chr(92) + ' here 9.png')}",
            ["It's \\ here 9.png"],
        ),
        ("fullText contains 'green'", ["HelloWorld.txt"]),
        ("fullText contains 'gree'", []),
        ("fullText contains '\"hello world\"'", ["hello world 10.pdf"]),
        (f"mimeType = '{FOLDER}'", ["Invoices 2026"]),
        ("mimeType contains 'image/'", ["It's \\ here 9.png"]),
        (
            f"mimeType != '{FOLDER}' and not mimeType contains 'text'",
            ["It's \\ here 9.png", "Registry", "hello world 10.pdf"],
        ),
        ("appProperties has { key='request' and value='PR-000124' }", ["hello world 10.pdf"]),
        (r"properties has {key='a' and value='it\'s'}", ["It's \\ here 9.png"]),
        ("appProperties has { key='request' and value='PR' }", []),
        ("starred = true", []),
        ("sharedWithMe", []),
        ("visibility = 'limited' and name contains 'Reg'", ["Registry"]),
        (f"'{BORIS}' in writers and mimeType contains 'pdf'", ["hello world 10.pdf"]),
        (f"'{BORIS}' in owners", []),
        (f"not '{BORIS}' in readers and mimeType contains 'image'", ["It's \\ here 9.png"]),
        (f"'{ANNA}' in owners and name contains 'Reg' or name contains 'Inv'", ["Invoices 2026", "Registry"]),
        ("name contains 'Inv' or name contains 'Reg' and mimeType contains 'spreadsheet'", ["Registry"]),
        (
            "name contains 'Inv' or (name contains 'Reg' and mimeType contains 'spreadsheet')",
            ["Invoices 2026", "Registry"],
        ),
    ],
)
def test_search__as_anna(library: World, q: str, names: list[str]) -> None:
    assert sorted(library.anna.found(q)) == names


def test_search__as_boris(library: World) -> None:
    boris = library.boris
    folder = library.anna.call("GET", FILES, params={"q": f"mimeType='{FOLDER}'"}).json()["files"][0]["id"]
    assert sorted(boris.found()) == ["Invoices 2026", "hello world 10.pdf", "own.txt"]
    assert boris.found(f"'{folder}' in parents") == ["hello world 10.pdf"]
    assert boris.found("'root' in parents") == ["own.txt"]
    assert boris.found("sharedWithMe = true") == ["Invoices 2026"]
    assert boris.found("'me' in owners") == ["own.txt"]
    assert boris.found("starred") == ["own.txt"]
    assert library.who(VERA).found() == []


def test_search__by_time(library: World) -> None:
    file = library.anna.call(
        "GET", FILES, params={"q": "mimeType='application/pdf'", "fields": "files(createdTime)"}
    )
    at = file.json()["files"][0]["createdTime"]
    narrow = f" and mimeType != '{SHEET}' and mimeType != '{FOLDER}'"
    assert library.anna.found(f"createdTime < '{at}'{narrow}") == ["HelloWorld.txt"]
    assert library.anna.found(f"modifiedTime = '{at}'") == ["hello world 10.pdf"]
    assert library.anna.found(f"modifiedTime > '{at}'{narrow}") == ["It's \\ here 9.png"]
    assert library.anna.found(f"modifiedTime >= '{at.removesuffix('Z')}+05:00' and name contains 'Hel'") == [
        "hello world 10.pdf",
        "HelloWorld.txt",
    ]


def test_search__who_may_open_it(library: World) -> None:
    anna = library.anna
    file_id = anna.upload("open.txt", b"", kind="text/plain")
    url = f"{FILES}/{file_id}/permissions"
    anna.ok("POST", url, {"type": "anyone", "role": "reader"})
    assert anna.found("visibility = 'anyoneWithLink'") == ["open.txt"]
    assert library.who(VERA).file(file_id, "name") == {"name": "open.txt"}
    assert library.who(VERA).found() == []
    anna.ok("DELETE", f"{url}/anyoneWithLink")
    anna.ok(
        "POST", url, {"type": "domain", "role": "reader", "domain": "example.com", "allowFileDiscovery": True}
    )
    assert anna.found("visibility = 'domainCanFind'") == ["open.txt"]
    assert library.who(VERA).found() == ["open.txt"]
    assert library.who("x@other.example").refused("GET", f"{FILES}/{file_id}")[0] == 404


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ("name", ["file 10", "file 9", "sub"]),
        ("name desc", ["sub", "file 9", "file 10"]),
        ("name_natural", ["file 9", "file 10", "sub"]),
        ("folder,name_natural desc", ["sub", "file 10", "file 9"]),
        ("quotaBytesUsed desc,name", ["file 10", "file 9", "sub"]),
        ("createdTime", ["sub", "file 9", "file 10"]),
        ("modifiedTime desc", ["file 10", "file 9", "sub"]),
        ("", ["file 10", "file 9", "sub"]),
    ],
)
def test_order__by_keys(world: World, keys: str, names: list[str]) -> None:
    folder = world.anna.folder("folder")
    world.anna.folder("sub", folder)
    world.emulator.clock.advance(timedelta(minutes=1))
    world.anna.upload("file 9", b"1", parents=[folder])
    world.emulator.clock.advance(timedelta(minutes=1))
    world.anna.upload("file 10", b"22", parents=[folder])
    assert world.anna.found(f"'{folder}' in parents", orderBy=keys) == names


def test_order__refuses(world: World) -> None:
    assert world.anna.refused("GET", FILES, params={"orderBy": "size"}) == (400, "invalid", "Invalid Value")
    assert world.anna.refused("GET", FILES, params={"orderBy": "name up"})[0] == 400
    refused = world.anna.refused("GET", FILES, params={"orderBy": "name", "q": "fullText contains 'a'"})
    assert refused[:2] == (400, "badRequest")
    assert refused[2].startswith("Sorting is not supported for queries with fullText terms.")


def test_pages__give_each_file_once(world: World) -> None:
    for number in range(7):
        world.anna.folder(f"f{number}")
    names, token = [], ""
    for size in (3, 3, 1):
        params = {"pageSize": "3", "orderBy": "name", **({"pageToken": token} if token else {})}
        body = world.anna.call("GET", FILES, params=params).json()
        assert len(body["files"]) == size
        names += [file["name"] for file in body["files"]]
        token = body.get("nextPageToken", "")
    assert names == [f"f{number}" for number in range(7)]
    assert token == ""
    assert world.anna.refused("GET", f"{FILES}?pageToken=nonsense") == (400, "invalid", "Invalid Value")
    for given in ("0", "-1", "many"):
        assert world.anna.refused("GET", f"{FILES}?pageSize={given}")[1] == "invalidParameter"
    assert len(world.anna.found(pageSize=5000)) == 7


def test_search__a_bad_query_names_q(world: World) -> None:
    answer = world.anna.call("GET", FILES, params={"q": "title = 'a'"})
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": 400,
        "message": "Invalid Value",
        "errors": [
            {
                "message": "Invalid Value",
                "domain": "global",
                "reason": "invalid",
                "location": "q",
                "locationType": "parameter",
            }
        ],
    }
    assert world.anna.refused("GET", f"{FILES}?spaces=photos")[0] == 400
    assert world.anna.found(spaces="appDataFolder") == []


def test_search__one_of_ten_thousand_files(world: World) -> None:
    files = world.emulator.files
    with files.store.write():
        folder = files.add("folder", FOLDER, ANNA)
        for number in range(10_000):
            files.add(f"{number}", "text/plain", ANNA, parent=folder.id if number % 100 == 0 else "")
    found = world.anna.found(f"'{folder.id}' in parents and name = '9900' and trashed = false")
    assert found == ["9900"]


def test_search__no_file_has_a_label(world: World) -> None:
    world.anna.upload("a.pdf", b"1")
    assert world.anna.found("'labels/ID@latest' in labels") == []
    assert world.anna.found("not 'labels/ID@latest' in labels") == ["a.pdf"]
