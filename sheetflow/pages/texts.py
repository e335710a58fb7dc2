"""The page's own words: `sheet_templates/<language>/page.toml`. Labels and rules: `core.rulebook.Words`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from sheetflow.core.rulebook import LANGUAGES
from sheetflow.errors import ConfigError

Texts = Mapping[str, Mapping[str, str]]
"""One language: group (page, results, events, actors, via) -> key -> sentence."""

FILE = "page.toml"

_PLACE = re.compile(r"\{([a-z_]+)\}")


def load_texts(folder: Path) -> dict[str, Texts]:
    """Read the page's words in every language that the folder has labels in.

    Raises:
        ConfigError: all that is missing or broken, held against the first of `LANGUAGES`.
    """
    found: dict[str, Texts] = {}
    problems = []
    for language in sorted({*LANGUAGES, *(path.parent.name for path in folder.glob("*/labels.toml"))}):
        try:
            found[language] = tomllib.loads((folder / language / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            problems.append(f"{language}/{FILE}: {error}")
    first = found.get(LANGUAGES[0], {})
    for language, texts in found.items():
        problems += [f"{language}/{FILE}: {name} {problem}" for name, problem in _differences(first, texts)]
    if problems:
        raise ConfigError(problems)
    return found


def fill(sentence: str, **facts: str) -> str:
    """Put facts into a sentence; a fact is never read as a sentence itself."""
    return _PLACE.sub(lambda place: facts.get(place[1], place[0]), sentence)


def _differences(one: Texts, other: Texts) -> list[tuple[str, str]]:
    texts, others = _flat(one), _flat(other)
    found = [(name, "is missing") for name in texts.keys() - others.keys()]
    found += [(name, "is not known") for name in others.keys() - texts.keys()]
    found += [
        (name, "names other facts")
        for name in texts.keys() & others.keys()
        if set(_PLACE.findall(texts[name])) != set(_PLACE.findall(others[name]))
    ]
    return sorted(found)


def _flat(texts: Texts) -> dict[str, str]:
    return {
        f"[{group}] {key}": str(text) for group, entries in texts.items() for key, text in entries.items()
    }
