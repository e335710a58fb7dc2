"""CSV files that a spreadsheet program opens without harm, and that are read back as they were.

A text that a program would take for a formula gets an apostrophe before it, as people type it; so does one
that begins with an apostrophe, and reading takes exactly one away.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from sheetflow.model.cells import Cell, whole_text

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "'")


def escaped(cell: Cell) -> str:
    """A cell as it stands in the file. Numbers are harmless, whatever their sign.

    >>> escaped("=1+1"), escaped(-5), escaped("'x")
    ("'=1+1", '-5', "''x")
    """
    text = whole_text(cell)
    return "'" + text if isinstance(cell, str) and text.startswith(DANGEROUS) else text


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text


def write_csv(path: Path, rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows, with a mark by which Excel knows the encoding. Raises OSError."""
    with path.open("w", encoding="utf-8-sig", errors="surrogatepass", newline="") as file:
        csv.writer(file).writerows([escaped(cell) for cell in row] for row in rows)


def read_csv(path: Path) -> list[list[str]]:
    """Read what `write_csv` wrote. Raises OSError, and ValueError for what is no CSV."""
    try:
        with path.open(encoding="utf-8-sig", errors="surrogatepass", newline="") as file:
            return [[unescaped(cell) for cell in row] for row in csv.reader(file, strict=True)]
    except csv.Error as error:
        raise ValueError(str(error)) from error
