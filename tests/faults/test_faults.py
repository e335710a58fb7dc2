"""Every call of a pass fails in every way, before it took effect or after: the same comes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sheetflow.errors import PortError
from tests.conftest import Opener
from tests.faults.waiting import Outcome, outcome
from tests.firm import Firm
from tests.torture.tally import Tally

CALLS: Mapping[str, Mapping[str, Any]] = {
    "read": {"method": "GET", "path": "/values:batchGet"},
    "commit": {"method": "POST", "path": ":batchUpdate"},
    "mark": {"method": "POST", "path": ":batchUpdate", "skip": 1},
    "first mail": {"method": "POST", "path": "/messages/send"},
    "last mail": {"method": "POST", "path": "/messages/send", "skip": 5},
}
FAILURES: Mapping[str, Mapping[str, Any]] = {
    "429": {"status": 429},
    "500": {"status": 500},
    "503": {"status": 503},
    "503 in spite of its effect": {"status": 503, "after_effect": True},
    "dropped": {"drop": True},
    "dropped in spite of its effect": {"drop": True, "after_effect": True},
    "slow": {"latency": 0.1},
}
ONCE = [
    *((call, failure, 1) for call in ("commit", "mark", "first mail") for failure in FAILURES),
    *(("read", failure, 1) for failure in ("429", "500", "dropped", "slow")),
    *(("last mail", failure, 1) for failure in ("429", "503", "dropped in spite of its effect")),
]
TWICE = [
    ("read", "503", 2),
    ("commit", "429", 2),
    ("commit", "503 in spite of its effect", 2),
    ("commit", "dropped", 2),
    ("first mail", "dropped in spite of its effect", 2),
    ("first mail", "500", 2),
]


def passes(firm: Firm, most: int = 4) -> None:
    """Scheduled passes, each past the lease of the one before, until every letter is out."""
    for _ in range(most):
        with contextlib.suppress(PortError):
            firm.run()
        if {state for *_, state in firm.outbox()} == {"sent"} and len(firm.history()) > len(firm.state()):
            return
        firm.later()
    raise AssertionError(firm.outbox())


@pytest.mark.parametrize(("call", "failure", "times"), [*ONCE, *TWICE])
def test_faults__of_every_kind_lose_nothing_and_do_nothing_twice(
    opened: Opener, folder: Path, undisturbed: Outcome, call: str, failure: str, times: int, tally: Tally
) -> None:
    firm = opened(copy_of=folder)
    firm.post("/workspace/faults", {**CALLS[call], **FAILURES[failure], "times": times})
    tally.count("faults", times)
    events = len(firm.history())
    passes(firm)
    (fault,) = firm.get("/workspace/faults")["faults"]
    assert fault["hits"] == times
    assert len(firm.history()) > events
    assert outcome(firm) == undisturbed
    assert not firm.run().commits
    firm.place.close()


def test_faults__reads_are_tried_again_with_growing_waits_writes_only_where_nothing_happened(
    opened: Opener, folder: Path
) -> None:
    firm = opened(copy_of=folder)
    firm.post("/workspace/faults", {**CALLS["read"], "status": 503, "times": 3})
    firm.post("/workspace/faults", {**CALLS["commit"], "status": 429, "times": 2})
    before = firm.last_call()
    firm.run()
    kinds = firm.calls(before)
    assert kinds[:7] == ["sheets.values.batchGet"] * 4 + ["sheets.batchUpdate"] * 3
    assert [int(wait) for wait in firm.clock.slept[:5]] == [1, 2, 4, 1, 2]
    firm.place.close()


def test_faults__google_that_stays_down_is_told_and_nothing_is_lost(
    opened: Opener, folder: Path, undisturbed: Outcome
) -> None:
    firm = opened(copy_of=folder)
    firm.post("/workspace/faults", {"path": "/v4/spreadsheets", "status": 503, "times": None})
    with pytest.raises(PortError) as down:
        firm.run()
    assert down.value.retryable
    assert sum(firm.clock.slept) > 30
    firm.forget_faults()
    firm.run()
    assert outcome(firm) == undisturbed
    firm.place.close()


def test_faults__a_mail_that_the_search_cannot_see_yet_is_not_sent_again(
    opened: Opener, folder: Path, undisturbed: Outcome
) -> None:
    firm = opened(copy_of=folder)
    firm.post("/workspace/switches", {"gmail_search_lag_seconds": 100})
    firm.post("/workspace/faults", {**CALLS["first mail"], **FAILURES["503 in spite of its effect"]})
    firm.run()
    for wait in ("PT30S", "PT60S"):
        firm.later(wait)
        assert not firm.run().sent
        assert [state for *_, state in firm.outbox()].count("doubt") == 1
    firm.later("PT31S")
    assert firm.run().sent == 1
    assert outcome(firm) == undisturbed
    firm.place.close()


def test_faults__mail_that_stays_in_doubt_is_left_to_the_admin_never_sent_twice(
    opened: Opener, folder: Path, undisturbed: Outcome
) -> None:
    """The mailbox takes every letter and answers nothing, and it cannot be searched either."""
    firm = opened(copy_of=folder)
    sent_before = len(firm.outbox())
    firm.post(
        "/workspace/faults",
        [
            {**CALLS["first mail"], "status": 503, "after_effect": True, "times": None},
            {"method": "GET", "path": "/gmail/v1/users/me/messages", "status": 500, "times": None},
        ],
    )
    for _ in range(30):  # a day of tries, an hour apart in the end
        firm.run()
        firm.later("PT61M")
    firm.forget_faults()
    asked = len(undisturbed.outbox) - sent_before
    letters = firm.outbox()
    states = [state for *_, state in letters]
    assert states[: sent_before + asked] == ["sent"] * sent_before + ["failed"] * asked
    assert "unwell" in {template for template, *_ in letters}  # read by the admin once mail goes again
    firm.later("P1D")
    firm.run()
    told = {mail: times for mail, times in firm.letters().items() if not mail[1].startswith("The registry")}
    assert told == undisturbed.letters
    firm.place.close()
