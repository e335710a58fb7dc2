"""What a pass is told from outside: labels and sentences in every language, and the keys it checks with.

Everything here comes from `sheet_templates/` and the environment, read by `runtime`; the core only looks
it up. A column or a status is recognised by its label in any language, and shown in the registry's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sheetflow.errors import ConfigError
from sheetflow.model.events import Refusal
from sheetflow.model.people import Role
from sheetflow.workflow.table import Status

LANGUAGES = ("en", "ru")

LABELLED = (
    ("status", "statuses"), ("target", "statuses"), ("ways", "statuses"), ("role", "roles"),
    ("policy_column", "policy"), ("policy_columns", "policy"),
    ("recurring_column", "recurring"), ("recurring_columns", "recurring"),
)  # fmt: skip
"""Facts that are keys, or several keys joined by ", ": each is shown by its label in this group."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Words:
    """One language: `sheet_templates/<language>/*.toml` as parsed.

    `labels`: tabs, columns, statuses, roles, acts, settings. `sentences`: `rules`, each with `says` and
    `todo`, and tables of one sentence a key: problems, checks, holds, warnings, reasons; `{name}` stands for
    a fact.
    """

    language: str
    labels: Mapping[str, Mapping[str, str]]
    sentences: Mapping[str, Mapping[str, Any]]

    def label(self, group: str, key: str) -> str:
        """The label of a key, e.g. ("columns", "inn"); the key itself where the template has none."""
        return self.labels.get(group, {}).get(key, key)

    def refusal(self, refusal: Refusal) -> tuple[str, str]:
        """What happened and why, and what to do next: two plain texts."""
        entry = self.sentences["rules"][refusal.rule]
        facts = self._facts(refusal.facts)
        if refusal.column:
            facts["column"] = self.label("columns", refusal.column)
        return _fill(entry["says"], facts), _fill(entry["todo"], facts)

    def problem(self, rule: str, column: str, facts: Mapping[str, str]) -> str:
        """A problem as one line of Checks: the column's name and what is wrong with it."""
        named = self._facts(facts)
        named["column"] = self.label("columns", column) if column else ""
        entry = self.sentences["problems"].get(facts.get("problem", ""))
        if entry is not None:
            return f"{named['column']}: {_fill(entry, named)}" if column else _fill(entry, named)
        return _fill(self.sentences["checks"][rule], named)

    def sentence(self, group: str, key: str, facts: Mapping[str, str]) -> str:
        """One sentence of a table such as "warnings", filled; "" where the template has none."""
        return _fill(str(self.sentences.get(group, {}).get(key, "")), self._facts(facts))

    def ailment(self, key: str, part: str, facts: Mapping[str, str]) -> str:
        """A part of what is said of an ailment: "head", "says" or "todo"."""
        return _fill(str(self.sentences["ailments"][key][part]), facts)

    def _other(self, group: str, key: str) -> str:
        """A tab of its own may have the Registry's columns too."""
        return self.label("columns", key) if group == "recurring" else key

    def _facts(self, facts: Mapping[str, str]) -> dict[str, str]:
        named = dict(facts)
        for fact, group in LABELLED:
            if fact in named:
                parts = named[fact].split(", ")
                named[fact] = ", ".join(
                    self.labels.get(group, {}).get(part, "") or self._other(group, part) for part in parts
                )
        if named.get("ways") == "":
            named["ways"] = str(self.sentences.get("words", {}).get("no-ways", ""))
        if "rule" in named:  # what a held wish waits for
            named["wanted"] = str(self.sentences.get("holds", {}).get(named["rule"], ""))
        if "columns" in named:
            named["columns"] = ", ".join(self.label("columns", part) for part in named["columns"].split(", "))
        if "why" in named:
            named["why"] = _fill(
                str(self.sentences.get("reasons", {}).get(named["why"], named["why"])), named
            )
        if "problem" in named:
            entry = self.sentences["problems"].get(named["problem"], named["problem"])
            named["problem"] = _fill(entry, named)
        return named


def _fill(text: str, facts: Mapping[str, str]) -> str:
    """Put facts into a sentence. A fact is never read as a template itself."""
    return _PLACE.sub(lambda place: facts.get(place[1], place[0]), text)


@dataclass(frozen=True)
class Rulebook:
    """`language` is the registry's own. `inbox_key`: the secret that the trigger signs edits with."""

    language: str
    words: Mapping[str, Words]
    spreadsheet: str
    inbox_key: bytes = b""
    page_url: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = [name for name in (self.language, *LANGUAGES) if name not in self.words]
        if missing:
            raise ConfigError([f"no templates for the language {name!r}" for name in missing])

    @property
    def own(self) -> Words:
        """The words of the registry itself."""
        return self.words[self.language]

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Header text in any language, lower case -> column key."""
        return self._reverse("columns")

    @cached_property
    def book_headers(self) -> Mapping[str, str]:
        """Header of the Contractors tab in any language, lower case -> key."""
        return {**self._reverse("book"), **self.headers}

    @cached_property
    def statuses(self) -> Mapping[str, str]:
        """Status label in any language, lower case -> status."""
        return {status.value.lower(): status.value for status in Status} | dict(self._reverse("statuses"))

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Role label in any language, lower case -> role. "bank" and "requester" are no roles of a person."""
        return {label: key for label, key in self._reverse("roles").items() if key in tuple(Role)}

    @cached_property
    def setting_names(self) -> Mapping[str, str]:
        """Setting label in any language, lower case -> setting key."""
        return self._reverse("settings")

    @cached_property
    def people_headers(self) -> Mapping[str, str]:
        """Header of the People tab in any language, lower case -> key."""
        return self._reverse("people")

    @cached_property
    def bank_words(self) -> Mapping[str, str]:
        """What a line of a statement may be besides a request, in any language, lower case -> key."""
        return self._reverse("bank_words")

    @cached_property
    def policy_headers(self) -> Mapping[str, str]:
        """Header of the Approval policy tab in any language, lower case -> key."""
        return self._reverse("policy")

    @cached_property
    def policy_words(self) -> Mapping[str, str]:
        """What is written in that tab besides names, in any language, lower case -> key."""
        return self._reverse("policy_words")

    @cached_property
    def recurring_headers(self) -> Mapping[str, str]:
        """Header of the Recurring tab in any language, lower case -> key."""
        return {**self.headers, **self._reverse("recurring")}

    @cached_property
    def status_labels(self) -> Mapping[str, str]:
        """Status -> its label in the registry's own language."""
        return {status.value: self.own.label("statuses", status.value) for status in Status}

    def for_person(self, language: str) -> Words:
        """The words for somebody's language, the registry's own where they have none."""
        return self.words.get(language, self.own)

    def _reverse(self, group: str) -> Mapping[str, str]:
        found = {}
        for words in self.words.values():
            for key, label in words.labels.get(group, {}).items():
                found[label.strip().lower()] = key
                found.setdefault(key.lower(), key)
        return found
