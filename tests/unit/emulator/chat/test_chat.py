from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sheetflow.emulator.app import create_app
from sheetflow.emulator.emulator import Emulator

FALLBACK = "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"


class Space:
    def __init__(self, emulator: Emulator) -> None:
        self.hook = emulator.chat.webhook("Payments")
        assert emulator.chat.webhook("Payments") == self.hook
        self.path = self.hook.partition("?")[0]
        self._client = create_app(emulator).test_client()

    def post(self, more: str = "", hook: str = "", text: str = "Paid", key: str = "PR-1") -> tuple[int, Any]:
        body = {"text": text, "thread": {"threadKey": key}}
        answer = self._client.post(f"{hook or self.hook}{more}", json=body)
        return answer.status_code, answer.json

    def get(self, path: str) -> Any:
        answer = self._client.get(path, headers={"Authorization": "Bearer local:anna@example.com"})
        return answer.json


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Space]:
    emulator = Emulator(tmp_path)
    yield Space(emulator)
    emulator.close()


def test_post__a_request_id_gives_the_same_message_and_a_name_is_taken_once(space: Space) -> None:
    _, first = space.post("&requestId=a&messageId=client-a")
    assert space.post("&requestId=a&messageId=client-a", text="Other") == (200, first)
    code, refused = space.post("&requestId=b&messageId=client-a")
    assert (code, refused["error"]["status"]) == (409, "ALREADY_EXISTS")
    assert [each["name"] for each in space.get(space.path)["messages"]] == [first["name"]]
    assert space.get(f"{space.path}/client-a") == first


def test_post__a_thread_is_found_by_its_key_only_where_that_is_asked_for(space: Space) -> None:
    (_, first), (_, reply), (_, alone) = space.post(), space.post(f"&{FALLBACK}"), space.post()
    assert first["thread"] == reply["thread"] != alone["thread"]
    assert space.post("&messageReplyOption=REPLY_MESSAGE_OR_FAIL", key="PR-9")[0] == 404


def test_post__only_with_the_webhooks_key_and_token(space: Space) -> None:
    assert space.post("x")[0] == 401
    assert space.post(hook=space.hook.replace("key=", "key=x"))[0] == 403
    assert space.post(hook=space.path)[0] == 401
    assert space.post(hook=space.hook.replace(space.path, "/v1/spaces/nowhere/messages"))[0] == 404
    assert space.post("&messageId=Mine")[0] == 400
    assert space.post(text=" ")[0] == 400


def test_list__in_pages(space: Space) -> None:
    names = [space.post(text=str(number))[1]["name"] for number in range(3)]
    page = space.get(f"{space.path}?pageSize=2")
    rest = space.get(f"{space.path}?pageSize=2&pageToken={page['nextPageToken']}")
    assert [each["name"] for each in (*page["messages"], *rest["messages"])] == names
    newest = space.get(f"{space.path}?orderBy=createTime%20DESC")["messages"]
    assert [each["name"] for each in newest] == names[::-1]
