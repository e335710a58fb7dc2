"""The words of `sheet_templates/`, read from disk and held against each other.

Only TOML is read here, with nothing heavier than the standard library: every function starts with it. What
is missing is found by comparing the languages, so a company's own language is held to the same list.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sheetflow.errors import ConfigError
from sheetflow.templates.tables import parsed

FILES: Mapping[str, str] = {"labels": "labels.toml", "sentences": "rules.toml"}
"""What each language has, by the name of the field of `core.rulebook.Words` that it fills."""

LanguageWords = dict[str, dict[str, dict[str, Any]]]


def load_words(directory: Path) -> dict[str, LanguageWords]:
    """Read every language's words: {"en": {"labels": {...}, "sentences": {...}}, ...}.

    Every folder with a `labels.toml` or a `rules.toml` is a language.

    Raises:
        ConfigError: all problems at once, each with its file: a file that is missing or is no TOML, a key
            that another language has, a text that is blank or no text, a mail that another language has.
    """
    problems: list[str] = []
    languages = sorted(
        folder.name
        for folder in (directory.iterdir() if directory.is_dir() else ())
        if any((folder / file).is_file() for file in FILES.values())
    )
    if not languages:
        raise ConfigError([f"{directory}: no language has its words here"])
    found: dict[str, LanguageWords] = {language: {} for language in languages}
    for language in languages:
        for part, file in FILES.items():
            found[language][part] = _read(directory / language / file, f"{language}/{file}", problems)
    for part, file in FILES.items():
        keys = {language: dict(_texts(found[language][part], "")) for language in languages}
        for language in languages:
            problems += _compare(f"{language}/{file}", keys, language)
    problems += _missing_mails(directory, languages)
    if problems:
        raise ConfigError(problems)
    return found


def _read(path: Path, name: str, problems: list[str]) -> dict[str, Any]:
    try:
        return parsed(path.read_text("utf-8"))
    except FileNotFoundError:
        problems.append(f"{name}: the file is missing")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{name}: {error}")
    return {}


def _texts(value: object, name: str) -> Iterator[tuple[str, object]]:
    """Every key that holds no table, by its dotted name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def _compare(file: str, keys: Mapping[str, Mapping[str, object]], language: str) -> Iterator[str]:
    own = keys[language]
    if not own:
        return  # missing or broken: said already
    for other in sorted(keys):
        for key in keys[other]:
            if key not in own:
                yield f"{file}: {key} is missing; {other} has it"
    for key, text in own.items():
        if not isinstance(text, str):
            yield f"{file}: {key} is {text!r}, not a text"
        elif not text.strip():
            yield f"{file}: {key} is blank"


def _missing_mails(directory: Path, languages: list[str]) -> Iterator[str]:
    mails = {
        language: {path.name for path in (directory / language / "mails").glob("*.j2")}
        for language in languages
    }
    for language, own in mails.items():
        for name in sorted(set().union(*mails.values()) - own):
            yield f"{language}/mails/{name}: the file is missing; another language has it"
