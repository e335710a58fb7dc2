"""All that points to cells follows them: when rows or columns come and go, when cells are shifted or cut.

Decided here: what of a book is concerned. How a range shifts stands in `shifts`, how a formula is rewritten
in `formulas.rewrite`, what becomes of a table's columns in `tables`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetflow.emulator.sheets import a1, formulas, shifts, tables
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import Cell
from sheetflow.emulator.sheets.formulas import Formula, Value

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.wire import Json


def carry(book: Book, change: shifts.Shifted) -> None:
    """Carry every range and formula of the book through a change that a sheet's grid has undergone."""
    book.named_ranges = [item for item in (shifts.carry(n, change) for n in book.named_ranges) if item]
    if not change.confined:
        book.metadata = [item for item in (shifts.carry(m, change) for m in book.metadata) if item]
    gone: list[str] = []
    for sheet in list(book.sheets):
        if sheet.sheet_id == change.sheet_id:
            mine = book.writable(sheet.sheet_id)
            old = mine.parts.pop("tables", [])
            kept = tables.carried(old, change)
            left = {table["tableId"] for table in kept}
            gone += [table["name"] for table in old if table["tableId"] not in left]
            mine.parts = {name: part for name, part in shifts.carry(mine.parts, change).items() if part}
            if kept:
                mine.parts["tables"] = kept
            if "basicFilter" not in mine.parts:
                for entry in mine.meta["ROWS"].values():
                    entry.pop("hiddenByFilter", None)
            _drop_single_merges(mine)
        elif "charts" in sheet.parts:
            mine = book.writable(sheet.sheet_id)
            mine.parts["charts"] = shifts.carry(mine.parts["charts"], change)
    home = book.sheet(change.sheet_id).title
    spot = (change.dimension, change.start, change.end, change.to, change.low, change.high, change.limit)
    rewrite(book, formulas.Shift(change.kind, home, *spot))
    for name in gone:
        rewrite(book, formulas.TableDeleted(name))
    _each_pivot(book, lambda place: shifts.shift_range(place, change))


def _drop_single_merges(sheet: Sheet) -> None:
    """A merge of which one cell is left is none."""
    merges = sheet.parts.pop("merges", [])
    boxes = [(place, a1.area_of(place).within(sheet.row_count, sheet.column_count)) for place in merges]
    kept = [place for place, box in boxes if (box.row1 - box.row0) * (box.col1 - box.col0) > 1]
    if kept:
        sheet.parts["merges"] = kept


def moved(book: Book, source: Area, box: Box, to_sheet: int, down: int, across: int) -> None:
    """Let point to a block of cells' new place what pointed to its old one; the cells stand there already.

    Args:
        book: the draft.
        source: where the block was.
        box: its cells.
        to_sheet: the sheet that it is on now.
        down: rows by which it moved.
        across: columns by which it moved.
    """
    here = Area(source.sheet_id, *box)

    def place(wanted: Json) -> Json:
        area = a1.area_of(wanted)
        closed = area.row1 is not None and area.col1 is not None
        if "dimension" in wanted or not closed or not here.covers(area):
            return wanted
        rows = ((area.row0 or 0) + down, (area.row1 or 0) + down)
        return a1.grid_range(Area(to_sheet, *rows, (area.col0 or 0) + across, (area.col1 or 0) + across))

    book.named_ranges = [{**item, "range": place(item["range"])} for item in book.named_ranges]
    for sheet in list(book.sheets):
        if "charts" in sheet.parts:
            mine = book.writable(sheet.sheet_id)
            mine.parts["charts"] = [
                {**chart, "spec": shifts.each_place(chart.get("spec", {}), place)}
                for chart in mine.parts["charts"]
            ]
    _move_anchors(book, here, to_sheet, place)
    if source.sheet_id == to_sheet and "conditionalFormats" in book.sheet(to_sheet).parts:
        mine = book.writable(to_sheet)
        for rule in mine.parts["conditionalFormats"]:
            rule["ranges"] = [place(one) for one in rule["ranges"]]
    _move_merges(book, here, to_sheet, place)
    titles = (book.sheet(source.sheet_id).title, book.sheet(to_sheet).title)
    spans = ((box.row0, box.row1), (box.col0, box.col1))
    rewrite(book, formulas.Moved(titles[0], *spans, titles[1], down, across))
    _each_pivot(book, place)


