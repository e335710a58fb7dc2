from __future__ import annotations

import hashlib

import pytest

from sheetflow.emulator.drive.answers import drive_shapes
from sheetflow.emulator.sheets.a1 import Box
from tests.discovery import discovery
from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, FOLDER, ROBOT, SHEET, World

PDF = b"%PDF-1.7 invoice"


def test_create__answers_the_four_fields_and_lies_in_my_drive(world: World) -> None:
    made = world.anna.ok("POST", FILES, {"name": "Payments", "mimeType": FOLDER})
    assert made == {"kind": "drive#file", "id": made["id"], "name": "Payments", "mimeType": FOLDER}
    root = world.anna.file("root")
    assert (root["name"], root["mimeType"], root["ownedByMe"]) == ("My Drive", FOLDER, True)
    assert "parents" not in root
    assert world.anna.file(made["id"])["parents"] == [root["id"]]
    assert world.anna.found("'root' in parents") == ["Payments"]


def test_get__a_pdf_shows_all_that_programs_ask_for(world: World) -> None:
    folder = world.anna.folder("2026")
    file_id = world.anna.upload("Счёт № 5.pdf", PDF, parents=[folder], appProperties={"request": "PR-000124"})
    file = world.anna.file(file_id)
    assert file["size"] == str(len(PDF)) == file["quotaBytesUsed"]
    assert file["md5Checksum"] == hashlib.md5(PDF).hexdigest()
    assert file["sha1Checksum"] == hashlib.sha1(PDF).hexdigest()
    assert file["sha256Checksum"] == hashlib.sha256(PDF).hexdigest()
    assert file["appProperties"] == {"request": "PR-000124"}
    assert file["parents"] == [folder]
    assert file["webViewLink"] == f"https://drive.google.com/file/d/{file_id}/view?usp=drivesdk"
    assert file["webContentLink"] == f"https://drive.google.com/uc?id={file_id}&export=download"
    assert (file["fileExtension"], file["originalFilename"]) == ("pdf", "Счёт № 5.pdf")
    assert [one["emailAddress"] for one in file["owners"]] == [ANNA]
    assert file["lastModifyingUser"]["me"]
    assert [one["role"] for one in file["permissions"]] == ["owner"]
    wanted = ("canEdit", "canDownload", "canShare", "canTrash", "canDelete", "canCopy", "canRename")
    assert all(file["capabilities"][name] for name in wanted)
    assert not file["capabilities"]["canAddChildren"]
    assert file["headRevisionId"]
    assert (file["version"], file["trashed"], file["starred"], file["shared"]) == ("1", False, False, False)


def test_get__field_masks(world: World) -> None:
    file_id = world.anna.upload("a.pdf", PDF)
    assert world.anna.file(file_id, "id") == {"id": file_id}
    assert world.anna.file(file_id, "owners/emailAddress,capabilities(canEdit)") == {
        "owners": [{"emailAddress": ANNA}],
        "capabilities": {"canEdit": True},
    }
    status, reason, message = world.anna.refused("GET", f"{FILES}/{file_id}?fields=id,nam")
    assert (status, reason, message) == (400, "invalidParameter", "Invalid field selection nam")
    assert world.anna.refused("POST", f"{FILES}?fields=nam", {"name": "never"})[0] == 400
    assert world.anna.found("name = 'never'") == []


def test_get__unknown_and_others_are_not_found(world: World) -> None:
    file_id = world.anna.upload("a.pdf", PDF)
    expected = (404, "notFound", f"File not found: {file_id}.")
    assert world.boris.refused("GET", f"{FILES}/{file_id}") == expected
    answer = world.boris.call("GET", f"{FILES}/nothing").json()
    assert answer["error"]["errors"] == [
        {
            "message": "File not found: nothing.",
            "domain": "global",
            "reason": "notFound",
            "location": "fileId",
            "locationType": "parameter",
        }
    ]


