"""What a function has loaded when it has served an edit, by name: every cold start pays for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.firm import Firm

ROOT = Path(__file__).parents[2]
NEVER = (
    "pandas", "numpy", "pydantic", "rich", "dukpy", "pytest", "sheetflow.emulator", "sheetflow.workspace",
    "sheetflow.cli", "sheetflow.templates.schema", "sheetflow.app.provision",
)  # fmt: skip
ONLY_FOR_MAIL = ("googleapiclient", "httplib2", "google_auth_httplib2")

SERVE = """
import json, os, sys
import functions_framework
client = functions_framework.create_app("on_edit", "functions/main.py").test_client()
loaded = sorted(sys.modules)
answer = client.post(
    "/", json={"spreadsheet": os.environ["SHEETFLOW_SPREADSHEET"], "event": "x"},
    headers={"Authorization": "Bearer " + sys.argv[1]},
)
print(json.dumps([answer.status_code, answer.get_json(), loaded, sorted(sys.modules)]))
"""
"""A fresh interpreter becomes the deployed function, and serves one nudge."""


def serve_one(firm: Firm) -> tuple[dict[str, object], set[str], set[str]]:
    """What the pass reported, the modules that were loaded before it, and those after it."""
    place = firm.place
    token = place.emulator.identity.id_token(firm.robot.address, place.settled.client_id)
    done = subprocess.run(
        [sys.executable, "-c", SERVE, token],
        env={"PATH": "/usr/bin", **firm.environment}, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    status, report, before, after = json.loads(done.stdout.splitlines()[-1])
    assert status == 200, report
    return report, set(before), set(after)


def loaded(names: tuple[str, ...], modules: set[str]) -> set[str]:
    return {name for name in names if name in modules or any(m.startswith(name + ".") for m in modules)}


def test_imports__a_pass_that_writes_to_nobody_loads_no_mail_client(firm: Firm) -> None:
    rid = firm.mia.drafts()
    report, before, after = serve_one(firm)
    assert report["commits"] == 1
    assert report["sent"] == 0
    assert firm.status(rid) == "Draft"
    assert loaded(NEVER + ONLY_FOR_MAIL, after) == set()
    assert {"gspread", "sheetflow.core.decide"} <= before
    assert {name for name in after - before if name.startswith("sheetflow.")} == set()


def test_imports__a_pass_that_writes_mail_loads_the_client_and_nothing_heavier(firm: Firm) -> None:
    rid = firm.mia.submits()
    report, before, after = serve_one(firm)
    assert report["sent"] == 1
    assert firm.status(rid) == "Submitted"
    assert loaded(ONLY_FOR_MAIL, before) == set()
    assert "googleapiclient.discovery" in after
    assert loaded(NEVER, after) == set()
