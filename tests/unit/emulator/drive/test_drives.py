from __future__ import annotations

import pytest

from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, FOLDER, ROBOT, SHEET, VERA, World

DRIVES = "/drive/v3/drives"
ALL = "supportsAllDrives=true&includeItemsFromAllDrives=true"


def make(world: World, name: str = "Payments") -> str:
    return str(world.anna.ok("POST", f"{DRIVES}?requestId={name}", {"name": name})["id"])


def test_drives__create_list_get_rename_delete(world: World) -> None:
    made = world.anna.ok("POST", f"{DRIVES}?requestId=1", {"name": "Payments"})
    assert made == {"kind": "drive#drive", "id": made["id"], "name": "Payments"}
    assert world.anna.refused("POST", f"{DRIVES}?requestId=1", {"name": "Payments"})[0] == 409
    assert world.anna.refused("POST", DRIVES, {"name": "x"})[1] == "required"
    assert world.anna.refused("POST", f"{DRIVES}?requestId=2", {})[1] == "required"
    shown = world.anna.ok("GET", f"{DRIVES}/{made['id']}?fields=*")
    assert shown["capabilities"]["canManageMembers"]
    assert world.boris.refused("GET", f"{DRIVES}/{made['id']}")[0] == 404
    assert world.boris.ok("GET", DRIVES) == {"kind": "drive#driveList", "drives": []}
    world.anna.ok("PATCH", f"{DRIVES}/{made['id']}", {"name": "Invoices"})
    for q, count in (("name contains 'inv'", 1), ("name = 'x' or memberCount > 1", 0), ("not hidden", 1)):
        assert len(world.anna.call("GET", DRIVES, params={"q": q}).json()["drives"]) == count
    folder = world.anna.folder("folder", made["id"])
    assert world.anna.refused("DELETE", f"{DRIVES}/{made['id']}")[1] == "cannotDeleteResourceWithChildren"
    world.anna.ok("DELETE", f"{FILES}/{folder}?supportsAllDrives=true")
    world.anna.ok("DELETE", f"{DRIVES}/{made['id']}")
    assert world.anna.ok("GET", DRIVES)["drives"] == []


def test_drive__a_service_account_may_keep_files_in_it(world: World) -> None:
    drive = make(world)
    world.anna.share(drive, ROBOT, "fileOrganizer")
    file_id = world.robot.upload("a.pdf", b"1", parents=[drive])
    seen = world.anna.file(file_id)
    assert (seen["driveId"], seen["teamDriveId"], seen["parents"]) == (drive, drive, [drive])
    assert not {"owners", "ownedByMe", "shared", "permissions"} & set(seen)
    assert len(seen["permissionIds"]) == 2
    listed = world.anna.ok("GET", f"{FILES}/{file_id}/permissions?supportsAllDrives=true&fields=*")[
        "permissions"
    ]
    assert [one["permissionDetails"] for one in listed if one["emailAddress"] == ROBOT] == [
        [{"permissionType": "member", "role": "fileOrganizer", "inherited": True, "inheritedFrom": drive}]
    ]
    url = f"{FILES}?supportsAllDrives=true&fields=id,driveId"
    sheet = world.robot.ok("POST", url, {"name": "s", "mimeType": SHEET, "parents": [drive]})
    assert sheet["driveId"] == drive
    doc = world.emulator.sheets.open(sheet["id"], ROBOT, write=True)
    assert doc.owner == ""
    copied = world.robot.ok(
        "POST", f"{FILES}/{sheet['id']}/copy?supportsAllDrives=true&fields=driveId,name", {}
    )
    assert copied == {"driveId": drive, "name": "Copy of s"}


def test_drive__only_for_callers_that_know_of_drives(world: World) -> None:
    drive = make(world)
    file_id = world.anna.upload("a.pdf", b"1", parents=[drive])
    assert world.anna.refused("GET", f"{FILES}/{file_id}")[:2] == (404, "notFound")
    assert world.anna.refused("POST", FILES, {"name": "x", "parents": [drive]})[0] == 404
    assert world.anna.found() == []
    assert world.anna.found(supportsAllDrives="true", includeItemsFromAllDrives="true") == ["a.pdf"]
    options = {
        "supportsAllDrives": "true",
        "includeItemsFromAllDrives": "true",
        "corpora": "drive",
        "driveId": drive,
    }
    world.anna.folder("mine")
    assert world.anna.found(**options) == ["a.pdf"]
    assert world.anna.found("trashed = true", **options) == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("corpora=drive", "teamDrivesInclusionRequired"),
        (f"{ALL}&corpora=drive", "teamDriveIdRequiresTeamDriveCorpora"),
        (f"{ALL}&driveId=x", "teamDriveIdRequiresTeamDriveCorpora"),
        (f"{ALL}&corpora=drive&driveId=x", "notFound"),
        ("includeItemsFromAllDrives=true", "badRequest"),
        ("corpora=everything", "invalidParameter"),
    ],
)
def test_list__refuses_corpora(world: World, query: str, reason: str) -> None:
    assert world.anna.refused("GET", f"{FILES}?{query}")[1] == reason


