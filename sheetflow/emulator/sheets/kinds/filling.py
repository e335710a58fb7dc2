"""autoFill: a series goes on as it begins.

Decided here: what a series is. Formulas move along; numbers and dates that grow evenly go on so, uneven
numbers along their line; a text with a number at its end counts on; names of days and months follow one
another; anything else is repeated. The alternate series is the other choice that a person has.
"""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Callable
from datetime import date

from sheetflow.emulator.sheets import formulas
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.cells import Cell, tidy
from sheetflow.emulator.sheets.formulas import Formula, Value
from sheetflow.emulator.sheets.formulas.locales import locale_named
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.kinds.content import relocated_rule
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.values import grow
from sheetflow.emulator.wire import Json, invalid

_COUNTED = re.compile(r"(.*?)(\d{1,15})", re.DOTALL)
_EPOCH = 693594
"""The ordinal of 1899-12-30, the day 0 of serial numbers."""
_DATES = ("DATE", "DATE_TIME")
Series = Callable[[int], "Value | Formula"]
"""The value at a place counted from the source's first cell; places before it are negative."""


@kind("autoFill")
def auto_fill(batch: Batch, request: Json) -> None:
    """Fill a range with what its beginning suggests."""
    alternate = bool(request.get("useAlternateSeries"))
    if "sourceAndDestination" in request:
        wanted = request["sourceAndDestination"]
        area = batch.area(wanted.get("source", {}))
        source = batch.book.box(area)
        length = wanted.get("fillLength", 0)
        rows = wanted.get("dimension") == "ROWS"
        if wanted.get("dimension") not in ("ROWS", "COLUMNS"):
            raise invalid("dimension is required.")
    elif "range" in request:
        area = batch.area(request["range"])
        found = _detected(batch.book.sheet(area.sheet_id), batch.book.box(area))
        if found is None:
            return
        source, rows, length = found
    else:
        raise invalid("Either range or sourceAndDestination must be set.")
    if length:
        _fill(batch, area.sheet_id, source, length, rows=rows, alternate=alternate)


def _detected(sheet: Sheet, box: Box) -> tuple[Box, bool, int] | None:
    """The part of a range that has data, whether rows are to be filled, and how many after it."""
    held = [
        (row, column)
        for row in range(box.row0, min(box.row1, len(sheet.rows)))
        for column in range(box.col0, box.col1)
        if sheet.cell(row, column).value is not None
    ]
    if not held:
        return None
    last_row = max(row for row, _ in held) + 1
    last_column = max(column for _, column in held) + 1
    if last_row < box.row1:
        return Box(box.row0, last_row, box.col0, box.col1), True, box.row1 - last_row
    if last_column < box.col1:
        return Box(box.row0, box.row1, box.col0, last_column), False, box.col1 - last_column
    return None


def _fill(batch: Batch, sheet_id: int, source: Box, length: int, *, rows: bool, alternate: bool) -> None:
    """Fill `length` lines after the source, or before it where that is negative."""
    first, last = (source.row0, source.row1) if rows else (source.col0, source.col1)
    start, end = (last, last + length) if length > 0 else (first + length, first)
    if start < 0:
        raise invalid("The fill would begin before the sheet does.")
    target = source._replace(row0=start, row1=end) if rows else source._replace(col0=start, col1=end)
    batch.check(Area(sheet_id, *target))
    sheet = batch.book.writable(sheet_id)
    grow(batch.book, sheet, target.row1, target.col1)
    count = last - first
    lines = range(source.col0, source.col1) if rows else range(source.row0, source.row1)
    for line in lines:
        spots = [(first + i, line) if rows else (line, first + i) for i in range(count)]
        cells = [sheet.cell(*spot) for spot in spots]
        series = _series(cells, batch.book.locale, alternate=alternate)
        for index in range(start, end):
            place = index - first
            model, spot = cells[place % count], (index, line) if rows else (line, index)
            by = place - place % count
            moved = (by, 0) if rows else (0, by)
            value: Value | Formula = model.value
            if isinstance(value, Formula):
                value = Formula(formulas.relocate(value.text, *moved))
            else:
                value = series(place)
            rule = relocated_rule(model.validation, *moved)
            sheet.put(*spot, Cell(value, model.format, None, rule, None))


