from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.control import parse_duration
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.kinds import kind_of
from sheetflow.emulator.server import Server
from sheetflow.emulator.wire import GoogleError

ANNA = {"Authorization": "Bearer local:anna@example.com"}
PROFILE = "/gmail/v1/users/me/profile"


@pytest.fixture
def emulator(tmp_path: Path) -> Emulator:
    return Emulator(tmp_path)


@pytest.fixture
def server(emulator: Emulator) -> Iterator[Server]:
    server = serve(create_app(emulator), 0)
    yield server
    server.shutdown()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers.update(ANNA)
        yield session


def test_token__missing_one_is_401_in_googles_shape(server: Server) -> None:
    answer = requests.get(server.url + PROFILE, timeout=5)
    error = answer.json()["error"]
    assert answer.status_code == 401
    assert error["status"] == "UNAUTHENTICATED"
    assert error["message"].startswith("Request is missing required authentication credential.")
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_path__unknown_one_is_404_in_json(server: Server, session: requests.Session) -> None:
    answer = session.get(server.url + "/v4/nothing")
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", [PROFILE, "/drive/v3/files", "/oauth2/v1/certs", "/workspace/clock"])
def test_services__stand_on_one_port(server: Server, session: requests.Session, path: str) -> None:
    assert session.get(server.url + path).status_code == 200


def test_server__keeps_connections_alive(server: Server, session: requests.Session) -> None:
    peers = set()
    for _ in range(5):
        with session.get(server.url + PROFILE, stream=True) as answer:
            connection: Any = answer.raw.connection
            peers.add(connection.sock.getsockname())
            assert answer.json()["emailAddress"] == "anna@example.com"
    assert len(peers) == 1


def test_clock__advances_and_dates_every_answer(
    server: Server, session: requests.Session, emulator: Emulator
) -> None:
    before = datetime.now(UTC)
    told = session.post(server.url + "/workspace/clock", json={"advance": "P1DT15M"}).json()["now"]
    moved = datetime.fromisoformat(told) - before
    assert timedelta(days=1, minutes=15) <= moved < timedelta(days=1, minutes=15, seconds=10)
    answer = session.get(server.url + PROFILE)
    assert abs(parsedate_to_datetime(answer.headers["Date"]) - emulator.clock.now()) < timedelta(seconds=2)


def test_clock__set_survives_a_restart(
    server: Server, session: requests.Session, emulator: Emulator, tmp_path: Path
) -> None:
    session.post(server.url + "/workspace/clock", json={"set": "2030-01-31T23:59:00+03:00"})
    again = Emulator(tmp_path)
    assert abs(again.clock.now() - datetime(2030, 1, 31, 20, 59, tzinfo=UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "body", [{}, {"advance": "soon"}, {"advance": True}, {"set": "2030-01-31T23:59:00"}, {"set": "x"}, []]
)
def test_clock__bad_request_moves_nothing(
    server: Server, session: requests.Session, emulator: Emulator, body: Any
) -> None:
    assert session.post(server.url + "/workspace/clock", json=body).status_code == 400
    assert abs(emulator.clock.now() - datetime.now(UTC)) < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT15M", 900), ("P1D", 86400), ("PT1H30M5.5S", 5405.5), ("-PT1S", -1), (90, 90), ("P2W", 1209600)],
)
def test_parse_duration__reads(text: Any, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "P", "PT", "15", "1h", None])
def test_parse_duration__refuses(text: Any) -> None:
    with pytest.raises(GoogleError):
        parse_duration(text)


def test_faults__status_as_often_as_told_after_skipping(server: Server, session: requests.Session) -> None:
    rule = {"method": "GET", "path": "/profile", "status": 503, "times": 2, "skip": 1}
    assert session.post(server.url + "/workspace/faults", json=[rule]).status_code == 200
    codes = [session.get(server.url + PROFILE).status_code for _ in range(5)]
    assert codes == [200, 503, 503, 200, 200]
    assert session.get(server.url + "/workspace/faults").json()["faults"][0]["hits"] == 2


def test_faults__error_has_googles_shape(server: Server, session: requests.Session) -> None:
    session.post(server.url + "/workspace/faults", json={"path": r"/gmail/v1/.*", "status": 429})
    error = session.get(server.url + PROFILE).json()["error"]
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")


def test_faults__after_effect_the_call_was_done(
    server: Server, session: requests.Session, emulator: Emulator
) -> None:
    session.post(server.url + "/workspace/faults", json={"path": "send", "status": 500, "after_effect": True})
    raw = "VG86IGJvYkBleGFtcGxlLmNvbQ0KU3ViamVjdDogSGkNCg0KSGVsbG8NCg=="
    answer = session.post(server.url + "/gmail/v1/users/me/messages/send", json={"raw": raw})
    assert answer.status_code == 500
    assert len(emulator.gmail.find("bob@example.com")) == 1


def test_faults__before_effect_nothing_was_done(
    server: Server, session: requests.Session, emulator: Emulator
) -> None:
    session.post(server.url + "/workspace/faults", json={"path": "send", "status": 500})
    session.post(
        server.url + "/gmail/v1/users/me/messages/send", json={"raw": "VG86IGJvYkBleGFtcGxlLmNvbQ0KDQo="}
    )
    assert emulator.gmail.find("bob@example.com") == []


@pytest.mark.parametrize("after_effect", [False, True])
def test_faults__drop_cuts_the_connection(
    server: Server, session: requests.Session, after_effect: bool
) -> None:
    rule = {"path": "/profile", "drop": True, "after_effect": after_effect}
    session.post(server.url + "/workspace/faults", json=rule)
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url + PROFILE, headers=ANNA, timeout=5)
    assert session.get(server.url + PROFILE).status_code == 200


