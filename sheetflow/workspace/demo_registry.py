"""The Registry tab as the demo's people see and use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import gspread
from gspread.utils import rowcol_to_a1

from sheetflow.errors import NotFound
from sheetflow.workspace.doors import Doors, told


class Registry:
    """The Registry tab as people see it: columns found by their headers, rows by their ids.

    Args:
        doors: the workspace.
        title: of the tab.
        headers: header text, lower case -> column key.
        reader: whose eyes look.
    """

    def __init__(self, doors: Doors, title: str, headers: Mapping[str, str], reader: str) -> None:
        self.doors, self.title, self.reader = doors, title, reader
        shown = self._sheet().row_values(1)
        self.places = {
            key: at for at, text in enumerate(shown) if (key := headers.get(text.strip().lower())) is not None
        }

    def rows(self) -> list[dict[str, str]]:
        """Every row below the header, as shown: column key -> text."""
        values = told(lambda: self._sheet().get_all_values())[1:]
        return [{key: row[at] if at < len(row) else "" for key, at in self.places.items()} for row in values]

    def find(self, request: str) -> tuple[int, dict[str, str]]:
        """Where a request stands now (1-based row) and what is shown there. Raises NotFound."""
        for at, row in enumerate(self.rows(), start=2):
            if row["id"] == request:
                return at, row
        raise NotFound("Registry", f"no row has the number {request}")

    def free_row(self) -> int:
        """The first row below all requests."""
        filled = [at for at, row in enumerate(self.rows(), start=2) if any(row.values())]
        return max(filled, default=1) + 1

    def cell(self, row: int, key: str) -> str:
        """A cell in A1 notation with its tab."""
        return f"'{self.title}'!{self.name(row, key)}"

    def name(self, row: int, key: str) -> str:
        """A cell in A1 notation."""
        return str(rowcol_to_a1(row, self.places[key] + 1))

    def note(self, row: int, key: str) -> str:
        """The note at a cell, "" for none."""
        return str(told(lambda: self._sheet().get_note(self.name(row, key))) or "")

    def notes(self, row: int, keys: Sequence[str]) -> dict[str, str]:
        """The notes at some cells of a row, "" for none."""
        found = told(lambda: self._sheet().get_notes(grid_range=f"{row}:{row}"))
        texts = found[0] if found else []
        return {
            key: texts[at] if (at := self.places[key]) < len(texts) else "" for key in keys
        }  # fmt: skip

    def write(self, person: str, row: int, key: str, value: str) -> None:
        """Write a cell over the API, by plain gspread: no trigger hears of it."""
        tab = self.doors.tab(person, self.title)
        told(lambda: tab.update_acell(self.name(row, key), value))

    def blocks(self, cells: Mapping[str, object]) -> list[tuple[str, list[object]]]:
        """Cells as runs of neighbouring columns: (key of the first, values), to be pasted one by one."""
        found: list[tuple[str, list[object]]] = []
        last = -2
        for at, key in sorted((self.places[key], key) for key in cells):
            if at != last + 1:
                found.append((key, []))
            found[-1][1].append(cells[key])
            last = at
        return found

    def _sheet(self) -> gspread.Worksheet:
        return self.doors.tab(self.reader, self.title)
