"""kill -9 of the function between any two of its calls, then a scheduled pass: as if nothing had happened."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import Opener
from tests.faults.dying import run_pass
from tests.faults.waiting import Outcome, outcome
from tests.long import STRIDE
from tests.torture.tally import Tally


def test_kill__between_any_two_calls_leaves_nothing_undone_or_done_twice(
    opened: Opener, folder: Path, undisturbed: Outcome, tally: Tally
) -> None:
    calls: list[str] = []
    for answered in itertools.count(0, STRIDE):
        firm = opened(copy_of=folder)
        before = firm.last_call()
        killed = run_pass(firm.environment, answered)
        calls = firm.calls(before)
        if not killed:
            break
        tally.count("crash_points")
        assert len(calls) == answered
        firm.later()
        firm.run()
        assert outcome(firm) == undisturbed, f"killed after {calls}"
        assert not firm.run().commits
        firm.place.close()
    assert calls[:2] == ["sheets.values.batchGet", "sheets.batchUpdate"]
    assert calls[2:-1] == ["gmail.messages.send"] * (len(calls) - 3)
    assert calls[-1] == "sheets.batchUpdate"
    assert len(calls) >= 8


def test_kill__twice_in_a_row_is_as_harmless(opened: Opener, folder: Path, undisturbed: Outcome) -> None:
    """The pass that takes the letters over dies in its turn: after asking, after sending, after marking."""
    for first, second in ((2, 2), (4, 3), (4, 6), (5, 20)):
        firm = opened(copy_of=folder)
        assert run_pass(firm.environment, first)
        firm.later()
        run_pass(firm.environment, second)
        firm.later()
        firm.run()
        assert outcome(firm) == undisturbed, (first, second)
        firm.place.close()


def until(true: Callable[[], bool]) -> None:
    """Wait, ten seconds at most."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_kill__of_the_deployed_function_while_a_mail_is_on_its_way(
    opened: Opener, folder: Path, undisturbed: Outcome
) -> None:
    firm = opened(copy_of=folder)
    functions = firm.place.functions
    functions.start("on_schedule")
    firm.post("/workspace/faults", {"path": "/messages/send", "latency": 0.7, "skip": 1})
    answers: list[int] = []
    scheduler = threading.Thread(target=lambda: answers.append(firm.place.run_schedule()["status"]))
    before = firm.last_call()
    scheduler.start()
    until(lambda: firm.get("/workspace/faults")["faults"][0]["hits"] == 1)  # the second mail is held up
    functions.kill()
    scheduler.join()
    assert answers == [0]
    assert firm.calls(before).count("gmail.messages.send") == 1
    until(lambda: firm.calls(before).count("gmail.messages.send") == 2)  # nobody waits for its answer
    assert {state for *_, state in firm.outbox()} == {"sent", "leased"}
    functions.start("on_schedule")
    assert firm.place.run_schedule()["body"]["sent"] == 0  # the dead one's lease still holds
    firm.later()
    assert firm.place.run_schedule()["status"] == 200
    assert outcome(firm) == undisturbed
