"""The deployed functions through functions-framework, on a real registry in a local workspace."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import functions_framework
import gspread
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sheetflow.adapters import http
from sheetflow.adapters.clock import SystemClock, SystemNonces
from sheetflow.adapters.later import Later
from sheetflow.app.process import Process
from sheetflow.core.projection import STATUS
from sheetflow.emulator.control import Fault
from sheetflow.runtime import credentials
from sheetflow.workspace import cast
from sheetflow.workspace.local import LocalWorkspace
from tests.desk import GOOD
from tests.firm import LETTERS_AT_ONCE, Firm

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "functions" / "main.py"
MIA, OLGA, ANNA = (f"{name}@{cast.DOMAIN}" for name in ("mia", "olga", "anna"))
FORM = "application/x-www-form-urlencoded"

Client = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkspace]:
    """A workspace whose function processes do not run: the tests call the functions themselves."""
    folder: Path = tmp_path_factory.mktemp("workspace")
    with LocalWorkspace(folder, scheduled=False, functions=False, settings=LETTERS_AT_ONCE) as found:
        yield found


@pytest.fixture
def client(place: LocalWorkspace, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A function as functions-framework serves it, its environment that of the workspace."""
    for name, value in place.functions.environment.items():
        monkeypatch.setenv(name, value)

    def make(target: str) -> FlaskClient:
        app = functions_framework.create_app(target, str(SOURCE))  # type: ignore[no-untyped-call]
        return app.test_client()  # type: ignore[no-any-return]

    return make


def bearer(place: LocalWorkspace, email: str = cast.OWNER, audience: str = "") -> dict[str, str]:
    token = place.emulator.identity.id_token(email, audience or place.settled.client_id)
    return {"Authorization": f"Bearer {token}"}


def nudge(place: LocalWorkspace, client: Client, name: str = "on_edit") -> dict[str, Any]:
    account = cast.OWNER if name == "on_edit" else cast.SCHEDULER
    body = {"spreadsheet": place.settled.spreadsheet, "event": "u1"}
    answer = client(name).post("/", json=body, headers=bearer(place, account))
    assert answer.status_code == 200, answer.text
    return answer.get_json()  # type: ignore[no-any-return]


def sheet_of(place: LocalWorkspace, email: str) -> gspread.Spreadsheet:
    anyone = http.client(credentials(f"local:{email}"), place.url, SystemClock(), SystemNonces())
    return anyone.open_by_key(place.settled.spreadsheet)


def reads_and_writes(place: LocalWorkspace, since: int) -> list[str]:
    kinds = {"sheets.values.batchGet": "read", "sheets.batchUpdate": "write"}
    calls = place.emulator.calls.since(since)
    return [kinds.get(call.kind, call.kind) for call in calls if call.path.startswith("/v4/")]


@pytest.fixture
def submitted(place: LocalWorkspace, client: Client) -> str:
    """A request that Mia typed and sent, through the sheet alone."""
    runtime = place.runtime()
    known = {str(row[0]) for row in runtime.sheet().read().state if row}
    tab = sheet_of(place, MIA).worksheet("Registry")
    header, row = tab.row_values(1), len(tab.col_values(1)) + 1
    labels = runtime.book.own.labels["columns"]
    cells = {**GOOD, "pay_by": "2027-04-23"}
    keys = {label: key for key, label in labels.items()}
    first, last = (header.index(labels[key]) for key in ("subject", "contractor_email"))
    block = [cells.get(keys[label], "") for label in header[first : last + 1]]
    type_, paste = place.emulator.hand.type, place.emulator.hand.paste
    paste(MIA, place.settled.spreadsheet, f"Registry!{_letter(first)}{row}", [block])
    type_(
        MIA,
        place.settled.spreadsheet,
        f"Registry!{_letter(header.index(labels['status']))}{row}",
        "Submitted",
    )
    nudge(place, client)
    fresh = {str(row[0]) for row in runtime.sheet().read().state if row} - known
    assert len(fresh) == 1
    assert status(place, *fresh) == "Submitted"
    return fresh.pop()


def _letter(place: int) -> str:
    return chr(65 + place) if place < 26 else "A" + chr(65 + place - 26)


def status(place: LocalWorkspace, rid: str) -> str:
    return next(str(row[STATUS]) for row in place.runtime().sheet().read().state if row and row[0] == rid)


# --- on_edit and on_schedule: who is let in


@pytest.mark.parametrize("name", ["on_edit", "on_schedule"])
def test_pass__answers_ids_and_counts(place: LocalWorkspace, client: Client, name: str) -> None:
    answer = nudge(place, client, name)
    assert {"events", "commits", "sent"} <= answer.keys()
    assert "@" not in json.dumps(answer)


