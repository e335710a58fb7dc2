"""The People tab is the access list: who may open what of the company's Drive, and what has to be done.

Everybody with a role edits the spreadsheet, a person without one reads it; the folders are open to the roles
that work in them. Whoever has been given a role on one of these places by hand and is not on the tab loses
it, and so do links for anyone, groups and domains: deny by default. What a place inherits from the folder or
the shared drive above it is not ours. Not decided here: how Drive is asked (`adapters.permissions`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sheetflow.core.history import dumps
from sheetflow.core.tabs import read_outbox_row
from sheetflow.model.people import People, Role
from sheetflow.model.snapshot import Letter, Row

TEMPLATE = "share"
"""The template of the letter that goes to no person: it brings Drive's permissions to the People tab."""
TOLD = "access-problem"
"""The template of the letter that tells an admin what Drive refused."""
SPREADSHEET = "spreadsheet"
READERS: Mapping[str, Mapping[Role, str]] = {
    "payments": {Role.APPROVER: "reader", Role.DIRECTOR: "reader", Role.ACCOUNTANT: "reader"},
    "incoming": {Role.ACCOUNTANT: "writer"},
    "outgoing": {Role.ACCOUNTANT: "reader"},
    "processed": {Role.ACCOUNTANT: "reader"},
    "rejected": {Role.ACCOUNTANT: "reader"},
}
"""Folder key -> which roles of people have which of Drive's roles there."""
FOLDERS = ("root", "payments", "bank", "incoming", "outgoing", "processed", "rejected")
"""The company's folders, from the top: nobody is on the two that are not in `READERS`."""
PLACES = (SPREADSHEET, *FOLDERS)
RANKS = ("", "reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")
"""Drive's roles, the weakest first."""

Action = Literal["give", "change", "take"]


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission as it stands on a place.

    `kind`: user, group, domain or anyone. `address`: in lower case; of a domain its name, of anyone "".
    `role`: what was given on the place itself, "" where all of it is inherited. `above`: what is inherited.
    """

    id: str
    kind: str
    address: str
    role: str
    above: str = ""


@dataclass(frozen=True)
class Wanted:
    """Who should have what. `roles`: place -> main address -> role; `persons`: any address -> main one."""

    roles: Mapping[str, Mapping[str, str]]
    persons: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits: the same for the same access list."""
        text = dumps([{k: dict(v) for k, v in self.roles.items()}, dict(self.persons)])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do on a place. `grant`: the permission to change or to take away."""

    action: Action
    place: str
    address: str
    role: str
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be done. `why`: a key of [access]; `says`: Google's own words, or another address."""

    why: str
    place: str
    address: str = ""
    says: str = ""


@dataclass(frozen=True)
class Shared:
    """What came of a letter of `TEMPLATE`, as its Outbox row keeps it.

    `given`, `taken`: (place, address, role). `more`: some is left to do. `again`: it was begun by a run that
    died, whose own steps are known to nobody.
    """

    letter: str
    digest: str
    given: Sequence[Sequence[str]] = ()
    taken: Sequence[Sequence[str]] = ()
    problems: Sequence[Problem] = ()
    more: bool = False
    again: bool = False


@dataclass(frozen=True)
class Wish:
    """What a letter of `TEMPLATE` is to bring about. `former`: addresses that made requests and are gone."""

    wanted: Wanted
    former: frozenset[str] = frozenset()


def wanted(people: People) -> Wanted:
    """What the People tab asks for."""
    roles: dict[str, dict[str, str]] = {place: {} for place in PLACES}
    persons: dict[str, str] = {}
    for person in people.all:
        roles[SPREADSHEET][person.email] = "writer" if person.roles else "reader"
        for place, readers in READERS.items():
            if role := _strongest(readers[one] for one in readers if one in person.roles):
                roles[place][person.email] = role
        for address in (person.email, *person.aliases):
            persons.setdefault(address, person.email)
    return Wanted(roles, persons)


def is_usable(people: People) -> bool:
    """Whether the tab can be an access list.

    One that names no admin is a mishap, such as a header typed over, and would lock everybody out.
    """
    return bool(people.with_role(Role.ADMIN))


def steps(wish: Wish, found: Mapping[str, Sequence[Grant]], free: Collection[str]) -> list[Step]:
    """What has to be done: first what is taken away, of the spreadsheet before all.

    Args:
        wish: who should have what.
        found: the permissions of each place that is there.
        free: addresses whose permissions stay whatever the tab says: the system's own.
    """
    taken: list[Step] = []
    others: list[Step] = []
    for place in PLACES:
        if place not in found:
            continue
        roles, there = wish.wanted.roles.get(place, {}), set()
        for grant in found[place]:
            person = wish.wanted.persons.get(grant.address) if grant.kind == "user" else None
            role = roles.get(person or "", "")
            if _at_least(grant, role) and grant.address:
                there.add(grant.address)
            if not grant.role or grant.role == "owner" or (grant.kind == "user" and grant.address in free):
                continue
            if not role:
                taken.append(Step("take", place, named(grant), grant.role, grant))
            elif grant.role != role:
                others.append(Step("change", place, grant.address, role, grant))
                there.add(grant.address)
        others += [
            Step("give", place, address, role) for address, role in roles.items() if address not in there
        ]
    return [*taken, *others]


def named(grant: Grant) -> str:
    """Whom a permission is for, as it is told: an address, a domain's name, or "anyone"."""
    return grant.address or grant.kind


def ask(digest: str, revision: int) -> Letter:
    """The letter that brings Drive to the access list; `revision`: of the token that it follows."""
    key = hashlib.sha256(f"{TEMPLATE}\n{digest}\n{revision}".encode()).hexdigest()[:20]
    return Letter(key, TEMPLATE, "", "", {"digest": digest})


def outcome(shared: Shared) -> str:
    """What came of it, as the result of its Outbox row."""
    problems = [[one.why, one.place, one.address, one.says] for one in shared.problems]
    return json.dumps(
        {
            "digest": shared.digest, "given": [list(one) for one in shared.given],
            "taken": [list(one) for one in shared.taken], "problems": problems, "more": shared.more,
            "again": shared.again,
        },
        ensure_ascii=False,
    )  # fmt: skip


def done(outbox: Iterable[Row]) -> list[Shared]:
    """What stands in the Outbox as done and is not recorded yet."""
    return [_read(row) for row in outbox if len(row) > 5 and row[1] == "done" and row[5] == TEMPLATE]


def _read(row: Row) -> Shared:
    known = read_outbox_row(row)
    result: Mapping[str, Any] = json.loads(known.result)
    return Shared(
        known.letter.id, result["digest"], result["given"], result["taken"],
        [Problem(*one) for one in result["problems"]], result["more"], result["again"],
    )  # fmt: skip


def _strongest(roles: Iterable[str]) -> str:
    return max(roles, key=RANKS.index, default="")


def _at_least(grant: Grant, role: str) -> bool:
    """Whether a permission gives a role, of itself or by what is above."""
    return bool(role) and max(RANKS.index(grant.role), RANKS.index(grant.above)) >= RANKS.index(role)


def former(requesters: Iterable[str], people: People) -> frozenset[str]:
    """Those of them who are nobody on the tab."""
    return frozenset(one for one in set(requesters) if "@" in one and people.find(one) is None)
