"""What filters do: which rows the basic filter hides, and how both notations of criteria are kept.

A filter is applied when it is set, as at Google: values that change later hide or show nothing until it is
set again. Criteria are kept as `filterSpecs`; answers carry the older `criteria` beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.conditions import Judge
from sheetflow.emulator.sheets.ordering import ordered
from sheetflow.emulator.sheets.view import View

if TYPE_CHECKING:
    from sheetflow.emulator.sheets.book import Book
    from sheetflow.emulator.sheets.sheet import Sheet
    from sheetflow.emulator.wire import Json


def kept(wanted: Json) -> Json:
    """A filter as it is kept: criteria by column as filterSpecs, in the order of their columns."""
    item = {name: part for name, part in wanted.items() if name not in ("criteria", "filterSpecs")}
    specs = wanted.get("filterSpecs")
    if specs is None:
        specs = [
            {"columnIndex": int(column), "filterCriteria": criteria}
            for column, criteria in sorted(wanted.get("criteria", {}).items(), key=lambda one: int(one[0]))
        ]
    if specs:
        item["filterSpecs"] = specs
    return item


def shown(item: Json) -> Json:
    """A filter as Google answers it."""
    specs = item.get("filterSpecs", ())
    criteria = {
        str(spec.get("columnIndex", 0)): spec.get("filterCriteria", {})
        for spec in specs
        if "dataSourceColumnReference" not in spec
    }
    return {**item, "criteria": criteria} if criteria else item


def release(sheet: Sheet) -> None:
    """Show all rows that a filter hides."""
    for index, entry in list(sheet.meta["ROWS"].items()):
        if "hiddenByFilter" in entry:
            rest = {name: part for name, part in entry.items() if name != "hiddenByFilter"}
            if rest:
                sheet.meta["ROWS"][index] = rest
            else:
                del sheet.meta["ROWS"][index]


def apply(book: Book, sheet: Sheet) -> None:
    """Hide the rows that the sheet's basic filter does not let through; the sheet is the draft's own."""
    release(sheet)
    basic = sheet.parts.get("basicFilter")
    if not basic or not basic.get("filterSpecs"):
        return
    box = sheet.box(a1.area_of(basic["range"]))
    view, judge = View(book, sheet), Judge(book, sheet)
    for row in range(box.row0 + 1, min(box.row1, max(view.rows, box.row0))):
        if not all(
            _passes(view, judge, spec, row, (box.row0 + 1, box.col0)) for spec in basic["filterSpecs"]
        ):
            sheet.meta["ROWS"][row] = {**sheet.meta["ROWS"].get(row, {}), "hiddenByFilter": True}


def rows_of(book: Book, sheet: Sheet, item: Json) -> list[int]:
    """The rows that a filter view shows below its header, in its order; those that nothing is in come last.

    Args:
        book: the state.
        sheet: the one that the view is of.
        item: the FilterView as it is kept.
    """
    box = sheet.box(a1.area_of(item["range"]))
    view, judge = View(book, sheet), Judge(book, sheet)
    used = min(box.row1, max(view.rows, len(sheet.rows), box.row0))
    specs, anchor = item.get("filterSpecs", ()), (box.row0 + 1, box.col0)
    shown = [
        row
        for row in range(box.row0 + 1, used)
        if all(_passes(view, judge, spec, row, anchor) for spec in specs)
    ]
    blank = [] if specs else list(range(used, box.row1))
    return ordered(view, shown, item.get("sortSpecs", []), box.col0) + blank


def _passes(view: View, judge: Judge, spec: Json, row: int, anchor: tuple[int, int]) -> bool:
    """Whether a row passes the criteria of one column."""
    criteria = spec.get("filterCriteria", {})
    column = spec.get("columnIndex", 0)
    cell, value = view.sheet.cell(row, column), view.value(row, column)
    text = "" if value is None else view.formatted(cell, value, (row, column))
    if text in criteria.get("hiddenValues", ()):
        return False
    condition = criteria.get("condition")
    if condition:
        custom = condition.get("type") == "CUSTOM_FORMULA"
        at = (row, anchor[1]) if custom else (row, column)
        if not judge.meets(condition, value, at, anchor if custom else (anchor[0], column)):
            return False
    back, text_color = (criteria.get(f"visible{name}ColorStyle") for name in ("Background", "Foreground"))
    if not back and not text_color:
        return True
    style = view.style(cell, value, (row, column))
    if back:
        return bool(style.get("backgroundColorStyle") == back)
    return bool(style.get("textFormat", {}).get("foregroundColorStyle") == text_color)
