"""Words on disk: what is missing or broken is told at once, with its file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetflow.errors import ConfigError
from sheetflow.templates.words import load_words


def write(root: Path, **files: str) -> Path:
    """`en_labels="..."` becomes en/labels.toml."""
    for name, text in files.items():
        language, _, stem = name.partition("_")
        (root / language).mkdir(exist_ok=True)
        (root / language / f"{stem}.toml").write_text(text, "utf-8")
    return root


def problems(root: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_words(root)
    return caught.value.problems


def test_load_words__gives_each_language(tmp_path: Path) -> None:
    words = '[columns]\ninn = "ИНН"\n'
    root = write(tmp_path, ru_labels=words, ru_rules='[problems]\nx = "Плохо."\n')
    assert load_words(root) == {
        "ru": {"labels": {"columns": {"inn": "ИНН"}}, "sentences": {"problems": {"x": "Плохо."}}}
    }


def test_load_words__all_problems_at_once(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        en_labels='[columns]\ninn = "INN"\nkpp = " "\n',
        en_rules='[rules.one]\nsays = "No."\ntodo = 5\n',
        ru_labels='[columns]\nkpp = "КПП"\n',
        ru_rules='[rules.one\nsays = "Нет."\n',
    )
    (root / "en" / "mails").mkdir()
    (root / "en" / "mails" / "paid.j2").write_text("", "utf-8")
    found = problems(root)
    assert found[0].startswith("ru/rules.toml: ")
    assert set(found[1:]) == {
        "en/labels.toml: columns.kpp is blank",
        "ru/labels.toml: columns.inn is missing; en has it",
        "en/rules.toml: rules.one.todo is 5, not a text",
        "ru/mails/paid.j2: the file is missing; another language has it",
    }


def test_load_words__a_missing_file(tmp_path: Path) -> None:
    assert problems(write(tmp_path, en_labels='[tabs]\nx = "X"\n')) == ("en/rules.toml: the file is missing",)


def test_load_words__no_language_at_all(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere") == (f"{tmp_path / 'nowhere'}: no language has its words here",)
