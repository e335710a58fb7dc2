"""Where a tab and its columns stand now, and where they will stand when a plan's steps are done.

What else is compared (formulas, protections, filter views) speaks of columns by their keys, so that a moved
column is one difference and not twenty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sheetflow.templates.actual import Actual, Sheet, value_of
from sheetflow.templates.formulas import header_text, letter
from sheetflow.templates.lineup import Step, arrange, by_position, identify
from sheetflow.templates.looks import grid
from sheetflow.templates.schema import Tab
from sheetflow.templates.target import Target

LEAST_COLUMNS = 26
"""So that an open range such as A1:Z is within the grid of every tab."""
NAMED = ("registry", "people", "contractors", "policy", "recurring")
"""Tabs that are read by their headers: people may put columns of their own among ours."""


@dataclass(frozen=True)
class Stand:
    """A tab of ours. `now`, `then`: column key -> place, before and after the steps. `new`: it is missing."""

    target: Target
    tab: Tab
    sheet: Sheet
    now: Mapping[str, int]
    then: Mapping[str, int]
    steps: Sequence[Step] = ()
    new: bool = False

    @classmethod
    def of(cls, target: Target, actual: Actual, tab: Tab) -> Stand:
        """Find a tab and its columns."""
        order = [head.key for head in target.heads(tab)]
        sheet = actual.sheet(tab.sheet_id)
        if sheet is None:
            places = {key: place for place, key in enumerate(order)}
            width = max(LEAST_COLUMNS, len(order))
            empty = Sheet(tab.sheet_id, target.title(tab), rows=tab.rows, columns=width)
            return cls(target, tab, empty, places, places, new=True)
        top = target.top(tab)
        texts = [header_text(value_of(sheet.cell(top, place))) for place in range(sheet.columns)]
        tags = {place: found[0].key for place, found in sheet.tags.items()}
        now = identify(order, texts, tags, target.known(tab))
        if tab.key != "registry":
            now = by_position(order, texts, now)
        gone = [place for place, key in tags.items() if key not in order and place not in now.values()]
        steps, then = arrange(order, now, sheet.columns, gone=gone, exact=tab.key not in NAMED)
        return cls(target, tab, sheet, now, then, tuple(steps))

    @property
    def id(self) -> int:
        """The sheetId."""
        return self.tab.sheet_id

    @property
    def title(self) -> str:
        """The tab's title."""
        return self.target.title(self.tab)

    @property
    def top(self) -> int:
        """The header's row."""
        return self.target.top(self.tab)

    @cached_property
    def letters_now(self) -> dict[str, str]:
        """A1 letter -> key, as the columns stand."""
        return {letter(place): key for key, place in self.now.items()}

    @cached_property
    def letters_then(self) -> dict[str, str]:
        """A1 letter -> key, when the steps are done."""
        return {letter(place): key for key, place in self.then.items()}

    def name(self, key: str) -> str:
        """A column as people call it."""
        text = next(head.text for head in self.target.heads(self.tab) if head.key == key)
        return f"{self.title} / {text}"

    def cells(self, key: str, first: int | None = None) -> dict[str, int]:
        """A column's cells below the header, in the end."""
        place = self.then[key]
        return grid(self.id, (self.top + 1 if first is None else first, None), (place, place + 1))

    def header(self, key: str) -> dict[str, int]:
        """A column's header cell, in the end."""
        return grid(self.id, (self.top, self.top + 1), (self.then[key], self.then[key] + 1))

    def runs(self, keys: Sequence[str]) -> list[tuple[int, int]]:
        """Neighbouring columns together, in the end: half open."""
        found: list[tuple[int, int]] = []
        for place in sorted(self.then[key] for key in keys):
            if found and found[-1][1] == place:
                found[-1] = (found[-1][0], place + 1)
            else:
                found.append((place, place + 1))
        return found

    def columns_of(self, place: Mapping[str, Any]) -> list[str] | None:
        """The keys of the columns that a range of this tab touches now, None where it is another tab's.

        Columns that are not ours are told by their letters.
        """
        if place.get("sheetId", 0) != self.id:
            return None
        start = int(place.get("startColumnIndex", 0))
        end = int(place.get("endColumnIndex", self.sheet.columns))
        return [self.letters_now.get(letter(at), letter(at)) for at in range(start, end)]
