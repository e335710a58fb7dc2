"""A template made real: every request that turns an empty spreadsheet into a registry, as one batch.

Pure: labels, settings, people and the first token are given. Adding a tab, a column or a view is a
function of its own, so that a repair of one of them can make the same request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sheetflow.errors import ConfigError
from sheetflow.templates import looks
from sheetflow.templates.formulas import StateTab, letter, shown_formulas
from sheetflow.templates.looks import Request, grid
from sheetflow.templates.schema import Tab, Template
from sheetflow.workflow.table import Status

PEOPLE = ("email", "name", "roles", "limit", "language", "aliases")
"""The People tab's columns, in their order."""

FIRST_SHEET = 0
"""The sheet that Google puts into a new spreadsheet."""

LEAST_COLUMNS = 26
"""So that an open range such as A1:Z is within the grid of every tab."""


class Words(Protocol):
    """The registry's language, and the labels in it: group -> key -> text."""

    @property
    def language(self) -> str:
        """Its code, one of the template's languages."""
        ...

    @property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        """The language's `labels.toml`."""
        ...


@dataclass(frozen=True, slots=True)
class SystemTabs:
    """What the system tabs begin with.

    `headers`: tab key -> header row. `token`: the text of State!A1, named `token_name`, the id of that named
    range being `token_range`. The State's headers stand in its second row.
    """

    headers: Mapping[str, Sequence[str]]
    token: str
    token_name: str
    token_range: str

    def state(self, title: str) -> StateTab:
        """Where formulas find the State."""
        letters = {header: letter(place) for place, header in enumerate(self.headers["state"])}
        return StateTab(title, 3, letters)


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands on the tabs that admins keep.

    `people`: each by the keys of `PEOPLE`, as texts. `settings`: key -> value, in the order of the tab.
    """

    people: Sequence[Mapping[str, str]]
    settings: Mapping[str, str]


def render(
    template: Template,
    words: Words,
    system: SystemTabs,
    contents: Contents,
    editors: Mapping[str, Sequence[str]],
) -> list[Request]:
    """Every request for an empty spreadsheet, in order.

    Args:
        template: what to make.
        words: labels in the registry's language.
        system: headers and token of the system tabs.
        contents: people and settings.
        editors: whom protections leave free: "system" and "admins", e-mail addresses.

    Raises:
        ConfigError: labels that are missing or that cannot be used, all of them.
    """
    _check(template, words, system, contents.settings)
    registry = looks.Registry(
        template,
        words.language,
        template.places,
        words.labels["statuses"],
        {key: split(value) for key, value in contents.settings.items()},
        editors,
    )
    requests = [add_tab(template, tab, words, system, index) for index, tab in enumerate(template.tabs)]
    requests.append({"deleteSheet": {"sheetId": FIRST_SHEET}})
    for tab in template.tabs:
        requests += _tab_looks(template, tab, words, system)
    requests += registry.columns()
    requests.append(_registry_header(template, words, system))
    requests += _contents(template, words, system, contents)
    requests.append(_token(template, system))
    requests += registry.marks()
    requests += registry.views()
    requests += registry.protections()
    for tab in template.tabs:
        if tab.protect:
            requests.append(looks.protection((tab.key,), grid(tab.sheet_id), editors[tab.protect]))
    return requests


def add_tab(template: Template, tab: Tab, words: Words, system: SystemTabs, index: int) -> Request:
    """Make a tab."""
    size = {
        "rowCount": tab.rows,
        "columnCount": max(LEAST_COLUMNS, len(_headers(template, tab, words, system))),
        "frozenRowCount": tab.frozen_rows,
        "frozenColumnCount": tab.frozen_columns,
    }
    properties: dict[str, Any] = {
        "sheetId": tab.sheet_id,
        "title": words.labels["tabs"][tab.key],
        "index": index,
        "gridProperties": {name: count for name, count in size.items() if count},
    }
    if tab.hidden:
        properties["hidden"] = True
    if tab.color:
        properties["tabColorStyle"] = looks.color(tab.color)
    return {"addSheet": {"properties": properties}}


def split(value: str) -> list[str]:
    """A setting that is a list, in its parts."""
    return [part.strip() for part in value.split(",") if part.strip()]


def entered(text: str) -> dict[str, Any]:
    """A text as CellData: it stays one, whatever it begins with."""
    return {"userEnteredValue": {"stringValue": text}} if text else {}


def _headers(template: Template, tab: Tab, words: Words, system: SystemTabs) -> list[str]:
    if tab.key == "registry":
        return [words.labels["columns"][column.key] for column in template.columns]
    if tab.key == "people":
        return [words.labels["people"][key] for key in PEOPLE]
    if tab.key == "contractors":
        return [
            words.labels["columns"].get(key) or words.labels["book"][key]
            for key in system.headers["contractors"]
        ]
    if tab.key == "history":
        return [words.labels["history"][key] for key in system.headers["history"]]
    if tab.headers:
        return list(tab.headers[words.language])
    return list(system.headers[tab.key])


def _tab_looks(template: Template, tab: Tab, words: Words, system: SystemTabs) -> Iterator[Request]:
    top = tab.frozen_rows - 1 if tab.frozen_rows else 0
    width = len(_headers(template, tab, words, system))
    pixels = [column.width for column in template.columns] if tab.key == "registry" else tab.widths
    yield from looks.widths(tab.sheet_id, pixels)
    if tab.key != "registry" and (tab.format or tab.wrap):
        yield looks.formatted(
            grid(tab.sheet_id, (top + 1, None), (0, width)), looks.body_format(template, tab, words.language)
        )
    yield looks.formatted(grid(tab.sheet_id, (top, top + 1), (0, width)), looks.header_format(template))


def _registry_header(template: Template, words: Words, system: SystemTabs) -> Request:
    """The headers, each explained by a note; those of shown columns are their formulas."""
    letters = {key: letter(place) for key, place in template.places.items()}
    titles = words.labels["tabs"]
    formulas = shown_formulas(letters, words.labels["columns"], system.state(titles["state"]))
    cells = []
    for column in template.columns:
        formula = formulas.get(column.key)
        label = words.labels["columns"][column.key]
        cell = {"userEnteredValue": {"formulaValue": formula}} if formula else entered(label)
        cells.append(_noted(cell, words.labels.get("column_help", {}).get(column.key, "")))
    return _cells(template.sheets["registry"], 0, [cells], "userEnteredValue,note")


def _contents(template: Template, words: Words, system: SystemTabs, contents: Contents) -> Iterator[Request]:
    """Headers and rows of every other tab."""
    sheets = template.sheets
    notes = words.labels.get("people_help", {})
    header = [_noted(entered(words.labels["people"][key]), notes.get(key, "")) for key in PEOPLE]
    rows = [[entered(person.get(key, "")) for key in PEOPLE] for person in contents.people]
    yield _cells(sheets["people"], 0, [header, *rows], "userEnteredValue,note")
    names, help_texts = words.labels["settings"], words.labels.get("settings_help", {})
    settings = [[names[key], value, help_texts.get(key, "")] for key, value in contents.settings.items()]
    empty: list[list[str]] = []
    bare = dict.fromkeys(("contractors", "history", "inbox", "outbox", "banks"), empty)
    for key, rows_of_texts in ({"settings": settings} | bare).items():
        first = _headers(template, template.tab(key), words, system)
        texts = [[entered(text) for text in row] for row in (first, *rows_of_texts)]
        yield _cells(sheets[key], 0, texts, "userEnteredValue")
    state = [entered(text) for text in system.headers["state"]]
    yield _cells(sheets["state"], 0, [[entered(system.token)], state], "userEnteredValue")


def _token(template: Template, system: SystemTabs) -> Request:
    corner = grid(template.sheets["state"], (0, 1), (0, 1))
    named = {"namedRangeId": system.token_range, "name": system.token_name, "range": corner}
    return {"addNamedRange": {"namedRange": named}}


def _noted(cell: dict[str, Any], note: str) -> dict[str, Any]:
    return {**cell, "note": note} if note else cell


def _cells(sheet: int, row: int, rows: Sequence[Sequence[Mapping[str, Any]]], fields: str) -> Request:
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": 0}
    data = [{"values": [dict(cell) for cell in cells]} for cells in rows]
    return {"updateCells": {"start": start, "rows": data, "fields": fields}}


def _check(template: Template, words: Words, system: SystemTabs, settings: Iterable[str]) -> None:
    """Labels must be there, differ from each other, and survive in a formula's text."""
    where = f"{words.language}/labels.toml"
    problems = []
    if words.language not in template.spreadsheet.locale:
        problems.append(f"payments.toml: spreadsheet: there is no language {words.language!r}")
    needed: dict[str, Sequence[str]] = {
        "tabs": [tab.key for tab in template.tabs],
        "columns": [column.key for column in template.columns],
        "people": PEOPLE,
        "history": list(system.headers["history"]),
        "statuses": [status.value for status in Status],
        "settings": list(settings),
    }
    for group, keys in needed.items():
        labels = words.labels.get(group, {})
        problems += [f"{where}: {group}.{key}: there is no label" for key in keys if not labels.get(key)]
        taken: dict[str, str] = {}
        for key in keys:
            label = labels.get(key, "").strip().lower()
            if label and taken.setdefault(label, key) != key:
                problems.append(f"{where}: {group}.{key}: the same label as {taken[label]!r}")
    for key in needed["columns"]:
        if '"' in words.labels.get("columns", {}).get(key, ""):
            problems.append(f'{where}: columns.{key}: a header must not hold the sign "')
    if problems:
        raise ConfigError(problems)
