"""The product's own words, as every deployed function has them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sheetflow.core.rulebook import Words
from sheetflow.templates.words import load_words

TEMPLATES = Path(__file__).parents[1] / "sheet_templates"


@cache
def all_words() -> dict[str, Words]:
    """Every language of `sheet_templates/`."""
    return {language: Words(language, **parts) for language, parts in load_words(TEMPLATES).items()}
