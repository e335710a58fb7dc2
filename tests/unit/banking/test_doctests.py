"""The examples in banking's docstrings hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import sheetflow.banking


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(sheetflow.banking.__path__)])
def test_doctests__hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"sheetflow.banking.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
