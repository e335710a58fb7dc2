"""The basic filter, and filter views."""

from __future__ import annotations

import copy

from sheetflow.emulator.sheets import a1, defaults
from sheetflow.emulator.sheets.kinds.appearance import found, removed
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.shifts import with_sheet_ids, without_zero_ids
from sheetflow.emulator.wire import Json, assign, invalid


@kind("setBasicFilter")
def set_basic_filter(batch: Batch, request: Json) -> None:
    """Put the filter that everybody sees on a sheet; an earlier one is replaced."""
    wanted = with_sheet_ids(request.get("filter", {}))
    area = batch.area(wanted.get("range", {}))
    wanted["range"] = a1.grid_range(area)
    batch.book.writable(area.sheet_id).parts["basicFilter"] = wanted


@kind("clearBasicFilter")
def clear_basic_filter(batch: Batch, request: Json) -> None:
    """Take a sheet's filter away."""
    batch.book.writable(request.get("sheetId", 0)).parts.pop("basicFilter", None)


@kind("addFilterView")
def add_filter_view(batch: Batch, request: Json) -> Json:
    """A filter view; its id may be chosen, and must be free."""
    wanted = with_sheet_ids(request.get("filter", {}))
    if "namedRangeId" in wanted and "range" not in wanted:
        named = [n for n in batch.book.named_ranges if n["namedRangeId"] == wanted["namedRangeId"]]
        if not named:
            raise invalid(f"No named range with id: {wanted['namedRangeId']}")
        wanted["range"] = named[0]["range"]
    area = batch.area(wanted.get("range", {}))
    identifier = wanted.get("filterViewId") or defaults.fresh_id()
    for sheet in batch.book.sheets:
        if any(item["filterViewId"] == identifier for item in sheet.parts.get("filterViews", ())):
            raise invalid(f"A filter view with id: {identifier} already exists.")
    views = batch.book.writable(area.sheet_id).parts.setdefault("filterViews", [])
    item = {**wanted, "filterViewId": identifier, "range": a1.grid_range(area)}
    item.setdefault("title", f"Filter {len(views) + 1}")
    views.append(item)
    return {"filter": without_zero_ids(item)}


@kind("updateFilterView")
def update_filter_view(batch: Batch, request: Json) -> None:
    """Change a filter view."""
    mask = batch.mask(request, "FilterView")
    wanted = with_sheet_ids(request.get("filter", {}))
    item = found(batch, "filterViews", "filterViewId", wanted.get("filterViewId", 0), "filter view")
    assign(item, {**wanted, "filterViewId": item["filterViewId"]}, mask)
    batch.area(item.get("range", {}))


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
    return {"filter": without_zero_ids(twin)}
