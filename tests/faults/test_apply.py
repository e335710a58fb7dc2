"""kill -9 of `apply` between any two of its calls, and lost answers: doing it again completes it."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from sheetflow.errors import PortError
from tests import drift
from tests.conftest import Opener
from tests.drift import BY_KEY
from tests.firm import Firm
from tests.long import STRIDE

KEYS = ("column-deleted", "view-gone", "state-gone", "unprotected", "mark-repainted")


def make(firm: Firm) -> None:
    for key in KEYS:
        BY_KEY[key].does(firm)


def killed_after(environment: Mapping[str, str], answered: int) -> bool:
    """Apply in a process of its own that dies once so many of its requests were answered.

    Returns:
        Whether it was killed; False: it made no more requests than that.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.dying", __name__])
    child = context.Process(target=_child, args=(dict(environment), answered), daemon=True)
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def _child(environment: Mapping[str, str], after: int) -> None:
    upkeep = drift.upkeep(environment)
    send = requests.Session.send
    answered = 0

    def counted(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> Any:
        nonlocal answered
        if answered == after:
            os.kill(os.getpid(), signal.SIGKILL)
        answered += 1
        return send(session, request, **how)

    requests.Session.send = counted  # type: ignore[method-assign,assignment]
    upkeep.apply(upkeep.survey())
    if answered == after:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def settled(opened: Opener) -> Firm:
    firm = drift.shorten(opened())
    firm.settle()
    firm.mia.submits()
    firm.settle()
    return firm


def test_apply__killed_at_any_call_is_completed_by_doing_it_again(settled: Firm) -> None:
    upkeep = drift.upkeep(settled.environment)
    calls: list[str] = []
    for answered in itertools.count(0, STRIDE):
        make(settled)
        before = settled.last_call()
        killed = killed_after(settled.environment, answered)
        calls = settled.calls(before)
        if not killed:
            break
        assert len(calls) == answered
        plan = upkeep.survey()
        assert not plan if "sheets.batchUpdate" in calls else plan
        assert not upkeep.apply(plan).left
        settled.settle()
        settled.verify()
    assert calls.count("sheets.batchUpdate") == 1
    assert len(calls) >= 6
    assert not upkeep.survey()


def test_apply__an_answer_that_was_lost_is_looked_for(settled: Firm) -> None:
    upkeep = drift.upkeep(settled.environment)
    make(settled)
    plan = upkeep.survey()
    fault = {"path": "batchUpdate", "method": "POST", "status": 503, "after_effect": True, "times": 1}
    settled.post("/workspace/faults", fault)
    applied = upkeep.apply(plan)
    assert applied.done == plan.changes
    assert not applied.left


def test_apply__what_did_not_happen_is_told_and_done_the_next_time(settled: Firm) -> None:
    upkeep = drift.upkeep(settled.environment)
    make(settled)
    plan = upkeep.survey()
    settled.post("/workspace/faults", {"path": "batchUpdate", "method": "POST", "status": 503, "times": 1})
    with pytest.raises(PortError):
        upkeep.apply(plan)
    again = upkeep.survey()
    assert again.checksum == plan.checksum
    assert not upkeep.apply(again).left
