"""The language of `q`: what a search for files or shared drives may say.

    name contains 'invoice' and ('1abc' in parents or starred) and not trashed = true

`parse` gives a tree of `Both`, `Either`, `Not` and `Clause`; whether a file fits it, `matches` decides.
`and` and `or` bind alike and are read from left to right; `not` binds what stands next to it. A text stands
in single or double quotes, in which a backslash takes the next character as it is. Source: Google's guide on
searching for files and its reference of search terms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from sheetflow.emulator.drive.errors import invalid_value

_ORDER = ("<=", "<", "=", "!=", ">", ">=")
_EQUAL = ("=", "!=")
_PEOPLE = ("in", "=", "!=")
FILE_TERMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("text", ("contains", *_EQUAL)),
    "fullText": ("text", ("contains",)),
    "mimeType": ("text", ("contains", *_EQUAL)),
    "modifiedTime": ("time", _ORDER),
    "createdTime": ("time", _ORDER),
    "viewedByMeTime": ("time", _ORDER),
    "sharedWithMeTime": ("time", _ORDER),
    "trashed": ("flag", _EQUAL),
    "starred": ("flag", _EQUAL),
    "sharedWithMe": ("flag", _EQUAL),
    "parents": ("member", ("in",)),
    "owners": ("member", _PEOPLE),
    "writers": ("member", _PEOPLE),
    "readers": ("member", _PEOPLE),
    "labels": ("member", ("in",)),
    "properties": ("pair", ("has",)),
    "appProperties": ("pair", ("has",)),
    "visibility": ("text", _EQUAL),
    "shortcutDetails.targetId": ("text", _EQUAL),
}
"""Each term of a search for files: the kind of its value, and its operators."""

DRIVE_TERMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("text", ("contains", *_EQUAL)),
    "createdTime": ("time", _ORDER),
    "hidden": ("flag", _EQUAL),
    "memberCount": ("number", _ORDER),
    "organizerCount": ("number", _ORDER),
}
"""The terms of a search for shared drives."""

Value: TypeAlias = str | bool | int | datetime

VISIBILITIES = ("anyoneCanFind", "anyoneWithLink", "domainCanFind", "domainWithLink", "limited")
_DEPTH = 100  # of parentheses and `not`: what is deeper is no query that a person or program means

_TOKEN = re.compile(
    r"""\s*(?:(?P<single>'(?:\\.|[^'\\])*')|(?P<double>"(?:\\.|[^"\\])*")"""
    r"""|(?P<mark><=|>=|!=|[<>=(){}])|(?P<word>[A-Za-z_][\w.]*)|(?P<number>\d+))""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Clause:
    """One comparison.

    `value` is a text, a flag, a number, an aware time, or the pair (key, value) of `has`.
    """

    term: str
    operator: str
    value: str | bool | int | datetime | tuple[str, str]


@dataclass(frozen=True)
class Not:
    """What must not hold."""

    inner: Query


@dataclass(frozen=True)
class Both:
    """What must hold together."""

    left: Query
    right: Query


@dataclass(frozen=True)
class Either:
    """Of which one must hold."""

    left: Query
    right: Query


Query: TypeAlias = Clause | Not | Both | Either


def quote(text: str) -> str:
    """A text as it stands in a query."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def parse(text: str, terms: Mapping[str, tuple[str, tuple[str, ...]]] = FILE_TERMS) -> Query | None:
    """The tree of a query; None for an empty one.

    Raises:
        DriveError: 400 `Invalid Value` at `q` for what is no query.
    """
    if not text.strip():
        return None
    reader = _Reader(text, terms)
    query = reader.chain()
    if reader.token[0]:
        raise invalid_value("q")
    return query


class _Reader:
    """Reads tokens from left to right; `token` is the next one, as (kind, text)."""

    def __init__(self, text: str, terms: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        self._text = text.rstrip()
        self._terms = terms
        self._at = 0
        self._depth = 0
        self.token = ("", "")
        self.take()

    def take(self) -> str:
        """The text of the token, which is then passed."""
        passed = self.token[1]
        if self._at >= len(self._text):
            self.token = ("", "")
            return passed
        match = _TOKEN.match(self._text, self._at)
        if match is None or match.lastgroup is None:
            raise invalid_value("q")
        self._at, kind, text = match.end(), match.lastgroup, match[match.lastgroup]
        if kind in ("single", "double"):
            kind, text = "text", re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
        self.token = (kind, text)
        return passed

    def chain(self) -> Query:
        """Parts joined by `and` and `or`."""
        query = self._part()
        while self.token in (("word", "and"), ("word", "or")):
            join = Both if self.take() == "and" else Either
            query = join(query, self._part())
        return query

    def _part(self) -> Query:
        self._depth += 1
        if self._depth > _DEPTH:
            raise invalid_value("q")
        query: Query
        if self.token == ("word", "not"):
            self.take()
            query = Not(self._part())
        elif self.token == ("mark", "("):
            self.take()
            query = self.chain()
            self._pass("mark", ")")
        else:
            query = self._clause()
        self._depth -= 1
        return query

    def _pass(self, kind: str, *texts: str) -> str:
        if self.token[0] != kind or (texts and self.token[1] not in texts):
            raise invalid_value("q")
        return self.take()

    def _clause(self) -> Clause:
        if self.token[0] == "text":
            member = self.take()
            self._pass("word", "in")
            return self._checked(self._pass("word"), "in", member)
        term = self._pass("word")
        kind, operators = self._terms.get(term, ("", ()))
        word, text = self.token
        if kind == "flag" and (word, text) not in (("mark", "="), ("mark", "!=")):
            return Clause(term, "=", value=True)
        if word not in ("word", "mark") or text not in operators:
            raise invalid_value("q")
        operator = self.take()
        if kind == "pair":
            return Clause(term, operator, self._pair())
        return self._checked(term, operator, self._value(kind))

    def _value(self, kind: str) -> Value:
        if kind == "flag":
            return self._pass(self.token[0], "true", "false") == "true"
        if kind == "number":
            return int(self._pass("number"))
        text = self._pass("text")
        return time_of(text) if kind == "time" else text

    def _pair(self) -> tuple[str, str]:
        self._pass("mark", "{")
        self._pass("word", "key")
        self._pass("mark", "=")
        key = self._pass("text")
        self._pass("word", "and")
        self._pass("word", "value")
        self._pass("mark", "=")
        value = self._pass("text")
        self._pass("mark", "}")
        return key, value

    def _checked(self, term: str, operator: str, value: Value) -> Clause:
        kind, operators = self._terms.get(term, ("", ()))
        if operator not in operators or (kind == "member" and not value):
            raise invalid_value("q")
        if term == "visibility" and value not in VISIBILITIES:
            raise invalid_value("q")
        return Clause(term, operator, value)


def time_of(text: str) -> datetime:
    """A moment from RFC 3339; UTC where it names no zone.

    Raises:
        DriveError: 400 `Invalid Value` at `q`.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_value("q") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
