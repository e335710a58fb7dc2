"""Formulas that were read, kept over revisions and spreadsheets: the same texts come back again and again.

Decided here: how many are kept. Threads may share a library: all it does is to add what was not there.
"""

from __future__ import annotations

from typing import NamedTuple

from sheetflow.emulator.sheets.formulas.nodes import Forest, Node
from sheetflow.emulator.sheets.formulas.parser import parse
from sheetflow.emulator.sheets.formulas.shapes import Outline, outline
from sheetflow.emulator.sheets.formulas.tokens import FormulaSyntaxError

_MOST_TEXTS = 100_000


class Parsed(NamedTuple):
    """A formula's tree, None when the text is no formula, and what its result looks like."""

    node: Node | None
    outline: Outline


_UNREADABLE = Parsed(None, Outline(spills=False, width=1, open=False))


class Library:
    """Formulas by their text. Who uses its nodes keeps the library: a node is known by its identity."""

    def __init__(self) -> None:
        self._forest = Forest()
        self._parsed: dict[str, Parsed] = {}

    @property
    def is_full(self) -> bool:
        """Whether it is time for a new one."""
        return self._forest.overgrown or len(self._parsed) > _MOST_TEXTS

    def read(self, text: str) -> Parsed:
        """A formula, parsed once."""
        known = self._parsed.get(text)
        if known is None:
            try:
                node = parse(text, self._forest)
                known = Parsed(node, outline(node))
            except (FormulaSyntaxError, RecursionError):
                known = _UNREADABLE
            self._parsed[text] = known
        return known


class _Shelf:
    """Where the library that is in use stands."""

    def __init__(self) -> None:
        self._library = Library()

    def current(self) -> Library:
        """The library in use; a new one once it is full."""
        if self._library.is_full:
            self._library = Library()
        return self._library


SHELF = _Shelf()
