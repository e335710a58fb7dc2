"""LET and LAMBDA, and the functions that call a LAMBDA for each element: MAP, BYROW, BYCOL, REDUCE, SCAN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import MOST_CELLS, Array, Operand, Plain
from sheetflow.emulator.sheets.formulas.lambdas import Bound, Given, Lambda
from sheetflow.emulator.sheets.formulas.nodes import Call, Name
from sheetflow.emulator.sheets.formulas.parser import APPLY
from sheetflow.emulator.sheets.formulas.registry import lazy
from sheetflow.emulator.sheets.formulas.scalars import Fail, number_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator
    from sheetflow.emulator.sheets.formulas.nodes import Node


def _name(node: Node, function: str) -> str:
    if not isinstance(node, Name) or "." in node.name:
        raise Fail("NAME", f"Argument of {function} must be a valid name.")
    return node.name.upper()


def _lambda(evaluator: Evaluator, node: Node, function: str) -> Lambda:
    """The function that a node stands for."""
    if isinstance(node, Call) and node.name == "LAMBDA":
        names = [_name(parameter, "LAMBDA") for parameter in node.arguments[:-1]]
        if len(set(names)) < len(names) or not node.arguments:
            raise Fail("ERROR", "The parameters of LAMBDA must have different names.")
        return Lambda(tuple(names), node.arguments[-1], evaluator)
    bound = evaluator.scope.get(node.name.upper()) if isinstance(node, Name) else None
    if isinstance(bound, Lambda):
        return bound
    raise Fail("VALUE", f"The last argument of {function} must be a LAMBDA.")


@lazy("LET", 3, None, maker=True)
def _let(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    if len(nodes) % 2 == 0:
        raise Fail("N_A", "Wrong number of arguments to LET. Expected an odd number of arguments.")
    for place in range(0, len(nodes) - 1, 2):
        name, node = _name(nodes[place], "LET"), nodes[place + 1]
        is_function = isinstance(node, Call) and node.name == "LAMBDA"
        if isinstance(node, Name) and isinstance(evaluator.scope.get(node.name.upper()), Lambda):
            is_function = True
        value: Bound = (
            _lambda(evaluator, node, "LET") if is_function else Given(evaluator.value(node, array=array))
        )
        evaluator = evaluator.within({name: value})
    return evaluator.value(nodes[-1], array=array)


@lazy("LAMBDA", 1, None)
def _bare(_: Evaluator, _nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    raise Fail("N_A", "A LAMBDA must be called with its arguments.")


@lazy(APPLY, 1, None, maker=True)
def _apply(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    called = _lambda(evaluator, nodes[0], "LAMBDA")
    return called.call([evaluator.value(node, array=array) for node in nodes[1:]], array=array)


def _one(evaluator: Evaluator, called: Lambda, *operands: Operand) -> Value:
    """What a LAMBDA gives for an element: one value."""
    try:
        result = called.call(operands)
        if isinstance(result, Array) and (result.rows, result.cols) != (1, 1):
            return CellError("VALUE", "Single value expected. Nested array results are not supported.")
        return evaluator.single(result)
    except Fail as fail:
        return fail.error


def _tables(evaluator: Evaluator, nodes: Sequence[Node]) -> list[Array]:
    return [evaluator.table(evaluator.value(node, array=True)) for node in nodes]


@lazy("MAP", 2, None, maker=True)
def _map(evaluator: Evaluator, nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    called = _lambda(evaluator, nodes[-1], "MAP")
    tables = _tables(evaluator, nodes[:-1])
    if len({(table.rows, table.cols) for table in tables}) > 1:
        raise Fail("VALUE", "The arrays given to MAP must have the same size.")
    columns = [
        [_one(evaluator, called, *values) for values in zip(*columns, strict=True)]
        for columns in zip(*(table.columns for table in tables), strict=True)
    ]
    return Array(columns, tables[0].rows)


@lazy("BYROW", 2, 2, maker=True)
def _byrow(evaluator: Evaluator, nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    called = _lambda(evaluator, nodes[1], "BYROW")
    (table,) = _tables(evaluator, nodes[:1])
    return Array([[_one(evaluator, called, Array([[value] for value in row])) for row in table.as_rows()]])


@lazy("BYCOL", 2, 2, maker=True)
def _bycol(evaluator: Evaluator, nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    called = _lambda(evaluator, nodes[1], "BYCOL")
    (table,) = _tables(evaluator, nodes[:1])
    return Array([[_one(evaluator, called, Array([column]))] for column in table.columns], 1)


def _folded(evaluator: Evaluator, nodes: Sequence[Node], name: str, keep: Callable[[Value], None]) -> Array:
    """Let a LAMBDA gather the values of an array, row by row; `keep` gets each step's result."""
    called = _lambda(evaluator, nodes[2], name)
    gathered = evaluator.single(evaluator.value(nodes[0], array=False))
    (table,) = _tables(evaluator, nodes[1:2])
    for value in table.values():
        gathered = _one(evaluator, called, gathered, value)
        keep(gathered)
    if not table.rows or not table.cols:
        keep(gathered)
    return table


@lazy("REDUCE", 3, 3)
def _reduce(evaluator: Evaluator, nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    steps: list[Value] = []
    _folded(evaluator, nodes, "REDUCE", steps.append)
    return steps[-1]


@lazy("SCAN", 3, 3, maker=True)
def _scan(evaluator: Evaluator, nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    steps: list[Value] = []
    table = _folded(evaluator, nodes, "SCAN", steps.append)
    return Array([steps[col :: table.cols] for col in range(table.cols)], table.rows)


@lazy("MAKEARRAY", 3, 3, maker=True)
def _makearray(evaluator: Evaluator, nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    called = _lambda(evaluator, nodes[2], "MAKEARRAY")
    rows, cols = (_size(evaluator, node) for node in nodes[:2])
    if rows * cols > MOST_CELLS:
        raise Fail("NUM", "Function MAKEARRAY: the result is too large.")
    return Array(
        [[_one(evaluator, called, row + 1, col + 1) for row in range(rows)] for col in range(cols)], rows
    )


def _size(evaluator: Evaluator, node: Node) -> int:
    given: Plain = evaluator.single(evaluator.value(node, array=False))
    if isinstance(given, CellError):
        raise Fail(given.kind, given.message)
    number = int(number_of(given, evaluator.locale_name, "Function MAKEARRAY"))  # type: ignore[arg-type]
    if number < 1:
        raise Fail("NUM", f"Function MAKEARRAY parameter value is {number}. It should be at least 1.")
    return number
