from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from sheetflow.app.importing import Importer, Source
from sheetflow.core.company import read_company
from sheetflow.core.migration.rows import Entry, Judged
from sheetflow.core.rules.case import MoveCase
from sheetflow.core.rules.payments import not_in_bank_file
from sheetflow.model.request import Request
from tests.desk import ADA, ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, Desk
from tests.unit.core.outcome import (
    assert_nothing_refused,
    assert_put_back,
    fingerprint_of,
    last_event,
    request_of,
    staff,
)

MINUTE = timedelta(minutes=1)

# --- comment-required


def test_comment_required__written_before_the_status_was_picked() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, "wrong bank")
    desk.run()
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    assert desk.accepted(rid) == "Rejected"
    assert last_event(desk, rid).data["comment"] == "wrong bank"
    assert desk.letters() == [(MIA, "rejected")]
    assert_nothing_refused(desk)


def test_comment_required__written_after_the_status_was_picked() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Returned")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert desk.cell(rid, "status") == "Returned"
    assert desk.confirmed(rid) == "Submitted"
    assert "add a comment" in desk.checks(rid)
    desk.comment(HEAD, rid, "wrong bank")
    desk.run(later=9 * MINUTE)
    assert desk.accepted(rid) == "Returned"
    assert desk.checks(rid) == ""
    assert last_event(desk, rid).data["comment"] == "wrong bank"
    assert_nothing_refused(desk)


def test_comment_required__both_in_one_pass_in_either_order() -> None:
    for first in ("comment", "status"):
        desk = Desk()
        rid = desk.submitted()
        if first == "comment":
            desk.comment(HEAD, rid, "no")
        desk.status(HEAD, rid, "Rejected")
        if first == "status":
            desk.comment(HEAD, rid, "no")
        desk.run()
        assert desk.accepted(rid) == "Rejected"
        assert_nothing_refused(desk)


def test_comment_required__by_an_alias_of_the_same_person() -> None:
    desk = Desk(staff(f"{HEAD} | Olga | approver | 500000 RUB | en | olga.home@mail.example"))
    rid = desk.submitted()
    desk.comment("olga.home@mail.example", rid, "no")
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    assert desk.accepted(rid) == "Rejected"


def test_comment_required__the_same_words_as_somebody_elses() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(MAX, rid, "twice in the registry")
    desk.run()
    desk.comment(HEAD, rid, "twice in the registry")
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    assert desk.accepted(rid) == "Rejected"


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_comment_required__an_empty_one_is_none(text: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, text)
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    desk.run(later=11 * MINUTE)
    assert_put_back(desk, rid, "status", "comment-required", to=HEAD, back="Submitted")


def test_comment_required__another_persons_does_not_count() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(DIRECTOR, rid, "I do not like it")
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    desk.comment(MIA, rid, "please")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    desk.run(later=11 * MINUTE)
    assert_put_back(desk, rid, "status", "comment-required", to=HEAD, back="Submitted")


def test_comment_required__one_from_before_the_last_step_does_not_count() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, "I shall look at it")
    desk.run()
    desk.status(HEAD, rid, "Approved")
    desk.run()
    desk.mail.sent.clear()
    desk.status(HEAD, rid, "Returned")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    desk.run(later=11 * MINUTE)
    assert_put_back(desk, rid, "status", "comment-required", to=HEAD, back="Approved")


def test_comment_required__one_from_the_draft_does_not_count() -> None:
    desk = Desk()
    rid = desk.type(MIA, subject="x")
    desk.comment(HEAD, rid, "what is this?")
    desk.run()
    for key, value in GOOD.items():
        desk.edit(MIA, rid, key, value)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    assert desk.accepted(rid) == "Submitted"


def test_comment_required__the_hold_ends_after_exactly_ten_minutes() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    desk.run(later=10 * MINUTE - timedelta(milliseconds=1))
    assert desk.cell(rid, "status") == "Rejected"
    assert desk.letters() == []
    desk.run(later=timedelta(milliseconds=1))
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "comment-required", to=HEAD, back="Submitted")
    assert desk.checks(rid) == ""