def test_update__patches_metadata_and_moves_the_version(world: World) -> None:
    file_id = world.anna.upload("a.pdf", PDF, properties={"a": "1", "b": "2"})
    changed = world.anna.ok(
        "PATCH",
        f"{FILES}/{file_id}?fields=*",
        {"name": "b.pdf", "description": "paid", "starred": True, "properties": {"a": None, "c": "3"}},
    )
    assert (changed["name"], changed["description"], changed["starred"]) == ("b.pdf", "paid", True)
    assert changed["properties"] == {"b": "2", "c": "3"}
    assert changed["version"] == "2"
    moved = {"modifiedTime": "2020-01-02T03:04:05+03:00"}
    assert world.anna.ok("PATCH", f"{FILES}/{file_id}?fields=modifiedTime", moved) == {
        "modifiedTime": "2020-01-02T00:04:05.000Z"
    }


def test_update__a_star_is_each_readers_own(world: World) -> None:
    file_id = world.anna.upload("a.pdf", PDF)
    world.anna.share(file_id, BORIS)
    before = world.anna.file(file_id, "modifiedTime")
    assert world.boris.ok("PATCH", f"{FILES}/{file_id}?fields=starred", {"starred": True}) == {
        "starred": True
    }
    assert world.anna.file(file_id, "starred,modifiedTime") == {"starred": False, **before}
    denied = world.boris.refused("PATCH", f"{FILES}/{file_id}", {"name": "x"})
    assert denied == (
        403,
        "insufficientFilePermissions",
        "The user does not have sufficient permissions for this file.",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"parents": ["root"]}, "fieldNotWritable"),
        ({"size": "5"}, "fieldNotWritable"),
        ({"id": "x"}, "fieldNotWritable"),
        ({"name": 5}, "invalid"),
        ({"trashed": "yes"}, "invalid"),
        ({"properties": {"a": 1}}, "invalid"),
        ({"modifiedTime": "yesterday"}, "invalid"),
        ({"appProperties": {"key": "x" * 125}}, "propertySizeLimitExceeded"),
        ([], "parseError"),
    ],
)
def test_update__refuses(world: World, body: object, reason: str) -> None:
    file_id = world.anna.upload("a.pdf", PDF)
    assert world.anna.refused("PATCH", f"{FILES}/{file_id}", body)[1] == reason
    assert world.anna.file(file_id, "version") == {"version": "1"}


def test_move__by_adding_and_removing_parents(world: World) -> None:
    one, two = world.anna.folder("one"), world.anna.folder("two")
    file_id = world.anna.upload("a.pdf", PDF, parents=[one])
    before = world.anna.file(file_id, "modifiedTime")
    url = f"{FILES}/{file_id}?fields=parents"
    assert world.anna.ok("PATCH", f"{url}&addParents={two}&removeParents={one}") == {"parents": [two]}
    assert world.anna.file(file_id, "modifiedTime") == before
    assert world.anna.ok("PATCH", f"{url}&addParents={two}") == {"parents": [two]}
    assert world.anna.ok("PATCH", f"{url}&addParents={two}&removeParents={two}") == {"parents": [two]}
    assert world.anna.refused("PATCH", f"{url}&addParents={one}") == (
        403,
        "cannotAddParent",
        "Increasing the number of parents is not allowed",
    )
    root = world.anna.file("root", "id")["id"]
    assert world.anna.ok("PATCH", f"{url}&removeParents={two}") == {"parents": [root]}
    assert world.anna.refused("POST", FILES, {"parents": [one, two]})[1] == "cannotAddParent"


def test_move__not_into_itself_a_file_or_anothers_folder(world: World) -> None:
    outer = world.anna.folder("outer")
    inner = world.anna.folder("inner", outer)
    file_id = world.anna.upload("a.pdf", PDF)
    root = world.anna.file("root", "id")["id"]
    for child in (outer, inner):
        url = f"{FILES}/{outer}?addParents={child}&removeParents={root}"
        assert world.anna.refused("PATCH", url)[:2] == (400, "badRequest")
    url = f"{FILES}/{inner}?removeParents={outer}&addParents="
    assert world.anna.refused("PATCH", url + file_id)[1] == "parentNotAFolder"
    theirs = world.boris.folder("theirs")
    assert world.anna.refused("PATCH", url + theirs)[:2] == (404, "notFound")
    world.boris.share(theirs, ANNA)
    assert world.anna.refused("PATCH", url + theirs) == (
        403,
        "insufficientParentPermissions",
        "Insufficient permissions for the specified parent.",
    )
    world.boris.share(theirs, ANNA, "writer")
    assert world.anna.ok("PATCH", f"{url}{theirs}&fields=parents") == {"parents": [theirs]}


