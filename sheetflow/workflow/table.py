"""What a workflow table is, and its self-check.

A table is a tuple of `Transition`s. Code only interprets it: no status is reached on any other way.
The check runs when a table is made (at import): a workflow that cannot work never starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sheetflow.errors import ConfigError


class Status(StrEnum):
    """The state of a request. The value is its name in code and history; labels are in the templates."""

    DRAFT = "Draft"
    SUBMITTED = "Submitted"
    APPROVED = "Approved"
    PART_PAID = "Part-paid"
    PAID = "Paid"
    REJECTED = "Rejected"
    RETURNED = "Returned"
    CANCELLED = "Cancelled"


STATUSES = frozenset(status.value for status in Status)


class Party(StrEnum):
    """Who may make a transition, seen from one request."""

    REQUESTER = "requester"
    ADMIN = "admin"
    APPROVER = "approver"
    ACCOUNTANT = "accountant"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal move.

    `event` is the history event that records it. `guards` are ids of rules in `core.rules`, asked in this
    order once the person's party fits; the first that objects is the answer.
    """

    act: str
    sources: frozenset[Status]
    target: Status
    parties: frozenset[Party]
    event: str
    guards: tuple[str, ...] = ()


class Table:
    """A checked set of transitions.

    Raises:
        ConfigError: a status that cannot be reached, a transition that nobody may make, an initial status
            without a way out, or two transitions for one move.
    """

    def __init__(self, transitions: Iterable[Transition], *, initial: Status) -> None:
        self.transitions = tuple(transitions)
        self.initial = initial
        self._moves: dict[tuple[Status, Status], list[Transition]] = {}
        for transition in self.transitions:
            for source in transition.sources:
                self._moves.setdefault((source, transition.target), []).append(transition)
        problems = list(self._problems())
        if problems:
            raise ConfigError(problems)

    def between(self, source: Status, target: Status) -> Transition | None:
        """The transition of this move, or None where there is none."""
        moves = self._moves.get((source, target))
        return moves[0] if moves else None

    def leaving(self, source: Status) -> list[Transition]:
        """Every transition out of a status, in the order of the table."""
        return [transition for transition in self.transitions if source in transition.sources]

    def by_act(self, act: str, source: Status) -> Transition | None:
        """The transition that an act names, from this status."""
        return next((t for t in self.leaving(source) if t.act == act), None)

    def _problems(self) -> Iterable[str]:
        for (source, target), moves in self._moves.items():
            if len(moves) > 1:
                yield f"{source} -> {target} is declared {len(moves)} times"
        for transition in self.transitions:
            if not transition.parties:
                yield f"{transition.act}: nobody may make it"
            if not transition.sources:
                yield f"{transition.act}: it starts nowhere"
        reached = {self.initial}
        while grown := {t.target for t in self.transitions if t.sources & reached} - reached:
            reached |= grown
        for status in Status:
            if status not in reached:
                yield f"{status} cannot be reached from {self.initial}"
        if not self.leaving(self.initial):
            yield f"{self.initial} has no way out"
