"""Who the approval policy asks, and that one person is asked once."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.desk import ADA, BOTH, DIRECTOR, HEAD, MIA, Desk
from tests.unit.core.outcome import (
    assert_nothing_refused,
    assert_put_back,
    fingerprint_of,
    last_event,
    request_of,
    staff,
)

HEADERS = (
    "Rule | Amount from | Amount to | Currency | Department | Category | Contractor "
    "| Step 1 | Step 2 | Step 3 | Step 4"
)
HEAD_THEN_DIRECTOR = f"{HEADERS}\nlarge | 10000 | | | | | | approver | director |"
OLGA = f"{HEAD} | Olga | approver | 500000 RUB; 5000 EUR | en |"
AWAY = OLGA + " | 2026-11-20..2026-11-30: "
PEOPLE_WITH_ABSENCES = "E-mail | Name | Roles | Limit | Language | Other addresses | Absent"


def policy(*rules: str) -> str:
    """A policy of rules without conditions, by their steps."""
    return "\n".join([HEADERS, *(f"| | | | | | | {steps}" for steps in rules)])


def away(*lines: str) -> str:
    """The desk's people, with a column of absences; these lines instead of theirs."""
    return "\n".join([PEOPLE_WITH_ABSENCES, *staff(*lines).splitlines()[1:]])


def approve(desk: Desk, user: str, rid: str) -> str:
    """Somebody picks Approved; gives the accepted status."""
    desk.status(user, rid, "Approved")
    desk.run()
    return desk.accepted(rid)


def asked(desk: Desk) -> list[str]:
    return [address for address, template in desk.letters() if template == "approve"]


# --- asked-by-policy


def test_asked_by_policy__one_step_after_the_other() -> None:
    desk = Desk(policy=HEAD_THEN_DIRECTOR)
    rid = desk.submitted()
    assert request_of(desk, rid).policy == {
        "rule": "large",
        "steps": [{"need": 1, "of": ["role:approver"]}, {"need": 1, "of": ["role:director"]}],
    }
    assert approve(desk, HEAD, rid) == "Submitted"
    assert desk.letters() == [(DIRECTOR, "approve")]
    assert desk.cell(rid, "status") == "Submitted"
    told = "Approved by Olga (1 of 2); waits for director."
    assert desk.checks(rid) == desk.sheet.notes[rid, "status"] == told
    given = last_event(desk, rid)
    assert (given.kind, given.actor, given.data["step"]) == ("ApprovalGiven", HEAD, 1)
    assert given.data["fingerprint"] == fingerprint_of(desk, rid)
    assert approve(desk, DIRECTOR, rid) == "Approved"
    assert (desk.checks(rid), desk.sheet.notes[rid, "status"]) == ("", "")
    assert desk.state_row(rid)[5] == "Olga, Dora"
    assert_nothing_refused(desk)


def test_asked_by_policy__nobody_comes_before_their_turn() -> None:
    desk = Desk(policy=HEAD_THEN_DIRECTOR)
    rid = desk.submitted()
    assert approve(desk, DIRECTOR, rid) == "Submitted"
    assert_put_back(desk, rid, "status", "asked-by-policy", to=DIRECTOR, back="Submitted")
    assert "A later step needs you" in desk.sheet.notes[rid, "status"]
    assert "Olga, Boris" in desk.sheet.notes[rid, "status"]
    assert request_of(desk, rid).approvals == []


def test_asked_by_policy__an_approver_whom_no_step_names() -> None:
    desk = Desk(policy=policy(f"{HEAD}"))
    rid = desk.submitted()
    assert approve(desk, BOTH, rid) == "Submitted"
    assert_put_back(desk, rid, "status", "asked-by-policy", to=BOTH, back="Submitted")


def test_asked_by_policy__what_cannot_be_read_lets_nobody_approve() -> None:
    desk = Desk(policy=policy(f"aprover | {HEAD}"))
    rid = desk.submitted()
    assert asked(desk) == []
    assert desk.checks(rid) == (
        "Nobody can approve this: rule 2 of the approval policy cannot be read (Step 1: aprover is neither a "
        "role nor an address on the People tab). Once an admin has corrected it, withdraw the request and "
        "send it again."
    )
    for user in (HEAD, DIRECTOR):
        assert approve(desk, user, rid) == "Submitted"
    assert desk.refusals == ["asked-by-policy"] * 2
    desk.sheet.policy = []  # corrected
    desk.status(MIA, rid, "Draft")
    desk.run()
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert approve(desk, HEAD, rid) == "Approved"