def test_pass__with_nothing_to_do_costs_one_read(place: LocalWorkspace, client: Client) -> None:
    nudge(place, client)
    last = place.emulator.calls.last
    assert nudge(place, client)["commits"] == 0
    assert reads_and_writes(place, last) == ["read"]


@pytest.mark.parametrize("name", ["on_edit", "on_schedule"])
def test_pass__strangers_cause_nothing(place: LocalWorkspace, client: Client, name: str) -> None:
    function, body = client(name), {"spreadsheet": place.settled.spreadsheet, "event": "u1"}
    own = cast.OWNER if name == "on_edit" else cast.SCHEDULER
    other = cast.SCHEDULER if name == "on_edit" else cast.OWNER
    last = place.emulator.calls.last
    for headers, expected in (
        ({}, 401),
        ({"Authorization": f"Bearer local:{own}"}, 401),
        ({"Authorization": "Bearer a.b.c"}, 401),
        (bearer(place, own, "another-audience"), 401),
        (bearer(place, other), 403),
        (bearer(place, MIA), 403),
        (bearer(place, cast.SERVICE_ACCOUNT), 403),
    ):
        answer = function.post("/", json=body, headers=headers)
        assert answer.status_code == expected, headers
        assert answer.get_json().keys() == {"error"}
        assert ("WWW-Authenticate" in answer.headers) is (expected == 401)
    assert reads_and_writes(place, last) == []


def test_pass__another_spreadsheet_is_refused(place: LocalWorkspace, client: Client) -> None:
    last = place.emulator.calls.last
    for name, account in (("on_edit", cast.OWNER), ("on_schedule", cast.SCHEDULER)):
        headers = bearer(place, account)
        for other in ("another", "", None, 1, [place.settled.spreadsheet]):
            answer = client(name).post("/", json={"spreadsheet": other}, headers=headers)
            assert answer.status_code == 403, other
    assert client("on_edit").post("/", json={"event": "u1"}, headers=bearer(place)).status_code == 403
    assert reads_and_writes(place, last) == []


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_pass__only_post(place: LocalWorkspace, client: Client, method: str) -> None:
    last = place.emulator.calls.last
    answer = getattr(client("on_edit"), method)("/", headers=bearer(place))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert reads_and_writes(place, last) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"\xff", 400),
        (b"[" * 60_000, 400),
        (b'{"spreadsheet":' * 4_000, 400),
        (b'{"spreadsheet":' + b"9" * 60_000 + b"}", 400),
        (b"{" + b" " * 70_000 + b"}", 413),
    ],
)
def test_pass__bodies_that_are_none(
    place: LocalWorkspace, client: Client, body: bytes, expected: int
) -> None:
    answer = client("on_edit").post("/", data=body, headers=bearer(place))
    assert answer.status_code == expected


