"""The daily backup: everything that `restore` needs, put away outside of the spreadsheet once a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sheetflow.app.repair import next_token
from sheetflow.core.history import instant, moment
from sheetflow.core.migration.archive import Everything
from sheetflow.errors import ConcurrentEdit, Unavailable
from sheetflow.model.snapshot import Token
from sheetflow.ports import Commit, NoncesPort, SheetPort

EVERY = timedelta(days=1)
OLD = timedelta(days=2)
"""A last backup older than this is something to look at."""
DONE = "backup"
"""When the last one was made: in the token's vitals."""


class BackupsPort(Protocol):
    """Where backups are kept."""

    def keep(self, at: datetime, content: bytes) -> str:
        """Store the backup of a day, once; gives its id."""
        ...


class WholeSheet(SheetPort, Protocol):
    """A spreadsheet that can be read whole."""

    def read_everything(self) -> Everything:
        """All tabs that an export is made of, at one moment."""
        ...


def is_due(token: Token, now: datetime) -> bool:
    """Whether a day has gone by since the last one, and there is a history to keep."""
    last = token.vitals.get(DONE, "")
    return token.seq > 0 and (not last or now >= moment(last) + EVERY)


class Backup:
    """The use case. `pack`: an export as bytes."""

    def __init__(
        self,
        sheet: WholeSheet,
        port: BackupsPort,
        pack: Callable[[Everything, datetime], bytes],
        nonces: NoncesPort,
    ) -> None:
        self.sheet, self.port, self.pack, self.nonces = sheet, port, pack, nonces

    def run(self) -> bool:
        """Make the backup that is due and write down that it was made; False where none is due.

        Raises:
            PortError: the next scheduled pass does it.
        """
        snapshot = self.sheet.read()
        token, now = snapshot.token, snapshot.now
        if not is_due(token, now):
            return False
        self.port.keep(now, self.pack(self.sheet.read_everything(), now))
        snapshot = self.sheet.read()
        token = snapshot.token
        new = replace(next_token(token, self.nonces), vitals={**token.vitals, DONE: instant(now)})
        registry = snapshot.registry
        try:
            self.sheet.commit(Commit(token, new, registry.columns, len(registry.rows)))
        except (ConcurrentEdit, Unavailable):
            return True  # the next pass finds the day's file there, and writes it down
        return True
