"""Every defence is needed: with it an attack comes to nothing, without it the same attack gets through."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attacks.defences import DEFENCES
from tests.property.test_mutation import calls_of, fails

ROOT = Path(__file__).parents[2]
ENOUGH = 12
"""Calls of a parametrized attack that are tried."""


def attacks(named: str) -> Iterator[Callable[[], object]]:
    """The calls of an attack; "module:*part" are all tests of a module whose names have the part."""
    module, _, name = named.partition(":")
    found = vars(importlib.import_module(module))
    tests = [name] if not name.startswith("*") else [
        one for one in found if one.startswith("test_") and name[1:] in one
    ]  # fmt: skip
    for one in tests:
        yield from calls_of(found[one])


@pytest.mark.parametrize("name", DEFENCES)
def test_defence__without_it_its_attack_gets_through(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    defence = DEFENCES[name]
    tried = [call for named in defence.attacks for call in attacks(named)]
    assert tried, "an attack that takes no fixture"
    assert not any(fails(call) for call in tried[:ENOUGH]), "with it nothing is let in"
    with monkeypatch.context() as patch:
        defence.off(patch)
        assert any(fails(call) for call in tried)


def test_defences__each_stands_where_it_says_and_in_the_threat_model() -> None:
    told = (ROOT / "SECURITY.md").read_text("utf-8")
    for name, defence in DEFENCES.items():
        assert (ROOT / defence.file).is_file()
        assert f"| `{name}` |" in told, f"{name} is missing in SECURITY.md"
        (line,) = [line for line in told.splitlines() if line.startswith(f"| `{name}` |")]
        assert f"`{defence.file}`" in line
