from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.tabs import read_outbox_row
from sheetflow.core.told import approvers_for
from sheetflow.model.cells import Cell
from sheetflow.model.request import Request
from tests.desk import (
    ADA,
    ADMIN,
    ANNA,
    BOTH,
    DIRECTOR,
    GOOD,
    HEAD,
    MAX,
    MIA,
    START,
    STRANGER,
    Desk,
)  # fmt: skip
from tests.unit.core.outcome import staff

CONTRACTOR = "pay@romashka.example"


def facts(desk: Desk, number: int = -1) -> dict[str, Any]:
    """What the last letter says."""
    return dict(read_outbox_row(desk.sheet.outbox[number]).letter.facts)


def send(desk: Desk, user: str = MIA, **changes: Cell) -> str:
    rid = desk.type(user, **{**GOOD, **changes})
    desk.status(user, rid, "Submitted")
    desk.run()
    return rid


# --- whom to ask


def test_letters__a_submitted_request_asks_those_whose_limit_covers_it() -> None:
    desk = Desk()
    send(desk)
    assert desk.letters() == [(HEAD, "approve"), (BOTH, "approve")]


def test_letters__above_every_limit_it_asks_the_director() -> None:
    desk = Desk()
    send(desk, amount=500_000.01)
    assert desk.letters() == [(DIRECTOR, "approve")]


def test_letters__of_an_approver_who_asks_it_asks_the_others() -> None:
    desk = Desk()
    send(desk, BOTH)
    assert desk.letters() == [(HEAD, "approve")]


def test_letters__where_nobody_is_left_it_asks_nobody() -> None:
    desk = Desk(staff(f"{DIRECTOR} | Dora | manager, director"))
    send(desk, DIRECTOR, amount=500_000.01)
    assert desk.letters() == []


def test_letters__what_was_sent_and_approved_between_two_passes_asks_nobody() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.status(MIA, rid, "Submitted")
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.letters() == [(MIA, "approved"), (ANNA, "to-pay"), (ADA, "to-pay"), (BOTH, "to-pay")]


def test_letters__what_was_sent_and_withdrawn_between_two_passes_asks_nobody() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.status(MIA, rid, "Submitted")
    desk.run(desk.act(MIA, rid, "withdraw"))
    assert desk.accepted(rid) == "Draft"
    assert desk.letters() == []


def test_approvers_for__an_amount_that_cannot_be_read_asks_nobody() -> None:
    desk = Desk()
    company = read_company(desk.sheet.people, desk.sheet.settings, desk.book)
    assert approvers_for(Request("x", cells={"amount": "much", "currency": "RUB"}), company, START) == []


# --- who is told


def test_letters__an_approval_tells_the_requester_and_the_accountants_but_not_the_one_who_approved() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(BOTH, rid, "Approved")
    desk.run()
    assert desk.letters() == [(MIA, "approved"), (ANNA, "to-pay"), (ADA, "to-pay")]


def test_letters__what_was_approved_and_paid_between_two_passes_asks_no_accountant() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.letters() == [(MIA, "approved"), (MIA, "paid"), (CONTRACTOR, "contractor-paid")]


@pytest.mark.parametrize(("status", "template"), [("Rejected", "rejected"), ("Returned", "returned")])
def test_letters__a_no_tells_the_requester_why(status: str, template: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, "the price is wrong")
    desk.status(HEAD, rid, status)
    desk.run()
    assert desk.letters() == [(MIA, template)]
    assert (facts(desk)["by"], facts(desk)["comment"]) == ("Olga", "the price is wrong")


def test_letters__a_payment_says_how_much_was_paid_and_is_open() -> None:
    desk = Desk()
    rid = desk.approved(amount=100)
    desk.comment(ANNA, rid, "30")
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    assert (facts(desk)["just_paid"], facts(desk)["open"], facts(desk)["paid"]) == ("30", "70", "30")


