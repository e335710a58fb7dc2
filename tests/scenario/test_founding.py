"""From nothing to a registry by one command, with stock credentials: who owns it, what kills it half-way."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.adapters.env_file import kept
from sheetflow.app.folders import LAYOUT
from sheetflow.cli import main
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.emulator.control import Fault
from sheetflow.emulator.files import FOLDER, SPREADSHEET, File
from sheetflow.emulator.forms.model import FORM
from sheetflow.emulator.testing import LocalGoogle
from sheetflow.errors import Unavailable
from sheetflow.workspace import cast
from sheetflow.workspace.founding import found
from tests.conftest import Opener
from tests.faults.dying import run_founding

ROBOT, IVAN, ANNA, MIA = (f"{name}@firm.example" for name in ("robot", "ivan", "anna", "mia"))
SERVICE = "sheetflow@firm-example.iam.gserviceaccount.com"
EVE = "eve@elsewhere.example"
PEOPLE: Mapping[str, str] = {
    "en": f"""E-mail,Name,Roles,Approves up to,Other addresses
{IVAN},Ivan Keys,admin,,
{ANNA},Anna Counts,"accountant, manager",,
olga@firm.example,Olga Hall,approver,500000 RUB; 5000 EUR,o@firm.example
""",
    "ru": f"""E-mail;Имя;Роли;Согласует до;Другие адреса
{IVAN};Иван Ключев;администратор;;
{ANNA};Анна Счётова;бухгалтер, менеджер;;
olga@firm.example;Ольга Залесская;согласующий;500000 RUB;o@firm.example
""",
}


@dataclass
class Office:
    """A machine of an admin's: a service account's key, a working folder, and Google."""

    google: LocalGoogle
    folder: Path
    language: str = "en"
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        key = self.google.emulator.identity.service_account_info(SERVICE, self.google.url)
        (self.folder / "key.json").write_text(json.dumps(key), "utf-8")
        (self.folder / "people.csv").write_text(PEOPLE[self.language], "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "SHEETFLOW_API_ROOT": self.google.url,
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.folder / "key.json"), **self.more,
        }  # fmt: skip

    def arguments(self, owner: str, *more: str) -> list[str]:
        return [
            "apply", "--env", str(self.env), "--owner", owner, "--language", self.language,
            "--company", "Firm", "--people", str(self.folder / "people.csv"), *more,
        ]  # fmt: skip

    @property
    def env(self) -> Path:
        return self.folder / "sheetflow.env"

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        unset = {name: None for name in os.environ if name.startswith(("SHEETFLOW_", "GOOGLE_"))}
        return CliRunner(env={**unset, **self.environment}).invoke(main, arguments, input=typed)

    def founds(self, owner: str, *more: str) -> dict[str, Any]:
        result = self.run(*self.arguments(owner, "--yes", "--json", *more))
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def of_kind(self, kind: str) -> list[File]:
        """Every file of a kind that there is, whoever has it."""
        files = self.google.emulator.files
        rows = files.store.read("SELECT id FROM files WHERE mime_type = ?", (kind,))
        found = [files.get(row[0]) for row in rows]
        return [one for one in found if one is not None and one.name != "My Drive" and one.id != one.drive]

    def left(self) -> list[tuple[str, str]]:
        """What plan still names: (action, kind). The form's last steps are a person's, and always named."""
        told = self.run("plan", "--env", str(self.env), "--json")
        assert told.exit_code in (0, 2), told.output
        changes = json.loads(told.stdout)["changes"]
        return [(one["action"], one["kind"]) for one in changes if one["place"] != "form"]

    def role(self, file: str, address: str) -> str | None:
        return self.google.emulator.files.role(file, address)

    def shared_drive(self, role: str = "organizer") -> str:
        drive = self.google.emulator.drive.drives.create(ROBOT, {"name": "Payments"}, "1").id
        self.google.emulator.files.share(drive, SERVICE, role)
        return drive

    def given_spreadsheet(self, owner: str = MIA) -> str:
        """A blank spreadsheet of a person's, shared with the service account."""
        file = self.google.emulator.drive.create(owner, "Untitled", SPREADSHEET)
        self.google.emulator.files.share(file, SERVICE, "writer")
        return file

    def is_whole(self, found: Mapping[str, Any]) -> None:
        """What every founding leaves: one of each, shared by role, and nothing left to plan."""
        spreadsheet, folders = found["spreadsheet"], found["folders"]
        assert [one.id for one in self.of_kind(SPREADSHEET)] == [spreadsheet]
        assert {one.id for one in self.of_kind(FOLDER)} == set(folders.values())
        assert set(folders) == {"root", *LAYOUT}
        assert [one.id for one in self.of_kind(FORM)] == ([found["form"]] if found["form"] else [])
        for address in (IVAN, ANNA, "olga@firm.example", SERVICE):
            assert self.role(spreadsheet, address) in ("writer", "fileOrganizer", "organizer"), address
        assert self.role(folders["payments"], ANNA) == "reader"
        assert self.role(folders["incoming"], ANNA) == "writer"
        assert self.role(folders["payments"], IVAN) is None
        settings = kept(self.env)
        assert settings["SHEETFLOW_SPREADSHEET"] == spreadsheet
        assert settings["SHEETFLOW_FOLDER"] == folders["root"]
        assert settings.get("SHEETFLOW_FORM", "") == found["form"]
        assert settings["SHEETFLOW_LANGUAGE"] == self.language
        assert settings["SHEETFLOW_SERVICE_ACCOUNT"] == SERVICE
        assert "SHEETFLOW_FOUNDING" not in settings
        assert self.env.stat().st_mode & 0o777 == 0o600
        assert "PRIVATE" not in self.env.read_text("utf-8")