def test_comment_required__a_comment_after_the_hold_revives_nothing() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    desk.run(later=10 * MINUTE)
    desk.comment(HEAD, rid, "too late")
    desk.run()
    assert desk.accepted(rid) == "Submitted"


def test_comment_required__how_long_it_is_held_is_a_setting() -> None:
    desk = Desk(settings={"hold_minutes": "3"})
    rid = desk.submitted()
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    desk.run(later=3 * MINUTE)
    assert desk.refusals == ["comment-required"]


def test_comment_required__whoever_picked_it_takes_it_back() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    desk.status(HEAD, rid, "Submitted")
    desk.run()
    assert desk.checks(rid) == ""
    desk.run(later=11 * MINUTE)
    assert desk.accepted(rid) == "Submitted"
    assert_nothing_refused(desk)


def test_comment_required__the_page_needs_it_at_once() -> None:
    desk = Desk()
    rid = desk.submitted()
    silent, spoken = desk.act(HEAD, rid, "reject"), desk.act(HEAD, rid, "reject", comment="no budget")
    refusal = desk.run(silent).answers[silent.uuid]
    assert refusal is not None
    assert refusal.rule == "comment-required"
    assert (desk.accepted(rid), desk.checks(rid)) == ("Submitted", "")
    assert desk.run(spoken).answers[spoken.uuid] is None
    assert desk.accepted(rid) == "Rejected"
    assert desk.cell(rid, "comment") == "no budget"


def test_comment_required__an_approver_overtakes_the_held_wish_of_another() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Rejected")
    desk.run()
    desk.status(DIRECTOR, rid, "Approved")
    desk.run()
    desk.run(later=11 * MINUTE)
    assert desk.accepted(rid) == "Approved"
    assert desk.refusals == []
    assert desk.confirmed(rid) == "Approved"


# --- not-in-bank-file


@pytest.mark.parametrize(("file", "allowed"), [("", True), ("pay-17.txt", False)])
def test_not_in_bank_file__while_the_bank_may_still_pay_it(file: str, allowed: bool) -> None:
    desk = Desk()
    request = Request("PR-000002", status="Approved", bank_file=file)
    company = read_company(desk.sheet.people, desk.sheet.settings, desk.book)
    person = company.people.find(HEAD)
    case = MoveCase(request, person, "Returned", None, company, desk.book, desk.clock.at)
    objection = not_in_bank_file(case)
    assert (objection is None) is allowed
    assert objection is None or objection.facts == {"file": file}


@pytest.mark.parametrize("target", ["Returned", "Cancelled"])
def test_not_in_bank_file__neither_returned_nor_cancelled(target: str) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.state_row(rid)[11] = str(desk.state_row(rid)[11]).replace("{", '{"bank_file":"pay-17.txt",', 1)
    desk.comment(HEAD, rid, "stop")
    desk.status(HEAD, rid, target)
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert_put_back(desk, rid, "status", "not-in-bank-file", to=HEAD, back="Approved")


# --- payer-is-not-approver


def test_payer_is_not_approver__the_accountant_pays_what_the_head_approved() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert desk.letters() == [(MIA, "paid"), ("pay@romashka.example", "contractor-paid")]
    assert last_event(desk, rid).data["amount"] == "12500.5"
    assert_nothing_refused(desk)


