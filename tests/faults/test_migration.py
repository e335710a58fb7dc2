"""Imports that are killed, -9, between any two of their calls: run again they come to the same end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetflow.cli import main
from tests.dirt import Dirty
from tests.faults.dying import run_command
from tests.firm import Firm


@pytest.mark.parametrize("after", range(8))
def test_import__killed_at_any_call_it_goes_on_where_it_was(firm: Firm, tmp_path: Path, after: int) -> None:
    made = Dirty("en", 14, seed=after, start=1000 * after)
    file = made.save(tmp_path / "old.xlsx")
    before = len(firm.state())
    command = ["import", str(file), "--yes", "--workspace", firm.url]
    assert run_command(command, after, batch=4)
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    wanted = sum(truth.outcome == "import" for truth in made.truth.values())
    assert len(firm.state()) - before == wanted
    assert len(firm.events()) == len(firm.state())
    assert CliRunner().invoke(main, ["history", "verify", "--workspace", firm.url]).exit_code == 0
