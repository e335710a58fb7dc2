"""The Sheets service: spreadsheets by id, who may open them, and the methods of the API in process.

`routes` puts these methods under Google's paths. Every method takes the caller's e-mail address; what it may
do is decided by its role on the file (`files`) and by protected ranges (`access`).
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from importlib.resources import files as resource_files
from typing import TYPE_CHECKING, Any, Protocol

from sheetflow.emulator.files import ROLES, SPREADSHEET, Files
from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.sheets import (
    comments,
    creation,
    defaults,
    kinds,
    picture,
    styles,
    tables,
    validation,
    values,
)
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.archive import Archive
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.comments import Threads
from sheetflow.emulator.sheets.document import Document
from sheetflow.emulator.sheets.kinds.tabs import check_locale, check_time_zone, copy_of, free_title
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.shifts import with_sheet_ids
from sheetflow.emulator.sheets.values import Written
from sheetflow.emulator.sheets.view import View
from sheetflow.emulator.store import Store
from sheetflow.emulator.wire import GoogleError, Json, Mask, forbidden, invalid, not_found

if TYPE_CHECKING:
    from flask import Blueprint


class Clock(Protocol):
    """The workspace's time."""

    def now(self) -> datetime:
        """This moment, aware of its zone."""


@functools.cache
def sheets_shapes() -> Shapes:
    """The message types of Sheets v4."""
    table = resource_files("sheetflow.emulator.sheets").joinpath("messages.txt").read_text("utf-8")
    return Shapes(table, "google.apps.sheets.v4")