def test_drive__roles_of_members(world: World) -> None:
    drive = make(world)
    file_id = world.anna.upload("a.pdf", b"1", parents=[drive])
    folder = world.anna.folder("folder", drive)
    target = f"{FILES}/{file_id}?supportsAllDrives=true"
    world.anna.share(drive, BORIS, "writer")
    world.boris.ok("PATCH", target, {"name": "b.pdf"})
    assert world.boris.refused("PATCH", target, {"trashed": True})[0] == 403
    assert world.boris.refused("PATCH", f"{target}&addParents={folder}&removeParents={drive}")[0] == 403
    world.anna.share(drive, BORIS, "fileOrganizer")
    world.boris.ok("PATCH", f"{target}&addParents={folder}&removeParents={drive}")
    world.boris.ok("PATCH", target, {"trashed": True})
    assert world.boris.refused("DELETE", target)[0] == 403
    assert world.boris.refused("PATCH", f"{target}&removeParents={folder}")[1] == "teamDrivesParentLimit"
    world.anna.ok("DELETE", f"{FILES}/trash?driveId={drive}")
    assert world.anna.refused("GET", target)[0] == 404
    url = f"{FILES}/{drive}/permissions?supportsAllDrives=true"
    body = {"type": "user", "role": "organizer", "emailAddress": VERA}
    assert world.boris.refused("POST", url, body)[0] == 403
    anna = world.anna.ok("GET", "/drive/v3/about?fields=user")["user"]["permissionId"]
    last = f"{FILES}/{drive}/permissions/{anna}?supportsAllDrives=true"
    assert world.anna.refused("DELETE", last)[1] == "cannotRemoveLastOrganizer"
    world.anna.ok("POST", url, body)
    world.anna.ok("DELETE", last)
    assert world.anna.refused("GET", f"{DRIVES}/{drive}")[0] == 404


def test_drive__inherited_members_are_not_taken_from_a_file(world: World) -> None:
    drive = make(world)
    file_id = world.anna.upload("a.pdf", b"1", parents=[drive])
    boris = world.anna.share(drive, BORIS, "reader")["id"]
    refused = world.anna.refused("DELETE", f"{FILES}/{file_id}/permissions/{boris}?supportsAllDrives=true")
    assert refused == (
        403,
        "cannotModifyInheritedTeamDrivePermission",
        "Cannot update or delete an inherited permission on a shared drive item.",
    )
    body = {"type": "user", "role": "owner", "emailAddress": BORIS}
    url = f"{FILES}/{file_id}/permissions?supportsAllDrives=true&transferOwnership=true"
    assert world.anna.refused("POST", url, body)[0] == 403


def test_drive__moves_in_and_out(world: World) -> None:
    drive = make(world)
    root = world.anna.file("root", "id")["id"]
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET})["id"]
    doc = world.emulator.sheets.open(sheet, ANNA)
    url = f"{FILES}/{sheet}?supportsAllDrives=true&fields=driveId,parents,ownedByMe"
    assert world.anna.ok("PATCH", f"{url}&addParents={drive}&removeParents={root}") == {
        "driveId": drive,
        "parents": [drive],
    }
    assert doc.owner == ""
    assert world.anna.ok("PATCH", f"{url}&addParents=root&removeParents={drive}") == {
        "parents": [root],
        "ownedByMe": True,
    }
    assert doc.owner == ANNA
    folder = world.anna.folder("folder")
    moved = f"{FILES}/{folder}?supportsAllDrives=true&addParents={drive}&removeParents={root}"
    assert world.anna.refused("PATCH", moved)[1] == "teamDrivesFolderMoveInNotSupported"
    assert world.anna.ok("GET", f"{FILES}?q=mimeType='{FOLDER}'")["files"][0]["name"] == "folder"


def test_drive__is_hidden_for_one_member_alone(world: World) -> None:
    drive = make(world)
    world.anna.share(drive, BORIS, "reader")
    api = world.stock(BORIS).drives()
    assert api.hide(driveId=drive, fields="hidden").execute() == {"hidden": True}
    assert api.get(driveId=drive, fields="hidden").execute() == {"hidden": True}
    assert [one["id"] for one in api.list(q="hidden = true").execute()["drives"]] == [drive]
    assert api.list(q="hidden = false").execute()["drives"] == []
    assert world.anna.ok("GET", f"{DRIVES}/{drive}?fields=hidden") == {"hidden": False}
    assert api.unhide(driveId=drive, fields="hidden").execute() == {"hidden": False}
    assert world.who(VERA).refused("POST", f"{DRIVES}/{drive}/hide")[0] == 404


