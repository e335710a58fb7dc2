"""Who acts at the command line."""

from __future__ import annotations

import pytest

from sheetflow.cli.acting import acting, judged
from sheetflow.errors import ConfigError
from tests.firm import Firm

ANNA, ROBOT = "anna@firm.example", "pay@project.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("address", "named", "acts_for", "actor"),
    [
        (ANNA, ANNA, "", ANNA),
        (ANNA, "Anna@Firm.example", "", ANNA),
        (ANNA, "", "", ANNA),
        (ROBOT, "", "", ""),
        (ROBOT, ANNA, f"ada@firm.example, {ANNA}", ANNA),
    ],
)
def test_acting__as_oneself(address: str, named: str, acts_for: str, actor: str) -> None:
    assert judged(address, named, acts_for) == actor


@pytest.mark.parametrize(
    ("address", "named", "acts_for", "says"),
    [
        ("mia@firm.example", ANNA, ANNA, "nobody acts in another's name"),
        (ROBOT, ANNA, "", "SHEETFLOW_ACTS_FOR"),
        (ROBOT, ANNA, "ada@firm.example", "SHEETFLOW_ACTS_FOR"),
        ("", ANNA, ANNA, "does not say whose"),
        ("", "", "", "does not say whose"),
    ],
)
def test_acting__in_nobody_elses_name(address: str, named: str, acts_for: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        judged(address, named, acts_for)


def test_acting__the_token_tells_whose_it_is(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    assert acting(firm.runtime, ANNA) == ANNA  # a workspace takes whoever is named at their word
    monkeypatch.setattr("sheetflow.cli.acting.LOCAL", "never:")
    with pytest.raises(ConfigError, match="service account"):
        acting(firm.runtime, ANNA)
