"""The examples in the model's docstrings hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import sheetflow.model


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(sheetflow.model.__path__)])
def test_doctests__hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"sheetflow.model.{name}"))
    assert result.failed == 0
