"""The table of mails: what every box holds, kept, found, labelled and deleted, each change with its record.

A mail joins a thread of its box when it answers one of its mails (References, In-Reply-To, or the `threadId`
that was asked for) under the same subject; source: Google's guide on threads.

The switch `gmail_search_lag_seconds` keeps a mail from being found by `q` for that long, as Google's index
may.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sheetflow.emulator.gmail import mime, parts
from sheetflow.emulator.gmail.operators import near
from sheetflow.emulator.gmail.search import Condition, words
from sheetflow.emulator.wire import Json, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.control import Clock, Switches
    from sheetflow.emulator.gmail.history import History
    from sheetflow.emulator.store import Store

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS mails (
        owner TEXT, id TEXT, thread TEXT, at_ms INTEGER, visible_ms INTEGER, history INTEGER, labels TEXT, raw
        BLOB, message_id TEXT, topic TEXT, snippet TEXT, files INTEGER, subject TEXT, body TEXT, sender TEXT,
        receivers TEXT,
        copied TEXT, blind TEXT, PRIMARY KEY (owner, id)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS mails_time ON mails (owner, at_ms DESC)",
    "CREATE INDEX IF NOT EXISTS mails_message_id ON mails (owner, message_id)",
    "CREATE TABLE IF NOT EXISTS drafts (owner TEXT, id TEXT, mail TEXT, PRIMARY KEY (owner, id))",
)
_LATER = ("attached", "listed", "delivered", "links")
"""Columns that the first stores lack."""
_COLUMNS = "id, thread, at_ms, history, labels, raw, snippet"
_LIST_HEADERS = ("List-Id", "List-Post", "Mailing-List", "X-Google-Group-Id")


@dataclass(frozen=True)
class Mail:
    """One copy of a mail in one box. `raw` is empty where only a list was asked for."""

    id: str
    thread: str
    at_ms: int
    history: int
    labels: tuple[str, ...]
    raw: bytes
    snippet: str

    @classmethod
    def of(cls, row: tuple[str, str, int, int, str, bytes, str]) -> Mail:
        """A mail from its row."""
        return cls(*row[:4], tuple(row[4].split()), *row[5:])

    def brief(self) -> Json:
        """What the API shows where it changes a mail: its ids, and its labels where it has any."""
        shown: Json = {"id": self.id, "threadId": self.thread}
        return {**shown, "labelIds": list(self.labels)} if self.labels else shown


class Shelf:
    """All boxes' mails. Owners are addresses in lower case."""

    def __init__(self, store: Store, clock: Clock, switches: Switches, history: History) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._history = history
        self._ids = threading.Lock()
        self._last_id = 0
        store.ensure(*_SCHEMA)
        known = {row[1] for row in store.read("PRAGMA table_info(mails)")}
        for name in _LATER:
            if name not in known:
                store.ensure(f"ALTER TABLE mails ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
        with store.write() as connection:
            connection.create_function("mail_near", 5, near, deterministic=True)

    def add(
        self,
        owner: str,
        raw: bytes,
        labels: Iterable[str],
        thread: str = "",
        *,
        at_ms: int | None = None,
        stays: bool = False,
    ) -> Mail:
        """Put a copy into a box.

        Args:
            owner: the box.
            raw: the mail.
            labels: its labels.
            thread: the thread that it is meant for, or "".
            at_ms: its internal date; None for now.
            stays: it joins that thread whatever its subject is.
        """
        headers, _ = mime.split(raw)
        now_ms = int(self._clock.now().timestamp() * 1000)
        mail_id = self._next_id(now_ms)
        topic = mime.thread_subject(mime.first(headers, "Subject"))
        said = parts.contents(raw)
        with self._history.changing() as connection:
            joined = thread if stays else self._thread_for(owner, headers, topic, thread)
            mail = Mail(
                id=mail_id,
                thread=joined or mail_id,
                at_ms=now_ms if at_ms is None else at_ms,
                history=self._history.next_id(owner),
                labels=tuple(dict.fromkeys(labels)),
                raw=raw,
                snippet=said.snippet,
            )
            lag_ms = int(float(self._switches.get("gmail_search_lag_seconds")) * 1000)
            row = {
                "owner": owner,
                "id": mail.id,
                "thread": mail.thread,
                "at_ms": mail.at_ms,
                "visible_ms": now_ms + lag_ms,
                "history": mail.history,
                "labels": _joined(mail.labels),
                "raw": raw,
                "message_id": mime.first(headers, "Message-ID"),
                "topic": topic,
                "snippet": said.snippet,
                "files": int(said.files),
                "subject": words(mime.first(headers, "Subject")),
                "body": words(said.text),
                "sender": words(mime.first(headers, "From")),
                "receivers": words(mime.first(headers, "To")),
                "copied": words(mime.first(headers, "Cc")),
                "blind": words(mime.first(headers, "Bcc")),
                "attached": words(said.names),
                "links": words(said.links),
                "listed": words("\n".join(mime.first(headers, name) for name in _LIST_HEADERS)),
                "delivered": words(mime.first(headers, "Delivered-To")),
            }
            marks = ", ".join("?" * len(row))
            sql = f"INSERT INTO mails ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - names of ours
            connection.execute(sql, tuple(row.values()))
            self._history.record(owner, mail, "messageAdded")
        return mail

    def get(self, owner: str, mail_id: str) -> Mail:
        """A mail of the box.

        Raises:
            GoogleError: 404 where the box has none of that id.
        """
        rows = self._store.read(f"SELECT {_COLUMNS} FROM mails WHERE owner = ? AND id = ?", (owner, mail_id))  # noqa: S608
        if not rows:
            raise not_found()
        return Mail.of(rows[0])

    def find(
        self, owner: str, wanted: Condition, labels: Iterable[str] = (), *, trash: bool, raw: bool = True
    ) -> list[Mail]:
        """The mails that fit, newest first.

        Args:
            owner: the box.
            wanted: what they have to be.
            labels: labels that all must be there.
            trash: trash and spam too, though nothing asks for them.
            raw: with their bytes, or without.
        """
        columns = _COLUMNS if raw else _COLUMNS.replace("raw", "x''")
        sql = f"SELECT {columns} FROM mails WHERE owner = ? AND {wanted.sql}"  # noqa: S608 - values are parameters
        parameters: list[object] = [owner, *wanted.parameters]
        labels = list(labels)
        for label in labels:
            sql += " AND instr(labels, ?) > 0"
            parameters.append(f" {label} ")
        if not (trash or wanted.trash or {"TRASH", "SPAM"} & set(labels)):
            sql += " AND instr(labels, ' TRASH ') = 0 AND instr(labels, ' SPAM ') = 0"
        if wanted.sql != "1":
            sql += " AND visible_ms <= ?"
            parameters.append(int(self._clock.now().timestamp() * 1000))
        return [Mail.of(row) for row in self._store.read(sql + " ORDER BY at_ms DESC, id DESC", parameters)]

    def fits(self, owner: str, mail: Mail, wanted: Condition) -> bool:
        """Whether a mail is what a condition asks for."""
        sql = f"SELECT 1 FROM mails WHERE owner = ? AND id = ? AND {wanted.sql}"  # noqa: S608 - values are parameters
        return bool(self._store.read(sql, (owner, mail.id, *wanted.parameters)))

    def thread(self, owner: str, thread: str) -> list[Mail]:
        """The mails of a thread, oldest first.

        Raises:
            GoogleError: 404 for an unknown thread.
        """
        sql = f"SELECT {_COLUMNS} FROM mails WHERE owner = ? AND thread = ? ORDER BY at_ms, id"  # noqa: S608
        rows = self._store.read(sql, (owner, thread))
        if not rows:
            raise not_found()
        return [Mail.of(row) for row in rows]

    def relabel(self, owner: str, mail: Mail, labels: Iterable[str]) -> Mail:
        """Give a mail the labels that it shall have; where it has them already, nothing happened."""
        labels = tuple(dict.fromkeys(labels))
        added = [label for label in labels if label not in mail.labels]
        removed = [label for label in mail.labels if label not in labels]
        if not added and not removed:
            return mail
        with self._history.changing() as connection:
            mail = replace(mail, labels=labels, history=self._history.next_id(owner))
            connection.execute(
                "UPDATE mails SET labels = ?, history = ? WHERE owner = ? AND id = ?",
                (_joined(labels), mail.history, owner, mail.id),
            )
            self._history.record(owner, mail, added=added, removed=removed)
        return mail

    def delete(self, owner: str, mail: Mail) -> None:
        """Delete a mail for good, and the draft that it may be."""
        with self._history.changing() as connection:
            gone = replace(mail, history=self._history.next_id(owner))
            self._history.record(owner, gone, "messageDeleted")
            for sql in (
                "DELETE FROM mails WHERE owner = ? AND id = ?",
                "DELETE FROM drafts WHERE owner = ? AND mail = ?",
            ):
                connection.execute(sql, (owner, mail.id))

    def totals(self, owner: str, label: str = "") -> Json:
        """How many mails and threads a box has, or a label in it, and how many of them are unread."""
        fits = "instr(labels, ?) > 0" if label else "? != ''"
        unread = "instr(labels, ' UNREAD ') > 0"
        sql = (
            f"SELECT COUNT(*), SUM({unread}), COUNT(DISTINCT thread),"  # noqa: S608 - conditions of ours
            f" COUNT(DISTINCT CASE WHEN {unread} THEN thread END) FROM mails WHERE owner = ? AND {fits}"
        )
        row = self._store.read(sql, (owner, f" {label} "))[0]
        names = ("messagesTotal", "messagesUnread", "threadsTotal", "threadsUnread")
        return {name: int(number or 0) for name, number in zip(names, row, strict=True)}

    def boxes(self) -> list[Json]:
        """The boxes that hold anything, those with the latest mail first: {"address", "total", "unread"}.

        `unread` counts what lies in the inbox.
        """
        unread = "instr(labels, ' UNREAD ') > 0 AND instr(labels, ' INBOX ') > 0"
        sql = (
            f"SELECT owner, COUNT(*), SUM({unread}) FROM mails"  # noqa: S608 - a condition of ours
            " GROUP BY owner ORDER BY MAX(at_ms) DESC, owner"
        )
        return [
            {"address": owner, "total": total, "unread": int(unread or 0)}
            for owner, total, unread in self._store.read(sql)
        ]

    def _thread_for(self, owner: str, headers: list[mime.Header], topic: str, meant: str) -> str:
        """The thread that a mail joins in this box, or ""."""
        if meant:
            sql = "SELECT 1 FROM mails WHERE owner = ? AND thread = ? AND topic = ? LIMIT 1"
            return meant if self._store.read(sql, (owner, meant, topic)) else ""
        sql = "SELECT thread FROM mails WHERE owner = ? AND message_id = ? AND topic = ?"
        for message_id in reversed(mime.references(headers)):
            found = self._store.read(sql, (owner, message_id, topic))
            if found:
                return str(found[0][0])
        return ""

    def _next_id(self, now_ms: int) -> str:
        with self._ids:
            # Grows with time; the low bits keep it unique even where the clock was set back.
            self._last_id = max((now_ms << 20) | secrets.randbits(16), self._last_id + 1)
            return f"{self._last_id & (2**63 - 1):016x}"


def _joined(labels: Iterable[str]) -> str:
    return f" {' '.join(labels)} "
