"""Watches of a form: what is published, to a topic that pushes to this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.discovery import assert_fits
from tests.unit.emulator.forms.office import ANNA, BORIS, OWNER, Office, refusal, text
from tests.unit.emulator.listener import Listener, listening

NAME = "projects/firm/topics/forms"


@pytest.fixture
def listener(office: Office) -> Iterator[Listener]:
    """Where the topic pushes to."""
    with listening() as told:
        bind(office, push=f"{told.url}/push")
        yield told


@pytest.fixture
def form(office: Office) -> str:
    made = office.create()
    office.add(made, text("What for"))
    return made


def bind(office: Office, **more: Any) -> None:
    body = {"topic": NAME, **more}
    answer = office.session.post(f"{office.root}/workspace/topics", json=body, timeout=20)
    assert answer.status_code == 200, answer.text


def watch(office: Office, form: str, kind: str, who: str = OWNER, name: str = NAME) -> Any:
    body = {"watch": {"target": {"topic": {"topicName": name}}, "eventType": kind}}
    return office.api(who).watches().create(formId=form, body=body).execute()


def told(office: Office, listener: Listener) -> list[Any]:
    """The attributes of the messages that came since the last time."""
    assert office.emulator.courier.settle()
    came = [post.json["message"]["attributes"] for post in listener.posts]
    listener.posts.clear()
    return came


def one(office: Office, form: str, who: str = OWNER) -> Any:
    """The one watch of somebody."""
    listed = office.api(who).watches().list(formId=form).execute()
    assert_fits(document="forms.v1", schema="ListWatchesResponse", value=listed)
    (found,) = listed["watches"]
    return found


def test_responses__new_and_edited_are_told(office: Office, form: str, listener: Listener) -> None:
    made = watch(office, form, "RESPONSES")
    response = office.respond(ANNA, {"What for": "paper"})
    office.batch(form, {"updateFormInfo": {"info": {"title": "Other"}, "updateMask": "title"}})
    event = {"eventType": "RESPONSES", "formId": form, "watchId": made["id"]}
    assert told(office, listener) == [event]
    assert response["responseId"]


def test_schema__changes_of_content_and_settings_are_told(
    office: Office, form: str, listener: Listener
) -> None:
    made = watch(office, form, "SCHEMA")
    office.batch(form, {"updateFormInfo": {"info": {"title": "Other"}, "updateMask": "title"}})
    state = {"publishState": {"isPublished": True, "isAcceptingResponses": False}}
    office.api().setPublishSettings(formId=form, body={"publishSettings": state}).execute()
    event = {"eventType": "SCHEMA", "formId": form, "watchId": made["id"]}
    assert told(office, listener) == [event, event]


def test_watch__each_invoker_is_told_until_their_watch_ends(
    office: Office, form: str, listener: Listener
) -> None:
    office.emulator.files.share(form, BORIS, "writer")
    mine, other = watch(office, form, "RESPONSES"), watch(office, form, "RESPONSES", BORIS)
    office.respond(ANNA, {"What for": "paper"})
    assert {event["watchId"] for event in told(office, listener)} == {mine["id"], other["id"]}
    office.api().watches().delete(formId=form, watchId=mine["id"]).execute()
    office.respond(ANNA, {"What for": "pens"})
    assert [event["watchId"] for event in told(office, listener)] == [other["id"]]
    office.emulator.clock.advance(timedelta(days=7, seconds=1))
    office.respond(ANNA, {"What for": "ink"})
    assert told(office, listener) == []


def test_watch__is_suspended_for_who_may_no_longer_edit(
    office: Office, form: str, listener: Listener
) -> None:
    office.emulator.files.share(form, BORIS, "writer")
    made = watch(office, form, "RESPONSES", BORIS)
    office.emulator.files.share(form, BORIS, "reader")
    office.respond(ANNA, {"What for": "paper"})
    assert told(office, listener) == []
    assert (
        refusal(office.api(BORIS).watches().renew(formId=form, watchId=made["id"], body={})).status_code
        == 403
    )
    office.emulator.files.share(form, BORIS, "writer")
    found = one(office, form, BORIS)
    assert (found["state"], found["errorType"]) == ("SUSPENDED", "NO_USER_ACCESS")
    office.respond(ANNA, {"What for": "pens"})
    assert told(office, listener) == []
    renewed = office.api(BORIS).watches().renew(formId=form, watchId=made["id"], body={}).execute()
    assert renewed["state"] == "ACTIVE"
    assert "errorType" not in renewed
    office.respond(ANNA, {"What for": "ink"})
    assert [event["watchId"] for event in told(office, listener)] == [made["id"]]


def test_watch__is_suspended_while_the_topic_takes_nothing(
    office: Office, form: str, listener: Listener
) -> None:
    made = watch(office, form, "RESPONSES")
    bind(office, denied=True)
    office.respond(ANNA, {"What for": "paper"})
    found = one(office, form)
    assert (found["state"], found["errorType"]) == ("SUSPENDED", "OTHER_ERRORS")
    renew = office.api().watches().renew(formId=form, watchId=made["id"], body={})
    assert refusal(renew).status_code == 403
    schema = {"watch": {"target": {"topic": {"topicName": NAME}}, "eventType": "SCHEMA"}}
    assert refusal(office.api().watches().create(formId=form, body=schema)).status_code == 403
    bind(office, push=listener.url)
    assert renew.execute()["state"] == "ACTIVE"
    office.respond(ANNA, {"What for": "pens"})
    assert [event["watchId"] for event in told(office, listener)] == [made["id"]]


def test_watch__survives_a_restart_with_what_was_not_acknowledged(
    office: Office, form: str, listener: Listener
) -> None:
    made = watch(office, form, "RESPONSES")
    listener.answers += [503] * 1000
    office.respond(ANNA, {"What for": "paper"})
    office.restart()
    listener.answers.clear()
    assert [event["watchId"] for event in told(office, listener)][-1:] == [made["id"]]
