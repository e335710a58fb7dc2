"""What happened in a box, and who is told of it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sheetflow.emulator.testing import LocalGoogle
from tests.unit.emulator.gmail.person import Person, letter, raw, refused
from tests.unit.emulator.listener import Listener, listening

GONE = "Requested entity was not found."
TOPIC = "projects/local/topics/mail"


@pytest.fixture
def topic(google: LocalGoogle) -> Iterator[Listener]:
    """Somebody to whom the topic is pushed."""
    with listening() as listener:
        google.emulator.topics.bind({"topic": TOPIC, "push": f"{listener.url}/push"})
        yield listener
        google.emulator.topics.bind({"topic": TOPIC, "push": None})


def told(listener: Listener, count: int) -> list[Any]:
    """The data of the messages that came, when there are so many."""
    for _ in range(400):
        if len(listener.posts) >= count:
            break
        time.sleep(0.01)
    assert len(listener.posts) == count
    return [json.loads(base64.b64decode(post.json["message"]["data"])) for post in listener.posts]


def test_list__tells_each_change_once_and_in_order(anna: Person) -> None:
    start = anna.latest()
    mail = anna.put(letter(), "INBOX", "UNREAD")
    body = {"addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    anna.messages.modify(userId="me", id=mail["id"], body=body).execute()
    anna.messages.modify(userId="me", id=mail["id"], body={"addLabelIds": ["STARRED"]}).execute()
    anna.messages.delete(userId="me", id=mail["id"]).execute()
    added, changed, deleted = anna.history(start)
    brief = {"id": mail["id"], "threadId": mail["threadId"]}
    assert added["messages"] == changed["messages"] == deleted["messages"] == [brief]
    assert added["messagesAdded"] == [{"message": {**brief, "labelIds": ["INBOX", "UNREAD"]}}]
    now = {**brief, "labelIds": ["INBOX", "STARRED"]}
    assert changed["labelsAdded"] == [{"message": now, "labelIds": ["STARRED"]}]
    assert changed["labelsRemoved"] == [{"message": now, "labelIds": ["UNREAD"]}]
    assert deleted["messagesDeleted"] == [{"message": now}]
    ids = [int(record["id"]) for record in (added, changed, deleted)]
    assert int(start) < ids[0] < ids[1] < ids[2] == int(anna.latest())
    assert anna.history(anna.latest()) == []


def test_list__a_mails_history_id_is_its_last_records(anna: Person) -> None:
    start = anna.latest()
    mail = anna.put(letter(), "INBOX")["id"]
    assert [anna.get(mail)["historyId"]] == [record["id"] for record in anna.history(start)]


def test_list__by_type_and_by_label(anna: Person) -> None:
    label, start = anna.label("Case"), anna.latest()
    mail = anna.put(letter(), "INBOX")["id"]
    anna.put(letter(), "SENT")
    anna.messages.modify(userId="me", id=mail, body={"addLabelIds": [label]}).execute()
    (record,) = anna.history(start, historyTypes=["labelAdded"])
    assert set(record) == {"id", "messages", "labelsAdded"}
    assert len(anna.history(start, labelId="INBOX")) == 2
    assert len(anna.history(start, historyTypes=["messageAdded"], labelId=label)) == 0
    assert len(anna.history(start, historyTypes=["messageAdded", "labelAdded"])) == 3


def test_list__in_pages(anna: Person) -> None:
    start = anna.latest()
    mails = [anna.put(letter(), "INBOX")["id"] for _ in range(5)]
    call = anna.users.history().list(userId="me", startHistoryId=start, maxResults=2)
    seen: list[str] = []
    while call is not None:
        answer = call.execute()
        assert answer["historyId"] == anna.latest()
        seen += [record["messages"][0]["id"] for record in answer["history"]]
        call = anna.users.history().list_next(call, answer)
    assert seen == mails


@pytest.mark.parametrize("start", ["0", "1", "999999999999"])
def test_list__ids_that_never_were(anna: Person, start: str) -> None:
    anna.put(letter(), "INBOX")
    assert refused(anna.users.history().list(userId="me", startHistoryId=start), 404, GONE) == "notFound"


def test_list__ids_of_more_than_a_week_ago(google: LocalGoogle, anna: Person) -> None:
    start = anna.latest()
    anna.put(letter(), "INBOX")
    middle = anna.latest()
    google.emulator.clock.advance(timedelta(days=8))
    anna.put(letter(), "INBOX")
    refused(anna.users.history().list(userId="me", startHistoryId=start), 404, GONE)
    assert len(anna.history(middle)) == 1, "who has seen all that is forgotten missed nothing"


def test_list__what_is_no_id(anna: Person) -> None:
    refused(anna.users.history().list(userId="me", startHistoryId="x"), 400, "Invalid startHistoryId")


def test_watch__tells_of_each_change_until_it_is_stopped(
    topic: Listener, google: LocalGoogle, anna: Person, bob: Person
) -> None:
    answer = anna.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    week = google.emulator.clock.now() + timedelta(days=7)
    assert abs(int(answer["expiration"]) - week.timestamp() * 1000) < 60_000
    assert answer["historyId"] == anna.latest()
    assert told(topic, 1) == [{"emailAddress": anna.email, "historyId": int(answer["historyId"])}]
    bob.send(letter(anna.email))
    assert told(topic, 2)[1] == {"emailAddress": anna.email, "historyId": int(anna.latest())}
    (record,) = anna.history(answer["historyId"])
    assert record["messagesAdded"][0]["message"]["id"] == anna.find()[0]
    anna.users.stop(userId="me").execute()
    anna.users.stop(userId="me").execute()
    bob.send(letter(anna.email))
    bob.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    assert [each["emailAddress"] for each in told(topic, 3)][2] == bob.email


def test_watch__by_labels(topic: Listener, anna: Person) -> None:
    body = {"topicName": TOPIC, "labelIds": ["STARRED"], "labelFilterBehavior": "include"}
    anna.users.watch(userId="me", body=body).execute()
    anna.put(letter(), "INBOX")
    anna.put(letter(), "STARRED")
    starred = int(anna.latest())
    assert [each["historyId"] for each in told(topic, 2)][1] == starred
    anna.users.watch(userId="me", body={**body, "labelFilterBehavior": "exclude"}).execute()
    anna.put(letter(), "STARRED")
    anna.put(letter(), "INBOX")
    plain = int(anna.latest())
    assert [each["historyId"] for each in told(topic, 4)][3] == plain


def test_watch__ends_after_a_week(topic: Listener, google: LocalGoogle, anna: Person) -> None:
    anna.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    told(topic, 1)  # before the clock moves: a message of a week ago is pushed no more
    google.emulator.clock.advance(timedelta(days=7, seconds=1))
    anna.put(letter(), "INBOX")
    anna.users.watch(userId="me", body={"topicName": "projects/local/topics/other"}).execute()
    assert google.emulator.courier.settle()
    assert len(topic.posts) == 1


def test_watch__one_topic_at_a_time(anna: Person) -> None:
    anna.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    anna.users.watch(userId="me", body={"topicName": TOPIC}).execute()
    call = anna.users.watch(userId="me", body={"topicName": "projects/local/topics/other"})
    refused(
        call,
        400,
        "Only one user push notification client allowed per developer (call /stop then try again)",
    )


def test_watch__a_topic_that_refuses(google: LocalGoogle, anna: Person) -> None:
    name = "projects/local/topics/shut"
    google.emulator.topics.bind({"topic": name, "denied": True})
    words = f"Error sending test message to Cloud PubSub {name} : User not authorized to perform this action."
    assert refused(anna.users.watch(userId="me", body={"topicName": name}), 403, words) == "forbidden"
    refused(
        anna.users.watch(userId="me", body={"topicName": "mail"}),
        400,
        "Invalid topicName does not match projects/*/topics/*",
    )
    refused(
        anna.users.watch(userId="me", body={"topicName": TOPIC, "labelIds": ["Nope"]}),
        400,
        "Invalid label: Nope",
    )


def test_history__of_drafts_and_sending(anna: Person) -> None:
    start = anna.latest()
    draft = anna.drafts.create(userId="me", body={"message": raw(letter(anna.email))}).execute()
    anna.drafts.send(userId="me", body={"id": draft["id"]}).execute()
    kinds = [
        next(name for name in record if name not in ("id", "messages")) for record in anna.history(start)
    ]
    assert kinds == ["messagesAdded", "messagesAdded", "messagesDeleted"]