@pytest.mark.parametrize(
    ("address", "notice", "told"),
    [(CONTRACTOR, "yes", True), (CONTRACTOR, "да", True), (CONTRACTOR, "no", False), ("", "yes", False)],
)
def test_letters__the_contractor_is_told_where_that_is_wished(address: str, notice: str, told: bool) -> None:
    desk = Desk(settings={"contractor_notice": notice})
    rid = desk.approved(contractor_email=address)
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert ((CONTRACTOR, "contractor-paid") in desk.letters()) is told


def test_letters__the_contractor_hears_only_of_payments() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, "no")
    desk.status(HEAD, rid, "Returned")
    desk.run()
    assert CONTRACTOR not in [to for to, _ in desk.letters()]


def test_letters__edits_and_comments_tell_nobody() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.comment(ANNA, rid, "tomorrow")
    desk.edit(ANNA, rid, "to_pay", True)
    desk.run()
    assert desk.letters() == []


# --- what was put back


def test_put_back__one_letter_a_person_whatever_was_put_back() -> None:
    desk = Desk()
    one, two = desk.submitted(), desk.submitted(MAX, subject="Pens")
    desk.mail.sent.clear()
    desk.edit(MIA, one, "amount", 1)
    desk.edit("mia.private@mail.example", two, "amount", 2)
    desk.status(STRANGER, two, "Approved")
    desk.run()
    assert sorted(desk.letters()) == sorted([(MIA, "put-back"), (STRANGER, "put-back")])
    mine = next(facts(desk, n) for n in (-1, -2) if len(facts(desk, n)["items"]) == 2)
    assert [(item["request"], item["column"], item["rule"]) for item in mine["items"]] == [
        (one, "Amount", "fields-change-in-draft"),
        (two, "Amount", "fields-change-in-draft"),
    ]


def test_put_back__in_the_language_of_whoever_reads_it() -> None:
    desk = Desk(staff(f"{HEAD} | Ольга | approver | 1 RUB | ru"))
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert facts(desk)["language"] == "ru"
    assert facts(desk)["items"][0]["column"] == "Статус"


def test_put_back__what_the_page_refused_is_answered_there_and_not_by_mail() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.run(desk.act(MIA, rid, "approve"))
    assert desk.letters() == []


def test_put_back__one_mistake_twice_is_two_letters() -> None:
    desk = Desk()
    rid = desk.submitted()
    for _ in range(2):
        desk.status(MIA, rid, "Approved")
        desk.run()
    assert desk.letters() == [(MIA, "put-back")] * 2


# --- ids


def test_letters__ids_follow_from_the_cause_alone() -> None:
    """Two instances that decide the same, decide the same letters."""

    def ids() -> list[Cell]:
        desk = Desk()
        rid = send(desk)
        desk.status(MIA, rid, "Approved")
        desk.status(HEAD, rid, "Approved")
        desk.run()
        return [row[0] for row in desk.sheet.outbox]

    assert ids() == ids()
    assert len(set(ids())) == len(ids()) == 7


def test_letters__the_same_step_taken_again_is_another_letter() -> None:
    desk = Desk()
    rid = send(desk)
    desk.status(MIA, rid, "Draft")
    desk.run()
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.letters() == [(HEAD, "approve"), (BOTH, "approve")] * 2
    assert len({row[0] for row in desk.sheet.outbox}) == 4


# --- a status nobody is known to have picked


@pytest.mark.parametrize(
    ("status", "people"),
    [("Approved", [HEAD, BOTH]), ("Rejected", [HEAD, BOTH]), ("Returned", [HEAD, BOTH]), ("Draft", [MIA])],
)
def test_unclaimed__asks_whoever_could_have_done_it(status: str, people: list[str]) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit("", rid, "status", status, seen=False)
    desk.run()
    desk.run(later=timedelta(seconds=60))
    assert desk.letters() == [(person, "confirm-status") for person in people]
    assert ADMIN not in [to for to, _ in desk.letters()]


def test_unclaimed__a_payment_is_asked_of_accountants_who_did_not_approve_it() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(BOTH, rid, "Approved")
    desk.run()
    desk.mail.sent.clear()
    desk.edit("", rid, "status", "Paid", seen=False)
    desk.run()
    desk.run(later=timedelta(seconds=60))
    assert desk.letters() == [(ANNA, "confirm-status"), (ADA, "confirm-status")]
