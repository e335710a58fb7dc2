"""Benchmarks of the emulator's Sheets, for `tests/bench.py`: at 10,000 rows and at 100,000."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, g

from sheetflow.emulator.sheets.service import SheetsService
from sheetflow.emulator.store import Store

SIZES = (10_000, 100_000)
COLUMNS = 22
OWNER = "owner@example.com"


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)


def measures() -> Iterator[tuple[str, float]]:
    """What was measured, and its seconds of processor time, largest size last."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            yield from _at(Path(folder), size)


def _at(folder: Path, size: int) -> Iterator[tuple[str, float]]:
    service = SheetsService(Store(folder / "workspace.sqlite"), _Clock())
    grid = {"gridProperties": {"rowCount": size + 5_000, "columnCount": COLUMNS}}
    made = service.create(OWNER, {"sheets": [{"properties": grid}]})
    doc = service.open(made["spreadsheetId"], OWNER)
    rows = [
        [f"PR-{number:06d}", "Draft", 1000.5 + number] + [f"text {number % 97}"] * 19
        for number in range(size)
    ]
    service.write_values(doc, OWNER, "A1", rows, entered=False)
    path = f"/v4/spreadsheets/{doc.id}/values:batchGet"
    app = _app(service)

    def read(option: str) -> None:
        answer = app.test_client().get(f"{path}?ranges=A:V&valueRenderOption={option}")
        assert answer.status_code == 200

    token = 0

    def commit() -> None:
        nonlocal token
        service.batch_update(doc, OWNER, {"requests": _guarded(token, size)})
        token += 1

    label = f"at {size:,} rows"
    yield f"values.batchGet of {size:,} x {COLUMNS}", _seconds(lambda: read("FORMULA"))
    yield f"  the same, formatted {label}", _seconds(lambda: read("FORMATTED_VALUE"))
    yield f"  a guarded batch over 1,000 rows {label}", _seconds(commit)
    yield f"  a row inserted at the top {label}", _seconds(lambda: _insert(service, doc.id))
    yield f"  one cell {label}", _seconds(lambda: service.write_values(doc, OWNER, "B2", [["Paid"]]))


def _app(service: SheetsService) -> Flask:
    app = Flask("bench", static_folder=None)
    app.register_blueprint(service.routes())
    app.before_request(lambda: setattr(g, "caller", OWNER))
    return app


def _guarded(token: int, size: int) -> list[dict[str, Any]]:
    """A swap of the token, and 1,000 rows written all over the sheet."""
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}
    swap: list[dict[str, Any]] = [{"deleteNamedRange": {"namedRangeId": f"t{token}"}}] if token else []
    named = {"namedRangeId": f"t{token + 1}", "name": "SF_VERSION", "range": place}
    swap.append({"addNamedRange": {"namedRange": named}})
    line = {"values": [{"userEnteredValue": {"stringValue": f"written {token}"}}] * 20}
    step = size // 1_000
    return swap + [
        {
            "updateCells": {
                "start": {"sheetId": 0, "rowIndex": number * step, "columnIndex": 1},
                "rows": [line],
                "fields": "userEnteredValue",
            }
        }
        for number in range(1_000)
    ]


def _insert(service: SheetsService, spreadsheet: str) -> None:
    span = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    doc = service.open(spreadsheet, OWNER)
    service.batch_update(doc, OWNER, {"requests": [{"insertDimension": {"range": span}}]})


def _seconds(work: Callable[[], object]) -> float:
    """The least of three."""
    spans = []
    for _ in range(3):
        start = time.process_time()
        work()
        spans.append(time.process_time() - start)
    return min(spans)