def test_drive__colour_and_restrictions(world: World) -> None:
    drive = make(world)
    world.anna.share(drive, BORIS, "writer")
    body = {"colorRgb": "#112233", "restrictions": {"driveMembersOnly": True, "domainUsersOnly": True}}
    assert world.boris.refused("PATCH", f"{DRIVES}/{drive}", body)[0] == 403
    for wrong in ({"colorRgb": "red"}, {"name": ""}, {"restrictions": {"domainUsersOnly": "yes"}}):
        assert world.anna.refused("PATCH", f"{DRIVES}/{drive}", wrong)[:2] == (400, "invalid")
    shown = world.stock().drives().update(driveId=drive, body=body, fields="*").execute()
    assert shown["colorRgb"] == "#112233"
    assert {name for name, on in shown["restrictions"].items() if on} == {
        "driveMembersOnly",
        "domainUsersOnly",
    }
    file_id = world.anna.upload("a.pdf", b"1", parents=[drive])
    share = f"{FILES}/{file_id}/permissions?supportsAllDrives=true"
    given = {"type": "user", "role": "reader", "emailAddress": VERA}
    assert world.anna.refused("POST", share, given)[1] == "teamDriveTeamMembersOnlyRestriction"
    given["emailAddress"] = "someone@elsewhere.example"
    assert world.anna.refused("POST", share, given)[1] == "teamDriveDomainUsersOnlyRestriction"
    world.anna.ok("POST", share, {**given, "emailAddress": BORIS})
    world.anna.ok("PATCH", f"{DRIVES}/{drive}", {"restrictions": {"driveMembersOnly": False}})
    world.anna.ok("POST", share, {**given, "emailAddress": VERA})


def test_drive__nothing_is_taken_out_by_readers_when_that_is_forbidden(world: World) -> None:
    drive = make(world)
    world.anna.share(drive, BORIS, "reader")
    file_id = world.anna.upload("a.pdf", b"1", parents=[drive])
    sheet = {"name": "s", "mimeType": SHEET, "parents": [drive]}
    sheet_id = world.anna.ok("POST", f"{FILES}?supportsAllDrives=true", sheet)["id"]
    assert world.boris.bytes(file_id) == b"1"
    world.anna.ok("PATCH", f"{DRIVES}/{drive}", {"restrictions": {"copyRequiresWriterPermission": True}})
    all_ = "supportsAllDrives=true"
    assert world.boris.refused("GET", f"{FILES}/{file_id}?alt=media&{all_}")[1] == "cannotDownloadFile"
    assert world.boris.refused("POST", f"{FILES}/{file_id}/copy?{all_}", {})[1] == "cannotCopyFile"
    export = f"{FILES}/{sheet_id}/export?mimeType=text/csv"
    assert world.boris.refused("GET", export)[1] == "cannotExportFile"
    assert world.anna.bytes(file_id) == b"1"
    world.anna.ok("GET", f"{FILES}/{file_id}?{all_}")


def test_drive__who_may_share_what_lies_in_it(world: World) -> None:
    drive = make(world)
    world.anna.share(drive, BORIS, "fileOrganizer")
    folder = world.boris.folder("folder", drive)
    world.boris.share(folder, VERA)
    given = {"type": "user", "role": "reader", "emailAddress": VERA}
    refused = world.boris.refused("POST", f"{FILES}/{drive}/permissions?supportsAllDrives=true", given)
    assert refused[:2] == (403, "insufficientFilePermissions")


def test_team_drives__are_the_same_under_older_names(world: World) -> None:
    api = world.stock().teamdrives()
    made = api.create(requestId="1", body={"name": "Payments"}).execute()
    assert made == {"kind": "drive#teamDrive", "id": made["id"], "name": "Payments"}
    (listed,) = api.list(fields="*").execute()["teamDrives"]
    assert listed["capabilities"]["canDeleteTeamDrive"]
    assert listed["restrictions"]["teamMembersOnly"] is False
    assert world.anna.ok("GET", f"{DRIVES}/{made['id']}")["name"] == "Payments"
    renamed = api.update(teamDriveId=made["id"], body={"name": "Invoices"}).execute()
    assert renamed["name"] == "Invoices"
    api.delete(teamDriveId=made["id"]).execute()
    assert api.list().execute() == {"kind": "drive#teamDriveList", "teamDrives": []}


def test_drive__who_trashed_what_lies_in_it(world: World) -> None:
    drive = make(world)
    world.anna.share(drive, BORIS, "fileOrganizer")
    file_id = world.anna.upload("a.pdf", b"1", parents=[drive])
    one = f"{FILES}/{file_id}?supportsAllDrives=true&fields=trashingUser/emailAddress,trashedTime"
    trashed = world.boris.ok("PATCH", one, {"trashed": True})
    assert trashed["trashingUser"] == {"emailAddress": BORIS}
    assert trashed["trashedTime"]
    assert world.boris.ok("PATCH", one, {"trashed": False}) == {}
