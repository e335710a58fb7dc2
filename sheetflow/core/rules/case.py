"""What a rule is asked about, what it may answer, and the register of all rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sheetflow.core.company import Company
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request
from sheetflow.workflow.table import Party, Transition

Problem = tuple[str, str, dict[str, str]]
"""(rule id, column, facts): what is wrong with a field; facts["problem"] names the sentence."""


@dataclass(frozen=True, slots=True)
class Objection:
    """A rule says no. `facts` fill its sentence. `waits`: not yet no, a comment may still come."""

    facts: Mapping[str, str] = field(default_factory=dict)
    column: str = "status"
    waits: bool = False


@dataclass(slots=True)
class MoveCase:
    """Somebody wishes a transition.

    `transition` is None where the table has none for it. `comment`: what counts as the comment, "" if
    there is none. `seen`: the fingerprint of what the person had before them. `link`: the nonce of
    the page link. `problems`: what `fields.check` found in the draft, for a submit. `signed_in`: the address
    that Google vouched for, on the page. `payee_known`: the contractor book vouches for an
    account of the payee. `safety`: what was found at a submit (`core.safety.submitting`). `claimed`: what
    `approvals.claim_of` found, and of what.
    """

    request: Request
    person: Person | None
    target: str
    transition: Transition | None
    company: Company
    book: Rulebook
    now: datetime
    via: str = "sheet"
    comment: str = ""
    amount: str = ""
    seen: str = ""
    link: str = ""
    problems: Sequence[Problem] = ()
    signed_in: str = ""
    payee_known: bool = False
    safety: Mapping[str, Any] = field(default_factory=dict)
    claimed: tuple[Any, Any] | None = None

    def parties(self) -> set[Party]:
        """In which capacities the person may act on this request."""
        return set() if self.person is None else parties_of(self.person, self.request, self.company)


@dataclass(slots=True)
class EditCase:
    """Somebody changed a cell other than the status. `length`: of the text that stands there, where known."""

    request: Request
    person: Person | None
    column: str
    new: str
    company: Company
    length: int = 0


Case = MoveCase | EditCase
Rule = Callable[[Any], Objection | None]
_R = TypeVar("_R", bound=Callable[..., Objection | None])

RULES: dict[str, Rule] = {}
"""Every rule by its id."""


def rule(function: _R) -> _R:
    """Register a rule under its id: its name with dashes."""
    RULES[rule_id(function)] = function
    return function


def rule_id(function: Rule) -> str:
    """The kebab-case id that people see."""
    return function.__name__.replace("_", "-")


def parties_of(person: Person, request: Request, company: Company) -> set[Party]:
    """In which capacities a person may act on a request. The admin's role gives none but the requester's."""
    found = set()
    owner = company.people.find(request.requester)
    if person.has(Role.MANAGER) and (owner is person or not request.requester):
        found.add(Party.REQUESTER)
    if person.has(Role.ADMIN):
        found.add(Party.ADMIN)
    if person.has(Role.APPROVER, Role.DIRECTOR):
        found.add(Party.APPROVER)
    if person.has(Role.ACCOUNTANT):
        found.add(Party.ACCOUNTANT)
    return found


def same_person(one: str, other: str, company: Company) -> bool:
    """Whether two addresses belong to one person; an empty address belongs to nobody."""
    if not one or not other:
        return False
    if one == other or one.lower() == other.lower():
        return True
    first = company.people.find(one)
    return first is not None and first is company.people.find(other)
