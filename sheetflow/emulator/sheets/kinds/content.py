"""Cells: updateCells, appendCells, repeatCell, setDataValidation, and how CellData becomes a cell."""

from __future__ import annotations

from sheetflow.emulator.sheets import chips, formulas, styles
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import Cell, from_extended
from sheetflow.emulator.sheets.formulas import Formula, Value
from sheetflow.emulator.sheets.kinds.batch import Batch, kind, without_defaults
from sheetflow.emulator.sheets.kinds.operands import VALIDATION, check_condition
from sheetflow.emulator.sheets.kinds.tables import room_in_table
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.values import grow
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, Mask, assign, invalid

_MORE = ("textFormatRuns", "chipRuns", "pivotTable", "dataSourceTable", "dataSourceFormula")


class Merger:
    """Puts the masked fields of CellData into cells.

    Args:
        mask: fields of CellData.
    """

    def __init__(self, mask: Mask) -> None:
        whole = "*" in mask
        self._value = whole or "userEnteredValue" in mask
        self._format = whole or "userEnteredFormat" in mask
        self._format_mask = {} if whole else _with_twins(mask.get("userEnteredFormat", {}))
        self._note = whole or "note" in mask
        self._validation = whole or "dataValidation" in mask
        self._more = [name for name in _MORE if whole or name in mask]
        self._formats: dict[tuple[int, int], tuple[Json | None, Json | None, Json | None]] = {}

    def merge(self, cell: Cell, data: Json) -> Cell:
        """The cell with the masked fields of `data`; a field that is masked and absent is cleared."""
        value: Value | Formula = cell.value
        if self._value:
            value = from_extended(data.get("userEnteredValue", {}))
            if value == "":
                value = None
        style = self._style(cell.format, data.get("userEnteredFormat")) if self._format else cell.format
        note = (data.get("note") or None) if self._note else cell.note
        validation = _rule(data.get("dataValidation")) if self._validation else cell.validation
        more = cell.more
        if self._more and (more or any(name in data for name in self._more)):
            kept = {name: part for name, part in (more or {}).items() if name not in self._more}
            kept.update({name: data[name] for name in self._more if data.get(name)})
            if "chipRuns" in self._more and "chipRuns" in kept:
                kept["chipRuns"] = chips.runs(kept["chipRuns"], value if isinstance(value, str) else "")
            more = kept or None
        elif self._value and more:
            more = cell.holding(value).more
        return Cell(value, style, note, validation, more)

    def _style(self, old: Json | None, wanted: Json | None) -> Json | None:
        key = (id(old), id(wanted))
        known = self._formats.get(key)
        if known is None or known[0] is not old or known[1] is not wanted:
            new: Json = dict(old or {})
            assign(new, styles.with_color_styles(wanted or {}), self._format_mask)
            known = self._formats[key] = (old, wanted, new or None)
        return known[2]


def _with_twins(mask: Mask) -> Mask:
    """A format's mask with each colour's other name beside it."""
    twins: Mask = {}
    for name, branch in mask.items():
        twins[name] = _with_twins(branch)
        if name.lower().endswith("color"):
            twins[name] = {}
            twins[name + "Style"] = {}
        elif name.lower().endswith("colorstyle"):
            twins[name] = {}
            twins[name[:-5]] = {}
    return twins


def _rule(rule: Json | None) -> Json | None:
    return without_defaults(rule, "strict", "showCustomUi", "inputMessage") if rule else None


@kind("updateCells")
def update_cells(batch: Batch, request: Json) -> None:
    """Write CellData from a cell on, or into a range whose other cells are cleared."""
    mask = batch.mask(request, "CellData")
    rows = request.get("rows", [])
    height = len(rows)
    width = max((len(row.get("values", ())) for row in rows), default=0)
    if "range" in request:
        area = batch.area(request["range"])
        box = batch.book.box(area, clip=False)
        if height > box.row1 - box.row0:
            raise invalid(
                f"Attempting to write row: {box.row1}, beyond the last requested row of: {box.row1 - 1}"
            )
        if width > box.col1 - box.col0:
            raise invalid(
                f"Attempting to write column: {box.col1}, beyond the last requested column of: {box.col1 - 1}"
            )
    else:
        start = request.get("start", {})
        row, column = start.get("rowIndex", 0), start.get("columnIndex", 0)
        sheet_id = start.get("sheetId", 0)
        batch.book.sheet(sheet_id)
        if height == 0 or width == 0:
            return
        area = Area(sheet_id, row, row + height, column, column + width)
        box = batch.book.box(area, clip=False)
    batch.check(Area(area.sheet_id, *box))
    put_rows(batch.book.writable(area.sheet_id), box, rows, mask, clear_rest="range" in request)


