"""What plan says of the company's Drive and apply puts right, over HTTP: each drift by somebody's hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sheetflow.adapters.folders import DriveApi, DriveFolders
from sheetflow.adapters.permissions import DrivePermissions
from sheetflow.app.drive_place import DrivePlace
from sheetflow.app.upkeep import Known
from sheetflow.core.company import read_company
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.emulator.files import Permission, permission_id
from sheetflow.runtime import credentials
from sheetflow.templates.plan import Change
from sheetflow.workspace import cast
from tests.conftest import Opener
from tests.firm import Firm

EVE = "eve@elsewhere.example"


class Care:
    """The Drive of a firm, as plan and apply see it."""

    def __init__(self, firm: Firm) -> None:
        self.firm, runtime = firm, firm.runtime
        token = credentials(f"local:{cast.SERVICE_ACCOUNT}")
        self.root = firm.folder("root")
        self.access = DrivePermissions(
            token, firm.url, firm.spreadsheet, self.root, [cast.OWNER], runtime.clock, runtime.nonces
        )
        self.api = DriveApi(token, firm.url, runtime.clock, runtime.nonces)
        self.place = self.fresh()

    def fresh(self) -> DrivePlace:
        self.access = DrivePermissions(
            credentials(f"local:{cast.SERVICE_ACCOUNT}"), self.firm.url, self.firm.spreadsheet, self.root,
            [cast.OWNER], self.firm.runtime.clock, self.firm.runtime.nonces,
        )  # fmt: skip
        return DrivePlace(self.access, DriveFolders(self.api), self.root)

    def known(self) -> Known:
        firm = self.firm
        people, settings = (firm.values("", tab=tab) for tab in ("people", "settings"))
        company = read_company(people, settings, firm.runtime.book)
        return Known(
            firm.spreadsheet, firm.runtime.book, company, firm.token(), cast.SERVICE_ACCOUNT, cast.OWNER
        )

    def plan(self) -> list[Change]:
        self.place = self.fresh()
        return self.place.survey(self.known())

    def apply(self) -> list[str]:
        """Plan and do it; gives what was done."""
        done: list[str] = []
        changes = self.plan()
        self.place.carry_out(changes, lambda change: done.append(change.key))
        return done

    def id(self, key: str) -> str:
        return self.firm.spreadsheet if key == "spreadsheet" else self.firm.folder(key)


@pytest.fixture(scope="module")
def shared_firm(opened: Opener) -> Firm:
    firm = opened()
    firm.run()
    return firm


@pytest.fixture
def care(shared_firm: Firm) -> Iterator[Care]:
    care = Care(shared_firm)
    assert care.plan() == []
    yield care
    care.api.close()


def _share(key: str, address: str, role: str) -> Callable[[Care], object]:
    return lambda care: care.firm.place.emulator.drive.files.share(care.id(key), address, role)


def _grant(key: str, permission: Permission) -> Callable[[Care], object]:
    return lambda care: care.firm.place.emulator.drive.files.grant(care.id(key), permission)


def _revoke(key: str, address: str) -> Callable[[Care], object]:
    return lambda care: care.firm.place.emulator.drive.files.revoke(care.id(key), permission_id(address))


OLGA, ANNA, MIA = (f"{name}@{cast.DOMAIN}" for name in ("olga", "anna", "mia"))
DRIFTS: dict[str, tuple[Callable[[Care], object], str, str, str]] = {
    "a stranger edits": (
        _share("spreadsheet", EVE, "writer"), "remove", f"access:Registry / {EVE}", "not by the People tab"),
    "a stranger reads a folder": (
        _share("bank", EVE, "reader"), "remove", f"access:Bank / {EVE}", "a reader"),
    "a link for anyone": (
        _grant("payments", Permission("anyoneWithLink", "", "reader", "anyone")),
        "remove", "access:Payments / anyone", "the link is closed"),
    "the whole domain": (
        _grant("spreadsheet", Permission("9k", "firm.example", "writer", "domain")),
        "remove", "access:Registry / firm.example", "a whole domain"),
    "a group": (
        _grant("root", Permission("8", "all@firm.example", "reader", "group")),
        "remove", "access:sheetflow / all@firm.example", "a whole group"),
    "an editor was lost": (
        _revoke("spreadsheet", MIA), "add", f"access:Registry / {MIA}", "becomes an editor"),
    "a reader of a folder was lost": (
        _revoke("payments", OLGA), "add", f"access:Payments / {OLGA}", "becomes a reader"),
    "a role too weak": (
        _share("incoming", ANNA, "reader"), "change", f"access:Incoming / {ANNA}", "it is an editor"),
    "a role too strong": (
        _share("outgoing", ANNA, "writer"), "change", f"access:Outgoing / {ANNA}", "it is a reader"),
}  # fmt: skip


@pytest.mark.parametrize("drift", DRIFTS)
def test_plan__names_each_drift_and_apply_puts_it_right(care: Care, drift: str) -> None:
    make, action, key, words = DRIFTS[drift]
    make(care)
    (change,) = care.plan()
    assert (change.action, change.key, change.place, change.unsafe) == (action, key, "drive", "")
    assert words in change.detail
    assert care.apply() == [key]
    assert care.plan() == []


def test_plan__a_folder_that_was_renamed_is_as_good(care: Care) -> None:
    care.firm.place.emulator.drive.files.put(care.id("payments"), name="Our payments")
    assert care.plan() == []
    care.firm.place.emulator.drive.files.put(care.id("payments"), name="Payments")


@pytest.fixture
def own(opened: Opener) -> Iterator[Care]:
    """A firm of one's own."""
    care = Care(opened())
    yield care
    care.api.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_plan__a_deleted_folder_is_made_anew_and_shared(opened: Opener, language: str) -> None:
    firm = opened(language)
    care = Care(firm)
    firm.robot.drive.files().delete(fileId=care.id("incoming")).execute()
    label = firm.runtime.book.own.label("folders", "incoming")
    assert [(change.action, change.key) for change in care.plan()] == [
        ("add", f"folder:{label}"),
        ("add", f"access:{label} / anna@firm.example"),
        ("add", f"access:{label} / ada@firm.example"),
    ]
    assert len(care.apply()) == 3
    assert care.plan() == []
    made = [
        file
        for file in firm.place.emulator.drive.files.below(care.root)
        if file.extra.get("properties", {}).get("sf_folder") == "incoming"
    ]
    assert [file.name for file in made] == [label]
    care.api.close()


