"""Every pass that a function ran, whoever started it: read from what the functions log.

To each line is put what came in before it, and which calls of Google's APIs were made during it, by the
accounts that the functions work with. Passes that overlap share the calls that both may have made.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sheetflow.emulator.control import Call
from sheetflow.emulator.emulator import Emulator

KEPT = 500
EVERY = 0.2
"""Seconds between two looks at the logs."""
SERVICES = ("sheets", "drive", "gmail", "forms", "tasks")


class Passes:
    """The last passes, newest last.

    Args:
        emulator: whose clock, calls and events they are seen with.
        logs: the functions' log files; they need not be there yet.
        accounts: whom the functions call Google as.
    """

    def __init__(self, emulator: Emulator, logs: Sequence[Path], accounts: Sequence[str]) -> None:
        self._emulator, self._accounts = emulator, frozenset(accounts)
        self._read = dict.fromkeys(logs, 0)
        self._kept: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._last = 0
        self._came: deque[dict[str, Any]] = deque(maxlen=100)
        self._lock, self._stop = threading.Lock(), threading.Event()
        emulator.events.subscribe(self._heard)

    def start(self) -> None:
        """Follow the logs from where they end now, in a thread of its own."""
        self._read = {path: path.stat().st_size if path.exists() else 0 for path in self._read}
        threading.Thread(target=self._follow, name="passes", daemon=True).start()

    def stop(self) -> None:
        """Follow them no longer."""
        self._stop.set()

    def since(self, n: int = 0) -> list[dict[str, Any]]:
        """The kept passes after number `n`, as JSON: see `_line`."""
        with self._lock:
            return [line for line in self._kept if line["n"] > n]

    def look(self) -> None:
        """Read what the functions wrote since the last look."""
        lines = [line for path in self._read for line in self._new(path)]
        for line in sorted(lines, key=lambda each: str(each.get("time", ""))):
            with self._lock:
                told = self._line(line)
                self._kept.append(told)
            self._emulator.events.publish("pass", **told)

    def _follow(self) -> None:
        while not self._stop.wait(EVERY):
            self.look()

    def _new(self, path: Path) -> list[dict[str, Any]]:
        """The new whole lines of a log that are a pass's; a half-written one is left for the next look."""
        if not path.exists() or path.stat().st_size <= self._read[path]:
            return []
        with path.open("rb") as file:
            file.seek(self._read[path])
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._read[path] += len(whole)
        return [found for line in whole.splitlines() if (found := _parsed(line)) is not None]

    def _line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """A pass as the Activity page has it.

        Returns:
            {"n", "at", "function", "status", "ms", "message", "report": {…} or null, "came": [what came in],
            "calls": {"sheets": 2, …}, "numbers": [those calls' numbers]}
        """
        clock = self._emulator.clock
        real = datetime.fromisoformat(line["time"]) if "time" in line else clock.real()
        end = real + (clock.now() - clock.real())
        begin = end - timedelta(milliseconds=float(line["ms"]) + 1)
        calls = [each for each in self._emulator.calls.since() if self._within(each, begin, end)]
        counts = Counter(each.kind.partition(".")[0] for each in calls)
        self._last += 1
        return {
            "n": self._last,
            "at": end.isoformat(timespec="milliseconds"),
            "function": line["function"],
            "status": line["status"],
            "ms": line["ms"],
            "message": "" if line["status"] < 400 else line.get("message", ""),
            "report": line.get("pass"),
            "came": self._take(end),
            "calls": {name: counts[name] for name in SERVICES if counts[name]},
            "numbers": [each.n for each in calls],
        }

    def _within(self, call: Call, begin: datetime, end: datetime) -> bool:
        return call.caller in self._accounts and begin <= datetime.fromisoformat(call.at) <= end

    def _take(self, end: datetime) -> list[dict[str, Any]]:
        """What came in up to a moment and was in no earlier pass."""
        taken = [each for each in self._came if datetime.fromisoformat(each["at"]) <= end]
        for each in taken:
            self._came.remove(each)
        return taken

    def _heard(self, kind: str, detail: Mapping[str, Any]) -> None:
        if kind not in ("edit", "form", "clock"):
            return
        at = self._emulator.clock.now().isoformat(timespec="milliseconds")
        facts = {name: detail[name] for name in ("by", "range", "now") if name in detail}
        with self._lock:
            self._came.append({"kind": kind, "at": at, **facts})


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line that tells of a pass, or of why there was none; None for anything else that was printed."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict) or not {"function", "status", "ms"} <= found.keys():
        return None
    looked = found["function"] == "request_page" and "pass" not in found and found["status"] < 500
    return None if looked else found
