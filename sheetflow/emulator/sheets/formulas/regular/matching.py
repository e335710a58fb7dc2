"""Searching with an expression: by Python's own engine where that is sure to be quick, else by the machine.

Decided here: what "sure to be quick" means. Python's engine tries again what failed; how often it may do so
follows from the expression's repetitions and the text's length, and is bounded by a number of steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from sheetflow.emulator.sheets.formulas.regular.machine import Program, Spans, TooLong
from sheetflow.emulator.sheets.formulas.regular.reading import (
    Assert,
    Atom,
    Choice,
    Group,
    Node,
    Reader,
    Repeat,
    Sequence,
)

__all__ = ["Expression", "TooLong", "expanded", "expression", "replaced"]

QUICK = 2_000_000
"""Steps that Python's engine may take at worst."""
BUDGET = 1_000_000
"""Steps that the machine may take for one search."""
_LONGEST = 2_000


class Expression:
    """An expression that was read.

    Attributes:
        text: as it was written.
        groups: how many groups it has.
        spent: steps that the machine has taken so far, over all searches.
    """

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        reader = Reader(text)
        self._node = reader.read()
        self.text = text
        self.groups = reader.groups
        self.spent = 0
        self._degree, self._factor = _risk(self._node)
        self._quick = re.compile(_spelled(self._node)) if self._degree is not None else None
        self._program: Program | None = None

    def search(self, text: str, start: int = 0, budget: int = BUDGET) -> Spans | None:
        """The first match: its span and its groups'.

        Raises:
            TooLong: it takes too many steps.
        """
        if self._quick is not None and self._is_quick(text):
            found = self._quick.search(text, start)
            return None if found is None else [_span(found, n) for n in range(self.groups + 1)]
        if self._program is None:
            self._program = Program(self._node, self.groups)
        spans, steps = self._program.search(text, start, budget)
        self.spent += steps
        return spans

    def _is_quick(self, text: str) -> bool:
        """Whether Python's engine needs few steps at worst."""
        return self._degree is not None and self._factor * (len(text) + 1) ** self._degree <= QUICK

    def all(self, text: str) -> list[Spans]:
        """All matches, from left to right, none in another."""
        found = []
        start, before = 0, self.spent
        while start <= len(text):
            spans = self.search(text, start, BUDGET - (self.spent - before))
            if spans is None or spans[0] is None:
                break
            found.append(spans)
            begin, end = spans[0]
            start = end if end > begin else end + 1
        return found


def _span(found: re.Match[str], number: int) -> tuple[int, int] | None:
    begin, end = found.span(number)
    return None if begin < 0 else (begin, end)


@lru_cache(maxsize=512)
def expression(text: str) -> Expression:
    """An expression, read once.

    Raises:
        ValueError: RE2 has no such expression, or it is too long.
    """
    try:
        return Expression(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(text) from error


def replaced(wanted: Expression, text: str, new: Callable[[Spans], str]) -> str:
    """The text with each match replaced."""
    pieces, last = [], 0
    for spans in wanted.all(text):
        begin, end = spans[0] or (0, 0)
        pieces += [text[last:begin], new(spans)]
        last = end
    return "".join([*pieces, text[last:]])


def expanded(template: str, text: str, spans: Spans) -> str:
    r"""A replacement in which `$1` stands for the first group; `\x` is x."""

    def group(reference: re.Match[str]) -> str:
        if reference[2] is not None:
            return reference[2]
        number = int(reference[1])
        span = spans[number] if number < len(spans) else None
        return "" if span is None else text[slice(*span)]

    return re.sub(r"\$(\d)|\\(.)", group, template, flags=re.DOTALL)


def _spelled(node: Node) -> str:
    """The expression for Python's engine."""
    if isinstance(node, Atom | Assert):
        return node.text
    if isinstance(node, Sequence):
        return "".join(map(_spelled, node.parts))
    if isinstance(node, Choice):
        return f"(?:{'|'.join(map(_spelled, node.parts))})"
    if isinstance(node, Group):
        return f"({_spelled(node.part)})"
    most = "" if node.most is None else node.most
    return f"(?:{_spelled(node.part)}){{{node.least},{most}}}" + ("" if node.greedy else "?")


def _risk(node: Node) -> tuple[int | None, int]:
    """How the steps grow: (degree in the text's length, factor); the degree is None for no bound."""
    counts = _counted(node, inside=False)
    if counts is None:
        return None, 1
    loops, choices = counts
    return loops + 1, choices


def _counted(node: Node, *, inside: bool) -> tuple[int, int] | None:
    """Open repetitions, and the product of alternatives; None for a choice or repetition inside another."""
    if isinstance(node, Atom | Assert):
        return 0, 1
    if isinstance(node, Group):
        return _counted(node.part, inside=inside)
    if isinstance(node, Repeat):
        if node.least == node.most and node.least <= 1:
            return _counted(node.part, inside=inside)
        inner = _counted(node.part, inside=True)
        if inner is None or inside:
            return None
        if node.most is not None and node.most - node.least <= 1:
            return inner[0], min(inner[1] * 2, QUICK * 2)
        return inner[0] + 1, inner[1]
    parts = [_counted(part, inside=inside) for part in node.parts]
    if any(part is None for part in parts) or (isinstance(node, Choice) and inside):
        return None
    loops = sum(part[0] for part in parts if part)
    choices = len(parts) if isinstance(node, Choice) else 1
    for part in parts:
        choices = min(choices * (part[1] if part else 1), QUICK * 2)
    return loops, choices
