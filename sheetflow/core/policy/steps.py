"""Whose turn it is: what of a request's steps is fulfilled, who may fulfil the rest, and on whose behalf.

One person fulfils one slot of a request, whichever way: for themself or for somebody absent. The requester
fulfils none, and nobody stands in for the requester.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sheetflow.core.company import Company
from sheetflow.core.policy.table import ANY_APPROVER, DECIDERS, ROLE, Step
from sheetflow.model.cells import text_of
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request

NOT_ASKED, NEEDED_LATER, FAULT = "policy-not-asked", "policy-needed-later", "policy-fault"
"""Why somebody's approval is not the one that is asked for: keys of `[reasons]`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an approval by somebody would be.

    `step` counts from 1. `entry`: what of the step it fulfils. `subject`: whose right it is; `stands_in`:
    not the approver's own, so they decide for an absent one. `left`: approvals that this step then still
    waits for. `covers`: the subject's limit covers the amount; `needs_limit`: it has to, for nobody else's
    does or will. `completes`: nothing is left to approve.
    """

    step: int
    entry: str
    subject: Person
    stands_in: bool
    left: int
    covers: bool
    needs_limit: bool
    completes: bool


def steps_of(request: Request) -> tuple[Step, ...]:
    """The steps that the request took along when it was submitted; none where its rule cannot be read."""
    if "faults" in request.policy:
        return ()
    kept = request.policy.get("steps")
    return tuple(Step.of_dict(step) for step in kept) if kept else (ANY_APPROVER,)


def involved(request: Request) -> list[str]:
    """Everybody who had a part in a request's approval: by whom, and for whom."""
    given = [str(one[key]) for one in request.approvals for key in ("by", "for") if key in one]
    return list(dict.fromkeys([*given, *filter(None, [request.approver])]))


def needed(request: Request) -> int:
    """How many approvals the request needs in all."""
    return sum(step.slots for step in steps_of(request))


@dataclass(frozen=True, slots=True)
class Open:
    """The step whose turn it is. `number` counts from 1; `entries`: of which somebody is still asked."""

    number: int
    step: Step
    entries: tuple[str, ...]
    left: int


def open_step(request: Request) -> Open | None:
    """The first step that is not fulfilled, None where there is none."""
    for number, step in enumerate(steps_of(request), start=1):
        given = [one for one in request.approvals if one.get("step", 1) == number]
        if len(given) < step.slots:
            entries = list(step.of)
            if step.each:
                for entry in [one["as"] for one in given if one.get("as") in entries]:
                    entries.remove(entry)
            return Open(number, step, tuple(entries), step.slots - len(given))
    return None


