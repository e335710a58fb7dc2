"""A scenario as it waits, how the schedule goes on after a disturbed sweep, and what has to come of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Opener
from tests.firm import Firm
from tests.torture.scenarios import Scenario, ending
from tests.torture.sweeps import Calls, sweep

SWEEPS = 3
"""That follow a disturbed one, each past the lease of the one before."""


@dataclass
class Case:
    """A scenario as it waits in a folder, what comes of it undisturbed, and that sweep's calls by address."""

    scenario: Scenario
    folder: Path
    urls: list[str]
    end: dict[str, Any]

    @property
    def calls(self) -> int:
        """How many calls that takes."""
        return len(self.urls)


def go_on(firm: Firm, scenario: Scenario) -> None:
    """The schedule goes on; whoever chose something on a page and saw it fail chooses it again."""
    acts = scenario.acts(firm) if not acted(firm, scenario) else ()
    for number in range(SWEEPS):
        firm.later()
        sweep(firm.runtime, acts if number == 0 else ())


def acted(firm: Firm, scenario: Scenario) -> bool:
    """Whether what was chosen on a page stands there."""
    return all(firm.status(act.request) != "Submitted" for act in scenario.acts(firm))


def case_of(opened: Opener, scenario: Scenario) -> Case:
    """Prepare a scenario and play it undisturbed."""
    first = opened()
    scenario.prepare(first)
    first.later("PT5S")  # a pass's time has whole seconds: now every pass comes after every edit
    folder = first.place.folder
    first.place.close()
    firm = opened(copy_of=folder)
    with Calls(lambda _number: None).watched() as calls:
        sweep(firm.runtime, scenario.acts(firm))
    urls = list(calls.urls)
    go_on(firm, scenario)
    end = ending(firm)
    assert scenario.kinds <= {event.kind for event in firm.history()}
    assert {state for *_, state in firm.outbox()} == {"sent"}
    assert not firm.run().commits
    firm.place.close()
    return Case(scenario, folder, urls, end)
