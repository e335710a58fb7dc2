"""Quotas over HTTP: off unless switched on, exact then, by the workspace's clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sheetflow.emulator.app import create_app
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.quotas import PROJECT_NUMBER

Calls = Callable[..., TestResponse]
SHEETS = "/v4/spreadsheets"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.close()


@pytest.fixture
def call(emulator: Emulator) -> Calls:
    """Makes one call: method, path, who, body."""
    client: FlaskClient = create_app(emulator).test_client()

    def call(method: str, path: str, who: str = "anna", body: Any = None) -> TestResponse:
        headers = {"Authorization": f"Bearer local:{who}@example.com"}
        return client.open(path, method=method, headers=headers, json=body)

    return call


@pytest.fixture
def sheet(call: Calls, emulator: Emulator) -> str:
    """The path of a spreadsheet that everybody may write to, made before the quotas are switched on."""
    made = call("POST", SHEETS, body={}).get_json()["spreadsheetId"]
    for person in range(6):
        emulator.files.share(made, f"p{person}@example.com", "writer")
    emulator.switches.set({"quotas": True})
    return f"{SHEETS}/{made}"


def statuses(call: Calls, times: int, *what: Any) -> list[int]:
    return [call(*what).status_code for _ in range(times)]


def test_quotas__are_off_by_default(call: Calls) -> None:
    assert set(statuses(call, 70, "GET", f"{SHEETS}/none")) == {404}


def test_quotas__the_61st_read_of_a_user_is_refused_in_googles_words(call: Calls, sheet: str) -> None:
    assert statuses(call, 60, "GET", f"{sheet}/values/A1") == [200] * 60
    refused = call("GET", f"{sheet}?fields=spreadsheetId")
    error = refused.get_json()["error"]
    assert (refused.status_code, error["code"], error["status"]) == (429, 429, "RESOURCE_EXHAUSTED")
    assert error["message"] == (
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of "
        f"service 'sheets.googleapis.com' for consumer 'project_number:{PROJECT_NUMBER}'."
    )
    info, links = error["details"]
    assert info["reason"] == "RATE_LIMIT_EXCEEDED"
    told = info["metadata"]
    assert told["quota_limit"] == "ReadRequestsPerMinutePerUser"
    assert told["quota_metric"] == "sheets.googleapis.com/read_requests"
    assert (told["quota_limit_value"], told["consumer"]) == ("60", f"projects/{PROJECT_NUMBER}")
    assert links["links"][0]["description"] == "Request a higher quota limit."


def test_quotas__writes_are_counted_apart_and_users_too(call: Calls, sheet: str) -> None:
    body = {"values": [[1]]}
    write = f"{sheet}/values/A1?valueInputOption=RAW"
    assert statuses(call, 61, "PUT", write, "anna", body) == [200] * 60 + [429]
    assert call("GET", f"{sheet}/values/A1").status_code == 200
    assert call("PUT", write, "p1", body).status_code == 200


def test_quotas__a_long_read_that_comes_as_a_post_is_a_read(emulator: Emulator, sheet: str) -> None:
    headers = {"Authorization": "Bearer local:anna@example.com", "X-HTTP-Method-Override": "GET"}
    client = create_app(emulator).test_client()
    found = [
        client.post(f"{sheet}/values:batchGet", headers=headers, data={"ranges": "A1"}) for _ in range(61)
    ]
    assert [each.status_code for each in found] == [200] * 60 + [429]
    assert "Read requests per minute per user" in found[-1].get_json()["error"]["message"]


def test_quotas__a_project_has_300_whoever_calls(call: Calls, sheet: str) -> None:
    told = [call("GET", f"{sheet}/values/A1", f"p{n % 6}") for n in range(301)]
    assert [each.status_code for each in told] == [200] * 300 + [429]
    error = told[-1].get_json()["error"]
    assert "limit 'Read requests per minute' of service" in error["message"]
    assert error["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerProject"


def test_quotas__a_minute_ends_by_the_workspaces_clock(call: Calls, sheet: str, emulator: Emulator) -> None:
    read = ("GET", f"{sheet}/values/A1")
    assert statuses(call, 61, *read)[-1] == 429
    emulator.clock.advance(timedelta(seconds=50))
    assert call(*read).status_code == 429
    emulator.clock.advance(timedelta(seconds=11))
    assert statuses(call, 61, *read) == [200] * 60 + [429]


def test_quotas__what_is_refused_changes_nothing(call: Calls, sheet: str, emulator: Emulator) -> None:
    write = f"{sheet}/values/A1?valueInputOption=RAW"
    for number in range(62):
        call("PUT", write, "anna", {"values": [[number]]})
    assert call("GET", f"{sheet}/values/A1").get_json()["values"] == [["59"]]


@pytest.mark.parametrize(
    ("switch", "status", "code", "reason"),
    [
        ("drive_queries_per_minute_per_user", 403, 403, "userRateLimitExceeded"),
        ("drive_queries_per_minute", 403, 403, "rateLimitExceeded"),
        ("drive_queries_per_minute_per_user", 429, 429, "rateLimitExceeded"),
    ],
)
def test_quotas__drive_refuses_in_either_way(
    switch: str, status: int, code: int, reason: str, call: Calls, emulator: Emulator
) -> None:
    emulator.switches.set({"quotas": True, switch: 3, "drive_quota_status": status})
    told = [call("GET", "/drive/v3/files") for _ in range(4)]
    assert [each.status_code for each in told] == [200, 200, 200, code]
    error = told[-1].get_json()["error"]
    (entry,) = error["errors"]
    assert (error["code"], entry["reason"], entry["domain"]) == (code, reason, "usageLimits")
    assert error["message"] == entry["message"]
    assert call("GET", f"{SHEETS}/none").status_code == 404


def test_quotas__without_a_token_nobody_is_counted(emulator: Emulator) -> None:
    emulator.switches.set({"quotas": True})
    client = create_app(emulator).test_client()
    assert {client.get(f"{SHEETS}/none").status_code for _ in range(65)} == {401}
