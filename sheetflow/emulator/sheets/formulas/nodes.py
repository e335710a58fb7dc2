"""The syntax tree of a formula.

Equal parts of formulas are one and the same object (`Forest` sees to it), so that what many formulas have in
common, a lookup of the same keys in the same table, is computed once a revision. Nodes are compared by
identity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.references import Reference
    from sheetflow.emulator.sheets.formulas.structured import Structured
    from sheetflow.emulator.sheets.formulas.values import Value

_MOST_NODES = 200_000


@dataclass(eq=False, slots=True)
class Literal:
    """A constant: a number, a text, a boolean, an error; None for an argument that is left out."""

    value: Value
    movable: bool = True


@dataclass(eq=False, slots=True)
class Range:
    """A reference to cells."""

    reference: Reference
    movable: bool = True


@dataclass(eq=False, slots=True)
class Part:
    """A reference to a part of a table."""

    reference: Structured
    movable: bool = True


@dataclass(eq=False, slots=True)
class Name:
    """A named range, a table's data, or a word that means nothing."""

    name: str
    movable: bool = True


@dataclass(eq=False, slots=True)
class Unary:
    """A sign before, or % after, an operand; `operator` is "-", "+" or "%"."""

    operator: str
    operand: Node
    movable: bool = True


@dataclass(eq=False, slots=True)
class Binary:
    """Two operands and what stands between them."""

    operator: str
    left: Node
    right: Node
    movable: bool = True


@dataclass(eq=False, slots=True)
class Call:
    """A function by its upper-case name, and its arguments."""

    name: str
    arguments: tuple[Node, ...]
    movable: bool = True


@dataclass(eq=False, slots=True)
class Braces:
    """An array literal: rows of operands."""

    rows: tuple[tuple[Node, ...], ...]
    movable: bool = True


Node: TypeAlias = Literal | Range | Part | Name | Unary | Binary | Call | Braces
_N = TypeVar("_N", Literal, Range, Part, Name, Unary, Binary, Call, Braces)


@dataclass(slots=True)
class Forest:
    """Makes nodes, and never the same one twice.

    A node is `movable` when its value does not depend on the cell that the formula stands in.
    """

    known: dict[tuple[Any, ...], Node] = field(default_factory=dict)

    @property
    def overgrown(self) -> bool:
        """Whether it is time to begin a new forest."""
        return len(self.known) > _MOST_NODES

    def literal(self, value: Value) -> Node:
        """A constant."""
        return self._one(("literal", type(value), value), Literal(value))

    def range(self, reference: Reference) -> Node:
        """A reference."""
        return self._one(("range", reference), Range(reference))

    def part(self, reference: Structured) -> Node:
        """A part of a table."""
        return self._one(("part", reference), Part(reference))

    def name(self, name: str) -> Node:
        """A named range, or a table."""
        return self._one(("name", name.upper()), Name(name))

    def unary(self, operator: str, operand: Node) -> Node:
        """A sign or a percent."""
        return self._one(("unary", operator, id(operand)), Unary(operator, operand, operand.movable))

    def binary(self, operator: str, left: Node, right: Node) -> Node:
        """An operation on two operands."""
        node = Binary(operator, left, right, left.movable and right.movable)
        return self._one(("binary", operator, id(left), id(right)), node)

    def call(self, name: str, arguments: tuple[Node, ...]) -> Node:
        """A function's call."""
        placed = name in ("ROW", "COLUMN") and not arguments
        movable = not placed and all(argument.movable for argument in arguments)
        return self._one(("call", name, *map(id, arguments)), Call(name, arguments, movable))

    def braces(self, rows: tuple[tuple[Node, ...], ...]) -> Node:
        """An array literal."""
        movable = all(node.movable for row in rows for node in row)
        return self._one(("braces", *(tuple(map(id, row)) for row in rows)), Braces(rows, movable))

    def _one(self, key: tuple[Any, ...], node: _N) -> Node:
        return self.known.setdefault(key, node)