def test_plan__a_folder_in_its_owners_trash_is_seen_by_nobody_else_and_made_anew(own: Care) -> None:
    own.firm.robot.drive.files().update(fileId=own.id("bank"), body={"trashed": True}).execute()
    changes = own.plan()
    assert [(one.action, one.key) for one in changes if one.kind == "folder"] == [
        ("add", "folder:Bank"), ("add", "folder:Incoming"), ("add", "folder:Outgoing"),
        ("add", "folder:Processed"), ("add", "folder:Rejected"),
    ]  # fmt: skip
    assert len(own.apply()) == len(changes) == 13
    assert own.plan() == []


def test_plan__the_root_folder_in_the_trash_can_be_taken_out_by_its_owner_alone(own: Care) -> None:
    own.firm.robot.drive.files().update(fileId=own.root, body={"trashed": True}).execute()
    change = own.plan()[0]
    assert (change.action, change.key, dict(change.deed)) == ("change", "folder:sheetflow", {})
    assert "only its owner can take it out" in change.detail


def test_plan__a_folder_that_was_moved_is_put_back(own: Care) -> None:
    incoming, payments = own.id("incoming"), own.id("payments")
    own.firm.robot.drive.files().update(
        fileId=incoming, addParents=payments, removeParents=own.id("bank")
    ).execute()
    (change,) = own.plan()
    assert (change.action, change.key) == ("move", "folder:Incoming")
    assert own.apply() == ["folder:Incoming"]
    assert own.plan() == []
    record = own.firm.place.emulator.drive.files.get(incoming)
    assert record is not None
    assert record.parent == own.id("bank")


def test_plan__the_root_folder_that_is_gone_is_told_and_nothing_else_of_it(own: Care) -> None:
    own.firm.robot.drive.files().delete(fileId=own.root).execute()
    (change,) = own.plan()
    assert (change.action, change.kind, dict(change.deed)) == ("add", "folder", {})
    assert "SHEETFLOW_FOLDER" in change.detail


def test_plan__what_may_not_be_shared_is_told(own: Care) -> None:
    own.firm.place.emulator.drive.files.put(own.firm.spreadsheet, more='{"writersCanShare": false}')
    (change,) = own.plan()
    assert (change.action, change.key, dict(change.deed)) == ("change", "access:Registry", {})
    assert "let editors share" in change.detail


def test_plan__what_drive_refuses_stays_in_the_plan(own: Care) -> None:
    files = own.firm.place.emulator.drive.files
    files.revoke(own.firm.spreadsheet, permission_id(MIA))
    files.share(own.firm.spreadsheet, EVE, "writer")
    own.firm.post("/workspace/faults", {"path": "/permissions", "method": "POST", "status": 403})
    assert own.apply() == [f"access:Registry / {EVE}"]
    assert [change.key for change in own.plan()] == [f"access:Registry / {MIA}"]
    assert own.apply() == [f"access:Registry / {MIA}"]
    assert own.plan() == []


def test_apply__whoever_is_taken_off_loses_the_folders_of_their_requests(own: Care) -> None:
    files = own.firm.place.emulator.drive.files
    marks = {"sf_request": "PR-000002", "sf_root": own.root}
    body = {
        "name": "PR-000002",
        "mimeType": "application/vnd.google-apps.folder",
        "parents": [own.id("payments")],
    }
    token = (
        own.firm.service.drive.files().create(body={**body, "appProperties": marks}, fields="id").execute()
    )
    files.share(token["id"], EVE, "reader")
    files.share(own.firm.spreadsheet, EVE, "writer")
    assert own.apply() == [f"access:Registry / {EVE}"]
    assert files.role(token["id"], EVE) is None
