"""Killed at every call of every scenario: scheduled sweeps bring the end that there would have been."""

from __future__ import annotations

import pytest

from tests.conftest import Opener
from tests.long import LONG
from tests.torture.cases import Case, go_on
from tests.torture.scenarios import differences, ending
from tests.torture.sweeps import die_at
from tests.torture.tally import Tally

POINTS = 2
"""Calls at which a scenario is killed in the short form: after a third, after two, after the last."""


def points(calls: int) -> list[int]:
    """The calls to be killed before; the last of them is after the last call."""
    if LONG:
        return list(range(calls + 1))
    return sorted({round(n * calls / POINTS) for n in range(1, POINTS + 1)})


@pytest.mark.timeout(14_400 if LONG else 120)
def test_crash__before_or_after_any_call_the_end_is_the_same(
    case: Case, opened: Opener, tally: Tally
) -> None:
    for point in points(case.calls):
        tally.count("crash_points")
        firm = opened(copy_of=case.folder)
        die_at(firm.environment, point, case.scenario.acts(firm))
        go_on(firm, case.scenario)
        assert not (told := differences(ending(firm), case.end)), f"killed before call {point}: {told}"
        assert not firm.run().commits
        opened.close()
