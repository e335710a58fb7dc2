from __future__ import annotations

import json
from collections import Counter

import pytest
from click.testing import CliRunner

from sheetflow.app.simulation import month
from sheetflow.cli import main
from sheetflow.core.rulebook import Rulebook
from tests.desk import START

ASKED: list[tuple[int, int]] = []


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown is tested here; the month itself has its own tests."""

    def simulate(seed: int, months: int, _book: Rulebook) -> tuple[month.Month, month.Month]:
        ASKED.append((seed, months))
        life = month.Life(START, START)
        before = month.Month(Counter({"manager1@firm.example": 30, "approver2@firm.example": 20}), [life])
        return before, month.Month(Counter({"manager1@firm.example": 4}), [life])

    monkeypatch.setattr(month, "simulate", simulate)


def test_simulate__as_json() -> None:
    told = CliRunner().invoke(main, ["simulate", "--json", "--seed", "7", "--months", "2"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert {key: found[key] for key in ("usual", "sheetflow", "ratio", "later", "seed", "months")} == {
        "usual": 50, "sheetflow": 4, "ratio": 12.5, "later": 0, "seed": 7, "months": 2,
    }  # fmt: skip
    assert found["people"]["approver"] == {"number": 3, "usual": 20, "sheetflow": 0}
    assert ASKED[-1] == (7, 2)
    assert any("page is live" in line for line in found["assumptions"])


def test_simulate__as_a_table() -> None:
    told = CliRunner().invoke(main, ["simulate"])
    assert told.exit_code == 0, told.output
    assert "12.5 times fewer; decided or paid later: 0 of 1; seed 1" in told.output
    assert "manager (10)" in told.output
