"""Whatever drifts come together, in whatever order: once applied, nothing is left to do or lost."""

from __future__ import annotations

import gspread
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.errors import ConfigError
from tests import drift
from tests.conftest import Opener
from tests.drift import BY_KEY, DRIFTS
from tests.long import examples
from tests.scenario.test_plan import Whole, whole

LOSES = ("registry-gone", "former-column")
"""Those that take something of people's along, or that have to be allowed once passes filled it."""
KEYS = [one.key for one in DRIFTS if one.key not in LOSES]
IMPOSSIBLE = (gspread.exceptions.APIError, ConfigError, KeyError, ValueError, AssertionError)
"""What a hand meets where another drift took away what it reaches for."""


@pytest.fixture(scope="module")
def place(opened: Opener) -> Whole:
    return whole(opened("en"))


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(keys=st.lists(st.sampled_from(KEYS), min_size=2, max_size=9, unique=True))
def test_plan__after_apply_it_is_empty(place: Whole, keys: list[str]) -> None:
    for key in keys:
        try:
            BY_KEY[key].does(place.firm)
        except IMPOSSIBLE:
            continue
    plan = place.upkeep.survey()
    left = place.upkeep.apply(plan, ["all"]).left
    assert left.as_dict()["changes"] == [], plan.as_dict()["changes"]
    assert drift.own(place.firm) == place.own
    place.firm.settle()
    row = place.firm.row(place.submitted)
    assert (row["confirmed"], row["inn"], row["account"]) == (
        "Submitted", "7707083893", "40602810700000000025",
    )  # fmt: skip
