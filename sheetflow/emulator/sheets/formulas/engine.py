"""The formula engine of one spreadsheet: effective values on demand, remembered until something changes.

Decided here: the order of evaluation, what a circle ends in (#REF!), and that a chain of any length (a
running balance over thousands of rows) needs no deep stack: what lies too deep is computed first. Where
arrays spill stands in `spills`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sheetflow.emulator.sheets.formulas.arrays import Area, Array, Plain
from sheetflow.emulator.sheets.formulas.columns import Column, LookupIndex
from sheetflow.emulator.sheets.formulas.evaluator import Evaluator
from sheetflow.emulator.sheets.formulas.functions import load_functions
from sheetflow.emulator.sheets.formulas.library import SHELF, Parsed
from sheetflow.emulator.sheets.formulas.locales import locale_named
from sheetflow.emulator.sheets.formulas.scalars import operations, tidy
from sheetflow.emulator.sheets.formulas.signs import signs
from sheetflow.emulator.sheets.formulas.spills import Spills
from sheetflow.emulator.sheets.formulas.values import CellError, Formula, Grid, TableShape, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sheetflow.emulator.sheets.formulas.nodes import Node

Cell = tuple[int, int, int]
_T = TypeVar("_T")
_DEEPEST = 40
_EFFORT = 3_000_000
_CIRCLE = CellError(
    "REF", "Circular dependency detected. To resolve with iterative calculation, see File > Settings."
)
_UNREADABLE = CellError("ERROR", "Formula parse error.")


class _Deferred(Exception):
    """Evaluation went too deep: `cell` has to be computed first, from the bottom of the stack."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self.cell = cell


