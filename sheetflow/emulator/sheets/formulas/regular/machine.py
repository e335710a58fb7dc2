"""An expression as a program, and a machine that runs it without ever doing the same thing twice.

It tries alternatives in order, as RE2 reports matches; that each instruction is tried once at each place of
the text keeps it linear in the text's length, whatever the expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from sheetflow.emulator.sheets.formulas.regular.reading import (
    Assert,
    Atom,
    Choice,
    Group,
    Node,
    Repeat,
    Sequence,
)

Spans: TypeAlias = "list[tuple[int, int] | None]"
"""Where the match and its groups begin and end; None for a group without part in it."""

_MOST_INSTRUCTIONS = 20_000
_MOST_PLACES = 20_000_000
_ATOM, _ASSERT, _SPLIT, _SAVE, _JUMP, _DONE = range(6)
_Test: TypeAlias = "Callable[[str, int], bool]"
_Step: TypeAlias = "tuple[int, int, int, _Test | None]"


_Saved: TypeAlias = "tuple[int, int, _Saved | None]"


class TooLong(Exception):
    """A search that takes more steps than it may."""


class Program:
    """A compiled expression.

    Args:
        node: its tree.
        groups: how many groups it has.

    Raises:
        ValueError: it is too large.
    """

    def __init__(self, node: Node, groups: int) -> None:
        self._steps: list[_Step] = []
        self._groups = groups
        self._put(_SAVE, 0)
        self._compile(node)
        self._put(_SAVE, 1)
        self._put(_DONE)

    def _put(self, kind: int, one: int = 0, two: int = 0, test: _Test | None = None) -> int:
        if len(self._steps) >= _MOST_INSTRUCTIONS:
            raise ValueError("too large")
        self._steps.append((kind, one, two, test))
        return len(self._steps) - 1

    def _compile(self, node: Node) -> None:
        if isinstance(node, Atom):
            self._put(_ATOM, test=_tester(node.text))
        elif isinstance(node, Assert):
            pattern = re.compile(node.text)
            self._put(_ASSERT, test=lambda text, at: pattern.match(text, at) is not None)
        elif isinstance(node, Sequence):
            for part in node.parts:
                self._compile(part)
        elif isinstance(node, Group):
            self._put(_SAVE, 2 * node.number)
            self._compile(node.part)
            self._put(_SAVE, 2 * node.number + 1)
        elif isinstance(node, Choice):
            self._choose(node.parts)
        else:
            self._repeat(node)

    def _choose(self, parts: tuple[Node, ...]) -> None:
        ends = []
        for part in parts[:-1]:
            split = self._put(_SPLIT)
            self._compile(part)
            ends.append(self._put(_JUMP))
            self._steps[split] = (_SPLIT, split + 1, len(self._steps), None)
        self._compile(parts[-1])
        for end in ends:
            self._steps[end] = (_JUMP, len(self._steps), 0, None)

    def _repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self._compile(node.part)
        if node.most is None:
            split = self._put(_SPLIT)
            self._compile(node.part)
            self._put(_JUMP, split)
            self._steps[split] = self._split(split + 1, len(self._steps), greedy=node.greedy)
            return
        splits = []
        for _ in range(node.most - node.least):
            splits.append(self._put(_SPLIT))
            self._compile(node.part)
        for split in splits:
            self._steps[split] = self._split(split + 1, len(self._steps), greedy=node.greedy)

    @staticmethod
    def _split(inside: int, after: int, *, greedy: bool) -> _Step:
        return (_SPLIT, inside, after, None) if greedy else (_SPLIT, after, inside, None)

    def search(self, text: str, start: int, budget: int) -> tuple[Spans | None, int]:
        """The first match at or after `start`, and the steps that it took.

        Raises:
            TooLong: after `budget` steps.
        """
        width = len(text) + 1 - start
        if len(self._steps) * width > _MOST_PLACES:
            raise TooLong
        seen = bytearray(len(self._steps) * width)
        left = budget
        for begin in range(start, len(text) + 1):
            found, left = self._run(text, begin, seen, width, left)
            if found is not None:
                return found, budget - left
        return None, budget - left

    def _run(self, text: str, begin: int, seen: bytearray, width: int, left: int) -> tuple[Spans | None, int]:
        """A match that begins at `begin`, and the steps that are left."""
        steps, size = self._steps, len(text)
        offset = size + 1 - width
        waiting: list[tuple[int, int, _Saved | None]] = [(0, begin, None)]
        while waiting:
            at, place, saved = waiting.pop()
            while True:
                key = at * width + place - offset
                if seen[key]:
                    break
                seen[key] = 1
                left -= 1
                if left < 0:
                    raise TooLong
                kind, one, two, test = steps[at]
                if kind == _ATOM:
                    if place >= size or not test(text, place):  # type: ignore[misc]
                        break
                    at, place = at + 1, place + 1
                elif kind == _SPLIT:
                    waiting.append((two, place, saved))
                    at = one
                elif kind == _JUMP:
                    at = one
                elif kind == _SAVE:
                    saved, at = (one, place, saved), at + 1
                elif kind == _ASSERT:
                    if not test(text, place):  # type: ignore[misc]
                        break
                    at += 1
                else:
                    return self._spans(saved), left
        return None, left

    def _spans(self, saved: _Saved | None) -> Spans:
        places: dict[int, int] = {}
        while saved is not None:
            number, place, saved = saved
            places.setdefault(number, place)
        return [
            (places[2 * number], places[2 * number + 1]) if 2 * number + 1 in places else None
            for number in range(self._groups + 1)
        ]


def _tester(text: str) -> Callable[[str, int], bool]:
    match = re.compile(text).match
    known: dict[str, bool] = {}

    def test(subject: str, at: int) -> bool:
        letter = subject[at]
        answer = known.get(letter)
        if answer is None:
            answer = known[letter] = match(letter) is not None
        return answer

    return test