def put_rows(sheet: Sheet, box: Box, rows: list[Json], mask: Mask, *, clear_rest: bool) -> None:
    """Merge rows of CellData into a box of a sheet."""
    merger = Merger(mask)
    empty: Json = {}
    last = box.row1 if clear_rest else box.row0 + len(rows)
    for index in range(box.row0, last):
        cells = rows[index - box.row0].get("values", ()) if index - box.row0 < len(rows) else ()
        if not cells and (index >= len(sheet.rows) or sheet.rows[index] is None):
            continue
        row = sheet.writable(index)
        for offset, data in enumerate(cells):
            row.put(box.col0 + offset, merger.merge(row.get(box.col0 + offset), data))
        if clear_rest:
            for column in range(box.col0 + len(cells), min(box.col1, len(row.cells))):
                row.put(column, merger.merge(row.get(column), empty))


@kind("appendCells")
def append_cells(batch: Batch, request: Json) -> None:
    """Write CellData below the last row of a sheet that shows anything; the grid grows."""
    mask = batch.mask(request, "CellData")
    book = batch.book
    sheet = book.sheets[0] if "tableId" in request else book.sheet(request.get("sheetId", 0))
    rows = request.get("rows", [])
    width = max((len(row.get("values", ())) for row in rows), default=0)
    if not rows or not width:
        return
    if "tableId" in request:
        sheet_id, box = room_in_table(batch, request["tableId"], len(rows), width)
        sheet = book.writable(sheet_id)
    else:
        top = View(book, sheet).rows
        sheet = book.writable(sheet.sheet_id)
        grow(book, sheet, top + len(rows), width)
        box = Box(top, top + len(rows), 0, width)
    batch.check(Area(sheet.sheet_id, *box))
    put_rows(sheet, box, rows, mask, clear_rest=False)


@kind("repeatCell")
def repeat_cell(batch: Batch, request: Json) -> None:
    """Put the same CellData into each cell of a range; formulas move on relatively."""
    mask = batch.mask(request, "CellData")
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area)
    sheet = batch.book.writable(area.sheet_id)
    merger = Merger(mask)
    data = request.get("cell", {})
    writes_value = "*" in mask or "userEnteredValue" in mask
    formula = data.get("userEnteredValue", {}).get("formulaValue") if writes_value else None
    for index in range(box.row0, box.row1):
        row = sheet.writable(index)
        for column in range(box.col0, box.col1):
            cell = merger.merge(row.get(column), data)
            if formula is not None and (index, column) != (box.row0, box.col0):
                moved = formulas.relocate(formula, index - box.row0, column - box.col0)
                cell = Cell(Formula(moved), cell.format, cell.note, cell.validation, cell.more)
            row.put(column, cell)
    trim(sheet)


def trim(sheet: Sheet) -> None:
    """Forget blank rows at the end."""
    while sheet.rows and (sheet.rows[-1] is None or sheet.rows[-1].blank):
        sheet.rows.pop()


def relocated_rule(rule: Json | None, rows: int, cols: int) -> Json | None:
    """A validation rule copied so far; its custom formula moves along, and only that."""
    condition = (rule or {}).get("condition", {})
    if rule is None or condition.get("type") != "CUSTOM_FORMULA" or (rows, cols) == (0, 0):
        return rule
    values = [
        {**one, "userEnteredValue": formulas.relocate(one.get("userEnteredValue", ""), rows, cols)}
        for one in condition.get("values", ())
    ]
    return (
        rule if values == condition.get("values") else {**rule, "condition": {**condition, "values": values}}
    )


@kind("setDataValidation")
def set_data_validation(batch: Batch, request: Json) -> None:
    """Set a validation rule on each cell of a range, or take it away."""
    area = batch.area(request.get("range", {}))
    box = batch.book.box(area)
    batch.check(area)
    sheet = batch.book.writable(area.sheet_id)
    rule = _rule(request.get("rule"))
    if rule is not None:
        check_condition(rule.get("condition", {}), VALIDATION)
    for index in range(box.row0, box.row1):
        if rule is None and (index >= len(sheet.rows) or sheet.rows[index] is None):
            continue
        if sheet.meta["ROWS"].get(index, {}).get("hiddenByFilter") and not request.get(
            "filteredRowsIncluded"
        ):
            continue
        row = sheet.writable(index)
        for column in range(box.col0, box.col1):
            cell = row.get(column)
            own = relocated_rule(rule, index - box.row0, column - box.col0)
            row.put(column, Cell(cell.value, cell.format, cell.note, own, cell.more))
    trim(sheet)
