"""Whoever wants the firm's money on another account, by whichever way it gets into a request."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from sheetflow.core.rules.fields import seen_fingerprint
from sheetflow.core.safety.submitting import is_held
from sheetflow.core.tabs import CONTRACTOR_HEADERS
from sheetflow.model.cells import Cell
from tests.desk import ADA, ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, Desk
from tests.unit.core.outcome import last_event, request_of

OTHER: dict[str, Cell] = {
    "account": "40702810900000005555", "bik": "044525225", "corr_account": "30101810400000000225",
}  # fmt: skip
"""An account of another bank, such as a fraud would have."""
IBAN = "DE89370400440532013000"
INN_OF_ANOTHER = "7736207543"
PHONE = "+7 495 123-45-67"
_numbers = itertools.count(100)


def fresh(**changes: Cell) -> Any:
    """A request of its own, that is no duplicate of another."""
    return {"amount": 1000 + next(_numbers), **changes}


def book_row(desk: Desk, place: int = -1) -> dict[str, Cell]:
    row = [*desk.sheet.contractors[place], *[""] * 20]
    return dict(zip(CONTRACTOR_HEADERS, row, strict=False))


def write_book(desk: Desk, key: str, value: Cell, place: int = -1) -> None:
    """An admin types into the Contractors tab."""
    row = desk.sheet.contractors[place]
    row += [""] * (len(CONTRACTOR_HEADERS) - len(row))
    row[CONTRACTOR_HEADERS.index(key)] = value


def add_to_book(desk: Desk, **cells: Cell) -> None:
    desk.sheet.contractors.append([cells.get(key, "") for key in CONTRACTOR_HEADERS])


def paid_before() -> Desk:
    """The contractor was paid before, and has a number in the book."""
    made = Desk()
    made.approved()
    write_book(made, "phone", PHONE)
    return made


def call(desk: Desk, who: str, rid: str, phone: str = PHONE, **more: Any) -> str:
    """Somebody says on the request page that they called; gives the rule that refused it, "" for none."""
    act = desk.act(who, rid, "confirm-details", facts={"phone": phone}, **more)
    refusal = desk.run(act).answers[act.uuid]
    return refusal.rule if refusal else ""


def approve(desk: Desk, who: str, rid: str, comment: str = "") -> str:
    act = desk.act(who, rid, "approve", comment=comment)
    refusal = desk.run(act).answers[act.uuid]
    return refusal.rule if refusal else ""


# --- bank-details-confirmed


def test_bank_details_confirmed__a_changed_account_waits_for_the_call() -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh(**OTHER))
    assert "NEW" in desk.checks(rid)
    assert str(OTHER["account"]) in desk.cautions(rid)
    assert str(GOOD["account"]) in desk.cautions(rid)
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert desk.cell(rid, "status") == "Submitted"
    assert desk.refusals == ["bank-details-confirmed"]
    assert "[bank-details-confirmed]" in desk.sheet.notes[(rid, "status")]
    assert approve(desk, DIRECTOR, rid) == "bank-details-confirmed"
    assert call(desk, ANNA, rid) == ""
    assert "Anna has confirmed" in desk.cautions(rid)
    assert PHONE in desk.cautions(rid)
    assert last_event(desk, rid).data["known"] == "before"
    assert approve(desk, HEAD, rid) == ""
    assert desk.accepted(rid) == "Approved"
    assert book_row(desk)["account"] == OTHER["account"]  # from now on the book vouches for it
    again = desk.submitted(**fresh(**OTHER))
    assert approve(desk, HEAD, again) == ""
    desk.verify()


def test_bank_details_confirmed__the_known_account_needs_no_call() -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh())
    assert desk.cautions(rid) == ""
    assert approve(desk, HEAD, rid) == ""


def test_bank_details_confirmed__a_first_payment_is_marked_and_goes_on() -> None:
    desk = Desk()
    rid = desk.submitted()
    assert "the first payment to ООО «Ромашка»" in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == ""
    assert desk.checks(rid) == ""  # nothing is waited for


WAYS: dict[str, dict[str, Cell]] = {
    "the same bank, another account": {"account": "40602810100000000023"},
    "the same INN under another name": {**OTHER, "contractor": "ООО «Другое имя»"},
    "the same name with another INN": {**OTHER, "inn": INN_OF_ANOTHER},
    "the name without its form": {**OTHER, "inn": INN_OF_ANOTHER, "contractor": "Ромашка"},
    "the name in Latin letters": {**OTHER, "inn": INN_OF_ANOTHER, "contractor": "OOO «Poмашкa»"},
    "the name with a hidden sign": {**OTHER, "inn": INN_OF_ANOTHER, "contractor": "ООО «Ром\u00adашка»"},
    "the name in pieces": {**OTHER, "inn": INN_OF_ANOTHER, "contractor": "О О О Ро\u00admашка"},
    "an account abroad": {"account": IBAN, "bik": "", "corr_account": "", "currency": "EUR"},
    "abroad, and without an INN": {
        "account": IBAN, "bik": "", "corr_account": "", "inn": "", "kpp": "", "currency": "EUR",
    },
    "another bank with the same number": {"bik": "044525746"},
    "no bank at all": {"bik": "", "currency": "USD"},
}  # fmt: skip


@pytest.mark.parametrize("changes", WAYS.values(), ids=WAYS)
def test_bank_details_confirmed__whichever_way_a_known_payee_is_turned(changes: dict[str, Cell]) -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh(**changes))
    assert is_held(request_of(desk, rid))
    assert approve(desk, DIRECTOR, rid) == "bank-details-confirmed"


def test_bank_details_confirmed__by_the_form_and_by_the_invoices_qr() -> None:
    desk = paid_before()
    answers = {key: value for key, value in {**GOOD, **fresh(), **OTHER}.items() if value != ""}
    desk.answer(MIA, send=True, **answers)
    desk.take_answers()
    by_form = desk.last_row()
    assert desk.accepted(by_form) == "Submitted"
    assert approve(desk, HEAD, by_form) == "bank-details-confirmed"
    desk.files.qr = dict(OTHER)
    blank = {key: value for key, value in answers.items() if key not in (*OTHER, "inn", "contractor")}
    desk.answer(MIA, send=True, files=["scan"], **blank, inn=str(GOOD["inn"]), contractor="ООО «Ромашка»")
    desk.sheet.contractors[1:] = [*desk.sheet.contractors[1:], [""] * 3]
    for _ in range(3):
        desk.take_answers()
    by_qr = desk.last_row()
    account = desk.cell(by_qr, "account")
    if account == OTHER["account"]:  # filled from the QR: the same hold
        assert approve(desk, HEAD, by_qr) == "bank-details-confirmed"
    else:  # the book was first: what the invoice says is told
        assert "QR" in desk.cautions(by_qr)


def test_bank_details_confirmed__a_row_altered_in_the_book_vouches_for_nothing() -> None:
    desk = paid_before()
    for key, value in OTHER.items():
        write_book(desk, key, value)
    rid = desk.type(MIA, subject="Paper", inn=GOOD["inn"], **fresh(), pay_by=46500, currency="RUB")
    desk.run()
    assert desk.cell(rid, "account") == OTHER["account"]  # filled in from the altered row
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert "typed or altered by hand" in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == "bank-details-confirmed"
    before = desk.submitted(**fresh())  # and the account that was altered away is not known either
    assert approve(desk, HEAD, before) == "bank-details-confirmed"


def test_bank_details_confirmed__nor_does_a_row_typed_or_a_seal_copied() -> None:
    desk = paid_before()
    row = book_row(desk)
    add_to_book(desk, **{**row, **OTHER, "since_request": ""})
    rid = desk.submitted(**fresh(**OTHER))
    assert approve(desk, HEAD, rid) == "bank-details-confirmed"
    add_to_book(desk, **{**row, "contractor": "ООО «Лютик»", "inn": INN_OF_ANOTHER})
    rid = desk.submitted(**fresh(contractor="ООО «Лютик»", inn=INN_OF_ANOTHER))
    assert approve(desk, HEAD, rid) == "bank-details-confirmed"


def test_bank_details_confirmed__taking_the_payee_out_of_the_book_makes_nobody_new() -> None:
    desk = paid_before()
    del desk.sheet.contractors[1:]
    rid = desk.submitted(**fresh(**OTHER))
    assert approve(desk, HEAD, rid) == "bank-details-confirmed"


def test_bank_details_confirmed__a_row_whose_seal_was_lost_is_vouched_for_by_its_request() -> None:
    desk = paid_before()
    for lost in ("", "0" * 40):  # a book of an older registry, and one sealed with another key
        write_book(desk, "seal", lost)
        rid = desk.submitted(**fresh())
        assert approve(desk, HEAD, rid) == ""
        del desk.sheet.contractors[2:]


def test_bank_details_confirmed__returned_and_sent_again() -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh())
    act = desk.act(HEAD, rid, "return", comment="date")
    desk.run(act)
    for key, value in OTHER.items():
        desk.edit(MIA, rid, key, value)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert approve(desk, HEAD, rid) == "bank-details-confirmed"
    assert call(desk, ANNA, rid) == ""
    desk.run(desk.act(HEAD, rid, "return", comment="date"))
    desk.edit(MIA, rid, "subject", "Paper, again")
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert "Anna has confirmed" in desk.cautions(rid)  # the same account: nobody has to call twice
    desk.run(desk.act(HEAD, rid, "return", comment="date"))
    desk.edit(MIA, rid, "account", GOOD["account"])
    desk.edit(MIA, rid, "bik", GOOD["bik"])
    desk.edit(MIA, rid, "corr_account", "")
    desk.edit(MIA, rid, "inn", INN_OF_ANOTHER)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert approve(desk, HEAD, rid) == "bank-details-confirmed"  # what was confirmed was another payee
    desk.verify()


def test_bank_details_confirmed__withdrawn_and_sent_again_it_still_waits() -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh(**OTHER))
    desk.run(desk.act(MIA, rid, "withdraw"))
    assert "NEW" not in desk.cautions(rid)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert approve(desk, HEAD, rid) == "bank-details-confirmed"


def test_bank_details_confirmed__a_look_alike_is_marked() -> None:
    desk = Desk()
    desk.approved(contractor="ООО «Стройинвест»")
    rid = desk.submitted(**fresh(contractor="ООО «Стройинвсет»", inn=INN_OF_ANOTHER, **OTHER))
    assert "nearly that of ООО «Стройинвест»" in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == ""


def test_bank_details_confirmed__who_can_call_is_told_and_approvers_when_it_is_done() -> None:
    desk = paid_before()
    rid = desk.type(MIA, **{**GOOD, **fresh(**OTHER)})
    desk.status(MIA, rid, "Submitted")
    desk.run()
    held = [who for who, template in desk.letters() if template == "details-held"]
    assert held == [ANNA, ADA, BOTH, HEAD]
    assert not [1 for _, template in desk.letters() if template == "approve"]
    desk.mail.sent.clear()
    assert call(desk, ANNA, rid) == ""
    assert desk.letters() == [(HEAD, "approve"), (BOTH, "approve")]


# --- second-person-confirms


def test_second_person_confirms__never_the_requester_from_any_address() -> None:
    desk = paid_before()
    rid = desk.submitted(BOTH, **fresh(**OTHER))
    assert call(desk, BOTH, rid) == "second-person-confirms"
    assert call(desk, ANNA, rid) == ""
    aliased = Desk(
        people="""
