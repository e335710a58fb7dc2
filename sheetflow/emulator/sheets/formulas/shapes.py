"""What can be told of a formula's result from its text alone: whether it may spill, and how wide.

Decided here: an upper bound. It spares the engine to compute every array formula before it can say that a
cell beside it is empty, which would make two columns of formulas that read each other's neighbours a
circle.
"""

from __future__ import annotations

from typing import NamedTuple

from sheetflow.emulator.sheets.formulas.nodes import (
    Binary,
    Braces,
    Call,
    Literal,
    Name,
    Node,
    Part,
    Range,
    Unary,
)
from sheetflow.emulator.sheets.formulas.registry import FUNCTIONS

_OF_FIRST = frozenset({"ARRAYFORMULA", "FILTER", "SORT", "UNIQUE", "SORTN", "ARRAY_CONSTRAIN"})
_CHOICES = frozenset({"IF", "IFS", "IFERROR", "IFNA", "SWITCH", "CHOOSE"})


class Outline(NamedTuple):
    """What is known of a result.

    `spills`: it may. `width`: its columns at most, None for unknown. `open`: there are open-ended ranges.
    `guards`: the columns without whose content a row of the result is blank and says nothing about others;
    () where that is not known.
    """

    spills: bool
    width: int | None
    open: bool
    guards: tuple[Range, ...] = ()


def outline(node: Node) -> Outline:
    """The outline of a formula's result."""
    spills = _spills(node)
    is_open = spills and any(
        isinstance(part, Range) and None in (part.reference.rows()[1], part.reference.cols()[1])
        for part in _all_nodes(node)
    )
    guards = _guards(node) if is_open else ()
    return Outline(spills, _width(node) if spills else 1, is_open, guards)


_OF_A_ROW = frozenset(
    {
        "IF", "IFERROR", "EXACT", "ROUND", "ISTEXT", "HYPERLINK", "ROW", "XMATCH", "XLOOKUP", "SUBSTITUTE",
        "ENCODEURL",
    }
)  # fmt: skip
"""Functions whose value in a row follows from that row and what others hold, never from blank ones."""


def _guards(node: Node) -> tuple[Range, ...]:
    """The open ranges of `ARRAYFORMULA(IF(ROW(..)=n, x, IFERROR(IF(column="", , rest))))`."""
    if not (isinstance(node, Call) and node.name == "ARRAYFORMULA" and len(node.arguments) == 1):
        return ()
    inner = node.arguments[0]
    while _is_if(inner, of=Call):
        inner = inner.arguments[2]  # type: ignore[union-attr]
    if isinstance(inner, Call) and inner.name == "IFERROR" and len(inner.arguments) == 1:
        inner = inner.arguments[0]
    if not _is_if(inner, of=Range):
        return ()
    assert isinstance(inner, Call)  # noqa: S101 - _is_if said so
    blank = inner.arguments[1]
    parts = _all_nodes(node)
    names = {part.name for part in parts if isinstance(part, Call)} - {"ARRAYFORMULA"}
    if not isinstance(blank, Literal) or blank.value is not None or not names <= _OF_A_ROW:
        return ()
    if any(isinstance(part, (Name, Part, Braces)) for part in parts):
        return ()
    return tuple(part for part in parts if isinstance(part, Range))


def _is_if(node: Node, *, of: type[Call] | type[Range]) -> bool:
    """Whether a node is IF(ROW(..)=constant, x, y), or IF(range="", x, y)."""
    if not (isinstance(node, Call) and node.name == "IF" and len(node.arguments) == 3):
        return False
    test = node.arguments[0]
    if not (isinstance(test, Binary) and test.operator == "=" and isinstance(test.right, Literal)):
        return False
    if of is Call:
        return isinstance(test.left, Call) and test.left.name == "ROW"
    return isinstance(test.left, Range) and test.right.value == ""


def _spills(node: Node) -> bool:
    # Outside of an array formula operators and most functions take single values and give one.
    if not isinstance(node, Call):
        return isinstance(node, Braces)
    if node.name in _CHOICES:
        return any(map(_spills, node.arguments))
    called = FUNCTIONS.get(node.name)
    if called is None or not called.maker:
        return False
    return node.name != "INDEX" or not _index_is_cell(node)


def _all_nodes(root: Node) -> list[Node]:
    found: dict[int, Node] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in found:
            continue
        found[id(node)] = node
        waiting.extend(_children(node))
    return list(found.values())


def _children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Binary):
        return node.left, node.right
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Call):
        return node.arguments
    return tuple(part for row in node.rows for part in row) if isinstance(node, Braces) else ()


def _index_is_cell(call: Call) -> bool:
    """Whether INDEX names a row and a column, as in nearly all registries, and so gives one cell."""
    chosen = call.arguments[1:]
    if any(isinstance(node, Literal) and not node.value for node in chosen):
        return False
    if len(chosen) == 2:
        return True
    source = call.arguments[0] if call.arguments else None
    return len(chosen) == 1 and isinstance(source, Range) and _width(source) == 1


def _width(node: Node) -> int | None:
    # Chains of operators are walked, not descended: they can be very long.
    widths: list[int | None] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (Binary, Unary)):
            waiting.extend(_children(part))
        else:
            widths.append(_width_of_operand(part))
    return _widest(widths)


def _widest(widths: list[int | None]) -> int | None:
    known = [width for width in widths if width is not None]
    return max(known, default=1) if len(known) == len(widths) else None


def _width_of_operand(node: Node) -> int | None:
    if isinstance(node, Range):
        first, last = node.reference.cols()
        return None if last is None else last - first + 1
    if isinstance(node, Braces):
        rows = [[_width(part) for part in row] for row in node.rows]
        if any(width is None for row in rows for width in row):
            return None
        return max(sum(width or 0 for width in row) for row in rows)
    if isinstance(node, Call):
        return _width_of_call(node)
    return None if isinstance(node, (Name, Part)) else 1


def _width_of_call(call: Call) -> int | None:
    called = FUNCTIONS.get(call.name)
    if called is None or not call.arguments:
        return 1
    if call.name in _OF_FIRST:
        return _width(call.arguments[0])
    if call.name in _CHOICES or call.name == "XLOOKUP":
        return _widest([_width(argument) for argument in call.arguments])
    if call.name == "ROW":
        return 1
    if call.name == "INDEX":
        return 1 if _index_is_cell(call) else _width(call.arguments[0])
    if called.maker:
        return None
    spread = [argument for place, argument in enumerate(call.arguments) if called.letter(place) != "r"]
    return _widest([_width(argument) for argument in spread])
