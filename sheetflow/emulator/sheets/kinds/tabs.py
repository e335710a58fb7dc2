"""Sheets as a whole, and the spreadsheet's own properties."""

from __future__ import annotations

import copy
import re
from typing import Any

from sheetflow.emulator.sheets import access, defaults, following, formulas, picture, shifts, styles
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.zones import zone_named
from sheetflow.emulator.wire import Json, Mask, assign, invalid

TITLE_LIMIT = 100


@kind("addSheet")
def add_sheet(batch: Batch, request: Json) -> Json:
    """A new sheet; its id may be chosen, and must be free."""
    wanted = styles.with_color_styles(request.get("properties", {}))
    book = batch.book
    sheet_id = wanted.get("sheetId")
    if sheet_id is None:
        sheet_id = defaults.fresh_id()
    elif sheet_id < 0:
        raise invalid(f"Sheet ID must not be negative: {sheet_id}")
    if book.find(sheet_id) is not None:
        raise invalid(f"A sheet with id {sheet_id} already exists.")
    title = wanted.get("title") or free_title(book)
    check_title(book, title)
    properties = defaults.sheet_properties(sheet_id, title)
    kept = {k: v for k, v in wanted.items() if k not in ("sheetId", "title", "index", "gridProperties")}
    properties.update({k: v for k, v in kept.items() if v not in (False, "SHEET_TYPE_UNSPECIFIED")})
    grid = {**properties["gridProperties"], **wanted.get("gridProperties", {})}
    properties["gridProperties"] = {k: v for k, v in grid.items() if v}
    sheet = Sheet(book.token, properties)
    _check_grid(sheet, grid)
    index = min(wanted.get("index", len(book.sheets)), len(book.sheets))
    if index < 0:
        raise invalid(f"Invalid sheet index: {index}")
    book.sheets.insert(index, sheet)
    book.guard_size()
    book.touch()
    return {"properties": picture.sheet_properties(sheet, index)}


@kind("deleteSheet")
def delete_sheet(batch: Batch, request: Json) -> None:
    """Remove a sheet with all that stands on it; formulas that point to it become #REF!."""
    book = batch.book
    sheet_id = request.get("sheetId", 0)
    sheet = book.find(sheet_id)
    if sheet is None:
        raise invalid(f"No sheet with id: {sheet_id}")
    others = [other for other in book.sheets if other is not sheet]
    if not any(not other.properties.get("hidden") for other in others):
        raise invalid("You can't remove all the sheets in a document.")
    batch.check(sheet.whole())
    book.sheets.remove(sheet)
    book.named_ranges = [n for n in book.named_ranges if n["range"].get("sheetId", 0) != sheet_id]
    book.metadata = [m for m in book.metadata if _sheet_of(m) != sheet_id]
    book.touch()
    book.rewrite(formulas.Deleted(sheet.title))
    for table in sheet.parts.get("tables", ()):
        book.rewrite(formulas.TableDeleted(table["name"]))


def _sheet_of(metadata: Json) -> int | None:
    location = metadata["location"]
    place: Any = location.get("dimensionRange", {}).get("sheetId", location.get("sheetId"))
    return None if place is None else int(place)


@kind("duplicateSheet")
def duplicate_sheet(batch: Batch, request: Json) -> Json:
    """A copy of a sheet, beside it or at an index."""
    book = batch.book
    source = book.find(request.get("sourceSheetId", 0))
    if source is None:
        raise invalid(f"No sheet with id: {request.get('sourceSheetId', 0)}")
    sheet_id = request.get("newSheetId") or defaults.fresh_id()
    if book.find(sheet_id) is not None:
        raise invalid(f"A sheet with id {sheet_id} already exists.")
    title = request.get("newSheetName") or free_title(book, f"Copy of {source.title}")
    check_title(book, title)
    index = min(request.get("insertSheetIndex", 0), len(book.sheets))
    twin = copy_of(source, book, sheet_id, title)
    book.sheets.insert(index, twin)
    book.guard_size()
    book.touch()
    return {"properties": picture.sheet_properties(twin, index)}


def copy_of(source: Sheet, book: Book, sheet_id: int, title: str) -> Sheet:
    """A sheet's twin for a book, under another id and title; its objects get ids and names of their own."""
    twin = source.copy(book.token)
    twin.properties = {**copy.deepcopy(source.properties), "sheetId": sheet_id, "title": title}
    twin.parts = shifts.with_sheet(twin.parts, source.sheet_id, sheet_id)
    twin.parts.pop("commentAnchors", None)  # comments are not copied
    for part, name in (
        ("protectedRanges", "protectedRangeId"),
        ("filterViews", "filterViewId"),
        ("bandedRanges", "bandedRangeId"),
        ("charts", "chartId"),
        ("slicers", "slicerId"),
    ):
        for item in twin.parts.get(part, ()):
            item[name] = defaults.fresh_id()
    taken = {table["name"].casefold() for sheet in book.sheets for table in sheet.parts.get("tables", ())}
    for table in twin.parts.get("tables", ()):
        old, number = table["name"], 2
        while table["name"].casefold() in taken:
            table["name"] = f"{old}_{number}"
            number += 1
        taken.add(table["name"].casefold())
        if table["name"] != old:
            following.rewrite(book, formulas.TableRenamed(old, table["name"]), only=twin)
        basic = twin.parts.get("basicFilter", {})
        fresh = str(defaults.fresh_id())
        if basic.get("tableId") == table["tableId"]:
            basic["tableId"] = fresh
        table["tableId"] = fresh
    return twin


