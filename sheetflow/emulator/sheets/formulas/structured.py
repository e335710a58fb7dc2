"""References to a table and its parts: `Sales[Amount]`, `Sales[[#ALL],[First]:[Last]]`, `Sales[#TOTALS]`.

Decided here: the syntax, and which rows and columns of a table it means. Which table has that name is for
the evaluator. A blank in a table's name is an underscore in formulas; in a column's name `[`, `]`, `#` and
`'` are written behind a `'`. Source: Google's help on table references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetflow.emulator.sheets.formulas.values import GridArea, TableShape

_INNER = r"(?:[^\[\]']|'.)*"
STRUCTURED = re.compile(rf"[^\W\d][\w.]*\[(?:{_INNER}|[ ]*\[{_INNER}\](?:[ ]*[,:;][ ]*\[{_INNER}\])*[ ]*)\]")
_PART = re.compile(rf"([,:;]?)[ ]*\[({_INNER})\][ ]*")
_ESCAPED = re.compile(r"'(.)", re.DOTALL)
_SPECIAL = re.compile(r"([\[\]#'])")
_SECTIONS = ("#HEADERS", "#DATA", "#TOTALS")
_PAIRS = (frozenset({"#HEADERS", "#DATA"}), frozenset({"#DATA", "#TOTALS"}))


@dataclass(frozen=True, slots=True)
class Structured:
    """A reference to a part of a table.

    Attributes:
        table: the table's name as it is written.
        sections: of "#ALL", "#HEADERS", "#DATA", "#TOTALS", as they were written; none means the data.
        first: the name of a column, None for all columns.
        last: the last column's name where several are named.
        nested: whether each part has brackets of its own.
    """

    table: str
    sections: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    nested: bool = False

    @classmethod
    def read(cls, text: str) -> Structured:
        """The reference that `text`, which matches STRUCTURED, spells.

        Raises:
            ValueError: what stands in the brackets names no part of a table.
        """
        table, _, rest = text.partition("[")
        body = rest[:-1].strip(" ")
        if not body.startswith("["):
            if body.startswith("#"):
                return cls(table, (_section(body),))
            return cls(table, first=_plain(body)) if body else cls(table)
        sections: list[str] = []
        columns: list[str] = []
        for mark, inner in _PART.findall(body):
            if inner.strip(" ").startswith("#"):
                if columns or mark == ":":
                    raise ValueError(text)
                sections.append(_section(inner.strip(" ")))
            else:
                if (mark == ":") != bool(columns):
                    raise ValueError(text)
                columns.append(_plain(inner.strip(" ")))
        if len(columns) > 2 or (len(sections) > 1 and frozenset(map(str.upper, sections)) not in _PAIRS):
            raise ValueError(text)
        first, last = (*columns, None, None)[:2]
        return cls(table, tuple(sections), first, last, nested=True)

    def __str__(self) -> str:
        if not self.nested:
            inside = self.sections[0] if self.sections else _escaped(self.first or "")
            return f"{self.table}[{inside}]"
        columns = ":".join(f"[{_escaped(name)}]" for name in (self.first, self.last) if name is not None)
        parts = [*(f"[{section}]" for section in self.sections), *([columns] if columns else [])]
        return f"{self.table}[{','.join(parts)}]"

    def renamed(self, table: str, columns: Mapping[str, str]) -> Structured:
        """The reference after the table and some of its columns (by folded name) were renamed."""
        first, last = (
            None if name is None else columns.get(name.casefold(), name) for name in (self.first, self.last)
        )
        return replace(self, table=table, first=first, last=last)

    def means(self, name: str) -> bool:
        """Whether a table of this name is meant."""
        return self.table.casefold() == written(name).casefold()

    def area(self, table: TableShape) -> GridArea | None:
        """The cells that are meant; None where the table has no such column, or no such rows."""
        top, bottom = table.area.row0 or 0, table.area.row1 or 0
        data = (top + 1, bottom - 1 if table.footer else bottom)
        spans = {"#HEADERS": (top, top + 1), "#DATA": data, "#ALL": (top, bottom)}
        if table.footer:
            spans["#TOTALS"] = (bottom - 1, bottom)
        chosen = [spans.get(section.upper()) for section in self.sections or ("#DATA",)]
        rows = [span for span in chosen if span is not None]
        if len(rows) < len(chosen):
            return None
        start, end = table.area.col0 or 0, table.area.col1 or 0
        if self.first is not None:
            names = [name.casefold() for name in table.columns]
            wanted = [self.first.casefold(), (self.last if self.last is not None else self.first).casefold()]
            if any(name not in names for name in wanted):
                return None
            low, high = sorted(map(names.index, wanted))
            start, end = start + low, start + high + 1
        low_row, high_row = min(row for row, _ in rows), max(row for _, row in rows)
        if low_row >= high_row:
            return None
        return table.area._replace(row0=low_row, row1=high_row, col0=start, col1=end)


def written(name: str) -> str:
    """A table's name as formulas write it."""
    return re.sub(r"\s", "_", name)


def _section(text: str) -> str:
    if text.upper() not in (*_SECTIONS, "#ALL"):
        raise ValueError(text)
    return text


def _plain(name: str) -> str:
    return _ESCAPED.sub(r"\1", name)


def _escaped(name: str) -> str:
    return _SPECIAL.sub(r"'\1", name)
