from __future__ import annotations

import pytest

from tests.desk import ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, STRANGER, Desk
from tests.unit.core.outcome import assert_nothing_refused, assert_put_back

# --- known-person


def test_known_person__a_manager_from_the_people_tab() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_nothing_refused(desk)


def test_known_person__another_address_of_hers_in_any_case() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.status("Mia.Private@Mail.example", rid, "Submitted")
    desk.run()
    assert desk.events(rid) == [("RequestSubmitted", MIA)]


@pytest.mark.parametrize("target", ["Approved", "Rejected", "Draft", "Paid", "Cancelled"])
def test_known_person__a_stranger_moves_nothing(target: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(STRANGER, rid, target)
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "known-person", to=STRANGER, back="Submitted")


def test_known_person__a_blank_user_moves_nothing_and_nobody_is_told() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status("", rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "known-person", to="", back="Submitted")


def test_known_person__a_stranger_on_the_page() -> None:
    desk = Desk()
    rid = desk.submitted()
    act = desk.act(STRANGER, rid, "approve", seen="anything")
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "known-person"
    assert desk.accepted(rid) == "Submitted"


# --- known-status


@pytest.mark.parametrize("label", ["Submitted", "submitted ", "SUBMITTED", "На согласовании"])
def test_known_status__its_label_in_any_language(label: str) -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.edit(MIA, rid, "status", label)
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert desk.cell(rid, "status") == "Submitted"
    assert_nothing_refused(desk)


@pytest.mark.parametrize("text", ["ok", "", "Approved!", "=A1", "TRUE", "Paid\u200b", "x" * 1_500])
def test_known_status__anything_else_is_put_back(text: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(HEAD, rid, "status", text)
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "known-status", to=HEAD, back="Submitted")


# --- lawful-transition


def test_lawful_transition__submitted_to_approved() -> None:
    desk = Desk()
    rid = desk.approved()
    assert desk.events(rid) == [("RequestSubmitted", MIA), ("RequestApproved", HEAD)]
    assert_nothing_refused(desk)


def test_lawful_transition__a_draft_is_not_paid() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert_put_back(desk, rid, "status", "lawful-transition", to=ANNA, back="Draft")


def test_lawful_transition__the_note_says_what_can_follow() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    note = desk.sheet.notes[rid, "status"]
    assert "It is Submitted now and cannot become Paid" in note
    assert "Approved, Draft, Rejected, Returned" in note


def test_lawful_transition__a_rejected_request_is_final() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, "not this year")
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    desk.mail.sent.clear()
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Rejected"
    assert_put_back(desk, rid, "status", "lawful-transition", to=MIA, back="Rejected")
    assert "copy the request as a new one" in desk.sheet.notes[rid, "status"]


# --- right-role


@pytest.mark.parametrize("approver", [HEAD, DIRECTOR, BOTH])
def test_right_role__approvers_and_the_director_approve(approver: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(approver, rid, "Approved")
    desk.run()
    assert desk.events(rid)[-1] == ("RequestApproved", approver)
    assert_nothing_refused(desk)


@pytest.mark.parametrize("person", [MIA, MAX, ANNA, ADMIN])
def test_right_role__nobody_else_approves(person: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(person, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "right-role", to=person, back="Submitted")


@pytest.mark.parametrize("person", [MIA, HEAD, DIRECTOR, ADMIN])
@pytest.mark.parametrize("target", ["Paid", "Part-paid"])
def test_right_role__only_accountants_pay(person: str, target: str) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.comment(person, rid, "100")
    desk.status(person, rid, target)
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert_put_back(desk, rid, "status", "right-role", to=person, back="Approved")


def test_right_role__an_admin_submits_for_the_requester() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(ADMIN, rid, "Submitted")
    desk.run()
    assert desk.events(rid) == [("RequestSubmitted", ADMIN)]
    assert desk.state_row(rid)[4] == "Mia"


@pytest.mark.parametrize("target", ["Draft", "Cancelled"])
def test_right_role__an_admin_neither_withdraws_nor_cancels(target: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    if target == "Cancelled":
        desk.comment(HEAD, rid, "wrong bank")
        desk.status(HEAD, rid, "Returned")
        desk.run()
        desk.mail.sent.clear()
    before = desk.accepted(rid)
    desk.status(ADMIN, rid, target)
    desk.run()
    assert desk.accepted(rid) == before
    assert_put_back(desk, rid, "status", "right-role", to=ADMIN, back=before)


def test_right_role__a_colleague_does_not_submit_another_managers_draft() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(MAX, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert_put_back(desk, rid, "status", "right-role", to=MAX, back="Draft")


def test_right_role__a_person_without_any_role() -> None:
    people = "E-mail | Name | Roles\nmia@firm.example | Mia | manager\nzoe@firm.example | Zoe |"
    desk = Desk(people)
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status("zoe@firm.example", rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert_put_back(desk, rid, "status", "right-role", to="zoe@firm.example", back="Draft")


# --- who cancels


def test_right_role__the_requester_cancels_a_draft() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.status(MIA, rid, "Cancelled")
    desk.run()
    assert desk.events(rid) == [("RequestCancelled", MIA)]
    assert desk.letters() == []
    assert_nothing_refused(desk)


def test_right_role__an_approver_cancels_what_is_approved_and_the_requester_is_told() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.status(HEAD, rid, "Cancelled")
    desk.run()
    assert desk.events(rid)[-1] == ("RequestCancelled", HEAD)
    assert desk.letters() == [(MIA, "cancelled")]
    assert_nothing_refused(desk)


def test_right_role__the_requester_does_not_cancel_what_is_approved() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.status(MIA, rid, "Cancelled")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert_put_back(desk, rid, "status", "right-role", to=MIA, back="Approved")


def test_right_role__the_approver_does_not_cancel_a_draft() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(HEAD, rid, "Cancelled")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert_put_back(desk, rid, "status", "right-role", to=HEAD, back="Draft")
