"""Every call of every scenario fails in every way: the schedule's sweeps bring the same end, and in time."""

from __future__ import annotations

import itertools

import pytest

from tests.conftest import Opener
from tests.long import LONG
from tests.torture.cases import Case, go_on
from tests.torture.scenarios import differences, ending
from tests.torture.sweeps import KINDS, STALE, fail_at
from tests.torture.tally import Tally

TRIES = 2
"""So many (call, kind, times) of a scenario in the short form."""
MOST_SECONDS = 300
"""That a function may run, by the Deploy chapter: waits between tries included."""
TIMES = (1, 3)


def tried(case: Case) -> list[tuple[int, str, int]]:
    """Which calls fail how, and how often in a row: all, or in the short form a spread of them."""
    every = [
        (call, kind, times)
        for call, kind, times in itertools.product(range(case.calls), KINDS, TIMES)
        if kind != STALE or times == 1  # a token is refreshed twice a call; a refusal after that is one
    ]
    if LONG:
        return every
    start = sum(map(ord, case.scenario.name)) % 7  # other ones in each scenario
    step = len(every) // TRIES + 1
    return every[start :: step if step % 2 else step + 1]


@pytest.mark.timeout(14_400 if LONG else 120)
def test_troubles__of_any_call_and_kind_end_as_if_there_had_been_none(
    case: Case, opened: Opener, tally: Tally
) -> None:
    for call, kind, times in tried(case):
        firm = opened(copy_of=case.folder)
        hit = fail_at(firm.runtime, call, kind, times, case.scenario.acts(firm))
        tally.count("faults", hit.acted)
        assert sum(firm.clock.slept) < MOST_SECONDS
        go_on(firm, case.scenario)
        told = differences(ending(firm), case.end)
        assert not told, f"{kind} {times} times at call {call}, {hit.urls}, {hit.error}: {told}"
        assert not firm.run().commits
        opened.close()
