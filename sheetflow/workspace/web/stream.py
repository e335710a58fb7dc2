"""Live updates: what happened in the workspace, as server-sent events.

One event is a JSON object with its `kind`: `spreadsheet` {id, by}, `mail` {id, to, from, subject}, `drive`,
`form` {id, response, by}, `clock` {now}, `edit` {id, by, range}, `pass` (a line of `passes`). Whoever was
away asks for what came after the last one they saw; where that is not known any more, one `reset` tells them
to read everything anew.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

from sheetflow.emulator.control import Events

KEPT = 1_000
HEARTBEAT = 15.0
"""Seconds: a connection that nothing was said on is kept open by a comment."""

_NAMES = {"cells": "spreadsheet"}
_IDS = {"cells": "spreadsheet", "form": "form", "edit": "spreadsheet"}
"""What the emulator calls an event, and which of its details is the id of the thing that changed."""


class Stream:
    """The last events, and those who listen. Telling never waits for a listener.

    Args:
        events: where the emulator tells.
        heartbeat: seconds between two signs of life.
    """

    def __init__(self, events: Events, heartbeat: float = HEARTBEAT) -> None:
        self._heartbeat = heartbeat
        self._boot = secrets.token_hex(4)
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._last = 0
        self._closed = False
        self._news = threading.Condition()
        events.subscribe(self._heard)

    @property
    def last(self) -> str:
        """The id of the latest event."""
        return f"{self._boot}-{self._last}"

    def close(self) -> None:
        """Let every listener go."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    def since(self, after: str) -> Iterator[str]:
        """The events after the one with this id, "" for those that come from now on; ends with the workspace.

        Yields:
            Pieces of a text/event-stream.
        """
        boot, _, number = after.partition("-")
        yield "retry: 1000\n\n"
        with self._news:
            oldest = self._kept[0][0] if self._kept else self._last + 1
            known = boot == self._boot and number.isdigit() and int(number) + 1 >= oldest
            seen = int(number) if known else self._last
        if not known:  # also tells a new listener where they begin
            kind = "reset" if after else "hello"
            yield f'id: {self._boot}-{seen}\ndata: {{"kind": "{kind}"}}\n\n'
        while True:
            with self._news:
                if self._last <= seen and not self._closed:
                    self._news.wait(self._heartbeat)
                if self._closed:
                    return
                fresh = [event for event in self._kept if event[0] > seen]
            for number_, text in fresh:
                seen = number_
                yield f"id: {self._boot}-{seen}\ndata: {text}\n\n"
            if not fresh:
                yield ": still here\n\n"

    def _heard(self, kind: str, detail: dict[str, Any]) -> None:
        told = {name: value for name, value in detail.items() if name != _IDS.get(kind)}
        if kind in _IDS:
            told = {"id": detail[_IDS[kind]], **told}
        text = json.dumps({"kind": _NAMES.get(kind, kind), **told}, ensure_ascii=False)
        with self._news:
            self._last += 1
            self._kept.append((self._last, text))
            self._news.notify_all()
