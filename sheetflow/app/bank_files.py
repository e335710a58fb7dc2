"""Bank files without a command line: by the button on an accountant's page, and by the schedule once a day.

A file is recorded before it is given out (`BankDesk`), then put into Bank/Outgoing. Where Drive is out of
reach a file of the schedule's waits: the token says so, and the next run makes it once more and puts it
there. A file of the page's is given out by the page, made once more from what is recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from sheetflow.app.bank import BankDesk, Step
from sheetflow.app.repair import next_token
from sheetflow.core.bank import daily
from sheetflow.core.bank.export import Export, plan, wants_banks
from sheetflow.core.bank.writing import OutFile
from sheetflow.core.company import Company, read_company
from sheetflow.core.health import hold
from sheetflow.errors import ConcurrentEdit, ConfigError, PortError
from sheetflow.model.events import Upload
from sheetflow.model.snapshot import Snapshot
from sheetflow.ports import Commit


class OutgoingPort(Protocol):
    """The way into Bank/Outgoing."""

    def keep(self, key: str, name: str, kind: str, content: bytes, folder: str) -> Upload:
        """Put a file there; with the same key it is put there once."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """What was made. `stored`: names of files that lie in Drive."""

    export: Export
    stored: set[str] = field(default_factory=set)


class BankFiles:
    """One registry's files. `uploads`: None where there is no Drive; `root`: its folder.

    `guard` raises where nothing may be decided on the registry.
    """

    def __init__(
        self, desk: BankDesk, uploads: OutgoingPort | None = None, root: str = "",
        guard: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.desk, self.uploads, self.root, self.guard = desk, uploads, root, guard

    def make(self, actor: str) -> Made:
        """Make the files of all that is ticked in To pay, by an accountant.

        Raises:
            ConfigError: the actor is no accountant.
            PortError: nothing was recorded.
        """
        self.guard()
        export = self.desk.export(actor)
        return Made(export, {file.name for file in export.files if self._stored(file)})

    def again(self, name: str) -> OutFile:
        """A file that was made, once more. Raises ConfigError where no request stands in such a one."""
        return self.desk.again(name)

    def daily(self) -> Made | None:
        """What the schedule does: None where nothing is due.

        Raises:
            PortError: out of reach; the next run goes on.
        """
        snapshot = self.desk.sheet.read()
        company = read_company(snapshot.people, snapshot.settings, self.desk.book)
        if not daily.is_due(snapshot.token, company.settings, snapshot.now):
            return None
        self.guard()
        hold(snapshot)
        made = Made(Export())
        if not daily.waiting(snapshot.token):
            made = Made(self.desk.run(self._decided))
        files = {file.name: file for file in made.export.files}
        names = files or dict.fromkeys(daily.waiting(snapshot.token))
        for name in names:
            try:
                if self._stored(files.get(name) or self.again(name)):
                    made.stored.add(name)
            except ConfigError:  # cancelled meanwhile: there is nothing to put there
                made.stored.add(name)
        if names:
            self._mark([name for name in names if name not in made.stored and self.uploads is not None])
        return made

    def _decided(self, snapshot: Snapshot, company: Company) -> tuple[Export, Step]:
        day = daily.today(snapshot.now, company.settings)
        if snapshot.token.vitals.get(daily.DONE, "").startswith(day):
            return Export(), Step()  # another run was faster
        token, events = self.desk.sheet.read_history()
        if token.seq != snapshot.token.seq:
            raise ConcurrentEdit("Sheets", "another commit came in between")
        if wants_banks(snapshot):
            snapshot.banks = self.desk.sheet.read_banks(snapshot.token.banks)
        export = plan(snapshot, company, ticked=daily.ticked_by(events))
        letters = daily.letters(export, company, self.desk.book, snapshot.now)
        signs = daily.mark(day, [file.name for file in export.files])
        return export, Step(export.facts, export.numbers, letters=letters, vitals=signs)

    def _mark(self, missing: list[str]) -> None:
        """Write down which files Drive has not got; where others commit first, the next run looks again."""
        snapshot = self.desk.sheet.read()
        token, registry = snapshot.token, snapshot.registry
        day = token.vitals.get(daily.DONE, "").partition("|")[0]
        signs = {**token.vitals, **daily.mark(day, missing)}
        if signs == token.vitals:
            return
        new = replace(next_token(token, self.desk.nonces), vitals=signs)
        try:
            self.desk.sheet.commit(Commit(token, new, registry.columns, len(registry.rows)))
        except PortError:
            return

    def _stored(self, file: OutFile) -> bool:
        if self.uploads is None:
            return False
        try:
            self.uploads.keep(f"{self.root}/{file.name}", file.name, file.mime_type, file.content, "outgoing")
        except PortError:
            return False
        return True