class SheetsService:
    """All spreadsheets of the workspace.

    Args:
        store: where everything is kept.
        clock: the workspace's time.
        blocks_sort: the switch: whether sorting or deleting rows that are partly protected fails.
        on_change: told (spreadsheet id, caller) after each write that was kept.

    Attributes:
        files: the files' records and permissions, which Drive shares.
        shapes: the message types of the API.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        blocks_sort: Callable[[], bool] | None = None,
        on_change: Callable[[str, str], None] | None = None,
    ) -> None:
        self.files = Files(store, clock.now)
        self.shapes = sheets_shapes()
        self._store = store
        self._clock = clock
        self._archive = Archive(store, clock.now)
        self._blocks_sort = blocks_sort or (lambda: True)
        self._on_change = on_change or (lambda *_: None)
        self._documents: dict[str, Document] = {}
        self._has_comments = False
        self._lock = threading.Lock()

    def routes(self) -> Blueprint:
        """The API under Google's paths; the caller's address is `flask.g.caller`."""
        from sheetflow.emulator.sheets.routes import blueprint

        return blueprint(self)

    def open(self, spreadsheet_id: str, caller: str, *, write: bool = False) -> Document:
        """A spreadsheet that `caller` may read, or write to.

        Raises:
            GoogleError: 404 when there is none, 403 when the caller has no such right.
        """
        file = self.files.get(spreadsheet_id)
        if file is None:
            raise not_found()
        role = self.files.role(spreadsheet_id, caller)
        if role is None or (write and ROLES.index(role) < ROLES.index("writer")):
            raise forbidden()
        if file.mime_type != SPREADSHEET:
            raise invalid("This operation is not supported for this document")
        with self._lock:
            document = self._documents.get(spreadsheet_id)
            if document is None:
                book = self._archive.load(spreadsheet_id)
                if book is None:
                    raise not_found()
                document = Document(spreadsheet_id, file.owner, book, self._keep, self._blocks_sort)
                self._documents[spreadsheet_id] = document
        return document

    def _keep(self, spreadsheet_id: str, old: Book, new: Book) -> None:
        with self._store.write():
            self._archive.save(spreadsheet_id, old, new)
            title = new.properties["title"]
            self.files.touch(spreadsheet_id, title if title != old.properties["title"] else None)

    def create(self, caller: str, body: Json | None = None, place: Json | None = None) -> Json:
        """`spreadsheets.create`: a spreadsheet that belongs to the caller.

        Args:
            caller: e-mail address.
            body: a Spreadsheet: properties, sheets with data, named ranges.
            place: columns of the file's record, when it is neither the caller's nor in the caller's My Drive.

        Returns:
            The Spreadsheet as answered.
        """
        wanted = with_sheet_ids(self.shapes.fit("Spreadsheet", body))
        properties = wanted.get("properties", {})
        title = properties.get("title") or "Untitled spreadsheet"
        book = Book(
            {**defaults.spreadsheet_properties(title), **styles.with_color_styles(properties)},
            self._clock.now,
        )
        book.properties["title"] = title
        check_time_zone(book.time_zone)
        check_locale(book.locale)
        for index, one in enumerate(wanted.get("sheets", [])):
            book.sheets.append(creation.new_sheet(book, index, one))
        if not book.sheets:
            book.sheets.append(Sheet(book.token, defaults.sheet_properties(0, "Sheet1")))
        book.guard_size()
        with self._store.write():
            file = self.files.add(title, SPREADSHEET, **{"owner": caller, **(place or {})})
            self._archive.save(file.id, None, book)
        doc = self.open(file.id, caller)
        requests = creation.requests(wanted, book)
        if requests:
            try:
                self._run(doc, caller, {"requests": requests})
            except GoogleError:
                self.remove(file.id)
                raise
        with doc.lock:
            return picture.spreadsheet(doc, caller)

    def share(self, file_id: str, email: str, role: str) -> None:
        """Give somebody a role on a file: owner, writer, commenter or reader."""
        self.files.share(file_id, email, role)

    def rename(self, file_id: str, caller: str, title: str) -> None:
        """Rename a spreadsheet's file, which is its title."""
        doc = self.open(file_id, caller, write=True)
        with doc.transaction() as book:
            book.properties["title"] = title
        self.changed(doc, caller)

    def remove(self, file_id: str) -> None:
        """Delete a spreadsheet for good."""
        with self._lock, self._store.write():
            self._documents.pop(file_id, None)
            self._archive.remove(file_id)
            self.files.remove(file_id)

    def duplicate(self, file_id: str, caller: str, title: str, place: Json) -> str:
        """A copy of a spreadsheet, placed as `create` says; returns its id."""
        doc = self.open(file_id, caller)
        with doc.lock, self._store.write():
            file = self.files.add(title, SPREADSHEET, **{"owner": caller, **place})
            twin = doc.book.draft()
            twin.properties["title"] = title
            self._archive.save(file.id, None, twin)
        return file.id

    def reowned(self, file_id: str, owner: str) -> None:
        """Tell that a spreadsheet has a new owner, "" for none: protections do not bind its owner."""
        with self._lock:
            doc = self._documents.get(file_id)
            if doc is not None:
                doc.owner = owner

    def changed(self, doc: Document, caller: str) -> None:
        """Tell that a write was kept; inside a transaction nothing is kept yet, and nothing is told."""
        if not doc.in_transaction:
            self._on_change(doc.id, caller)

    def batch_update(self, doc: Document, caller: str, body: Json, mask: Mask | None = None) -> Json:
        """`spreadsheets.batchUpdate`, its body in any form that Google's JSON takes.

        Args:
            doc: the spreadsheet.
            caller: who calls.
            body: the request.
            mask: the answer's field mask, which decides whether there is grid data in it.
        """
        fitted = self.shapes.fit("BatchUpdateSpreadsheetRequest", body)
        discussed = any("omment" in name for request in fitted.get("requests", ()) for name in request)
        with doc.lock, self._store.write() if discussed else nullcontext(), doc.transaction() as book:
            answer = self._run(doc, caller, fitted)
            if fitted.get("includeSpreadsheetInResponse"):
                tables.settle(book)
                texts = fitted.get("responseRanges")
                areas = [book.area(text) for text in texts] if texts else None
                mode, grid = fitted.get("commentsViewMode", ""), bool(fitted.get("responseIncludeGridData"))
                part = None if mask is None else mask.get("updatedSpreadsheet", mask.get("*"))
                if mask is None or part is not None:
                    answer["updatedSpreadsheet"] = self.picture(
                        doc, caller, areas=areas, grid=grid, mask=part, mode=mode
                    )
        self.changed(doc, caller)
        return answer

    def _run(self, doc: Document, caller: str, body: Json) -> Json:
        return kinds.run(doc, caller, body, self.shapes, self.threads(doc, caller))

    def threads(self, doc: Document, caller: str) -> Threads:
        """The comments of a spreadsheet."""
        from sheetflow.emulator.drive.comments import Comments

        if not self._has_comments:
            Comments(self.files)  # declares where comments are kept
            self._has_comments = True
        return Threads(self.files, doc.id, caller)

    def picture(self, doc: Document, caller: str, *, mode: str = "", **how: Any) -> Json:
        """The Spreadsheet as `picture.spreadsheet` has it, in a mode of viewing comments; "" for the usual.

        Raises:
            GoogleError: 403 when comments are asked for that the caller may not see.
        """
        given = comments.view_mode(mode, self.files.role(doc.id, caller))
        threads = self.threads(doc, caller).listed() if given == comments.INCLUDED else None
        return picture.spreadsheet(doc, caller, threads=threads, mode=given if mode else "", **how)

    def write_values(
        self,
        doc: Document,
        caller: str,
        place: Area | str,
        lines: list[list[Any]],
        *,
        entered: bool = True,
        by_hand: bool = False,
        major: str = "ROWS",
    ) -> Written:
        """Write values into an area (or a range in A1 notation), protections checked.

        Args:
            doc: the spreadsheet.
            caller: who writes.
            place: a single cell stands for "from here on".
            lines: rows of JSON values; None skips a cell, "" empties it.
            entered: texts are read as if typed.
            by_hand: strict data validation holds too.
            major: ROWS or COLUMNS.
        """
        with doc.transaction() as book:
            area = book.area(place) if isinstance(place, str) else place
            done = values.write(doc, caller, area, lines, entered=entered, major=major)
            if by_hand:
                validation.check_box(book, done.sheet_id, done.box)
        self.changed(doc, caller)
        return done

    def append_row(
        self, doc: Document, caller: str, sheet_id: int, items: list[Any], *, entered: bool = True
    ) -> Written:
        """SpreadsheetApp's `appendRow`: one row after the last one that shows anything, atomically."""
        with doc.transaction():
            done = values.append_row(doc, caller, sheet_id, items, entered=entered)
        self.changed(doc, caller)
        return done

    def append_values(
        self, doc: Document, caller: str, place: Area | str, lines: list[list[Any]], **options: Any
    ) -> tuple[str, Written]:
        """`values.append`; returns the table's range in A1 notation ("" without one) and what was written."""
        with doc.transaction() as book:
            area = book.area(place) if isinstance(place, str) else place
            table, done = values.append(doc, caller, area, lines, **options)
            name = "" if table is None else book.name_of(area.sheet_id, table)
        self.changed(doc, caller)
        return name, done

    def clear_values(self, doc: Document, caller: str, places: list[Area | str]) -> list[str]:
        """`values.clear` of some ranges; returns them in A1 notation."""
        names = []
        with doc.transaction() as book:
            for place in places:
                area = book.area(place) if isinstance(place, str) else place
                names.append(book.name_of(area.sheet_id, values.clear(doc, caller, area)))
        self.changed(doc, caller)
        return names

    def marks(self, doc: Document, place: Area | str) -> list[validation.Violation]:
        """The cells of an area that are marked because their validation rule does not accept them."""
        with doc.lock:
            area = doc.book.area(place) if isinstance(place, str) else place
            return list(validation.violations(doc.book, area.sheet_id, doc.book.box(area)))

    def shown(self, doc: Document, sheet_id: int) -> View:
        """A sheet as it is read; hold the document's lock while using it."""
        return View(doc.book, doc.book.sheet(sheet_id))

    def copy_sheet(self, doc: Document, caller: str, sheet_id: int, destination: str) -> Json:
        """`sheets.copyTo`: a sheet's twin at the end of another spreadsheet; returns its SheetProperties."""
        other = self.open(destination, caller, write=True)
        first, second = sorted((doc, other), key=lambda one: one.id)
        with first.lock, second.lock, other.transaction() as book:
            source = doc.book.sheet(sheet_id)
            title = free_title(book, f"Copy of {source.title}")
            twin = copy_of(source, book, defaults.fresh_id(), title)
            book.sheets.append(twin)
            book.guard_size()
            answer = picture.sheet_properties(twin, len(book.sheets) - 1)
        self.changed(other, caller)
        return answer
