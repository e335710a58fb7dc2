"""What changed, and who is told: the change log, and the channels that watch it.

A file stands in the log once, at its last change. Who loses sight of a file, because it was deleted, moved
away or is no longer shared, is told that it was removed; that is written down before it happens. A page token
is the number of a change.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sheetflow.emulator.drive.errors import DriveError, bad, invalid_value, required
from sheetflow.emulator.files import File, Files
from sheetflow.emulator.wire import Json

FILE_DAYS, CHANGES_DAYS = 1, 7


@dataclass(frozen=True)
class Change:
    """A change for one reader; `file` is None when it was removed from their sight."""

    number: int
    at: str
    file_id: str
    file: File | None


class Changes:
    """The change log over the records of files."""

    def __init__(self, files: Files) -> None:
        self._files = files
        files.store.ensure(
            "CREATE TABLE IF NOT EXISTS channels (id TEXT NOT NULL, resource TEXT NOT NULL,"
            " owner TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id, resource)) WITHOUT ROWID"
        )

    def start(self) -> str:
        """The token from which a reader sees what changes from now on."""
        return str(self._files.last_change + 1)

    def since(self, token: str, caller: str) -> list[Change]:
        """What changed for a reader from a token on, in order.

        Raises:
            DriveError: 400 for what is no token.
        """
        if not token.isdecimal() or len(token) > 18:
            raise invalid_value("pageToken")
        first = int(token)
        seen = {
            file.id: Change(file.changed, file.changed_at, file.id, file)
            for file in self._files.visible_to(caller)
            if file.changed >= first
        }
        rows = self._files.store.read("SELECT n, file, at, people FROM departures WHERE n >= ?", (first,))
        for number, file_id, at, people in rows:
            if caller in json.loads(people) and self._files.role(file_id, caller) is None:
                seen[file_id] = Change(number, at, file_id, None)
        return sorted(seen.values(), key=lambda change: change.number)

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
                    row = (self._files.next_change(), file_id, self._files.stamp(), json.dumps(sorted(lost)))
                    connection.execute("INSERT INTO departures VALUES (?, ?, ?, ?)", row)

    def leave(self, top: File, files: Iterable[File]) -> None:
        """Write down that files, which lie in `top` or are it, are about to be deleted."""
        readers = self._readers(top)
        with self._files.store.write() as connection:
            for file in files:
                people = json.dumps(sorted(readers[file.id]))
                row = (self._files.next_change(), file.id, self._files.stamp(), people)
                connection.execute("INSERT INTO departures VALUES (?, ?, ?, ?)", row)

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

    def watch(self, body: Mapping[str, Any], resource: str, uri: str, caller: str, days: int) -> Json:
        """Keep a notification channel; returns it as Drive answers.

        Args:
            body: a Channel.
            resource: what is watched, as an opaque id of ours is made from it.
            uri: the address of what is watched.
            caller: e-mail address.
            days: for how long a channel of this kind may live.

        Raises:
            DriveError: 400 for a channel without an id, a type or an HTTPS address, or for an id in use.
        """
        for name in ("id", "type", "address"):
            if not isinstance(body.get(name), str) or not body[name]:
                raise required(name)
        if body["type"] not in ("web_hook", "webhook"):
            raise invalid_value("type", f"Unknown channel type: {body['type']}")
        if not body["address"].startswith("https://"):
            raise DriveError(
                400, "push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {body['address']}"
            )
        if self._files.store.read("SELECT 1 FROM channels WHERE id = ?", (body["id"],)):
            raise DriveError(400, "channelIdNotUnique", f"Channel id {body['id']} not unique")
        latest = self._files.now() + timedelta(days=days)
        end = int(latest.timestamp() * 1000)
        wanted = str(body.get("expiration") or "")
        if wanted and not wanted.isdecimal():
            raise bad("Invalid expiration", "expiration")
        channel = {
            "kind": "api#channel",
            "id": body["id"],
            "resourceId": secrets.token_urlsafe(20),
            "resourceUri": uri,
            "expiration": str(min(end, int(wanted)) if wanted else end),
            **({"token": str(body["token"])} if body.get("token") else {}),
        }
        kept = {**channel, "address": body["address"], "resource": resource}
        with self._files.store.write() as connection:
            connection.execute(
                "INSERT INTO channels VALUES (?, ?, ?, ?)",
                (channel["id"], channel["resourceId"], caller, json.dumps(kept)),
            )
        return channel

    def channels(self) -> list[Json]:
        """The channels that are open, each with its `address` and the `resource` it watches."""
        now = self._files.now().timestamp() * 1000
        found = [
            json.loads(row[0]) for row in self._files.store.read("SELECT body FROM channels ORDER BY id")
        ]
        return [one for one in found if int(one["expiration"]) > now]

    def stop(self, channel_id: str, resource_id: str, caller: str) -> None:
        """End a channel.

        Raises:
            DriveError: 404 for a channel that the caller has not.
        """
        with self._files.store.write() as connection:
            cursor = connection.execute(
                "DELETE FROM channels WHERE id = ? AND resource = ? AND owner = ?",
                (channel_id, resource_id, caller),
            )
            if not cursor.rowcount:
                raise DriveError(404, "notFound", f"Channel '{channel_id}' not found.")
