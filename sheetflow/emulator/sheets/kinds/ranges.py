"""Named and protected ranges.

An id may be chosen by the caller; adding one that exists, or deleting one that does not, is an error. Clients
rely on it: a batch that deletes one named range and adds the next is a compare-and-swap.
"""

from __future__ import annotations

import re

from sheetflow.emulator.sheets import a1, access, defaults
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.kinds.appearance import found
from sheetflow.emulator.sheets.kinds.batch import Batch, kind, without_defaults
from sheetflow.emulator.sheets.picture import protected_range
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.shifts import with_sheet_ids, without_zero_ids
from sheetflow.emulator.wire import Json, assign, invalid

_NAME = re.compile(r"[^\W\d][\w.]*")
NAME_LIMIT = 250


@kind("addNamedRange")
def add_named_range(batch: Batch, request: Json) -> Json:
    """Give a range a name."""
    wanted = request.get("namedRange", {})
    book = batch.book
    name = wanted.get("name", "")
    _check_name(name)
    identifier = wanted.get("namedRangeId") or str(defaults.fresh_id())
    if any(item["namedRangeId"] == identifier for item in book.named_ranges):
        raise invalid(
            f"Cannot add named range with ID: {identifier}, a named range with that ID already exists."
        )
    _check_free(batch, name)
    area = batch.area(wanted.get("range", {}))
    item = {"namedRangeId": identifier, "name": name, "range": a1.grid_range(area)}
    book.named_ranges.append(item)
    book.touch()
    return {"namedRange": without_zero_ids(item)}


@kind("updateNamedRange")
def update_named_range(batch: Batch, request: Json) -> None:
    """Change a named range's name or area."""
    mask = batch.mask(request, "NamedRange")
    wanted = request.get("namedRange", {})
    item = _named(batch, wanted.get("namedRangeId", ""))
    if ("name" in mask or "*" in mask) and wanted.get("name", "").casefold() != item["name"].casefold():
        _check_name(wanted.get("name", ""))
        _check_free(batch, wanted["name"])
    if "name" in mask or "*" in mask:
        item["name"] = wanted.get("name", "")
    if "range" in mask or "*" in mask:
        item["range"] = a1.grid_range(batch.area(wanted.get("range", {})))
    batch.book.touch()


@kind("deleteNamedRange")
def delete_named_range(batch: Batch, request: Json) -> None:
    """Take a name away; it is an error when no named range has the id."""
    item = _named(batch, request.get("namedRangeId", ""))
    for sheet in batch.book.sheets:
        if any("namedRangeId" in one for one in sheet.parts.get("protectedRanges", ())):
            for protection in batch.book.writable(sheet.sheet_id).parts["protectedRanges"]:
                if protection.get("namedRangeId") == item["namedRangeId"]:
                    del protection["namedRangeId"]
                    protection["range"] = dict(item["range"])
    batch.book.named_ranges.remove(item)
    batch.book.touch()


def _named(batch: Batch, identifier: str) -> Json:
    for item in batch.book.named_ranges:
        if item["namedRangeId"] == identifier:
            return item
    raise invalid(f"No named range with id: {identifier}")


def _check_name(name: str) -> None:
    reference = a1.parse(name)
    looks_like_cells = reference is not None and reference.name is None
    if (
        not _NAME.fullmatch(name)
        or len(name) > NAME_LIMIT
        or looks_like_cells
        or name.upper() in ("TRUE", "FALSE")
    ):
        raise invalid(f"The name of a range cannot be: {name}")


def _check_free(batch: Batch, name: str) -> None:
    if batch.book.named_range(name) is not None:
        raise invalid(
            f"Cannot add named range with name: {name}, a named range with that name already exists."
        )


@kind("addProtectedRange")
def add_protected_range(batch: Batch, request: Json) -> Json:
    """Protect a range. Without editors the caller alone may edit it, beside the file's owner."""
    wanted = with_sheet_ids(request.get("protectedRange", {}))
    check_one_place(wanted)
    identifier = wanted.get("protectedRangeId") or defaults.fresh_id()
    if _find(batch, identifier) is not None:
        raise invalid(f"A protected range with id: {identifier} already exists.")
    item = {
        k: v for k, v in wanted.items() if k not in ("requestingUserCanEdit", "protectedRangeId", "editors")
    }
    item = {"protectedRangeId": identifier, **without_defaults(item, "warningOnly", "description")}
    area = _area(batch, item)
    if not access.may_edit(batch.doc, batch.caller, area):
        raise invalid(access.PROTECTED)
    item["editors"] = _editors(batch, wanted.get("editors", {}))
    batch.book.writable(area.sheet_id).parts.setdefault("protectedRanges", []).append(item)
    shown = protected_range(item, batch.caller, batch.doc.owner)
    shown["editors"] = {k: v for k, v in wanted.get("editors", {}).items() if v}
    return {"protectedRange": shown}