class Engine:
    """Computes what the cells of one spreadsheet hold.

    Not safe for several threads at once: the document's lock is the engine's.

    Attributes:
        grid: the spreadsheet.
        shared: arrays that equal parts of formulas have in common, by sheet and node, for this revision.
        operations: the binary operators in the spreadsheet's locale.
        signs: the unary operators.
        depth: how many nodes and cells evaluation is within.
        effort: steps that the formulas of this revision may still spend on hostile expressions.
    """

    def __init__(self, grid: Grid) -> None:
        load_functions()
        self.grid = grid
        self.invalidate()

    def invalidate(self) -> None:
        """Forgets everything computed; the document calls it after any change of it, its size or locale."""
        self._library = SHELF.current()
        self.locale = self.grid.locale
        self.conventions = locale_named(self.locale)
        self.operations = operations(self.locale)
        self.signs = signs(self.locale)
        self.shared: dict[tuple[int, int, int], Array] = {}
        self._results: dict[Cell, Value] = {}
        self._columns: dict[tuple[int, int], Column] = {}
        self._areas: dict[Area, Array] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        self._tables: dict[str, TableShape | None] = {}
        self._indexes: dict[int, tuple[list[Value], LookupIndex]] = {}
        self._running: dict[Cell, None] = {}
        self._circular: set[Cell] = set()
        self.depth = 0
        self.effort = _EFFORT
        self._spills = Spills(self)

    def effective(self, sheet_id: int, row: int, col: int) -> Value:
        """A cell's value: a constant, a formula's result, or what an array formula spilled into it."""
        known = self._results.get((sheet_id, row, col))
        return known if known is not None else self._drive(lambda: self.cell(sheet_id, row, col))

    def spilled(self, sheet_id: int) -> Mapping[tuple[int, int], Value]:
        """Every value that array formulas put outside their own cell, by row and column (0-based)."""
        for row, col in self._spills.anchors(sheet_id):
            self.effective(sheet_id, row, col)
        return self._spills.cells(sheet_id)

    def block(self, sheet_id: int, row0: int, row1: int, col0: int, col1: int) -> list[tuple[Value, ...]]:
        """The effective values of a half-open block, by rows: many cells for the price of few."""
        if row0 >= row1 or col0 >= col1:
            return []
        return self._drive(lambda: self.values_of(Area(sheet_id, row0, row1, col0, col1)).as_rows())

    def answer(self, text: str, sheet_id: int, row: int, col: int, down: int = 0, across: int = 0) -> Value:
        """The value that a formula outside of any cell has, as if it stood in a cell.

        Args:
            text: the formula; "=" first.
            sheet_id: of the sheet it belongs to.
            row: of the cell, 0-based, which also says what a whole column means.
            col: of the cell.
            down: rows by which it was copied from where its text holds.
            across: columns by which it was copied.
        """
        node = self.read(text).node
        return _UNREADABLE if node is None else self.answer_node(node, sheet_id, row, col, down, across)

    def answer_node(
        self, node: Node, sheet_id: int, row: int, col: int, down: int = 0, across: int = 0
    ) -> Value:
        """As `answer`, of a formula that was read, or a part of one."""
        result = self._result_of(node, sheet_id, row, col, offset=(down, across))
        return tidy(result.first() if isinstance(result, Array) else result)

    def block_of(self, node: Node, sheet_id: int, row: int, col: int) -> list[list[Value]]:
        """All values that a formula outside of any cell has, as if it stood in a cell, by rows."""
        result = self._result_of(node, sheet_id, row, col, shares=False)
        return list(map(list, result.as_rows())) if isinstance(result, Array) else [[result]]

    def _result_of(
        self,
        node: Node,
        sheet_id: int,
        row: int,
        col: int,
        *,
        offset: tuple[int, int] = (0, 0),
        shares: bool = True,
    ) -> Plain:
        def asked() -> Plain:
            try:
                return Evaluator(self, sheet_id, row, col, offset=offset, shares=shares).result(node)
            except RecursionError:
                return _UNREADABLE

        return self._drive(asked)

    def blocks(self, sheet_id: int) -> list[tuple[int, int, int, int]]:
        """Where arrays have spilled, the formulas' cells included: row, column, rows, columns."""
        self.spilled(sheet_id)
        return self._spills.extents(sheet_id)

    # What evaluators ask for.

    def now(self) -> datetime:
        """This moment, aware of its zone."""
        return self.grid.now()

    def size(self, sheet_id: int) -> tuple[int, int]:
        """Rows and columns of a sheet."""
        if sheet_id not in self._sizes:
            self._sizes[sheet_id] = self.grid.size(sheet_id)
        return self._sizes[sheet_id]

    def table(self, name: str) -> TableShape | None:
        """A table by the name that formulas write."""
        if name not in self._tables:
            self._tables[name] = self.grid.table(name)
        return self._tables[name]

    def cell(self, sheet_id: int, row: int, col: int) -> Value:
        """A cell's value, as `effective`, while evaluation is going on."""
        entered = self.grid.entered(sheet_id, row, col)
        if isinstance(entered, Formula):
            return self.compute((sheet_id, row, col))
        if entered is not None:
            return entered
        column = self.settled(sheet_id, col, row, row + 1)
        return column.values[row] if row < len(column.values) else None

    def values_of(self, area: Area) -> Array:
        """The values of an area."""
        known = self._areas.get(area)
        if known is None:
            sheet_id, row0, row1, col0, col1 = area
            columns = [self.settled(sheet_id, col, row0, row1) for col in range(col0, col1)]
            known = Array([column.slice(row0, row1) for column in columns], row1 - row0)
            self._areas[area] = known
        return known

    def index_of(self, values: list[Value]) -> LookupIndex:
        """The hashed view of a column of an array; the same for the same list."""
        # The list is kept beside its index: its id stays its own as long as the index is known.
        known = self._indexes.get(id(values))
        if known is None:
            known = self._indexes[id(values)] = (values, LookupIndex(values))
        return known[1]

    def read(self, text: str) -> Parsed:
        """A formula's text, parsed once."""
        return self._library.read(text)

    def is_running(self, cell: Cell) -> bool:
        """Whether a formula's evaluation has begun and not ended."""
        return cell in self._running

    def is_computed(self, cell: Cell) -> bool:
        """Whether a formula's value is known."""
        return cell in self._results

    def column(self, sheet_id: int, col: int) -> Column:
        """A column as it is so far."""
        known = self._columns.get((sheet_id, col))
        if known is None:
            values: list[Value] = []
            formulas: list[int] = []
            for row in range(self.grid.used_rows(sheet_id)):
                entered = self.grid.entered(sheet_id, row, col)
                if isinstance(entered, Formula):
                    formulas.append(row)
                    values.append(None)
                else:
                    values.append(entered)
            known = Column(values, formulas, self._spills.reaching(sheet_id, col))
            self._columns[sheet_id, col] = known
        return known

    def settled(self, sheet_id: int, col: int, row0: int, row1: int) -> Column:
        """A column in which the rows `row0` to `row1` are computed."""
        column = self.column(sheet_id, col)
        if column.reach:
            self._spills.compute_reaching(column, sheet_id, col, row0, row1)
        for row in column.waiting(row0, row1) if column.pending else ():
            column.settle(row, self.compute((sheet_id, row, col)))
        return column

    def compute(self, cell: Cell) -> Value:
        """The value of the formula in `cell`; what it spills is put into the columns."""
        known = self._results.get(cell)
        if known is not None or cell in self._results:
            return known
        if cell in self._running:
            order = list(self._running)
            self._circular.update(order[order.index(cell) :])
            return _CIRCLE
        if self.depth > _DEEPEST:
            raise _Deferred(cell)
        self._running[cell] = None
        self.depth += 1
        try:
            value = self._evaluated(cell)
        finally:
            self.depth -= 1
            del self._running[cell]
        self._results[cell] = value
        return value

    def _evaluated(self, cell: Cell) -> Value:
        sheet_id, row, col = cell
        entered = self.grid.entered(sheet_id, row, col)
        parsed = self.read(entered.text if isinstance(entered, Formula) else "")
        if parsed.node is None:
            return _UNREADABLE
        try:
            clip = self._clip(sheet_id, parsed)
            result: Plain = Evaluator(self, sheet_id, row, col, clip).result(parsed.node)
        except RecursionError:
            # Somebody called from far down the stack already: begin again from its bottom, once.
            if len(self._running) > 1:
                raise _Deferred(cell) from None
            return _UNREADABLE
        if cell in self._circular:
            return _CIRCLE
        if not isinstance(result, Array):
            return tidy(result)
        if not parsed.outline.spills:
            return tidy(result.first())
        if self._spills.feeds_itself(cell, result):
            return _CIRCLE
        return self._spills.commit(cell, result, is_open=parsed.outline.open)

    def _clip(self, sheet_id: int, parsed: Parsed) -> int:
        """The row below which a guarded formula is blank in any case, 0 where that cannot be told."""
        guards = parsed.outline.guards
        if not guards:
            return 0
        deepest = 0
        for guard in guards:
            title = guard.reference.sheet
            sheet = sheet_id if title is None else self.grid.sheet_by_title(title)
            first, last = guard.reference.cols()
            if sheet is None or last is None:
                return 0
            if any(self._spills.reaching(sheet, col) for col in range(first, last + 1)):
                return 0
            deepest = max(deepest, self.grid.used_rows(sheet), guard.reference.rows()[0])
        return deepest + 2

    def _drive(self, action: Callable[[], _T]) -> _T:
        """Carries out `action`, computing first whatever it found too deep."""
        waiting: list[Cell] = []
        while True:
            self.depth = 0
            self._running.clear()
            try:
                if not waiting:
                    return action()
                self.compute(waiting[-1])
                waiting.pop()
            except _Deferred as deferred:
                if deferred.cell in waiting:
                    self._results[deferred.cell] = _CIRCLE
                else:
                    waiting.append(deferred.cell)
