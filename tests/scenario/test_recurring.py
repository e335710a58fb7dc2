"""The Recurring tab where people meet it: the commands, and a registry older than the tab. One workspace."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

from click.testing import CliRunner, Result

from sheetflow.cli import main
from sheetflow.core.tabs import token_text
from tests.faults.dying import run_pass
from tests.firm import Firm
from tests.scenario.test_pages import submitted

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}


def run(firm: Firm, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--workspace", firm.url], env=PLAIN)


def told(firm: Firm, word: str) -> tuple[int, Any]:
    answer = run(firm, "recurring", word, "--json")
    assert answer.stdout, answer.output
    return answer.exit_code, json.loads(answer.stdout)


def test_recurring__an_older_registry_gets_the_tab_and_the_commands_tell_what_comes(fresh: Firm) -> None:
    token = fresh.token()
    older = replace(token, sheets={key: tab for key, tab in token.sheets.items() if key != "recurring"})
    fresh.robot.tab("state").update([[token_text(older)]], "A1", raw=True)
    fresh.robot.batch({"deleteSheet": {"sheetId": token.sheets["recurring"]}})
    assert fresh.status(submitted(fresh)) == "Submitted"
    assert told(fresh, "check") == (0, {"rows": 0, "faults": []})
    applied = run(fresh, "apply", "--yes")
    assert applied.exit_code == 0, applied.output

    mia = fresh.mia.address
    rows = [
        ["Rent", mia, "month", "2099-12-31", "", "5", "Rent", "Good", "100", "RUB"],
        ["Phone", mia, "now and then", "2099-12-31", "", "", "Phone", "Good", "100", "RUB"],
    ]
    fresh.ivan.pastes(f"'{fresh.title('recurring')}'!A2:J3", rows)
    code, found = told(fresh, "list")
    assert (code, [(one["name"], one["row"], one["due"], one["requester"]) for one in found["next"]]) == (
        0, [("Rent", 2, "2099-12-31", mia)],
    )  # fmt: skip
    assert [one["row"] for one in found["held"]] == [3]
    code, found = told(fresh, "check")
    assert (code, found["rows"], [(one["row"], one["name"]) for one in found["faults"]]) == (
        1, 2, [(3, "Phone")],
    )  # fmt: skip
    said = run(fresh, "recurring", "check")
    assert said.exit_code == 1
    assert "now and then" in said.output
    fresh.verify()


def test_recurring__a_pass_killed_after_any_of_its_calls_makes_the_draft_once(fresh: Firm) -> None:
    due = fresh.runtime.sheet().read().now.date() + timedelta(days=2)
    row = ["Rent", fresh.mia.address, "year", due.isoformat(), "", "9", "Rent once", "Good", "100", "RUB"]
    fresh.ivan.pastes(f"'{fresh.title('recurring')}'!A2:J2", [row])
    fresh.settle()

    def drafts() -> int:
        return sum(
            '"recurring":{' in str(cell) for line in fresh.runtime.sheet().read().state for cell in line
        )

    made = []
    for answered in (1, 2, 3, 4):
        assert run_pass(fresh.environment, answered, scheduled=True)
        made.append(drafts())
    fresh.later()
    run_pass(fresh.environment, 99, scheduled=True)
    assert made[0] == 0
    assert drafts() == max(made) == 1
    fresh.verify()
