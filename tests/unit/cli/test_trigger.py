"""The trigger's project as a folder; and its set-up, run as its owner runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sheetflow.app.form_diff import LINK
from sheetflow.cli import main
from sheetflow.cli.plan import script_steps
from sheetflow.templates.plan import Change, Plan
from sheetflow.workspace import cast
from sheetflow.workspace.local import LocalWorkspace
from tests.unit.cli.conftest import SETTINGS, Cloud

SECRET = "s" * 64
EMPTY = "SHEETFLOW_AUDIENCE", "SHEETFLOW_FORM"


def write(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["trigger", "script", *arguments])


def written() -> dict[str, str]:
    """The properties in settings.js, which is JavaScript."""
    text = Path("script/settings.js").read_text("utf-8")
    found: dict[str, str] = json.loads(text.partition("const SETTINGS = ")[2].partition(";\nconst ")[0])
    return found


def test_trigger__the_folder_is_what_clasp_pushes(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEETFLOW_SCRIPT", "1ScRiPt")
    done = write()
    assert done.exit_code == 0, done.output
    assert {path.name for path in Path("script").iterdir()} == {
        "appsscript.json", "trigger.js", "form.js", "setup.js", "settings.js", ".clasp.json", ".claspignore",
    }  # fmt: skip
    assert json.loads(Path("script/.clasp.json").read_text("utf-8")) == {
        "scriptId": "1ScRiPt",
        "rootDir": ".",
    }


def test_trigger__the_settings_are_those_of_the_deployment(cloud: Cloud) -> None:
    write()
    found = written()
    assert found["SF_SPREADSHEET"] == "1AbCdEfGhIjKl"
    assert found["SF_ENDPOINT"].endswith("/sheetflow-on-edit")
    assert found["SF_FORM_ENDPOINT"].endswith("/sheetflow-on-form-submit")
    assert (
        found["SF_FORM_CONFIRMATION"].startswith("Спасибо")
        or "заявк" in found["SF_FORM_CONFIRMATION"].lower()
    )
    layout = json.loads(found["SF_LAYOUT"])
    assert layout["id"] == ["ID", "№ заявки"]
    assert layout["registry"] in layout["watched"]


def test_trigger__no_secret_is_in_the_folder_nor_asked_for(cloud: Cloud) -> None:
    done = write()
    assert "SF_SECRET" not in written()
    command = "gcloud secrets versions access latest --secret=sheetflow-inbox-key --project=acme-payments-1"
    assert command in done.stdout
    assert cloud.calls == []


def test_trigger__the_first_time_it_says_how_to_learn_the_audience(cloud: Cloud) -> None:
    lines = [line for line in SETTINGS.splitlines() if not line.startswith(EMPTY)]
    Path("sheetflow.env").write_text("\n".join(lines), "utf-8")
    steps = json.loads(write("--json").stdout)["steps"]
    assert len(steps) == 5
    assert "script.google.com/create" in steps[0]
    assert "showAudience" in steps[2]
    assert "SF_FORM" not in written()


def test_trigger__later_only_what_is_left(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHEETFLOW_SCRIPT", "1ScRiPt")
    steps = json.loads(write("--json").stdout)["steps"]
    assert [step.split()[0] for step in steps] == ["As", "In", "Run"]
    assert "trigger@firm.example" in steps[0]


def test_trigger__written_again_what_clasp_keeps_stays(cloud: Cloud) -> None:
    write()
    Path("script/.clasp.json").write_text('{"scriptId": "1Own", "rootDir": ".", "projectId": "p"}', "utf-8")
    assert write().exit_code == 0
    assert json.loads(Path("script/.clasp.json").read_text("utf-8"))["projectId"] == "p"


def test_trigger__a_folder_of_another_script_is_refused(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHEETFLOW_SCRIPT", "1ScRiPt")
    Path("script").mkdir()
    Path("script/.clasp.json").write_text('{"scriptId": "1Own"}', "utf-8")
    done = write()
    assert done.exit_code == 1
    assert "belongs to the script 1Own" in done.stderr
    assert not Path("script/trigger.js").exists()


# --- run by its owner


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    folder = tmp_path_factory.mktemp("place")
    found = LocalWorkspace(folder, scheduled=False, functions=False)
    yield found
    found.close()


def push(place: LocalWorkspace, name: str) -> None:
    """What `clasp push` does with the folder: all files are one program."""
    order = ("trigger.js", "form.js", "setup.js", "settings.js")
    program = "\n".join((Path("script") / file).read_text("utf-8") for file in order)
    place.emulator.scripts.deploy(name, cast.OWNER, program)


def properties(place: LocalWorkspace, name: str) -> dict[str, str]:
    scripts = place.emulator.scripts
    return dict(scripts.projects.properties(scripts.projects.named(name).id))


def test_set_up__without_the_secret_says_where_it_belongs(cloud: Cloud, place: LocalWorkspace) -> None:
    write()
    push(place, "no secret")
    run = place.emulator.scripts.run("no secret", "setUp")
    assert run.error is not None
    assert "SF_SECRET is not set" in run.error
    assert "gcloud secrets versions access latest" in run.error
    assert properties(place, "no secret") == {}


def test_set_up__with_it_writes_the_properties_and_installs_both_triggers(
    cloud: Cloud, place: LocalWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHEETFLOW_SPREADSHEET", place.settled.spreadsheet)
    monkeypatch.setenv("SHEETFLOW_FORM", place.settled.form)
    write()
    push(place, "whole")
    scripts = place.emulator.scripts
    project = scripts.projects.named("whole")
    scripts.projects.set_properties(project.id, {"SF_SECRET": f" {SECRET}\n"})
    for _ in range(2):
        run = scripts.run("whole", "setUp")
        assert run.error is None
    assert properties(place, "whole") == {**written(), "SF_SECRET": SECRET}
    handlers = sorted(each.handler for each in scripts.projects.triggers(project=project.id))
    assert handlers == ["onRegistryFormSubmit", "onSheetEdit"]


def test_apply__writes_the_project_where_a_step_is_left_that_it_does(cloud: Cloud) -> None:
    link = Change("add", "form", LINK, "by the script", "form", by_hand=True)
    upload = Change("add", "question", "Invoice", "by hand", "form", by_hand=True)
    assert script_steps(Plan((upload,)), Path("script"), "") == []
    assert not Path("script").exists()
    steps = script_steps(Plan((upload, link)), Path("script"), "")
    assert steps == json.loads(write("--json").stdout)["steps"]
    assert json.loads(written()["SF_FORM_PREFILL"])["names"] == [
        "Form, to be filled in",
        "Форма для заполнения",
    ]


def test_apply__writes_none_where_nothing_is_deployed(cloud: Cloud) -> None:
    link = Change("add", "form", LINK, "by the script", "form", by_hand=True)
    lines = [line for line in SETTINGS.splitlines() if not line.startswith("SHEETFLOW_PROJECT")]
    Path("sheetflow.env").write_text("\n".join(lines), "utf-8")
    assert script_steps(Plan((link,)), Path("script"), "") == []
    assert not Path("script").exists()


def test_show_audience__logs_the_line_for_the_settings(cloud: Cloud, place: LocalWorkspace) -> None:
    write()
    push(place, "audience")
    run = place.emulator.scripts.run("audience", "showAudience")
    client = place.emulator.scripts.projects.named("audience").client_id
    assert run.log == [f"INFO SHEETFLOW_AUDIENCE={client}"]
