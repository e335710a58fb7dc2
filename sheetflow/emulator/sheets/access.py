"""Who may change what: roles on the file, and protected ranges.

A hard protection binds everybody but the file's owner and its listed editors; a `warningOnly` one binds
nobody. This holds for API calls as for a person's hand, as at Google.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheetflow.emulator.sheets import a1
from sheetflow.emulator.sheets.a1 import Area, Box
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.wire import Json, invalid

PROTECTED = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove"
    " protection if you need to edit."
)


def check_edit(doc: Document, caller: str, area: Area, *, moving: bool = False) -> None:
    """Refuse a change of cells that a protection forbids to `caller`.

    Args:
        doc: the spreadsheet, whose current book is asked.
        caller: e-mail address.
        area: the cells that would change.
        moving: whether rows are sorted or deleted rather than written to; the document's switch
            `protected_blocks_sort` says what partial protection means then.

    Raises:
        GoogleError: 400 with Google's sentence about a protected cell.
    """
    if may_edit(doc, caller, area):
        return
    if moving and not doc.protected_blocks_sort:
        return
    raise invalid(PROTECTED)


def check_insert(doc: Document, caller: str, sheet_id: int, dimension: str, index: int) -> None:
    """Refuse to insert rows or columns into the middle of a protection that spans the sheet.

    A protected column does not keep people from inserting rows, nor a protected row from inserting columns.
    """
    across = "COLUMNS" if dimension == "ROWS" else "ROWS"
    sheet = doc.book.sheet(sheet_id)
    for protection in binding(doc, caller, sheet_id):
        area = range_of(doc.book, protection)
        if area is None:
            continue
        along = (area.row0, area.row1) if dimension == "ROWS" else (area.col0, area.col1)
        side = (area.col0, area.col1) if dimension == "ROWS" else (area.row0, area.row1)
        spans = (side[0] or 0) == 0 and (side[1] is None or side[1] >= sheet.count(across))
        inside = (along[0] is None or along[0] < index) and (along[1] is None or index < along[1])
        if spans and inside and not protection.get("unprotectedRanges"):
            raise invalid(PROTECTED)


def check_sheet(doc: Document, caller: str, sheet_id: int) -> None:
    """Refuse to change a sheet's properties where the sheet as a whole is protected."""
    for protection in binding(doc, caller, sheet_id):
        if range_of(doc.book, protection) == Area(sheet_id) and not protection.get("unprotectedRanges"):
            raise invalid(PROTECTED)


def may_edit(doc: Document, caller: str, area: Area) -> bool:
    """Whether no protection forbids `caller` to change any cell of the area."""
    return not any(_left(doc.book, protection, area) for protection in binding(doc, caller))


def binding(doc: Document, caller: str, sheet_id: int | None = None) -> Iterator[Json]:
    """The protections that bind somebody, of one sheet or of all."""
    for sheet in doc.book.sheets:
        if sheet_id is None or sheet.sheet_id == sheet_id:
            for protection in sheet.parts.get("protectedRanges", ()):
                if not can_edit(protection, caller, doc.owner):
                    yield protection


def can_edit(protection: Json, caller: str, owner: str) -> bool:
    """Whether a protection leaves somebody free to edit."""
    if protection.get("warningOnly") or caller.lower() == owner.lower():
        return True
    return is_editor(protection, caller, owner)


def is_editor(protection: Json, caller: str, owner: str) -> bool:
    """Whether somebody is the owner or among the editors of a protection."""
    address = caller.lower()
    editors = protection.get("editors", {})
    if address == owner.lower() or address in {user.lower() for user in editors.get("users", ())}:
        return True
    return (
        bool(editors.get("domainUsersCanEdit"))
        and address.rpartition("@")[2] == owner.lower().rpartition("@")[2]
    )


def range_of(book: Book, protection: Json) -> Area | None:
    """The area that is protected: its own range, or the one of its named range; None when that is gone."""
    if "range" not in protection and "namedRangeId" in protection:
        for named in book.named_ranges:
            if named["namedRangeId"] == protection["namedRangeId"]:
                return a1.area_of(named["range"])
        return None
    return a1.area_of(protection.get("range", {}))


def _left(book: Book, protection: Json, area: Area) -> list[Box]:
    """The boxes of `area` that are protected and not within an unprotected range."""
    protected = range_of(book, protection)
    if protected is None or not protected.overlaps(area) or book.find(area.sheet_id) is None:
        return []
    sheet = book.sheet(area.sheet_id)
    one, two = sheet.box(area), sheet.box(protected)
    common = _common(one, two)
    boxes = [] if common is None else [common]
    for opening in protection.get("unprotectedRanges", ()):
        hole = sheet.box(a1.area_of(opening))
        boxes = [piece for box in boxes for piece in _minus(box, hole)]
    return boxes


def _common(one: Box, two: Box) -> Box | None:
    box = Box(
        max(one.row0, two.row0), min(one.row1, two.row1), max(one.col0, two.col0), min(one.col1, two.col1)
    )
    return None if box.empty else box


def _minus(box: Box, hole: Box) -> Iterable[Box]:
    """What is left of a box without the hole: up to four boxes."""
    common = _common(box, hole)
    if common is None:
        return [box]
    pieces = (
        Box(box.row0, common.row0, box.col0, box.col1),
        Box(common.row1, box.row1, box.col0, box.col1),
        Box(common.row0, common.row1, box.col0, common.col0),
        Box(common.row0, common.row1, common.col1, box.col1),
    )
    return [piece for piece in pieces if not piece.empty]
