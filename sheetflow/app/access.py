"""Drive's permissions brought to the People tab: by a letter of the Outbox, and by plan and apply.

Every step looks at what is there first and may be done again, so whoever comes after a crash does the rest.
What Drive refuses is told and does not keep the other steps; where Drive is out of reach it is tried later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sheetflow.core.access import PLACES, SPREADSHEET, Grant, Problem, Shared, Step, Wish, named, steps
from sheetflow.errors import AccessDenied, NotFound, PortError
from sheetflow.ports import AccessPort

MOST = 60
"""Steps of one letter: a minute of calls. What is left is asked for anew."""
MOST_PROBLEMS = 20
"""Refusals after which one letter gives up: there is one reason behind them all."""
LONGEST = 200
"""Characters of Google's words that are kept."""

Told = Callable[[Step], None]


class Sharing:
    """One run over every place. Use `enforce`."""

    def __init__(self, port: AccessPort, wish: Wish, told: Told | None = None) -> None:
        self.port, self.wish, self.told = port, wish, told
        self.given: list[Sequence[str]] = []
        self.taken: list[Sequence[str]] = []
        self.problems: list[Problem] = []

    @property
    def full(self) -> bool:
        """Whether as much was done as one letter does."""
        return len(self.given) + len(self.taken) >= MOST or len(self.problems) >= MOST_PROBLEMS

    def look(self) -> dict[str, Sequence[Grant]]:
        """The permissions of every place that is there and open."""
        found = {}
        for place in PLACES:
            try:
                grants = self.port.grants(place)
            except AccessDenied as error:
                self._refused("closed", place, "", error)
                continue
            if grants is None:
                self.problems.append(Problem("gone", place))
            else:
                found[place] = grants
        return found

    def do(self, step: Step) -> None:
        """Do one step, or note that it cannot be done."""
        try:
            if step.action == "give":
                self._give(step)
            elif step.grant is not None and step.action == "take":
                self.port.take(step.place, step.grant)
                self.taken.append((step.place, step.address, step.role))
            elif step.grant is not None:
                self.port.change(step.place, step.grant, step.role)
                self.given.append((step.place, step.address, step.role))
        except NotFound:
            if step.action == "take":  # by somebody else meanwhile, or by a call of ours that lost its answer
                self.taken.append((step.place, step.address, step.role))
        except PortError as error:
            if error.retryable:
                raise
            self._refused(step.action, step.place, step.address, error)
            return
        if self.told is not None:
            self.told(step)

    def clear(self, addresses: Sequence[str]) -> None:
        """Take requests' folders from those who are nobody's requester any more."""
        for folder, grant in self.port.requests_of(addresses):
            if self.full:
                return
            self.do(Step("take", folder, named(grant), grant.role, grant))

    def _give(self, step: Step) -> None:
        got = self.port.give(step.place, step.address, step.role)
        self.given.append((step.place, step.address, step.role))
        main = self.wish.wanted.persons
        if got and main.get(got) != step.address:
            # Google knows the account by another address: by that one it would be nobody's at the next look.
            self.problems.append(Problem("other-address", step.place, step.address, got))

    def _refused(self, why: str, place: str, address: str, error: PortError) -> None:
        self.problems.append(Problem(why, place, address, str(error)[:LONGEST]))


def enforce(port: AccessPort, wish: Wish, letter: str = "", *, again: bool = False) -> Shared:
    """Bring every place to the access list.

    Raises:
        PortError: out of reach before anything was done; afterwards what was done is told, and `more`.
    """
    run = Sharing(port, wish)
    more = False
    try:
        found = run.look()
        todo = steps(wish, found, port.free())
        takes = [step for step in todo if step.action == "take"]
        for step in takes:
            if not run.full:
                run.do(step)
        strangers = {step.address for step in takes if step.grant and step.grant.kind == "user"}
        gone = sorted(wish.former | {one for one in strangers if one not in wish.wanted.persons})
        if gone and not run.full:
            run.clear(gone)
        for step in todo[len(takes) :]:
            if not run.full:
                run.do(step)
        more = len(run.given) + len(run.taken) >= MOST
    except PortError as error:
        if not error.retryable or not (run.given or run.taken):
            raise
        more = True
    return Shared(letter, wish.wanted.digest, run.given, run.taken, run.problems, more=more, again=again)


def unreachable(wish: Wish, letter: str, error: PortError) -> Shared:
    """That nothing could be done, for good."""
    problem = Problem("out-of-reach", SPREADSHEET, "", str(error)[:LONGEST])
    return Shared(letter, wish.wanted.digest, problems=[problem])