class Turns:
    """Who may approve a request at a moment. Made for one request; `at`: when, for absences are dated."""

    def __init__(self, request: Request, company: Company, at: datetime) -> None:
        self.request, self.company = request, company
        self.today = at.astimezone(company.settings.zone).date()
        self.open = None if "faults" in request.policy else open_step(request)
        people = company.people
        used = {request.requester, *involved(request)}
        gone = {person.email for address in used if (person := people.find(address))}
        self.lawful = {p.email: p for p in people.with_role(*DECIDERS) if p.email not in gone}
        self.absent: dict[str, str] = {}
        for person in self.lawful.values():
            if (absence := person.absence(self.today)) is not None:
                stand_in = people.find(absence.substitute)
                self.absent[person.email] = stand_in.email if stand_in else ""
        self.covered = any(one.get("covers") for one in request.approvals)

    def claim(self, person: Person) -> Claim | str:
        """What an approval by this person would be, or why it is not asked for."""
        if "faults" in self.request.policy:
            return FAULT
        if self.open is None or person.email not in self.lawful:
            return NOT_ASKED
        claims = [claim for subject in self._subjects(person) if (claim := self._as(person, subject))]
        if not claims:
            return NOT_ASKED
        claims = [claim for claim in claims if claim.covers or not claim.needs_limit] or claims
        return next((claim for claim in claims if self._rest_is_possible(person, claim)), NEEDED_LATER)

    def asked(self) -> list[Person]:
        """Whom to ask: whoever can do it. Not the absent while others can; directors as such come last."""
        able: list[tuple[Person, Claim]] = []
        for person in self.lawful.values():
            claim = self.claim(person)
            if isinstance(claim, Claim) and (claim.covers or not claim.needs_limit):
                able.append((person, claim))
        here = [one for one in able if one[0].email not in self.absent] or able
        first = [
            one for one in here if not (one[1].entry == ANY_APPROVER.of[0] and one[0].has(Role.DIRECTOR))
        ]
        return [person for person, _ in first or here]

    def fillable(self) -> tuple[int, int]:
        """How many slots different people can fill, and how many there are: of a request just sent."""
        slots = [slot for step in steps_of(self.request) for slot in _slots(step)]
        return _matched([self._hands(slot) for slot in slots]), len(slots)

    def hands(self, step: Step) -> list[str]:
        """Addresses of all who could give an approval of a step today, on anybody's behalf."""
        found = self._hands(step.of)
        return [email for email in self.lawful if email in found]

    def named(self) -> list[Person]:
        """Everybody whom any step names, themself or by a role."""
        entries = [entry for step in steps_of(self.request) for entry in step.of]
        return [p for p in self.lawful.values() if any(self._fits(entry, p) for entry in entries)]

    # --- parts of it

    def _subjects(self, person: Person) -> Iterator[Person]:
        """In whose right the person may act: their own first, then those who named them for today."""
        yield person
        for email, stand_in in self.absent.items():
            if stand_in == person.email and email != person.email:
                yield self.lawful[email]

    def _as(self, person: Person, subject: Person) -> Claim | None:
        assert self.open is not None  # noqa: S101 - asked before
        entry = min((e for e in self.open.entries if self._fits(e, subject)), key=_width, default=None)
        if entry is None:
            return None
        left = self.open.left - 1
        later = self._later(entry)
        return Claim(
            self.open.number, entry, subject, subject is not person, left, self.covers(subject),
            needs_limit=not self.covered and not self._limit_to_come(later, {person.email, subject.email}),
            completes=not later,
        )  # fmt: skip

    def _later(self, taken: str) -> list[Sequence[str]]:
        """What is left to fulfil once `taken` is: for each slot, the entries that it may be filled by."""
        assert self.open is not None  # noqa: S101 - asked before
        steps = steps_of(self.request)[self.open.number :]
        rest: list[Sequence[str]] = []
        if self.open.step.each:
            entries = list(self.open.entries)
            entries.remove(taken)
            rest += [[entry] for entry in entries]
        else:
            rest += [self.open.step.of] * (self.open.left - 1)
        return rest + [slot for step in steps for slot in _slots(step)]

    def _fits(self, entry: str, person: Person) -> bool:
        if entry.startswith(ROLE):
            return entry == ANY_APPROVER.of[0] or person.has(Role.DIRECTOR)
        return self.company.people.find(entry) is person

    def covers(self, person: Person) -> bool:
        """Whether the person's limit covers the request's amount."""
        money = self._money()
        return money is not None and person.covers(*money)

    def _money(self) -> tuple[Decimal, str] | None:
        try:
            currency = parse_currency(text_of(self.request.cell("currency")))
            return parse_amount(self.request.cell("amount")), currency
        except Invalid:
            return None

    def _limit_to_come(self, later: Sequence[Sequence[str]], used: set[str]) -> bool:
        return any(
            self.covers(person)
            for entries in later
            for person in self.lawful.values()
            if person.email not in used and any(self._fits(entry, person) for entry in entries)
        )

    def _rest_is_possible(self, person: Person, claim: Claim) -> bool:
        """Whether taking it leaves the other slots as fulfillable as they can be: no one is used up early."""
        later = self._later(claim.entry)
        if not later:
            return True
        before = _matched([self._hands(slot) for slot in [[claim.entry], *later]])
        used = {person.email, claim.subject.email}
        return _matched([self._hands(slot) - used for slot in later]) >= before - 1

    def _hands(self, entries: Sequence[str]) -> set[str]:
        """Who could fulfil a slot today, in their own right or for somebody absent."""
        found = set()
        for person in self.lawful.values():
            if any(self._fits(entry, person) for entry in entries):
                found.add(person.email)
                if (stand_in := self.absent.get(person.email)) in self.lawful:
                    found.add(stand_in)
        return found


def _slots(step: Step) -> list[Sequence[str]]:
    """For each approval that a step takes, the entries that it may be given by."""
    return [[entry] for entry in step.of] if step.each else [step.of] * step.need


def _width(entry: str) -> int:
    """How many people an entry fits: a person fulfils the narrowest, so that the wider stay for others."""
    return 2 if entry == ANY_APPROVER.of[0] else int(entry.startswith(ROLE))


def _matched(slots: Sequence[set[str]]) -> int:
    """How many slots can be filled by different people (a maximum matching by augmenting paths)."""
    taken: dict[str, int] = {}

    def fill(slot: int, seen: set[str]) -> bool:
        for hand in sorted(slots[slot] - seen):
            seen.add(hand)
            if hand not in taken or fill(taken[hand], seen):
                taken[hand] = slot
                return True
        return False

    return sum(fill(slot, set()) for slot in range(len(slots)))
