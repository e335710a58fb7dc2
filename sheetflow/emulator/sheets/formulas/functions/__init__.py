"""The functions that formulas can call, a module for each family; importing one registers its functions."""

from __future__ import annotations

from importlib import import_module

_FAMILIES = (
    "aggregates",
    "blocks",
    "criteria",
    "dates",
    "information",
    "lambdas",
    "logic",
    "lookup",
    "maths",
    "positions",
    "queries",
    "regexes",
    "texts",
)


def load_functions() -> None:
    """Makes every function known to the registry."""
    for family in _FAMILIES:
        import_module(f"{__name__}.{family}")
