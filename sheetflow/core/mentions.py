"""Whom a comment names with @: told purely by the People tab.

A name is an address, what stands before the @ of one, a full name, or one word of a name where just one
person has it. Only people with a role can be named, and nobody names themself. A name that fits nobody, or
several, tells nobody: deny by default, and the author is told so where they see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sheetflow.core.rulebook import Words
from sheetflow.model.people import People, Person

MOST = 20
"""People that one comment can name."""
LONGEST_NAME = 4
"""Words of a full name."""

_AT = re.compile(r"(?<![\w.@+-])@(?=\w)")
_ADDRESS = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[^\W_]+(?:[._+'’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Who is named: `told`, main addresses; `nobody` and `several`, names that fit none or more."""

    told: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    several: tuple[str, ...] = ()

    @property
    def unclear(self) -> tuple[str, ...]:
        """The names by which nobody was told."""
        return (*self.nobody, *self.several)


def mentions(text: str, author: str, people: People, before: str = "") -> Mentions:
    """Whom a text names.

    Args:
        text: the comment.
        author: the address of whoever says it.
        people: who there is.
        before: what stood in the cell until now: where the text continues it, only what is new counts.
    """
    if "@" not in text:
        return Mentions()
    if before.strip() and before.strip() in text:
        text = text.replace(before.strip(), " ", 1)
    told: dict[str, None] = {}
    nobody: dict[str, None] = {}
    several: dict[str, None] = {}
    speaker = people.find(author)
    for place in _AT.finditer(text):
        name, found = _named(text[place.end() : place.end() + 200], people)
        if not name:
            continue
        if len(found) == 1:
            if found[0] is not speaker:
                told[found[0].email] = None
        else:
            (several if found else nobody)[f"@{name}"] = None
    return Mentions(tuple(told)[:MOST], tuple(nobody)[:MOST], tuple(several)[:MOST])


def _named(rest: str, people: People) -> tuple[str, list[Person]]:
    """The longest name that `rest` begins with and somebody has; else its first word."""
    if address := _ADDRESS.match(rest):
        found = people.find(address[0])
        return address[0], [found] if found is not None and found.roles else []
    words = _words(rest)
    if not words or not words[0][0].isalpha():
        return "", []
    for count in range(len(words), 1, -1):
        full = sorted(_plain(word) for word in words[:count])
        if found_all := _with_role(p for p in people.all if sorted(_plain(p.name).split()) == full):
            return " ".join(words[:count]), found_all
    word = _plain(words[0])
    return words[0], _with_role(
        person
        for person in people.all
        if word == _plain(person.name) or word in _plain(person.name).split() or word in _handles(person)
    )


def _words(rest: str) -> list[str]:
    """The words that may be one name: separated by single blanks and nothing else."""
    found: list[str] = []
    at = 0
    while len(found) < LONGEST_NAME and (word := _WORD.match(rest, at)):
        found.append(word[0])
        at = word.end()
        if rest[at : at + 1] not in (" ", "\u00a0"):
            break
        at += 1
    return found


def _with_role(people: Iterable[Person]) -> list[Person]:
    return [person for person in people if person.roles]


def _handles(person: Person) -> set[str]:
    return {_plain(address.partition("@")[0]) for address in (person.email, *person.aliases)}


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е").strip()


def unclear_words(named: Mentions, words: Words) -> str:
    """What the author is told of names by which nobody was; "" where there is none."""
    said = (("mention-nobody", named.nobody), ("mention-several", named.several))
    return " ".join(words.sentence("notes", key, {"names": ", ".join(names)}) for key, names in said if names)


def handles(people: People, visitor: str) -> list[tuple[str, str]]:
    """By what each other person with a role is named shortest, and their name: ("@anna", "Anna Petrova")."""
    found: list[tuple[str, str]] = []
    for person in people.all:
        if not person.roles or people.find(visitor) is person:
            continue
        local = person.email.partition("@")[0]
        for name in (person.name.partition(" ")[0], local, person.name, person.email):
            if mentions(f"@{name}", "", people).told == (person.email,):
                found.append((f"@{name}", person.name))
                break
    return found
