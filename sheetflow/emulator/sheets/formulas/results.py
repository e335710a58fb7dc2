"""The number format that a formula gives to a cell which has none: =TODAY() shows a date, =A1 what A1 shows.

Decided here: which part of a formula says what its result looks like. The formats of the cells that it refers
to are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from sheetflow.emulator.sheets.formulas.nodes import (
    Binary,
    Braces,
    Call,
    Forest,
    Literal,
    Name,
    Node,
    Part,
    Range,
    Unary,
)
from sheetflow.emulator.sheets.formulas.parser import parse
from sheetflow.emulator.sheets.formulas.query.language import Aggregate, Column, QueryError, Term
from sheetflow.emulator.sheets.formulas.query.reading import parse as parse_query
from sheetflow.emulator.sheets.formulas.references import Reference
from sheetflow.emulator.sheets.formulas.structured import Structured
from sheetflow.emulator.sheets.formulas.tokens import FormulaSyntaxError

NumberFormat: TypeAlias = dict[str, str]
Place: TypeAlias = int | str
Look: TypeAlias = Callable[["Reference | Structured", Place], "NumberFormat | None"]
"""The format of a reference's column, by its place within the reference or by the sheet's letters."""

_TYPES = {
    **dict.fromkeys(("DATE", "TODAY", "EDATE", "EOMONTH", "DATEVALUE", "WORKDAY"), "DATE"),
    "NOW": "DATE_TIME",
    **dict.fromkeys(("TIME", "TIMEVALUE"), "TIME"),
}
# Functions whose result looks like one of their arguments, and which.
_PASSING = {
    "IF": (1, 2),
    "IFERROR": (0, 1),
    "IFNA": (0, 1),
    "IFS": (1, 3),
    **dict.fromkeys(
        ("ARRAYFORMULA", "SUM", "AVERAGE", "MEDIAN", "ROUND", "ROUNDUP", "ROUNDDOWN", "ABS"), (0,)
    ),
    **dict.fromkeys(("FILTER", "SORT", "UNIQUE", "ARRAY_CONSTRAIN", "INDEX"), (0,)),
    **dict.fromkeys(("MIN", "MAX"), (0, 1)),
    **dict.fromkeys(("SUMIFS", "AVERAGEIFS", "MAXIFS", "MINIFS"), (0,)),
    "SUMIF": (2, 0),
}
_BY_COLUMN = frozenset({"FILTER", "SORT", "UNIQUE", "ARRAY_CONSTRAIN", "ARRAYFORMULA", "IFERROR", "IFNA"})
_MOMENTS = frozenset({"DATE", "DATE_TIME", "TIME"})
_DEEPEST = 50


def format_of(node: Node, look: Look, column: Place = 0, depth: int = 0) -> NumberFormat | None:
    """Google's NumberFormat for what a formula gives; None for "automatic".

    Args:
        node: the formula, or a part of it.
        look: tells the formats of cells.
        column: which column of an array is meant; by letters where the array is a reference.
        depth: how far down the tree it is.
    """
    if depth > _DEEPEST:
        return None
    if isinstance(node, (Range, Part)):
        return look(node.reference, column)
    if isinstance(node, Name):
        return look(Structured(node.name), column)
    if isinstance(column, str):
        return None
    if isinstance(node, Unary):
        return (
            {"type": "PERCENT"} if node.operator == "%" else format_of(node.operand, look, column, depth + 1)
        )
    if isinstance(node, Binary):
        return _of_operation(node, look, column, depth)
    if isinstance(node, Braces):
        part, place = _part_at(node.rows[0], column)
        return format_of(part, look, place, depth + 1)
    return _of_call(node, look, column, depth) if isinstance(node, Call) else None


def _part_at(row: tuple[Node, ...], column: int) -> tuple[Node, int]:
    """The part of an array literal's row that a column is in, and which of the part's columns it is."""
    for part in row[:-1]:
        first, last = part.reference.cols() if isinstance(part, Range) else (0, 0)
        width = 1 if last is None else last - first + 1
        if column < width:
            return part, column
        column -= width
    return row[-1], column


def _of_call(node: Call, look: Look, column: int, depth: int) -> NumberFormat | None:
    if node.name == "QUERY":
        return _of_query(node, look, column, depth)
    if node.name in _TYPES:
        return {"type": _TYPES[node.name]}
    inner = column if node.name in _BY_COLUMN else 0
    for place in _PASSING.get(node.name, ()):
        if place < len(node.arguments):
            found = format_of(node.arguments[place], look, inner, depth + 1)
            if found:
                return found
    return None


def _of_operation(node: Binary, look: Look, column: int, depth: int) -> NumberFormat | None:
    if node.operator not in "+-*/":
        return None
    left = format_of(node.left, look, column, depth + 1)
    right = format_of(node.right, look, column, depth + 1)
    moments = [one for one in (left, right) if one and one.get("type") in _MOMENTS]
    if node.operator in "*/":
        money = left if left and left.get("type") == "CURRENCY" else None
        if node.operator == "*" and right and right.get("type") == "CURRENCY":
            money = money or right
        return None if right and node.operator == "/" else money
    if len(moments) == 2:
        # A day and a number of days make a day; the difference of two days is a number.
        return None if node.operator == "-" else left
    if moments:
        return moments[0] if node.operator == "+" or moments[0] is left else None
    return left or right


def _of_query(node: Call, look: Look, column: int, depth: int) -> NumberFormat | None:
    """The format of a column of a QUERY: what its format clause says, else that of the data's column."""
    text = node.arguments[1] if len(node.arguments) > 1 else None
    data = node.arguments[0] if node.arguments else None
    if text is not None and not (isinstance(text, Literal) and isinstance(text.value, str | None)):
        return None
    try:
        asked = parse_query(str(text.value or "") if isinstance(text, Literal) else "")
    except QueryError:
        return None
    term = asked.term_at(column)
    if term is not None and term in asked.formats:
        pattern = asked.formats[term]
        bare = re.sub(r'"[^"]*"|\\.', "", pattern.lower())
        moment = not re.search("[0#?]", bare) and re.search("[ymdhs]", bare)
        return {"type": "DATE_TIME" if moment else "NUMBER", "pattern": pattern}
    if isinstance(term, Aggregate):
        term = None if term.function == "count" else term.column
    place = column if asked.select is None else _place_of(term)
    if (
        place is None
        or data is None
        or (isinstance(place, str) and not isinstance(data, Range | Part | Name))
    ):
        return None
    return format_of(data, look, place, depth + 1)


def _place_of(term: Term | None) -> Place | None:
    """Which column of the data a term is; None for what is computed."""
    if not isinstance(term, Column):
        return None
    number = term.name[3:]
    return int(number) - 1 if term.name.startswith("Col") and number.isdigit() else term.name


@lru_cache(maxsize=4096)
def _format_of_text(text: str) -> tuple[tuple[str, str], ...]:
    try:
        found = format_of(parse(text, Forest()), lambda *_: None)
    except (FormulaSyntaxError, RecursionError):
        return ()
    return tuple((found or {}).items())


def result_format(text: str) -> NumberFormat | None:
    """What can be told from the text of a formula alone.

    >>> result_format("=TODAY()+7")
    {'type': 'DATE'}
    """
    return dict(_format_of_text(text)) or None
