"""A project in the cloud, as a gcloud on PATH shows it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.cli import main
from sheetflow.cli.deployment import gcloud
from tests.gcloud import FRESH
from tests.gcloud import main as gcloud_main

ROOT = Path(__file__).parents[3]
SETTINGS = """\
SHEETFLOW_PROJECT=acme-payments-1
SHEETFLOW_SPREADSHEET=1AbCdEfGhIjKl
SHEETFLOW_LANGUAGE=ru
SHEETFLOW_FORM=1FoRm
SHEETFLOW_FOLDER=0FoLdEr
SHEETFLOW_SENDER=payments@firm.example
SHEETFLOW_AUDIENCE=123456789012-abc.apps.googleusercontent.com
SHEETFLOW_TRIGGER_ACCOUNT=trigger@firm.example
"""
CONSENT = {
    "client_id": "c",
    "client_secret": "very-secret-1",
    "refresh_token": "very-secret-2",
    "type": "authorized_user",
}


class Cloud:
    """The fake gcloud's project, and the commands run against it in a working folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, folder / "bin"
        self.work = folder / "work"
        self.bin.mkdir()
        self.work.mkdir()
        (self.work / "sheetflow.env").write_text(SETTINGS, "utf-8")
        (self.work / "mail-credentials.json").write_text(json.dumps(CONSENT), "utf-8")
        self.write(FRESH)
        program = self.bin / "gcloud"
        program.write_text(
            f"#!{sys.executable} -SE\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
            f"from tests.gcloud import Path, main\nsys.exit(main(Path({str(folder)!r}), sys.argv[1:]))\n",
            "utf-8",
        )
        program.chmod(0o755)

    def write(self, state: dict[str, Any]) -> None:
        (self.folder / "project.json").write_text(json.dumps(state), "utf-8")

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "project.json").read_text("utf-8"))
        return found

    def change(self, path: str, value: object) -> None:
        """Set one thing of the state by hand: "jobs/sheetflow-pass/schedule"."""
        state = self.state
        *parents, last = path.split("|")
        place = state
        for name in parents:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
        self.write(state)

    def fails(self, part: str, words: str, *, times: int = 1, after: bool = False) -> None:
        """The next commands with that part fail; `after`: having taken effect."""
        state = self.state
        state["faults"].append([part, words, times, after])
        self.write(state)

    @property
    def calls(self) -> list[list[str]]:
        file = self.folder / "calls.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []

    def forget_calls(self) -> None:
        (self.folder / "calls.jsonl").unlink(missing_ok=True)

    def changing_calls(self) -> list[str]:
        """The commands that make or change something."""
        reads = ("describe", "list", "get-iam-policy")
        return [" ".join(call) for call in self.calls if not any(word in reads for word in call[:4])]

    def deploy(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["deploy", *arguments])


@pytest.fixture
def cloud(on_path: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The same, but gcloud's part is played without a new process for each call, for those take the time."""

    def call(command: list[str], feed: str | None) -> tuple[int, str, str]:
        out, error = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO(feed or ""))
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
                code = gcloud_main(on_path.folder, command[1:])
        return code, out.getvalue(), error.getvalue()

    monkeypatch.setattr(gcloud, "call", call)
    return on_path


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    found = Cloud(tmp_path)
    for name in [each for each in os.environ if each.startswith("SHEETFLOW_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(found.bin), str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    )
    monkeypatch.chdir(found.work)
    return found
