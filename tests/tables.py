"""Text tables, so that a test's input and outcome can be read where they are asserted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sheetflow.model.cells import Cell, canonical


def parse(text: str) -> list[list[str]]:
    """The cells of a table written with bars; blank lines are passed over.

    >>> parse('''
    ... ID        | Status
    ... PR-000001 | Draft
    ... ''')
    [['ID', 'Status'], ['PR-000001', 'Draft']]
    """
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]


def records(text: str) -> list[dict[str, str]]:
    """The rows of a table by its header."""
    header, *rows = parse(text)
    return [dict(zip(header, row, strict=True)) for row in rows]


def show(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table as text, columns aligned, without trailing blanks."""
    lines = [list(header), *[[canonical(cell) for cell in row] for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def same(found: str, expected: str) -> bool:
    """Whether two tables are equal, spacing aside."""
    return parse(found) == parse(expected)