E-mail | Name | Roles | Limit | Language | Other addresses
mia@firm.example | Mia | manager, accountant | | en | mia.private@mail.example
olga@firm.example | Olga | approver | 500000 RUB | en |
"""
    )
    aliased.approved()
    write_book(aliased, "phone", PHONE)
    rid = aliased.submitted(MIA, **fresh(**OTHER))
    assert call(aliased, "mia.private@mail.example", rid) == "second-person-confirms"


@pytest.mark.parametrize("who", [MIA, MAX, ADMIN])
def test_second_person_confirms__by_their_role(who: str) -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh(**OTHER))
    assert call(desk, who, rid) == "second-person-confirms"
    assert call(desk, "eve@elsewhere.example", rid) == "known-person"


def test_second_person_confirms__nor_who_typed_the_account_or_sent_it() -> None:
    desk = Desk(
        people="""
E-mail | Name | Roles | Limit | Language | Other addresses
mia@firm.example | Mia | manager | | en |
olga@firm.example | Olga | approver | 500000 RUB | en |
ivan@firm.example | Ivan | admin, accountant | | en |
anna@firm.example | Anna | accountant | | en |
"""
    )
    desk.approved()
    write_book(desk, "phone", PHONE)
    rid = desk.type(MIA, **{**GOOD, **fresh()})
    for key, value in OTHER.items():
        desk.edit(ADMIN, rid, key, value)
    desk.run()
    request = request_of(desk, rid)
    shown = seen_fingerprint(request.cells, ("RUB",), request.files)
    desk.run(desk.act(MIA, rid, "submit", seen=shown))
    assert desk.accepted(rid) == "Submitted"
    assert call(desk, ADMIN, rid) == "second-person-confirms"
    sent = desk.type(MIA, **{**GOOD, **fresh(**OTHER)})
    desk.status(ADMIN, sent, "Submitted")
    desk.run()
    assert desk.accepted(sent) == "Submitted"
    assert call(desk, ADMIN, sent) == "second-person-confirms"
    assert call(desk, ANNA, sent) == ""


# --- known-number-called


def test_known_number_called__only_a_number_of_the_book() -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh(**OTHER))
    assert call(desk, ANNA, rid, "+7 900 000-00-00") == "known-number-called"
    assert call(desk, ANNA, rid, "") == "known-number-called"
    assert call(desk, ANNA, rid, "8 (495) 1234567") == ""


def test_known_number_called__with_none_in_the_book_an_admin_adds_one() -> None:
    desk = paid_before()
    write_book(desk, "phone", "")
    rid = desk.submitted(**fresh(**OTHER))
    act = desk.act(ANNA, rid, "confirm-details", facts={"phone": PHONE})
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert "An admin adds one" in desk.book.own.refusal(refusal)[1]
    write_book(desk, "phone", f"{PHONE}, 8 812 700 00 00")
    assert call(desk, ANNA, rid, "+78127000000") == ""
    assert last_event(desk, rid).data["known"] == "since"


def test_known_number_called__not_one_of_another_contractor() -> None:
    desk = paid_before()
    desk.approved(**fresh(contractor="ООО «Лютик»", inn=INN_OF_ANOTHER))
    write_book(desk, "phone", "+7 900 000-00-00")
    rid = desk.submitted(**fresh(**OTHER))
    assert call(desk, ANNA, rid, "+7 900 000-00-00") == "known-number-called"


# --- details-wait-for-call


def test_details_wait_for_call__once_and_only_while_it_is_submitted() -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh(**OTHER))
    act = desk.act(ANNA, rid, "confirm-details", facts={"phone": PHONE})
    assert desk.run(act).answers[act.uuid] is None
    assert desk.run(act).answers[act.uuid] is None  # the answer was lost, and it came again
    assert call(desk, ADA, rid) == "details-wait-for-call"
    other = desk.submitted(**fresh())
    assert call(desk, ANNA, other) == "details-wait-for-call"
    back = desk.submitted(**fresh(**OTHER))
    desk.run(desk.act(MIA, back, "withdraw"))
    assert call(desk, ANNA, back) == "details-wait-for-call"


def test_details_wait_for_call__what_was_seen_is_what_is_confirmed() -> None:
    desk = paid_before()
    rid = desk.submitted(**fresh(**OTHER))
    assert call(desk, ANNA, rid, seen="another page") == "approved-as-seen"
    desk.run(desk.act(HEAD, rid, "approve", link="n1"))
    assert call(desk, HEAD, rid, link="n1") == ""  # a refused step uses no link up


# --- duplicate-has-reason


def test_duplicate_has_reason__the_same_invoice_however_it_is_written() -> None:
    desk = Desk()
    first = desk.approved(invoice_no="№ 00-17/A")
    rid = desk.submitted(invoice_no="счет 17а", contractor="ООО Ромашка")
    assert f"already in {first}" in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == "duplicate-has-reason"
    assert approve(desk, HEAD, rid, "the second half, by contract") == ""
    event = last_event(desk, rid)
    assert event.data["overrides"] == [first]
    assert event.data["comment"] == "the second half, by contract"


def test_duplicate_has_reason__in_the_sheet_the_comment_may_come_later() -> None:
    desk = Desk()
    desk.approved(invoice_no="17")
    rid = desk.submitted(invoice_no="17")
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert "Add a comment why it is no duplicate" in desk.checks(rid)
    desk.comment(HEAD, rid, "an advance")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert last_event(desk, rid).data["comment"] == "an advance"


def test_duplicate_has_reason__the_same_file() -> None:
    desk = Desk()
    answers: Any = {**GOOD, "amount": "100"}
    desk.answer(MIA, send=True, files=["scan"], **answers)
    for _ in range(3):
        desk.take_answers()
    first = desk.last_row()
    answers |= fresh(inn=INN_OF_ANOTHER, contractor="ИП Лютик")
    desk.answer(MAX, send=True, files=["scan"], **answers)
    for _ in range(3):
        desk.take_answers()
    rid = desk.last_row()
    assert rid != first
    assert f"file is already in {first}" in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == "duplicate-has-reason"


def test_duplicate_has_reason__by_the_role_that_the_setting_names() -> None:
    desk = Desk(settings={"duplicate_override": "director"})
    desk.approved(invoice_no="17")
    rid = desk.submitted(invoice_no="17")
    assert approve(desk, HEAD, rid, "no duplicate") == "duplicate-has-reason"
    desk.comment(MIA, rid, "no duplicate")
    desk.run()
    assert approve(desk, HEAD, rid) == "duplicate-has-reason"
    desk.comment(DIRECTOR, rid, "agreed by contract")
    desk.run()
    assert approve(desk, HEAD, rid) == ""


def test_duplicate_has_reason__not_where_the_setting_says_warn() -> None:
    desk = Desk(settings={"duplicates": "warn"})
    first = desk.approved(invoice_no="17")
    rid = desk.submitted(invoice_no="17")
    assert first in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == ""


def test_duplicate_has_reason__what_was_given_up_does_not_count() -> None:
    desk = Desk()
    first = desk.submitted(invoice_no="17")
    desk.run(desk.act(HEAD, first, "reject", comment="no"))
    rid = desk.submitted(invoice_no="17")
    assert first not in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == ""


def test_duplicate_has_reason__both_in_one_pass() -> None:
    desk = Desk()
    rids = [desk.type(MIA, **GOOD, invoice_no="17") for _ in range(2)]
    for rid in rids:
        desk.status(MIA, rid, "Submitted")
    desk.run()
    assert rids[1] not in desk.cautions(rids[0])
    assert rids[0] in desk.cautions(rids[1])


def test_duplicate_has_reason__a_like_payment_only_warns_for_some_days() -> None:
    desk = Desk()
    first = desk.approved()
    rid = desk.submitted()
    assert f"requested lately: {first}" in desk.cautions(rid)
    assert approve(desk, HEAD, rid) == ""
    desk.run(later=timedelta(days=15))
    later = desk.submitted(pay_by=46520)
    assert desk.cautions(later) == ""