def _series(cells: list[Cell], locale: str, *, alternate: bool) -> Series:
    """How the values of some cells go on."""
    values = [cell.value for cell in cells]
    count = len(values)

    def repeated(place: int) -> Value | Formula:
        return values[place % count]

    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == count:
        dates = all((cell.number_format or {}).get("type") in _DATES for cell in cells)
        if count == 1:
            if dates == alternate:
                return repeated
            return lambda place: tidy(numbers[0] + place)
        return repeated if alternate else _numeric(numbers, dates=dates)
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < count or (alternate and count > 1):
        return repeated
    return _named(texts, locale) or _counted(texts) or repeated


def _numeric(numbers: list[float | int], *, dates: bool) -> Series:
    steps = [two - one for one, two in itertools.pairwise(numbers)]
    first, step = numbers[0], steps[0]
    months = _months_between(numbers) if dates else 0
    if months:
        return lambda place: months_later(first, months * place)
    if all(abs(one - step) < 1e-9 for one in steps):
        return lambda place: tidy(_rounded(first + step * place))
    size = len(numbers)
    middle, mean = (size - 1) / 2, sum(numbers) / size
    slope = sum((x - middle) * (y - mean) for x, y in enumerate(numbers)) / sum(
        (x - middle) ** 2 for x in range(size)
    )
    return lambda place: tidy(_rounded(mean + slope * (place - middle)))


def _rounded(number: float | int) -> float | int:
    """A number without the dust of adding decimals."""
    return number if isinstance(number, int) else float(f"{number:.15g}")


def _months_between(days: list[float | int]) -> int:
    """The whole months by which dates follow each other; 0 when they do not."""
    for months in range(1, 61):
        if all(months_later(one, months) == two for one, two in itertools.pairwise(days)):
            return months
    return 0


def months_later(day: float | int, months: int) -> float | int:
    """A serial day some months on; the last day of a month that has no such day."""
    whole, time = int(day // 1), day % 1
    start = date.fromordinal(whole + _EPOCH)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last)).toordinal() - _EPOCH + time


def _counted(texts: list[str]) -> Series | None:
    """Texts with a number at the end, which all begin alike and count evenly."""
    found = [_COUNTED.fullmatch(text) for text in texts]
    parts = [(one[1], int(one[2])) for one in found if one is not None]
    if len(parts) < len(texts) or len({head for head, _ in parts}) > 1:
        return None
    numbers = [number for _, number in parts]
    steps = {two - one for one, two in itertools.pairwise(numbers)} or {1}
    if len(steps) > 1:
        return None
    head, step = parts[0][0], steps.pop()
    width = len(texts[0]) - len(head) if texts[0][len(head)] == "0" else 1
    return lambda place: f"{head}{abs(numbers[0] + step * place):0{width}d}"


def _named(texts: list[str], locale: str) -> Series | None:
    """Names of days or months in the spreadsheet's language."""
    names = locale_named(locale)
    for known in (names.months, names.short_months, names.days, names.short_days):
        folded = [name.casefold() for name in known]
        places = [folded.index(text.casefold()) for text in texts if text.casefold() in folded]
        if len(places) < len(texts):
            continue
        size = len(folded)
        steps = {(two - one) % size for one, two in itertools.pairwise(places)} or {1}
        if len(steps) == 1:
            step = steps.pop()
            return lambda place, known=known, size=size: _cased(  # type: ignore[misc]
                known[(places[0] + step * place) % size], texts[0]
            )
    return None


def _cased(name: str, like: str) -> str:
    return name.upper() if like.isupper() else name.lower() if like.islower() else name[:1].upper() + name[1:]
