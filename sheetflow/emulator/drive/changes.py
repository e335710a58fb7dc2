"""What changed, for whom: the change log. Who is told of it by themselves, `channels` decides.

A file stands in the log once, at its last change. Who loses sight of a file, because it was deleted, moved
away or is no longer shared, is told that it was removed; that is written down before it happens. A page token
is the number of a change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sheetflow.emulator.drive.errors import invalid_value
from sheetflow.emulator.files import File, Files, root_id

_DEPARTURE = "INSERT INTO departures (n, file, at, people, drive) VALUES (?, ?, ?, ?, ?)"
_FEW = 200  # files that are looked at one by one; of more, all that somebody sees are listed once


@dataclass(frozen=True)
class Change:
    """A change for one reader; `file` is None when it went out of their sight, and out of `drive` perhaps."""

    number: int
    at: str
    file_id: str
    file: File | None
    drive: str = ""


@dataclass(frozen=True)
class Scope:
    """Which changes a reader wants.

    Attributes:
        drive: of this shared drive alone; "" for all that the reader sees.
        everywhere: also of what lies in shared drives.
        mine: only of what lies in the reader's My Drive.
        removed: also of what was removed.
    """

    drive: str = ""
    everywhere: bool = False
    mine: bool = False
    removed: bool = True


class Changes:
    """The change log over the records of files."""

    def __init__(self, files: Files) -> None:
        self._files = files
        files.store.ensure(
            "CREATE INDEX IF NOT EXISTS departures_n ON departures (n)",
        )

    def start(self) -> str:
        """The token from which a reader sees what changes from now on."""
        return str(self._files.last_change + 1)

    def since(self, token: str, caller: str, scope: Scope) -> list[Change]:
        """What changed for a reader from a token on, in order.

        Raises:
            DriveError: 400 for what is no token.
        """
        if not token.isdecimal() or len(token) > 18:
            raise invalid_value("pageToken")
        return self._from(int(token), caller, scope)

    def last(self, scope: Scope, caller: str, number: int) -> int:
        """The number of the last change after `number` that a reader can see; `number` for none."""
        return max([number, *(change.number for change in self._from(number + 1, caller, scope))])

    def _from(self, first: int, caller: str, scope: Scope) -> list[Change]:
        seen = {
            file.id: Change(file.changed, file.changed_at, file.id, file)
            for file in self._seen_by(caller, first)
            if self._fits(scope, file, caller)
        }
        if scope.removed:
            rows = self._files.store.read(
                "SELECT n, file, at, people, drive FROM departures WHERE n >= ?", (first,)
            )
            for number, file_id, at, people, drive in rows:
                wanted = (not drive or scope.everywhere) and scope.drive in ("", drive)
                if wanted and caller in json.loads(people) and self._files.role(file_id, caller) is None:
                    seen[file_id] = Change(number, at, file_id, None, drive)
        return sorted(seen.values(), key=lambda change: change.number)

    def _seen_by(self, caller: str, first: int) -> list[File]:
        """The files changed from `first` on that somebody sees without a link."""
        changed = self._files.changed_since(first)
        if len(changed) <= _FEW:
            return [file for file in changed if self._files.sees(file.id, caller)]
        return [file for file in self._files.visible_to(caller) if file.changed >= first]

    def _fits(self, scope: Scope, file: File, caller: str) -> bool:
        if scope.drive:
            return file.drive == scope.drive
        if file.drive:
            return scope.everywhere and not scope.mine
        return not scope.mine or any(one.id == root_id(caller) for one in self._files.above(file.id))

    @contextmanager
    def departing(self, file: File) -> Iterator[None]:
        """Run a change that may take a file, and what lies in it, out of some people's sight."""
        with self._files.store.write() as connection:
            before = self._readers(file)
            yield
            after = self._readers(file)
            for file_id, people in before.items():
                lost = people - after.get(file_id, set())
                if lost:
                    connection.execute(_DEPARTURE, self._departure(file_id, lost, file.drive))

    def leave(self, top: File, files: Iterable[File]) -> None:
        """Write down that files, which lie in `top` or are it, are about to be deleted."""
        readers = self._readers(top)
        with self._files.store.write() as connection:
            for file in files:
                connection.execute(_DEPARTURE, self._departure(file.id, readers[file.id], file.drive))

    def _departure(self, file_id: str, people: Iterable[str], drive: str) -> tuple[int, str, str, str, str]:
        number = self._files.next_change()
        return number, file_id, self._files.stamp(), json.dumps(sorted(people)), drive

    def _readers(self, top: File) -> dict[str, set[str]]:
        """For a file and each that lies in it, the people who may read it by their address."""
        inside = self._files.below(top.id)
        children: dict[str, list[str]] = {}
        for file in inside:
            children.setdefault(file.parent, []).append(file.id)
        shares = self._files.sharing(top.id)
        found = {top.id: {one.email for one, _ in shares if one.kind in ("user", "group")}}
        own: dict[str, set[str]] = {}
        for file_id, email in self._files.given_below(top.id):
            own.setdefault(file_id, set()).add(email)
        waiting = [top.id]
        while waiting:
            folder = waiting.pop()
            for file_id in children.get(folder, ()):
                found[file_id] = found[folder] | own.get(file_id, set())
                waiting.append(file_id)
        return found
