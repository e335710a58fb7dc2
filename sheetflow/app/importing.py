"""Bring judged rows into the registry: in batches, each one guarded commit, and no row twice.

Killed in between, the next run goes on where this one was: every row leaves an event that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from sheetflow.core import folding, history
from sheetflow.core.company import Company, read_company
from sheetflow.core.contractors import Book, cautions
from sheetflow.core.decide import PREFIX
from sheetflow.core.migration.known import IMPORTED, Known, known_of, row_key, sift
from sheetflow.core.migration.rows import Judged
from sheetflow.core.places import Places, fresh_numbers
from sheetflow.core.projection import to_row
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.fields import check
from sheetflow.core.tabs import range_id
from sheetflow.errors import ConcurrentEdit, ConfigError, Unavailable
from sheetflow.model.cells import text_of
from sheetflow.model.columns import INPUTS
from sheetflow.model.events import Fact
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Snapshot
from sheetflow.ports import ClockPort, Commit, HistoryPort, NoncesPort, SheetPort
from sheetflow.workflow.table import Status

BATCH = 500
"""Rows that one commit brings."""
TRIES = 12
"""Commits that may lose the race in a row."""


class WholeSheet(SheetPort, HistoryPort, Protocol):
    """A spreadsheet with its history."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from and who brings them. `actor`: an admin's address, or "system" for a program.

    `trust`: the payees of what was paid become known to the contractor book.
    """

    file: str
    sha256: str
    actor: str = "system"
    trust: bool = False


@dataclass(slots=True)
class Imported:
    """What an import did. `requests`: row -> id of the request that it became."""

    requests: dict[int, str] = field(default_factory=dict)
    commits: int = 0
    contractors: int = 0


def acting(address: str, company: Company) -> str:
    """Who the import is done by, as history writes it.

    Raises:
        ConfigError: the address is no admin's.
    """
    if not address:
        return "system"
    person = company.people.find(address)
    if person is None or not person.has(Role.ADMIN):
        raise ConfigError([f"{address} is no admin on the People tab; only an admin imports"])
    return person.email


def take_stock(sheet: WholeSheet, event: int = 0) -> tuple[Snapshot, Known]:
    """The registry as it stands, with the hash of one event, and what it knows already. Two reads."""
    for _ in range(TRIES):
        token, events = sheet.read_history()
        snapshot = sheet.read(event)
        if snapshot.token.seq == token.seq:
            return snapshot, known_of(events, snapshot.state)
    raise Unavailable("Sheets", "the registry changes faster than it can be read; try again")


class Importer:
    """The import, wired to the world."""

    def __init__(self, sheet: WholeSheet, book: Rulebook, clock: ClockPort, nonces: NoncesPort) -> None:
        self.sheet, self.book, self.clock, self.nonces = sheet, book, clock, nonces

    def run(
        self, judged: Sequence[Judged], source: Source, told: Callable[[int, int], None] = lambda *_: None
    ) -> Imported:
        """Bring every row whose outcome is "import", and give it its request.

        Args:
            judged: the rows; what turns out to be known is marked.
            source: the file, and who acts.
            told: called after each commit with the rows brought so far, and of how many.

        Raises:
            ConcurrentEdit: others were faster at every try; run again, and it goes on.
            ConfigError: the registry lacks a column.
        """
        done = Imported()
        total = sum(one.outcome == "import" for one in judged)
        seq, lost = -1, 0
        doubtful: Sequence[Judged] = ()
        while waiting := [one for one in judged if one.outcome == "import" and not one.request]:
            snapshot = self.sheet.read()
            if snapshot.token.seq != seq:  # somebody wrote since, or our own answer was lost
                snapshot, known = take_stock(self.sheet)
                sift(judged, source.sha256, known)
                for one in doubtful:
                    if one.outcome == "known":  # the commit took effect, its answer was lost
                        one.outcome, done.requests[one.row] = "import", one.request
                seq, doubtful = snapshot.token.seq, ()
                waiting = [one for one in waiting if one.outcome == "import" and not one.request]
                if not waiting:
                    break
            batch = waiting[:BATCH]
            commit, ids = self._commit(snapshot, batch, source)
            try:
                self.sheet.commit(commit)
            except (ConcurrentEdit, Unavailable):
                lost, seq, doubtful = lost + 1, -1, batch
                if lost == TRIES:
                    raise
                self.clock.sleep(min(0.1 * 2**lost, 8.0) * (0.5 + self.nonces.jitter()))
                continue
            lost, seq = 0, commit.new.seq
            done.commits += 1
            done.contractors += len(commit.book)
            for one, rid in zip(batch, ids, strict=True):
                one.request = done.requests[one.row] = rid
            told(len(done.requests), total)
        return done

    def _commit(
        self, snapshot: Snapshot, batch: Sequence[Judged], source: Source
    ) -> tuple[Commit, list[str]]:
        registry, token = snapshot.registry, snapshot.token
        if missing := [key for key in ("id", "status", *INPUTS) if key not in registry.columns]:
            names = ", ".join(self.book.own.label("columns", key) for key in missing)
            raise ConfigError([f"the Registry has no column named {names}"])
        company = read_company(snapshot.people, snapshot.settings, self.book)
        contractors = Book(snapshot.contractors, self.book.book_headers, self.book.inbox_key)
        ids = self._ids(snapshot, len(batch))
        requests = []
        facts = [_fact(one, rid, source, snapshot.now) for one, rid in zip(batch, ids, strict=True)]
        events = history.chain(token.head, token.seq, facts)
        for one, fact in zip(batch, facts, strict=True):
            request = Request(fact.request)
            folding.apply(request, fact)
            if request.status == Status.DRAFT:
                today = snapshot.now.astimezone(company.settings.zone).date()
                _, request.problems = check(request.cells, company.settings.currencies, today)
                request.cautions = cautions(request, contractors)
            request.noted = dict.fromkeys(one.entry.padded if one.entry else (), "")
            requests.append(request)
        sheet, revision = token.sheets["history"], token.revision + 1
        note = str(self.book.own.sentences["notes"]["normalised"])
        new = replace(
            token,
            revision=revision,
            range_id=range_id(revision, self.nonces.nonce()),
            head=events[-1].hash,
            seq=events[-1].seq,
            last_id=max(token.last_id, int(ids[-1].removeprefix(PREFIX))),
        )
        commit = Commit(
            token,
            new,
            registry.columns,
            len(registry.rows),
            events=events,
            states=[
                (None, to_row(request, company, self.book, event.seq, sheet))
                for request, event in zip(requests, events, strict=True)
            ],
            restored=[
                {"id": request.id, "status": self.book.status_labels[request.status], **request.cells}
                for request in requests
            ],
            restored_notes={
                place: dict.fromkeys(request.noted, note)
                for place, request in enumerate(requests)
                if request.noted
            },
            book=_payees(requests, contractors, snapshot.now) if source.trust else (),
        )
        return commit, ids

    def _ids(self, snapshot: Snapshot, count: int) -> list[str]:
        column = snapshot.registry.columns["id"]
        stand = {
            text_of(row[column]): place
            for place, row in enumerate(snapshot.registry.rows)
            if column < len(row)
        }
        state = [str(row[0]) for row in snapshot.state if row]
        numbers = fresh_numbers(Places(of=stand), state, PREFIX, snapshot.token.last_id)
        return [next(numbers) for _ in range(count)]


def _fact(one: Judged, rid: str, source: Source, at: datetime) -> Fact:
    entry = one.entry
    assert entry is not None  # noqa: S101 - what is to be imported has its entry
    data: Mapping[str, object] = {
        "status": entry.status,
        "cells": dict(entry.cells),
        "requester": entry.requester,
        "source": {"file": source.file, "sha256": source.sha256, "row": one.row},
        "digest": entry.digest,
        **({"paid": str(entry.paid)} if entry.paid else {}),
        **({"more": dict(entry.more)} if entry.more else {}),
    }
    return Fact(at, rid, IMPORTED, source.actor, "import", data, row_key(source.sha256, one.row))


def _payees(requests: Sequence[Request], book: Book, at: datetime) -> list[Row]:
    """Sealed rows of the contractor book for payees of what was paid, each account once, the last counts."""
    found: dict[tuple[str, ...], Row] = {}
    for request in requests:
        inn, name, account = (text_of(request.cell(key)) for key in ("inn", "contractor", "account"))
        if request.status == Status.PAID and account and name and not book.vouches(request):
            found[(inn or name, account)] = book.row_of(request, history.instant(at))
    return list(found.values())
