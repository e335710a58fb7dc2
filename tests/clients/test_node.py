"""Clients that others wrote in JavaScript: each script of `node/` does a job, asserts, and says ok.

They need Node and what `npm ci` puts beside them (`.ci/run` does); without it they are skipped, and say so.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sheetflow.emulator.testing import LocalGoogle

SCRIPTS = Path(__file__).parent / "node"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (SCRIPTS / "node_modules" / "googleapis").exists(),
    reason="no Node, or no packages: run `npm ci` in tests/clients/node",
)


@pytest.mark.parametrize(
    ("script", "arguments"),
    [("googleapis.js", []), ("google-spreadsheet.js", ["4"]), ("google-spreadsheet.js", ["5"])],
)
def test_node__a_client_does_its_job(google: LocalGoogle, script: str, arguments: list[str]) -> None:
    command = ["node", str(SCRIPTS / script), f"{google.url}/", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    told = "\n".join(done.stderr.splitlines()[:25])
    assert (done.stdout, done.returncode) == ("ok\n", 0), told
