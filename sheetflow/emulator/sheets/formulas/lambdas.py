"""Functions that a formula makes: LAMBDA, and what its names and those of LET stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sheetflow.emulator.sheets.formulas.scalars import Fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetflow.emulator.sheets.formulas.arrays import Operand
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator
    from sheetflow.emulator.sheets.formulas.nodes import Node


class Given(NamedTuple):
    """What a name stands for."""

    operand: Operand


class Lambda(NamedTuple):
    """A function made by LAMBDA: its parameters, what it computes, and where it was made."""

    names: tuple[str, ...]
    body: Node
    home: Evaluator

    def call(self, operands: Sequence[Operand], *, array: bool = False) -> Operand:
        """Its value for some arguments."""
        if len(operands) != len(self.names):
            wanted = f"Expected {len(self.names)} arguments, but got {len(operands)} arguments."
            raise Fail("N_A", f"Wrong number of arguments to LAMBDA. {wanted}")
        given = {name: Given(operand) for name, operand in zip(self.names, operands, strict=True)}
        return self.home.within(given).value(self.body, array=array)


Bound: TypeAlias = Given | Lambda
