"""Functions about where cells are: ROW, COLUMNS, INDIRECT, ADDRESS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets.formulas.arrays import MOST_CELLS, Area, Array, Operand
from sheetflow.emulator.sheets.formulas.references import REFERENCE, Reference, column_letters, quoted
from sheetflow.emulator.sheets.formulas.registry import function
from sheetflow.emulator.sheets.formulas.scalars import Fail, failure
from sheetflow.emulator.sheets.formulas.values import CellError, GridArea, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.formulas.evaluator import Evaluator


def _area(name: str, operand: Operand) -> Area:
    if isinstance(operand, CellError):
        raise failure(operand)
    if not isinstance(operand, Area):
        raise Fail("N_A", f"Argument must be a range. Function {name}")
    return operand


@function("ROW", "r", 0)
def _row(evaluator: Evaluator, *operands: Operand) -> Operand:
    if not operands:
        return evaluator.row + 1
    area = _area("ROW", operands[0])
    return Array([list(range(area.row0 + 1, area.row1 + 1))])


@function("COLUMN", "r", 0)
def _column(evaluator: Evaluator, *operands: Operand) -> Operand:
    if not operands:
        return evaluator.col + 1
    area = _area("COLUMN", operands[0])
    return Array([[col + 1] for col in range(area.col0, area.col1)])


def _extent(operand: Operand) -> tuple[int, int]:
    if isinstance(operand, CellError):
        raise failure(operand)
    if isinstance(operand, Area):
        return operand.row1 - operand.row0, operand.col1 - operand.col0
    return (operand.rows, operand.cols) if isinstance(operand, Array) else (1, 1)


@function("ROWS", "r", arrays=True)
def _rows(_: Evaluator, operand: Operand) -> Value:
    return _extent(operand)[0]


@function("COLUMNS", "r", arrays=True)
def _columns(_: Evaluator, operand: Operand) -> Value:
    return _extent(operand)[1]


@function("INDIRECT", "xx", 1, maker=True)
def _indirect(evaluator: Evaluator, text: Operand, _style: Operand = None) -> Operand:
    wanted = evaluator.single(text)
    if isinstance(wanted, CellError):
        raise failure(wanted)
    spelled = str(wanted or "").strip()
    if REFERENCE.fullmatch(spelled):
        return evaluator.resolve(Reference.read(spelled))
    area = evaluator.engine.grid.named_range(spelled) if spelled else None
    if area is None:
        raise Fail(
            "REF",
            f"Function INDIRECT parameter 1 value is '{spelled[:100]}'. It is not a valid reference.",
        )
    return evaluator.clipped(GridArea(*area))


@function("OFFSET", "rxxxx", 3, maker=True)
def _offset(evaluator: Evaluator, start: Operand, *steps: Operand) -> Operand:
    area = _area("OFFSET", start)
    numbers: list[int | None] = []
    for step in steps:
        value = evaluator.single(step)
        if isinstance(value, CellError):
            raise failure(value)
        if isinstance(value, str):
            raise Fail("VALUE", "Function OFFSET expects number values.")
        numbers.append(None if value is None else int(value))
    numbers += [None] * (4 - len(numbers))
    row0, col0 = area.row0 + (numbers[0] or 0), area.col0 + (numbers[1] or 0)
    height = area.row1 - area.row0 if numbers[2] is None else numbers[2]
    width = area.col1 - area.col0 if numbers[3] is None else numbers[3]
    if row0 < 0 or col0 < 0 or height < 1 or width < 1:
        raise Fail("REF", "Function OFFSET evaluates to an out of bounds range.")
    return evaluator.clipped(GridArea(area.sheet_id, row0, row0 + height, col0, col0 + width))


@function("ADDRESS", "iiibt", 2)
def _address(
    _: Evaluator,
    row: int,
    col: int,
    mode: int = 1,
    a1: bool = True,  # noqa: FBT001, FBT002
    sheet: str = "",
) -> Value:
    if row < 1 or not 1 <= col <= MOST_CELLS or mode not in (1, 2, 3, 4):
        raise Fail("VALUE", "Function ADDRESS parameter value is out of range.")
    prefix = quoted(sheet) + "!" if sheet else ""
    if not a1:
        return f"{prefix}R{row if mode in (1, 2) else f'[{row}]'}C{col if mode in (1, 3) else f'[{col}]'}"
    fixed_col, fixed_row = ("$" if mode in (1, 3) else ""), ("$" if mode in (1, 2) else "")
    return f"{prefix}{fixed_col}{column_letters(col - 1)}{fixed_row}{row}"