def test_trash__hides_a_folders_content_and_empties(world: World) -> None:
    folder = world.anna.folder("folder")
    file_id = world.anna.upload("a.pdf", PDF, parents=[folder])
    world.anna.share(folder, BORIS, "writer")
    assert world.boris.refused("PATCH", f"{FILES}/{folder}", {"trashed": True})[0] == 403
    world.anna.ok("PATCH", f"{FILES}/{folder}", {"trashed": True})
    assert world.anna.file(file_id, "trashed,explicitlyTrashed") == {
        "trashed": True,
        "explicitlyTrashed": False,
    }
    assert sorted(world.anna.found("trashed = true")) == ["a.pdf", "folder"]
    assert world.anna.found("trashed = false") == []
    assert world.boris.found() == []
    world.anna.ok("PATCH", f"{FILES}/{folder}", {"trashed": False})
    assert world.boris.found("name = 'a.pdf'") == ["a.pdf"]
    world.anna.ok("PATCH", f"{FILES}/{folder}", {"trashed": True})
    assert world.anna.ok("DELETE", f"{FILES}/trash") is None
    assert world.anna.refused("GET", f"{FILES}/{file_id}")[0] == 404
    assert not list((world.folder / "blobs").iterdir())


def test_delete__takes_what_is_the_owners_and_leaves_the_rest(world: World) -> None:
    folder = world.anna.folder("folder")
    mine = world.anna.upload("mine.pdf", PDF, parents=[folder])
    world.anna.share(folder, BORIS, "writer")
    theirs = world.boris.upload("theirs.pdf", PDF, parents=[folder])
    assert world.anna.file(theirs, "owners/emailAddress,ownedByMe") == {
        "owners": [{"emailAddress": BORIS}],
        "ownedByMe": False,
    }
    assert world.boris.refused("DELETE", f"{FILES}/{mine}")[1] == "insufficientFilePermissions"
    answer = world.anna.call("DELETE", f"{FILES}/{folder}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert world.anna.refused("GET", f"{FILES}/{mine}")[0] == 404
    assert world.boris.file(theirs, "parents") == {"parents": [world.boris.file("root", "id")["id"]]}
    assert world.boris.bytes(theirs) == PDF
    assert world.anna.refused("DELETE", f"{FILES}/root")[0] == 403


def test_copy__a_file_and_a_spreadsheet(world: World) -> None:
    folder = world.anna.folder("folder")
    file_id = world.anna.upload("a.pdf", PDF, appProperties={"k": "v"})
    twin = world.anna.ok("POST", f"{FILES}/{file_id}/copy?fields=*", {"parents": [folder]})
    assert (twin["name"], twin["parents"], twin["appProperties"]) == ("Copy of a.pdf", [folder], {"k": "v"})
    world.anna.ok("DELETE", f"{FILES}/{file_id}")
    assert world.anna.bytes(twin["id"]) == PDF
    sheet = world.anna.ok("POST", FILES, {"name": "Registry", "mimeType": SHEET})["id"]
    doc = world.emulator.sheets.open(sheet, ANNA)
    world.emulator.sheets.write_values(doc, ANNA, "A1", [["x", 1]])
    copied = world.anna.ok("POST", f"{FILES}/{sheet}/copy", {"name": "Second"})
    assert (copied["name"], copied["mimeType"]) == ("Second", SHEET)
    world.emulator.sheets.write_values(doc, ANNA, "A1", [["changed"]])
    other = world.emulator.sheets.open(copied["id"], ANNA)
    assert other.book.properties["title"] == "Second"
    shown = world.emulator.sheets.shown(other, 0)
    assert shown.texts(Box(0, 10, 0, 10), "FORMATTED_VALUE", "SERIAL_NUMBER") == [["x", "1"]]
    assert world.anna.refused("POST", f"{FILES}/{folder}/copy")[:2] == (403, "cannotCopyFile")


def test_service_account__has_no_storage(world: World) -> None:
    sentence = (
        "Service Accounts do not have storage quota. Leverage shared drives"
        " (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth"
        " delegation (http://support.google.com/a/answer/7281227) instead."
    )
    expected = (403, "storageQuotaExceeded", sentence)
    folder = world.anna.folder("Payments")
    world.anna.share(folder, ROBOT, "writer")
    file_id = world.anna.upload("a.pdf", PDF, parents=[folder])
    assert world.robot.refused("POST", FILES, {"name": "a.txt", "parents": [folder]}) == expected
    assert world.robot.refused("POST", FILES, {"name": "a", "mimeType": SHEET}) == expected
    assert world.robot.refused("POST", f"{FILES}/{file_id}/copy", {}) == expected
    url = f"/upload{FILES}?uploadType=resumable"
    assert world.robot.refused("POST", url, {"name": "a.pdf", "parents": [folder]}) == expected
    sub = world.robot.folder("2026", folder)
    assert world.anna.file(sub, "owners/emailAddress") == {"owners": [{"emailAddress": ROBOT}]}
    url = f"{FILES}/{file_id}?addParents={sub}&removeParents={folder}&fields=parents"
    assert world.robot.ok("PATCH", url) == {"parents": [sub]}
    assert world.anna.file(file_id, "parents,ownedByMe") == {"parents": [sub], "ownedByMe": True}
    quota = world.robot.ok("GET", "/drive/v3/about?fields=storageQuota")["storageQuota"]
    assert quota["limit"] == "0"


def test_generate_ids__make_a_creation_repeatable(world: World) -> None:
    ids = world.anna.ok("GET", f"{FILES}/generateIds?count=3")["ids"]
    assert len(set(ids)) == 3
    assert world.anna.upload("a.pdf", PDF, id=ids[0]) == ids[0]
    assert world.anna.ok("POST", FILES, {"id": ids[1], "name": "f", "mimeType": FOLDER})["id"] == ids[1]
    again = world.anna.refused("POST", FILES, {"id": ids[0], "name": "a.pdf"})
    assert again == (409, "fileIdInUse", "A file already exists with the provided ID.")
    assert world.anna.refused("POST", FILES, {"id": "made-up"})[2] == "The provided file ID is not usable."
    assert world.anna.refused("POST", FILES, {"id": ids[2], "mimeType": SHEET})[0] == 400


def test_about__wants_fields_and_counts_the_bytes(world: World) -> None:
    assert world.anna.refused("GET", "/drive/v3/about") == (
        400,
        "required",
        "The 'fields' parameter is required for this method.",
    )
    world.anna.upload("a.pdf", PDF)
    gone = world.anna.upload("b.pdf", b"12345")
    world.anna.ok("PATCH", f"{FILES}/{gone}", {"trashed": True})
    about = world.anna.ok("GET", "/drive/v3/about?fields=*")
    assert about["user"]["emailAddress"] == ANNA
    assert about["storageQuota"]["usage"] == str(len(PDF) + 5)
    assert about["storageQuota"]["usageInDriveTrash"] == "5"


def test_shortcut__points_to_a_file(world: World) -> None:
    file_id = world.anna.upload("a.pdf", PDF)
    kind = "application/vnd.google-apps.shortcut"
    body = {"name": "link", "mimeType": kind, "shortcutDetails": {"targetId": file_id}}
    made = world.anna.ok("POST", f"{FILES}?fields=shortcutDetails", body)
    assert made["shortcutDetails"] == {"targetId": file_id, "targetMimeType": "application/pdf"}
    assert world.anna.found(f"shortcutDetails.targetId = '{file_id}'") == ["link"]


def test_shapes__the_table_is_the_discovery_documents() -> None:
    schemas = discovery("drive.v3")["schemas"]
    messages = drive_shapes().messages
    for name in set(messages) & set(schemas):
        assert set(messages[name]) == set(schemas[name]["properties"]), name
    capabilities = schemas["File"]["properties"]["capabilities"]["properties"]
    assert set(messages["FileCapabilities"]) == set(capabilities)


def test_caller__unknown_is_told_where_the_fault_lies(world: World) -> None:
    url = f"{world.server.url}{FILES}"
    answer = world.session.get(url, headers={"Authorization": "Bearer nobody"}, timeout=20)
    assert answer.status_code == 401
    entry = {"message": "Invalid Credentials", "domain": "global", "reason": "authError"}
    assert answer.json()["error"]["errors"] == [
        {**entry, "location": "Authorization", "locationType": "header"}
    ]
