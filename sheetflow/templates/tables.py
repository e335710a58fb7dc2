"""TOML as plain tables, parsed once a process: what a folder holds is asked for by several parts of one."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

_KEPT = 64


def parsed(text: str) -> dict[str, Any]:
    """The tables of a TOML text, the caller's own to change.

    Raises:
        tomllib.TOMLDecodeError: it is no TOML.
    """
    return {key: _copy(value) for key, value in _parsed(text).items()}


@lru_cache(_KEPT)
def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return value