@kind("updateSheetProperties")
def update_sheet_properties(batch: Batch, request: Json) -> None:
    """Change title, place, size, freezing, colour or visibility of a sheet."""
    mask = batch.mask(request, "SheetProperties")
    wanted = styles.with_color_styles(request.get("properties", {}))
    book = batch.book
    sheet_id = wanted.get("sheetId", 0)
    if book.find(sheet_id) is None:
        raise invalid(f"No sheet with id: {sheet_id}")
    access.check_sheet(batch.doc, batch.caller, sheet_id)
    sheet = book.writable(sheet_id)
    if "*" in mask:
        mask = {name: {} for name in wanted if name != "sheetId"}
    for name in ("title", "index", "gridProperties"):
        if name in mask:
            _CHANGES[name](batch, sheet, wanted, mask)
    rest: Mask = {
        n: b for n, b in mask.items() if n not in ("sheetId", "title", "index", "gridProperties", "sheetType")
    }
    for name in ("tabColor", "tabColorStyle"):
        if name in mask:
            rest.update({"tabColor": {}, "tabColorStyle": {}})
    if rest:
        assign(sheet.properties, wanted, rest)
    for name in ("hidden", "rightToLeft"):
        if not sheet.properties.get(name):
            sheet.properties.pop(name, None)
    if all(other.properties.get("hidden") for other in book.sheets):
        raise invalid("You can't hide all the sheets in a document.")
    book.guard_size()


def _retitle(batch: Batch, sheet: Sheet, wanted: Json, mask: Mask) -> None:
    del mask
    title, old = wanted.get("title", ""), sheet.title
    if title != old:
        check_title(batch.book, title, but=sheet)
        batch.book.rewrite(formulas.Renamed(old, title))
        sheet.properties["title"] = title


def _replace(batch: Batch, sheet: Sheet, wanted: Json, mask: Mask) -> None:
    del mask
    index, sheets = wanted.get("index", 0), batch.book.sheets
    if not 0 <= index <= len(sheets):
        raise invalid(f"Invalid sheet index: {index}")
    old = sheets.index(sheet)
    sheets.remove(sheet)
    sheets.insert(index - 1 if index > old else index, sheet)


def _resize(batch: Batch, sheet: Sheet, wanted: Json, mask: Mask) -> None:
    grid: Json = dict(sheet.properties["gridProperties"])
    assign(grid, wanted.get("gridProperties", {}), mask["gridProperties"])
    for name in ("rowCount", "columnCount"):
        grid.setdefault(name, sheet.properties["gridProperties"][name])
    _check_grid(sheet, grid)
    for dimension, name in (("ROWS", "rowCount"), ("COLUMNS", "columnCount")):
        count = sheet.count(dimension)
        if grid[name] < count:
            box = {"sheetId": sheet.sheet_id, f"start{dimension[:-1].title()}Index": grid[name]}
            batch.check(batch.area(box))
            sheet.resize(dimension, grid[name])
            batch.book.carry(shifts.Shifted("delete", sheet.sheet_id, dimension, grid[name], count))  # type: ignore[arg-type]
            sheet = batch.book.writable(sheet.sheet_id)
        elif grid[name] > count:
            sheet.resize(dimension, grid[name])
    sheet.properties["gridProperties"] = {name: value for name, value in grid.items() if value}


_CHANGES = {"title": _retitle, "index": _replace, "gridProperties": _resize}


def _check_grid(sheet: Sheet, grid: Json) -> None:
    for name, label in (("rowCount", "row"), ("columnCount", "column")):
        if grid[name] < 1:
            raise invalid(f"{name} must be greater than 0")
        if grid.get(f"frozen{name[0].upper()}{name[1:]}", 0) >= grid[name]:
            raise invalid(f"You can't freeze all visible {label}s on the sheet.")
    del sheet


def free_title(book: Book, wish: str | None = None) -> str:
    """A title that no sheet has: `Sheet2`, or the wish with a number behind it."""
    if wish is not None and book.titled(wish) is None:
        return wish
    number = len(book.sheets) + 1 if wish is None else 2
    while True:
        title = f"Sheet{number}" if wish is None else f"{wish} {number}"
        if book.titled(title) is None:
            return title
        number += 1


def check_title(book: Book, title: str, but: Sheet | None = None) -> None:
    """Refuse a title that is empty, too long, or taken."""
    if not title:
        raise invalid("Sheet name cannot be empty.")
    if len(title) > TITLE_LIMIT:
        raise invalid(f"Sheet name cannot be greater than {TITLE_LIMIT} characters.")
    other = book.titled(title)
    if other is not None and other is not but:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


@kind("updateSpreadsheetProperties")
def update_spreadsheet_properties(batch: Batch, request: Json) -> None:
    """Change title, locale, time zone, calculation or default format."""
    mask = batch.mask(request, "SpreadsheetProperties")
    wanted = request.get("properties", {})
    if "*" in mask:
        mask = {name: {} for name in wanted}
        if not mask:
            return
    if "title" in mask and not wanted.get("title"):
        raise invalid("Spreadsheet title cannot be empty.")
    if "timeZone" in mask:
        check_time_zone(wanted.get("timeZone", ""))
    if "locale" in mask:
        check_locale(wanted.get("locale", ""))
    assign(batch.book.properties, styles.with_color_styles(wanted), mask)
    batch.book.touch()


def check_time_zone(name: str) -> None:
    """Refuse what is neither a time zone of the tz database nor a custom one such as `GMT-07:00`."""
    try:
        zone_named(name)
    except ValueError as error:
        raise invalid(f"Invalid time zone: {name}") from error


_LOCALE = re.compile(r"[a-z]{2,3}(_([A-Z]{2}|[0-9]{3}))?")


def check_locale(name: str) -> None:
    """Refuse what is no locale: a language, or a language and a country."""
    if not _LOCALE.fullmatch(name):
        raise invalid(f"Unsupported locale: {name}")
