"""An archived request over HTTP: the registry has its history, and every command says where its row is."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetflow.cli import main
from sheetflow.core import archived
from sheetflow.core.company import read_company
from sheetflow.core.projection import DATA
from sheetflow.core.tabs import range_id
from sheetflow.model.cells import Cell
from sheetflow.ports import Commit
from tests.conftest import Opener
from tests.firm import Firm

PLAIN = {name: None for name in os.environ if "SHEETFLOW" in name}
LINK = "https://docs.google.com/spreadsheets/d/archive-2026"


def command(firm: Firm, *arguments: str) -> str:
    done = CliRunner().invoke(main, [*arguments, "--workspace", firm.url], env=PLAIN)
    assert done.exit_code == 0, done.output
    return done.stdout


def state_cells(firm: Firm, rid: str) -> list[Cell]:
    return [cell for cell in firm.state()[rid] if cell != ""]


@pytest.fixture(scope="module")
def moved(firm: Firm) -> str:
    """A paid request whose row was taken away as a move does it."""
    rid = firm.mia.submits(subject="Paper")
    firm.settle()
    firm.olga.picks("Approved", rid)
    firm.settle()
    firm.anna.picks("Paid", rid)
    firm.settle()
    assert firm.status(rid) == "Paid"
    firm.later("P1D")
    firm.settle()
    sheet, book = firm.runtime.sheet(), firm.runtime.book
    snapshot = sheet.read()
    company = read_company(snapshot.people, snapshot.settings, book)
    (one,) = archived.leaving(snapshot, company, book, timedelta(0))
    told = archived.events(snapshot, [one], "archive-2026")
    states = archived.traces(snapshot, [one], told, company, book)
    old, revision = snapshot.token, snapshot.token.revision + 1
    new = replace(
        old, revision=revision, range_id=range_id(revision, "moves"), head=told[-1].hash, seq=told[-1].seq
    )
    count = len(snapshot.registry.rows)
    sheet.commit(
        Commit(
            old, new, snapshot.registry.columns, count, events=told, states=states,
            pruned={"registry": [one.place]},
        )
    )  # fmt: skip
    firm.settle()
    return rid


def test_archived__the_registry_goes_on_without_its_row(firm: Firm, moved: str) -> None:
    assert firm.rows(moved) == []
    assert firm.status(moved) == "Paid"
    assert firm.events(moved)[-1] == ("RequestArchived", "system")
    command(firm, "history", "verify")
    firm.verify()
    other = firm.mia.submits(subject="Ink", invoice_no="98")
    firm.settle()
    assert firm.confirmed(other) == ["Submitted"]
    assert firm.number(other) > 0
    assert firm.rows(moved) == []


def test_archived__commands_say_where_its_row_is(firm: Firm, moved: str) -> None:
    assert json.loads(command(firm, "trace", moved, "--json"))["archived"] == LINK
    assert LINK in command(firm, "trace", moved)
    assert LINK in command(firm, "policy", "explain", moved)
    explained = json.loads(command(firm, "policy", "explain", moved, "--json"))
    assert (explained["archived"], explained["status"], explained["sent"]) == (LINK, "Paid", True)


def test_archived__a_row_pasted_back_never_shows_as_confirmed(firm: Firm, moved: str) -> None:
    trace = state_cells(firm, moved)
    at = firm.end() + 1
    firm.mia.tab().update([[moved]], f"A{at}", raw=True)
    assert firm.confirmed(moved) == [""]
    firm.mia.writes("subject", moved, "Paper")
    assert firm.confirmed(moved) == [""]
    firm.settle()
    assert firm.rows(moved) == []
    assert state_cells(firm, moved) == trace


def test_archived__restored_from_an_export_it_is_archived_still(
    firm: Firm, opened: Opener, moved: str, tmp_path: Path
) -> None:
    command(firm, "export", "--out", str(tmp_path / "all"))
    other = opened()
    command(other, "restore", str(tmp_path / "all"))
    other.settle()
    assert (other.rows(moved), other.status(moved)) == ([], "Paid")
    assert other.state()[moved][DATA] == firm.state()[moved][DATA]
    other.verify()
