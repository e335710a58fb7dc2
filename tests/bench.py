"""Benchmarks: `make bench`. Times are printed, never asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from sheetflow.core.decide import decide
from sheetflow.model.cells import Cell
from sheetflow.model.columns import COLUMNS
from sheetflow.model.snapshot import Registry, Snapshot
from tests import bench_emulator
from tests.desk import GOOD, HEAD, MIA, Desk

REQUESTS = 10_000


def main() -> None:
    """Measure and print a table."""
    desk = _full_desk(REQUESTS)
    idle = _snapshot(desk)
    answer = json.dumps(_as_answer(idle), ensure_ascii=False)
    parse = _time(lambda: json.loads(answer))
    print(f"{REQUESTS:,} open requests; the batchGet answer has {len(answer) / 1e6:.1f} MB")  # noqa: T201
    _row("json.loads of the answer", parse, parse)
    _row("decide, nothing changed", _time(lambda: decide(idle, desk.book, idle.now)), parse)
    for name, key, old, new in (
        ("decide, every request commented", "comment", "", "looks right"),
        ("decide, every request approved", "status", "Submitted", "Approved"),
    ):
        changed = _changed(desk, key, old, new)
        _row(name, _time(lambda snapshot=changed: decide(snapshot, desk.book, snapshot.now), 3), parse)  # type: ignore[misc]
    answer = json.dumps(_as_answer(changed), ensure_ascii=False)
    _row("  (json.loads of that answer)", _time(lambda: json.loads(answer)), parse)
    for module in ("gspread", "functions.main"):
        _row(f"a fresh python imports {module}", median(_import(module) for _ in range(5)), parse)
    for name, seconds in bench_emulator.measures():
        _row(name, seconds, parse)


def _changed(desk: Desk, key: str, old: str, new: str) -> Snapshot:
    """The registry with one cell of every row typed over by the approver, edits waiting in the Inbox."""
    sheet, column = desk.sheet, desk.sheet.columns()[key]
    sheet.inbox.clear()
    for row in sheet.rows:
        row[column] = new
        sheet.inbox.append(desk.event(HEAD, [(str(row[0]), [(key, old, new)])], exact=True))
    snapshot = _snapshot(desk)
    snapshot.inbox = list(snapshot.inbox)
    for row in sheet.rows:
        row[column] = old
    return snapshot


def _row(name: str, seconds: float, unit: float) -> None:
    print(f"{name:<46} {seconds * 1000:>9.1f} ms {seconds / unit:>7.2f} x parsing")  # noqa: T201


def _time(work: Callable[[], object], times: int = 5) -> float:
    """Median seconds of processor time, children not counted."""
    spans = []
    for _ in range(times):
        start = time.process_time()
        work()
        spans.append(time.process_time() - start)
    return median(spans)


def _import(module: str) -> float:
    """Seconds of processor time that a module's import takes in a fresh interpreter, bytecode at hand."""
    code = f"import time; start = time.process_time(); import {module}; print(time.process_time() - start)"
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=kept)
    return float(done.stdout)


def _full_desk(count: int) -> Desk:
    """A registry with so many submitted requests, made by passes."""
    desk = Desk(settings={"digest": "yes"})  # as it is where nobody chose anything
    for start in range(0, count, 1_000):
        for number in range(start, min(count, start + 1_000)):
            rid = desk.type(MIA, subject=f"Paper {number}")
            columns, row = desk.sheet.columns(), desk.sheet.rows[-1]
            cells = {key: value for key, value in GOOD.items() if key != "subject"} | {
                "amount": 1000.5 + number
            }
            for key, value in cells.items():
                row[columns[key]] = value
            desk.sheet.inbox.append(
                desk.event(
                    MIA, [(rid, [(key, None, _text(value)) for key, value in cells.items()])], exact=False
                )
            )
            row[columns["status"]] = "Submitted"
            desk.sheet.inbox.append(desk.event(MIA, [(rid, [("status", "", "Submitted")])], exact=True))
        desk.run()
        desk.sheet.inbox.clear()
        desk.sheet.outbox.clear()
    return desk


def _text(value: object) -> str:
    return str(value)


def _snapshot(desk: Desk) -> Snapshot:
    return desk.sheet.read()


def _as_answer(snapshot: Snapshot) -> dict[str, object]:
    """The snapshot as `values.batchGet` would answer it, the shown columns filled."""
    registry: Registry = snapshot.registry
    header: list[Cell] = [column.key for column in COLUMNS]
    shown = [[*row, *["shown by formula"] * 6] for row in (header, *registry.rows)]
    parts = {
        "State!A1": [["token"]],
        "Inbox!A2:G": snapshot.inbox,
        "State!A3:AJ": snapshot.state,
        "Registry": shown,
        "People": snapshot.people,
        "Settings": snapshot.settings,
        "Outbox!A2:J": snapshot.outbox,
    }
    return {
        "valueRanges": [
            {"range": name, "majorDimension": "ROWS", "values": rows} for name, rows in parts.items()
        ]
    }


if __name__ == "__main__":
    main()
