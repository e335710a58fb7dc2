"""Habits of the repository that rot unless a test holds them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from sheetflow.core.rulebook import LANGUAGES
from sheetflow.core.rules import RULES
from sheetflow.core.rules.case import rule_id
from tests.desk import words

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 350
LOCKS = {"requirements.lock", "functions/requirements.txt"}

FORBIDDEN = {
    # Empty groups, so that this file does not name what it forbids.
    "an address of a package index": re.compile(
        r"py(?:)pi\.org|files\.python(?:)hosted|registry\.npm(?:)js|/simple/?['\"\s]"
    ),
    "a path of the machine it was written on": re.compile(r"(?<![\w.~-])/wo(?:)rk/|/ro(?:)ot/|/home/\w+/"),
}  # fmt: skip


def tracked(*suffixes: str) -> list[Path]:
    """Every text file of the repository, or those that end so. Works in an unpacked archive too."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [
            p
            for top in ("sheetflow", "functions", "sheet_templates", "tests")
            for p in (ROOT / top).rglob("*")
        ]
    return [p for p in paths if p.is_file() and (not suffixes or p.suffix in suffixes)]


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # no text


@pytest.fixture(scope="module")
def test_names() -> list[str]:
    """The name of every test function."""
    source = "\n".join(read(path) for path in tracked(".py") if path.is_relative_to(ROOT / "tests"))
    return re.findall(r"^\s*(?:async )?def (test_\w+)", source, re.MULTILINE)


# --- every rule is enforced, told and tested under one name


@pytest.mark.parametrize("rule", RULES)
def test_rule__is_named_as_its_function(rule: str) -> None:
    assert rule_id(RULES[rule]) == rule
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_rule__has_a_sentence_in_every_language(rule: str, language: str) -> None:
    entry = words()[language].sentences["rules"][rule]
    assert set(entry) == {"says", "todo"}
    assert all(str(text).strip() for text in entry.values())


@pytest.mark.parametrize("rule", RULES)
def test_rule__says_what_its_docstring_says(rule: str) -> None:
    doc = RULES[rule].__doc__ or ""
    assert doc.splitlines()[0] == words()["en"].sentences["rules"][rule]["says"]
    assert "Allowed:" in doc
    assert "Refused:" in doc


@pytest.mark.parametrize("language", LANGUAGES)
def test_rule__no_sentence_is_left_of_a_rule_that_is_gone(language: str) -> None:
    assert words()[language].sentences["rules"].keys() == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_rule__has_tests_of_its_name(rule: str, test_names: list[str]) -> None:
    mine = [name for name in test_names if name.startswith(f"test_{rule.replace('-', '_')}__")]
    assert len(mine) >= 2, "one that is allowed, one that is refused"


@pytest.mark.parametrize("rule", RULES)
def test_rule__stands_in_the_readmes_table(rule: str) -> None:
    _, marker, rest = read(ROOT / "README.md").partition("<!-- rules -->")
    if not marker:
        pytest.skip("the README has no table of rules")
    assert f"`{rule}`" in rest


# --- the tree


def test_files__are_short_enough_to_be_read() -> None:
    counts = {
        str(path.relative_to(ROOT)): read(path).count("\n")
        for path in tracked(".py", ".js")
        if path.relative_to(ROOT).parts[0] in ("sheetflow", "functions")
    }
    assert {name: lines for name, lines in counts.items() if lines > LONGEST_FILE} == {}


def test_pictures__are_those_of_the_readme_and_small() -> None:
    shown = set(re.findall(r'src="(docs/[^"]+)" alt="[^"]{10,}"', read(ROOT / "README.md")))
    kept = {str(path.relative_to(ROOT)): path.stat().st_size for path in (ROOT / "docs").rglob("*.png")}
    assert shown == kept.keys()
    assert sum(kept.values()) < 1_500_000


@pytest.mark.parametrize("what", FORBIDDEN)
def test_files__hold_nothing_of_where_they_were_written(what: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked()
        if path != Path(__file__)
        for number, line in enumerate(read(path).splitlines(), 1)
        if FORBIDDEN[what].search(line)
    }
    assert found == set()


def test_files__locks_name_no_index() -> None:
    for name in LOCKS:
        text = read(ROOT / name)
        assert "--index-url" not in text
        assert "--hash=sha256:" in text


def test_forbidden__is_told_apart_from_what_only_looks_like_it() -> None:
    index, machine = FORBIDDEN.values()
    assert index.search("https://py" + "pi.org/project/x")
    assert machine.search('Path("/wo' + 'rk/main")')
    assert not machine.search("https://host.example/wo" + "rk/1")
    assert not index.search("a simple text")