def test_asked_by_policy__a_rule_changed_later_does_not_change_what_was_sent() -> None:
    desk = Desk(policy=HEAD_THEN_DIRECTOR)
    rid = desk.submitted()
    desk.sheet.policy = []
    assert approve(desk, HEAD, rid) == "Submitted"
    assert approve(desk, DIRECTOR, rid) == "Approved"


def test_asked_by_policy__a_return_voids_what_was_approved() -> None:
    desk = Desk(policy=HEAD_THEN_DIRECTOR)
    rid = desk.submitted()
    approve(desk, HEAD, rid)
    desk.comment(DIRECTOR, rid, "Wrong amount")
    desk.status(DIRECTOR, rid, "Returned")
    desk.run()
    assert request_of(desk, rid).approvals == []
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert approve(desk, DIRECTOR, rid) == "Submitted"
    assert desk.refusals == ["asked-by-policy"]


def test_asked_by_policy__a_substitute_decides_for_the_absent_with_their_limit() -> None:
    desk = Desk(
        away(AWAY + BOTH, f"{BOTH} | Boris | approver | 1 RUB | en | |"), policy=policy(f"{HEAD} | director")
    )
    rid = desk.submitted()
    assert approve(desk, BOTH, rid) == "Submitted"
    assert last_event(desk, rid).data["for"] == HEAD
    assert desk.checks(rid) == "Approved by Boris for Olga (1 of 2); waits for director."
    assert approve(desk, DIRECTOR, rid) == "Approved"
    assert desk.state_row(rid)[5] == "Boris for Olga, Dora"
    assert_nothing_refused(desk)


def test_asked_by_policy__without_a_policy_too() -> None:
    desk = Desk(away(AWAY + BOTH, f"{BOTH} | Boris | approver | 1 RUB | en | |"))
    rid = desk.submitted()
    assert approve(desk, BOTH, rid) == "Approved"
    assert last_event(desk, rid).data["for"] == HEAD
    assert desk.state_row(rid)[5] == "Boris for Olga"


def test_asked_by_policy__a_substitute_before_and_after_the_absence_is_nobody() -> None:
    desk = Desk(
        away(AWAY.replace("2026-11-30", "24.11.2026") + BOTH, f"{BOTH} | Boris | approver | 1 RUB"),
        policy=policy(HEAD),
    )
    rid = desk.submitted()
    desk.clock.at = datetime.fromisoformat("2026-11-25T00:00:01+00:00")
    assert approve(desk, BOTH, rid) == "Submitted"
    assert desk.refusals == ["asked-by-policy"]


@pytest.mark.parametrize("substitute", [MIA, ADA, "nobody@firm.example"])
def test_asked_by_policy__only_approvers_and_directors_stand_in(substitute: str) -> None:
    desk = Desk(away(AWAY + substitute), policy=policy(HEAD))
    rid = desk.submitted("max@firm.example")
    assert approve(desk, substitute, rid) == "Submitted"
    assert desk.refusals != []


def test_asked_by_policy__nobody_stands_in_for_the_requester() -> None:
    boss = f"{HEAD} | Olga | manager, approver | 500000 RUB | en | | 2026-11-20..2026-11-30: {BOTH}"
    desk = Desk(away(boss, f"{BOTH} | Boris | approver | 500000 RUB"), policy=policy(f"{HEAD}"))
    rid = desk.submitted(HEAD)
    assert asked(desk) == []
    assert approve(desk, BOTH, rid) == "Submitted"
    assert "There is nobody now" in desk.sheet.notes[rid, "status"]
    assert_put_back(desk, rid, "status", "asked-by-policy", to=BOTH, back="Submitted")


