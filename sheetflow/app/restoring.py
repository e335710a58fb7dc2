"""Bring an export back into a fresh registry: the history as it was, and everything that follows from it.

Each step is one guarded commit. Killed in between, the next run goes on where this one was; a registry that
has a history of its own is never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sheetflow.app.importing import WholeSheet
from sheetflow.app.restoration import recorded
from sheetflow.core.access import wanted
from sheetflow.core.attention.standing import standings_of
from sheetflow.core.bank.events import numbers_of
from sheetflow.core.company import Company, cell_of, read_company, tab_digest
from sheetflow.core.migration.archive import Archive, check, requests_of, translated
from sheetflow.core.projection import to_row
from sheetflow.core.recurring.drafting import memory_of
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.tabs import CONTRACTOR_HEADERS, range_id
from sheetflow.errors import ConcurrentEdit, ConfigError, Unavailable
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.events import Event
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Snapshot, Token
from sheetflow.ports import Block, ClockPort, Commit, NoncesPort

EVENTS, STATES = 2_000, 1_000
"""Events and requests that one commit brings."""
TRIES = 12
"""Commits that may fail in a row."""


@dataclass(slots=True)
class Restored:
    """What a restore did. `commits` 0: all of it was there."""

    requests: int = 0
    events: int = 0
    commits: int = 0


class Restorer:
    """The restore, wired to the world."""

    def __init__(self, sheet: WholeSheet, book: Rulebook, clock: ClockPort, nonces: NoncesPort) -> None:
        self.sheet, self.book, self.clock, self.nonces = sheet, book, clock, nonces

    def run(self, archive: Archive, told: Callable[[int, int], None] = lambda *_: None) -> Restored:
        """Bring everything back that is not there yet.

        Args:
            archive: the export.
            told: called after each commit with the events and requests so far, and how many there are.

        Raises:
            HistoryBroken: the export's history does not hold; nothing was written.
            ConfigError: the registry is not empty, or the export cannot be used.
            ConcurrentEdit: others wrote at every try; run again, and it goes on.
        """
        check(archive)
        requests = requests_of(archive)
        done = Restored(len(requests), len(archive.events))
        total, lost = len(requests) + len(archive.events), 0
        while True:
            token, events = self.sheet.read_history()
            snapshot = self.sheet.read()
            if snapshot.token.range_id != token.range_id:
                lost = self._lost(lost, Unavailable("Sheets", "the registry changes while it is restored"))
                continue
            step = _Step(archive, requests, snapshot, events, self.book)
            if step.complete:
                return done
            try:
                self.sheet.commit(step.commit(self.nonces.nonce()))
            except (ConcurrentEdit, Unavailable) as error:
                lost = self._lost(lost, error)
                continue
            lost, done.commits = 0, done.commits + 1
            told(step.reached, total)

    def _lost(self, lost: int, error: ConcurrentEdit | Unavailable) -> int:
        if lost + 1 == TRIES:
            raise error
        self.clock.sleep(min(0.1 * 2**lost, 8.0) * (0.5 + self.nonces.jitter()))
        return lost + 1


class _Step:
    """What is left to do on a registry as it stands, and the next commit of it."""

    def __init__(
        self,
        archive: Archive,
        requests: dict[str, Request],
        snapshot: Snapshot,
        events: Sequence[Event],
        book: Rulebook,
    ) -> None:
        self.archive, self.requests, self.snapshot, self.book = archive, requests, snapshot, book
        _hold_empty(archive, requests, snapshot, events)
        self.events = archive.events[len(events) :][:EVENTS]
        there = {text_of(row[0]) for row in snapshot.state if row}
        missing = [rid for rid in requests if rid not in there]
        whole = len(events) + len(self.events) == len(archive.events)
        self.ids = missing[:STATES] if whole else []
        self.last = whole and len(self.ids) == len(missing)
        self.people, self.policy, self.recurring = self._people(), self._policy(), self._recurring()
        self.complete = (
            not self.events
            and not missing
            and len(events) == len(archive.events)
            and (bool(requests or archive.events) or tab_digest(self.people) == tab_digest(snapshot.people))
        )
        self.reached = len(events) + len(self.events) + len(there) + len(self.ids)

    def commit(self, nonce: str) -> Commit:
        """The next commit: people's tabs with the first, letters and the token's memory with the last."""
        snapshot, archive, token = self.snapshot, self.archive, self.snapshot.token
        first = token.seq == 0 and not snapshot.state
        settings, settings_blocks = self._settings()
        company = read_company(self.people, settings, self.book)
        last_seq = {event.request: event.seq for event in archive.events}
        sheet = token.sheets["history"]
        shown = [self.requests[rid] for rid in self.ids if self.requests[rid].in_registry]
        labels = self.book.status_labels
        book = translated(archive.contractors, self._book_headers(), CONTRACTOR_HEADERS)
        return Commit(
            token,
            self._token(nonce, settings, company),
            snapshot.registry.columns,
            len(snapshot.registry.rows),
            events=self.events,
            states=[
                (None, to_row(self.requests[rid], company, self.book, last_seq.get(rid, 0), sheet))
                for rid in self.ids
            ],
            restored=[
                {"id": one.id, "status": labels[one.hold.target if one.hold else one.status], **one.cells}
                for one in shown
            ],
            outbox=[(None, row) for row in archive.outbox] if self.last else (),
            book=book if first and len(snapshot.contractors) < 2 else (),
            blocks=[*self._people_blocks(), *settings_blocks, *self._rule_blocks()] if first else (),
        )

    def _token(self, nonce: str, settings: Sequence[Row], company: Company) -> Token:
        old, head = self.snapshot.token, self.archive.head
        revision = old.revision + 1
        new = replace(
            old,
            revision=revision,
            range_id=range_id(revision, nonce),
            head=self.events[-1].hash if self.events else old.head,
            seq=self.events[-1].seq if self.events else old.seq,
            # so that a pass in between has nothing to record about them, and nobody to give access to
            people=tab_digest(self.people),
            settings=tab_digest(settings),
            policy=tab_digest(self.policy) if len(self.policy) > 1 else old.policy,
            access=wanted(company.people).digest,
        )
        if not self.last:
            return new
        return replace(
            new,
            last_id=head.last_id,
            form=head.form,
            orders=numbers_of(self.archive.events),
            attention=standings_of(
                self.archive.events, self.archive.outbox, [person.email for person in company.people.all]
            ),
            recurring=memory_of(self.archive.events),
            people=head.people,
            settings=head.settings,
            access="",  # from now on: the next pass opens it to everybody on the People tab
        )

    def _people(self) -> list[list[Cell]]:
        """The People tab as it will stand: the columns that it has, the people of the export."""
        snapshot, headers = self.snapshot, self.book.people_headers
        title = [list(row) for row in snapshot.people[:1]]
        keys = [headers.get(text_of(cell).lower(), "") for cell in (title[0] if title else [])]
        return [*title, *translated(self.archive.people, headers, keys)]

    def _policy(self) -> list[list[Cell]]:
        """The Approval policy tab as it will stand: the rules that the history recorded last."""
        title = [list(row) for row in self.snapshot.policy[:1]]
        headers = self.book.policy_headers
        keys = [headers.get(text_of(cell).lower(), "") for cell in (title[0] if title else [])]
        return [*title, *translated(recorded(self.archive.events, "PolicyChanged"), headers, keys)]

    def _recurring(self) -> list[list[Cell]]:
        """The Recurring tab as it will stand: its columns, the templates of the export."""
        title = [list(row) for row in self.snapshot.recurring[:1]]
        headers = self.book.recurring_headers
        keys = [headers.get(text_of(cell).lower(), "") for cell in (title[0] if title else [])]
        return [*title, *translated(self.archive.recurring, headers, keys)] if any(keys) else []

    def _rule_blocks(self) -> list[Block]:
        tabs = {"policy": self.policy, "recurring": self.recurring}
        return [Block(name, 1, 0, rows[1:]) for name, rows in tabs.items() if len(rows) > 1]

    def _people_blocks(self) -> list[Block]:
        width = len(self.people[0]) if self.people else 0
        spare = max(len(self.snapshot.people) - len(self.people), 0)
        blank: list[Cell] = [""] * width
        rows = [*self.people[1:], *[blank] * spare]
        return [Block("people", 1, 0, rows)] if rows and width else []

    def _settings(self) -> tuple[list[list[Cell]], list[Block]]:
        """The Settings tab as it will stand, and what to write: values by name, what is new below."""
        names, rows = self.book.setting_names, [list(row) for row in self.snapshot.settings]

        def key(row: Row) -> str:
            name = text_of(row[0]).lower() if row else ""
            return names.get(name, name)

        given = {key(row): row for row in self.archive.settings[1:] if row and text_of(row[0])}
        stands = [key(row) for row in rows]
        for row, name in zip(rows[1:], stands[1:], strict=True):
            if name in given:
                row[1:] = list(given[name][1:2])
        fresh: list[list[Cell]] = [list(row[:2]) for name, row in given.items() if name not in stands]
        values: list[list[Cell]] = [[cell_of(row, 1)] for row in rows[1:]]
        blocks = [Block("settings", 1, 1, values)] if values else []
        if fresh:
            blocks.append(Block("settings", len(rows), 0, fresh))
        return [*rows, *fresh], blocks

    def _book_headers(self) -> dict[str, str]:
        headers = dict(self.book.headers)
        for words in self.book.words.values():
            headers |= {label.lower(): key for key, label in words.labels.get("book", {}).items()}
        return headers


def _hold_empty(
    archive: Archive, requests: dict[str, Request], snapshot: Snapshot, events: Sequence[Event]
) -> None:
    """Raises ConfigError for a registry with anything in it that is not of this very export."""
    theirs = [event.hash for event in archive.events[: len(events)]]
    if [event.hash for event in events] != theirs:
        raise ConfigError(["this registry has a history of its own; restore into a new one"])
    column = snapshot.registry.columns.get("id")
    if column is None:
        raise ConfigError(["the Registry has no column for the request's number"])
    ids = [text_of(row[column]) if column < len(row) else "" for row in snapshot.registry.rows if any(row)]
    ids += [text_of(row[0]) for row in snapshot.state if row]
    if strangers := [rid for rid in ids if rid not in requests]:
        raise ConfigError([f"this registry is not empty ({strangers[0] or 'a row'}); restore into a new one"])
