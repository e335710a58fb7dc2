"""Protected ranges: missing, moved, loosened, opened to others, and those of a former template.

Google tells a protection's editors to its editors alone, and lets nobody else change it. One that leaves the
functions' account out has to be put right by the file's owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sheetflow.templates import looks
from sheetflow.templates.actual import Json
from sheetflow.templates.looks import SIGN, grid
from sheetflow.templates.plan import Change
from sheetflow.templates.stand import Stand


def protections(stand: Stand, everywhere: Sequence[tuple[int, Json]]) -> Iterator[Change]:
    """Every difference of a tab's protections.

    Args:
        stand: the tab.
        everywhere: all protections of the spreadsheet, with the sheetId of their tabs: ours may have been
            given a range on another.
    """
    for wanted in _wanted(stand):
        found = _found(wanted, everywhere)
        name = _name(stand, wanted)
        if found is None:
            yield Change(
                "add", "protection", name, f"it is missing; {_told(wanted)}",
                requests=({"addProtectedRange": {"protectedRange": wanted}},),
            )  # fmt: skip
            continue
        if not found.get("requestingUserCanEdit"):
            yield Change(
                "change", "protection", name,
                "the account that runs this may not change it: the file's owner has to remove it in Data > "
                "Protected sheets and ranges; after that it is made again",
            )  # fmt: skip
            continue
        differs = _differs(stand, wanted, found)
        if differs:
            yield Change(
                "change", "protection", name, f"{'; '.join(differs)}; it is put right",
                requests=(_update(wanted, found),),
            )  # fmt: skip


def former(stands: Sequence[Stand], everywhere: Sequence[tuple[int, Json]]) -> Iterator[Change]:
    """Protections of ours that the template has no more."""
    known = {wanted["description"] for stand in stands for wanted in _wanted(stand)}
    kept = {wanted["protectedRangeId"] for stand in stands for wanted in _wanted(stand)}
    for _, found in everywhere:
        text = str(found.get("description", ""))
        number = found.get("protectedRangeId")
        if text.startswith(SIGN) and text not in known and number not in kept:
            can = bool(found.get("requestingUserCanEdit"))
            request = {"deleteProtectedRange": {"protectedRangeId": number}}
            yield Change(
                "remove", "protection", text.removeprefix(SIGN), "the template has it no more; it goes",
                requests=(request,) if can else (),
            )  # fmt: skip


def _wanted(stand: Stand) -> Iterator[dict[str, Any]]:
    editors = stand.target.editors
    if stand.tab.key == "registry":
        yield from stand.target.registry(stand.then).protections()
    if stand.tab.open:
        for key, place in stand.then.items():
            who = editors["accountants" if key == stand.tab.open else "system"]
            yield looks.protection((stand.tab.key, key), grid(stand.id, columns=(place, place + 1)), who)
    if stand.tab.protect:
        yield looks.protection((stand.tab.key,), grid(stand.id), editors[stand.tab.protect])


def _found(wanted: Json, everywhere: Sequence[tuple[int, Json]]) -> Json | None:
    for name in ("protectedRangeId", "description"):
        for _, one in everywhere:
            if one.get(name) == wanted[name]:
                return one
    return None


def _name(stand: Stand, wanted: Json) -> str:
    key = wanted["description"].rpartition(".")[2]
    if key == "header":
        return f"{stand.title} / header row"
    return stand.name(key) if key in stand.then and stand.tab.key == "registry" else stand.title


def _told(wanted: Json) -> str:
    if wanted.get("warningOnly"):
        return "from now on Google asks whether one is sure"
    return "anybody who may edit the file can write there; from now on only those who should"


def _differs(stand: Stand, wanted: Json, found: Json) -> list[str]:
    differs = []
    if not _same_range(stand, wanted["range"], found):
        differs.append("it stands elsewhere")
    if found.get("description", "") != wanted["description"]:
        differs.append("its description was changed")
    warns = bool(wanted.get("warningOnly"))
    if bool(found.get("warningOnly")) != warns:
        differs.append(
            "it only warns" if found.get("warningOnly") else "it forbids where it should only warn"
        )
    if found.get("unprotectedRanges"):
        differs.append("parts of it are left open")
    if not warns and not found.get("warningOnly"):
        differs += _editors(stand, wanted, found)
    return differs


def _editors(stand: Stand, wanted: Json, found: Json) -> Iterator[str]:
    editors: Mapping[str, Any] = found.get("editors", {})
    owner = {stand.target.owner} if stand.target.owner else set()
    should = {address.lower() for address in wanted["editors"]["users"]} - owner
    may = {str(address).lower() for address in editors.get("users", ())} - owner
    more = sorted(may - should)
    more += sorted(f"the group {group}" for group in editors.get("groups", ()))
    if editors.get("domainUsersCanEdit"):
        more.append("everybody in the domain")
    if more:
        yield f"it lets {', '.join(more)} write there"
    if should - may:
        yield f"it keeps {', '.join(sorted(should - may))} out"


def _same_range(stand: Stand, wanted: Json, found: Json) -> bool:
    place = found.get("range", {})
    if place.get("sheetId", 0) != stand.id or "namedRangeId" in found:
        return False
    rows = int(place.get("startRowIndex", 0)), int(place.get("endRowIndex", 10**9))
    whole = rows[0] == 0 and rows[1] >= stand.sheet.rows
    if "endRowIndex" in wanted:  # the header row: it is wide enough where it covers our columns
        first, last = int(place.get("startColumnIndex", 0)), int(place.get("endColumnIndex", 10**9))
        return rows == (0, 1) and first == 0 and last >= stand.sheet.columns
    if not whole:
        return False
    if "startColumnIndex" not in wanted and "endColumnIndex" not in wanted:
        last = int(place.get("endColumnIndex", 10**9))
        return int(place.get("startColumnIndex", 0)) == 0 and last >= stand.sheet.columns
    key = next(key for key, at in stand.then.items() if at == int(wanted.get("startColumnIndex", 0)))
    return stand.columns_of(place) == [key]


def _update(wanted: Json, found: Json) -> dict[str, Any]:
    """One request that gives a protection all that it should have; its own id stays."""
    item = {**wanted, "protectedRangeId": found["protectedRangeId"], "unprotectedRanges": []}
    fields = "range,description,warningOnly,unprotectedRanges"
    if wanted.get("warningOnly"):
        return {"updateProtectedRange": {"protectedRange": item, "fields": fields}}
    item["warningOnly"] = False
    return {"updateProtectedRange": {"protectedRange": item, "fields": fields + ",editors"}}
