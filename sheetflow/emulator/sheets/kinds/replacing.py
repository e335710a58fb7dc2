"""findReplace: texts in cells, and in formulas where asked."""

from __future__ import annotations

import re

from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.formulas import Formula
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.values import typed
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.wire import Json, invalid


@kind("findReplace")
def find_replace(batch: Batch, request: Json) -> Json:
    """Replace text in cells, and in formulas where asked."""
    pattern = request.get("find", "")
    if not pattern:
        raise invalid("find must be specified.")
    try:
        finder = re.compile(
            pattern if request.get("searchByRegex") else re.escape(pattern),
            0 if request.get("matchCase") else re.IGNORECASE,
        )
    except re.error as error:
        raise invalid(f"Invalid regular expression: {pattern}") from error
    replacement = request.get("replacement", "")
    if request.get("searchByRegex"):
        template = re.sub(r"\$(\d+)", r"\\\1", replacement)
    else:
        template = replacement.replace("\\", "\\\\")
    counts = {
        "valuesChanged": 0,
        "formulasChanged": 0,
        "rowsChanged": 0,
        "sheetsChanged": 0,
        "occurrencesChanged": 0,
    }
    for area in _searched(batch, request):
        _replace_in(batch, area, finder, template, request, counts)
    return {name: count for name, count in counts.items() if count}


def _searched(batch: Batch, request: Json) -> list[Area]:
    if request.get("allSheets"):
        return [sheet.whole() for sheet in batch.book.sheets]
    if "range" in request:
        return [batch.area(request["range"])]
    if "sheetId" in request:
        return [batch.book.sheet(request["sheetId"]).whole()]
    raise invalid("One of range, sheetId and allSheets must be set.")


def _replace_in(
    batch: Batch, area: Area, finder: re.Pattern[str], template: str, request: Json, counts: dict[str, int]
) -> None:
    box = batch.book.box(area)
    sheet = batch.book.sheet(area.sheet_id)
    view = View(batch.book, sheet)
    changed_rows = set()
    for row in range(box.row0, min(box.row1, len(sheet.rows))):
        for column in range(box.col0, min(box.col1, view.width(row))):
            cell = sheet.cell(row, column)
            formula = isinstance(cell.value, Formula)
            if cell.value is None or (formula and not request.get("includeFormulas")):
                continue
            text = cell.value.text if isinstance(cell.value, Formula) else view.formatted(cell, cell.value)
            matched = finder.fullmatch(text) if request.get("matchEntireCell") else finder.search(text)
            if not matched:
                continue
            new, times = finder.subn(template, text)
            batch.check(Area(area.sheet_id, row, row + 1, column, column + 1))
            batch.book.writable(area.sheet_id).put(
                row, column, typed(cell, new, batch.book.locale, batch.book)
            )
            counts["formulasChanged" if formula else "valuesChanged"] += 1
            counts["occurrencesChanged"] += times
            changed_rows.add(row)
    counts["rowsChanged"] += len(changed_rows)
    counts["sheetsChanged"] += bool(changed_rows)
