"""What a spreadsheet should be: the template in one language, with these people and these settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from sheetflow.banking import own_accounts
from sheetflow.errors import ConfigError
from sheetflow.model.columns import BY_KEY, SHOWN
from sheetflow.templates import calendar, looks
from sheetflow.templates.formulas import StateTab, letter, shown_formulas
from sheetflow.templates.prefill import FORM_LINK, SETTING, link_formula
from sheetflow.templates.schema import Tab, Template
from sheetflow.workflow.table import Status

PEOPLE = ("email", "name", "roles", "limit", "language", "aliases", "absent", "digest_hour")
"""The People tab's columns, in their order."""
SETTINGS = ("setting", "value", "help")
"""The Settings tab's columns, in their order."""


class Words(Protocol):
    """A language, and the labels in it: group -> key -> text."""

    @property
    def language(self) -> str:
        """Its code, one of the template's languages."""
        ...

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The language's `labels.toml`."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a tab: its key, its header, and the note that explains it, "" for none of ours."""

    key: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Target:
    """What there should be.

    `words`: the registry's language; `languages`: all that there are, for headers are known in each.
    `headers`: tab key -> the keys of a system tab's columns. `settings`: key -> value.
    `editors`: whom protections leave free, "system", "admins" and "accountants", besides the file's `owner`.
    `viewers`: for whom views are made. `registry_places`: where the Registry's columns stand in the end.
    `rows`: what a tab begins with where it has to be made, by its key: texts below the header.
    """

    template: Template
    words: Words
    languages: Sequence[Words]
    headers: Mapping[str, Sequence[str]]
    settings: Mapping[str, str]
    editors: Mapping[str, Sequence[str]]
    time_zone: str
    owner: str = ""
    rows: Mapping[str, Sequence[Sequence[Any]]] = field(default_factory=dict)
    viewers: Sequence[looks.Viewer] = ()
    registry_places: Mapping[str, int] = field(default_factory=dict)

    @property
    def locale(self) -> str:
        """Google's locale."""
        return self.template.spreadsheet.locale[self.words.language]

    def label(self, group: str, key: str) -> str:
        """A label in the registry's language."""
        return self.words.labels[group][key]

    def title(self, tab: Tab) -> str:
        """A tab's title."""
        return self.label("tabs", tab.key)

    def top(self, tab: Tab) -> int:
        """The header's row, 0 first: the last of the frozen ones, for the token stands above the State's."""
        return max(tab.frozen_rows - 1, 0)

    def heads(self, tab: Tab, words: Words | None = None) -> list[Head]:
        """A tab's columns in their order, in a language."""
        words = words or self.words
        labels = words.labels
        if tab.key == "registry":
            notes = labels.get("column_help", {})
            return [
                Head(column.key, labels["columns"][column.key], notes.get(column.key, ""))
                for column in self.template.columns
            ]
        if tab.key == "people":
            notes = labels.get("people_help", {})
            return [Head(key, labels["people"][key], notes.get(key, "")) for key in PEOPLE]
        if tab.key == "policy":
            notes = labels.get("policy_help", {})
            return [Head(key, labels["policy"][key], notes.get(key, "")) for key in self.headers[tab.key]]
        if tab.key in ("contractors", "recurring"):
            group = {"contractors": "book"}.get(tab.key, tab.key)
            notes = labels.get(f"{group}_help", {})
            return [
                Head(key, labels["columns"].get(key) or labels[group][key], notes.get(key, ""))
                for key in self.headers[tab.key]
            ]
        if tab.key == "calendar":
            return [Head(calendar.DAY, labels["calendar"]["day"], labels["calendar"]["help"]), *self._sums()]
        if tab.key in ("history", "bank"):
            both = {**labels["columns"], **labels[tab.key]}
            return [Head(key, both[key]) for key in self.headers[tab.key]]
        if tab.headers:
            keys = SETTINGS if tab.key == "settings" else tuple(str(n) for n in range(len(tab.headers)))
            return [Head(key, text) for key, text in zip(keys, tab.headers[words.language], strict=False)]
        return [Head(key, key) for key in self.headers[tab.key]]

    def known(self, tab: Tab) -> dict[str, str]:
        """Header text in any language, lower case -> key."""
        found: dict[str, str] = {}
        for words in (self.words, *self.languages):
            for head in self.heads(tab, words):
                found.setdefault(head.text.strip().lower(), head.key)
        return found

    def formulas(self, tab: Tab, places: Mapping[str, int]) -> dict[str, str]:
        """The formulas in a tab's header cells, by column key, where its columns stand at these places."""
        letters = {key: letter(place) for key, place in places.items()}
        if tab.key == "contractors" and FORM_LINK in letters:
            header, text = self.label("book", FORM_LINK), self.label("book", "form_link_text")
            settings, setting = self.title(self.template.tab("settings")), self.label("settings", SETTING)
            return {FORM_LINK: link_formula(letters, header, text, settings=settings, setting=setting)}
        if tab.key == "calendar":
            day = self.label("calendar", "day")
            at = {key: letter(place) for key, place in self.registry_places.items()}
            registry = self.title(self.template.tab("registry"))
            statuses = [self.label("statuses", status) for status in calendar.OPEN]
            return calendar.formulas(
                day, [head.key for head in self._sums()], registry, at, statuses, tab.rows
            )
        if tab.key != "registry":
            return {}
        state = self.template.tab("state")
        columns = {header: letter(place) for place, header in enumerate(self.headers["state"])}
        stands = StateTab(self.title(state), self.top(state) + 2, columns)
        return shown_formulas(letters, self.words.labels["columns"], stands)

    def _sums(self) -> list[Head]:
        """The Calendar's sums: one for each currency that the company pays in."""
        return [Head(code, code) for code in dict.fromkeys(self.choices.get("currencies", ()))][
            : calendar.MOST
        ]

    def registry(self, places: Mapping[str, int]) -> looks.Registry:
        """How the Registry looks where its columns stand at these places."""
        return looks.Registry(
            self.template, self.words.language, places, self.words.labels["statuses"], self.choices,
            self.editors, self.viewers,
        )  # fmt: skip

    @cached_property
    def choices(self) -> dict[str, list[str]]:
        """Setting -> its parts, where it is a list."""
        found = {key: split(value) for key, value in self.settings.items()}
        if own := self.settings.get("own_accounts"):
            found["own_accounts"] = list(own_accounts.read(own).choices)
        return found

    def check(self) -> None:
        """Labels must be there, differ from each other, and survive in a formula's text.

        Raises:
            ConfigError: labels that are missing or that cannot be used, all of them.
        """
        where = f"{self.words.language}/labels.toml"
        problems = []
        if self.words.language not in self.template.spreadsheet.locale:
            problems.append(f"payments.toml: spreadsheet: there is no language {self.words.language!r}")
        for group, keys in self._needed().items():
            labels = self.words.labels.get(group, {})
            problems += [f"{where}: {group}.{key}: there is no label" for key in keys if not labels.get(key)]
            taken: dict[str, str] = {}
            for key in keys:
                label = labels.get(key, "").strip().lower()
                if label and taken.setdefault(label, key) != key:
                    problems.append(f"{where}: {group}.{key}: the same label as {taken[label]!r}")
        for column in self.template.columns:
            if '"' in self.words.labels.get("columns", {}).get(column.key, ""):
                problems.append(f'{where}: columns.{column.key}: a header must not hold the sign "')
        if problems:
            raise ConfigError(problems)

    def _needed(self) -> dict[str, Iterable[str]]:
        return {
            "tabs": [tab.key for tab in self.template.tabs],
            "columns": [column.key for column in self.template.columns],
            "people": PEOPLE,
            "policy": self.headers["policy"],
            "recurring": [key for key in self.headers["recurring"] if key not in BY_KEY],
            "history": self.headers["history"],
            "statuses": [status.value for status in Status],
            "settings": self.settings,
        }


def split(value: str) -> list[str]:
    """A setting that is a list, in its parts."""
    return [part.strip() for part in value.split(",") if part.strip()]


def is_shown(tab: Tab, key: str) -> bool:
    """Whether a column's header cell holds a formula."""
    if tab.key == "registry":
        return key in SHOWN
    return tab.key == "calendar" or (tab.key, key) == ("contractors", FORM_LINK)
