"""The approval policy where people meet it: the tab, the mails, the page, the commands. One workspace."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sheetflow.cli import main
from sheetflow.core.tabs import token_text
from sheetflow.errors import NotFound
from tests.firm import Firm, text_of
from tests.scenario.test_pages import Browser, browser, deployed, link, submitted

__all__ = ["browser", "deployed"]

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}


def policy(firm: Firm, *words: str) -> Result:
    return CliRunner().invoke(main, ["policy", *words, "--workspace", firm.url], env=PLAIN)


def told(firm: Firm, *words: str) -> Any:
    answer = policy(firm, *words, "--json")
    assert answer.stdout, answer.output
    return json.loads(answer.stdout)


def write(firm: Firm, *rules: str) -> None:
    """The admin writes rules with their hand, eleven cells each."""
    rows = [[cell.strip() for cell in rule.split("|")] for rule in rules]
    where = f"'{firm.title('policy')}'!A2:K{len(rows) + 1}"
    firm.ivan.pastes(where, rows)


def test_policy__from_the_tab_to_the_last_approval(firm: Firm, browser: Browser) -> None:
    assert policy(firm, "check").stdout.startswith("There are no rules")
    write(
        firm,
        "typing | | | | | | | aprover | | |",
        "all | | | | | | | approver | director | |",
    )
    bad = policy(firm, "check")
    assert bad.exit_code == 1
    assert "x Rule typing cannot be read" in bad.stdout
    assert "Step 1: aprover is neither a role nor an address on the People tab" in bad.stdout
    held = submitted(firm)
    assert "Nobody can approve this: rule typing" in firm.row(held)["checks"]
    assert told(firm, "explain", held)["held"] != []
    assert any("cannot be read" in text_of(mail) for mail in firm.ivan.mails())

    write(
        firm, "large | 10000 | | | | | | approver | director | |", "small | | 10000 | | | | | approver | | |"
    )
    good = policy(firm, "check")
    assert good.exit_code == 0
    assert "+" not in good.stdout
    rid = submitted(firm)
    page = browser.opens(link(firm.olga, rid))
    assert "Step 1: approver asked now: Olga Hall" in page.words
    assert "Step 2: director then: Dora Reed" in page.words
    done = browser.sends(page, "approve")
    assert "Your approval counts" in done.words
    assert ", 1 of 2." in done.words
    assert firm.status(rid) == "Submitted"
    assert "Approved by Olga Hall (1 of 2); waits for director." in firm.row(rid)["checks"]
    now = told(firm, "explain", rid.lower())
    assert [step["state"] for step in now["steps"]] == ["done", "open"]
    assert now["steps"][1]["asked"] == [firm.dora.address]
    assert now["steps"][0]["approvals"][0]["by"] == firm.olga.address
    mail = link(firm.dora, rid)
    assert "Approved already by: Olga Hall" in text_of(firm.dora.mails(rid)[-1])
    browser.sends(browser.opens(mail), "approve")
    assert firm.status(rid) == "Approved"
    seen = browser.opens(mail + "&history=1").words
    assert "Olga Hall: gave one of the approvals" in seen
    assert "Approver Olga Hall, Dora Reed" in seen
    plain = policy(firm, "explain", rid).stdout.splitlines()
    assert plain[0] == f"{rid}, Approved: Rule large, as it was when the request was sent."
    assert plain[1:] == ["+ step 1: approver", "    Olga Hall", "+ step 2: director", "    Dora Reed"]
    firm.verify()


def test_policy__try_says_who_would_be_asked(firm: Firm) -> None:
    write(
        firm, "large | 10000 | | | | | | approver | director | |", "small | | 10000 | | | | | approver | | |"
    )
    large = told(firm, "try", "--amount", "120000", "--contractor", "new")
    assert (large["rule"], large["row"]) == ("large", 2)
    assert [(s["state"], s["asked"]) for s in large["steps"]] == [
        ("open", [firm.olga.address]), ("later", [firm.dora.address]),
    ]  # fmt: skip
    own = told(firm, "try", "--amount", "1", "--requester", firm.olga.address)
    assert own["steps"][0]["asked"] == [firm.dora.address]
    russian = policy(firm, "try", "--amount", "1", "--language", "ru").stdout
    assert "Правило small." in russian
    assert "шаг 1: согласующий" in russian
    assert policy(firm, "try", "--amount", "much").exit_code == 2
    missing = policy(firm, "explain", "PR-999999")
    assert (missing.exit_code, "no request PR-999999" in missing.output) == (1, True)


def test_policy__a_substitute_decides_and_both_names_are_told(firm: Firm, browser: Browser) -> None:
    write(firm, f"heads | | | | | | | {firm.olga.address} | | |", " | | | | | | | | | |")
    people = firm.values("A1:G20", tab="people")
    row = next(n for n, cells in enumerate(people, 1) if cells and cells[0] == firm.olga.address)
    column = chr(ord("A") + [str(cell) for cell in people[0]].index("Absent"))
    firm.ivan.enters(
        f"'{firm.title('people')}'!{column}{row}", f"2020-01-01..2099-01-01: {firm.dora.address}"
    )
    before = len(firm.olga.mails())
    rid = submitted(firm)
    page = browser.opens(link(firm.dora, rid))
    assert "You decide for Olga Hall" in page.words
    browser.sends(page, "approve")
    assert firm.row(rid)["approver"] == "Dora Reed for Olga Hall"
    assert len(firm.olga.mails()) == before
    assert "Dora Reed for Olga Hall: approved it" in browser.opens(link(firm.mia, rid)).words
    firm.ivan.enters(f"'{firm.title('people')}'!{column}{row}", "")


def test_policy__a_registry_that_has_no_such_tab_yet(fresh: Firm) -> None:
    token = fresh.token()
    older = replace(token, sheets={key: tab for key, tab in token.sheets.items() if key != "policy"})
    fresh.robot.tab("state").update([[token_text(older)]], "A1", raw=True)
    fresh.robot.batch({"deleteSheet": {"sheetId": token.sheets["policy"]}})
    rid = submitted(fresh)
    assert fresh.status(rid) == "Submitted"
    applied = CliRunner().invoke(main, ["apply", "--yes", "--workspace", fresh.url], env=PLAIN)
    assert applied.exit_code == 0, applied.output
    write(fresh, "all | | | | | | | director | | |")
    assert fresh.runtime.sheet().read().policy[1][7] == "director"
    later = submitted(fresh)
    assert told(fresh, "explain", later)["rule"] == "all"
    assert told(fresh, "explain", rid)["rule"] == ""
    fresh.verify()


def test_policy__a_tab_that_was_taken_away_stops_everything(fresh: Firm) -> None:
    write(fresh, "all | | | | | | | director | | |")
    rid = submitted(fresh)
    fresh.robot.batch({"deleteSheet": {"sheetId": fresh.sheets["policy"]}})
    fresh.olga.picks("Approved", rid)
    with pytest.raises(NotFound):
        fresh.run()
    applied = CliRunner().invoke(main, ["apply", "--yes", "--workspace", fresh.url], env=PLAIN)
    assert applied.exit_code == 0, applied.output
    assert fresh.values("H2", tab="policy") == [["director"]]  # as the history has it
    fresh.settle()
    assert fresh.status(rid) == "Submitted"
