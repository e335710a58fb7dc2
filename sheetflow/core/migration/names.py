"""A person of the People tab behind a name as another registry writes it."""

from __future__ import annotations

from collections.abc import Sequence

from sheetflow.core.migration.table import plain
from sheetflow.model.people import People, Person

LEAST = 3
"""Letters that a written-out name has; fewer are an initial."""


def find_person(text: str, people: People) -> Person | None:
    """The one person who is meant: by address, by name in any order, or by surname and initials.

    None where nobody is, or where several could be.
    """
    if person := people.find(text):
        return person
    wanted = plain(text).split()
    exact = [person for person in people.all if sorted(plain(person.name).split()) == sorted(wanted)]
    if len(exact) == 1:
        return exact[0]
    alike = [person for person in people.all if _fits(wanted, plain(person.name).split())]
    return alike[0] if len(alike) == 1 and not exact else None


def _fits(wanted: Sequence[str], name: Sequence[str]) -> bool:
    """Whether "Petrov I." can be "Ivan Petrov": full words are the same, initials begin what is left."""
    full = [word for word in wanted if len(word) >= LEAST]
    initials = [word for word in wanted if len(word) < LEAST]
    if not full or not initials or any(word not in name for word in full):
        return False
    left = [word for word in name if word not in full]
    return all(any(word.startswith(initial) for word in left) for initial in initials[:1])
