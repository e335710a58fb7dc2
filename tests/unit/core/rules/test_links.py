from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.rules.links import (
    LinkCase,
    SignInCase,
    VisitCase,
    link_is_valid,
    link_not_expired,
    link_opened_here,
    link_person_signed_in,
)
from tests.desk import HEAD, MIA, STRANGER, Desk, book
from tests.unit.core.outcome import fingerprint_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_link_is_valid__exactly_as_in_the_mail() -> None:
    assert link_is_valid(LinkCase(intact=True)) is None


def test_link_is_valid__altered() -> None:
    assert link_is_valid(LinkCase(intact=False)) is not None


@pytest.mark.parametrize(
    ("expires", "allowed"),
    [
        (NOON + timedelta(milliseconds=1), True),
        (NOON, False),
        (NOON - timedelta(days=1), False),
        (None, False),
    ],
)
def test_link_not_expired__until_the_very_moment(expires: datetime | None, allowed: bool) -> None:
    assert (link_not_expired(LinkCase(intact=True, expires=expires, now=NOON)) is None) is allowed


def test_link_not_expired__without_a_clock_nothing_is_in_time() -> None:
    assert link_not_expired(LinkCase(intact=True, expires=NOON)) is not None


def test_link_is_used_once__the_first_act_by_it() -> None:
    desk = Desk()
    rid = desk.submitted()
    act = desk.act(HEAD, rid, "approve", seen=fingerprint_of(desk, rid), link="n1")
    assert desk.run(act).answers == {act.uuid: None}
    assert desk.accepted(rid) == "Approved"


@pytest.mark.parametrize("again", ["return", "approve", "comment", "cancel-approved"])
def test_link_is_used_once__not_a_second_whatever_it_asks(again: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.run(desk.act(HEAD, rid, "approve", seen=fingerprint_of(desk, rid), link="n1"))
    events = desk.events(rid)
    act = desk.act(HEAD, rid, again, comment="after all", link="n1")
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "link-is-used-once"
    assert desk.accepted(rid) == "Approved"
    assert [event for event in desk.events(rid)[len(events) :] if event[0] != "EditRefused"] == []
    desk.verify()


def test_link_is_used_once__the_very_same_act_again_is_answered_as_done() -> None:
    desk = Desk()
    rid = desk.submitted()
    act = desk.act(HEAD, rid, "approve", seen=fingerprint_of(desk, rid), link="n1")
    desk.run(act)
    events, sent = desk.events(rid), len(desk.mail.sent)
    assert desk.run(act).answers == {act.uuid: None}
    assert (desk.events(rid), len(desk.mail.sent)) == (events, sent)


def test_link_is_used_once__a_refused_act_does_not_use_it_up() -> None:
    desk = Desk()
    rid = desk.submitted()
    first = desk.act(HEAD, rid, "reject", link="n1")
    desk.run(first)
    second = desk.act(HEAD, rid, "reject", comment="no budget", link="n1")
    assert desk.run(second).answers == {second.uuid: None}
    assert desk.accepted(rid) == "Rejected"


def test_link_is_used_once__a_comment_does_not_use_it_up() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.run(desk.act(HEAD, rid, "comment", comment="which paper?", link="n1"))
    assert desk.cell(rid, "comment") == "which paper?"
    approval = desk.act(HEAD, rid, "approve", link="n1")
    assert desk.run(approval).answers[approval.uuid] is None
    late = desk.act(HEAD, rid, "comment", comment="well, well", link="n1")
    refusal = desk.run(late).answers[late.uuid]
    assert refusal is not None
    assert refusal.rule == "link-is-used-once"


# --- whose browser, and whose account


def test_link_opened_here__the_form_of_the_page_that_this_browser_was_shown() -> None:
    assert link_opened_here(VisitCase("digest", "digest")) is None


@pytest.mark.parametrize(
    "case",
    [
        VisitCase("digest", "another"),
        VisitCase("digest", ""),
        VisitCase("", ""),  # a mail's own link, no form of ours
        VisitCase("digest", "digest", ours=False),
    ],
)
def test_link_opened_here__anything_else_is_refused(case: VisitCase) -> None:
    assert link_opened_here(case) is not None


@pytest.mark.parametrize(
    ("signed_in", "allowed"),
    [
        (MIA, True),
        ("Mia@Firm.example", True),
        ("mia.private@mail.example", True),
        (HEAD, False),
        (STRANGER, False),
        ("", False),
    ],
)
def test_link_person_signed_in__by_any_of_their_addresses_and_nobody_else(
    signed_in: str, allowed: bool
) -> None:
    desk = Desk()
    company = read_company(desk.sheet.people, desk.sheet.settings, book())
    objection = link_person_signed_in(SignInCase(MIA, signed_in, company))
    assert (objection is None) is allowed


def test_link_person_signed_in__a_forwarded_link_is_refused_and_noted() -> None:
    desk = Desk()
    rid = desk.submitted()
    act = desk.act(HEAD, rid, "approve", link="n1", signed_in="max@firm.example")
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert (refusal.rule, refusal.facts["name"]) == ("link-person-signed-in", "Olga")
    assert desk.accepted(rid) == "Submitted"
    assert desk.events(rid)[-1] == ("EditRefused", "max@firm.example")
    own = desk.act(HEAD, rid, "approve", link="n1", signed_in=HEAD)
    assert desk.run(own).answers[own.uuid] is None
    (event,) = [event for event in desk.sheet.read_history()[1] if event.kind == "RequestApproved"]
    assert event.data["signed_in"] == HEAD
    desk.verify()
