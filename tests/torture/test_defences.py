"""Each defence against losing and doubling is needed: switched off, its case goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetflow.errors import HistoryBroken
from tests.conftest import Opener
from tests.torture.cases import Case, go_on
from tests.torture.defences import DEFENCES, Defence
from tests.torture.scenarios import SCENARIOS, differences, ending
from tests.torture.tally import Tally

ROOT = Path(__file__).parents[2]
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
TRIED = [pytest.param(BY_NAME[defence.scenario], defence, id=name) for name, defence in DEFENCES.items()]


def check(opened: Opener, case: Case, defence: Defence) -> None:
    """The disturbed sweep and those after it come to the undisturbed end."""
    firm = opened(copy_of=case.folder)
    defence.disturbed(firm, case)
    firm.__dict__.pop("runtime", None)
    go_on(firm, case.scenario)
    try:
        told = differences(ending(firm), case.end)
    except HistoryBroken as broken:
        raise AssertionError(broken) from broken
    assert not told
    opened.close()


@pytest.mark.parametrize(("case", "defence"), TRIED, indirect=["case"])
def test_defence__without_it_something_is_lost_or_done_twice(
    case: Case, defence: Defence, opened: Opener, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(opened, case, defence)
    tally.count("defences")
    with monkeypatch.context() as patch:
        defence.off(patch)
        with pytest.raises(AssertionError):
            check(opened, case, defence)


def test_defences__each_stands_where_it_says_and_in_the_threat_model() -> None:
    told = (ROOT / "SECURITY.md").read_text("utf-8")
    for name, defence in DEFENCES.items():
        assert (ROOT / defence.file).is_file()
        assert any(
            line.startswith(f"| `{name}` |") and f"`{defence.file}`" in line for line in told.splitlines()
        ), name
