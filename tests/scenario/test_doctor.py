"""The doctor on a registry over HTTP: well, and with each of the things that die in silence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.app.doctor import CHECKS
from sheetflow.cli import main
from sheetflow.core import health
from sheetflow.workspace import cast
from sheetflow.workspace.local import LocalWorkspace
from tests.conftest import Opener
from tests.firm import Firm

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}


def doctor(firm: Firm, *options: str) -> Result:
    return CliRunner().invoke(main, ["doctor", "--workspace", firm.url, *options], env=PLAIN)


def states(firm: Firm, *options: str) -> dict[str, list[str]]:
    """Check -> the states of its findings."""
    told = json.loads(doctor(firm, "--json", *options).stdout)
    found: dict[str, list[str]] = {}
    for finding in told["findings"]:
        found.setdefault(finding["check"], []).append(finding["state"])
        assert finding["says"]
        assert finding["todo"] or finding["state"] in ("ok", "off")
    assert list(found) == list(CHECKS)
    assert told["well"] == all("bad" not in theirs for theirs in found.values())
    return found


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A firm whose functions run, with an edit and a scheduled pass behind it."""
    with LocalWorkspace(tmp_path_factory.mktemp("running"), scheduled=False) as place:
        firm = Firm.at(place)
        firm.mia.drafts(subject="Paper")
        assert place.run_schedule()["status"] == 200
        yield firm
        firm.close()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_doctor__a_registry_that_is_well(running: Firm, language: str) -> None:
    told = doctor(running, "--language", language)
    assert (told.exit_code, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert [line for line in lines if line.startswith(("!", "x"))] == []
    assert len([line for line in lines if line.startswith(("+", "."))]) == len(CHECKS)


def test_doctor__its_mail_arrives_and_only_where_it_is_wanted(running: Firm) -> None:
    about = "Mail of the registry works"
    before = running.robot.subjects().count(about)
    assert states(running)["mail"] == ["ok"]
    assert states(running, "--no-mail")["mail"] == ["ok"]
    assert running.robot.subjects().count(about) == before + 1


def test_doctor__changes_nothing(running: Firm) -> None:
    before = running.token(), running.table(), running.outbox()
    doctor(running)
    assert (running.token(), running.table(), running.outbox()) == before


def no_schedule_for_hours(firm: Firm) -> None:
    firm.runtime.process().run(scheduled=True)
    firm.later("PT3H")


def nobody_pays(firm: Firm) -> None:
    rows = firm.values("A1:F20", tab="people")
    for number, row in enumerate(rows, start=1):
        if "accountant" in str(row[2]):
            firm.ivan.enters(f"{firm.title('people')}!C{number}", "manager")


def owner_has_a_role(firm: Firm) -> None:
    end = len(firm.values("A1:A50", tab="people")) + 1
    row = [cast.OWNER, "Robot", "approver"]
    firm.ivan.pastes(f"{firm.title('people')}!A{end}:C{end}", [row])


def history_is_tampered_with(firm: Firm) -> None:
    firm.robot.tab("history").update_acell("E2", "somebody@else.example")


def a_protection_is_gone(firm: Firm) -> None:
    ranges = firm.robot.script.http_client.fetch_sheet_metadata(
        firm.spreadsheet, {"fields": "sheets.protectedRanges.protectedRangeId"}
    )
    ids = [one["protectedRangeId"] for sheet in ranges["sheets"] for one in sheet.get("protectedRanges", ())]
    firm.robot.batch({"deleteProtectedRange": {"protectedRangeId": ids[0]}})


def fault(method: str, path: str, status: int) -> Callable[[Firm], None]:
    def make(firm: Firm) -> None:
        firm.post("/workspace/faults", {"method": method, "path": path, "status": status, "times": None})

    return make


def letter_is_stuck(firm: Firm) -> None:
    fault("POST", "/gmail/v1/users/me/messages/send", 503)(firm)
    firm.mia.submits()
    firm.run()
    firm.forget_faults()
    firm.later("PT40M")


def google_had_enough(firm: Firm) -> None:
    firm.mia.drafts(subject="Paper")
    firm.post("/workspace/faults", {"method": "GET", "path": "/v4/spreadsheets", "status": 429, "times": 1})
    firm.run()  # a pass that writes anyway remembers it


ILLS: dict[str, tuple[Callable[[Firm], None], str, str]] = {
    "the schedule does not run": (no_schedule_for_hours, "schedule", "bad"),
    "nobody can pay": (nobody_pays, "people", "bad"),
    "the owner approves": (owner_has_a_role, "owner", "bad"),
    "somebody wrote into the history": (history_is_tampered_with, "history", "bad"),
    "a protection is gone": (a_protection_is_gone, "drift", "warn"),
    "mail is refused": (fault("POST", "/gmail/v1/users/me/messages/send", 403), "mail", "bad"),
    "the form is closed to us": (fault("GET", "/v1/forms/", 403), "form", "bad"),
    "Drive is out of reach": (fault("GET", "/drive/v3/about", 500), "drive", "bad"),
    "a letter is stuck": (letter_is_stuck, "outbox", "bad"),
    "the quota was used up": (google_had_enough, "quota", "warn"),
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("ill", ILLS)
def test_doctor__names_what_is_wrong(opened: Opener, well: Path, ill: str) -> None:
    firm = opened(copy_of=well)
    make, check, state = ILLS[ill]
    make(firm)
    assert state in states(firm, *([] if check == "mail" else ["--no-mail"]))[check]
    told = doctor(firm, "--no-mail", "--language", "ru")
    assert (told.exit_code == 1) == (
        "bad" in {s for theirs in states(firm, "--no-mail").values() for s in theirs}
    )
    firm.place.close()


@pytest.fixture(scope="module")
def well(opened: Opener) -> Path:
    """The folder of a firm that was closed: each test goes on from a copy."""
    firm = opened()
    firm.runtime.process().run(scheduled=True)
    firm.place.close()
    return firm.place.folder


def test_doctor__a_trigger_that_never_reported(firm: Firm) -> None:
    found = states(firm, "--no-mail")
    assert (found["trigger"], found["page"]) == (["warn"], ["bad"])  # and no function runs here


def test_doctor__a_trigger_that_is_dead_tells_the_admin_too(fresh: Firm) -> None:
    rid = fresh.mia.submits()
    fresh.run()
    projects = fresh.place.emulator.scripts.projects
    for trigger in projects.triggers():  # the owner's consent was withdrawn
        projects.uninstall(trigger.project, trigger.id)
    fresh.mia.types("amount", rid, 5)
    for wait in ("PT2M", "PT2M", "PT15M"):
        fresh.later(wait)
        fresh.run()
    assert health.ILL + "trigger-silent" in fresh.token().vitals
    assert states(fresh, "--no-mail")["trigger"] == ["bad"]
    assert "The registry needs you: Edits are not reported" in fresh.ivan.subjects()


def test_doctor__a_language_that_there_is_none_of(firm: Firm) -> None:
    told = doctor(firm, "--language", "tlh")
    assert told.exit_code == 2
    assert "--language is 'tlh'; it must be one of en, ru" in told.output


def test_doctor__no_workspace_there() -> None:
    told: Any = CliRunner().invoke(main, ["doctor", "--workspace", "http://127.0.0.1:9"], env=PLAIN)
    assert (told.exit_code, "nothing answers" in told.output) == (1, True)


def test_doctor__tasks_and_the_space_where_they_are_on(running: Firm) -> None:
    assert states(running, "--no-mail")["tasks"] == ["off"]
    settings = running.hand(cast.OWNER)
    rows = running.values("", tab="settings")
    names = [str(row[0]) if row else "" for row in rows]
    for name, value in (("Google Tasks", "yes"), ("Google Chat space", "all")):
        settings.enters(f"{running.title('settings')}!B{names.index(name) + 1}", value)
    found = states(running, "--no-mail")
    assert (found["tasks"], found["chat"]) == (["ok"], ["off"])  # its address is the functions' alone
    running.post("/workspace/faults", {"path": "/tasks/", "status": 403})
    assert states(running, "--no-mail")["tasks"] == ["bad"]
