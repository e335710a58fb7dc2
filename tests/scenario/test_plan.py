"""Drift of every kind is made by hands, named by `plan`, put right by `apply`; what is people's own stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.app.process import Process
from sheetflow.app.upkeep import Upkeep
from sheetflow.cli import main
from sheetflow.errors import StalePlan, UnsafePlan
from sheetflow.model.snapshot import Snapshot
from sheetflow.ports import Commit, Receipt
from sheetflow.runtime import templates_folder
from sheetflow.templates.schema import read_template
from tests import drift
from tests.conftest import Opener
from tests.drift import BY_KEY, DRIFTS, GROUPS
from tests.firm import Firm


@dataclass
class Whole:
    """A registry as it is declared, with a submitted request, a draft, and things of people's own."""

    firm: Firm
    upkeep: Upkeep
    submitted: str
    draft: str
    own: dict[str, Any]


def whole(firm: Firm) -> Whole:
    drift.shorten(firm)
    firm.settle()
    submitted, draft = firm.mia.submits(), firm.mia.drafts()
    firm.settle()
    drift.make_own(firm)
    upkeep = drift.upkeep(firm.environment)
    upkeep.apply(upkeep.survey())
    return Whole(firm, upkeep, submitted, draft, drift.own(firm))


@pytest.fixture(scope="module")
def english(opened: Opener) -> Whole:
    return whole(opened("en"))


@pytest.fixture(scope="module")
def russian(opened: Opener) -> Whole:
    return whole(opened("ru"))


def check(place: Whole, keys: Sequence[str]) -> None:
    """Make drifts, see each named, apply, and see that all is as it was."""
    firm, upkeep = place.firm, place.upkeep
    assert not upkeep.survey()
    for key in keys:
        BY_KEY[key].does(firm)
    plan = upkeep.survey()
    told = {(change.action, change.kind, change.name): change.detail for change in plan.changes}
    for key in keys:
        named = BY_KEY[key].named(firm)
        assert named in told, (key, told)
        assert BY_KEY[key].says in told[named], (key, told[named])
    applied = upkeep.apply(plan)
    assert applied.done == plan.changes
    assert applied.left.as_dict()["changes"] == []


def test_plan__there_are_kinds_enough() -> None:
    assert len(DRIFTS) >= 50
    assert sorted(key for keys in GROUPS.values() for key in keys) == sorted(BY_KEY)


@pytest.mark.parametrize("group", list(GROUPS))
def test_plan__names_every_kind_of_drift_and_apply_puts_it_right(english: Whole, group: str) -> None:
    check(english, GROUPS[group])
    firm = english.firm
    firm.settle()
    firm.verify()
    if group != "the registry":
        assert drift.own(firm) == english.own
    assert firm.row(english.submitted)["confirmed"] == "Submitted"
    assert firm.row(english.submitted)["inn"] == "7707083893"
    assert not english.upkeep.survey()


@pytest.mark.parametrize("group", ["columns", "cells", "rights", "looks", "tabs", "the registry"])
def test_plan__speaks_of_a_russian_registry_by_its_own_names(russian: Whole, group: str) -> None:
    check(russian, GROUPS[group])
    russian.firm.settle()
    russian.firm.verify()
    assert russian.firm.row(russian.submitted)["confirmed"] == "На согласовании"
    assert russian.firm.columns().keys() == read_template(drift.TEXT).places.keys()


# --- what is lost, and what is not


def test_apply__a_draft_outlives_the_state(opened: Opener) -> None:
    place = whole(opened("en"))
    check(place, ["state-gone"])
    place.firm.settle()
    place.firm.later()
    place.firm.settle()
    row = place.firm.row(place.draft)
    assert (row["status"], row["confirmed"], row["inn"]) == ("Draft", "Draft", "7707083893")
    place.firm.olga.picks("Approved", place.submitted)
    place.firm.settle()
    assert place.firm.confirmed(place.submitted) == ["Approved"]
    place.firm.verify()


def test_apply__a_column_that_holds_something_is_not_taken_away_unasked(english: Whole) -> None:
    firm, upkeep = english.firm, english.upkeep
    drift.former_column(firm)
    at = [str(cell) for cell in firm.values("1:1")[0]].index("Former")
    firm.mia.enters(firm.a1(30, at), "precious", wait=False)
    plan = upkeep.survey()
    with pytest.raises(UnsafePlan) as caught:
        upkeep.apply(plan)
    assert str(caught.value) == (
        "nothing was done, for this would be lost:\n"
        "  - column Registry / Former: 1 of its cells are filled\n"
        "to do it all the same: --allow 'column:Registry / Former'"
    )
    assert upkeep.survey().checksum == plan.checksum
    assert not upkeep.apply(plan, ["column:Registry / Former"]).left


def test_apply__what_only_the_owner_may_do_is_left_and_said(english: Whole) -> None:
    firm, upkeep = english.firm, english.upkeep
    editors = {"users": [firm.mia.address]}
    drift.protected("registry", "checks", fields="editors", editors=editors)(firm)
    left = upkeep.apply(upkeep.survey()).left
    (only,) = left.changes
    assert (only.kind, only.name) == ("protection", "Registry / Checks")
    assert "the file's owner has to remove it" in only.detail
    drift.unprotected("registry", "checks")(firm)
    assert not upkeep.apply(upkeep.survey()).left


def test_apply__a_history_that_is_gone_is_not_made_anew_unasked(opened: Opener) -> None:
    firm = drift.shorten(opened("en"))
    firm.settle()
    upkeep = drift.upkeep(firm.environment)
    drift.tab_gone("history")(firm)
    plan = upkeep.survey()
    with pytest.raises(UnsafePlan, match="bring the tab back from the spreadsheet's version history"):
        upkeep.apply(plan)
    assert not upkeep.apply(plan, ["tab"]).left


