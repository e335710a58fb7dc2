"""Everything that a bank's file can be told has its sentence, and no sentence mentions what is not known."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import sheetflow.banking
import sheetflow.core.bank
from sheetflow.banking.matching import Reason
from tests.desk import words

ELSEWHERE = {"payment_qr", "qr_charset", "qr_comparison", "bank_directory"}
"""Modules whose codes are told in other words."""
COMMON = {"line", "value"}
"""Facts that a helper gives; the tests of each format show them."""


def codes() -> dict[str, set[str]]:
    """Every code that the formats can object with, and the facts that it always has."""
    found: dict[str, set[str]] = {}
    files = [
        *Path(sheetflow.banking.__path__[0]).glob("*.py"),
        *Path(sheetflow.core.bank.__path__[0]).glob("*.py"),
    ]
    for file in files:
        if file.stem in ELSEWHERE:
            continue
        source = file.read_text("utf-8")
        for text in re.findall(r'Raises:.*?"""|Codes.*?"""|In `problems`.*?"""', source, re.DOTALL):
            for code in re.findall(r'"([a-z]+[0-9]*(?:-[a-z]+)+)"', text):
                found.setdefault(code, set())
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Invalid":
                keys = {
                    str(key.value)
                    for part in node.args[1:]
                    if isinstance(part, ast.Dict)
                    for key in part.keys
                    if isinstance(key, ast.Constant)
                }
                if isinstance(node.args[0], ast.Constant):
                    found.setdefault(str(node.args[0].value), set()).update(keys)
    return found


@pytest.mark.parametrize("language", ["en", "ru"])
def test_words__every_code_has_a_sentence(language: str) -> None:
    sentences = words()[language].sentences
    known = codes()
    assert set(sentences["bank"]) == {code for code in known if code not in sentences["problems"]}
    assert not set(sentences["bank"]) & set(sentences["problems"])
    strange = {
        code: places - known[code] - COMMON
        for code, text in sentences["bank"].items()
        if known[code] and (places := set(re.findall(r"\{([a-z_]+)\}", text))) - known[code] - COMMON
    }
    assert strange == {}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_words__every_reason_of_a_match_has_a_sentence(language: str) -> None:
    assert set(words()[language].sentences["match"]) == {reason.value for reason in Reason}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_words__a_sentence_is_filled(language: str) -> None:
    told = words()[language].sentence("bank", "bank-file-cut", {"line": "7"})
    assert "7" in told
    assert "{" not in told
