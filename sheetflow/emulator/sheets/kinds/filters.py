"""The basic filter, and filter views."""

from __future__ import annotations

import copy

from sheetflow.emulator.sheets import a1, defaults, filtering, styles
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.kinds.appearance import found, removed
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.kinds.ranges import check_one_place
from sheetflow.emulator.sheets.kinds.sorting import sort_box
from sheetflow.emulator.sheets.shifts import with_sheet_ids, without_zero_ids
from sheetflow.emulator.wire import Json, assign, invalid


@kind("setBasicFilter")
def set_basic_filter(batch: Batch, request: Json) -> None:
    """Put the filter that everybody sees on a sheet: rows are sorted by it, and hidden."""
    wanted = filtering.kept(with_sheet_ids(styles.with_color_styles(request.get("filter", {}))))
    if "tableId" in wanted:
        if "range" in wanted:
            raise invalid("Only one of range and table_id may be set.")
        wanted["range"] = dict(found(batch, "tables", "tableId", wanted["tableId"], "table")["range"])
    area = batch.area(wanted.get("range", {}))
    box = batch.book.box(area)
    # Open sides are closed: Google answers a filter of the whole sheet with the grid's bounds.
    given = zip(area[1:], (box.row0, box.row1, box.col0, box.col1), strict=True)
    area = Area(area.sheet_id, *(side if bound is None else bound for bound, side in given))
    wanted["range"] = a1.grid_range(area)
    _check_columns(wanted, area)
    sheet = batch.book.writable(area.sheet_id)
    sheet.parts["basicFilter"] = wanted
    specs = wanted.get("sortSpecs", [])
    if specs and box.row1 - box.row0 > 1:
        below = area._replace(row0=box.row0 + 1)
        batch.check(below, moving=True)
        sort_box(batch, area.sheet_id, batch.book.box(below), specs)
    filtering.apply(batch.book, batch.book.writable(area.sheet_id))


def _check_columns(item: Json, area: Area) -> None:
    for spec in item.get("filterSpecs", ()):
        column = spec.get("columnIndex", 0)
        if column < (area.col0 or 0) or (area.col1 is not None and column >= area.col1):
            raise invalid(f"Filter column index {column} is outside the filter's range")


@kind("clearBasicFilter")
def clear_basic_filter(batch: Batch, request: Json) -> None:
    """Take a sheet's filter away, and show what it hid."""
    sheet = batch.book.writable(request.get("sheetId", 0))
    sheet.parts.pop("basicFilter", None)
    filtering.release(sheet)


@kind("addFilterView")
def add_filter_view(batch: Batch, request: Json) -> Json:
    """A filter view; its id may be chosen, and must be free."""
    wanted = filtering.kept(with_sheet_ids(styles.with_color_styles(request.get("filter", {}))))
    check_one_place(wanted)
    if "namedRangeId" in wanted:
        named = [n for n in batch.book.named_ranges if n["namedRangeId"] == wanted["namedRangeId"]]
        if not named:
            raise invalid(f"No named range with id: {wanted['namedRangeId']}")
        wanted["range"] = named[0]["range"]
    if "tableId" in wanted:
        wanted["range"] = dict(found(batch, "tables", "tableId", wanted["tableId"], "table")["range"])
    area = batch.area(wanted.get("range", {}))
    identifier = wanted.get("filterViewId") or defaults.fresh_id()
    for sheet in batch.book.sheets:
        if any(item["filterViewId"] == identifier for item in sheet.parts.get("filterViews", ())):
            raise invalid(f"A filter view with id: {identifier} already exists.")
    views = batch.book.writable(area.sheet_id).parts.setdefault("filterViews", [])
    item = {**wanted, "filterViewId": identifier, "range": a1.grid_range(area)}
    item.setdefault("title", f"Filter {len(views) + 1}")
    views.append(item)
    return {"filter": without_zero_ids(filtering.shown(item))}


@kind("updateFilterView")
def update_filter_view(batch: Batch, request: Json) -> None:
    """Change a filter view."""
    mask = batch.mask(request, "FilterView")
    wanted = filtering.kept(with_sheet_ids(styles.with_color_styles(request.get("filter", {}))))
    item = found(batch, "filterViews", "filterViewId", wanted.get("filterViewId", 0), "filter view")
    if "criteria" in mask:
        mask = {**{name: branch for name, branch in mask.items() if name != "criteria"}, "filterSpecs": {}}
    assign(item, {**wanted, "filterViewId": item["filterViewId"]}, mask)
    area = batch.area(item.get("range", {}))
    item["range"] = a1.grid_range(area)


@kind("deleteFilterView")
def delete_filter_view(batch: Batch, request: Json) -> None:
    """Remove a filter view."""
    removed(batch, "filterViews", "filterViewId", request.get("filterId", 0), "filter view")


@kind("duplicateFilterView")
def duplicate_filter_view(batch: Batch, request: Json) -> Json:
    """A filter view's twin under a new id."""
    item = found(batch, "filterViews", "filterViewId", request.get("filterId", 0), "filter view")
    twin = {**copy.deepcopy(item), "filterViewId": defaults.fresh_id(), "title": f"Copy of {item['title']}"}
    views = batch.book.writable(item["range"].get("sheetId", 0)).parts["filterViews"]
    views.append(twin)
    return {"filter": without_zero_ids(filtering.shown(twin))}
