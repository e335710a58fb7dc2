"""Topics: bound to a push address on this machine, pushed to as Pub/Sub does it, at least once."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.auth import jwt

from sheetflow.emulator.app import create_app
from sheetflow.emulator.couriers import Courier, Parcel, is_loopback
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.topics import PublishDenied, Topics
from sheetflow.emulator.wire import GoogleError
from tests.unit.emulator.listener import Listener, listening

TOPIC = "projects/firm/topics/forms"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    opened = Emulator(tmp_path)
    opened.switches.set({"push_retry_seconds": 0.01})
    yield opened
    opened.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as told:
        yield told


def settled(emulator: Emulator) -> None:
    assert emulator.courier.settle()


def test_publish__is_pushed_as_pubsub_does(emulator: Emulator, listener: Listener) -> None:
    emulator.topics.bind({"topic": TOPIC, "push": f"{listener.url}/push?x=1"})
    identifier = emulator.topics.publish(TOPIC, {"formId": "f"}, b"data")
    settled(emulator)
    (post,) = listener.posts
    message = post.json["message"]
    assert post.path == "/push?x=1"
    assert post.headers["Content-Type"] == "application/json"
    assert post.json["subscription"] == "projects/firm/subscriptions/forms"
    assert message["attributes"] == {"formId": "f"}
    assert base64.b64decode(message["data"]) == b"data"
    assert message["messageId"] == message["message_id"] == identifier
    assert message["publishTime"] == message["publish_time"]
    assert "Authorization" not in post.headers
    assert emulator.topics.listed()[0]["waiting"] == 0


def test_publish__again_until_acknowledged_and_in_order(emulator: Emulator, listener: Listener) -> None:
    listener.answers += [500, 404, 302, 204]
    emulator.topics.bind({"topic": TOPIC, "push": listener.url})
    first = emulator.topics.publish(TOPIC, {"n": "1"})
    second = emulator.topics.publish(TOPIC, {"n": "2"})
    settled(emulator)
    assert [post.json["message"]["messageId"] for post in listener.posts] == [first] * 4 + [second]


def test_publish__to_nobody_is_dropped(emulator: Emulator, listener: Listener) -> None:
    emulator.topics.publish(TOPIC, {"n": "1"})
    emulator.topics.bind({"topic": TOPIC, "push": listener.url})
    settled(emulator)
    assert listener.posts == []


def test_publish__with_a_token_of_the_account(emulator: Emulator, listener: Listener) -> None:
    account = "push@firm.iam.gserviceaccount.com"
    emulator.topics.bind({"topic": TOPIC, "push": listener.url, "account": account, "audience": "https://x"})
    emulator.topics.publish(TOPIC, {"n": "1"})
    settled(emulator)
    token = listener.posts[0].headers["Authorization"].removeprefix("Bearer ")
    claims: Any = jwt.decode(token, certs=emulator.identity.certificates(), audience="https://x")  # type: ignore[no-untyped-call]
    assert claims["email"] == account


def test_publish__survives_a_restart(tmp_path: Path) -> None:
    with listening() as told:
        told.answers += [503] * 1000
        first = Emulator(tmp_path)
        first.topics.bind({"topic": TOPIC, "push": told.url})
        identifier = first.topics.publish(TOPIC, {"n": "1"})
        first.close()
        told.answers.clear()
        told.posts.clear()
        again = Emulator(tmp_path)
        assert again.courier.settle()
        assert [post.json["message"]["messageId"] for post in told.posts] == [identifier]
        assert again.topics.listed()[0]["waiting"] == 0
        again.close()


def test_publish__is_given_up_after_seven_days(emulator: Emulator) -> None:
    with listening() as gone:
        pass
    emulator.topics.bind({"topic": TOPIC, "push": gone.url})
    emulator.topics.publish(TOPIC, {"n": "1"})
    assert emulator.topics.listed()[0]["waiting"] == 1
    emulator.clock.advance(timedelta(days=7, minutes=1))
    settled(emulator)
    assert emulator.topics.listed()[0]["waiting"] == 0


def test_bind__elsewhere_takes_what_waits_along(emulator: Emulator, listener: Listener) -> None:
    with listening() as gone:
        pass
    emulator.topics.bind({"topic": TOPIC, "push": gone.url})
    emulator.topics.publish(TOPIC, {"n": "1"})
    emulator.topics.bind({"topic": TOPIC, "push": listener.url})
    settled(emulator)
    assert {post.json["message"]["attributes"]["n"] for post in listener.posts} == {"1"}


def test_publish__denied(emulator: Emulator) -> None:
    emulator.topics.bind({"topic": TOPIC, "denied": True})
    with pytest.raises(PublishDenied):
        emulator.topics.publish(TOPIC, {"n": "1"})
    emulator.topics.bind({"topic": TOPIC, "push": None})
    emulator.topics.publish(TOPIC, {"n": "1"})


@pytest.mark.parametrize(
    "body",
    [
        {"topic": "forms", "push": "http://127.0.0.1:1"},
        {"topic": TOPIC, "push": "https://example.com/hook"},
        {"topic": TOPIC, "push": "http://127.0.0.1.example.com/"},
        {"topic": TOPIC, "push": "http://127.0.0.1:1", "more": 1},
        {"topic": TOPIC, "push": 1},
    ],
)
def test_bind__refuses(emulator: Emulator, body: dict[str, Any]) -> None:
    with pytest.raises(GoogleError):
        emulator.topics.bind(body)


def test_door__binds_and_lists(emulator: Emulator, listener: Listener) -> None:
    with create_app(emulator).test_client() as client:
        bound = client.post("/workspace/topics", json={"topic": TOPIC, "push": listener.url}).json
        assert bound is not None
        assert bound["subscription"] == "projects/firm/subscriptions/forms"
        assert client.get("/workspace/topics").json == {"topics": [bound]}
        refused = client.post("/workspace/topics", json={"topic": TOPIC, "push": "http://example.com"})
        assert refused.status_code == 400


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TOPIC, True),
        ("projects/x/topics/1", False),
        ("topics/forms", False),
        (f"{TOPIC}/more", False),
        (1, False),
    ],
)
def test_is_name__(text: object, found: bool) -> None:
    assert Topics.is_name(text) is found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:8000/hook", True),
        ("http://localhost/", True),
        ("https://LOCALHOST:1/", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:80/", True),
        ("http://10.0.0.1/", False),
        ("http://0.0.0.0/", False),
        ("http://localhost.example.com/", False),
        ("http://example.com#@127.0.0.1/", False),
        ("http://127.0.0.1@example.com/", False),
        ("http://example.com@127.0.0.1/", False),
        ("http://2130706433/", False),
        ("http://127.0.0.1:x/", False),
        ("http://[::1/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_is_loopback__(url: str, found: bool) -> None:
    assert is_loopback(url) is found


def test_send__nowhere_else() -> None:
    courier = Courier()
    with pytest.raises(ValueError, match="loopback"):
        courier.send("lane", Parcel("http://example.com/", dict, b"", over=lambda _: True))


def test_close__breaks_off_what_is_under_way(emulator: Emulator, listener: Listener) -> None:
    listener.hold.clear()
    emulator.topics.bind({"topic": TOPIC, "push": listener.url})
    emulator.topics.publish(TOPIC, {"n": "1"})
    emulator.courier.close()
    assert [one.name for one in threading.enumerate() if one.name.startswith("courier")] == []
    emulator.topics.publish(TOPIC, {"n": "2"})
    assert emulator.topics.listed()[0]["waiting"] == 2
