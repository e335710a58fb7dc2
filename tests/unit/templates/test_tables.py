"""What a file says is parsed once; whoever asked for it may change what they got."""

from __future__ import annotations

import tomllib

import pytest

from sheetflow.templates import tables


def test_tables__are_the_callers_own() -> None:
    text = 'a = 1\nlist = [{ b = "x" }]\n[group]\nkey = "text"\n'
    first = tables.parsed(text)
    first["group"]["key"] = "another"
    first["list"][0]["b"] = "y"
    del first["a"]
    assert tables.parsed(text) == {"a": 1, "list": [{"b": "x"}], "group": {"key": "text"}}


def test_tables__broken() -> None:
    for _ in range(2):
        with pytest.raises(tomllib.TOMLDecodeError):
            tables.parsed("a = ")
