"""Passes of one process, one at a time, and edits gathered: a burst of nudges is served by a few passes.

A nudge says that an edit already stands in the Inbox. So whoever arrives while a pass runs waits; the next
pass reads everything that arrived before it began, and all who waited for it are served by that one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sheetflow.app.process import PassReport


class Gathering:
    """Serves callers by passes. A pass that fails serves nobody: the next in line tries again."""

    def __init__(self) -> None:
        self._lock, self._count = threading.Lock(), threading.Lock()
        self._begun = 0
        self._served = 0
        self._last = PassReport()
        self.waiting = 0
        """How many callers wait for a pass, or run one."""

    def run(self, one_pass: Callable[[], PassReport]) -> PassReport:
        """Be served by a pass that begins after this call: one's own, or one that somebody ran meanwhile."""
        arrived = self._begun
        with self._count:
            self.waiting += 1
        try:
            with self._lock:
                if self._served > arrived:
                    return self._last
                self._begun += 1
                mine = self._begun
                report = one_pass()
                self._served, self._last = mine, report
                return report
        finally:
            with self._count:
                self.waiting -= 1
