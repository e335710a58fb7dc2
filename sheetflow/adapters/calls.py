"""What a pass asks of Google, counted: calls by API and method, their milliseconds, and what was tried again.

Every adapter sends through `adapters.http` or `adapters.google`; both tell the recorder of the pass that runs
here, where there is one. A method's name is the one that Google's reference gives it: nothing of what was
asked for is in it, so it may be logged.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST_RETRIES = 20
"""That are told one by one; of the rest only the number is."""
_VERBS = re.compile(r":(batch[A-Za-z]+|append|clear|get[A-Z][A-Za-z]+|copyTo)$")


@dataclass(slots=True)
class Recorder:
    """One pass. `calls`: method -> [how many, milliseconds of all]; `retries`: [method, why, seconds]."""

    calls: dict[str, list[int]] = field(default_factory=dict)
    retries: list[tuple[str, str, float]] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For a log line."""
        found: dict[str, object] = {
            "calls": {name: {"count": count, "ms": ms} for name, (count, ms) in sorted(self.calls.items())}
        }
        if self.retries:
            shown = self.retries[:MOST_RETRIES]
            found["retries"] = [
                {"call": call, "why": why, "waited_ms": round(seconds * 1_000)}
                for call, why, seconds in shown
            ]
            found["retried"] = len(self.retries)
        return found


_CURRENT: ContextVar[Recorder | None] = ContextVar("sheetflow_calls", default=None)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record what this thread asks of Google until the block ends."""
    recorder = Recorder()
    before = _CURRENT.set(recorder)
    try:
        yield recorder
    finally:
        _CURRENT.reset(before)


@contextmanager
def counted(method: str) -> Iterator[None]:
    """Count one call, whether it is answered or not."""
    recorder = _CURRENT.get()
    if recorder is None:
        yield
        return
    started = time.perf_counter()
    try:
        yield
    finally:
        known = recorder.calls.setdefault(method, [0, 0])
        known[0] += 1
        known[1] += round((time.perf_counter() - started) * 1_000)


def retried(method: str, error: Exception, seconds: float) -> None:
    """A call failed and will be made again after so many seconds."""
    recorder = _CURRENT.get()
    if recorder is not None:
        recorder.retries.append((method, type(error).__name__, seconds))


def sheets_method(verb: str, url: str) -> str:
    """What Google's reference calls a call of the Sheets API: ranges and ids are not in it."""
    path = urlsplit(url).path
    resource = "sheets.spreadsheets.values" if "/values" in path else "sheets.spreadsheets"
    custom = _VERBS.search(path)
    usual = {"get": "get", "put": "update", "post": "create"}
    return f"{resource}.{custom[1] if custom else usual.get(verb.lower(), verb.lower())}"
