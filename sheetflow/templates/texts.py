"""One file of words in every language: the page's, the form's, the doctor's, each held against the others.

`templates.words` reads what a pass needs; these are read by whoever shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from sheetflow.errors import ConfigError
from sheetflow.templates.tables import parsed

Texts = Mapping[str, Mapping[str, str]]
"""One language's file: group -> key -> text."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


def load_texts(
    folder: Path, file: str, languages: Iterable[str], *, needed: Iterable[str] = (), free: Iterable[str] = ()
) -> dict[str, Texts]:
    """Read a file in every language that the folder has labels in.

    Args:
        folder: `sheet_templates/`.
        file: its name in each language's folder.
        languages: that must be there; the first is what the others are held against.
        needed: texts that must be there, as "group.key".
        free: groups that a language may say more in than the first.

    Raises:
        ConfigError: all that is missing, not known or broken, each with file and key.
    """
    first, *others = languages
    found: dict[str, Texts] = {}
    problems = []
    for language in sorted({first, *others, *(path.parent.name for path in folder.glob("*/labels.toml"))}):
        try:
            found[language] = parsed((folder / language / file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            problems.append(f"{language}/{file}: {error}")
    model = _flat(found.get(first, {}))
    for language, texts in found.items():
        told = _problems(model, _flat(texts), set(needed), tuple(f"{group}." for group in free))
        problems += [f"{language}/{file}: {problem}" for problem in told]
    if problems:
        raise ConfigError(problems)
    return found


def fill(sentence: str, **facts: str) -> str:
    """Put facts into a sentence; a fact is never read as a sentence itself."""
    return _PLACE.sub(lambda place: facts.get(place[1], place[0]), sentence)


def _problems(
    model: Mapping[str, object], texts: Mapping[str, object], needed: set[str], free: tuple[str, ...]
) -> list[str]:
    found = [f"{name} is missing" for name in (needed | model.keys()) - texts.keys()]
    found += [f"{name} is not known" for name in texts.keys() - model.keys() if not name.startswith(free)]
    found += [
        f"{name} is no text"
        for name, text in texts.items()
        if not isinstance(text, str) or (not text.strip() and not (text == model.get(name) == ""))
    ]
    found += [
        f"{name} names other facts"
        for name in model.keys() & texts.keys()
        if set(_PLACE.findall(str(model[name]))) != set(_PLACE.findall(str(texts[name])))
    ]
    return sorted(found)


def _flat(texts: Mapping[str, object], above: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in texts.items():
        found |= _flat(value, f"{above}{key}.") if isinstance(value, Mapping) else {f"{above}{key}": value}
    return found