def test_schedule__needs_no_body_and_takes_what_was_dropped(place: LocalWorkspace, client: Client) -> None:
    firm = Firm.at(place)
    firm.anna.uploads("none.txt", b"no statement", firm.folder("incoming"), "text/plain")
    assert client("on_schedule").post("/", headers=bearer(place, cast.SCHEDULER)).status_code == 200
    assert "StatementRefused" in [event.kind for event in firm.history()]
    assert len(firm.anna.subjects("none.txt")) == 1
    firm.close()


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"drop": True}])
def test_pass__google_out_of_reach_says_try_again(
    place: LocalWorkspace, client: Client, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda _self, _seconds: None)
    nudge(place, client)  # a young registry has something to do of its own
    place.emulator.faults.add(Fault("/v4/", "GET", times=6, **fault))
    answer = client("on_edit").post(
        "/", json={"spreadsheet": place.settled.spreadsheet}, headers=bearer(place)
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert nudge(place, client)["commits"] == 0


@pytest.mark.parametrize(("function", "asked"), [("on_edit", 1), ("on_schedule", 0)])
def test_pass__a_nudge_that_failed_is_handed_on_where_there_is_a_queue(
    place: LocalWorkspace, client: Client, monkeypatch: pytest.MonkeyPatch, function: str, asked: int
) -> None:
    handed: list[Later] = []
    monkeypatch.setattr(SystemClock, "sleep", lambda _self, _seconds: None)
    monkeypatch.setattr(Later, "hand_on", lambda later: handed.append(later) or "status 403")  # type: ignore[func-returns-value]
    monkeypatch.setenv("SHEETFLOW_QUEUE", "projects/p/locations/l/queues/q")
    monkeypatch.setenv("SHEETFLOW_SCHEDULE_URL", "https://on-schedule.example")
    account = cast.OWNER if function == "on_edit" else cast.SCHEDULER
    nudge(place, client)
    place.emulator.faults.add(Fault("/v4/", "GET", 503, times=6))
    answer = client(function).post(
        "/", json={"spreadsheet": place.settled.spreadsheet}, headers=bearer(place, account)
    )
    assert answer.status_code == 503
    assert len(handed) == asked
    assert nudge(place, client)["commits"] == 0
    assert len(handed) == asked, "what went well is not handed on"


def test_pass__not_set_up_says_so_in_the_log_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SHEETFLOW_LINK_KEY")
    answer = client("on_edit").post("/", json={})
    assert answer.status_code == 500
    assert "SHEETFLOW" not in answer.text
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert line["severity"] == "ERROR"
    assert "SHEETFLOW_LINK_KEY is not set" in line["problems"][0]
    page = client("request_page").get("/?t=x")
    assert page.status_code == 500
    assert "SHEETFLOW" not in page.text


def test_pass__logs_one_json_line_without_addresses(
    place: LocalWorkspace, client: Client, submitted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    nudge(place, client)
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (line["severity"], line["function"], line["status"]) == ("INFO", "on_edit", 200)
    assert line["ms"] >= 0
    assert "@" not in json.dumps(line)


def test_logs__a_scenario_has_ids_counts_and_retries_and_nobody_s_data(
    place: LocalWorkspace,
    client: Client,
    submitted: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda _self, _seconds: None)
    monkeypatch.setenv("SHEETFLOW_QUEUE", "projects/luch/locations/l/queues/q")
    capsys.readouterr()
    page, token = client("request_page"), token_in_mail(place, submitted, OLGA)
    shown = page.get(f"/?t={token}")
    page.get(f"/?t={token}x")
    place.emulator.faults.add(Fault("/v4/", "GET", 429, times=2))
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"X-Cloud-Trace-Context": f"{trace}/255;o=1"}
    assert page.post("/", data=form_of(shown, "approve"), headers=headers).status_code == 200
    page.post("/", data=form_of(shown, "approve"))  # refused: used already
    place.emulator.faults.add(Fault("/v4/", "GET", 403, message=f"{MIA} may not write 12500.50 to {token}"))
    client("on_edit").post("/", json={"spreadsheet": place.settled.spreadsheet}, headers=bearer(place))
    monkeypatch.setattr(Process, "run", lambda *_, **__: dict[str, int]()[f"{GOOD['contractor']} {MIA}"])
    body = {"spreadsheet": place.settled.spreadsheet}
    assert client("on_edit").post("/", json=body, headers=bearer(place)).status_code == 500
    text = "".join(capsys.readouterr())
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    acted = next(line for line in lines if "RequestApproved" in str(line.get("pass")))
    assert (acted["severity"], acted["spreadsheet"]) == ("INFO", place.settled.spreadsheet)
    assert acted["logging.googleapis.com/trace"] == f"projects/luch/traces/{trace}"
    assert acted["logging.googleapis.com/spanId"] == "00000000000000ff"
    assert [one["call"] for one in acted["retries"]] == ["sheets.spreadsheets.values.batchGet"] * 2
    assert {one["why"] for one in acted["retries"]} == {"RateLimited"}
    assert acted["calls"]["sheets.spreadsheets.batchUpdate"]["count"] >= 1
    assert acted["calls"]["sheets.spreadsheets.values.batchGet"]["count"] >= 3
    assert submitted in acted["pass"]["requests"]
    assert len(acted["pass"]["run"]) >= 16
    assert acted["pass"]["revision"] > 0
    assert any(f"link-is-used-once {submitted}" in str(line.get("pass")) for line in lines)
    bug = lines[-1]
    assert (bug["severity"], bug["status"]) == ("ERROR", 500)
    assert bug["stack_trace"].endswith("KeyError")
    everybody = cast.people("en")
    values = [str(person[key]) for person in everybody for key in ("email", "name")]
    values += [str(value) for key, value in GOOD.items() if key not in ("currency", "kpp", "subject")]
    values += [token, "12500.5", "12 500", cast.OWNER, cast.COMPANY["en"], "@firm.example"]
    assert [value for value in values if value in text] == []


# --- the request page


def test_page__a_mail_s_link_approves(place: LocalWorkspace, client: Client, submitted: str) -> None:
    page, token = client("request_page"), token_in_mail(place, submitted, OLGA)
    last = place.emulator.calls.last
    shown = page.get(f"/?t={token}")
    assert shown.status_code == 200
    assert reads_and_writes(place, last) == ["read", "read"]  # a young registry: its history too
    assert "ООО «Ромашка»" in shown.text
    last = place.emulator.calls.last
    done = page.post("/", data=form_of(shown, "approve"))
    assert done.status_code == 200, done.text
    assert status(place, submitted) == "Approved"
    assert reads_and_writes(place, last)[:3] == ["read", "read", "write"]
    replayed = page.post("/", data=form_of(shown, "approve"))
    assert replayed.status_code == 409
    assert "[link-is-used-once]" in replayed.text


def test_page__scanners_change_nothing(place: LocalWorkspace, client: Client, submitted: str) -> None:
    page, token = client("request_page"), token_for(place, submitted, OLGA)
    before = place.runtime().sheet().read().token
    for method in (page.get, page.head):
        for query in (f"t={token}", f"t={token}&history=1", f"t={token}&act=approve&token={token}"):
            assert method(f"/?{query}", headers={"Purpose": "prefetch"}).status_code == 200
    for method in (page.put, page.patch, page.delete):
        answer = method(f"/?t={token}", data=f"act=approve&token={token}", content_type=FORM)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert place.runtime().sheet().read().token == before
    assert status(place, submitted) == "Submitted"


def test_page__history_is_shown_from_the_sheet(place: LocalWorkspace, client: Client, submitted: str) -> None:
    text = client("request_page").get(f"/?t={token_for(place, submitted, OLGA)}&history=1").text
    assert "Mia Meadows: sent it for approval" in text


def test_page__expired_by_the_clock_of_the_spreadsheet_service(
    place: LocalWorkspace, client: Client, submitted: str
) -> None:
    runtime = place.runtime()
    now = runtime.sheet().read().now
    token = runtime.links.make(submitted, OLGA, "n1", "", now, days=-1).partition("?t=")[2]
    answer = client("request_page").get(f"/?t={token}")
    assert answer.status_code == 403
    assert "[link-not-expired]" in answer.text
    post = client("request_page").post("/", data={"token": token, "act": "approve"})
    assert post.status_code == 403
    assert status(place, submitted) == "Submitted"


def test_page__altered_links_cost_nothing(place: LocalWorkspace, client: Client) -> None:
    page = client("request_page")
    last = place.emulator.calls.last
    for answer in (page.get("/"), page.get("/?t=x"), page.post("/", data={"act": "approve", "token": "x.y"})):
        assert answer.status_code == 403
        assert "[link-is-valid]" in answer.text
    assert reads_and_writes(place, last) == []


def test_page__headers_on_every_answer(place: LocalWorkspace, client: Client, submitted: str) -> None:
    page = client("request_page")
    answers = [
        page.get(f"/?t={token_for(place, submitted, OLGA)}"), page.get("/?t=x"), page.delete("/"),
        page.post("/", data=b"{}", content_type="application/json"),
        page.post("/", data=b"x" * 140_000, content_type=FORM),
        page.post("/", data=b"\xff=%ff", content_type=FORM),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 403, 405, 415, 413, 400]
    for answer in answers:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.text.startswith("<!doctype html>")


def test_page__spreadsheet_out_of_reach(
    place: LocalWorkspace, client: Client, submitted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda _self, _seconds: None)
    token = token_for(place, submitted, OLGA)
    page = client("request_page")
    shown = form_of(page.get(f"/?t={token}"), "approve")
    for method in ("GET", "POST"):
        place.emulator.faults.add(Fault("/v4/", "GET", 503, times=6))
        form = shown if method == "POST" else None
        answer = page.open(f"/?t={token}", method=method, data=form)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "Open the link again in a minute" in answer.text


def token_in_mail(place: LocalWorkspace, rid: str, to: str) -> str:
    """The link in the newest mail about a request, as its recipient finds it."""
    raw = place.emulator.gmail.find(to, rid)[0].raw
    plain = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    assert plain is not None
    found = re.findall(
        re.escape(place.functions.urls["request_page"]) + r"\S*[?]t=(\S+)", plain.get_content()
    )
    assert found, plain.get_content()
    return str(found[0])


def token_for(place: LocalWorkspace, rid: str, user: str) -> str:
    """A fresh link, as a mail carries it."""
    runtime = place.runtime()
    nonce = runtime.nonces.nonce()
    return runtime.links.make(rid, user, nonce, "", runtime.sheet().read().now).partition("?t=")[2]


def form_of(page: TestResponse, act: str) -> dict[str, str]:
    """What a browser would send for a step."""
    (token,) = set(re.findall(r'name="token" value="([^"]+)"', page.text))
    assert f'name="act" value="{act}"' in page.text
    return {"token": token, "act": act, "comment": ""}


# --- what a cold start costs


def test_import__stays_light() -> None:
    code = "import functions.main, sys, json; json.dump(sorted(sys.modules), sys.stdout)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(ran.stdout))
    heavy = {
        "pandas",
        "numpy",
        "googleapiclient",
        "httplib2",
        "pydantic",
        "rich",
        "click",
        "sheetflow.emulator",
    }
    assert "sheetflow.core.decide" in loaded
    assert "sheetflow.runtime" in loaded
    # functions_framework itself brings click
    assert heavy & loaded <= {"click"}
    assert not {name for name in loaded if name.startswith(("sheetflow.emulator", "sheetflow.workspace"))}
