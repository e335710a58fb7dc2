"""Nightly tidying: small reads for ever, and nothing that a replay could use."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk import ANNA, HEAD, MIA, Desk
from tests.unit.app.test_bank import desk_with
from tests.unit.core.bank.test_deciding import chooses, doubtful


@pytest.fixture
def desk() -> Desk:
    found = Desk()
    rid = found.submitted()
    found.status(HEAD, rid, "Approved")
    found.run()
    return found


def test_tidy__is_due_after_a_day_and_takes_used_edits_away(desk: Desk) -> None:
    assert not desk.run().tidy_due
    used = len(desk.sheet.inbox)
    assert desk.run(later=timedelta(days=1, minutes=1)).tidy_due
    assert desk.process().tidy() == used
    assert desk.sheet.inbox == []
    assert not desk.run().tidy_due


def test_tidy__costs_one_read_and_one_write(desk: Desk) -> None:
    desk.run(later=timedelta(days=2))
    desk.sheet.reads = desk.sheet.commits = 0
    desk.process().tidy()
    assert (desk.sheet.reads, desk.sheet.commits) == (1, 1)


def test_tidy__a_replay_of_what_was_taken_away_is_refused(desk: Desk) -> None:
    rid = desk.submitted()
    event = desk.edit(HEAD, rid, "status", "Approved")
    desk.run()
    desk.run(later=timedelta(days=2))
    desk.process().tidy()
    desk.status(HEAD, rid, "Returned")
    desk.comment(HEAD, rid, "not yet")
    desk.run()
    assert desk.accepted(rid) == "Returned"
    desk.sheet.inbox.append([*event[:6], ""])
    desk.run()
    assert desk.accepted(rid) == "Returned"
    assert desk.events(rid).count(("RequestApproved", HEAD)) == 1


def test_tidy__leaves_what_still_waits(desk: Desk) -> None:
    rid = desk.submitted()
    desk.clock.at += timedelta(days=3)
    desk.status(HEAD, rid, "Approved")
    desk.process().tidy()
    desk.run()
    assert desk.accepted(rid) == "Approved"


def test_tidy__an_edit_that_waited_for_days_is_not_taken_for_a_replay(desk: Desk) -> None:
    rid = desk.submitted()
    event = desk.edit(HEAD, rid, "status", "Approved", deliver=False)
    desk.clock.at += timedelta(days=3)
    desk.sheet.inbox.append(event)  # written down then, and no function ran since
    desk.process().tidy()
    desk.run()
    assert desk.accepted(rid) == "Approved"


def test_tidy__letters_go_after_a_week_and_are_not_sent_again(desk: Desk) -> None:
    sent = len(desk.mail.sent)
    desk.run(later=timedelta(days=8))
    desk.process().tidy()
    assert desk.sheet.outbox == []
    desk.run()
    assert len(desk.mail.sent) == sent


def test_tidy__a_letter_in_doubt_stays(desk: Desk) -> None:
    desk.sheet.outbox[0][1] = "failed"
    desk.run(later=timedelta(days=8))
    desk.process().tidy()
    assert desk.sheet.outbox[0][1] == "failed"


def test_tidy__somebody_faster_is_no_harm(desk: Desk) -> None:
    desk.run(later=timedelta(days=2))
    rid = desk.type(MIA, subject="Pens")
    desk.sheet.before_commit = lambda: desk.process().run()
    assert desk.process().tidy() == 0
    assert desk.accepted(rid) == "Draft"


@pytest.mark.parametrize(("days", "kept"), [("", 29), ("5", 4)])
def test_tidy__a_decided_line_stays_as_long_as_the_settings_say(days: str, kept: int) -> None:
    desk = desk_with(**({"bank_line_days": days} if days else {}))
    doubtful(desk)
    chooses(desk, ANNA, "past the registry")
    desk.run(later=timedelta(days=kept))
    desk.process().tidy()
    assert len(desk.sheet.bank) == 1
    desk.run(later=timedelta(days=2))
    desk.process().tidy()
    assert len(desk.sheet.bank) == 0
