"""The spreadsheet over Sheets API v4: one `values.batchGet` a read, one guarded `batchUpdate` a commit.

The token's named range is deleted and added again, under the next revision's id, at the head of every
batch: where another instance committed first the old id is gone, and Google refuses the whole batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import gspread

from sheetflow.adapters.batches import append, bank_lines, cell, deletions, grid, inserted, placed, put, runs
from sheetflow.adapters.http import SheetsHttp
from sheetflow.core import history
from sheetflow.core.bank.lines import DECISION
from sheetflow.core.bank.lines import WIDTH as BANK_WIDTH
from sheetflow.core.inbox import CONSUMED
from sheetflow.core.inbox import WIDTH as INBOX_WIDTH
from sheetflow.core.migration.archive import Everything
from sheetflow.core.projection import WIDTH as STATE_WIDTH
from sheetflow.core.tabs import (
    FIRST_STATE_ROW,
    OUTBOX_HEADERS,
    TOKEN_NAME,
    attention_text,
    read_attention,
    read_token,
    token_text,
)
from sheetflow.errors import ConcurrentEdit, ConfigError, NotFound, Unavailable
from sheetflow.model.cells import Cell
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Registry, Row, Snapshot, Token
from sheetflow.ports import ClockPort, Commit, Receipt
from sheetflow.templates.formulas import header_text, letter

OPTIONAL = ("policy", "recurring", "bank")
"""Tabs that a registry of an older sheetflow has not got yet."""
TABS = ("inbox", "state", "registry", "people", "settings", "contractors", "outbox", "attention", *OPTIONAL)
"""What a pass reads, between two looks at the token."""
PEOPLES_TABS = ("registry", "contractors", "people", "settings", "policy", "recurring", "calendar")
"""What people see: an export has all of these that there are."""


class Sheets:
    """One spreadsheet (SheetPort, HistoryPort).

    `titles`: tab key -> title; a tab that was renamed is found again by its sheetId.
    `headers`: header text, lower case -> column key.
    """

    def __init__(
        self,
        client: gspread.Client,
        spreadsheet: str,
        titles: Mapping[str, str],
        headers: Mapping[str, str],
        clock: ClockPort,
    ) -> None:
        self.http: SheetsHttp = client.http_client  # type: ignore[assignment]
        self.spreadsheet, self.headers, self.clock = spreadsheet, headers, clock
        self.titles = dict(titles)
        self._sheets: Mapping[str, int] = {}
        self._orphan: Token | None = None
        self._banks: tuple[str, Mapping[str, Sequence[str]]] | None = None
        self._absent, self._there = frozenset[str](), frozenset[str]()

    def read(self, event: int = 0) -> Snapshot:
        """Read what a pass needs. Raises Unavailable where the spreadsheet changes faster than it is read."""
        for _ in range(5):
            first, *tabs, mark, last = self._with_event(event)
            token = read_token(_corner(first))
            if self._absent & token.sheets.keys():  # a tab was added since
                self._absent -= token.sheets.keys()
                continue
            if token_text(token) == token_text(read_token(_corner(last))):
                break
        else:
            raise Unavailable("Sheets", "another commit came in between at every try to read")
        self._sheets = token.sheets
        found = dict(zip((key for key in TABS if key not in self._absent), tabs, strict=True))
        standings = found["attention"]
        token = replace(
            token, attention=read_attention(standings[0][0] if standings and standings[0] else "")
        )
        return Snapshot(
            now=self.http.told_at or self.clock.now(),
            token=token,
            registry=self._registry(found["registry"]),
            state=found["state"],
            inbox=found["inbox"],
            outbox=found["outbox"],
            people=found["people"],
            settings=found["settings"],
            contractors=found["contractors"],
            throttled=self.http.throttled,
            policy=found.get("policy", []),
            recurring=found.get("recurring", []),
            bank=found.get("bank", []),
            event_hash=str(mark[0][0]) if mark and mark[0] else "",
        )

    def read_history(self) -> tuple[Token, Sequence[Event]]:
        """The token and the whole History tab. Raises HistoryBroken for a row that cannot be read."""
        token, rows = self._get(["token", "history"])
        events = [history.from_row(row, place) for place, row in enumerate(rows[1:], start=1)]
        return read_token(_corner(token)), events

    def read_everything(self) -> Everything:
        """All tabs that an export is made of, at one moment. Two reads.

        Raises:
            Unavailable: the spreadsheet changes faster than it is read.
        """
        for _ in range(5):
            (first,) = self._get(["token"])
            token = read_token(_corner(first))
            people = [key for key in PEOPLES_TABS if key in token.sheets and key in self.titles]
            parts = self._get(["history", "state", "outbox", *people, "token"], "UNFORMATTED_VALUE")
            if token_text(token) == token_text(read_token(_corner(parts[-1]))):
                tabs = dict(zip(people, parts[3:-1], strict=True))
                return Everything(token, parts[0][1:], parts[1], parts[2], tabs, self.titles)
        raise Unavailable("Sheets", "another commit came in between at every try to read")

    def read_banks(self, since: str) -> Mapping[str, Sequence[str]]:
        """The bank directory, read once for as long as it stays the same."""
        if self._banks is None or self._banks[0] != since:
            (rows,) = self._get(["banks"])
            self._banks = (since, {str(row[0]): [str(cell) for cell in row[1:]] for row in rows[1:] if row})
        return self._banks[1]

    def read_parts(self, keys: Sequence[str]) -> Sequence[list[list[Cell]]]:
        """Rows of some tabs, in one read; of the State without its first two rows."""
        return self._get(keys)

    def commit(self, commit: Commit) -> Receipt:
        """Write everything or nothing.

        Raises:
            ConcurrentEdit: the token moved on; nothing was applied.
            Unavailable: no answer; whether it took effect, the token tells.
        """
        body: dict[str, Any] = {"requests": list(self._requests(commit))}
        if commit.writes:
            places = sorted({write.row for write in commit.writes})
            body |= {
                "includeSpreadsheetInResponse": True,
                "responseIncludeGridData": True,
                "responseRanges": [
                    f"{self._range('registry')}!{at + 2}:{at + 1 + n}" for at, n in runs(places)
                ],
            }
        try:
            answer = self.http.batch_update(self.spreadsheet, body)
        except ConcurrentEdit:
            # Either somebody was first, or the named range itself was deleted by hand: the next read tells,
            # for then the token still is what it was, and the range is added without deleting it first.
            self._orphan = commit.old
            raise
        self._orphan, self.http.throttled = None, False
        return Receipt(commit.new, _rows(answer) if commit.writes else {})

    # --- reading

    def _with_event(self, event: int) -> list[list[list[Cell]]]:
        """All that is read for a pass, and before the last look at the token the hash of one event."""
        if event:
            try:
                return self._everything(f"history!I{event + 1}")
            except NotFound:  # the grid ends before it; whatever else is amiss is told without it
                pass
        *parts, last = self._everything()
        return [*parts, [], last]

    def _everything(self, *more: str) -> list[list[list[Cell]]]:
        """All tabs of a pass between two looks at the token, without those that there never were."""
        try:
            return self._get(["token", *(key for key in TABS if key not in self._absent), *more, "token"])
        except NotFound:
            absent = frozenset(OPTIONAL) - self._sheets.keys() - self._there
            if absent <= self._absent:
                raise
            self._absent = absent
        return self._get(["token", *(key for key in TABS if key not in self._absent), *more, "token"])

    def _get(self, keys: Sequence[str], render: str = "FORMULA") -> list[list[list[Cell]]]:
        try:
            return self._batch_get(keys, render)
        except NotFound:
            if not self._find_titles():
                raise
            return self._batch_get(keys, render)

    def _batch_get(self, keys: Sequence[str], render: str) -> list[list[list[Cell]]]:
        answer = self.http.values_batch_get(
            self.spreadsheet,
            [self._range(key) for key in keys],
            params={"valueRenderOption": render, "dateTimeRenderOption": "SERIAL_NUMBER"},
        )
        return [part.get("values", []) for part in answer["valueRanges"]]

    def _range(self, key: str) -> str:
        ranges = {
            "token": ("state", "A1"),
            "attention": ("state", "B1"),
            "state": ("state", f"A{FIRST_STATE_ROW + 1}:{letter(STATE_WIDTH - 1)}"),
            "inbox": ("inbox", f"A2:{letter(INBOX_WIDTH - 1)}"),
            "outbox": ("outbox", f"A2:{letter(len(OUTBOX_HEADERS) - 1)}"),
            "people": ("people", "A1:Z"),
            "settings": ("settings", "A1:B"),
            "contractors": ("contractors", "A1:Z"),
            "policy": ("policy", "A1:Z"),
            "recurring": ("recurring", "A1:Z"),
            "bank": ("bank", f"A2:{letter(BANK_WIDTH - 1)}"),
            "history": ("history", "A1:I"),
            "banks": ("banks", "A1:D"),
        }
        tab, cells = ranges.get(key) or key.partition("!")[::2]
        title = "'" + self.titles[tab].replace("'", "''") + "'"
        return f"{title}!{cells}" if cells else title

    def _find_titles(self) -> bool:
        """Look the tabs up by their ids, after a rename. One more read, only when a title is not found."""
        answer = self.http.fetch_sheet_metadata(
            self.spreadsheet, {"fields": "sheets.properties(sheetId,title)"}
        )
        found = {sheet["properties"]["sheetId"]: sheet["properties"]["title"] for sheet in answer["sheets"]}
        sheets = self._sheets or _FALLBACK_SHEETS
        before = dict(self.titles)
        self.titles |= {key: found[sheet] for key, sheet in sheets.items() if sheet in found}
        self._there = frozenset(key for key, sheet in sheets.items() if sheet in found)
        return before != self.titles

    def _registry(self, rows: list[list[Cell]]) -> Registry:
        header = rows[0] if rows else []
        columns: dict[str, int] = {}
        for place, title in enumerate(header):
            key = self.headers.get(header_text(title).strip().lower())
            if key is not None:
                columns.setdefault(key, place)
        return Registry(columns, rows[1:], len(header))

    # --- writing

    def _requests(self, commit: Commit) -> Iterable[dict[str, Any]]:
        sheets, old, new = commit.new.sheets, commit.old, commit.new
        corner = grid(sheets["state"], 0, 0, 1, 1)
        if self._orphan is None or self._orphan != old:
            yield {"deleteNamedRange": {"namedRangeId": old.range_id}}
        yield {
            "addNamedRange": {
                "namedRange": {"namedRangeId": new.range_id, "name": TOKEN_NAME, "range": corner}
            }
        }
        standings = [attention_text(new)] if new.attention != old.attention else []
        yield put(sheets["state"], 0, 0, [[token_text(new), *standings]])
        if commit.events:
            yield append(sheets["history"], [history.to_row(event) for event in commit.events])
        yield from placed(sheets["state"], FIRST_STATE_ROW, STATE_WIDTH, commit.states)
        yield from placed(sheets["outbox"], 1, len(OUTBOX_HEADERS), commit.outbox)
        yield from self._consumed(sheets["inbox"], commit)
        if commit.banks is not None:
            everything = {"sheetId": sheets["banks"], "startRowIndex": 1}
            yield {"updateCells": {"range": everything, "fields": "userEnteredValue"}}
            yield append(sheets["banks"], commit.banks)
        for block in commit.blocks:
            yield put(sheets[block.tab], block.row, block.column, block.rows)
        if commit.book:
            yield append(sheets["contractors"], commit.book)
        if commit.lines or commit.new_lines:
            yield from bank_lines(sheets["bank"], commit.lines, commit.new_lines, DECISION)
        for write in commit.writes:
            yield cell(
                sheets["registry"], write.row + 1, commit.columns[write.column], write.value, write.note
            )
        yield from self._restored(sheets["registry"], commit)
        for key, places in commit.pruned.items():
            first = FIRST_STATE_ROW if key == "state" else 1
            yield from deletions(sheets[key], first, places)

    def _consumed(self, sheet: int, commit: Commit) -> Iterable[dict[str, Any]]:
        """Mark events as used; history has what they said, so the body is emptied to keep reads small."""
        for start, length in runs(commit.consumed):
            yield put(sheet, start + 1, CONSUMED - 2, [["", "", commit.new.revision]] * length)

    def _restored(self, sheet: int, commit: Commit) -> Iterable[dict[str, Any]]:
        """Rows of our own, below the last."""
        if not commit.restored:
            return iter(())
        columns = commit.columns
        rows = [{columns[key]: value for key, value in cells.items()} for cells in commit.restored]
        notes = [
            {columns[key]: text for key, text in commit.restored_notes.get(place, {}).items()}
            for place in range(len(rows))
        ]
        return inserted(sheet, commit.registry_rows + 1, rows, notes)


_FALLBACK_SHEETS = {
    "state": 111,
    "inbox": 110,
    "outbox": 112,
    "registry": 100,
    "people": 102,
    "settings": 103,
    "history": 105,
    "banks": 113,
    "policy": 106,
    "recurring": 107,
    "bank": 108,
}
"""The template's sheetIds, for a first read on a spreadsheet whose tabs were renamed."""


def _corner(rows: list[list[Cell]]) -> Cell:
    if not rows or not rows[0]:
        raise ConfigError(["State!A1 is empty: this spreadsheet is not set up as a registry"])
    return rows[0][0]


def _rows(answer: Mapping[str, Any]) -> dict[int, Row]:
    """The Registry's rows that the answer brought back, by row of the snapshot (0 is below the header)."""
    found: dict[int, Row] = {}
    for sheet in answer.get("updatedSpreadsheet", {}).get("sheets", []):
        for data in sheet.get("data", []):
            first = data.get("startRow", 0) - 1
            for offset, row in enumerate(data.get("rowData", [])):
                found[first + offset] = [_value(cell) for cell in row.get("values", [])]
    return found


def _value(cell: Mapping[str, Any]) -> Cell:
    """CellData as `valueRenderOption` FORMULA would have given it."""
    for kind, value in cell.get("userEnteredValue", {}).items():
        if kind in ("stringValue", "numberValue", "boolValue", "formulaValue"):
            known: Cell = value
            return known
    return ""