@pytest.fixture
def google(tmp_path: Path) -> Iterator[LocalGoogle]:
    with LocalGoogle(tmp_path / "google") as google:
        yield google


@pytest.fixture
def office(google: LocalGoogle, tmp_path: Path) -> Office:
    return Office(google, tmp_path / "office")


# --- who owns it


@pytest.mark.parametrize("language", LANGUAGES)
def test_found__in_a_shared_drive(google: LocalGoogle, tmp_path: Path, language: str) -> None:
    office = Office(google, tmp_path / "office", language)
    drive = office.shared_drive()
    found = office.founds(f"shared-drive:{drive}")
    office.is_whole(found)
    assert {one.drive for kind in (SPREADSHEET, FOLDER, FORM) for one in office.of_kind(kind)} == {drive}
    titles = [one.name for one in office.of_kind(SPREADSHEET)]
    assert titles == [{"en": "Payment requests", "ru": "Заявки на оплату"}[language]]
    assert office.of_kind(FORM)[0].name == {"en": "Payment request", "ru": "Заявка на оплату"}[language]
    assert office.left() == []


def test_found__by_a_user_through_delegation(office: Office) -> None:
    found = office.founds(f"user:{ROBOT}")
    office.is_whole(found)
    assert {one.owner for kind in (SPREADSHEET, FOLDER, FORM) for one in office.of_kind(kind)} == {ROBOT}
    assert office.role(found["form"], SERVICE) == office.role(found["folders"]["root"], SERVICE) == "writer"
    callers = {
        call.caller for call in office.google.emulator.calls.since(0) if call.kind == "sheets.batchUpdate"
    }
    assert callers == {ROBOT}
    assert office.left() == []


def test_found__in_a_spreadsheet_that_is_there(office: Office) -> None:
    drive, emulator = office.google.emulator.drive, office.google.emulator
    folder = drive.create(MIA, "Accounting", FOLDER)
    emulator.files.share(folder, SERVICE, "writer")
    spreadsheet = drive.create(MIA, "Untitled", SPREADSHEET, parents=[folder])
    emulator.files.share(spreadsheet, SERVICE, "writer")
    emulator.files.share(spreadsheet, EVE, "writer")
    found = office.founds(f"existing:{spreadsheet}")
    assert found["spreadsheet"] == spreadsheet
    assert office.role(spreadsheet, ANNA) == "writer"
    assert office.role(spreadsheet, EVE) is None
    root = emulator.files.get(found["folders"]["root"])
    assert root is not None
    assert root.parent == folder
    assert found["form"] == ""
    notes = "\n".join(found["notes"])
    assert f"{EVE} could open it" in notes
    assert "No form was made" in notes
    assert "Protections never bind" not in notes


def test_found__an_existing_spreadsheet_whose_owner_has_a_role_is_warned_about(office: Office) -> None:
    spreadsheet = office.given_spreadsheet(ANNA)
    found = office.founds(f"existing:{spreadsheet}")
    notes = "\n".join(found["notes"])
    assert f"{ANNA} owns the spreadsheet and is accountant, manager" in notes
    assert "No folders were made" in notes
    assert found["folders"] == {}
    assert "SHEETFLOW_FOLDER" not in kept(office.env)


