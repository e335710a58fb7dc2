from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sheetflow.emulator.drive import Sharing
from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, SHEET, VERA, World


def url(file_id: str, permission: str = "", query: str = "") -> str:
    tail = f"/{permission}" if permission else ""
    return f"{FILES}/{file_id}/permissions{tail}?supportsAllDrives=true{query}"


def user(email: str, role: str, **more: Any) -> dict[str, Any]:
    return {"type": "user", "role": role, "emailAddress": email, **more}


def roles(world: World, file_id: str) -> dict[str, str]:
    listed = world.anna.ok("GET", url(file_id, query="&fields=*"))["permissions"]
    return {one.get("emailAddress", one["id"]): one["role"] for one in listed}


def test_share__from_a_folder_down(world: World) -> None:
    folder = world.anna.folder("folder")
    sub = world.anna.folder("sub", folder)
    file_id = world.anna.upload("a.pdf", b"1", parents=[sub])
    given = world.anna.share(folder, BORIS)
    assert given["permissionDetails"] == [{"permissionType": "file", "role": "reader", "inherited": False}]
    assert world.boris.file(file_id, "parents,name") == {"parents": [sub], "name": "a.pdf"}
    assert "permissions" not in world.boris.file(file_id)
    assert not world.boris.file(file_id)["capabilities"]["canEdit"]
    assert roles(world, file_id) == {ANNA: "owner", BORIS: "reader"}
    world.anna.share(file_id, BORIS, "writer")
    assert roles(world, file_id) == {ANNA: "owner", BORIS: "writer"}
    shown = world.anna.ok("GET", url(file_id, given["id"], "&fields=permissionDetails"))
    assert [(one["role"], one["inherited"]) for one in shown["permissionDetails"]] == [
        ("writer", False),
        ("reader", True),
    ]
    world.anna.ok("DELETE", url(file_id, given["id"]))
    assert roles(world, file_id)[BORIS] == "reader"
    refused = world.anna.refused("DELETE", url(file_id, given["id"]))
    assert refused[:2] == (403, "cannotModifyInheritedPermission")
    world.anna.ok("DELETE", url(folder, given["id"]))
    assert world.boris.refused("GET", f"{FILES}/{file_id}")[0] == 404


def test_share__a_spreadsheet_in_a_shared_folder_opens_in_sheets(world: World) -> None:
    folder = world.anna.folder("folder")
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET, "parents": [folder]})["id"]
    assert world.boris.call("GET", f"{FILES}/{sheet}").status_code == 404
    world.anna.share(folder, BORIS, "writer")
    doc = world.emulator.sheets.open(sheet, BORIS, write=True)
    assert (doc.owner, doc.book.properties["title"]) == (ANNA, "s")


def test_share__shown_to_whom_it_was_given(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    world.anna.share(file_id, BORIS, "commenter")
    seen = world.boris.file(file_id)
    assert seen["sharingUser"]["emailAddress"] == ANNA
    assert seen["sharedWithMeTime"]
    assert (seen["shared"], seen["ownedByMe"]) == (True, False)
    assert "parents" not in seen
    assert seen["capabilities"]["canComment"]


def test_share__who_may(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    world.anna.share(file_id, BORIS)
    for method, body in (("GET", None), ("POST", user(VERA, "reader"))):
        assert world.boris.refused(method, url(file_id), body)[1] == "insufficientFilePermissions"
    world.anna.share(file_id, BORIS, "writer")
    world.boris.share(file_id, VERA)
    world.anna.ok("PATCH", f"{FILES}/{file_id}", {"writersCanShare": False})
    assert world.boris.refused("POST", url(file_id), user("x@example.com", "reader"))[0] == 403
    mine = world.who(VERA).ok("GET", "/drive/v3/about?fields=user")["user"]["permissionId"]
    world.who(VERA).ok("DELETE", url(file_id, mine))
    assert world.who(VERA).refused("GET", f"{FILES}/{file_id}")[0] == 404


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({}, 400, "required"),
        ({"type": "user", "emailAddress": BORIS}, 400, "required"),
        ({"type": "user", "role": "reader"}, 400, "invalid"),
        ({"type": "user", "role": "king", "emailAddress": BORIS}, 400, "invalid"),
        ({"type": "robot", "role": "reader", "emailAddress": BORIS}, 400, "invalid"),
        ({"type": "user", "role": "organizer", "emailAddress": BORIS}, 400, "invalid"),
        ({"type": "domain", "role": "reader"}, 400, "invalid"),
        ({"type": "anyone", "role": "owner"}, 403, "forbidden"),
        ({"type": "user", "role": "owner", "emailAddress": BORIS}, 403, "forbidden"),
        (
            {
                "type": "user",
                "role": "reader",
                "emailAddress": BORIS,
                "expirationTime": "2001-01-01T00:00:00Z",
            },
            403,
            "expirationDateNotAllowedForSharedItem",
        ),
    ],
)
def test_share__refuses(world: World, body: dict[str, str], status: int, reason: str) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    assert world.anna.refused("POST", url(file_id), body)[:2] == (status, reason)
    assert roles(world, file_id) == {ANNA: "owner"}