@pytest.mark.parametrize("target", ["Paid", "Part-paid"])
def test_payer_is_not_approver__one_person_in_both_roles(target: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(BOTH, rid, "Approved")
    desk.run()
    desk.mail.sent.clear()
    desk.comment(BOTH, rid, "100")
    desk.status(BOTH, rid, target)
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert_put_back(desk, rid, "status", "payer-is-not-approver", to=BOTH, back="Approved")


def test_payer_is_not_approver__from_another_address_either() -> None:
    desk = Desk(staff(f"{BOTH} | Boris | approver, accountant | 500000 RUB | en | boris.home@mail.example"))
    rid = desk.submitted()
    desk.status("boris.home@mail.example", rid, "Approved")
    desk.run()
    desk.mail.sent.clear()
    desk.status(BOTH, rid, "Paid")
    desk.run()
    assert_put_back(desk, rid, "status", "payer-is-not-approver", to=BOTH, back="Approved")


def test_payer_is_not_approver__nor_both_steps_between_two_passes() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(BOTH, rid, "Approved")
    desk.status(BOTH, rid, "Paid")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert desk.refusals == ["payer-is-not-approver"]
    assert desk.cell(rid, "status") == "Approved"


def test_payer_is_not_approver__two_people_between_two_passes() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.events(rid)[-2:] == [("RequestApproved", HEAD), ("RequestPaid", ANNA)]
    assert_nothing_refused(desk)


# --- part-payment-has-amount


@pytest.mark.parametrize("text", ["5000", "5 000,00", "5000.00 RUB", "12500.49", "0.01", "5 000 р."])
def test_part_payment_has_amount__less_than_what_is_open(text: str) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.comment(ANNA, rid, text)
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    assert desk.accepted(rid) == "Part-paid"
    paid = request_of(desk, rid).paid
    assert Decimal(str(last_event(desk, rid).data["open"])) + paid == Decimal("12500.5")
    assert desk.letters() == [(MIA, "part-paid"), ("pay@romashka.example", "contractor-part-paid")]
    assert_nothing_refused(desk)


@pytest.mark.parametrize("text", ["12500.5", "12 500,50", "12500.51", "1000000"])
def test_part_payment_has_amount__all_that_is_open_or_more_is_no_part(text: str) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.comment(ANNA, rid, text)
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert_put_back(desk, rid, "status", "part-payment-has-amount", to=ANNA, back="Approved")


@pytest.mark.parametrize(
    "text", ["", "half of it", "0", "-5", "1,234", "100 USD", "0.001", "invoice 17", "5 000 €"]
)
def test_part_payment_has_amount__no_number_of_its_currency_is_waited_for_and_put_back(text: str) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.comment(ANNA, rid, text)
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert "the number alone" in desk.checks(rid)
    desk.run(later=10 * MINUTE)
    assert desk.accepted(rid) == "Approved"
    assert request_of(desk, rid).paid == 0
    assert_put_back(desk, rid, "status", "part-payment-has-amount", to=ANNA, back="Approved")


def test_part_payment_has_amount__two_parts_and_the_rest() -> None:
    desk = Desk()
    rid = desk.approved(amount=100)
    desk.comment(ANNA, rid, "30")
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    desk.run(desk.act(ANNA, rid, "pay-part", amount="69.99"))  # the cell shows Part-paid already
    assert (desk.accepted(rid), request_of(desk, rid).paid) == ("Part-paid", Decimal("99.99"))
    assert last_event(desk, rid).data["open"] == "0.01"
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert request_of(desk, rid).paid == Decimal(100)
    assert last_event(desk, rid).data["amount"] == "0.01"
    desk.verify()


def test_part_payment_has_amount__a_second_part_of_all_that_is_left_is_no_part() -> None:
    desk = Desk()
    rid = desk.approved(amount=100)
    desk.comment(ANNA, rid, "30")
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    act = desk.act(ANNA, rid, "pay-part", amount="70")
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "part-payment-has-amount"
    assert request_of(desk, rid).paid == 30


def test_part_payment_has_amount__from_the_page_with_a_comment_beside_it() -> None:
    desk = Desk()
    rid = desk.approved(amount=100)
    act = desk.act(ANNA, rid, "pay-part", amount="30", comment="first third")
    assert desk.run(act).answers[act.uuid] is None
    assert request_of(desk, rid).paid == 30
    assert desk.cell(rid, "comment") == "first third"


# --- paid-here


def imported(desk: Desk) -> str:
    """A request that was paid elsewhere."""
    entry = Entry("Paid", {"contractor": "Rose Ltd", "amount": 100.0, "currency": "RUB"}, MIA, Decimal(100))
    one = Judged(2, "import", entry)
    Importer(desk.sheet, desk.book, desk.clock, desk.nonces).run([one], Source("old.xlsx", "f" * 64))
    return one.request


def test_paid_here__what_was_imported_as_paid_stays_paid() -> None:
    desk = Desk()
    rid = imported(desk)
    assert (desk.accepted(rid), desk.confirmed(rid)) == ("Paid", "Paid")
    desk.comment(ANNA, rid, "bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    assert_put_back(desk, rid, "status", "paid-here", to=ANNA, back="Paid")


def test_paid_here__what_was_paid_here_can_be_taken_back() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.comment(ANNA, rid, "bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    desk.status(ADA, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"


# --- second-person-reverses


def paid(desk: Desk) -> str:
    rid = desk.approved()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    desk.mail.sent.clear()
    return rid


def test_second_person_reverses__one_asks_and_another_confirms() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.comment(ANNA, rid, "bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert desk.cell(rid, "status") == "Paid"
    assert "bounced" in desk.checks(rid)
    assert desk.letters() == [(ADA, "reversal-asked"), (BOTH, "reversal-asked")]
    assert desk.confirmed(rid) == "Paid"
    desk.status(ADA, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert request_of(desk, rid).paid == 0
    assert last_event(desk, rid).data == {"reason": "bounced", "asked_by": ANNA}
    assert desk.letters()[2:] == [(MIA, "reversed")]
    assert desk.checks(rid) == ""
    assert desk.refusals == []
    desk.verify()


def test_second_person_reverses__not_the_same_person_twice() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.comment(ANNA, rid, "bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    desk.mail.sent.clear()
    desk.status(ANNA, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert_put_back(desk, rid, "status", "second-person-reverses", to=ANNA, back="Paid")


def test_second_person_reverses__not_from_another_address_of_hers() -> None:
    desk = Desk(staff(f"{ANNA} | Anna | accountant | | en | anna.home@mail.example"))
    rid = paid(desk)
    desk.comment(ANNA, rid, "bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    desk.mail.sent.clear()
    desk.status("anna.home@mail.example", rid, "Approved")
    desk.run()
    assert_put_back(desk, rid, "status", "second-person-reverses", to=ANNA, back="Paid")


@pytest.mark.parametrize("person", [HEAD, DIRECTOR, MIA, ADMIN])
def test_second_person_reverses__nobody_but_accountants(person: str) -> None:
    desk = Desk()
    rid = paid(desk)
    desk.comment(ANNA, rid, "bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    desk.mail.sent.clear()
    desk.status(person, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert_put_back(desk, rid, "status", "right-role", to=person, back="Paid")


def test_second_person_reverses__without_a_reason_it_is_not_even_asked() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.status(ANNA, rid, "Approved")
    desk.run()
    assert request_of(desk, rid).reversal is None
    desk.run(later=10 * MINUTE)
    assert_put_back(desk, rid, "status", "comment-required", to=ANNA, back="Paid")


def test_second_person_reverses__what_was_asked_of_a_part_is_not_confirmed_for_the_whole() -> None:
    desk = Desk()
    rid = desk.approved(amount=100)
    desk.comment(ANNA, rid, "30")
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    desk.comment(ANNA, rid, "the part bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    desk.status(ADA, rid, "Paid")
    desk.run()
    desk.status(ADA, rid, "Approved")  # alone, and about another payment
    desk.run()
    assert desk.accepted(rid) == "Paid"


def test_second_person_reverses__a_reversed_request_can_be_paid_again() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.comment(ANNA, rid, "bounced")
    desk.status(ANNA, rid, "Approved")
    desk.run()
    desk.status(ADA, rid, "Approved")
    desk.run()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert str(request_of(desk, rid).paid) == "12500.5"
    desk.verify()


def test_second_person_reverses__on_the_page() -> None:
    desk = Desk()
    rid = paid(desk)
    asks = desk.act(ANNA, rid, "reverse", comment="misclicked", seen=fingerprint_of(desk, rid))
    assert desk.run(asks).answers[asks.uuid] is None
    again = desk.act(ANNA, rid, "reverse", comment="misclicked")
    refusal = desk.run(again).answers[again.uuid]
    assert refusal is not None
    assert refusal.rule == "second-person-reverses"
    confirms = desk.act(ADA, rid, "reverse")
    assert desk.run(confirms).answers[confirms.uuid] is None
    assert desk.accepted(rid) == "Approved"
    assert desk.cell(rid, "status") == "Approved"