@kind("updateProtectedRange")
def update_protected_range(batch: Batch, request: Json) -> None:
    """Change what is protected, from whom, or how."""
    mask = batch.mask(request, "ProtectedRange")
    wanted = with_sheet_ids(request.get("protectedRange", {}))
    sheet, item = _mine(batch, wanted.get("protectedRangeId", 0))
    if "*" in mask:
        mask = {name: {} for name in batch.shapes.messages["ProtectedRange"]}
    mask = {
        n: b for n, b in mask.items() if n not in ("protectedRangeId", "requestingUserCanEdit", "editors")
    }
    changed: Json = dict(item)
    assign(changed, wanted, mask or {"protectedRangeId": {}})
    changed = without_defaults(changed, "warningOnly", "description")
    if "editors" in batch.mask(request, "ProtectedRange") or "*" in request["fields"]:
        changed["editors"] = _editors(batch, wanted.get("editors", {}))
    area = _area(batch, changed)
    parts = batch.book.writable(sheet.sheet_id).parts["protectedRanges"]
    if area.sheet_id == sheet.sheet_id:
        parts[parts.index(item)] = changed
    else:
        parts.remove(item)
        batch.book.writable(area.sheet_id).parts.setdefault("protectedRanges", []).append(changed)


@kind("deleteProtectedRange")
def delete_protected_range(batch: Batch, request: Json) -> None:
    """Take a protection away; whom it binds may not."""
    sheet, item = _mine(batch, request.get("protectedRangeId", 0))
    parts = sheet.parts
    parts["protectedRanges"].remove(item)
    if not parts["protectedRanges"]:
        del parts["protectedRanges"]


def _area(batch: Batch, item: Json) -> Area:
    """The cells of a protection, which stands on one range, named range or table."""
    if "namedRangeId" in item:
        item.pop("range", None)
        area = a1.area_of(_named(batch, item["namedRangeId"])["range"])
    elif "tableId" in item:
        item["range"] = dict(found(batch, "tables", "tableId", item["tableId"], "table")["range"])
        area = a1.area_of(item["range"])
    elif "range" in item:
        area = batch.area(item["range"])
    else:
        raise invalid("A protected range must have a range or a named range.")
    if item.get("unprotectedRanges") and area != Area(area.sheet_id):
        raise invalid("Unprotected ranges are only supported on protected sheets.")
    return area


def check_one_place(wanted: Json) -> None:
    """Refuse more than one of the things on which a protection or a filter can stand."""
    if sum(name in wanted for name in ("range", "namedRangeId", "tableId")) > 1:
        raise invalid("Only one of range, named_range_id and table_id may be set.")


def _editors(batch: Batch, wanted: Json) -> Json:
    users = [user.lower() for user in wanted.get("users", ())]
    owner, caller = batch.doc.owner.lower(), batch.caller.lower()
    if users and caller not in users and caller != owner and not wanted.get("groups"):
        raise invalid("You can't remove yourself as an editor.")
    for address in (owner, caller):
        if address and address not in users:  # nobody owns what lies in a shared drive
            users.append(address)
    editors: Json = {"users": users}
    if wanted.get("groups"):
        editors["groups"] = wanted["groups"]
    if wanted.get("domainUsersCanEdit"):
        editors["domainUsersCanEdit"] = True
    return editors


def _find(batch: Batch, identifier: int) -> tuple[Sheet, Json] | None:
    for sheet in batch.book.sheets:
        for item in sheet.parts.get("protectedRanges", ()):
            if item["protectedRangeId"] == identifier:
                return sheet, item
    return None


def _mine(batch: Batch, identifier: int) -> tuple[Sheet, Json]:
    """A protection that the caller may change, of a sheet that may be written to."""
    known = _find(batch, identifier)
    if known is None:
        raise invalid(f"No protected range with id: {identifier}")
    sheet, item = known
    if not access.can_edit(item, batch.caller, batch.doc.owner):  # one that only warns binds nobody
        raise invalid(access.PROTECTED)
    sheet = batch.book.writable(sheet.sheet_id)
    known = _find(batch, identifier)
    return sheet, item if known is None else known[1]
