"""How much was tried, and what came of it: counted by the tests that do it, summed up into docs/torture.json.

A pytest plugin. Each process of a run writes a file of its own into build/torture.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.long import LONG

COUNTS = Path(__file__).parents[2] / "build" / "torture"
KINDS = {
    "crash_points": "crash points: the process killed before or after one of its calls",
    "faults": "faults injected into a call, alone, in bursts or lasting",
    "defences": "defences switched off, each noticed by a case of its own",
    "acts": "acts of people played, at random or at once",
    "attacks": "attacks: forged, replayed, altered, injected",
    "commits": "commits raced for by processes at once",
    "lost": "lost, doubled or in two places",
    "let_in": "let in",
}
"""What may be counted, in words. The last two count themselves: by the tests that failed."""

_total: Counter[str] = Counter()


class Tally:
    """What one test tried."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def count(self, kind: str, number: int = 1) -> None:
        """Count so many more of a kind of `KINDS`, before looking at what came of it."""
        assert kind in KINDS, kind
        self.counts[kind] += number


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Counts what a test tries; the test that fails counts as a loss, or as an intruder if it attacked."""
    mine = Tally()
    yield mine
    _total.update(mine.counts)
    if getattr(request.node, "torture_failed", False):
        _total["let_in" if mine.counts["attacks"] else "lost"] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tells the fixture whether its test failed."""
    report = yield
    if report.when == "call":
        item.torture_failed = report.failed  # type: ignore[attr-defined]
    return report


def pytest_sessionfinish() -> None:
    """Writes what this process counted, where it counted anything."""
    if _total:
        COUNTS.mkdir(parents=True, exist_ok=True)
        told = {"long": LONG, "counts": dict(_total)}
        (COUNTS / f"{os.getpid()}.json").write_text(json.dumps(told), "utf-8")


def summed(folder: Path = COUNTS) -> dict[str, object]:
    """What all processes of a run counted: `long` (whether all of it was the long form) and `counts`."""
    told = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]
    total: Counter[str] = Counter()
    for one in told:
        total.update(one["counts"])
    return {
        "long": bool(told) and all(one["long"] for one in told),
        "counts": {kind: total[kind] for kind in KINDS},
    }


def table(report: dict[str, object]) -> str:
    """A report in Markdown."""
    counts = report["counts"]
    assert isinstance(counts, dict)
    form = "the long form" if report["long"] else "the short form"
    lines = [f"`{report['command']}`, {form}, on {report['date']}:", "", "| what was tried | how often |"]
    lines += ["| --- | ---: |", *(f"| {text} | {counts.get(kind, 0):,} |" for kind, text in KINDS.items())]
    return "\n".join(lines)
