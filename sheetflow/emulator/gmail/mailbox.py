"""The mailboxes: what is sent is filed in the sender's box and in each recipient's, at once.

Every address has a box, whether anybody ever opened it: a contractor's too. Each box has its own copy of a
mail, with its own id, labels and thread. A mail joins a thread of its box when it answers one of its mails
(References, In-Reply-To, or the sender's `threadId`) under the same subject; source: Google's guide on
threads.

The switch `gmail_search_lag_seconds` keeps a mail from being found by `q` for that long, as Google's index
may.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetflow.emulator.gmail import mime
from sheetflow.emulator.gmail.search import Searcher, condition, mentions_trash, words
from sheetflow.emulator.wire import GoogleError, Json, invalid, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.control import Clock, Events, Switches
    from sheetflow.emulator.store import Store

SYSTEM_LABELS = (
    *("CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "STARRED", "UNREAD"),
    *("CATEGORY_PERSONAL", "CATEGORY_SOCIAL", "CATEGORY_PROMOTIONS", "CATEGORY_UPDATES", "CATEGORY_FORUMS"),
)
RECIPIENTS_MAX = 500

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS mails (
        owner TEXT, id TEXT, thread TEXT, at_ms INTEGER, visible_ms INTEGER, history INTEGER, labels TEXT, raw
        BLOB, message_id TEXT, topic TEXT, snippet TEXT, files INTEGER, subject TEXT, body TEXT, sender TEXT,
        receivers TEXT,
        copied TEXT, blind TEXT, PRIMARY KEY (owner, id)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS mails_time ON mails (owner, at_ms DESC)",
    "CREATE INDEX IF NOT EXISTS mails_message_id ON mails (owner, message_id)",
    "CREATE TABLE IF NOT EXISTS drafts (owner TEXT, id TEXT, mail TEXT, PRIMARY KEY (owner, id))",
    "CREATE TABLE IF NOT EXISTS mail_aliases (owner TEXT, alias TEXT, PRIMARY KEY (owner, alias))",
)
_COLUMNS = "id, thread, at_ms, history, labels, raw, snippet"


@dataclass(frozen=True)
class Mail:
    """One copy of a mail in one box."""

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


class Mailboxes:
    """All boxes. Owners are addresses in lower case; errors are Google's."""

    def __init__(self, store: Store, clock: Clock, switches: Switches, events: Events) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches
        self._events = events
        self._ids = threading.Lock()
        self._last_id = 0
        store.ensure(*_SCHEMA)

    def allow_alias(self, owner: str, alias: str) -> None:
        """Let a box send as another address."""
        with self._store.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO mail_aliases VALUES (?, ?)", (owner.lower(), alias.lower())
            )

    def send(self, owner: str, raw: bytes, thread: str = "") -> Mail:
        """Send a mail and return the sender's copy.

        Args:
            owner: the sending box.
            raw: the mail's bytes, RFC 5322.
            thread: the sender's thread to continue, or "".

        Raises:
            GoogleError: 400 without valid recipients, 404 for an unknown thread.
        """
        given, body = mime.split(raw)
        addresses = mime.recipients(given)
        if len(addresses) > RECIPIENTS_MAX:
            raise invalid("Too many recipients")
        if thread:
            self._thread_known(owner, thread)
        aliases = {
            row[0] for row in self._store.read("SELECT alias FROM mail_aliases WHERE owner = ?", (owner,))
        }
        message_id = f"<CA{secrets.token_urlsafe(36)}@mail.gmail.com>"
        headers = mime.rewrite(given, owner, aliases, message_id, self._clock.now())
        public = mime.join(mime.without_bcc(headers), body)
        with self._store.write():
            to_self = ["INBOX", "UNREAD"] if owner in addresses else []
            sent = self._file(owner, mime.join(headers, body), [*to_self, "SENT"], thread)
            for address in addresses:
                if address != owner:
                    self._file(address, public, ["UNREAD", "INBOX"], "")
        subject = mime.first(headers, "Subject")
        self._events.publish("mail", **{"from": owner, "to": addresses, "id": sent.id, "subject": subject})
        return sent

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
        self, owner: str, query: str = "", labels: Iterable[str] = (), *, trash: bool = False
    ) -> list[Mail]:
        """The mails that fit, newest first.

        Args:
            owner: the box.
            query: as in the search box; "" for all.
            labels: labels that all must be there.
            trash: trash and spam too, though the query does not ask for them.
        """
        now = self._clock.now()
        wanted = condition(query, Searcher(owner, now))
        sql = f"SELECT {_COLUMNS} FROM mails WHERE owner = ? AND {wanted.sql}"  # noqa: S608 - values are parameters
        parameters: list[object] = [owner, *wanted.parameters]
        labels = list(labels)
        for label in labels:
            sql += " AND instr(labels, ?) > 0"
            parameters.append(f" {label} ")
        if not (trash or mentions_trash(query) or {"TRASH", "SPAM"} & set(labels)):
            sql += " AND instr(labels, ' TRASH ') = 0 AND instr(labels, ' SPAM ') = 0"
        if query:
            sql += " AND visible_ms <= ?"
            parameters.append(int(now.timestamp() * 1000))
        return [Mail.of(row) for row in self._store.read(sql + " ORDER BY at_ms DESC, id DESC", parameters)]

    def thread(self, owner: str, thread: str) -> list[Mail]:
        """The mails of a thread, oldest first.

        Raises:
            GoogleError: 404 for an unknown thread.
        """
        self._thread_known(owner, thread)
        sql = f"SELECT {_COLUMNS} FROM mails WHERE owner = ? AND thread = ? ORDER BY at_ms, id"  # noqa: S608
        return [Mail.of(row) for row in self._store.read(sql, (owner, thread))]

    def relabel(self, owner: str, mail_id: str, add: Iterable[str], remove: Iterable[str]) -> Mail:
        """Change a mail's labels.

        Raises:
            GoogleError: 400 for an unknown label, 404 for an unknown mail.
        """
        add, remove = list(add), list(remove)
        for label in (*add, *remove):
            if label not in SYSTEM_LABELS:
                raise invalid(f"Invalid label: {label}")
            if label in ("SENT", "DRAFT"):
                raise invalid(f"Cannot modify label: {label}")
        with self._store.write() as connection:
            mail = self.get(owner, mail_id)
            kept = [label for label in mail.labels if label not in remove]
            kept += [label for label in add if label not in kept]
            connection.execute(
                "UPDATE mails SET labels = ?, history = ? WHERE owner = ? AND id = ?",
                (_joined(kept), self.history(owner) + 1, owner, mail_id),
            )
        return self.get(owner, mail_id)

    def history(self, owner: str) -> int:
        """The box's latest history id: it grows with every change."""
        return int(
            self._store.read("SELECT COALESCE(MAX(history), 1000) FROM mails WHERE owner = ?", (owner,))[0][0]
        )

    def profile(self, owner: str) -> Json:
        """The box's address and its totals, in the API's shape."""
        row = self._store.read(
            "SELECT COUNT(*), COUNT(DISTINCT thread) FROM mails WHERE owner = ?", (owner,)
        )[0]
        return {
            "emailAddress": owner,
            "messagesTotal": row[0],
            "threadsTotal": row[1],
            "historyId": str(self.history(owner)),
        }

    def create_draft(self, owner: str, raw: bytes, thread: str = "") -> tuple[str, Mail]:
        """Keep a mail as a draft; returns the draft's id and the mail."""
        if thread:
            self._thread_known(owner, thread)
        with self._store.write() as connection:
            headers, body = mime.split(raw)
            mail = self._file(owner, mime.join(headers, body), ["DRAFT"], thread)
            draft_id = f"r{secrets.randbelow(9 * 10**18) + 10**18}"
            connection.execute("INSERT INTO drafts VALUES (?, ?, ?)", (owner, draft_id, mail.id))
        return draft_id, mail

    def drafts(self, owner: str) -> list[tuple[str, Mail]]:
        """The box's drafts, newest first."""
        rows = self._store.read("SELECT id, mail FROM drafts WHERE owner = ?", (owner,))
        found = [(str(draft), self.get(owner, mail)) for draft, mail in rows]
        return sorted(found, key=lambda pair: (pair[1].at_ms, pair[1].id), reverse=True)

    def draft(self, owner: str, draft_id: str) -> Mail:
        """A draft's mail.

        Raises:
            GoogleError: 404 where there is no such draft: it may have been sent.
        """
        rows = self._store.read("SELECT mail FROM drafts WHERE owner = ? AND id = ?", (owner, draft_id))
        if not rows:
            raise not_found()
        return self.get(owner, rows[0][0])

    def send_draft(self, owner: str, draft_id: str, raw: bytes | None = None) -> Mail:
        """Send a draft, once: it is gone afterwards, and the sent mail has an id of its own."""
        with self._store.write():
            mail = self.draft(owner, draft_id)
            self.delete_draft(owner, draft_id)
            alone = not self._store.read(
                "SELECT 1 FROM mails WHERE owner = ? AND thread = ?", (owner, mail.thread)
            )
            return self.send(owner, raw or mail.raw, "" if alone else mail.thread)

    def delete_draft(self, owner: str, draft_id: str) -> None:
        """Delete a draft for good."""
        with self._store.write() as connection:
            mail = self.draft(owner, draft_id)
            connection.execute("DELETE FROM drafts WHERE owner = ? AND id = ?", (owner, draft_id))
            connection.execute("DELETE FROM mails WHERE owner = ? AND id = ?", (owner, mail.id))

    def _file(self, owner: str, raw: bytes, labels: list[str], thread: str) -> Mail:
        """Put a copy into a box."""
        headers, _ = mime.split(raw)
        now_ms = int(self._clock.now().timestamp() * 1000)
        mail_id = self._next_id(now_ms)
        topic = mime.thread_subject(mime.first(headers, "Subject"))
        mail = Mail(
            id=mail_id,
            thread=self._thread_for(owner, headers, topic, thread) or mail_id,
            at_ms=now_ms,
            history=self.history(owner) + 1,
            labels=tuple(labels),
            raw=raw,
            snippet=mime.snippet_of(raw),
        )
        lag_ms = int(float(self._switches.get("gmail_search_lag_seconds")) * 1000)
        row = (
            *(owner, mail.id, mail.thread, now_ms, now_ms + lag_ms, mail.history, _joined(labels), raw),
            *(mime.first(headers, "Message-ID"), topic, mail.snippet, int(mime.has_attachment(raw))),
            *(words(mime.first(headers, "Subject")), words(mime.text_of(raw))),
            *(words(mime.first(headers, name)) for name in ("From", "To", "Cc", "Bcc")),
        )
        with self._store.write() as connection:
            connection.execute(f"INSERT INTO mails VALUES ({','.join('?' * len(row))})", row)  # noqa: S608
        return mail

    def _thread_for(self, owner: str, headers: list[mime.Header], topic: str, asked: str) -> str:
        """The thread that a mail joins in this box, or ""."""
        if asked:
            found = self._store.read(
                "SELECT 1 FROM mails WHERE owner = ? AND thread = ? AND topic = ?", (owner, asked, topic)
            )
            return asked if found else ""
        for message_id in reversed(mime.references(headers)):
            found = self._store.read(
                "SELECT thread FROM mails WHERE owner = ? AND message_id = ? AND topic = ?",
                (owner, message_id, topic),
            )
            if found:
                return str(found[0][0])
        return ""

    def _thread_known(self, owner: str, thread: str) -> None:
        if not self._store.read(
            "SELECT 1 FROM mails WHERE owner = ? AND thread = ? LIMIT 1", (owner, thread)
        ):
            raise not_found()

    def _next_id(self, now_ms: int) -> str:
        with self._ids:
            # Grows with time; the low bits keep it unique even where the clock was set back.
            self._last_id = max((now_ms << 20) | secrets.randbits(16), self._last_id + 1)
            return f"{self._last_id & (2**64 - 1):016x}"


def _joined(labels: Iterable[str]) -> str:
    return f" {' '.join(labels)} "


def owner_of(user: str, caller: str) -> str:
    """The box that a `userId` of a path means.

    Raises:
        GoogleError: 403 for somebody else's box, 400 for a service account, which has none.
    """
    owner = caller if user == "me" else user.lower()
    if owner != caller:
        raise GoogleError(403, "PERMISSION_DENIED", f"Delegation denied for {caller}")
    if owner.endswith(".gserviceaccount.com"):
        raise GoogleError(400, "FAILED_PRECONDITION", "Precondition check failed.")
    return owner
