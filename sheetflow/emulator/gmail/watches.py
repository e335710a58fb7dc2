"""`users.watch`: a box's changes are published to a Pub/Sub topic, for seven days from the last call.

A box has one watch; for another topic the old one has to be stopped. The call itself publishes a message, and
fails when that does. A message says only which box changed and its history id, a number, whatever the guide
shows; source: Google's guide on push notifications, and messages that users reported.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from sheetflow.emulator.wire import GoogleError, Json, forbidden, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.control import Clock
    from sheetflow.emulator.gmail.history import History
    from sheetflow.emulator.store import Store
    from sheetflow.emulator.topics import Topics

LIFETIME = timedelta(days=7)


class Watches:
    """The watches of all boxes."""

    def __init__(self, store: Store, clock: Clock, history: History, topics: Topics) -> None:
        self._store = store
        self._clock = clock
        self._history = history
        self._topics = topics
        store.ensure("CREATE TABLE IF NOT EXISTS mail_watches (owner TEXT PRIMARY KEY, body TEXT NOT NULL)")
        history.listen(self._tell)

    def start(self, owner: str, body: Json) -> Json:
        """Begin a watch, or go on with it; gives what `users.watch` answers.

        Args:
            owner: the box.
            body: a WatchRequest whose labels the box has.

        Raises:
            GoogleError: 400 for what is no topic, or while another is watched; 403 when it takes no message.
        """
        topic = body.get("topicName", "")
        if not self._topics.is_name(topic):
            raise invalid("Invalid topicName does not match projects/*/topics/*")
        before = self._kept(owner)
        if before is not None and before["topic"] != topic:
            raise invalid(
                "Only one user push notification client allowed per developer (call /stop then try again)"
            )
        latest = self._history.latest(owner)
        try:
            self._publish(topic, owner, latest)
        except GoogleError as error:
            words = f"Error sending test message to Cloud PubSub {topic} : User not authorized to perform"
            raise forbidden(f"{words} this action.") from error
        ends = int((self._clock.now() + LIFETIME).timestamp() * 1000)
        watch = {
            "topic": topic,
            "labels": body.get("labelIds", []),
            "excludes": (body.get("labelFilterBehavior") or body.get("labelFilterAction")) == "exclude",
            "ends_ms": ends,
        }
        with self._store.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO mail_watches VALUES (?, ?)", (owner, json.dumps(watch))
            )
        return {"historyId": str(latest), "expiration": str(ends)}

    def stop(self, owner: str) -> None:
        """End a watch, where there is one."""
        with self._store.write() as connection:
            connection.execute("DELETE FROM mail_watches WHERE owner = ?", (owner,))

    def _tell(self, owner: str, record: int, labels: frozenset[str]) -> None:
        watch = self._kept(owner)
        if watch is None:
            return
        fits = not watch["labels"] or bool(labels & set(watch["labels"])) != watch["excludes"]
        if fits:
            try:
                self._publish(watch["topic"], owner, record)
            except GoogleError:
                return  # the topic refuses messages by now: Gmail drops them

    def _publish(self, topic: str, owner: str, record: int) -> None:
        data = json.dumps({"emailAddress": owner, "historyId": record}, separators=(",", ":"))
        self._topics.publish(topic, {}, data.encode())

    def _kept(self, owner: str) -> Json | None:
        rows = self._store.read("SELECT body FROM mail_watches WHERE owner = ?", (owner,))
        watch: Json | None = json.loads(rows[0][0]) if rows else None
        now_ms = self._clock.now().timestamp() * 1000
        return watch if watch is not None and watch["ends_ms"] > now_ms else None
