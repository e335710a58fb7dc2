"""`sheetflow report` on a registry as it stands: two reads, every form of output."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

from click.testing import CliRunner, Result

from sheetflow.cli import main
from tests.firm import Firm
from tests.scenario.test_pages import Browser, browser, deployed, submitted

__all__ = ["browser", "deployed"]

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}


def report(firm: Firm, *words: str) -> Result:
    return CliRunner().invoke(main, ["report", *words, "--workspace", firm.url], env=PLAIN)


def test_report__every_form_of_it(firm: Firm, browser: Browser, tmp_path: Path) -> None:
    submitted(firm)
    found = json.loads(report(firm, "--json").stdout)
    (still,) = [row for row in found["open"] if row["status"] == "Submitted"]
    assert still["requests"] == "1"
    page, folder = tmp_path / "report.html", tmp_path / "tables"
    done = report(firm, "--csv", str(folder), "--html", str(page), "--language", "ru")
    assert (done.exit_code, done.output) == (0, "")
    rows = list(csv.DictReader((folder / "open.csv").read_text("utf-8-sig").splitlines()))
    assert [row["amount"] for row in rows if row["status"] == "Submitted"] == [still["amount"]]
    assert {each.name for each in folder.iterdir()} == {"due.csv", "open.csv", "spend.csv", "times.csv"}
    assert "Открытые заявки по статусам" in page.read_text("utf-8")
    assert "На согласовании" in page.read_text("utf-8")
    assert "Open requests by status" in report(firm).stdout
    wrong = report(firm, "--month", "2026-13")
    assert wrong.exit_code == 2
    assert "a month is written as 2026-11" in wrong.output
