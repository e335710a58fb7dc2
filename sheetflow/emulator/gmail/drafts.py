"""Drafts: containers with an id that stays, for a mail that is another one after every update.

Sending removes the draft and its mail; the mail that was sent has an id of its own and stays in the thread.
Source: Google's guide on drafts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from sheetflow.emulator.gmail import mime
from sheetflow.emulator.wire import not_found

if TYPE_CHECKING:
    from sheetflow.emulator.gmail.history import History
    from sheetflow.emulator.gmail.shelf import Mail, Shelf
    from sheetflow.emulator.store import Store

Sender = Callable[[str, bytes, str], "Mail"]
"""Sends a box's mail in a thread of it, "" for none."""


class Drafts:
    """The drafts of all boxes."""

    def __init__(self, store: Store, shelf: Shelf, history: History, send: Sender) -> None:
        self._store = store
        self._shelf = shelf
        self._history = history
        self._send = send

    def create(self, owner: str, raw: bytes, thread: str = "") -> tuple[str, Mail]:
        """Keep a mail as a draft; returns the draft's id and the mail.

        Raises:
            GoogleError: 404 for an unknown thread.
        """
        if thread:
            self._shelf.thread(owner, thread)
        with self._history.changing():
            mail = self._shelf.add(owner, _tidy(raw), ["DRAFT"], thread)
            return self.hold(owner, mail), mail

    def hold(self, owner: str, mail: Mail) -> str:
        """Make a draft of a mail that is in the box; returns its id."""
        draft = f"r{secrets.randbelow(9 * 10**18) + 10**18}"
        with self._store.write() as connection:
            connection.execute("INSERT INTO drafts VALUES (?, ?, ?)", (owner, draft, mail.id))
        return draft

    def all(self, owner: str) -> dict[str, str]:
        """The ids of a box's drafts by those of their mails."""
        rows = self._store.read("SELECT mail, id FROM drafts WHERE owner = ?", (owner,))
        return {str(mail): str(draft) for mail, draft in rows}

    def get(self, owner: str, draft: str) -> Mail:
        """A draft's mail.

        Raises:
            GoogleError: 404 where there is no such draft: it may have been sent.
        """
        rows = self._store.read("SELECT mail FROM drafts WHERE owner = ? AND id = ?", (owner, draft))
        if not rows:
            raise not_found()
        return self._shelf.get(owner, rows[0][0])

    def update(self, owner: str, draft: str, raw: bytes, thread: str = "") -> Mail:
        """Put another mail into a draft.

        It stays in its thread, unless another is asked for or its subject has become another one.

        Raises:
            GoogleError: 404 for an unknown draft or thread.
        """
        with self._history.changing() as connection:
            before = self.get(owner, draft)
            if thread:
                self._shelf.thread(owner, thread)
            alone = len(self._shelf.thread(owner, before.thread)) == 1
            mail = self._shelf.add(
                owner, _tidy(raw), ["DRAFT"], thread or before.thread, stays=alone and not thread
            )
            connection.execute(
                "UPDATE drafts SET mail = ? WHERE owner = ? AND id = ?", (mail.id, owner, draft)
            )
            self._shelf.delete(owner, before)
        return mail

    def send(self, owner: str, draft: str, raw: bytes | None = None) -> Mail:
        """Send a draft, once, or another mail in its place; it is gone afterwards.

        Raises:
            GoogleError: as sending does; then the draft is still there.
        """
        with self._history.changing():
            mail = self.get(owner, draft)
            sent = self._send(owner, mail.raw if raw is None else raw, mail.thread)
            self._shelf.delete(owner, mail)
            return sent

    def delete(self, owner: str, draft: str) -> None:
        """Delete a draft for good.

        Raises:
            GoogleError: 404.
        """
        self._shelf.delete(owner, self.get(owner, draft))


def _tidy(raw: bytes) -> bytes:
    return mime.join(*mime.split(raw))
