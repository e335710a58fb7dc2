"""Chat spaces and their messages, kept in SQLite.

Decided here: a webhook's key and token are its only right; a request id gives back the message that was made
with it; a message's own id is taken once in a space; a thread is found again by its key, else begun. Whoever
has an account may read: there is no membership. Source: Google's reference.
"""

from __future__ import annotations

import base64
import re
import secrets
from datetime import UTC, datetime
from typing import Any, Protocol

from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.store import Store
from sheetflow.emulator.wire import GoogleError, Json, forbidden, invalid, not_found

LONGEST = 32_000
"""Bytes of a message."""
PAGE, MOST = 25, 1_000
"""Messages of a page, and at most."""
OWN_ID = re.compile(r"client-[a-z0-9-]{1,56}")
OPTIONS = (
    "MESSAGE_REPLY_OPTION_UNSPECIFIED",
    "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
    "REPLY_MESSAGE_OR_FAIL",
)

SHAPES = Shapes(
    "Message accessoryWidgets:any annotations:any cards:any cardsV2:any fallbackText:string name:string"
    " text:string thread:Thread\nThread name:string threadKey:string",
    "google.chat.v1",
)
"""The messages that a request can hold, as far as a webhook may say them."""


class Clock(Protocol):
    """The workspace's time."""

    def now(self) -> datetime:
        """This moment, aware of its zone."""