def test_asked_by_policy__a_substitute_whose_own_step_comes_later_waits_for_it() -> None:
    desk = Desk(away(AWAY + BOTH), policy=policy(f"{HEAD} | {BOTH}"))
    rid = desk.submitted()
    assert approve(desk, BOTH, rid) == "Submitted"
    assert "A later step needs you" in desk.sheet.notes[rid, "status"]
    assert approve(desk, HEAD, rid) == "Submitted"  # back early: nobody else can
    assert approve(desk, BOTH, rid) == "Approved"


# --- approves-once


def test_approves_once__different_people_fill_the_slots() -> None:
    desk = Desk(policy=policy("2 of: approver"))
    rid = desk.submitted()
    assert approve(desk, HEAD, rid) == "Submitted"
    assert desk.letters() == []  # the others were asked when it was submitted
    assert approve(desk, BOTH, rid) == "Approved"


def test_approves_once__not_twice_from_another_address() -> None:
    desk = Desk(staff(f"{HEAD} | Olga | approver | 500000 RUB | en | olga.home@mail.example"),
                policy=policy("2 of: approver"))  # fmt: skip
    rid = desk.submitted()
    approve(desk, HEAD, rid)
    assert approve(desk, "olga.home@mail.example", rid) == "Submitted"
    assert_put_back(desk, rid, "status", "approves-once", to=HEAD, back="Submitted")


def test_approves_once__nor_for_somebody_absent_nor_the_absent_one_afterwards() -> None:
    desk = Desk(away(AWAY + BOTH), policy=policy(f"all: {HEAD}, {BOTH}, director"))
    rid = desk.submitted()
    assert approve(desk, BOTH, rid) == "Submitted"  # for himself
    assert "for" not in last_event(desk, rid).data
    assert approve(desk, BOTH, rid) == "Submitted"  # and for Olga
    assert_put_back(desk, rid, "status", "approves-once", to=BOTH, back="Submitted")
    other = Desk(away(AWAY + DIRECTOR), policy=policy(f"any: {HEAD} | approver"))
    rid = other.submitted()
    approve(other, DIRECTOR, rid)
    assert other.checks(rid).startswith("Approved by Dora for Olga (1 of 2)")
    approve(other, HEAD, rid)
    assert_put_back(other, rid, "status", "approves-once", to=HEAD, back="Submitted")


def test_payer_is_not_approver__whoever_had_a_part_in_the_approval() -> None:
    boss = f"{HEAD} | Olga | approver, accountant | 500000 RUB | en | | 2026-11-20..2026-11-30: {DIRECTOR}"
    desk = Desk(away(boss), policy=policy(f"{HEAD} | {BOTH}"))
    rid = desk.submitted()
    approve(desk, DIRECTOR, rid)
    assert approve(desk, BOTH, rid) == "Approved"
    assert [a for a, template in desk.letters() if template == "to-pay"] == ["anna@firm.example", ADA]
    for user in (HEAD, BOTH):
        desk.status(user, rid, "Paid")
        desk.run()
        assert desk.refusals[-1] == "payer-is-not-approver"
    assert desk.accepted(rid) == "Approved"


def test_limit_covers_amount__somebodys_among_all_who_approve() -> None:
    desk = Desk(staff(f"{BOTH} | Boris | approver | 1 RUB"), policy=policy(f"all: {HEAD}, {BOTH}"))
    rid = desk.submitted()
    assert approve(desk, BOTH, rid) == "Submitted"
    assert approve(desk, HEAD, rid) == "Approved"
    low = Desk(
        staff(f"{HEAD} | Olga | approver | 2 RUB", f"{BOTH} | Boris | approver | 1 RUB"),
        policy=policy(f"all: {HEAD}, {BOTH}"),
    )
    rid = low.submitted()
    assert asked(low) == []
    approve(low, BOTH, rid)
    assert approve(low, HEAD, rid) == "Submitted"
    assert low.refusals[-1] == "limit-covers-amount"


def test_approved_as_seen__every_approval_is_of_what_was_seen() -> None:
    desk = Desk(policy=HEAD_THEN_DIRECTOR)
    rid = desk.submitted()
    act = desk.act(HEAD, rid, "approve", seen="something else")
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "approved-as-seen"
    assert request_of(desk, rid).approvals == []
