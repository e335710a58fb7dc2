"""What is asked for and got later: access proposals, downloads as operations; and what nobody has here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sheetflow.emulator.drive.export import ODS, XLSX
from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, SHEET, VERA, World


def ask(world: World, file_id: str, who: str = BORIS, status: int = 200, **more: str) -> Any:
    """What somebody does on the page that tells them that they have no access."""
    body = {"as": who, "file": file_id, **more}
    answer = world.session.post(f"{world.server.url}/workspace/ask", json=body, timeout=20)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_proposals__are_listed_and_granted(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    asked = ask(world, file_id, role="writer", message="please")
    api = world.stock().accessproposals()
    (listed,) = api.list(fileId=file_id).execute()["accessProposals"]
    assert listed == asked
    assert listed["rolesAndViews"] == [{"role": "writer"}]
    assert api.get(fileId=file_id, proposalId=listed["proposalId"]).execute() == listed
    body = {"action": "ACCEPT", "role": ["reader"]}
    api.resolve(fileId=file_id, proposalId=listed["proposalId"], body=body).execute()
    assert world.emulator.files.role(file_id, BORIS) == "reader"
    assert api.list(fileId=file_id).execute() == {}


def test_proposals__are_denied_or_granted_by_the_strongest_role(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    root = f"{FILES}/{file_id}/accessproposals"
    one = ask(world, file_id)["proposalId"]
    assert world.anna.refused("POST", f"{root}/{one}:resolve", {"action": "ACCEPT"})[1] == "required"
    assert world.anna.refused("POST", f"{root}/{one}:resolve", {"action": "WHAT"})[1] == "invalid"
    wrong = {"action": "ACCEPT", "role": ["owner"]}
    assert world.anna.refused("POST", f"{root}/{one}:resolve", wrong)[1] == "invalid"
    world.anna.ok("POST", f"{root}/{one}:resolve", {"action": "DENY"})
    assert world.emulator.files.role(file_id, BORIS) is None
    assert world.anna.refused("POST", f"{root}/{one}:resolve", {"action": "DENY"})[:2] == (404, "notFound")
    two = ask(world, file_id, recipient=VERA)["proposalId"]
    world.anna.ok("POST", f"{root}/{two}:resolve", {"action": "ACCEPT", "role": ["reader", "commenter"]})
    assert world.emulator.files.role(file_id, VERA) == "commenter"


def test_proposals__are_for_who_may_share(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    ask(world, file_id)
    assert world.boris.refused("GET", f"{FILES}/{file_id}/accessproposals")[0] == 404
    world.anna.share(file_id, BORIS)
    refused = world.boris.refused("GET", f"{FILES}/{file_id}/accessproposals")
    assert refused[:2] == (403, "insufficientFilePermissions")
    ask(world, "unknown", status=404)
    ask(world, file_id, status=400, role="owner")


def test_download__of_a_file_and_of_a_revision(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"first")
    first = world.anna.ok("GET", f"{FILES}/{file_id}/revisions")["revisions"][0]["id"]
    world.anna.call("PATCH", f"/upload{FILES}/{file_id}?uploadType=media", data=b"second").raise_for_status()
    api = world.stock()
    begun = api.files().download(fileId=file_id).execute()
    assert not begun.get("done")
    done = api.operations().get(name=begun["name"]).execute()
    assert (done["done"], done["response"]["partialDownloadAllowed"]) == (True, True)
    assert world.anna.call("GET", done["response"]["downloadUri"]).content == b"second"
    begun = api.files().download(fileId=file_id, revisionId=first).execute()
    done = api.operations().get(name=begun["name"]).execute()
    assert world.anna.call("GET", done["response"]["downloadUri"]).content == b"first"


def test_download__of_a_spreadsheet(world: World) -> None:
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET})["id"]
    doc = world.emulator.sheets.open(sheet, ANNA)
    world.emulator.sheets.write_values(doc, ANNA, "A1", [["x", 1]])
    api = world.stock()
    for kind, start in (("text/csv", b"x,1"), (None, b"PK")):
        more = {"mimeType": kind} if kind else {}
        begun = api.files().download(fileId=sheet, **more).execute()
        done = api.operations().get(name=begun["name"]).execute()
        assert done["response"]["partialDownloadAllowed"] is False
        assert world.anna.call("GET", done["response"]["downloadUri"]).content.startswith(start)


def test_download__refuses(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    folder = world.anna.folder("folder")
    root = f"{FILES}/{file_id}/download"
    assert world.boris.refused("POST", root)[0] == 404
    assert world.anna.refused("POST", f"{root}?mimeType=text/csv")[1] == "invalid"
    assert world.anna.refused("POST", f"{root}?revisionId=x")[:2] == (404, "notFound")
    assert world.anna.refused("POST", f"{FILES}/{folder}/download")[1] == "badRequest"
    name = world.anna.ok("POST", root)["name"]
    operation = f"/drive/v3/operations/{name}"
    assert world.boris.refused("GET", operation)[0] == 404
    world.emulator.clock.advance(timedelta(days=1))
    assert world.anna.refused("GET", operation)[:2] == (404, "notFound")


def test_apps__there_are_none(world: World) -> None:
    listed = world.stock().apps().list().execute()
    assert (listed["kind"], listed["items"]) == ("drive#appList", [])


def test_labels__there_are_none(world: World) -> None:
    file_id = world.anna.upload("a.pdf", b"1")
    api = world.stock().files()
    assert api.listLabels(fileId=file_id).execute() == {"kind": "drive#labelList", "labels": []}
    modified = api.modifyLabels(fileId=file_id, body={"labelModifications": []}).execute()
    assert modified["modifiedLabels"] == []
    body = {"labelModifications": [{"labelId": "L"}]}
    assert world.anna.refused("POST", f"{FILES}/{file_id}/modifyLabels", body)[:2] == (404, "notFound")
    world.anna.share(file_id, BORIS)
    assert world.boris.refused("POST", f"{FILES}/{file_id}/modifyLabels", body)[0] == 403


@pytest.mark.parametrize("kind", [XLSX, ODS, "application/zip"])
def test_about__tells_the_kinds_of_exports(world: World, kind: str) -> None:
    about = world.anna.ok("GET", "/drive/v3/about?fields=exportFormats")
    assert kind in about["exportFormats"][SHEET]
