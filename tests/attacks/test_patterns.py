"""Texts that are made to keep a regular expression busy: each pattern of the product gets through them.

Nothing is timed: a pattern that tries every way to divide a text does not finish, and the test is stopped.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.property.test_parsers import READERS

ROOT = Path(__file__).parents[2]
PARSER = import_module("re._parser")
EXPONENTIAL, POLYNOMIAL = 40, 300
"""Signs of a text: two to the power of forty steps never end, three hundred squared do."""
LONGEST_CELL = 50_000
SEEDS = ("_!", "1 ", "1", "’,", "a@", "a@a.", "- ", ".", " ", "\t", "О.", "1,", "https://", "ндс ", "..")


def patterns() -> Iterator[tuple[str, str]]:
    """Every regular expression that is written out in the code: where, and what."""
    for path in sorted([*(ROOT / "sheetflow").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0].value


def signs(parsed: Any) -> Iterator[str]:
    """Signs that a pattern looks for."""
    kinds = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}
    for operator, value in parsed:
        name = str(operator)
        if name == "LITERAL":
            yield chr(value)
        elif name == "RANGE":
            yield chr(value[0])
        elif name == "CATEGORY":
            yield kinds.get(str(value), "!")
        elif name == "IN":
            yield from signs(value)
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            yield from signs(value[2])
        elif name == "SUBPATTERN":
            yield from signs(value[3])
        elif name == "BRANCH":
            for branch in value[1]:
                yield from signs(branch)


@pytest.mark.timeout(60)
def test_patterns__none_is_kept_busy_for_ever() -> None:
    found = list(patterns())
    assert len(found) > 150
    for _, pattern in found:
        compiled = re.compile(pattern)
        known = list(dict.fromkeys(signs(PARSER.parse(pattern))))[:10] or ["a"]
        pairs = [one + other for one in known for other in known if one != other]
        for length, seeds in ((EXPONENTIAL, [*known, *pairs]), (POLYNOMIAL, known)):
            for seed in seeds:
                text = (seed * length)[:length]
                for ends in (text, text + "\0"):
                    compiled.search(ends)
                    compiled.fullmatch(ends)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.timeout(60)
def test_readers__a_full_cell_of_anything_is_read(name: str) -> None:
    reader = READERS[name]
    for seed in SEEDS:
        text = (seed * LONGEST_CELL)[:LONGEST_CELL]
        for cell in (text, f"{text}!"):
            with contextlib.suppress(*reader.raises):
                reader.read(cell)