class Chat:
    """All spaces.

    Args:
        store: where they are kept.
        clock: the workspace's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        store.ensure(
            "CREATE TABLE IF NOT EXISTS chat_spaces (id TEXT PRIMARY KEY, title TEXT NOT NULL UNIQUE,"
            " key TEXT NOT NULL, token TEXT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS chat_messages (id TEXT PRIMARY KEY, space TEXT NOT NULL,"
            " request TEXT NOT NULL, own TEXT NOT NULL, thread TEXT NOT NULL, thread_key TEXT NOT NULL,"
            " text TEXT NOT NULL, made TEXT NOT NULL)",
        )

    def webhook(self, title: str) -> str:
        """The path of the webhook of the space with a title, which is made where there is none."""
        with self._store.write() as connection:
            found = self._store.read("SELECT id, key, token FROM chat_spaces WHERE title = ?", (title,))
            if not found:
                found = [(_name(8), f"AIza{secrets.token_urlsafe(26)}", secrets.token_urlsafe(32))]
                connection.execute(
                    "INSERT INTO chat_spaces VALUES (?, ?, ?, ?)", (found[0][0], title, *found[0][1:])
                )
        space, key, token = found[0]
        return f"/v1/spaces/{space}/messages?key={key}&token={token}"

    def spaces(self) -> list[tuple[str, str]]:
        """(id, title) of each, the oldest first."""
        return [
            (str(row[0]), str(row[1]))
            for row in self._store.read("SELECT id, title FROM chat_spaces ORDER BY rowid")
        ]

    def post(self, space: str, wanted: Json, asked: dict[str, str]) -> Json:
        """A message by a webhook. `asked`: the call's parameters.

        Raises:
            GoogleError: 403 for another key, 401 for another token, 404 for no such space, 400 for a message
                without words, 409 for an id that is taken.
        """
        row = self._space(space)
        if not secrets.compare_digest(asked.get("key", ""), str(row[2])):
            raise forbidden("Method doesn't allow unregistered callers. Please use a valid API key.")
        if not secrets.compare_digest(asked.get("token", ""), str(row[3])):
            raise GoogleError(401, "UNAUTHENTICATED", "The webhook's token is not valid.")
        text = str(wanted.get("text", ""))
        own, request = asked.get("messageId", ""), asked.get("requestId", "")
        _check(text, own, asked.get("messageReplyOption", ""))
        with self._store.write() as connection:
            if request and (known := self._read("space = ? AND request = ?", space, request)):
                return known[0]
            if own and self._read("space = ? AND own = ?", space, own):
                raise GoogleError(409, "ALREADY_EXISTS", f"Message with ID {own} already exists.")
            thread, key = self._thread(space, wanted.get("thread", {}), asked)
            identifier = f"{thread}.{_name(8)}"
            made = self._clock.now().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            connection.execute(
                "INSERT INTO chat_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (identifier, space, request, own, thread, key, text, made),
            )
            return self._read("id = ?", identifier)[0]

    def message(self, space: str, name: str) -> Json:
        """A message by its id, or by the one that it was made with. Raises GoogleError: 404."""
        self._space(space)
        found = self._read("space = ? AND (id = ? OR own = ?)", space, name, name)
        if not found or not name:
            raise not_found("Message not found.")
        return found[0]

    def messages(self, space: str, size: int, token: str, *, newest: bool) -> tuple[list[Json], str]:
        """A page of a space's messages, and the token of the next one."""
        self._space(space)
        if size < 0:
            raise invalid("page_size must not be negative.")
        start = int(token) if token.isdigit() else 0
        if token and not token.isdigit():
            raise invalid("Invalid page token.")
        count = min(size or PAGE, MOST)
        order = "DESC" if newest else "ASC"
        found = self._read(f"space = ? ORDER BY rowid {order} LIMIT {count + 1} OFFSET {start}", space)
        return found[:count], str(start + count) if len(found) > count else ""

    def _space(self, space: str) -> tuple[Any, ...]:
        found = self._store.read("SELECT id, title, key, token FROM chat_spaces WHERE id = ?", (space,))
        if not found:
            raise not_found("Space not found.")
        return tuple(found[0])

    def _thread(self, space: str, wanted: Json, asked: dict[str, str]) -> tuple[str, str]:
        """The thread that a message belongs to, and the key that it was begun with."""
        key = str(wanted.get("threadKey") or asked.get("threadKey", ""))
        option = asked.get("messageReplyOption", "")
        named = str(wanted.get("name", "")).rpartition("/")[2]
        where, value = ("thread", named) if named else ("thread_key", key)
        if value and option.startswith("REPLY"):
            found = self._store.read(
                f"SELECT thread, thread_key FROM chat_messages WHERE space = ? AND {where} = ? LIMIT 1",  # noqa: S608
                (space, value),
            )
            if found:
                return str(found[0][0]), str(found[0][1])
            if option == OPTIONS[2]:
                raise not_found("Thread not found.")
        return _name(8), key

    def _read(self, where: str, *values: str) -> list[Json]:
        rows = self._store.read(
            f"SELECT id, space, own, thread, thread_key, text, made FROM chat_messages WHERE {where}",  # noqa: S608
            values,
        )
        return [_shown(*row) for row in rows]


def _check(text: str, own: str, option: str) -> None:
    if not text.strip():
        raise invalid("Message cannot be empty. Please populate at least one of the message content fields.")
    if len(text.encode()) > LONGEST:
        raise invalid(f"The message is longer than {LONGEST} bytes.")
    if own and not OWN_ID.fullmatch(own):
        raise invalid("Invalid message ID: it begins with client- and has small letters, digits and hyphens.")
    if option and option not in OPTIONS:
        raise invalid(f"Invalid value at 'message_reply_option' (TYPE_ENUM), \"{option}\"")


def _shown(identifier: str, space: str, own: str, thread: str, key: str, text: str, made: str) -> Json:
    shown: Json = {
        "name": f"spaces/{space}/messages/{identifier}",
        "sender": {"name": f"users/{space}", "type": "BOT"},
        "createTime": made,
        "text": text,
        "formattedText": text,
        "argumentText": text,
        "thread": {"name": f"spaces/{space}/threads/{thread}"},
        "space": {"name": f"spaces/{space}"},
    }
    if key:
        shown["thread"]["threadKey"] = key
    if own:
        shown["clientAssignedMessageId"] = own
    return shown


def _name(size: int) -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(size)).decode().rstrip("=").replace("-", "a")
