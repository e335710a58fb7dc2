"""One reading of a spreadsheet: what is asked for, and what it said.

Whatever was drifted: a tab under another title is found by its id, the State by the token's name, the People
tab's columns as an apply will head them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetflow.core import tabs
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import Cell
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Token
from sheetflow.ports import LayoutPort
from sheetflow.templates.actual import Actual, Sheet, read_actual
from sheetflow.templates.diff_tabs import FIRST_SHEET
from sheetflow.templates.lineup import by_position, identify
from sheetflow.templates.schema import Template
from sheetflow.templates.target import PEOPLE

WHOLE = ("registry", "people", "settings", "contractors", "policy", "recurring")
"""Tabs of which every cell is looked at."""


@dataclass(frozen=True, slots=True)
class First:
    """What a spreadsheet that is no registry yet begins with: rows of its tabs, headers first."""

    people: Sequence[Sequence[str]] = ()
    settings: Sequence[Sequence[str]] = ()
    policy: Sequence[Sequence[str]] = ()


@dataclass(slots=True)
class Seen:
    """One reading. `named`: the named range SF_VERSION as it stands, {} where there is none.

    `access`: the digest of what the People tab gives. `rows`: what tabs that are missing begin with.
    """

    template: Template
    actual: Actual
    token: Token | None
    named: Mapping[str, Any]
    events: Sequence[Event] = ()
    access: str = ""
    rows: dict[str, Sequence[Sequence[Any]]] = field(default_factory=dict)
    founding: bool = False
    token_lost: bool = False


def look(port: LayoutPort, spreadsheet: str) -> Actual:
    """A spreadsheet that is no registry yet: its tabs, and what stands in the one that Google made."""
    layout = port.layout(spreadsheet)
    first = read_actual(layout, {}).sheet(FIRST_SHEET)
    return read_actual(layout, port.cells(spreadsheet, [quoted(first.title)] if first else []))


def named_range(layout: Mapping[str, Any]) -> Mapping[str, Any]:
    """The token's named range as it stands, {} where there is none."""
    found: Sequence[Mapping[str, Any]] = layout.get("namedRanges", ())
    return next((one for one in found if one.get("name") == tabs.TOKEN_NAME), {})


def with_ids(template: Template, ids: Mapping[str, int], actual: Actual) -> Template:
    """The template with a registry's own sheetIds, where such tabs are there."""
    changed = {
        tab.key: ids[tab.key]
        for tab in template.tabs
        if tab.key in ids and ids[tab.key] != tab.sheet_id and actual.sheet(ids[tab.key]) is not None
    }
    if not changed:
        return template
    kept = [
        tab.model_copy(update={"sheet_id": changed[tab.key]}) if tab.key in changed else tab
        for tab in template.tabs
    ]
    return template.model_copy(update={"tabs": tuple(kept)})


def ranges(template: Template, actual: Actual) -> list[str]:
    """What is looked at in each tab: everything, the columns that have a format, or the headers."""
    found = []
    for tab in template.tabs:
        sheet = actual.sheet(tab.sheet_id)
        if sheet is None:
            continue
        title = quoted(sheet.title)
        if tab.key in WHOLE or tab.format:
            found.append(title)
        else:
            found.append(f"{title}!1:{max(tab.frozen_rows, 1)}")
    first = actual.sheet(FIRST_SHEET)
    if first is not None and not found:
        found.append(quoted(first.title))
    return found


def values_of(sheet: Sheet | None) -> list[list[Any]]:
    """A tab's values, none where there is no such tab."""
    return [] if sheet is None else sheet.values()


def quoted(title: str) -> str:
    """A tab's title as a range writes it."""
    return "'" + title.replace("'", "''") + "'"


def headed(rows: Sequence[Sequence[Cell]], book: Rulebook) -> list[list[Cell]]:
    """The People tab under the headers that it should have: a role does not hang on a typed title."""
    if not rows:
        return []
    texts = [str(cell) for cell in rows[0]]
    found = by_position(PEOPLE, texts, identify(PEOPLE, texts, {}, book.people_headers))
    header: list[Cell] = [""] * len(texts)
    for key, place in found.items():
        header[place] = book.own.label("people", key)
    return [header, *(list(row) for row in rows[1:])]