def _move_anchors(book: Book, here: Area, to_sheet: int, place: Any) -> None:
    """Comments go with their cells."""
    anchors = book.sheet(here.sheet_id).parts.get("commentAnchors", [])
    going = [one for one in anchors if here.covers(a1.area_of(one["range"]))]
    if going:
        mine = book.writable(here.sheet_id)
        mine.parts["commentAnchors"] = [one for one in anchors if one not in going]
        moved_ones = [{**one, "range": place(one["range"])} for one in going]
        book.writable(to_sheet).parts.setdefault("commentAnchors", []).extend(moved_ones)


def _move_merges(book: Book, here: Area, to_sheet: int, place: Any) -> None:
    merges = book.sheet(here.sheet_id).parts.get("merges", [])
    going = [one for one in merges if here.covers(a1.area_of(one))]
    if not going:
        return
    mine = book.writable(here.sheet_id)
    mine.parts["merges"] = [one for one in merges if one not in going]
    if not mine.parts["merges"]:
        del mine.parts["merges"]
    book.writable(to_sheet).parts.setdefault("merges", []).extend(map(place, going))


def _each_pivot(book: Book, change: Any) -> None:
    """Change the source ranges of pivot tables."""
    for sheet in list(book.sheets):
        for index, row in enumerate(sheet.rows):
            for column in row.pivot_columns if row is not None else ():
                cell = sheet.cell(index, column)
                pivot = (cell.more or {})["pivotTable"]
                if "source" not in pivot:
                    continue
                source = change({"sheetId": 0, **pivot["source"]})
                rest = {name: part for name, part in pivot.items() if name != "source"}
                more = {**(cell.more or {}), "pivotTable": {**rest, **({"source": source} if source else {})}}
                kept = Cell(cell.value, cell.format, cell.note, cell.validation, more)
                book.writable(sheet.sheet_id).put(index, column, kept)


def rewrite(book: Book, change: formulas.Change, only: Sheet | None = None) -> None:
    """Rewrite all formulas, or one sheet's, those of validation rules and conditional formats among them."""
    for sheet in list(book.sheets) if only is None else [only]:
        rules = _RuleRewriter(sheet.title, change)
        writes: list[tuple[int, int, Cell]] = []
        for index, row in enumerate(sheet.rows):
            for column in row.pointing_columns if row is not None else ():
                cell = row.get(column)  # type: ignore[union-attr]
                value: Value | Formula = cell.value
                if isinstance(value, Formula):
                    value = Formula(formulas.rewrite(value.text, sheet.title, change))
                rule = cell.validation if cell.validation is None else rules.rule(cell.validation)
                if value != cell.value or rule is not cell.validation:
                    writes.append((index, column, Cell(value, cell.format, cell.note, rule, cell.more)))
        if writes:
            mine = book.writable(sheet.sheet_id) if only is None else only
            for index, column, cell in writes:
                mine.put(index, column, cell)
        if "conditionalFormats" in sheet.parts:
            mine = book.writable(sheet.sheet_id) if only is None else only
            mine.parts["conditionalFormats"] = [rules.format(r) for r in mine.parts["conditionalFormats"]]


class _RuleRewriter:
    """Rewrites the formulas inside conditions; one rule object that many cells share is rewritten once."""

    def __init__(self, home: str, change: formulas.Change) -> None:
        self._home = home
        self._change = change
        self._known: dict[int, Json] = {}

    def rule(self, rule: Json) -> Json:
        """A DataValidationRule, the same object when nothing in it changed."""
        if id(rule) not in self._known:
            condition = self._condition(rule.get("condition", {}))
            self._known[id(rule)] = (
                rule if condition == rule.get("condition") else {**rule, "condition": condition}
            )
        return self._known[id(rule)]

    def format(self, rule: Json) -> Json:
        """A ConditionalFormatRule."""
        boolean = rule.get("booleanRule")
        if not boolean or "condition" not in boolean:
            return rule
        return {**rule, "booleanRule": {**boolean, "condition": self._condition(boolean["condition"])}}

    def _condition(self, condition: Json) -> Json:
        if not any(str(v.get("userEnteredValue", "")).startswith("=") for v in condition.get("values", ())):
            return condition
        values = []
        for value in condition["values"]:
            text = value.get("userEnteredValue")
            if text and text.startswith("="):
                value = {**value, "userEnteredValue": formulas.rewrite(text, self._home, self._change)}
            values.append(value)
        return {**condition, "values": values}
