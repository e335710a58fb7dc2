"""Watches of a form: who is told of its answers and changes, by a message to a Pub/Sub topic, for seven days.

The topic pushes to where it was bound (`topics`). A watch belongs to who made it, here in place of Google's
"invoking project"; when they may no longer edit the form, or the topic takes no messages, it is suspended
until it is renewed. Google tells a watch once in thirty seconds at most; here every event is told. Source:
Google's reference of `forms.watches`, and its guide on push notifications.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sheetflow.emulator.files import ROLES
from sheetflow.emulator.forms.responses import stamp
from sheetflow.emulator.topics import PublishDenied
from sheetflow.emulator.wire import GoogleError, Json, invalid, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.files import Files
    from sheetflow.emulator.store import Store
    from sheetflow.emulator.topics import Topics

LIFETIME = timedelta(days=7)
EVENT_TYPES = ("SCHEMA", "RESPONSES")

_ID = re.compile(r"[a-z0-9-]{4,63}")


class Watches:
    """All watches, kept in the store.

    Args:
        store: the database.
        now: the workspace's time.
        files: who may edit a form.
        topics: where events are published.
    """

    def __init__(self, store: Store, now: Callable[[], datetime], files: Files, topics: Topics) -> None:
        self._store = store
        self._now = now
        self._files = files
        self._topics = topics
        store.ensure(
            "CREATE TABLE IF NOT EXISTS form_watches (form TEXT NOT NULL, owner TEXT NOT NULL,"
            " id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (form, owner, id)) WITHOUT ROWID"
        )

    def tell(self, form: str, kind: str) -> None:
        """Publish an event to the topics of those who watch for it.

        Args:
            form: its id.
            kind: `SCHEMA` for a change of content or settings, `RESPONSES` for a response, new or edited.
        """
        for owner, watch in self._live(form):
            if watch["eventType"] != kind or watch["state"] != "ACTIVE":
                continue
            error = "" if self._may_edit(form, owner) else "NO_USER_ACCESS"
            topic = watch["target"]["topic"]["topicName"]
            if not error:
                attributes = {"eventType": kind, "formId": form, "watchId": watch["id"]}
                try:
                    self._topics.publish(topic, attributes)
                except PublishDenied:
                    error = "OTHER_ERRORS"
            if error:
                self._put(form, owner, {**watch, "state": "SUSPENDED", "errorType": error})

    def _may_edit(self, form: str, owner: str) -> bool:
        role = self._files.role(form, owner)
        return role is not None and ROLES.index(role) >= ROLES.index("writer")

    def _live(self, form: str) -> list[tuple[str, Json]]:
        """All watches of a form that have not expired, each with who made it."""
        rows = self._store.read("SELECT owner, body FROM form_watches WHERE form = ?", (form,))
        watches: list[tuple[str, Json]] = [(owner, json.loads(body)) for owner, body in rows]
        return [(owner, watch) for owner, watch in watches if watch["expireTime"] > stamp(self._now)]

    def create(self, form: str, owner: str, body: Json) -> Json:
        """`watches.create`: a Watch from a CreateWatchRequest.

        Raises:
            GoogleError: 400 malformed, or the second of its event type; 403 for a topic that takes no
                messages; 409 for an id in use.
        """
        wanted = body.get("watch", {})
        kind = wanted.get("eventType")
        topic = wanted.get("target", {}).get("topic", {}).get("topicName", "")
        watch_id = body.get("watchId") or str(uuid.uuid4())
        if wanted.get("id"):
            raise invalid("No ID should be set on the watch; use watch_id instead.")
        if kind not in EVENT_TYPES:
            raise invalid("The watch must have an event type.")
        if not self._topics.is_name(topic):
            raise invalid(f"Invalid topic name: {topic}")
        if not _ID.fullmatch(watch_id):
            raise invalid(f"Invalid watch ID: {watch_id}")
        others = self.listed(form, owner)
        if any(watch["id"] == watch_id for watch in others):
            raise GoogleError(409, "ALREADY_EXISTS", "Requested entity already exists")
        if any(watch["eventType"] == kind for watch in others):
            raise GoogleError(400, "FAILED_PRECONDITION", f"A watch for {kind} already exists on this form.")
        self._topics.check(topic)
        watch = {"id": watch_id, "target": wanted["target"], "eventType": kind, "state": "ACTIVE"}
        watch["createTime"] = stamp(self._now)
        return self._keep(form, owner, watch)

    def listed(self, form: str, owner: str) -> list[Json]:
        """`watches.list`: those of the caller that have not expired."""
        return [watch for person, watch in self._live(form) if person == owner]

    def renew(self, form: str, owner: str, watch_id: str) -> Json:
        """`watches.renew`: seven days from now, and active again.

        Raises:
            GoogleError: 404 where there is none, or it has expired; 403 while its topic takes no messages.
        """
        watch = self._one(form, owner, watch_id)
        self._topics.check(watch["target"]["topic"]["topicName"])
        watch.pop("errorType", None)
        return self._keep(form, owner, {**watch, "state": "ACTIVE"})

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
        self._put(form, owner, watch)
        return watch

    def _put(self, form: str, owner: str, watch: Json) -> None:
        with self._store.write() as connection:
            row = (form, owner, watch["id"], json.dumps(watch))
            connection.execute("INSERT OR REPLACE INTO form_watches VALUES (?, ?, ?, ?)", row)
