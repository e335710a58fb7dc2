"""Plan and apply: what differs between what was declared and what is there, and putting it right.

Three places are surveyed: the spreadsheet, its company's Drive, and the form. Each says what differs as
`Change`s and carries them out; here they become one plan, in the order in which it is done: what people see
in the sheet first, then who may open what, then the form. Not decided here: what a registry looks like
(`sheet_templates/`), and how each place is compared (`templates.diff` and the other surveyors).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sheetflow.core.company import Company
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.errors import ConcurrentEdit, StalePlan, UnsafePlan
from sheetflow.model.snapshot import Token
from sheetflow.templates.plan import PLACES, Change, Place, Plan

TRIES = 8
"""How often passes may commit in between before an apply gives up."""

Done = Callable[[Change], None]
"""Told of each change when it is done."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the spreadsheet itself says of the registry: the other places are compared with it.

    `company`: People and Settings, read; of a spreadsheet that is no registry yet, those that it will have.
    `token`: None where there is none yet. `owner`: whose file it is, "" in a shared drive: nobody's there.
    `service_account`: the address that the functions act under.
    """

    spreadsheet: str
    book: Rulebook
    company: Company
    token: Token | None
    service_account: str
    owner: str = ""

    @property
    def words(self) -> Words:
        """Labels and sentences in the registry's own language."""
        return self.book.own


class Surveyor(Protocol):
    """One place: what differs there, and putting it right."""

    def survey(self, known: Known) -> Sequence[Change]:
        """Every difference, in the order in which it is put right; nothing is changed."""
        ...

    def carry_out(self, changes: Sequence[Change], done: Done) -> None:
        """Do changes that the last `survey` found; each is done whole or not at all, and may be done again.

        Raises:
            ConcurrentEdit: somebody committed since the survey; nothing of it was done.
        """
        ...


class RegistrySurveyor(Surveyor, Protocol):
    """The spreadsheet, which has to be read before anything can be said of the others."""

    def read(self) -> Known:
        """Read the spreadsheet; `survey` and `carry_out` are about what was read last."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did: `done`, and the plan of what is `left`: nothing, or what it may not do."""

    done: tuple[Change, ...] = ()
    left: Plan = field(default_factory=Plan)


class Upkeep:
    """The use case.

    Args:
        registry: the spreadsheet.
        others: the places besides it, where they are configured.
        hold: raises where nothing may be done on the registry whose token this is.
    """

    def __init__(
        self,
        registry: RegistrySurveyor,
        others: Mapping[Place, Surveyor],
        hold: Callable[[Token], None] = lambda _token: None,
    ) -> None:
        self.places: Mapping[Place, Surveyor] = {"spreadsheet": registry, **others}
        self.registry, self.hold = registry, hold
        self._token: Token | None = None

    def survey(self) -> Plan:
        """Look at every place. Raises PortError and ConfigError; nothing is changed."""
        known = self.registry.read()
        self._token = known.token
        return Plan(
            tuple(
                change
                for place in PLACES
                if place in self.places
                for change in self.places[place].survey(known)
            )
        )

    def apply(self, plan: Plan, allowed: Iterable[str] = (), done: Done | None = None) -> Applied:
        """Do a plan that `survey` just gave, then look again.

        A pass that commits in between makes Google refuse the whole batch: then it is surveyed anew, and done
        where the same is to be done still.

        Raises:
            UnsafePlan: a step would lose something and was not allowed; nothing was done.
            StalePlan: what is to be done now differs from the plan; nothing was done.
            ConcurrentEdit: others committed first at every try; nothing was done.
            Unavailable: the registry was rolled back; nothing was done.
            PortError: a place failed: what was done stays done, and applying again goes on from there.
        """
        refuse_unsafe(plan, allowed)
        if plan and self._token is not None:
            self.hold(self._token)
        finished: list[Change] = []

        def note(change: Change) -> None:
            finished.append(change)
            if done is not None:
                done(change)

        for place in PLACES:
            changes = plan.at(place)
            if not changes:
                continue
            for attempt in range(1, TRIES + 1):
                try:
                    self.places[place].carry_out(changes, note)
                    break
                except ConcurrentEdit:
                    if attempt == TRIES:
                        raise
                    refuse_stale(self.survey(), plan.checksum)
        return Applied(tuple(finished), self.survey() if finished else plan)


def refuse_unsafe(plan: Plan, allowed: Iterable[str]) -> None:
    """Raises UnsafePlan, naming every step that needs to be allowed and how."""
    unsafe = plan.unsafe(allowed)
    if unsafe:
        told = [f"  - {change.kind} {change.name}: {change.unsafe}" for change in unsafe]
        ways = " ".join(f"--allow {_quoted(change.key)}" for change in unsafe)
        raise UnsafePlan(
            "\n".join(["nothing was done, for this would be lost:", *told, f"to do it all the same: {ways}"])
        )


def refuse_stale(plan: Plan, checksum: str) -> None:
    """Raises StalePlan where a plan is not the one that was looked at."""
    if plan.checksum != checksum:
        raise StalePlan(
            f"the spreadsheet has changed since: the plan was {checksum}, now it is {plan.checksum}; "
            "nothing was done. Run `sheetflow plan` again and look at what it says"
        )


def _quoted(text: str) -> str:
    return f"'{text}'" if set(text) & set(" '\"$\\&|;<>()") else text
