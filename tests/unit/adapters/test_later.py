"""A pass handed on: what Cloud Tasks is asked, over real HTTP, held against its discovery document."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sheetflow.adapters.later import EVERY, Later
from sheetflow.runtime import Runtime, credentials
from sheetflow.settings import Config
from tests.discovery import assert_fits

QUEUE = "projects/acme-payments-1/locations/europe-west1/queues/sheetflow-again"
URL = "https://europe-west1-acme-payments-1.cloudfunctions.net/sheetflow-on-schedule"
NOON = datetime(2026, 11, 24, 12, 0, 5, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


class CloudTasks:
    """Keeps what it is asked; answers with `status`, and 409 to a name that it has."""

    def __init__(self) -> None:
        self.status, self.asked, self.names = 200, list[tuple[str, str, dict[str, Any]]](), set[str]()
        tasks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                tasks.asked.append((self.path, self.headers["Authorization"], body))
                name = body["task"]["name"]
                status = 409 if name in tasks.names else tasks.status
                tasks.names.add(name)
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def tasks() -> Iterator[CloudTasks]:
    found = CloudTasks()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def later(tasks: CloudTasks, clock: Clock) -> Later:
    return Later(credentials("local:sa"), QUEUE, URL, "scheduler@acme.example", "123-abc", clock, tasks.url)


def test_hand_on__asks_for_the_scheduled_pass_as_the_scheduler(tasks: CloudTasks, later: Later) -> None:
    assert later.hand_on() == ""
    ((path, bearer, body),) = tasks.asked
    assert path == f"/v2/{QUEUE}/tasks"
    assert bearer == "Bearer local:sa"
    assert_fits(document="cloudtasks.v2", schema="CreateTaskRequest", value=body)
    assert body["task"]["scheduleTime"] == "2026-11-24T12:00:20Z"
    assert body["task"]["httpRequest"] == {
        "url": URL,
        "httpMethod": "POST",
        "oidcToken": {"serviceAccountEmail": "scheduler@acme.example", "audience": "123-abc"},
    }


def test_hand_on__many_failures_at_once_ask_for_one_pass(
    tasks: CloudTasks, clock: Clock, later: Later
) -> None:
    assert later.hand_on() == ""
    clock.time += timedelta(seconds=EVERY - 6)
    assert later.hand_on() == ""
    assert len(tasks.names) == 1
    clock.time += timedelta(seconds=1)
    assert later.hand_on() == ""
    assert len(tasks.names) == 2


@pytest.mark.parametrize("status", [403, 404, 503])
def test_hand_on__a_refusal_is_told_and_nothing_is_raised(
    tasks: CloudTasks, later: Later, status: int
) -> None:
    tasks.status = status
    assert later.hand_on() == f"status {status}"


def test_hand_on__nobody_there_is_told_too(tasks: CloudTasks, later: Later) -> None:
    tasks.server.shutdown()
    tasks.server.server_close()
    assert later.hand_on() == "ConnectionError"


@pytest.mark.parametrize(
    ("queue", "url", "there"), [(QUEUE, URL, True), ("", URL, False), (QUEUE, "", False)]
)
def test_runtime__hands_on_where_there_is_a_queue(queue: str, url: str, *, there: bool) -> None:
    config = Config("s", "en", "", "", queue=queue, schedule_url=url, access_token="local:sa")
    assert (Runtime(config).later() is not None) is there
