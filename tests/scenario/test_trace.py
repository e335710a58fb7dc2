"""`sheetflow trace` over HTTP: a request's life in order, by one read."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner, Result

from sheetflow.cli import main
from tests.firm import Firm

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}


def trace(firm: Firm, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["trace", *arguments, "--workspace", firm.url], env=PLAIN)


@pytest.fixture(scope="module")
def approved(firm: Firm) -> str:
    rid = firm.mia.submits(subject="Paper")
    firm.settle()
    firm.mia.picks("Approved", rid)
    firm.settle()
    return rid


def test_trace__tells_the_life_of_a_request_and_of_its_letters(firm: Firm, approved: str) -> None:
    last = firm.last_call()
    found = json.loads(trace(firm, approved, "--json").stdout)
    assert len(firm.calls(last)) == 1
    assert (found["request"], found["status"]) == (approved, "Submitted")
    assert firm.olga.address in found["waits_for"]
    kinds = [event["kind"] for event in found["events"]]
    assert kinds[0] == "RequestSubmitted"
    assert "right-role" in [event["rule"] for event in found["events"]]
    letter = next(one for one in found["letters"] if one["template"] == "approve")
    assert letter["state"] == "sent"
    assert "@" not in json.dumps(found["letters"])
    by_reference = json.loads(trace(firm, letter["reference"], "--json").stdout)
    assert by_reference["letters"] == [letter]
    assert by_reference["request"] == approved


@pytest.mark.parametrize(("language", "word"), [("en", "waits for"), ("ru", "ждёт")])
def test_trace__in_both_languages(firm: Firm, approved: str, language: str, word: str) -> None:
    told = trace(firm, approved.lower(), "--language", language)
    assert told.exit_code == 0, told.output
    assert word in told.stdout
    assert "[right-role]" in told.stdout


def test_trace__what_nobody_knows(firm: Firm) -> None:
    assert trace(firm, "PR-999999").exit_code == 1
    assert trace(firm, "SFAAAAAAAAAA").exit_code == 1
    assert trace(firm, "PR-000001", "--language", "tlh").exit_code == 2