def refused(office: Office, owner: str, *more: str) -> str:
    """What is said where nothing can be founded; nothing is made then."""
    before = [one.id for kind in (SPREADSHEET, FOLDER, FORM) for one in office.of_kind(kind)]
    result = office.run(*office.arguments(owner, "--yes", *more))
    assert result.exit_code == 1, result.output
    assert [one.id for kind in (SPREADSHEET, FOLDER, FORM) for one in office.of_kind(kind)] == before
    assert "SHEETFLOW_SPREADSHEET" not in kept(office.env)
    return " ".join(result.output.split())


def test_found__a_service_account_cannot_own_it(office: Office) -> None:
    assert "has no storage of its own" in refused(office, f"user:{SERVICE}")
    for wrong in ("my drive:1", "user:nobody", "existing:", "shared-drive:a@b.example"):
        assert "it must be shared-drive:ID, user:ADDRESS or existing" in refused(office, wrong)


@pytest.mark.parametrize("role", ["reader", "writer"])
def test_found__a_shared_drive_where_the_account_is_too_weak(office: Office, role: str) -> None:
    drive = office.shared_drive(role)
    assert f"{SERVICE} may not share folders of the shared drive 'Payments'" in refused(office, drive)


def test_found__a_content_manager_will_do(office: Office) -> None:
    office.is_whole(office.founds(office.shared_drive("fileOrganizer")))


def test_found__a_shared_drive_that_is_not_there(office: Office) -> None:
    told = refused(office, "shared-drive:0AbCdEf")
    assert f"there is no shared drive 0AbCdEf that {SERVICE} is a member of" in told


def test_found__a_delegation_that_is_refused_tells_what_to_set(office: Office) -> None:
    office.google.emulator.identity.delegates = False
    told = refused(office, f"user:{ROBOT}")
    assert f"{SERVICE} may not act as {ROBOT}" in told
    assert "Manage domain-wide delegation" in told
    for scope in ("/auth/spreadsheets", "/auth/drive", "/auth/forms.body"):
        assert scope in told


def test_found__an_existing_file_that_will_not_do(office: Office) -> None:
    drive, files = office.google.emulator.drive, office.google.emulator.files
    assert "share it with" in refused(office, "existing:no-such-file")
    weak = drive.create(MIA, "Untitled", SPREADSHEET)
    files.share(weak, SERVICE, "reader")
    assert "may not edit and share the spreadsheet 'Untitled'" in refused(office, f"existing:{weak}")
    folder = drive.create(MIA, "A folder", FOLDER)
    files.share(folder, SERVICE, "writer")
    assert "'A folder' is no spreadsheet" in refused(office, f"existing:{folder}")


def test_found__a_registry_is_not_founded_over(office: Office) -> None:
    spreadsheet = office.given_spreadsheet()
    office.founds(f"existing:{spreadsheet}")
    office.env.unlink()
    assert "is a registry already" in refused(office, f"existing:{spreadsheet}")


# --- what is asked


def test_found__asks_what_it_is_not_told(office: Office) -> None:
    drive = office.shared_drive()
    typed = f"shared-drive:{drive}\nru\nООО «Фирма»\nAsia/Omsk\n{IVAN}\nИван Ключев\n"
    result = office.run("apply", "--env", str(office.env), typed=typed)
    assert result.exit_code == 0, result.output
    settings = kept(office.env)
    assert settings["SHEETFLOW_LANGUAGE"] == "ru"
    assert office.role(settings["SHEETFLOW_SPREADSHEET"], IVAN) == "writer"
    assert "the registry: https://docs.google.com/spreadsheets/d/" in result.output
    assert "making the form" in result.output


def test_found__yes_asks_nothing_and_says_what_is_missing(office: Office) -> None:
    result = office.run("apply", "--env", str(office.env), "--yes")
    assert result.exit_code == 1
    assert "--owner is missing" in result.output
    assert "--language is missing" in result.output
    drive = office.shared_drive()
    result = office.run("apply", "--env", str(office.env), "--yes", "--owner", drive, "--language", "en")
    assert "--company is missing" in result.output
    assert "--people is missing" in result.output
    assert office.of_kind(SPREADSHEET) == []


def test_found__people_that_cannot_be_read_are_told_by_their_lines(office: Office) -> None:
    (office.folder / "people.csv").write_text(
        "Roles,E-mail,Approves up to\nboss,ann@firm.example,\nmanager,nobody,\n"
        "approver,bob@firm.example,much\nmanager,ann@firm.example,\n,,5\n",
        "utf-8",
    )
    told = refused(office, office.shared_drive())
    for part in (
        "people.csv, line 2: ann@firm.example: unknown role 'boss'",
        "people.csv, line 3: nobody: 'nobody' is no e-mail address",
        "people.csv, line 4: bob@firm.example: the limit 'much' cannot be read",
        "people.csv, line 5: ann@firm.example stands in line 2 already",
        "people.csv, line 6: the e-mail address is blank",
    ):
        assert part in told


