"""Watches of a form: kept, listed, renewed, gone after seven days.

Nothing is published to Pub/Sub, which is not emulated: whoever drives the workspace listens to its events. A
watch belongs to who made it, here in place of Google's "invoking project".
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sheetflow.emulator.forms.responses import stamp
from sheetflow.emulator.wire import GoogleError, Json, invalid, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.store import Store

LIFETIME = timedelta(days=7)
EVENT_TYPES = ("SCHEMA", "RESPONSES")

_ID = re.compile(r"[a-z0-9-]{4,63}")
_TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")


class Watches:
    """All watches, kept in the store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        store.ensure(
            "CREATE TABLE IF NOT EXISTS form_watches (form TEXT NOT NULL, owner TEXT NOT NULL,"
            " id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (form, owner, id)) WITHOUT ROWID"
        )

    def create(self, form: str, owner: str, body: Json) -> Json:
        """`watches.create`: a Watch from a CreateWatchRequest.

        Raises:
            GoogleError: 400 malformed, or the second of its event type; 409 for an id in use.
        """
        wanted = body.get("watch", {})
        kind = wanted.get("eventType")
        topic = wanted.get("target", {}).get("topic", {}).get("topicName", "")
        watch_id = body.get("watchId") or str(uuid.uuid4())
        if wanted.get("id"):
            raise invalid("No ID should be set on the watch; use watch_id instead.")
        if kind not in EVENT_TYPES:
            raise invalid("The watch must have an event type.")
        if not _TOPIC.fullmatch(topic):
            raise invalid(f"Invalid topic name: {topic}")
        if not _ID.fullmatch(watch_id):
            raise invalid(f"Invalid watch ID: {watch_id}")
        others = self.listed(form, owner)
        if any(watch["id"] == watch_id for watch in others):
            raise GoogleError(409, "ALREADY_EXISTS", "Requested entity already exists")
        if any(watch["eventType"] == kind for watch in others):
            raise GoogleError(400, "FAILED_PRECONDITION", f"A watch for {kind} already exists on this form.")
        watch = {"id": watch_id, "target": wanted["target"], "eventType": kind, "state": "ACTIVE"}
        watch["createTime"] = stamp(self._now)
        return self._keep(form, owner, watch)

    def listed(self, form: str, owner: str) -> list[Json]:
        """`watches.list`: those of the caller that have not expired."""
        rows = self._store.read("SELECT body FROM form_watches WHERE form = ? AND owner = ?", (form, owner))
        watches: list[Json] = [json.loads(row[0]) for row in rows]
        return [watch for watch in watches if watch["expireTime"] > stamp(self._now)]

    def renew(self, form: str, owner: str, watch_id: str) -> Json:
        """`watches.renew`: seven days from now.

        Raises:
            GoogleError: 404 where there is none, or it has expired.
        """
        return self._keep(form, owner, self._one(form, owner, watch_id))

    def delete(self, form: str, owner: str, watch_id: str) -> None:
        """`watches.delete`.

        Raises:
            GoogleError: 404 where there is none, or it has expired.
        """
        self._one(form, owner, watch_id)
        with self._store.write() as connection:
            connection.execute(
                "DELETE FROM form_watches WHERE form = ? AND owner = ? AND id = ?", (form, owner, watch_id)
            )

    def _one(self, form: str, owner: str, watch_id: str) -> Json:
        for watch in self.listed(form, owner):
            if watch["id"] == watch_id:
                return watch
        raise not_found()

    def _keep(self, form: str, owner: str, watch: Json) -> Json:
        watch = {**watch, "expireTime": stamp(lambda: self._now() + LIFETIME)}
        with self._store.write() as connection:
            row = (form, owner, watch["id"], json.dumps(watch))
            connection.execute("INSERT OR REPLACE INTO form_watches VALUES (?, ?, ?, ?)", row)
        return watch
