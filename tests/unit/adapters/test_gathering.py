"""Nudges of one process share passes."""

from __future__ import annotations

import threading

import pytest

from sheetflow.adapters.gathering import Gathering
from sheetflow.app.process import PassReport


def test_gathering__who_waits_through_a_whole_pass_is_served_by_it() -> None:
    gathering, passes = Gathering(), 0
    began, go_on = threading.Event(), threading.Event()

    def one_pass() -> PassReport:
        nonlocal passes
        passes += 1
        began.set()
        go_on.wait(5)
        return PassReport(commits=passes)

    first = threading.Thread(target=gathering.run, args=(one_pass,))
    first.start()
    began.wait(5)
    served: list[int] = []
    waiting = [
        threading.Thread(target=lambda: served.append(gathering.run(one_pass).commits)) for _ in range(20)
    ]
    for thread in waiting:
        thread.start()
    while gathering.waiting < 21:
        pass
    go_on.set()
    for thread in (first, *waiting):
        thread.join(5)
    assert (
        passes == 2
    )  # the one that ran when they came may have read too early for them; one more served all
    assert served == [2] * 20


def test_gathering__a_failed_pass_serves_nobody() -> None:
    gathering = Gathering()

    def fail() -> PassReport:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        gathering.run(fail)
    assert gathering.run(lambda: PassReport(commits=7)).commits == 7
