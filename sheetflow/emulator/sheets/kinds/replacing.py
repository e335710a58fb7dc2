"""findReplace: texts in cells, and in formulas where asked."""

from __future__ import annotations

import re
from collections.abc import Callable

from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.formulas import Formula, regular
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
    change = _replacer(request, pattern)
    counts = {
        "valuesChanged": 0,
        "formulasChanged": 0,
        "rowsChanged": 0,
        "sheetsChanged": 0,
        "occurrencesChanged": 0,
    }
    for area in _searched(batch, request):
        _replace_in(batch, area, change, request, counts)
    return {name: count for name, count in counts.items() if count}


Replacer = Callable[[str], "tuple[str, int]"]
"""A text with what was found replaced, and how often it was."""


def _replacer(request: Json, pattern: str) -> Replacer:
    replacement = request.get("replacement", "")
    by_regex = bool(request.get("searchByRegex"))
    body = pattern if by_regex else re.escape(pattern)
    if request.get("matchEntireCell"):
        body = rf"\A(?:{body})\z"
    try:
        wanted = regular.expression(("" if request.get("matchCase") else "(?i)") + body)
    except ValueError as error:
        raise invalid(f"Invalid regular expression: {pattern}") from error

    def change(text: str) -> tuple[str, int]:
        times = 0

        def new(spans: list[tuple[int, int] | None]) -> str:
            nonlocal times
            times += 1
            return regular.expanded(replacement, text, spans) if by_regex else replacement

        try:
            return regular.replaced(wanted, text, new), times
        except regular.TooLong as error:
            raise invalid(f"The regular expression takes too long: {pattern}") from error

    return change


def _searched(batch: Batch, request: Json) -> list[Area]:
    if request.get("allSheets"):
        return [sheet.whole() for sheet in batch.book.sheets]
    if "range" in request:
        return [batch.area(request["range"])]
    if "sheetId" in request:
        return [batch.book.sheet(request["sheetId"]).whole()]
    raise invalid("One of range, sheetId and allSheets must be set.")


def _replace_in(batch: Batch, area: Area, change: Replacer, request: Json, counts: dict[str, int]) -> None:
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
            new, times = change(text)
            if not times:
                continue
            batch.check(Area(area.sheet_id, row, row + 1, column, column + 1))
            batch.book.writable(area.sheet_id).put(
                row, column, typed(cell, new, batch.book.locale, batch.book)
            )
            counts["formulasChanged" if formula else "valuesChanged"] += 1
            counts["occurrencesChanged"] += times
            changed_rows.add(row)
    counts["rowsChanged"] += len(changed_rows)
    counts["sheetsChanged"] += bool(changed_rows)
