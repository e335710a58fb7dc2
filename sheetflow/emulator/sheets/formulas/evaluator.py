"""Computes a formula's tree: operators, references, and calls of functions.

Decided here: when a range is taken as a whole (in array formulas and by functions that want one) and when
only the cell in the formula's own row or column counts, and that an element's error stays in its element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import (
    Area,
    Array,
    Operand,
    Plain,
    each,
    equals_constant,
)
from sheetflow.emulator.sheets.formulas.calls import count_complaint, elements
from sheetflow.emulator.sheets.formulas.lambdas import Bound, Lambda
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
from sheetflow.emulator.sheets.formulas.scalars import Fail, tidy
from sheetflow.emulator.sheets.formulas.structured import Structured
from sheetflow.emulator.sheets.formulas.values import GridArea, Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sheetflow.emulator.sheets.formulas.engine import Engine
    from sheetflow.emulator.sheets.formulas.locales import Locale
    from sheetflow.emulator.sheets.formulas.references import Reference

_EMPTY = Literal(None)


class Evaluator:
    """Evaluates nodes for one cell; functions get it as their first argument."""

    def __init__(
        self,
        engine: Engine,
        sheet_id: int,
        row: int,
        col: int,
        clip: int = 0,
        *,
        offset: tuple[int, int] = (0, 0),
        scope: Mapping[str, Bound] | None = None,
        shares: bool = True,
    ) -> None:
        self.engine = engine
        self.offset = offset
        """How far the formula was copied from where its text stands, down and to the right."""
        self.scope: Mapping[str, Bound] = scope or {}
        """What LET and LAMBDA have given names to, by upper-case name."""
        self._shares = shares and not self.scope and offset == (0, 0)
        """Whether results are kept for other formulas: not for nodes that the library does not hold."""
        self.clip = clip
        """Open-ended ranges end at this row, 0 for the grid's end: for formulas blank below."""
        self.sheet_id = sheet_id
        self.row = row
        self.col = col

    def within(self, names: Mapping[str, Bound]) -> Evaluator:
        """An evaluator for the same cell that knows further names."""
        scope = {**self.scope, **names}
        place = (self.sheet_id, self.row, self.col, self.clip)
        return Evaluator(self.engine, *place, offset=self.offset, scope=scope)

    @property
    def locale(self) -> Locale:
        """The spreadsheet's conventions."""
        return self.engine.conventions

    @property
    def locale_name(self) -> str:
        """The spreadsheet's locale by name."""
        return self.engine.locale

    def now(self) -> datetime:
        """This moment, aware of its zone."""
        return self.engine.now()

    def result(self, node: Node) -> Plain:
        """The formula's result: one value, or the array that spills."""
        try:
            operand = self.value(node, array=False)
            if isinstance(operand, Area) and isinstance(node, Call):
                return self.plain(operand)
            return operand if isinstance(operand, Array) else self.single(operand)
        except Fail as fail:
            return fail.error

    def value(self, node: Node, *, array: bool) -> Operand:
        """The value of a node; errors are values.

        Args:
            node: what to compute.
            array: whether it stands in an array formula.
        """
        if isinstance(node, Literal):
            return node.value
        key = (self.sheet_id, id(node), self.clip)
        shares = array and node.movable and self._shares
        if shares:
            known = self.engine.shared.get(key)
            if known is not None:
                return known
        self.engine.depth += 1
        try:
            operand = self._compute(node, array=array)
        except Fail as fail:
            return fail.error
        finally:
            self.engine.depth -= 1
        if shares and isinstance(operand, Array):
            self.engine.shared[key] = operand
        return operand

    def _compute(self, node: Node, *, array: bool) -> Operand:
        if isinstance(node, Range):
            return self.resolve(node.reference)
        if isinstance(node, Part):
            return self._part(node.reference)
        if isinstance(node, Binary):
            return self._binary(node, array=array)
        if isinstance(node, Call):
            return self._call(node, array=array)
        if isinstance(node, Unary):
            operand = self.spread(self.value(node.operand, array=array), array=array)
            return each(self.engine.signs[node.operator], operand)
        if isinstance(node, Braces):
            return self._braces(node)
        return self._named(node) if isinstance(node, Name) else node.value

    def resolve(self, reference: Reference) -> Area:
        """The cells that a reference means.

        Raises:
            Fail: #REF! for an unknown sheet or a cell outside of the grid.
        """
        sheet_id: int | None = self.sheet_id
        if self.offset != (0, 0):
            copied = reference.moved(*self.offset)
            if copied is None:
                raise Fail("REF", "Reference does not exist.")
            reference = copied
        if reference.sheet is not None:
            sheet_id = self.engine.grid.sheet_by_title(reference.sheet)
        if sheet_id is None:
            raise Fail("REF", f"Unresolved sheet name '{reference.sheet}'.")
        row0, last_row = reference.rows()
        col0, last_col = reference.cols()
        return self.clipped(
            GridArea(
                sheet_id,
                row0,
                None if last_row is None else last_row + 1,
                col0,
                None if last_col is None else last_col + 1,
            )
        )

    def clipped(self, area: GridArea) -> Area:
        """The part of an area that the grid has.

        Raises:
            Fail: #REF! when the grid has none of it.
        """
        rows, cols = self.engine.size(area.sheet_id)
        row0, col0 = area.row0 or 0, area.col0 or 0
        end = min(rows, self.clip) if self.clip else rows
        row1 = end if area.row1 is None else min(rows, area.row1)
        col1 = cols if area.col1 is None else min(cols, area.col1)
        if row0 >= row1 or col0 >= col1:
            raise Fail("REF", "Reference does not exist.")
        return Area(area.sheet_id, row0, row1, col0, col1)

    def plain(self, operand: Operand) -> Plain:
        """A reference's values (one cell: its value); other operands as they are."""
        if not isinstance(operand, Area):
            return operand
        return (
            self.engine.cell(*operand[:2], operand.col0)
            if operand.is_cell
            else self.engine.values_of(operand)
        )

    def table(self, operand: Operand) -> Array:
        """The operand as an array, whatever it is."""
        if isinstance(operand, Area):
            return self.engine.values_of(operand)
        return operand if isinstance(operand, Array) else Array([[operand]])

    def single(self, operand: Operand) -> Value:
        """One value of the operand: of a range the one in this cell's row or column, of an array the first.

        Raises:
            Fail: #VALUE! for a range that has no cell in this row or column.
        """
        if isinstance(operand, Array):
            return operand.first()
        if not isinstance(operand, Area):
            return operand
        if operand.is_cell:
            return self.engine.cell(operand.sheet_id, operand.row0, operand.col0)
        if operand.col1 - operand.col0 == 1 and operand.row0 <= self.row < operand.row1:
            return self.engine.cell(operand.sheet_id, self.row, operand.col0)
        if operand.row1 - operand.row0 == 1 and operand.col0 <= self.col < operand.col1:
            return self.engine.cell(operand.sheet_id, operand.row0, self.col)
        raise Fail("VALUE", "An array value could not be found.")

    def spread(self, operand: Operand, *, array: bool) -> Plain:
        """What an operator works on: one value, in an array formula everything."""
        return self.plain(operand) if array else self.single(operand)

    def _binary(self, node: Binary, *, array: bool) -> Plain:
        # A long chain, 1+2+3+…, hangs down at the left: walked here, so that its length costs no depth.
        chain: list[Binary] = [node]
        while isinstance(chain[-1].left, Binary):
            chain.append(chain[-1].left)
        left = self.spread(self.value(chain[-1].left, array=array), array=array)
        for part in reversed(chain):
            key = (self.sheet_id, id(part), self.clip)
            shares = array and part.movable and self._shares
            known = self.engine.shared.get(key) if shares else None
            if known is not None:
                left = known
                continue
            right = self.spread(self.value(part.right, array=array), array=array)
            left = self._operate(part.operator, left, right)
            if shares and isinstance(left, Array):
                self.engine.shared[key] = left
        return left

    def _operate(self, operator: str, left: Plain, right: Plain) -> Plain:
        if operator == "=" and isinstance(left, Array) and type(right) in (str, int, float):
            return Array([equals_constant(column, right) for column in left.columns], left.rows)  # type: ignore[arg-type]
        return each(self.engine.operations[operator], left, right)

    def _named(self, node: Name) -> Operand:
        bound = self.scope.get(node.name.upper())
        if isinstance(bound, Lambda):
            raise Fail("N_A", "A LAMBDA must be called with its arguments.")
        if bound is not None:
            return bound.operand
        area = self.engine.grid.named_range(node.name)
        if area is None:
            return self._part(Structured(node.name))
        return self.clipped(GridArea(*area))

    def _part(self, reference: Structured) -> Area:
        """The cells of a part of a table.

        Raises:
            Fail: #NAME? for an unknown table, #REF! for a part that it does not have.
        """
        table = self.engine.table(reference.table)
        if table is None:
            raise Fail("NAME", f"Unknown range name: '{reference.table.upper()}'.")
        area = reference.area(table)
        if area is None:
            raise Fail("REF", "Reference does not exist.")
        return self.clipped(area)

    def _braces(self, node: Braces) -> Plain:
        blocks: list[Array] = []
        for row in node.rows:
            parts = [self.table(self.value(part, array=True)) for part in row]
            if len({part.rows for part in parts}) > 1:
                raise Fail("VALUE", "Function ARRAY_ROW parameter 2 has mismatched row size.")
            blocks.append(Array([column for part in parts for column in part.columns], parts[0].rows))
        if len({block.cols for block in blocks}) > 1:
            raise Fail("VALUE", "In ARRAY_LITERAL, an Array Literal was missing values for one or more rows.")
        return Array(
            [[value for block in blocks for value in block.columns[col]] for col in range(blocks[0].cols)]
        )

    def _call(self, node: Call, *, array: bool) -> Operand:
        bound = self.scope.get(node.name)
        if isinstance(bound, Lambda):
            return bound.call([self.value(argument, array=array) for argument in node.arguments], array=array)
        called = FUNCTIONS.get(node.name)
        if called is None:
            raise Fail("NAME", f"Unknown function: '{node.name}'.")
        if not called.accepts(len(node.arguments)):
            raise Fail("N_A", count_complaint(called, len(node.arguments)))
        if not called.letters and called.high != 0:
            return self._outcome(called.body(self, node.arguments, array))
        inside = array or called.arrays
        operands: list[Operand] = []
        for place, argument in enumerate(node.arguments):
            operand = self.value(argument, array=inside)
            if called.letter(place) != "r":
                operand = self.plain(operand) if inside else self.single(operand)
            operands.append(operand)
        if not called.elementwise:
            return self._outcome(called.body(self, *operands))
        return elements(self, called, operands)

    def _outcome(self, operand: Operand) -> Operand:
        return operand if isinstance(operand, (Array, Area)) else tidy(operand)
