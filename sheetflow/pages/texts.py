"""The page's own words: `sheet_templates/<language>/page.toml`. Labels and rules: `core.rulebook.Words`."""

from __future__ import annotations

from pathlib import Path

from sheetflow.core.rulebook import LANGUAGES
from sheetflow.templates import texts
from sheetflow.templates.texts import Texts, fill

__all__ = ["Texts", "fill", "load_texts"]

FILE = "page.toml"
"""Groups: page, results, events, actors, via."""


def load_texts(folder: Path) -> dict[str, Texts]:
    """Read the page's words in every language. Raises ConfigError with every problem."""
    return texts.load_texts(folder, FILE, LANGUAGES)