def test_share__ends_by_itself(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    end = (world.emulator.clock.now() + timedelta(hours=1)).isoformat()
    given = world.anna.ok("POST", url(file_id, query="&fields=*"), user(BORIS, "reader", expirationTime=end))
    assert given["expirationTime"]
    assert world.boris.bytes(file_id) == b"1"
    world.emulator.clock.advance(timedelta(hours=2))
    assert world.boris.refused("GET", f"{FILES}/{file_id}")[0] == 404
    assert world.boris.found() == []


def test_update__a_role(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    given = world.anna.share(file_id, BORIS)["id"]
    changed = world.anna.ok("PATCH", url(file_id, given), {"role": "writer"})
    assert changed == {"kind": "drive#permission", "id": given, "type": "user", "role": "writer"}
    own = world.anna.ok("GET", "/drive/v3/about?fields=user")["user"]["permissionId"]
    assert world.anna.refused("PATCH", url(file_id, own), {"role": "reader"})[1] == "cannotRemoveOwner"
    assert world.anna.refused("DELETE", url(file_id, own))[0] == 403
    assert world.anna.refused("GET", url(file_id, "123")) == (404, "notFound", "Permission not found: 123.")
    assert world.anna.refused("POST", url(file_id), user(ANNA, "reader"))[0] == 403


def test_transfer__within_a_domain(world: World) -> None:
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET})["id"]
    doc = world.emulator.sheets.open(sheet, ANNA)
    assert world.anna.refused("POST", url(sheet), user(BORIS, "owner")) == (
        403,
        "forbidden",
        "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
    )
    query = "&transferOwnership=true&fields=role,pendingOwner"
    assert world.anna.ok("POST", url(sheet, query=query), user(BORIS, "owner")) == {
        "role": "owner",
        "pendingOwner": False,
    }
    assert doc.owner == BORIS
    assert roles(world, sheet) == {ANNA: "writer", BORIS: "owner"}
    assert world.boris.found("'me' in owners") == ["s"]
    assert world.anna.refused("POST", url(sheet, query=query), user(VERA, "owner"))[0] == 403
    query = "&transferOwnership=true&moveToNewOwnersRoot=true"
    world.boris.ok("POST", url(sheet, query=query), user(ANNA, "owner"))
    assert world.anna.found("'root' in parents") == ["s"]


def test_transfer__to_another_domain_needs_consent(world: World) -> None:
    other = "owner@other.example"
    file_id = world.anna.upload("a.pdf", b"1")
    query = "&transferOwnership=true"
    assert world.anna.refused("POST", url(file_id, query=query), user(other, "owner")) == (
        403,
        "consentRequiredForOwnershipTransfer",
        "Consent is required to transfer ownership of a file to another user.",
    )
    given = world.anna.ok("POST", url(file_id, query="&fields=*"), user(other, "writer", pendingOwner=True))
    assert given["pendingOwner"]
    taken = world.who(other).ok("PATCH", url(file_id, given["id"], query), {"role": "owner"})
    assert taken["role"] == "owner"
    assert world.who(other).file(file_id, "ownedByMe") == {"ownedByMe": True}


def test_share__mails_are_counted(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    world.anna.ok("POST", url(file_id, query="&sendNotificationEmail=false"), user(BORIS, "reader"))
    assert world.emulator.drive.notices == 0
    world.anna.ok("POST", url(file_id), user(VERA, "reader"))
    world.anna.ok("POST", url(file_id), {"type": "anyone", "role": "reader"})
    assert world.emulator.drive.notices == 1


def test_sharing__in_process(world: World) -> None:
    drive = world.emulator.drive
    file_id = drive.create(ANNA, "a.pdf", "application/pdf", [b"a", b"b"], app_properties={"k": "v"})
    Sharing(drive).give(drive.open(file_id, ANNA), ANNA, user(BORIS, "reader"), notify=False)
    assert world.boris.bytes(file_id) == drive.bytes(file_id) == b"ab"
    assert b"".join(drive.pieces(file_id, 1, 2)) == b"b"
    assert world.boris.file(file_id, "appProperties") == {"appProperties": {"k": "v"}}


def test_share__no_longer_than_a_year(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    now = world.emulator.clock.now()
    share = {"type": "user", "role": "reader", "emailAddress": BORIS}
    for days, allowed in ((400, False), (-1, False), (300, True)):
        body = {**share, "expirationTime": (now + timedelta(days=days)).isoformat()}
        answer = world.anna.call("POST", f"{FILES}/{file_id}/permissions", json=body)
        assert (answer.status_code == 200) is allowed
