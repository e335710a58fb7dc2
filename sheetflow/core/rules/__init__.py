"""The rules: one claim a function, each with a kebab-case id made of its name.

A rule's first docstring line is the sentence that users see. `RULES` holds all of them by id; the README's
table, `sheetflow rules`, the notes in cells and the messages are made from it.
"""

from sheetflow.core.rules import approvals, bank, edits, fields, links, moves, payments, rows, safety
from sheetflow.core.rules.case import RULES, EditCase, MoveCase, Objection, Rule

__all__ = [
    "RULES",
    "EditCase",
    "MoveCase",
    "Objection",
    "Rule",
    "approvals",
    "bank",
    "edits",
    "fields",
    "links",
    "moves",
    "payments",
    "rows",
    "safety",
]
