"""batchUpdate: all requests or none, the replies in order, the error of the first that cannot be.

Each kind is a function registered under its name. It works on the draft of the running transaction and raises
a `GoogleError` where the request cannot be; nothing of the batch is kept then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.sheets import a1, access
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.comments import Threads
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.wire import GoogleError, Json, Mask, invalid, parse_mask

NO_FIELDS = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"


class Batch(NamedTuple):
    """A running batch: the spreadsheet, who calls, the API's message types, and the comments."""

    doc: Document
    caller: str
    shapes: Shapes
    threads: Threads

    @property
    def book(self) -> Book:
        """The draft."""
        return self.doc.book

    def area(self, grid_range: Json, *, empty: bool = False) -> Area:
        """The area of a GridRange, which must be on a sheet that exists and be no nonsense.

        Args:
            grid_range: as the API has it.
            empty: whether a start may equal its end, as Google's reference has it for what is only kept.
        """
        area = a1.area_of(grid_range)
        self.book.sheet(area.sheet_id)
        for name, start, end in (("Row", area.row0, area.row1), ("Column", area.col0, area.col1)):
            if start is not None and start < 0:
                raise invalid(f"range.start{name}Index[{start}] must not be negative")
            if end is not None and end < (start or 0) + (not empty):
                raise invalid(f"range.end{name}Index[{end}] must be after start{name}Index[{start or 0}]")
        return area

    def check(self, area: Area, *, moving: bool = False) -> None:
        """Refuse a change that a protection forbids to the caller."""
        access.check_edit(self.doc, self.caller, area, moving=moving)

    def mask(self, request: Json, message: str) -> Mask:
        """The request's `fields`, each of which must be a field of the message.

        `frozenRowCount` may be named `frozen_row_count`, as in the proto: gspread-pandas does so.
        """
        text = request.get("fields", "")
        if not text:
            raise invalid(NO_FIELDS)
        return self._known(parse_mask(text), message, "")

    def _known(self, mask: Mask, message: str, path: str) -> Mask:
        known: Mask = {}
        for name, branch in mask.items():
            field = name if name == "*" else self.shapes.field(message, name)
            if field is None:
                raise invalid(f"Invalid field: {path}{name}")
            inner = None if name == "*" else self.shapes.branch(message, field)
            known[field] = branch if inner is None else self._known(branch, inner, f"{path}{name}.")
        return known


Kind = Callable[[Batch, Json], Json | None]

KINDS: dict[str, Kind] = {}
"""All kinds of requests by name."""


def kind(name: str) -> Callable[[Kind], Kind]:
    """Register a function as the kind `name`."""

    def register(function: Kind) -> Kind:
        KINDS[name] = function
        return function

    return register


def run(doc: Document, caller: str, body: Json, shapes: Shapes, threads: Threads) -> Json:
    """Do a BatchUpdateSpreadsheetRequest in one transaction.

    Args:
        doc: the spreadsheet.
        caller: who calls; may write to the file.
        body: the request in canonical form.
        shapes: the API's message types.
        threads: the spreadsheet's comments; what a failed batch wrote to them, the caller rolls back.

    Returns:
        BatchUpdateSpreadsheetResponse, without the spreadsheet that it may hold.
    """
    requests = body.get("requests", [])
    if not requests:
        raise invalid("Must specify at least one request.")
    with doc.transaction():
        batch = Batch(doc, caller, shapes, threads)
        replies = [_reply(batch, index, request) for index, request in enumerate(requests)]
    return {"spreadsheetId": doc.id, "replies": replies}


def _reply(batch: Batch, index: int, request: Json) -> Json:
    if len(request) != 1:
        words = "No request set." if not request else "Only one kind of request can be set."
        raise invalid(f"Invalid requests[{index}]: {words}")
    ((name, inner),) = request.items()
    function = KINDS.get(name)
    if function is None:
        raise GoogleError(
            501, "UNIMPLEMENTED", f"Invalid requests[{index}].{name}: the emulator does not know it."
        )
    try:
        reply = function(batch, inner)
        batch.book.touch()  # a sort, for one, has computed formulas before it wrote
    except GoogleError as error:
        if error.code != 400 or error.details:
            raise
        raise invalid(f"Invalid requests[{index}].{name}: {error.message}") from error
    return {} if reply is None else {name: reply}


def without_defaults(thing: Json, *names: str) -> Json:
    """The object without the named fields where they are false, 0 or "": Google's answers leave them out."""
    return {key: value for key, value in thing.items() if key not in names or value}
