"""Statements that accountants drop into Bank/Incoming: found by the schedule, taken in as by the command.

Each file is one read of the registry and of its history, and one guarded commit; then Drive is told. Whatever
call fails or is the last of a run that dies: what is recorded is known by the file's version, so the next run
records nothing again and only moves the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sheetflow.app.bank import BankDesk, Step
from sheetflow.banking.client_bank_reader import InvalidExchange
from sheetflow.banking.statement import Statement
from sheetflow.banking.statement_reader import read
from sheetflow.core.bank import dropped as files
from sheetflow.core.bank.dropped import Received
from sheetflow.core.bank.events import told_lines
from sheetflow.core.bank.intake import take
from sheetflow.core.bank.paper import papers_of
from sheetflow.core.company import Company
from sheetflow.errors import ConcurrentEdit
from sheetflow.model.events import Dropped
from sheetflow.model.invalid import Invalid
from sheetflow.model.snapshot import Snapshot
from sheetflow.ports import IncomingPort

MOST = 5
"""Files that one run deals with: a function has a few minutes, and the next run takes the rest."""


class Incoming:
    """The folder, read for one registry. `guard` raises where nothing may be decided on it."""

    def __init__(self, desk: BankDesk, port: IncomingPort, guard: Callable[[], None] = lambda: None) -> None:
        self.desk, self.port, self.guard = desk, port, guard

    def run(self) -> int:
        """Deal with what lies there; gives the number of files.

        Raises:
            PortError: Drive or the registry is out of reach; the next run goes on.
        """
        done = 0
        try:
            waiting = self.port.waiting()[:MOST]
            if waiting:
                self.guard()
            for dropped in waiting:
                content = self.port.content(dropped.id) if dropped.size <= files.LARGEST else None
                if content is not None and _digest(content) != dropped.digest:
                    continue  # changed since it was listed, perhaps by somebody else: the next run asks who
                received = self._receive(dropped, content)
                now = self.desk.clock.now()
                self.port.put_away(dropped, received.folder, str(now.year))
                done += 1
        finally:
            self.port.close()
        return done

    def _receive(self, dropped: Dropped, content: bytes | None) -> Received:
        found = _opened(content)

        def decided(snapshot: Snapshot, company: Company) -> tuple[Received, Step]:
            token, events = self.desk.sheet.read_history()
            if token.seq != snapshot.token.seq:
                raise ConcurrentEdit("Sheets", "another commit came in between")
            if known := files.dealt_with(dropped, events):
                return known, Step()
            book, now = self.desk.book, snapshot.now
            by = files.bringer(dropped, company)
            if by is None:
                received = files.stranger(dropped, company, book, now)
                return received, Step(received.facts, letters=received.letters)
            problems = files.strange(found, company) if isinstance(found, Statement) else found
            if problems or not isinstance(found, Statement):
                received = files.unreadable(dropped, problems, by, company, book, now)
                return received, Step(received.facts, letters=received.letters)
            taken = take(found, dropped.name, snapshot, company, told_lines(events), by.email)
            if taken.facts and snapshot.token.banks:
                snapshot.banks = self.desk.sheet.read_banks(snapshot.token.banks)
            received = files.read(dropped, found, taken, by, company, book, now)
            papers = papers_of(taken, snapshot, company)
            return received, Step(received.facts, papers=papers, letters=received.letters)

        return self.desk.run(decided)


def _digest(content: bytes) -> str:
    """What Drive knows a content by."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _opened(content: bytes | None) -> Statement | tuple[Invalid, ...]:
    """The statement in a file, or every reason why there is none."""
    if content is None:
        return (Invalid("bank-file-large", {"limit": str(files.LARGEST // 1024 // 1024)}),)
    try:
        return read(content)
    except InvalidExchange as invalid:
        return invalid.problems
