"""IF and its kin: functions that choose, and those that are true or false."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import Area, Array, Operand, Plain, each
from sheetflow.emulator.sheets.formulas.registry import function, lazy
from sheetflow.emulator.sheets.formulas.scalars import Fail, equal, failure, truth_of
from sheetflow.emulator.sheets.formulas.values import CellError, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator
    from sheetflow.emulator.sheets.formulas.nodes import Node


def _truths(operand: Plain, where: str) -> Plain:
    """Each element as TRUE or FALSE, or the error that it is."""

    def truth(value: Value) -> Value:
        if value is True or value is False:
            return value
        try:
            return truth_of(value, where)
        except Fail as fail:
            return fail.error

    return each(truth, operand)


def _condition(evaluator: Evaluator, node: Node, where: str, *, array: bool) -> Plain:
    operand = evaluator.value(node, array=array)
    return _truths(evaluator.plain(operand) if array else evaluator.single(operand), where)


def _select(condition: Array, chosen: Plain, other: Plain) -> Plain:
    def pick(truth: Value, one: Value, two: Value) -> Value:
        return one if truth is True else two if truth is False else truth

    return each(pick, condition, chosen, other)


@lazy("IF", 2, 3, maker=True)
def _if(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    truth = _condition(evaluator, nodes[0], "Function IF parameter 1", array=array)
    if not isinstance(truth, Array):
        if isinstance(truth, CellError):
            return truth
        if truth:
            return evaluator.value(nodes[1], array=array)
        return evaluator.value(nodes[2], array=array) if len(nodes) > 2 else False
    seen = {value for column in truth.columns for value in column if type(value) is bool}
    chosen = evaluator.plain(evaluator.value(nodes[1], array=True)) if True in seen else None
    other: Plain = False
    if len(nodes) > 2:
        other = evaluator.plain(evaluator.value(nodes[2], array=True)) if False in seen else None
    return _select(truth, chosen, other)


@lazy("IFS", 2, None, maker=True)
def _ifs(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    if len(nodes) % 2:
        raise Fail("N_A", "Wrong number of arguments to IFS. Expected an even number of arguments.")
    pairs = list(zip(nodes[::2], nodes[1::2], strict=True))
    if not array:
        for place, (test, chosen) in enumerate(pairs):
            truth = _condition(evaluator, test, f"Function IFS parameter {2 * place + 1}", array=False)
            if isinstance(truth, CellError):
                return truth
            if truth:
                return evaluator.value(chosen, array=False)
        return CellError("N_A", "No match.")
    result: Plain = CellError("N_A", "No match.")
    for place, (test, chosen) in reversed(list(enumerate(pairs))):
        truth = _condition(evaluator, test, f"Function IFS parameter {2 * place + 1}", array=True)
        value = evaluator.plain(evaluator.value(chosen, array=True))
        result = _select(truth if isinstance(truth, Array) else Array([[truth]]), value, result)
    return result


def _instead(
    evaluator: Evaluator, nodes: Sequence[Node], kinds: frozenset[str] | None, *, array: bool
) -> Operand:
    """The first argument, with the second one in place of its errors (all of them, or of some kinds)."""

    def is_caught(value: Value) -> bool:
        return isinstance(value, CellError) and (kinds is None or value.kind in kinds)

    operand = evaluator.value(nodes[0], array=array)
    if isinstance(operand, Area) and (array or operand.is_cell):
        operand = evaluator.plain(operand)
    elif isinstance(operand, Area):
        operand = evaluator.single(operand)
    if not isinstance(operand, Array):
        if not is_caught(operand):
            return operand
        return evaluator.value(nodes[1], array=array) if len(nodes) > 1 else None
    if not any(is_caught(value) for column in operand.columns for value in column):
        return operand
    other = evaluator.plain(evaluator.value(nodes[1], array=array)) if len(nodes) > 1 else None
    if not isinstance(other, Array):
        # Most formulas put one value in place of errors.
        return Array(
            [[other if is_caught(value) else value for value in column] for column in operand.columns]
        )
    return each(lambda value, instead: instead if is_caught(value) else value, operand, other)


@lazy("IFERROR", 1, 2, maker=True)
def _iferror(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    return _instead(evaluator, nodes, None, array=array)


@lazy("IFNA", 2, 2, maker=True)
def _ifna(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    return _instead(evaluator, nodes, frozenset({"N_A"}), array=array)


@lazy("SWITCH", 3, None, maker=True)
def _switch(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    def spread(node: Node) -> Plain:
        operand = evaluator.value(node, array=array)
        return evaluator.plain(operand) if array else evaluator.single(operand)

    subject = spread(nodes[0])
    cases = list(zip(nodes[1::2], nodes[2::2], strict=False))
    default = nodes[-1] if len(nodes) % 2 == 0 else None
    if not array:
        if isinstance(subject, CellError):
            return subject
        for wanted, chosen in cases:
            if equal(subject, evaluator.single(evaluator.value(wanted, array=False))) is True:  # type: ignore[arg-type]
                return evaluator.value(chosen, array=False)
        return CellError("N_A", "No match.") if default is None else evaluator.value(default, array=False)
    result: Plain = CellError("N_A", "No match.") if default is None else spread(default)
    for wanted, chosen in reversed(cases):
        truth = each(equal, subject, spread(wanted))
        result = _select(truth if isinstance(truth, Array) else Array([[truth]]), spread(chosen), result)
    return result


@lazy("CHOOSE", 2, None, maker=True)
def _choose(evaluator: Evaluator, nodes: Sequence[Node], array: bool) -> Operand:  # noqa: FBT001
    index = evaluator.single(evaluator.value(nodes[0], array=False))
    if isinstance(index, CellError):
        return index
    if isinstance(index, str) or index is None or not 1 <= int(index) < len(nodes):
        raise Fail(
            "NUM",
            f"Function CHOOSE parameter 1 value is {index}. Valid values are between 1 and {len(nodes) - 1}.",
        )
    return evaluator.value(nodes[int(index)], array=array)


@lazy("ARRAYFORMULA", 1, 1, maker=True)
def _arrayformula(evaluator: Evaluator, nodes: Sequence[Node], _array: bool) -> Operand:  # noqa: FBT001
    return evaluator.plain(evaluator.value(nodes[0], array=True))


def _logical(evaluator: Evaluator, name: str, operands: Sequence[Operand]) -> list[bool]:
    """The truths among all values; empty cells and texts in ranges do not count."""
    found: list[bool] = []
    for place, operand in enumerate(operands):
        where = f"Function {name} parameter {place + 1}"
        if not isinstance(operand, (Area, Array)):
            if operand is not None:
                found.append(truth_of(operand, where))
            continue
        for value in evaluator.table(operand).values():
            if isinstance(value, CellError):
                raise failure(value)
            if value is not None and not isinstance(value, str):
                found.append(bool(value))
    if not found:
        raise Fail("VALUE", f"{name} has no valid input data.")
    return found


@function("AND", "r", more=True)
def _and(evaluator: Evaluator, *operands: Operand) -> Value:
    return all(_logical(evaluator, "AND", operands))


@function("OR", "r", more=True)
def _or(evaluator: Evaluator, *operands: Operand) -> Value:
    return any(_logical(evaluator, "OR", operands))


@function("XOR", "r", more=True)
def _xor(evaluator: Evaluator, *operands: Operand) -> Value:
    return sum(_logical(evaluator, "XOR", operands)) % 2 == 1


@function("NOT", "b")
def _not(_: Evaluator, truth: bool) -> Value:  # noqa: FBT001
    return not truth


@function("TRUE", "")
def _true(_: Evaluator) -> Value:
    return True


@function("FALSE", "")
def _false(_: Evaluator) -> Value:
    return False
