"""Client libraries' own tests, as their authors ship them, against the emulator under Google's own addresses.

The source distributions of `upstream.txt` are downloaded by their hashes and unpacked outside the project. No
test of theirs is changed, and of the clients nothing but the environment: endpoints, discovery and the
exchange of a service account's key for a token are the stock ones (`proxy.py`). Which tests must fail, and
why, is a table here: one that passes although it is listed, or is listed and gone, fails the run too.

Without a way to download they are skipped; in CI they fail then.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import requests

from sheetflow.emulator.testing import LocalGoogle
from tests.clients.proxy import Proxy
from tests.long import LONG

PINS = Path(__file__).with_name("upstream.txt")
ROBOT = "robot@sample-project.iam.gserviceaccount.com"
ANNA = "anna@example.com"


def _key_and_sheet(folder: Path, google: LocalGoogle) -> None:
    """A service account's key, and the id of a spreadsheet that was shared with it."""
    key = google.emulator.identity.service_account_info(ROBOT, "https://oauth2.googleapis.com")
    (folder / "creds.json").write_text(json.dumps(key))
    with requests.Session() as anna:
        anna.headers["Authorization"] = f"Bearer {google.token_for(ANNA)}"
        book = anna.post(f"{google.url}/v4/spreadsheets", json={}, timeout=10).json()["spreadsheetId"]
        writer = {"role": "writer", "type": "user", "emailAddress": ROBOT}
        shared = f"{google.url}/drive/v3/files/{book}/permissions"
        assert anna.post(shared, json=writer, timeout=10).status_code == 200
    (folder / "tests.config").write_text(f"[Spreadsheet]\nid: {book}\n")


def _tokens(folder: Path, google: LocalGoogle) -> None:
    """A person's tokens, kept as the program keeps them after a sign-in; and no wait for Google's quotas."""
    (folder / "credentials-sheets.json").write_text("{}")
    for service in ("sheets", "drive"):
        (folder / f"token-{service}.pickle").write_bytes(pickle.dumps(google.credentials(ANNA)))
    (folder / "conftest.py").write_text("import ezsheets\n\nezsheets.IGNORE_QUOTA = True\n")


@dataclass(frozen=True)
class Suite:
    """What is run of a distribution.

    Attributes:
        name: the distribution's.
        files: those with tests that call Google.
        passing: how many must pass.
        prepare: writes what its authors keep to themselves: credentials, and the name of their spreadsheet.
        needs: what else of `upstream.txt` it imports.
        sources: the folders that its modules are imported from.
        failing: tests that cannot pass here, and why.
    """

    name: str
    files: tuple[str, ...]
    passing: int
    prepare: Callable[[Path, LocalGoogle], None]
    needs: tuple[str, ...]
    sources: tuple[str, ...] = (".",)
    failing: dict[str, str] = field(default_factory=dict)


SUITES = (
    Suite(
        name="gspread-dataframe",
        files=("tests/gspread_dataframe_integration.py",),
        passing=9,
        prepare=lambda folder, google: _key_and_sheet(folder / "tests", google),
        needs=("oauth2client", "rsa"),
    ),
    Suite(
        name="gspread-formatting",
        files=("test.py",),
        passing=35,
        prepare=_key_and_sheet,
        needs=("oauth2client", "rsa"),
    ),
    Suite(
        name="ezsheets",
        files=("tests/test_ezsheets.py", "tests/test_automate2nded.py"),
        passing=42,
        prepare=_tokens,
        needs=("PySocks",),
        sources=("src",),
        failing={
            "test_eq": "opens a page of its author's site, which leads to a spreadsheet of his",
            "test_restricted_and_link_viewable": "opens a spreadsheet of its author",
            "test_bean_count": "opens a spreadsheet of its author",
            "test_page334_upload_list": "uploads a file that is not in the distribution",
            "test_page339_341": "uploads a file that is not in the distribution",
            "test_page335_download_upload": "downloads a PDF, which the emulator does not make",
        },
    ),
)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("suite", SUITES if LONG else SUITES[:-1], ids=lambda suite: suite.name)
def test_upstream__a_library_passes_its_own_tests(suite: Suite, tmp_path: Path) -> None:
    site, folder = _unpacked(suite, tmp_path)
    with LocalGoogle(tmp_path / "google") as google:
        suite.prepare(folder, google)
        proxy = Proxy(google.url, tmp_path)
        try:
            passed, failed, said = _run(suite, folder, site, proxy)
        finally:
            proxy.close()
    print(f"{suite.name}: {len(passed)} of {len(passed) + len(failed)} of its own tests pass")  # noqa: T201
    assert failed == set(suite.failing), said
    assert len(passed) == suite.passing


def _run(suite: Suite, folder: Path, site: Path, proxy: Proxy) -> tuple[set[str], set[str], str]:
    """The tests that passed, those that did not, and what was printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    paths = [*(str(folder / source) for source in suite.sources), str(site), kept.get("PYTHONPATH", "")]
    report = folder / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *suite.files],
        cwd=folder,
        env={**kept, **proxy.environment, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert report.exists(), done.stdout + done.stderr
    cases = list(ET.parse(report).iter("testcase"))
    names = {case: str(case.get("name")) for case in cases}
    assert len(set(names.values())) == len(cases)
    passed = {names[case] for case in cases if not len(case) or case[0].tag == "system-out"}
    return passed, set(names.values()) - passed, done.stdout[-6000:]


def _unpacked(suite: Suite, folder: Path) -> tuple[Path, Path]:
    """The folder that its modules can be imported from, and the one of its source distribution."""
    archives, site, sources = folder / "archives", folder / "site", folder / "sources"
    wanted = folder / "wanted.txt"
    wanted.write_text(_pins((suite.name, *suite.needs)))
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    options = ["--no-deps", "--require-hashes", "--requirement", str(wanted), "--dest", str(archives)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=200)
    if done.returncode:
        why = f"{suite.name} could not be downloaded: {done.stderr.strip()[-500:]}"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    for archive in archives.iterdir():
        if archive.suffix == ".whl":
            zipfile.ZipFile(archive).extractall(site)
        else:
            with tarfile.open(archive) as opened:
                opened.extractall(sources, filter="data")
    (root,) = sources.iterdir()
    return site, root


def _pins(names: tuple[str, ...]) -> str:
    """What `upstream.txt` says of some distributions."""
    text = PINS.read_text("utf-8")
    options = re.findall(r"^--.*$", text, re.MULTILINE)
    pins = {pin[1]: pin[0] for pin in re.finditer(r"^([\w.-]+)==(?:.*\\\n)*.*$", text, re.MULTILINE)}
    return "\n".join([*options, *(pins[name] for name in names), ""])
