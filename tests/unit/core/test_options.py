"""What each person may do in each status, and that the page promises nothing that a pass refuses."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.options import Option, options
from sheetflow.core.projection import from_row
from sheetflow.core.rules.fields import seen_fingerprint
from sheetflow.model.request import Request
from tests import desk
from tests.desk import ADA, ADMIN, ANNA, BOTH, DIRECTOR, HEAD, MAX, MIA, STRANGER, Desk

GRACE = timedelta(minutes=2)
STATUSES = ("Draft", "Submitted", "Approved", "Part-paid", "Paid", "Rejected", "Returned", "Cancelled")
PEOPLE = {
    "Mia": MIA, "Max": MAX, "Olga": HEAD, "Dora": DIRECTOR, "Anna": ANNA, "Ada": ADA, "Ivan": ADMIN,
    "Boris": BOTH, "Eve": STRANGER,
}  # fmt: skip

MAY = """
status    | who   | may
Draft     | Mia   | submit, cancel, comment*
Draft     | Max   | comment*
Draft     | Ivan  | submit, comment*
Draft     | Olga  | comment*
Draft     | Anna  | comment*
Submitted | Mia   | withdraw, comment*
Submitted | Olga  | approve, reject*, return*, comment*
Submitted | Dora  | approve, reject*, return*, comment*
Submitted | Boris | approve, reject*, return*, comment*
Submitted | Anna  | return*, comment*
Submitted | Ivan  | comment*
Submitted | Max   | comment*
Approved  | Mia   | comment*
Approved  | Olga  | return*, cancel-approved, comment*
Approved  | Dora  | return*, cancel-approved, comment*
Approved  | Anna  | return*, pay-part#, pay, comment*
Approved  | Boris | return*, pay-part#, pay, cancel-approved, comment*
Approved  | Ivan  | comment*
Part-paid | Anna  | pay-part#, pay, reverse*, comment*
Part-paid | Mia   | comment*
Part-paid | Olga  | comment*
Paid      | Anna  | reverse*, comment*
Paid      | Ada   | reverse*, comment*
Paid      | Olga  | comment*
Paid      | Mia   | comment*
Rejected  | Mia   | comment*
Rejected  | Olga  | comment*
Returned  | Mia   | submit, cancel, comment*
Returned  | Ivan  | submit, comment*
Returned  | Olga  | comment*
Cancelled | Mia   | comment*
Cancelled | Olga  | comment*
"""
"""`*` needs a comment, `#` an amount. Olga approved, Anna pays, Mia asked."""


@cache
def request_in(status: str) -> tuple[Desk, str]:
    """A desk with one request that came to this status lawfully."""
    office = Desk()
    if status == "Draft":
        rid = office.type(MIA, **desk.GOOD)
        office.run()
        return office, rid
    rid = office.submitted() if status in ("Submitted", "Rejected", "Returned") else office.approved()
    steps = {
        "Part-paid": (ANNA, "pay-part", {"amount": "1000"}),
        "Paid": (ANNA, "pay", {}),
        "Rejected": (HEAD, "reject", {"comment": "no"}),
        "Returned": (HEAD, "return", {"comment": "the account"}),
        "Cancelled": (HEAD, "cancel-approved", {}),
    }
    if status in steps:
        user, act, more = steps[status]
        chosen = office.act(user, rid, act, **more)
        assert office.run(chosen).answers == {chosen.uuid: None}
    assert office.accepted(rid) == status
    return office, rid


def asked(office: Desk, rid: str, user: str, seen: str | None = None, link: str = "") -> list[Option]:
    snapshot = office.sheet.read()
    company = read_company(snapshot.people, snapshot.settings, office.book)
    request = read(office, rid)
    seen = seen_fingerprint(request.cells, company.settings.currencies) if seen is None else seen
    person = company.people.find(user)
    return options(person, request, company, office.book, office.clock.at, seen, link)


def read(office: Desk, rid: str) -> Request:
    return from_row(office.state_row(rid))


def may(steps: list[Option]) -> str:
    marks = (f"{s.act}{'*' * s.needs_comment}{'#' * s.needs_amount}" for s in steps if s.blocked_by is None)
    return ", ".join(marks)


@pytest.mark.parametrize(
    ("status", "who", "expected"),
    [tuple(cell.strip() for cell in line.split("|")) for line in MAY.strip().splitlines()[1:]],
)
def test_options__what_each_may(status: str, who: str, expected: str) -> None:
    office, rid = request_in(status)
    assert may(asked(office, rid, PEOPLE[who])) == expected


@pytest.mark.parametrize("status", STATUSES)
def test_options__a_stranger_may_nothing_at_all(status: str) -> None:
    office, rid = request_in(status)
    steps = asked(office, rid, STRANGER)
    assert steps
    assert {step.blocked_by for step in steps} == {"known-person"}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("who", PEOPLE)
def test_options__a_pass_answers_just_as_the_page_promised(status: str, who: str) -> None:
    office, rid = request_in(status)
    seen = seen_fingerprint(read(office, rid).cells, ("RUB",))
    for step in asked(office, rid, PEOPLE[who]):
        copy = Desk()
        for tab in ("rows", "state", "inbox", "outbox", "history"):
            setattr(copy.sheet, tab, [list(row) for row in getattr(office.sheet, tab)])
        copy.sheet.token, copy.clock.at = office.sheet.token, office.clock.at
        act = copy.act(
            PEOPLE[who], rid, step.act, seen=seen, comment="why" if step.needs_comment else "",
            amount="1" if step.needs_amount else "",
        )  # fmt: skip
        answer = copy.run(act).answers[act.uuid]
        assert (answer.rule if answer else None) == step.blocked_by, step


def test_options__no_self_approval_is_said_by_its_rule() -> None:
    office = Desk()
    rid = office.submitted(BOTH)
    blocked = {step.act: step.blocked_by for step in asked(office, rid, BOTH)}
    assert blocked["approve"] == "no-self-approval"


def test_options__limit_covers_amount() -> None:
    office = Desk()
    rid = office.submitted(amount=500_000.01)
    blocked = {step.act: step.blocked_by for step in asked(office, rid, HEAD)}
    assert blocked["approve"] == "limit-covers-amount"
    assert {step.act: step.blocked_by for step in asked(office, rid, DIRECTOR)}["approve"] is None


def test_options__approved_as_seen() -> None:
    office, rid = request_in("Submitted")
    blocked = {step.act: step.blocked_by for step in asked(office, rid, HEAD, seen="0" * 64)}
    assert blocked["approve"] == "approved-as-seen"
    assert blocked["reject"] is None


def test_options__link_is_used_once() -> None:
    office = Desk()
    rid = office.submitted()
    office.run(office.act(HEAD, rid, "return", comment="why", link="letter1"))
    assert {step.blocked_by for step in asked(office, rid, MIA, link="letter1")} == {"link-is-used-once"}
    assert may(asked(office, rid, MIA, link="letter2")) == "submit, cancel, comment*"


def test_options__a_draft_with_problems_cannot_be_submitted() -> None:
    office = Desk()
    rid = office.type(MIA, **{**desk.GOOD, "inn": "7707083894"})
    office.run()
    (submit,) = [step for step in asked(office, rid, MIA) if step.act == "submit"]
    assert submit.blocked_by == "valid-fields"
    assert submit.refusal is not None
    assert submit.refusal.column == "inn"


def test_options__second_person_reverses_without_saying_why_again() -> None:
    office = Desk()
    rid = office.approved()
    office.run(office.act(ANNA, rid, "pay"))
    office.run(office.act(ANNA, rid, "reverse", comment="bounced"))
    by_asker = {step.act: step for step in asked(office, rid, ANNA)}["reverse"]
    by_other = {step.act: step for step in asked(office, rid, ADA)}["reverse"]
    assert by_asker.blocked_by == "second-person-reverses"
    assert (by_other.blocked_by, by_other.needs_comment) == (None, False)


def test_payee_author_known__confirmed_on_the_page_as_it_was_seen() -> None:
    office = Desk()
    rid = office.type(MIA, **{key: cell for key, cell in desk.GOOD.items() if key != "account"})
    office.edit(MIA, rid, "account", desk.GOOD["account"], seen=False)
    office.run()
    office.run(later=GRACE)
    request = read(office, rid)
    assert request.unsigned == {"account"}
    blocked = {step.act: step.blocked_by for step in asked(office, rid, MIA, seen="")}
    assert blocked["submit"] == "payee-author-known"
    assert {step.act: step.blocked_by for step in asked(office, rid, MIA)}["submit"] is None
    seen = seen_fingerprint(request.cells, ("RUB",))
    act = office.act(MIA, rid, "submit", seen=seen)
    assert office.run(act).answers == {act.uuid: None}
    assert office.accepted(rid) == "Submitted"


def test_payee_author_known__changed_after_the_page_was_opened() -> None:
    office = Desk()
    rid = office.type(MIA, **{key: cell for key, cell in desk.GOOD.items() if key != "account"})
    office.edit(MIA, rid, "account", desk.GOOD["account"], seen=False)
    office.run()
    office.run(later=GRACE)
    seen = seen_fingerprint(read(office, rid).cells, ("RUB",))
    office.edit(MIA, rid, "amount", 99_999.0)
    act = office.act(MIA, rid, "submit", seen=seen)
    answer = office.run(act).answers[act.uuid]
    assert answer is not None
    assert answer.rule == "payee-author-known"


def test_payee_author_known__cells_that_get_their_normal_form_at_submit() -> None:
    office = Desk()
    rid = office.type(MIA, **{**desk.GOOD, "amount": "12 500,50", "currency": "руб.", "inn": 7707083893})
    office.edit(MIA, rid, "account", "4060 2810 7000 0000 0025", seen=False)
    office.run()
    office.run(later=GRACE)
    seen = seen_fingerprint(read(office, rid).cells, ("RUB", "USD"))
    act = office.act(MIA, rid, "submit", seen=seen)
    assert office.run(act).answers == {act.uuid: None}
    assert read(office, rid).fingerprint == seen
