"""Every rule is needed: with it switched off, a test of its name fails."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from types import FunctionType
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from _pytest.outcomes import OutcomeException

import tests.unit.core.rules
from sheetflow.core.rules import RULES

WITHOUT_CODE = {
    "id-is-kept": "core.places puts the number back whatever the rule says",
    "unexplained-change": "core.settling puts the cell back whatever the rule says",
    "submitted-rows-stay": "core.decide brings the row back whatever the rule says",
}
"""Rules whose function only states what a whole pass does by itself, and where it does."""


def named_after(rule: str) -> Iterator[Callable[[], object]]:
    """The tests of a rule's name, parameters filled in; those with fixtures are left out."""
    for module in pkgutil.iter_modules(tests.unit.core.rules.__path__):
        found = importlib.import_module(f"{tests.unit.core.rules.__name__}.{module.name}")
        for name, test in vars(found).items():
            if name.startswith(f"test_{rule.replace('-', '_')}__"):
                yield from calls_of(test)


def calls_of(test: Callable[..., object]) -> Iterator[Callable[[], object]]:
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    choices: list[list[dict[str, Any]]] = []
    for mark in marks:
        names: Sequence[str] = mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0]
        names = [name.strip() for name in names]
        rows = [row.values if isinstance(row, ParameterSet) else row for row in mark.args[1]]
        choices.append([dict(zip(names, row if len(names) > 1 else (row,), strict=True)) for row in rows])
    for chosen in itertools.product(*choices):
        given = {name: value for part in chosen for name, value in part.items()}
        if set(signature(test).parameters) == set(given):
            yield lambda given=given: test(**given)  # type: ignore[misc]


@contextmanager
def switched_off(rule: str) -> Iterator[None]:
    """The rule objects to nothing, by whatever name it is called."""
    function = RULES[rule]
    assert isinstance(function, FunctionType)
    code = function.__code__
    function.__code__ = (lambda case: None).__code__
    try:
        yield
    finally:
        function.__code__ = code


def fails(test: Callable[[], object]) -> bool:
    try:
        test()
    except (Exception, OutcomeException):  # noqa: BLE001 - however it fails
        return True
    return False


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in WITHOUT_CODE])
def test_rule__without_it_a_test_of_its_name_fails(rule: str) -> None:
    mine = list(named_after(rule))
    assert not any(fails(test) for test in mine[:3]), "with it they pass"
    with switched_off(rule):
        assert any(fails(test) for test in mine)
