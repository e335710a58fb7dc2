from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sheetflow.cli.settings import SECRETS, Settings, environment, needed_for, settings, variable
from sheetflow.errors import ConfigError
from sheetflow.settings import VARIABLES, config_from


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, and no setting in the environment."""
    for name in [each for each in os.environ if each.startswith("SHEETFLOW_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str, name: str = "sheetflow.env") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def problems(*, env_file: str = "", needs: tuple[str, ...] = ()) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        settings(env_file, needs=needs)
    return caught.value.problems


# --- one declaration


def test_settings__every_variable_of_the_functions_is_one_and_means_the_same() -> None:
    assert {name: Settings.model_fields[name].description for name in VARIABLES} == dict(VARIABLES)


def test_settings__a_default_is_what_the_functions_take_too() -> None:
    taken = config_from({}, required=())
    assert {name: getattr(taken, name) for name in VARIABLES} == {
        name: Settings.model_fields[name].default for name in VARIABLES
    }


def test_settings__every_one_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert needed_for("deploy") == ("spreadsheet", "sender", "audience", "trigger_account", "project")
    assert set(SECRETS) <= VARIABLES.keys()


def test_settings__every_one_stands_in_the_readme() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        rows = [line for line in readme.splitlines() if line.startswith(f"| `{variable(name)}`")]
        assert len(rows) == 1, name
        assert rows[0].endswith(f"| {field.description} |"), name


def test_settings__the_edit_path_knows_nothing_of_them() -> None:
    code = (
        "import sys, json, sheetflow.runtime; "
        "print(json.dumps([m for m in ('pydantic', 'pydantic_settings', 'dotenv') if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert json.loads(done.stdout) == []


# --- where they come from


def test_environment__the_process_comes_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(folder, "SHEETFLOW_SPREADSHEET=of-the-file\nSHEETFLOW_FORM=f1\nPATH=/nowhere\n")
    monkeypatch.setenv("SHEETFLOW_SPREADSHEET", "of-the-process")
    assert environment() == {"SHEETFLOW_SPREADSHEET": "of-the-process", "SHEETFLOW_FORM": "f1"}
    assert (settings().spreadsheet, settings().form) == ("of-the-process", "f1")


def test_environment__a_blank_value_is_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(folder, "SHEETFLOW_SPREADSHEET=of-the-file\nSHEETFLOW_REGION=\n")
    monkeypatch.setenv("SHEETFLOW_SPREADSHEET", "")
    assert environment() == {"SHEETFLOW_SPREADSHEET": "of-the-file"}
    assert (settings().spreadsheet, settings().region) == ("of-the-file", "europe-west1")


def test_environment__without_a_file_there_is_the_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment() == {}
    monkeypatch.setenv("SHEETFLOW_LANGUAGE", "ru")
    assert environment() == {"SHEETFLOW_LANGUAGE": "ru"}


def test_environment__a_windows_editors_file_is_read(folder: Path) -> None:
    (folder / "win.env").write_bytes(
        b"\xef\xbb\xbfSHEETFLOW_SPREADSHEET = 'abc'\r\nexport SHEETFLOW_LANGUAGE=ru # ours\r\n"
    )
    assert environment("win.env") == {"SHEETFLOW_SPREADSHEET": "abc", "SHEETFLOW_LANGUAGE": "ru"}
    assert settings("win.env").spreadsheet == "abc"


def test_environment__a_file_that_was_named_must_be_there() -> None:
    assert problems(env_file="acme.env") == ("acme.env: there is no such file",)


def test_environment__a_folder_or_bytes_are_no_file(folder: Path) -> None:
    assert "no such file" in problems(env_file=str(folder))[0]
    (folder / "bad.env").write_bytes(b"SHEETFLOW_FORM=\xff\xfe\x00")
    assert problems(env_file="bad.env")[0].startswith("bad.env cannot be read as a text in UTF-8")


def test_environment__a_line_that_is_none_is_named(folder: Path) -> None:
    written(folder, "# ours\nSHEETFLOW_FORM=f1\nSHEETFLOW_FOLDER: d1\nSHEETFLOW_SENDER\n")
    assert problems() == (
        "sheetflow.env, line 3: 'SHEETFLOW_FOLDER: d1' is not understood; write SHEETFLOW_NAME=value",
        "sheetflow.env, line 4: 'SHEETFLOW_SENDER' is not understood; write SHEETFLOW_NAME=value",
    )


def test_environment__an_unknown_name_is_warned_about_with_the_nearest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, "SHEETFLOW_SPREADHSEET=abc\nSHEETFLOW_XYZZY=1\nOTHER=2\n")
    assert environment() == {}
    told = capsys.readouterr()
    assert told.out == ""
    assert sorted(told.err.splitlines()) == [
        "sheetflow.env: SHEETFLOW_SPREADHSEET is no setting; did you mean SHEETFLOW_SPREADSHEET?",
        "sheetflow.env: SHEETFLOW_XYZZY is no setting",
    ]


@pytest.mark.parametrize("name", [*SECRETS, "access_token", "mail_token"])
def test_environment__a_secret_in_the_file_is_refused_and_not_repeated(folder: Path, name: str) -> None:
    written(folder, f"{variable(name)}=very-secret-0123456789\n")
    (told,) = problems()
    assert variable(name) in told
    assert "secret" in told
    assert "0123456789" not in told


def test_environment__a_local_workspaces_tokens_may_stand_in_the_file(folder: Path) -> None:
    written(
        folder, "SHEETFLOW_ACCESS_TOKEN=local:sa@firm.example\nSHEETFLOW_MAIL_TOKEN=local:a@firm.example\n"
    )
    assert settings().access_token == "local:sa@firm.example"


# --- what they say when they are wrong


def test_settings__all_problems_are_told_at_once_with_their_names(folder: Path) -> None:
    written(
        folder,
        "SHEETFLOW_LANGUAGE=fr\nSHEETFLOW_PROJECT=My Project\nSHEETFLOW_REGION=Europe\n"
        "SHEETFLOW_CONCURRENCY=many\nSHEETFLOW_MIN_INSTANCES=5\nSHEETFLOW_MAX_INSTANCES=2\n"
        "SHEETFLOW_MEMORY=512\nSHEETFLOW_SCHEDULE=hourly\nSHEETFLOW_SENDER=olga\n",
    )
    assert set(problems()) == {
        "SHEETFLOW_LANGUAGE must be one of en, ru; it is 'fr'",
        "SHEETFLOW_PROJECT must be a project's id, such as acme-payments-1; it is 'My Project'",
        "SHEETFLOW_REGION must be a region, such as europe-west1; it is 'Europe'",
        "SHEETFLOW_CONCURRENCY must be a whole number; it is 'many'",
        "SHEETFLOW_MAX_INSTANCES must not be below SHEETFLOW_MIN_INSTANCES, which is 5; it is '2'",
        "SHEETFLOW_MEMORY must be an amount such as 512Mi or 1Gi; it is '512'",
        "SHEETFLOW_SCHEDULE must be five fields, as crontab has them, such as */5 * * * *; it is 'hourly'",
        "SHEETFLOW_SENDER must be an e-mail address, with or without a name before it; it is 'olga'",
    }


def test_settings__problems_of_the_file_and_of_the_values_come_together(folder: Path) -> None:
    written(folder, "SHEETFLOW_FOLDER: d1\nSHEETFLOW_CONCURRENCY=81\n")
    found = problems()
    assert len(found) == 2
    assert found[1] == "SHEETFLOW_CONCURRENCY must be 80 or less; it is '81'"


def test_settings__what_a_command_needs_is_asked_for_in_words() -> None:
    assert problems(needs=("project", "spreadsheet")) == (
        "SHEETFLOW_PROJECT is not set: it is the Google Cloud project's id",
        "SHEETFLOW_SPREADSHEET is not set: it is the id of the registry's spreadsheet",
    )


def test_settings__accounts_are_named_after_project_and_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().functions_address == ""
    monkeypatch.setenv("SHEETFLOW_PROJECT", "acme-payments-1")
    assert settings().functions_address == "sheetflow-functions@acme-payments-1.iam.gserviceaccount.com"
    monkeypatch.setenv("SHEETFLOW_SERVICE_ACCOUNT", "mine@acme-payments-1.iam.gserviceaccount.com")
    monkeypatch.setenv("SHEETFLOW_PREFIX", "reg2")
    assert settings().functions_address == "mine@acme-payments-1.iam.gserviceaccount.com"
    assert settings().scheduler_address == "reg2-scheduler@acme-payments-1.iam.gserviceaccount.com"


def test_settings__good_ones_are_taken_as_they_are(folder: Path) -> None:
    written(
        folder,
        "SHEETFLOW_PROJECT=acme-payments-1\nSHEETFLOW_REGION=northamerica-northeast1\nSHEETFLOW_MEMORY=1Gi\n"
        "SHEETFLOW_SCHEDULE='*/5 6-20 * * 1-5'\nSHEETFLOW_MIN_INSTANCES=1\n",
    )
    found = settings(needs=("project",))
    assert (found.memory, found.schedule, found.min_instances) == ("1Gi", "*/5 6-20 * * 1-5", 1)
