"""What a person's hand does in the spreadsheet's own pages: types into a cell, pastes a block, clears.

A hand differs from the API in three ways: strict data validation refuses what it types, texts are always read
as typed (USER_ENTERED), and installed edit triggers hear of it. Roles and protected ranges bind both alike.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.apps_script.runtime import Edit, Run
from sheetflow.emulator.files import SPREADSHEET
from sheetflow.emulator.sheets import filtering
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.cells import tidy
from sheetflow.emulator.sheets.formulas import CellError, Formula, Value
from sheetflow.emulator.wire import Json, invalid, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.emulator import Emulator
    from sheetflow.emulator.sheets.a1 import Box
    from sheetflow.emulator.sheets.document import Document

EDIT_FIELDS = frozenset({"as", "range", "value", "values", "spreadsheet", "wait"})


class Hand:
    """Edits as people make them."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._waiting: set[threading.Thread] = set()

    def edit_request(self, body: Json) -> Json:
        """Do what `POST /workspace/edit` asks for.

        Args:
            body: {"as": email, "range": A1, "value": x} types x into the range's cells, None or "" clears
                them; {"values": [[…]]} instead of "value" pastes a block at the range's upper left corner.
                "spreadsheet" may be left out where there is one; "wait": false answers before the triggers
                ran.

        Returns:
            {"spreadsheetId", "updatedRange", "triggers": [{"project", "function", "ok", "error", "ms",
            "log"}]}.

        Raises:
            GoogleError: 400 malformed, protected or invalid by a validation rule; 403 no access; 404 no such
                file.
        """
        if not set(body) <= EDIT_FIELDS or ("value" in body) == ("values" in body):
            raise invalid(
                'Send {"as": email, "range": "Tab!B5", "value": x} or "values": [[…]] in place of "value"'
            )
        who, where, wait = body.get("as"), body.get("range"), body.get("wait", True)
        if (
            not isinstance(who, str)
            or "@" not in who
            or not isinstance(where, str)
            or not isinstance(wait, bool)
        ):
            raise invalid('"as" is an e-mail address, "range" is in A1 notation, "wait" a boolean')
        spreadsheet = body.get("spreadsheet") or self._only_spreadsheet()
        if "values" in body:
            return self.paste(who, spreadsheet, where, _block(body["values"]), wait=wait)
        return self.type(who, spreadsheet, where, _scalar(body["value"]), wait=wait)

    def view_request(self, asked: Mapping[str, str]) -> Json:
        """Which rows a filter view shows, as a page asks that has no evaluator of its own: `/workspace/view`.

        Args:
            asked: "as", an e-mail address; "fvid", the view's id; "spreadsheet" as with edits.

        Returns:
            {"filterViewId", "range": GridRange, "rows": [row indexes from 0, in the view's order]}: the first
            row of the range, its header, is not among them.

        Raises:
            GoogleError: 403 no access; 404 no such spreadsheet or filter view.
        """
        spreadsheet = asked.get("spreadsheet") or self._only_spreadsheet()
        doc = self._emulator.sheets.open(spreadsheet, asked.get("as", "").lower())
        with doc.lock:
            for sheet in doc.book.sheets:
                for item in sheet.parts.get("filterViews", ()):
                    if str(item["filterViewId"]) == asked.get("fvid"):
                        rows = filtering.rows_of(doc.book, sheet, item)
                        return {"filterViewId": item["filterViewId"], "range": item["range"], "rows": rows}
        raise not_found()

    def type(self, who: str, spreadsheet: str, where: str, value: Any, *, wait: bool = True) -> Json:
        """Type a value into a cell, or into all cells of a range. Answers as `edit_request`."""
        return self._edit(who, spreadsheet, where, None, value, wait=wait)

    def paste(
        self, who: str, spreadsheet: str, where: str, block: list[list[Any]], *, wait: bool = True
    ) -> Json:
        """Paste a block at the upper left corner of a range. Answers as `edit_request`."""
        return self._edit(who, spreadsheet, where, block, None, wait=wait)

    def _edit(
        self, who: str, spreadsheet: str, where: str, block: list[list[Any]] | None, value: Any, *, wait: bool
    ) -> Json:
        who = who.lower()
        sheets = self._emulator.sheets
        doc = sheets.open(spreadsheet, who, write=True)
        with doc.lock:
            area = doc.book.area(where)
            box = doc.book.box(area, clip=block is not None)
            told = block is None and box.row1 - box.row0 == box.col1 - box.col0 == 1
            old = self._told(doc, area.sheet_id, box) if told else None
            if block is None:
                place = Area(area.sheet_id, *box)
                lines = [[_blank_for_none(value)] * (box.col1 - box.col0)] * (box.row1 - box.row0)
            else:  # only the corner counts, and the grid grows where it is too small
                place = Area(area.sheet_id, box.row0, box.row0 + 1, box.col0, box.col0 + 1)
                lines = [[_blank_for_none(item) for item in line] for line in block]
            done = sheets.write_values(doc, who, place, lines, entered=True, by_hand=True)
            new = self._told(doc, area.sheet_id, box) if told else None
            name = doc.book.name_of(done.sheet_id, done.box)
        found = done.box
        self._emulator.events.publish("edit", spreadsheet=spreadsheet, range=name, by=who)
        cells = (found.row0 + 1, found.col0 + 1, found.row1 - found.row0, found.col1 - found.col0)
        edit = Edit(spreadsheet, area.sheet_id, cells, who, new, old)
        runs = self.fire(lambda: self._emulator.scripts.edited(edit), wait=wait)
        return {"spreadsheetId": spreadsheet, "updatedRange": name, "triggers": [run.brief() for run in runs]}

    def _told(self, doc: Document, sheet_id: int, box: Box) -> float | str | bool | None:
        """A cell's value as an edit event tells it; None for blank."""
        entered = doc.book.entered(sheet_id, box.row0, box.col0)
        if entered is None or isinstance(entered, Formula):  # only these need the sheet to be computed
            entered = self._emulator.sheets.shown(doc, sheet_id).value(box.row0, box.col0)
        value: Value = entered
        if isinstance(value, CellError):
            return str(value)
        return None if value == "" else tidy(value)  # type: ignore[return-value]

    def settle(self, seconds: float = 30.0) -> None:
        """Wait for the triggers of edits that did not wait for them, at most so long for each."""
        for thread in list(self._waiting):
            thread.join(seconds)

    def fire(self, triggers: Callable[[], list[Run]], *, wait: bool) -> list[Run]:
        """Run triggers: now, or in a thread of their own, of which nothing is told."""
        if wait:
            return triggers()

        def later() -> None:
            try:
                triggers()
            finally:
                self._waiting.discard(thread)

        thread = threading.Thread(target=later, name="trigger", daemon=True)
        self._waiting.add(thread)
        thread.start()
        return []

    def _only_spreadsheet(self) -> str:
        found = self._emulator.store.read("SELECT id FROM files WHERE mime_type = ?", (SPREADSHEET,))
        if len(found) != 1:
            raise invalid(f'There are {len(found)} spreadsheets: say which, with "spreadsheet"')
        return str(found[0][0])


def _blank_for_none(value: Any) -> Any:
    """The API skips a None; a hand that clears a cell does not."""
    return "" if value is None else value


def _scalar(value: Any) -> Any:
    if value is not None and not isinstance(value, str | int | float | bool):
        raise invalid('"value" is a text, a number, a boolean or null')
    return value


def _block(block: Any) -> list[list[Any]]:
    if not isinstance(block, list) or not block or not all(isinstance(line, list) and line for line in block):
        raise invalid('"values" is a list of rows, each a list of values')
    width = max(map(len, block))
    return [[_scalar(item) for item in line] + [None] * (width - len(line)) for line in block]
