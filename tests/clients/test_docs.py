"""The snippets of docs/emulator.md, taken out of the page and run as they stand against the command."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE = Path(__file__).parent / "node"
URL = "http://127.0.0.1:8765"
SNIPPETS = re.findall(
    r"^(\S[^\n]*):\n\n```(\w+)\n(.*?)```$",
    (ROOT / "docs" / "emulator.md").read_text("utf-8").partition("<!-- /snippets -->")[0],
    re.MULTILINE | re.DOTALL,
)
Run = Callable[[str], list[str]]

RUNNERS: dict[str, Run] = {
    "sh": lambda text: ["sh", "-c", text],
    "python": lambda text: [sys.executable, "-c", text],
    "js": lambda text: ["node", "--input-type=module", "-e", text],
}
SAID = {
    "curl": '"title": "Budget"',
    "gspread": "1150",
    "google-api-python-client": "['Invoices']",
    "Node's googleapis": "Budget",
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """`sheetflow emulator`, started as a person starts it, on a free port."""
    command = [sys.executable, "-m", "sheetflow", "emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as served:
        assert served.stdout is not None
        first = served.stdout.readline()
        yield first.rpartition(" ")[2].strip()
        served.send_signal(signal.SIGINT)
        try:
            rest = served.communicate(timeout=60)[0]
        finally:
            served.kill()
        assert rest.endswith("stopped\n")
        assert served.returncode == 0


def test_docs__every_snippet_is_run() -> None:
    assert [name for name, _, _ in SNIPPETS] == list(SAID)


@pytest.mark.parametrize(("name", "language", "text"), SNIPPETS, ids=[name for name, _, _ in SNIPPETS])
def test_docs__a_snippet_does_what_it_says(name: str, language: str, text: str, url: str) -> None:
    if language == "js" and not (shutil.which("node") and (NODE / "node_modules" / "googleapis").exists()):
        pytest.skip("no Node, or no packages: run `npm ci` in tests/clients/node")
    if language == "sh" and not shutil.which("curl"):
        pytest.skip("no curl")
    assert URL in text
    command = RUNNERS[language](text.replace(URL, url))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=NODE)
    assert done.returncode == 0, done.stderr[-2000:]
    assert SAID[name] in done.stdout
