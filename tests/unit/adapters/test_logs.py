"""Log lines: which request they belong to, and what is taken out of texts that come from outside."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from sheetflow.adapters.calls import Recorder, counted, recording, retried, sheets_method
from sheetflow.adapters.logs import SAMPLED, SPAN, TRACE, Entry, hushed, logger, stack_of, trace_facts
from sheetflow.app.links import LinkClaim, Links
from sheetflow.errors import AccessDenied, RateLimited, Unavailable

ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("headers", "span", "sampled"),
    [
        ({"X-Cloud-Trace-Context": ID}, "", False),
        ({"X-Cloud-Trace-Context": f"{ID.upper()}/255;o=1"}, "00000000000000ff", True),
        ({"traceparent": f"00-{ID}-b7ad6b7169203331-01"}, "b7ad6b7169203331", True),
        ({"traceparent": f"00-{ID}-b7ad6b7169203331-00", "x-cloud-trace-context": ""}, "b7ad6b7169203331", 0),
    ],
)  # fmt: skip
def test_trace__as_google_and_as_the_w3c_write_it(headers: dict[str, str], span: str, sampled: bool) -> None:
    found = trace_facts(headers, "luch")
    assert (found[TRACE], found.get(SPAN, ""), found[SAMPLED]) == (
        f"projects/luch/traces/{ID}",
        span,
        sampled,
    )
    assert trace_facts(headers, "")[TRACE] == ID


@pytest.mark.parametrize("text", ["", "x", f"{ID}/{'9' * 40}", f"00-{ID}", 'a"}\n{"severity":"ERROR'])
def test_trace__anything_else_is_none(text: str) -> None:
    assert trace_facts({"X-Cloud-Trace-Context": text, "traceparent": text}, "luch") == {}


def test_hushed__hides_addresses_accounts_amounts_and_links() -> None:
    claim = LinkClaim("PR-000123", "mia@firm.example", "n1", "", datetime(2026, 11, 24, tzinfo=UTC))
    token = Links(b"k" * 32, "https://pages.example/").sign(claim)
    text = f"no mia@firm.example, to 40602810700000000025 of 12 500,50 at https://a.b/?t=1: {token} PR-000123"
    assert hushed(text) == "no (address), to (number) of (number) at (url) (token) PR-000123"
    assert hushed("Unable to parse range: Registry!A1") == "Unable to parse range: Registry!A1"


def test_stack__says_where_and_not_what() -> None:
    with pytest.raises(ValueError, match="Secret") as caught:
        int("Secret")
    told = stack_of(caught.value)
    assert "Secret" not in told.replace('int("Secret")', "")
    assert told.endswith("ValueError")
    assert "test_logs.py" in told


@pytest.mark.parametrize(
    ("status", "error", "severity"),
    [
        (200, None, "INFO"),
        (403, None, "WARNING"),
        (503, Unavailable("Sheets", "503"), "WARNING"),
        (500, AccessDenied("Sheets", "no"), "ERROR"),
    ],
)
def test_entry__severity_follows_from_what_has_to_be_done(
    capsys: pytest.CaptureFixture[str], status: int, error: Exception | None, severity: str
) -> None:
    entry = Entry(_log(), "on_edit", {}, {"SHEETFLOW_SPREADSHEET": "1Ab"}, Recorder())
    entry.done(status, error, handed_on="to the queue")
    line = _line(capsys)
    assert (line["severity"], line["status"], line["spreadsheet"]) == (severity, status, "1Ab")
    assert line["handed_on"] == "to the queue"
    assert line.get("error", "") == (type(error).__name__ if error else "")


def test_entry__a_halted_registry_is_an_error_though_the_call_is_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Entry(_log(), "on_schedule", {}, {}, Recorder()).done(200, report={"halted": True})
    assert _line(capsys)["severity"] == "ERROR"


def test_recorder__counts_what_its_own_thread_asks_for() -> None:
    with counted("drive.files.list"), recording() as outer:
        with recording() as inner, counted("drive.files.get"):
            pass
        with pytest.raises(ValueError, match="x"), counted("drive.files.get"):
            raise ValueError("x")
        for _ in range(25):
            retried("drive.files.get", RateLimited("Drive", "x"), 1.5)
    retried("drive.files.get", RateLimited("Drive", "x"), 1.5)
    assert [each.calls["drive.files.get"][0] for each in (inner, outer)] == [1, 1]
    told: Any = outer.as_dict()
    assert (len(told["retries"]), told["retried"]) == (20, 25)
    assert told["retries"][0] == {"call": "drive.files.get", "why": "RateLimited", "waited_ms": 1500}


@pytest.mark.parametrize(
    ("verb", "path", "method"),
    [
        ("get", "/v4/spreadsheets/1Ab/values:batchGet?ranges=x", "sheets.spreadsheets.values.batchGet"),
        ("post", "/v4/spreadsheets/1Ab:batchUpdate", "sheets.spreadsheets.batchUpdate"),
        ("get", "/v4/spreadsheets/1Ab", "sheets.spreadsheets.get"),
        ("get", "/v4/spreadsheets/1Ab/values/Mia!A1:B2", "sheets.spreadsheets.values.get"),
        ("put", "/v4/spreadsheets/1Ab/values/Mia!A1", "sheets.spreadsheets.values.update"),
    ],
)
def test_sheets_method__has_neither_ids_nor_ranges(verb: str, path: str, method: str) -> None:
    assert sheets_method(verb, f"https://sheets.googleapis.com{path}") == method


def _log() -> logging.Logger:
    return logger("sheetflow.tests")


def _line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found