def test_found__a_time_zone_that_is_none(office: Office) -> None:
    assert "'Mars' is no time zone" in refused(office, office.shared_drive(), "--time-zone", "Mars")


# --- what goes wrong on the way


def test_found__kill_after_any_write_and_again_completes_it(google: LocalGoogle, tmp_path: Path) -> None:
    office = Office(google, tmp_path / "office")
    arguments = office.arguments(office.shared_drive(), "--yes", "--json")
    seen, last = tmp_path / "seen", []
    while run_founding(arguments, office.environment, seen):
        last.append(google.emulator.calls.since(0)[-1].kind)
        assert len(office.of_kind(SPREADSHEET)) == 1, last
        assert len(office.of_kind(FORM)) <= 1, last
        names = [one.name for one in office.of_kind(FOLDER)]
        assert len(names) == len(set(names)), last
    made = ["drive.files.create", "sheets.batchUpdate", "forms.batchUpdate", "forms.setPublishSettings"]
    assert [last.count(kind) for kind in made] == [len(LAYOUT) + 3, 1, 1, 1]
    assert last.count("drive.permissions.create") == len(LAYOUT) + 3
    settings = kept(office.env)
    marks = [
        (one.extra["properties"]["sf_folder"].partition(":")[0], one.id) for one in office.of_kind(FOLDER)
    ]
    office.is_whole(
        {
            "spreadsheet": settings["SHEETFLOW_SPREADSHEET"], "form": settings["SHEETFLOW_FORM"],
            "folders": dict(marks),
        }
    )  # fmt: skip
    assert office.left() == []


LOST = (
    "/drive/v3/files$",
    r"/v4/spreadsheets/[^/]+:batchUpdate",
    "/permissions",
    r"/v1/forms/.*:batchUpdate",
)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("path", LOST)
def test_found__an_answer_that_was_lost_makes_nothing_twice(office: Office, path: str) -> None:
    drive = office.shared_drive()
    office.google.emulator.faults.add(Fault(path, method="POST", status=503, after_effect=True, times=2))
    for _ in range(3):
        result = office.run(*office.arguments(drive, "--yes", "--json"))
        if result.exit_code == 0:
            break
    assert result.exit_code == 0, result.output
    office.is_whole(json.loads(result.stdout))


def test_found__a_refusal_by_drive_is_told_and_the_rest_is_made(office: Office) -> None:
    drive = office.shared_drive()
    office.google.emulator.faults.add(
        Fault("/permissions", method="POST", status=403, message="No sharing with this address.")
    )
    found = office.founds(drive)
    assert "No sharing with this address." in "\n".join(found["notes"])
    assert len(office.of_kind(FORM)) == 1
    assert office.left() == [("add", "access")]
    office.run("apply", "--env", str(office.env), "--yes")
    assert office.left() == []


# --- the local workspace goes the same way


def test_local__its_folder_has_what_the_commands_need(opened: Opener) -> None:
    firm = opened()
    env = firm.place.folder / "sheetflow.env"
    assert env.stat().st_mode & 0o777 == 0o600
    text = env.read_text("utf-8")
    assert firm.place.settled.inbox_key not in text
    assert firm.place.settled.link_key not in text
    settings = kept(env)
    assert settings["SHEETFLOW_SPREADSHEET"] == firm.spreadsheet
    assert settings["SHEETFLOW_API_ROOT"] == firm.url
    unset = {name: None for name in os.environ if name.startswith(("SHEETFLOW_", "GOOGLE_"))}
    told = CliRunner(env=unset).invoke(main, ["plan", "--env", str(env), "--json"])
    assert told.exit_code in (0, 2), told.output
    kinds = {one["kind"] for one in json.loads(told.stdout)["changes"]}
    assert kinds.isdisjoint({"access", "folder"}), told.output


def test_local__killed_while_it_was_founded_completes_it(tmp_path: Path) -> None:
    with LocalGoogle(tmp_path) as google:
        google.emulator.faults.add(Fault("/v1/forms/", status=500, times=1))
        with pytest.raises(Unavailable):
            found(tmp_path, google.url, "ru")
        done = found(tmp_path, google.url, "en")
        assert done.language == "ru"
        files = google.emulator.files.visible_to(cast.OWNER)
        kinds = [one.mime_type for one in files if one.name != "My Drive"]
        assert (kinds.count(SPREADSHEET), kinds.count(FORM), kinds.count(FOLDER)) == (1, 1, 7)
