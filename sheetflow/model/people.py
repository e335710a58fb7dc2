"""People and what they may do, as the People tab says it.

Not decided here: what a role is allowed to do (`workflow.payments`) and where a limit is applied
(`core.rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class Role(StrEnum):
    """A role on the People tab. One person may have several."""

    MANAGER = "manager"
    APPROVER = "approver"
    ACCOUNTANT = "accountant"
    DIRECTOR = "director"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away, first and last day included. `substitute`: the address that decides, "" for none."""

    start: date
    end: date
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the People tab.

    `limits`: the largest amount this approver may approve, by currency (ISO 4217); a currency that is not
    named is not covered. A director needs none. `aliases`: other addresses of the same person.
    `absences`: when they are away, in the order of the tab.
    `digest_hour`: when their digest goes, None for the company's hour.
    """

    email: str
    name: str
    roles: frozenset[Role] = frozenset()
    limits: Mapping[str, Decimal] = field(default_factory=dict)
    language: str = ""
    aliases: frozenset[str] = frozenset()
    absences: tuple[Absence, ...] = ()
    digest_hour: time | None = None

    def has(self, *roles: Role) -> bool:
        """Whether the person has any of these roles."""
        return not self.roles.isdisjoint(roles)

    def covers(self, amount: Decimal, currency: str) -> bool:
        """Whether the person may approve this amount, by limit alone."""
        if Role.DIRECTOR in self.roles:
            return True
        limit = self.limits.get(currency)
        return Role.APPROVER in self.roles and limit is not None and amount <= limit

    def absence(self, day: date) -> Absence | None:
        """The absence that the day falls into, the first one where there are several."""
        return next((one for one in self.absences if one.start <= day <= one.end), None)


class People:
    """The People tab: who an address belongs to. An address nobody has is nobody: it may do nothing."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.all: tuple[Person, ...] = tuple(people)
        self._by_address: dict[str, Person] = {}
        self._with: dict[tuple[Role, ...], list[Person]] = {}
        for person in self.all:
            for address in (person.email, *person.aliases):
                self._by_address.setdefault(address.strip().lower(), person)

    def find(self, address: str) -> Person | None:
        """The person with this address (any of theirs), or None."""
        found = self._by_address.get(address)
        if found is None and address:
            found = self._by_address.get(address.strip().lower())
        return found

    def with_role(self, *roles: Role) -> list[Person]:
        """Everybody who has any of these roles, in the order of the tab."""
        found = self._with.get(roles)
        if found is None:  # asked of every request of a pass
            found = self._with[roles] = [person for person in self.all if person.has(*roles)]
        return list(found)

    def name(self, address: str) -> str:
        """How to call the person with this address; the address itself for a stranger."""
        person = self.find(address)
        return person.name if person and person.name else address
