"""The pages' frame over HTTP: what a page is sent with, who is let in, live events, and the passes."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sheetflow.emulator.control import Events
from sheetflow.workspace.web.pages import FOLDER, Pages
from sheetflow.workspace.web.stream import Stream
from tests.firm import Firm


def test_pages__are_sealed_against_foreign_and_inline_code(firm: Firm) -> None:
    answer = requests.get(firm.url + "/", timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.findall(r"<[^>]+\s(?:style|on\w+)=", answer.text) == []
    scripts = re.findall(r"<script([^>]*)>", answer.text)
    assert scripts
    assert all("src=" in each or 'type="application/json"' in each for each in scripts)


@pytest.mark.parametrize(
    "path", ["/", "/sheet", "/workspace/events", "/v4/spreadsheets/x", "/forms/static/form.css"]
)
def test_pages__are_for_this_machine_alone(firm: Firm, path: str) -> None:
    foreign = requests.get(
        firm.url + path,
        headers={"Host": "evil.example", "Authorization": f"Bearer local:{firm.mia.address}"},
        timeout=30,
    )
    assert foreign.status_code == 403


def test_pages__a_head_is_answered_as_a_get(firm: Firm) -> None:
    assert requests.head(firm.url + "/activity", timeout=30).status_code == 200


def test_pages__know_the_person_the_language_and_the_look(firm: Firm) -> None:
    likes = {"local_account": "anna@firm.example", "workspace_language": "ru", "workspace_theme": "dark"}
    text = requests.get(firm.url + "/activity", cookies=likes, timeout=30).text
    assert '<html lang="ru" data-theme="dark">' in text
    assert "Вы — Anna Counts, бухгалтер" in text
    nobody = {"local_account": "<script>", "workspace_language": "xx", "workspace_theme": '"'}
    text = requests.get(firm.url + "/activity", cookies=nobody, timeout=30).text
    assert '<html lang="en" data-theme="auto">' in text
    assert "You are Mia Meadows" in text


def test_pages__that_are_none_are_not_found(firm: Firm) -> None:
    assert requests.get(firm.url + "/base", timeout=30).status_code == 404
    assert requests.get(firm.url + "/workspace/static/../pages.py", timeout=30).status_code == 404


def test_sheet__says_what_to_do_where_the_grid_is_missing(firm: Firm, tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "templates", tmp_path / "templates")
    bare = Pages(firm.place, tmp_path)
    with _app(firm).test_request_context("/sheet"):
        text = bare.page("sheet")
    assert "The grid is not installed" in text
    assert "make venv" in text
    assert "sheet.js" not in text


def _app(firm: Firm) -> Any:
    from flask import Flask

    return Flask("test")


# --- events


def _events(url: str, after: str = "") -> Iterator[dict[str, Any]]:
    headers = {"Last-Event-ID": after} if after else {}
    with requests.get(url + "/workspace/events", headers=headers, stream=True, timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        number = ""
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("id: "):
                number = line[4:]
            if line.startswith("data: "):
                yield {"number": number, **json.loads(line[6:])}


def test_events__tell_of_an_edit_and_of_what_came_while_away(firm: Firm) -> None:
    told = _events(firm.url)
    assert next(told)["kind"] == "hello"
    firm.mia.enters("Registry!D40", "x")
    kinds: list[dict[str, Any]] = []
    while not kinds or kinds[-1]["kind"] != "edit":
        kinds.append(next(told))
    edit = kinds[-1]
    assert (edit["id"], edit["by"], edit["range"]) == (
        firm.spreadsheet, firm.mia.address, "Registry!D40"
    )  # fmt: skip
    assert {"kind": "spreadsheet", "id": firm.spreadsheet, "by": firm.mia.address}.items() <= next(
        each for each in kinds if each["kind"] == "spreadsheet"
    ).items()
    firm.mia.enters("Registry!D40", "")
    later = _events(firm.url, after=edit["number"])
    assert next(later)["kind"] != "reset"
    assert next(_events(firm.url, after="other-5"))["kind"] == "reset"


def test_events__the_clock_tells_where_it_was_moved_to(firm: Firm) -> None:
    told = _events(firm.url)
    next(told)
    now = firm.post("/workspace/clock", {"advance": "PT1M"})["now"]
    clock = next(each for each in told if each["kind"] == "clock")
    assert clock["now"] == now


def test_stream__ends_with_the_workspace_and_shows_life_until_then() -> None:
    stream = Stream(Events(), heartbeat=0.01)
    pieces = stream.since("")
    first = [next(pieces) for _ in range(3)]
    assert first[2].startswith(":")
    threading.Timer(0.05, stream.close).start()
    assert all(each.startswith(":") for each in pieces)


def test_stream__telling_waits_for_no_listener() -> None:
    events = Events()
    stream = Stream(events)
    listener = stream.since("")
    next(listener)
    for number in range(5_000):
        events.publish("mail", id=str(number))
    assert "reset" not in next(listener)
    behind = stream.since(f"{stream.last.partition('-')[0]}-1")
    next(behind)
    assert "reset" in next(behind)  # so much was missed that it is not kept any more


# --- passes


def test_passes__are_read_from_the_functions_logs_with_what_came_in(firm: Firm) -> None:
    log = firm.place.folder / "functions-on_edit.log"
    before = len(firm.place.passes.since())
    firm.mia.enters("Registry!D41", "y")
    firm.run()
    report = {"events": [], "refused": ["right-role PR-1"], "sent": 2, "repaired": 0, "lost_races": 0}
    facts = {"function": "on_edit", "status": 200, "ms": 60_000, "pass": report}
    with log.open("a") as file:
        file.write("Serving on port 1\n" + json.dumps(facts) + '\n{"half')
    firm.place.passes.look()
    (line,) = firm.get("/workspace/passes")["passes"][before:]
    assert (line["function"], line["report"], line["message"]) == ("on_edit", report, "")
    assert line["came"][-1]["range"] == "Registry!D41"
    assert line["came"][-1]["by"] == firm.mia.address
    assert line["calls"]["sheets"] >= 1
    called = {call["n"]: call["caller"] for call in firm.get("/workspace/calls")["calls"]}
    assert {called[n] for n in line["numbers"]} <= {firm.service.address, firm.robot.address}
    firm.place.passes.look()
    assert len(firm.get("/workspace/passes")["passes"]) == before + 1


def test_passes__a_look_at_the_request_page_is_none(firm: Firm) -> None:
    log = firm.place.folder / "functions-request_page.log"
    before = len(firm.place.passes.since())
    with log.open("a") as file:
        file.write(json.dumps({"function": "request_page", "status": 200, "ms": 5}) + "\n")
        failed = {
            "function": "request_page",
            "status": 503,
            "ms": 5,
            "message": "request_page: 503, out of reach",
        }
        file.write(json.dumps(failed) + "\n")
    firm.place.passes.look()
    (line,) = firm.place.passes.since(before)
    assert (line["status"], line["message"]) == (503, "request_page: 503, out of reach")


# --- the calendar


def test_calendar__is_read_over_the_api_as_the_person_and_shown_in_their_language(firm: Firm) -> None:
    firm.mia.submits()
    firm.settle()
    before = firm.get("/workspace/calls?since=0")["calls"][-1]["n"]
    likes = {"local_account": firm.anna.address, "workspace_language": "ru"}
    text = requests.get(firm.url + "/calendar?by=month", cookies=likes, timeout=30).text
    assert "Платежный календарь" in text
    assert "Апрель 2027" in text
    calls = firm.get(f"/workspace/calls?since={before}")["calls"]
    assert {call["caller"] for call in calls} == {firm.anna.address}
    assert not [call for call in calls if call["method"] != "GET"]


def test_calendar__says_why_it_cannot_be_read(firm: Firm) -> None:
    fault = {"path": "/v4/spreadsheets", "status": 403, "times": 1}
    firm.post("/workspace/faults", fault)
    text = requests.get(firm.url + "/calendar", timeout=30).text
    firm.forget_faults()
    assert 'role="alert">The spreadsheet cannot be read: ' in text
