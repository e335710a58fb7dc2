"""What happened in a box: the records that `history.list` gives, and that watches are told of.

Every change of a mail is a record with an id that grows within its box, with gaps as Google's have. Records
are good for a week, the least that Google promises; who asks from before is answered 404 and has to read
everything anew. Source: Google's reference of `users.history.list` and its guide on synchronizing clients.
"""

from __future__ import annotations

import functools
import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from sheetflow.emulator.wire import Json, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.control import Clock
    from sheetflow.emulator.gmail.shelf import Mail
    from sheetflow.emulator.store import Store

KEPT = timedelta(days=7)
FIRST = 1000
"""The history id of a box in which nothing happened yet."""
KINDS = {
    "messageAdded": "messagesAdded",
    "messageDeleted": "messagesDeleted",
    "labelAdded": "labelsAdded",
    "labelRemoved": "labelsRemoved",
}
"""Types of history and the fields that hold them."""
_GAP = 40

Listener = Callable[[str, int, frozenset[str]], None]
"""Is told the box, the record's id and the labels of the mail that changed."""


class History:
    """The histories of all boxes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._listeners: list[Listener] = []
        store.ensure(
            "CREATE TABLE IF NOT EXISTS mail_history (owner TEXT, id INTEGER, at_ms INTEGER, labels TEXT,"
            " body TEXT, PRIMARY KEY (owner, id)) WITHOUT ROWID"
        )

    def listen(self, listener: Listener) -> None:
        """Call `listener` after each change that is on disk."""
        self._listeners.append(listener)

    def changing(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction; listeners are told when it is committed. Nested, it joins."""
        return self._store.write()

    def next_id(self, owner: str) -> int:
        """An id for a record that is to come."""
        return self.latest(owner) + 1 + secrets.randbelow(_GAP)

    def latest(self, owner: str) -> int:
        """The id of a box's latest record."""
        sql = (
            "SELECT MAX(COALESCE((SELECT MAX(id) FROM mail_history WHERE owner = ?), 0),"
            " COALESCE((SELECT MAX(history) FROM mails WHERE owner = ?), 0), ?)"
        )
        return int(self._store.read(sql, (owner, owner, FIRST))[0][0])

    def record(
        self,
        owner: str,
        mail: Mail,
        kind: str = "",
        *,
        added: Iterable[str] = (),
        removed: Iterable[str] = (),
    ) -> None:
        """Note what happened to a mail; its `history` is the record's id, its labels are those it has now.

        Args:
            owner: the box.
            mail: the mail.
            kind: `messageAdded` or `messageDeleted`; "" where labels changed.
            added: labels that it got.
            removed: labels that it lost.
        """
        brief = mail.brief()
        added, removed = list(added), list(removed)
        body: Json = {"messages": [{"id": mail.id, "threadId": mail.thread}]}
        if kind:
            body[KINDS[kind]] = [{"message": brief}]
        for field, labels in (("labelsAdded", added), ("labelsRemoved", removed)):
            if labels:
                body[field] = [{"message": brief, "labelIds": labels}]
        about = frozenset((*mail.labels, *added, *removed))
        with self.changing() as connection:
            row = (owner, mail.history, self._now_ms(), f" {' '.join(sorted(about))} ", json.dumps(body))
            connection.execute("INSERT INTO mail_history VALUES (?, ?, ?, ?, ?)", row)
            self._store.afterwards(functools.partial(self._tell, owner, mail.history, about))

    def since(self, owner: str, start: int, kinds: Iterable[str] = (), label: str = "") -> list[Json]:
        """The records after `start`, oldest first, as the API shows them.

        Args:
            owner: the box.
            start: a history id.
            kinds: types of history; none for all.
            label: a label that the mail has, or that it got or lost; "" for any.

        Raises:
            GoogleError: 404 where `start` is no id of the box, or too old.
        """
        limit = self._now_ms() - int(KEPT.total_seconds() * 1000)
        sql = "SELECT COALESCE(MAX(id), ?) FROM mail_history WHERE owner = ? AND at_ms < ?"
        forgotten = self._store.read(sql, (FIRST, owner, limit))[0][0]
        if not forgotten <= start <= self.latest(owner):
            raise not_found()
        sql = "SELECT id, body FROM mail_history WHERE owner = ? AND id > ?"
        parameters: list[object] = [owner, start]
        if label:
            sql += " AND instr(labels, ?) > 0"
            parameters.append(f" {label} ")
        fields = {"messages", *(KINDS[kind] for kind in kinds)}
        found = []
        for record, body in self._store.read(sql + " ORDER BY id", parameters):
            whole: Json = json.loads(body)
            shown = {name: whole[name] for name in whole if len(fields) == 1 or name in fields}
            if len(shown) > 1:
                found.append({"id": str(record), **shown})
        return found

    def _tell(self, owner: str, record: int, labels: frozenset[str]) -> None:
        for listener in self._listeners:
            listener(owner, record, labels)

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
