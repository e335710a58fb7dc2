"""`sheetflow emulator`: what it prints, keeps and refuses; and the fixture for other projects' tests."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import requests
from click.testing import CliRunner

from sheetflow.cli import main
from sheetflow.cli.emulator import SNIPPETS, URL, introduction
from sheetflow.emulator.testing import LocalGoogle, sheetflow_emulator

__all__ = ["sheetflow_emulator"]
ROBOT = "robot@sample-project.iam.gserviceaccount.com"


def test_introduction__points_every_client_at_the_address_that_is_served() -> None:
    told = introduction("http://127.0.0.1:40123", Path("here"))
    assert "Kept in here" in told
    assert URL not in told
    for snippet in SNIPPETS.values():
        for line in snippet.text.replace(URL, "http://127.0.0.1:40123").splitlines():
            assert f"  {line}" in told


def test_emulator__serves_google_and_no_registry_and_keeps_it(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sheetflow",
        "emulator",
        "--port",
        "0",
        "--data",
        str(tmp_path / "d"),
        "--quotas",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        url = served.stdout.readline().rpartition(" ")[2].strip()
        token = {"Authorization": "Bearer local:anna@example.com"}
        made = requests.post(f"{url}/v4/spreadsheets", json={}, headers=token, timeout=10)
        assert made.status_code == 200
        assert requests.get(f"{url}/workspace", timeout=10).status_code == 404
        assert requests.get(f"{url}/workspace/switches", timeout=10).json()["quotas"] is True
        other = CliRunner().invoke(main, ["emulator", "--port", "0", "--data", str(tmp_path / "d")])
        assert other.exit_code == 1
        assert "another emulator or workspace runs in" in other.output
        served.send_signal(signal.SIGTERM)
        assert "everything is kept in" in served.communicate(timeout=20)[0]
        assert served.returncode == 0
    with LocalGoogle(tmp_path / "d") as again:
        book = made.json()["spreadsheetId"]
        assert (
            requests.get(f"{again.url}/v4/spreadsheets/{book}", headers=token, timeout=10).status_code == 200
        )


def test_emulator__a_port_that_is_taken_is_told_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = CliRunner().invoke(main, ["emulator", "--port", str(taken.getsockname()[1])])
    assert (told.exit_code, told.output.count("cannot be used")) == (1, 1)


def test_emulator__a_folder_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = CliRunner().invoke(main, ["emulator", "--port", "0", "--data", str(tmp_path / "file" / "d")])
    assert told.exit_code == 1
    assert "nothing can be kept there" in told.output


def test_sheetflow_emulator__gives_url_token_and_credentials(sheetflow_emulator: LocalGoogle) -> None:
    google = sheetflow_emulator
    token = google.token_for("anna@example.com")
    asked = urllib.request.Request(
        f"{google.url}/drive/v3/files", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200
    assert google.credentials("anna@example.com").token == token
    assert google.options("drive") == {"api_endpoint": f"{google.url}/drive/v3/"}


def test_sheetflow_emulator__a_service_account_signs_for_its_token(sheetflow_emulator: LocalGoogle) -> None:
    from google.auth.transport.requests import AuthorizedSession

    with AuthorizedSession(sheetflow_emulator.credentials(ROBOT)) as session:  # type: ignore[no-untyped-call]
        answer = session.get(f"{sheetflow_emulator.url}/drive/v3/about?fields=user")
        assert answer.json()["user"]["emailAddress"] == ROBOT


def test_sheetflow_emulator__is_a_plugin_that_gives_each_test_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["sheetflow.emulator.testing"]\n')
    (tmp_path / "test_theirs.py").write_text("""\
import gspread, pytest
from googleapiclient.discovery import build

@pytest.mark.parametrize("turn", [1, 2])
def test_theirs(turn, sheetflow_emulator):
    anna = sheetflow_emulator.credentials("anna@example.com")
    with build("drive", "v3", credentials=anna, client_options=sheetflow_emulator.options("drive")) as drive:
        assert drive.files().list().execute()["files"] == []
        drive.files().create(body={"name": "x", "mimeType": "text/plain"}).execute()
""")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert "2 passed" in done.stdout, done.stdout
