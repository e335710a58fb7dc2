"""Sheets and Drive behind Flask's test client, each answer held against the discovery document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, g, request

from sheetflow.emulator import drive
from sheetflow.emulator.couriers import Courier
from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.store import Store
from sheetflow.emulator.wire import GoogleError, envelope
from tests.discovery import assert_fits

OWNER = "owner@example.com"
_SCHEMAS = (
    (r"POST /v4/spreadsheets$", "Spreadsheet", "Spreadsheet"),
    (r"GET /v4/spreadsheets/[^/:]+$", None, "Spreadsheet"),
    (
        r"POST \S+:batchUpdate$(?<!values:batchUpdate)",
        "BatchUpdateSpreadsheetRequest",
        "BatchUpdateSpreadsheetResponse",
    ),
    (r"POST \S+:getByDataFilter$", "GetSpreadsheetByDataFilterRequest", "Spreadsheet"),
    (r"GET \S+/values:batchGet$", None, "BatchGetValuesResponse"),
    (r"POST \S+/values:batchUpdate$", "BatchUpdateValuesRequest", "BatchUpdateValuesResponse"),
    (r"POST \S+/values:batchClear$", "BatchClearValuesRequest", "BatchClearValuesResponse"),
    (
        r"POST \S+:batchGetByDataFilter$",
        "BatchGetValuesByDataFilterRequest",
        "BatchGetValuesByDataFilterResponse",
    ),
    (
        r"POST \S+:batchUpdateByDataFilter$",
        "BatchUpdateValuesByDataFilterRequest",
        "BatchUpdateValuesByDataFilterResponse",
    ),
    (
        r"POST \S+:batchClearByDataFilter$",
        "BatchClearValuesByDataFilterRequest",
        "BatchClearValuesByDataFilterResponse",
    ),
    (r"POST \S+/values/.+:append$", "ValueRange", "AppendValuesResponse"),
    (r"POST \S+/values/.+:clear$", "ClearValuesRequest", "ClearValuesResponse"),
    (r"GET \S+/values/.+$", None, "ValueRange"),
    (r"PUT \S+/values/.+$", "ValueRange", "UpdateValuesResponse"),
    (r"POST \S+:copyTo$", "CopySheetToAnotherSpreadsheetRequest", "SheetProperties"),
    (r"GET \S+/developerMetadata/\d+$", None, "DeveloperMetadata"),
    (
        r"POST \S+/developerMetadata:search$",
        "SearchDeveloperMetadataRequest",
        "SearchDeveloperMetadataResponse",
    ),
)


def _present(value: Any) -> Any:
    """A request without its nulls, which stand for absent fields; cells of a values list may be null."""
    if isinstance(value, dict):
        return {
            k: v if k == "values" and _cells(v) else _present(v) for k, v in value.items() if v is not None
        }
    return [_present(item) for item in value] if isinstance(value, list) else value


def _cells(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, list) for line in value)


class Clock:
    """The real time, which a test may set."""

    def __init__(self) -> None:
        self.fixed: datetime | None = None

    def now(self) -> datetime:
        return self.fixed or datetime.now(UTC)


def build_app(service: SheetsService) -> Flask:
    """A Flask app over a service: callers by `Bearer local:<email>`, the owner without a token."""
    app = Flask("tests", static_folder=None)
    app.url_map.merge_slashes = False
    app.register_blueprint(service.routes())
    app.register_blueprint(drive.blueprint(drive.Drive(service, Courier(), lambda: 1.0)))

    @app.before_request
    def who() -> None:
        g.caller = request.headers.get("Authorization", f"Bearer local:{OWNER}").removeprefix("Bearer local:")

    @app.errorhandler(GoogleError)
    def failed(error: GoogleError) -> tuple[dict[str, Any], int]:
        return envelope(error), error.code

    return app


@dataclass
class World:
    """A service, its app, and short ways to call it."""

    folder: Path
    service: SheetsService
    clock: Clock
    app: Flask
    sheet: str = ""

    def call(
        self, method: str, url: str, body: Any = None, *, who: str = OWNER, strict: bool = True
    ) -> tuple[int, Any]:
        """One request; (status, body). Strict: held against the discovery document."""
        headers = {"Authorization": f"Bearer local:{who}"}
        answer: Any = self.app.test_client().open(url, method=method, json=body, headers=headers)
        decoded = answer.get_json(silent=True) if answer.data else None
        path = url.partition("?")[0]
        if strict and path.startswith("/v4/") and answer.status_code == 200:
            self._hold(f"{method} {path}", body, decoded)
        return answer.status_code, decoded if decoded is not None else answer.get_data(as_text=True)

    @staticmethod
    def _hold(call: str, body: Any, answer: Any) -> None:
        for pattern, sent, received in _SCHEMAS:
            if re.match(pattern, call):
                if sent and body is not None:
                    assert_fits(document="sheets.v4", schema=sent, value=_present(body))
                assert_fits(document="sheets.v4", schema=received, value=answer)
                return
        raise AssertionError(f"no schema for {call}")

    def ok(self, method: str, url: str, body: Any = None, *, who: str = OWNER) -> Any:
        """The body of a call that must succeed."""
        status, answer = self.call(method, url, body, who=who)
        assert status == 200, answer
        return answer

    @property
    def url(self) -> str:
        return f"/v4/spreadsheets/{self.sheet}"

    def batch(self, *requests: Any, who: str = OWNER, **more: Any) -> Any:
        """A batchUpdate that must succeed; its replies, or the whole answer when `more` is sent."""
        answer = self.ok("POST", f"{self.url}:batchUpdate", {"requests": list(requests), **more}, who=who)
        return answer if more else answer["replies"]

    def refused(self, *requests: Any, who: str = OWNER) -> str:
        """The message of a batchUpdate that must be refused with 400."""
        status, answer = self.call("POST", f"{self.url}:batchUpdate", {"requests": list(requests)}, who=who)
        assert status == 400, answer
        assert answer["error"]["status"] == "INVALID_ARGUMENT"
        return str(answer["error"]["message"])

    def put(self, where: str, values: Any, *, who: str = OWNER, option: str = "USER_ENTERED") -> Any:
        """Write values."""
        return self.ok(
            "PUT", f"{self.url}/values/{quote(where)}?valueInputOption={option}", {"values": values}, who=who
        )

    def values(self, where: str, option: str = "FORMATTED_VALUE", **query: str) -> Any:
        """Read values; [] where there are none."""
        extra = "".join(f"&{name}={value}" for name, value in query.items())
        return self.ok("GET", f"{self.url}/values/{quote(where)}?valueRenderOption={option}{extra}").get(
            "values", []
        )

    def get(self, query: str = "") -> Any:
        """The spreadsheet."""
        return self.ok("GET", f"{self.url}{query}")

    def reopened(self) -> World:
        """The same folder under a new service, as after a restart."""
        return open_world(self.folder, self.sheet)


def open_world(folder: Path, sheet: str = "") -> World:
    """A world over a folder; without `sheet` a new spreadsheet is made."""
    clock = Clock()
    service = SheetsService(Store(folder / "workspace.sqlite"), clock)
    world = World(folder, service, clock, build_app(service), sheet)
    if not sheet:
        world.sheet = world.ok("POST", "/v4/spreadsheets", {"properties": {"title": "Payments"}})[
            "spreadsheetId"
        ]
    return world
