"""Notification channels: who asked to be told of a file's changes, or of any change, and how they are told.

After each commit that changed files, every open channel looks at what it watches and compares it with what it
saw last, so that nothing is lost over a restart. A message tells that something changed, and never what: it
has no content, but for the kind of a list of changes. Messages go to this machine alone; a channel with
another address is kept, and calls nobody. Source: Google's guide on notifications for resource changes.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Protocol

from sheetflow.emulator.couriers import Courier, Parcel, is_loopback
from sheetflow.emulator.drive.errors import DriveError, bad, invalid_value, required
from sheetflow.emulator.wire import Json

if TYPE_CHECKING:
    from sheetflow.emulator.files import Files

DEFAULT = timedelta(hours=1)
TRIES = 6
SUCCESS = frozenset({102, 200, 201, 202, 204})
RETRIED = frozenset({None, 500, 502, 503, 504})
_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
_TOKEN_MAX = 256


class Watched(Protocol):
    """What a channel watches, for one person."""

    kind: str
    body: bytes

    def look(self, what: Json, person: str, before: Json, /) -> Json:
        """What can be seen of it now; `before` is what was seen last, {} for the first time."""

    def told(self, before: Json, now: Json) -> tuple[str, str] | None:
        """The state that a message tells, and what changed; None for nothing."""


@dataclass
class Channel:
    """An open channel.

    Attributes:
        shown: as the API shows it.
        address: where messages go.
        person: who opened it.
        kind: of what it watches.
        what: which one.
        seen: what it saw of it last.
        number: of its last message.
    """

    shown: Json
    address: str
    person: str
    kind: str
    what: Json
    seen: Json
    number: int = 1

    @property
    def ends(self) -> int:
        """When it expires, in milliseconds since 1970."""
        return int(self.shown["expiration"])


class Channels:
    """All channels.

    Args:
        files: the records of files.
        watched: what can be watched.
        courier: carries the messages.
        pause: seconds before a refused message is sent again.
    """

    def __init__(
        self, files: Files, watched: list[Watched], courier: Courier, pause: Callable[[], float]
    ) -> None:
        self._files = files
        self._watched = {one.kind: one for one in watched}
        self._courier = courier
        self._pause = pause
        self._lock = threading.RLock()
        self._holds = threading.local()
        files.store.ensure(
            "CREATE TABLE IF NOT EXISTS drive_channels (id TEXT PRIMARY KEY, body TEXT NOT NULL,"
            " open INTEGER NOT NULL) WITHOUT ROWID"
        )
        rows = files.store.read("SELECT body FROM drive_channels WHERE open = 1 ORDER BY id")
        self._open = {one.shown["id"]: one for one in (Channel(**json.loads(row[0])) for row in rows)}
        files.on_change = self.compare
        self.compare()

    def watch(
        self, body: Mapping[str, Any], kind: str, what: Json, uri: str, person: str, longest: timedelta
    ) -> Json:
        """Open a channel and send its `sync` message.

        Args:
            body: a Channel.
            kind: of what is watched.
            what: which one.
            uri: its address.
            person: e-mail address of who watches.
            longest: how long a channel of this kind may live.

        Returns:
            The channel as Drive answers.

        Raises:
            DriveError: 400 for a channel without an id, a type or an HTTPS address, or for an id that was
                used before, even for a channel that is closed.
        """
        _check(body)
        end = self._end(body.get("expiration"), longest)
        key = json.dumps([kind, what, person if kind == "changes" else ""], sort_keys=True)
        shown: Json = {
            "kind": "api#channel",
            "id": body["id"],
            "resourceId": hashlib.sha256(key.encode()).hexdigest()[:27],
            "resourceUri": uri,
            "expiration": str(end),
            **({"token": str(body["token"])} if body.get("token") else {}),
        }
        seen = self._watched[kind].look(what, person, {})
        channel = Channel(shown, body["address"], person, kind, what, seen)
        with self._lock, self._files.store.write():
            if self._files.store.read("SELECT 1 FROM drive_channels WHERE id = ?", (body["id"],)):
                raise DriveError(400, "channelIdNotUnique", f"Channel id {body['id']} not unique")
            self._keep(channel)
            self._open[body["id"]] = channel
        self._send(channel, "sync", "")
        return shown

    def _end(self, wanted: Any, longest: timedelta) -> int:
        now = self._files.now()
        latest = _milliseconds(now + longest)
        if wanted in (None, "", 0, "0"):
            return _milliseconds(now + DEFAULT)
        if not str(wanted).isdecimal() or int(wanted) <= _milliseconds(now):
            raise bad("Invalid expiration", "expiration")
        return min(int(wanted), latest)

    def channels(self) -> list[Json]:
        """The channels that are open, as the API shows them."""
        with self._lock:
            self._expire()
            return [channel.shown for channel in self._open.values()]

    def stop(self, channel_id: str, resource_id: str, person: str) -> None:
        """Close a channel; no further message is sent.

        Raises:
            DriveError: 404 for a channel that the person has not.
        """
        with self._lock:
            self._expire()
            channel = self._open.get(channel_id)
            if channel is None or channel.shown["resourceId"] != resource_id or channel.person != person:
                raise DriveError(404, "notFound", f"Channel '{channel_id}' not found for project 'local'")
            self._close(channel)

    @contextmanager
    def as_one(self) -> Iterator[None]:
        """Several commits of this thread are one change: who watches is told once, at the end."""
        depth = getattr(self._holds, "depth", 0)
        self._holds.depth = depth + 1
        try:
            yield
        finally:
            self._holds.depth = depth
            if depth == 0:
                with self._files.store.write():  # which may be part of a longer transaction
                    self._files.store.afterwards(self.compare)

    def compare(self) -> None:
        """Tell each channel's address when what it watches is not as it was."""
        if not self._open or getattr(self._holds, "depth", 0) > 0:
            return
        with self._lock:
            self._expire()
            for channel in list(self._open.values()):
                watched = self._watched[channel.kind]
                now = watched.look(channel.what, channel.person, channel.seen)
                if now == channel.seen:
                    continue
                news = watched.told(channel.seen, now)
                channel.seen = now
                # Google's numbers grow, and leave some out: those of the change log do both.
                channel.number = max(channel.number + 1, self._files.last_change + 1)
                with self._files.store.write():
                    self._keep(channel)
                if news is not None:
                    self._send(channel, *news)

    def _expire(self) -> None:
        now = _milliseconds(self._files.now())
        for channel in [one for one in self._open.values() if one.ends <= now]:
            self._close(channel)

    def _close(self, channel: Channel) -> None:
        identifier = channel.shown["id"]
        with self._files.store.write() as connection:
            connection.execute("UPDATE drive_channels SET open = 0 WHERE id = ?", (identifier,))
        del self._open[identifier]
        self._courier.drop(_lane(identifier))

    def _keep(self, channel: Channel) -> None:
        with self._files.store.write() as connection:
            row = (channel.shown["id"], json.dumps(channel.__dict__))
            connection.execute("INSERT OR REPLACE INTO drive_channels VALUES (?, ?, 1)", row)

    def _send(self, channel: Channel, state: str, changed: str) -> None:
        if not is_loopback(channel.address):
            return
        shown = channel.shown
        end = datetime.fromtimestamp(channel.ends / 1000, UTC)
        headers = {
            "Content-Type": "application/json; utf-8",
            "Accept": "*/*",
            "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
            "X-Goog-Channel-ID": shown["id"],
            "X-Goog-Channel-Expiration": format_datetime(end, usegmt=True),
            "X-Goog-Resource-ID": shown["resourceId"],
            "X-Goog-Resource-URI": shown["resourceUri"],
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(channel.number),
        }
        if "token" in shown:
            headers["X-Goog-Channel-Token"] = shown["token"]
        if changed:
            headers["X-Goog-Changed"] = changed
        body = self._watched[channel.kind].body
        parcel = Parcel(
            channel.address,
            lambda: headers,
            body,
            lambda status: status not in RETRIED,
            self._pause(),
            TRIES,
            lambda: self._is_open(channel),
        )
        self._courier.send(_lane(shown["id"]), parcel)

    def _is_open(self, channel: Channel) -> bool:
        identifier = channel.shown["id"]
        return identifier in self._open and _milliseconds(self._files.now()) < channel.ends


def _check(body: Mapping[str, Any]) -> None:
    for name in ("id", "type", "address"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise required(name)
    if not _ID.fullmatch(body["id"]):
        raise invalid_value("id", f"Invalid channel id: {body['id']}")
    if body["type"] not in ("web_hook", "webhook"):
        raise invalid_value("type", f"Unknown channel type: {body['type']}")
    token = str(body.get("token") or "")
    if len(token) > _TOKEN_MAX or not token.isprintable() or not token.isascii():
        raise invalid_value("token", "Invalid channel token")
    if not body["address"].startswith("https://") and not is_loopback(body["address"]):
        raise DriveError(400, "push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {body['address']}")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _lane(channel_id: str) -> str:
    return f"channel {channel_id}"
