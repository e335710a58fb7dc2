"""The number format that a formula gives to a cell which has none: =TODAY() shows a date.

Decided here: what can be told from the formula's text. A format that comes from the cells that a formula
refers to is the document's to find.
"""

from __future__ import annotations

from functools import lru_cache

from sheetflow.emulator.sheets.formulas.nodes import Binary, Call, Forest, Node, Unary
from sheetflow.emulator.sheets.formulas.parser import parse
from sheetflow.emulator.sheets.formulas.tokens import FormulaSyntaxError

_TYPES = {
    **dict.fromkeys(("DATE", "TODAY", "EDATE", "EOMONTH", "DATEVALUE", "WORKDAY"), "DATE"),
    "NOW": "DATE_TIME",
    **dict.fromkeys(("TIME", "TIMEVALUE"), "TIME"),
}
# Functions whose result is one of their arguments, and which.
_PASSING = {
    "IF": (1, 2),
    "IFERROR": (0, 1),
    "IFNA": (0, 1),
    "ARRAYFORMULA": (0,),
    "MIN": (0, 1),
    "MAX": (0, 1),
}
_DEEPEST = 50


@lru_cache(maxsize=4096)
def _type_of_text(text: str) -> str:
    try:
        return _type_of(parse(text, Forest()), 0)
    except (FormulaSyntaxError, RecursionError):
        return ""


def _type_of(node: Node, depth: int) -> str:
    if depth > _DEEPEST:
        return ""
    if isinstance(node, Unary):
        return "PERCENT" if node.operator == "%" else ""
    if isinstance(node, Binary) and node.operator in "+-":
        left, right = _type_of(node.left, depth + 1), _type_of(node.right, depth + 1)
        # A day and a number of days make a day; the difference of two days is a number.
        return left if not right else right if not left and node.operator == "+" else ""
    if isinstance(node, Call):
        if node.name in _TYPES:
            return _TYPES[node.name]
        chosen = [
            node.arguments[place] for place in _PASSING.get(node.name, ()) if place < len(node.arguments)
        ]
        return next(filter(None, (_type_of(argument, depth + 1) for argument in chosen)), "")
    return ""


def result_format(text: str) -> dict[str, str] | None:
    """Google's NumberFormat for the result of the formula `text`; None for "automatic".

    >>> result_format("=TODAY()+7")
    {'type': 'DATE'}
    """
    kind = _type_of_text(text)
    return {"type": kind} if kind else None