def test_faults__latency_alone_only_slows(server: Server, session: requests.Session) -> None:
    session.post(server.url + "/workspace/faults", json={"path": "/profile", "latency": 0.15})
    started = time.monotonic()
    assert session.get(server.url + PROFILE).status_code == 200
    assert time.monotonic() - started >= 0.15


def test_faults__without_end_until_cleared(server: Server, session: requests.Session) -> None:
    session.post(server.url + "/workspace/faults", json={"path": "/profile", "status": 500, "times": None})
    assert {session.get(server.url + PROFILE).status_code for _ in range(4)} == {500}
    session.delete(server.url + "/workspace/faults")
    assert session.get(server.url + PROFILE).status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"path": "x"},
        {"path": "x", "status": 200},
        {"path": "x", "status": 500, "often": 3},
        {"path": "(", "status": 500},
    ],
)
def test_faults__bad_rule_is_refused(server: Server, session: requests.Session, rule: Any) -> None:
    assert session.post(server.url + "/workspace/faults", json=rule).status_code == 400
    assert session.get(server.url + "/workspace/faults").json()["faults"] == []


def test_calls__logged_with_caller_kind_and_status(server: Server, session: requests.Session) -> None:
    session.get(server.url + PROFILE)
    requests.get(server.url + PROFILE, timeout=5)
    log = session.get(server.url + "/workspace/calls").json()
    assert [(c["n"], c["caller"], c["kind"], c["status"]) for c in log["calls"]] == [
        (1, "anna@example.com", "gmail.getProfile", 200),
        (2, "", "gmail.getProfile", 401),
    ]
    assert log["counts"] == {"gmail.getProfile": 2}
    later = session.get(server.url + f"/workspace/calls?since={log['last']}").json()
    assert later["calls"] == []


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/v4/spreadsheets/abc", "sheets.get"),
        ("POST", "/v4/spreadsheets/abc:batchUpdate", "sheets.batchUpdate"),
        ("GET", "/v4/spreadsheets/abc/values:batchGet", "sheets.values.batchGet"),
        ("POST", "/v4/spreadsheets/abc/values:batchUpdate", "sheets.values.batchUpdate"),
        ("PUT", "/v4/spreadsheets/abc/values/'a/b'!A1:B2", "sheets.values.update"),
        ("POST", "/v4/spreadsheets/abc/values/Tab!A1:append", "sheets.values.append"),
        ("GET", "/gmail/v1/users/me/messages", "gmail.messages.list"),
        ("GET", "/gmail/v1/users/me/messages/1", "gmail.messages.get"),
        ("POST", "/upload/gmail/v1/users/me/messages/send", "gmail.messages.send"),
        ("POST", "/gmail/v1/users/me/messages/1/modify", "gmail.messages.modify"),
        ("PATCH", "/drive/v3/files/1", "drive.files.update"),
        ("POST", "/drive/v3/files/1/permissions", "drive.permissions.create"),
        ("GET", "/drive/v3/files", "drive.files.list"),
        ("GET", "/elsewhere", "other"),
    ],
)
def test_kind_of__names_as_in_discovery(method: str, path: str, kind: str) -> None:
    assert kind_of(method, path) == kind


def test_workspace__a_foreign_host_is_refused(server: Server) -> None:
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example"):
        answer = requests.get(server.url + "/workspace/clock", headers={"Host": host}, timeout=5)
        assert answer.status_code == 403
    assert (
        requests.get(server.url + "/workspace/clock", headers={"Host": "localhost:9"}, timeout=5).status_code
        == 200
    )


def test_workspace__a_form_post_is_refused(server: Server, emulator: Emulator) -> None:
    answer = requests.post(server.url + "/workspace/faults", data='{"path": "x", "status": 500}', timeout=5)
    assert answer.status_code == 415
    assert emulator.faults.listed() == []


def test_switches__known_ones_only(server: Server, session: requests.Session, tmp_path: Path) -> None:
    url = server.url + "/workspace/switches"
    assert session.post(url, json={"gmail_search_lag_seconds": 30}).json()["gmail_search_lag_seconds"] == 30
    assert session.post(url, json={"gmail_search_lag_seconds": "long"}).status_code == 400
    assert session.post(url, json={"unknown": 1}).status_code == 400
    assert Emulator(tmp_path).switches.get("gmail_search_lag_seconds") == 30


def test_events__listeners_hear_until_they_end(emulator: Emulator) -> None:
    heard = []
    end = emulator.events.subscribe(lambda kind, detail: heard.append((kind, detail)))
    emulator.events.publish("mail", to=["a"])
    end()
    emulator.events.publish("mail", to=["b"])
    assert heard == [("mail", {"to": ["a"]})]


def test_path__slashes_that_clients_put_at_the_end_are_taken(
    server: Server, session: requests.Session
) -> None:
    made = session.post(server.url + "/v4/spreadsheets", json={})
    url = f"{server.url}/v4/spreadsheets/{made.json()['spreadsheetId']}"
    assert session.get(url + "/").status_code == 200
    assert session.post(url + "/:getByDataFilter", json={}).status_code == 200
    assert session.get(url.replace("/v4/spreadsheets", "/drive/v3/files") + "/").status_code == 200
    title = {"requests": [{"addSheet": {"properties": {"title": "a/"}}}]}
    assert session.post(url + ":batchUpdate", json=title).status_code == 200
    assert session.get(url + "/values/a%2F").json()["range"] == "'a/'!A1:Z1000"
    assert [call["kind"] for call in session.get(server.url + "/workspace/calls").json()["calls"]][:3] == [
        "sheets.create",
        "sheets.get",
        "sheets.getByDataFilter",
    ]
