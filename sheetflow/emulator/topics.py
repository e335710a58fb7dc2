"""Pub/Sub topics, as far as other services publish to them: Forms and Gmail watches.

A topic exists by being named. A tool binds it to a push address on this machine, `POST /workspace/topics`;
each message is then pushed there as Pub/Sub does it, at least once: kept until it is acknowledged, also
over a restart, for seven days. A topic that is bound to nothing drops its messages, as one without a
subscription.

    topics.publish("projects/p/topics/t", {"formId": "…"}, b"")    # -> the message's id

Source: Google's reference of push subscriptions.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sheetflow.emulator.couriers import Courier, Parcel, is_loopback
from sheetflow.emulator.wire import GoogleError, Json, forbidden, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.identity import Identity
    from sheetflow.emulator.store import Store

RETENTION = timedelta(days=7)
ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})
_NAME = re.compile(r"projects/(?P<project>[^/\s]+)/topics/(?P<topic>[A-Za-z][\w.~+%-]{0,254})")
_FIELDS = frozenset({"topic", "push", "subscription", "account", "audience", "denied"})


class PublishDenied(GoogleError):
    """A service may not publish to a topic: it was deleted, or the service has no right to it."""

    def __init__(self, topic: str) -> None:
        denied = forbidden(f"User not authorized to perform this action on {topic}.")
        super().__init__(denied.code, denied.status, denied.message)


@dataclass(frozen=True)
class Binding:
    """What stands behind a topic.

    Attributes:
        topic: `projects/P/topics/T`.
        push: the URL that messages are pushed to; "" for none.
        subscription: `projects/P/subscriptions/S`.
        account: the service account that pushes are signed as; "" for none, and no token.
        audience: of that token; "" for the URL.
        denied: whether publishing is refused.
    """

    topic: str
    push: str
    subscription: str
    account: str = ""
    audience: str = ""
    denied: bool = False


class Topics:
    """All topics.

    Args:
        store: the database.
        now: the workspace's time.
        courier: carries the pushes.
        identity: signs them.
        pause: seconds before a push that was not acknowledged is sent again.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        courier: Courier,
        identity: Identity,
        pause: Callable[[], float],
    ) -> None:
        self._store = store
        self._now = now
        self._courier = courier
        self._identity = identity
        self._pause = pause
        store.ensure(
            "CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS topic_messages (id TEXT PRIMARY KEY, topic TEXT NOT NULL,"
            " at TEXT NOT NULL, body TEXT NOT NULL)",
        )
        for topic in self.bindings():
            self._push_waiting(topic)

    @staticmethod
    def is_name(text: object) -> bool:
        """Whether a text can be the full name of a topic."""
        return isinstance(text, str) and _NAME.fullmatch(text) is not None

    def publish(self, topic: str, attributes: Mapping[str, str], data: bytes = b"") -> str:
        """Publish a message; it is on disk when this returns, and is pushed in the background.

        Args:
            topic: `projects/P/topics/T`.
            attributes: of the message.
            data: its content, sent in base64.

        Returns:
            The message's id.

        Raises:
            PublishDenied: 403, when the topic was bound so.
        """
        binding = self.check(topic)
        identifier = str(10**16 + secrets.randbelow(9 * 10**16))
        if binding is None or not binding.push:
            return identifier
        at = self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message: Json = {"attributes": dict(attributes)} if attributes else {}
        if data:
            message["data"] = base64.b64encode(data).decode()
        message.update(messageId=identifier, message_id=identifier, publishTime=at, publish_time=at)
        with self._store.write() as connection:
            row = (identifier, topic, at, json.dumps(message))
            connection.execute("INSERT INTO topic_messages VALUES (?, ?, ?, ?)", row)
        self._push(binding, identifier, at, message)
        return identifier

    def check(self, topic: str) -> Binding | None:
        """What a topic is bound to; None where it never was.

        Raises:
            PublishDenied: 403, when it was bound so that nobody may publish.
        """
        binding = self.binding(topic)
        if binding is not None and binding.denied:
            raise PublishDenied(topic)
        return binding

    def bind(self, body: Json) -> Json:
        """Do what `POST /workspace/topics` asks for.

        Args:
            body: {"topic": name, "push": URL or null}, and perhaps "subscription", its name; "account", a
                service account in whose name each push brings an OpenID token, for "audience"; "denied": true
                in place of "push", and publishing fails.

        Returns:
            The topic as `listed` shows it.

        Raises:
            GoogleError: 400.
        """
        match = _NAME.fullmatch(str(body.get("topic")))
        push = body.get("push") or ""
        if match is None or not set(body) <= _FIELDS:
            raise invalid(
                'Send {"topic": "projects/P/topics/T", "push": "http://127.0.0.1:PORT/PATH" or null}'
            )
        if not isinstance(push, str) or (push and not is_loopback(push)):
            raise invalid(f"Messages are pushed to this machine alone, not to {push!r}")
        binding = Binding(
            match[0],
            push,
            str(body.get("subscription") or f"projects/{match['project']}/subscriptions/{match['topic']}"),
            str(body.get("account") or ""),
            str(body.get("audience") or ""),
            body.get("denied") is True,
        )
        with self._store.write() as connection:
            row = (binding.topic, json.dumps(binding.__dict__))
            connection.execute("INSERT OR REPLACE INTO topics VALUES (?, ?)", row)
            if not push:
                connection.execute("DELETE FROM topic_messages WHERE topic = ?", (binding.topic,))
        self._courier.drop(_lane(binding.topic))
        if push:
            self._push_waiting(binding)
        return self._shown(binding)

    def binding(self, topic: str) -> Binding | None:
        """What a topic is bound to; None where it never was."""
        rows = self._store.read("SELECT body FROM topics WHERE name = ?", (topic,))
        return Binding(**json.loads(rows[0][0])) if rows else None

    def bindings(self) -> list[Binding]:
        """All topics that were bound."""
        return [
            Binding(**json.loads(row[0])) for row in self._store.read("SELECT body FROM topics ORDER BY name")
        ]

    def listed(self) -> list[Json]:
        """The topics that were bound, each with the number of messages that nobody acknowledged yet."""
        return [self._shown(binding) for binding in self.bindings()]

    def _shown(self, binding: Binding) -> Json:
        rows = self._store.read("SELECT COUNT(*) FROM topic_messages WHERE topic = ?", (binding.topic,))
        return {**binding.__dict__, "push": binding.push or None, "waiting": rows[0][0]}

    def _push_waiting(self, binding: Binding) -> None:
        if not binding.push:
            return
        rows = self._store.read(
            "SELECT id, at, body FROM topic_messages WHERE topic = ? ORDER BY rowid", (binding.topic,)
        )
        for identifier, at, body in rows:
            self._push(binding, identifier, at, json.loads(body))

    def _push(self, binding: Binding, identifier: str, at: str, message: Json) -> None:
        body = json.dumps({"message": message, "subscription": binding.subscription}).encode()
        ends = datetime.fromisoformat(at) + RETENTION

        def headers() -> dict[str, str]:
            plain = {"Content-Type": "application/json", "User-Agent": "CloudPubSub-Google"}
            if not binding.account:
                return plain
            token = self._identity.id_token(binding.account, binding.audience or binding.push)
            return {**plain, "Authorization": f"Bearer {token}"}

        def over(status: int | None) -> bool:
            if status in ACKNOWLEDGED:
                self._forget(identifier)
            return status in ACKNOWLEDGED

        def due() -> bool:
            if self._now() >= ends:
                self._forget(identifier)
                return False
            return self.binding(binding.topic) == binding

        parcel = Parcel(binding.push, headers, body, over, self._pause(), due=due)
        self._courier.send(_lane(binding.topic), parcel)

    def _forget(self, identifier: str) -> None:
        with self._store.write() as connection:
            connection.execute("DELETE FROM topic_messages WHERE id = ?", (identifier,))


def _lane(topic: str) -> str:
    return f"topic {topic}"