# --- passes in between


def test_apply__a_pass_in_between_only_costs_another_look(english: Whole) -> None:
    firm, upkeep = english.firm, english.upkeep
    drift.view_gone(firm)
    plan = upkeep.survey()
    before = firm.token().revision
    firm.mia.drafts()
    assert firm.run().commits
    assert not upkeep.apply(plan).left
    assert firm.token().revision >= before + 2


def test_apply__a_plan_that_is_not_the_same_any_more_is_refused_whole(english: Whole) -> None:
    firm, upkeep = english.firm, english.upkeep
    drift.view_gone(firm)
    plan = upkeep.survey()
    drift.unmarked(firm)
    firm.mia.drafts()
    assert firm.run().commits
    with pytest.raises(StalePlan, match="Run `sheetflow plan` again"):
        upkeep.apply(plan)
    again = upkeep.survey()
    assert {change.kind for change in again.changes} == {"filter view", "conditional format"}
    assert not upkeep.apply(again).left


def test_apply__a_pass_that_read_the_old_layout_writes_nothing_into_the_new(english: Whole) -> None:
    firm, upkeep = english.firm, english.upkeep
    drift.moved("comment", "subject")(firm)
    rid = firm.mia.drafts()
    sheet = firm.runtime.sheet()

    class Late:
        """The spreadsheet, where an apply is faster than the pass's first commit."""

        applied = False

        def __getattr__(self, name: str) -> Any:
            return getattr(sheet, name)

        def commit(self, commit: Commit) -> Receipt:
            if not self.applied:
                self.applied = True
                upkeep.apply(upkeep.survey())
            return sheet.commit(commit)

        def read(self, event: int = 0) -> Snapshot:
            return sheet.read(event)

    process: Process = firm.runtime.process()
    process.sheet = Late()
    report = process.run()
    assert report.lost_races == 1
    assert not upkeep.survey()
    assert firm.row(rid)["status"] == "Draft"


# --- the commands


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates, with as few rows as the registry of these tests has."""
    found = tmp_path_factory.mktemp("templates")
    for each in templates_folder().iterdir():
        (found / each.name).symlink_to(each)
    (found / "payments.toml").unlink()
    (found / "payments.toml").write_text(drift.TEXT, "utf-8")
    return found


def run(place: Whole, folder: Path, *arguments: str, answer: str = "") -> Result:
    environment = {**place.firm.environment, "SHEETFLOW_TEMPLATES": str(folder)}
    return CliRunner().invoke(main, arguments, input=answer, env=environment)


def test_cli__plan_says_nothing_to_do_and_ends_with_0(english: Whole, folder: Path) -> None:
    """After an apply of all places: the settings that changed above are asked about by the form too."""
    assert run(english, folder, "apply", "--yes").exit_code == 0
    told = run(english, folder, "plan")
    assert (told.exit_code, told.output) == (0, "nothing to do: everything is as it is declared\n")
    told = run(english, folder, "plan", "--json")
    assert told.exit_code == 0
    assert json.loads(told.output)["changes"] == []


def test_cli__plan_shows_what_differs_and_apply_does_exactly_that(english: Whole, folder: Path) -> None:
    drift.view_gone(english.firm)
    drift.noted("amount", "x")(english.firm)
    told = run(english, folder, "plan", "--json")
    assert told.exit_code == 2
    found = json.loads(told.output)
    assert [(one["action"], one["kind"], one["name"]) for one in found["changes"]] == [
        ("change", "note", "Registry / Amount"), ("add", "filter view", "Waiting for approval"),
    ]  # fmt: skip
    told = run(english, folder, "plan")
    assert told.exit_code == 2
    assert told.output == (
        "~ note         Registry / Amount: its note was changed; it is written again\n"
        "+ filter view  Waiting for approval: it is missing; it is made again\n"
        f"\n1 to add, 1 to change; checksum {found['checksum']}\n"
        f"to do exactly this: sheetflow apply --plan {found['checksum']}\n"
    )
    told = run(english, folder, "apply", answer="n\n")
    assert told.exit_code == 1
    told = run(english, folder, "apply", "--plan", "0123456789abcdef", "--yes")
    assert told.exit_code == 1
    assert "the spreadsheet has changed since" in told.output
    assert run(english, folder, "plan").exit_code == 2
    told = run(english, folder, "apply", "--plan", found["checksum"], answer="y\n")
    assert told.exit_code == 0, told.output
    assert told.output.endswith("2 changes done; nothing is left to do\n")
    told = run(english, folder, "apply", "--yes", "--json")
    assert (told.exit_code, json.loads(told.output)["applied"]) == (0, [])


def test_cli__apply_names_what_it_needs_to_be_allowed(english: Whole, folder: Path) -> None:
    drift.former_column(english.firm)
    at = [str(cell) for cell in english.firm.values("1:1")[0]].index("Former")
    english.firm.mia.enters(english.firm.a1(31, at), "precious", wait=False)
    told = run(english, folder, "apply", "--yes")
    assert told.exit_code == 1
    assert "--allow 'column:Registry / Former'" in told.output
    told = run(english, folder, "apply", "--yes", "--allow", "column:Registry / Former")
    assert told.exit_code == 0, told.output


def test_cli__json_asks_nothing(english: Whole, folder: Path) -> None:
    assert run(english, folder, "apply", "--json").exit_code == 2


def test_cli__plan_of_a_workspace(english: Whole) -> None:
    told = CliRunner().invoke(main, ["plan", "--workspace", english.firm.url, "--json"])
    assert told.exit_code == 2
    assert {one["name"].endswith("(size)") for one in json.loads(told.output)["changes"]} == {True}
