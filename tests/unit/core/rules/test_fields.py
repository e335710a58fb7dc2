from __future__ import annotations

from datetime import date, timedelta

import pytest

from sheetflow.core.rules.fields import check, seen_fingerprint
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import REQUIRED
from tests.desk import ADMIN, GOOD, MIA, STRANGER, Desk
from tests.unit.core.outcome import assert_nothing_refused, assert_put_back, fingerprint_of, request_of

CURRENCIES = ("RUB", "USD", "EUR", "CNY")
TODAY = date(2026, 11, 24)
GRACE = timedelta(seconds=60)
IBAN: dict[str, Cell] = {"account": "DE89370400440532013000", "currency": "EUR"}


def submit(desk: Desk, **changes: Cell) -> str:
    rid = desk.type(MIA, **{**GOOD, **changes})
    desk.run()
    desk.status(MIA, rid, "Submitted")
    desk.run()
    return rid


# --- required-fields


def test_required_fields__all_of_them_filled() -> None:
    desk = Desk()
    rid = submit(desk, kpp="", vat="", contractor_email="")
    assert desk.accepted(rid) == "Submitted"
    assert_nothing_refused(desk)


@pytest.mark.parametrize("column", [*REQUIRED, "bik"])
@pytest.mark.parametrize("blank", ["", "   "])
def test_required_fields__without_any_one_it_is_not_sent(column: str, blank: str) -> None:
    desk = Desk()
    rid = submit(desk, **{column: blank})
    label = desk.book.own.label("columns", column)
    assert desk.accepted(rid) == "Draft"
    assert f"Still needed: {label}." in desk.checks(rid)
    assert label in desk.sheet.notes[rid, "status"]
    assert_put_back(desk, rid, "status", "required-fields", to=MIA, back="Draft")


def test_required_fields__a_draft_says_what_is_missing_before_anybody_asks() -> None:
    desk = Desk()
    rid = desk.type(MIA, subject="Paper")
    desk.run()
    assert "Still needed: Contractor, Amount, Currency" in desk.checks(rid)
    assert_nothing_refused(desk)


def test_required_fields__a_foreign_payee_needs_no_inn_and_no_bik() -> None:
    desk = Desk()
    rid = submit(desk, **IBAN, inn="", kpp="", bik="")
    assert desk.accepted(rid) == "Submitted"


def test_required_fields__a_dollar_account_in_russia_needs_no_bik_by_this_rule() -> None:
    _, problems = check({**GOOD, "currency": "USD", "bik": ""}, CURRENCIES, TODAY)
    assert problems == []


def test_required_fields__the_page_asks_the_same() -> None:
    desk = Desk()
    rid = desk.type(MIA, **{**GOOD, "purpose": ""})
    desk.run()
    act = desk.act(MIA, rid, "submit")
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "required-fields"
    assert desk.accepted(rid) == "Draft"


# --- valid-fields


@pytest.mark.parametrize(
    ("column", "typed", "kept"),
    [
        ("inn", 7707083893, "7707083893"),
        ("inn", " 7707083893 ", "7707083893"),
        ("bik", 49805746, "049805746"),
        ("amount", "12 500,50", 12500.5),
        ("amount", 12500, 12500),
        ("currency", "руб.", "RUB"),
        ("currency", "rub", "RUB"),
        ("pay_by", "23.04.2027", 46500),
        ("pay_by", 46350, 46350),
        ("account", "40602 810 7 0000 0000025", "40602810700000000025"),
        ("contractor_email", " a@b.example ", "a@b.example"),
        ("details", "line one\nline two", "line one\nline two"),
        ("purpose", "оплата 🙂 عربى", "оплата 🙂 عربى"),
        ("subject", "x" * 2_000, "x" * 2_000),
    ],
)
def test_valid_fields__accepted_in_normal_form(column: str, typed: Cell, kept: Cell) -> None:
    desk = Desk()
    rid = submit(desk, **{column: typed})
    assert desk.accepted(rid) == "Submitted"
    assert request_of(desk, rid).cell(column) == kept
    assert canonical(desk.cell(rid, column)) == canonical(kept)
    assert desk.confirmed(rid) == "Submitted"
    assert desk.refusals == []


def test_valid_fields__a_zero_that_was_put_back_is_said_in_a_note() -> None:
    desk = Desk()
    rid = submit(desk, bik=49805746)
    assert desk.sheet.notes[rid, "bik"].startswith("A zero that was lost")


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("inn", "7707083894", "inn-check-digit"),
        ("inn", "770708389", "inn-length"),
        ("inn", "ООО", "inn-not-digits"),
        ("kpp", "12345", "kpp-format"),
        ("bik", "0498057", "bik-length"),
        ("bik", "044525593", "account-key"),
        ("account", "40602810700000000026", "account-key"),
        ("account", 4.06028107e19, "account-lost-digits"),
        ("account", "DE88370400440532013000", "iban-check-digits"),
        ("corr_account", "30101810400000000225", "corr-account-other-bank"),
        ("amount", 0, "amount-not-positive"),
        ("amount", -5, "amount-not-positive"),
        ("amount", "1,234", "amount-ambiguous"),
        ("amount", "much", "amount-not-a-number"),
        ("amount", 100_000_000_000.01, "amount-too-large"),
        ("amount", 0.001, "amount-too-precise"),
        ("amount", "500 USD", "amount-other-currency"),
        ("amount", True, "amount-not-a-number"),
        ("currency", "doubloons", "currency-unknown"),
        ("currency", "GBP", "currency-not-allowed"),
        ("currency", "¥", "currency-ambiguous"),
        ("pay_by", 46349, "date-past"),
        ("pay_by", "soon", "date-not-a-date"),
        ("pay_by", "31.02.2027", "date-impossible"),
        ("invoice_date", "05/06/2026", "date-ambiguous"),
        ("invoice_date", 12, "date-out-of-range"),
        ("contractor_email", "a@b.example, c@d.example", "email-malformed"),
        ("contractor_email", "a@b.example\nBcc: all@firm.example", "email-malformed"),
        ("contractor_email", "nobody", "email-malformed"),
        ("purpose", "x" * 5_000, "text-too-long"),
        ("subject", "x" * 2_001, "text-too-long"),
        ("contractor", "a¦b", "text-has-seal-sign"),
        ("details", "a\u0007b", "text-has-control-characters"),
    ],
)
def test_valid_fields__refused_with_words(column: str, value: Cell, problem: str) -> None:
    desk = Desk()
    rid = submit(desk, **{column: value})
    assert desk.accepted(rid) == "Draft"
    assert problem in [facts["problem"] for _, _, facts in request_of(desk, rid).problems]
    assert "{" not in desk.checks(rid)
    assert_put_back(desk, rid, "status", "valid-fields", to=MIA, back="Draft")


def test_valid_fields__what_was_put_right_is_sent() -> None:
    desk = Desk()
    rid = submit(desk, inn="7707083894")
    desk.edit(MIA, rid, "inn", "7707083893")
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert desk.checks(rid) == ""


def test_valid_fields__an_amount_that_is_text_becomes_the_number_that_it_says() -> None:
    desk = Desk()
    rid = submit(desk, amount="73115.75")
    assert desk.cell(rid, "amount") == 73115.75  # a formula in a Russian sheet makes nothing of the text
    assert desk.accepted(rid) == "Submitted"
    desk.sheet._write(desk.row_of(rid), desk.sheet.columns()["amount"], "73115.75")
    desk.run()
    assert desk.cell(rid, "amount") == 73115.75
    assert_nothing_refused(desk)


def test_valid_fields__the_day_to_pay_by_is_judged_in_the_companys_time_zone() -> None:
    tokyo = Desk(settings={"time_zone": "Asia/Tokyo"})
    tokyo.clock.at = tokyo.clock.at.replace(hour=16)  # already the 25th there
    rid = submit(tokyo, pay_by=46350)
    assert tokyo.refusals == ["valid-fields"]
    assert tokyo.accepted(rid) == "Draft"


def test_valid_fields__every_problem_stands_in_checks_in_the_sheets_order() -> None:
    _, problems = check({**GOOD, "inn": "1", "amount": 0, "purpose": ""}, CURRENCIES, TODAY)
    assert [(rule, column) for rule, column, _ in problems] == [
        ("valid-fields", "amount"),
        ("valid-fields", "inn"),
        ("required-fields", ""),
    ]


def test_valid_fields__normal_forms_are_stable() -> None:
    given = {**GOOD, "inn": 7707083893, "amount": "12 500,50", "currency": "руб.", "bik": 49805746}
    normal, problems = check(given, CURRENCIES, TODAY)
    assert problems == []
    assert check({**given, **normal}, CURRENCIES, TODAY) == ({}, [])
    assert seen_fingerprint(given, CURRENCIES) == seen_fingerprint({**given, **normal}, CURRENCIES)


# --- payee-author-known


def test_payee_author_known__the_requester_typed_it() -> None:
    desk = Desk()
    rid = submit(desk)
    assert request_of(desk, rid).unsigned == set()
    assert desk.accepted(rid) == "Submitted"


def unsigned(desk: Desk) -> str:
    """A draft of Mia's whose account a program wrote."""
    rid = desk.type(MIA, **{key: cell for key, cell in GOOD.items() if key != "account"})
    desk.run()
    desk.edit(MIA, rid, "account", GOOD["account"], seen=False)
    desk.run()
    desk.run(later=GRACE)
    assert request_of(desk, rid).unsigned == {"account"}
    return rid


def test_payee_author_known__a_program_wrote_the_account() -> None:
    desk = Desk()
    rid = unsigned(desk)
    assert "Nobody is known to have typed Account" in desk.checks(rid)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert_put_back(desk, rid, "status", "payee-author-known", to=MIA, back="Draft")


def test_payee_author_known__she_typed_it_again() -> None:
    desk = Desk()
    rid = unsigned(desk)
    desk.edit(MIA, rid, "account", GOOD["account"])
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_nothing_refused(desk)


def test_payee_author_known__she_confirmed_exactly_this_on_the_page() -> None:
    desk = Desk()
    rid = unsigned(desk)
    seen = seen_fingerprint(request_of(desk, rid).cells, CURRENCIES)
    act = desk.act(MIA, rid, "submit", seen=seen)
    assert desk.run(act).answers[act.uuid] is None
    assert desk.accepted(rid) == "Submitted"
    assert fingerprint_of(desk, rid) == seen


def test_payee_author_known__it_changed_after_the_page_was_opened() -> None:
    desk = Desk()
    rid = unsigned(desk)
    seen = seen_fingerprint(request_of(desk, rid).cells, CURRENCIES)
    desk.edit(STRANGER, rid, "contractor", "ООО «Другая»", seen=False)
    desk.run()
    desk.run(later=GRACE)
    act = desk.act(MIA, rid, "submit", seen=seen)
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "payee-author-known"
    assert desk.accepted(rid) == "Draft"


def test_payee_author_known__an_admin_does_not_vouch_for_it_in_the_sheet() -> None:
    desk = Desk()
    rid = unsigned(desk)
    desk.status(ADMIN, rid, "Submitted")
    desk.run()
    assert_put_back(desk, rid, "status", "payee-author-known", to=ADMIN, back="Draft")


def test_payee_author_known__a_row_that_no_trigger_saw_has_no_requester_until_somebody_sends_it() -> None:
    desk = Desk()
    rid = "PR-000002"
    desk.sheet._write(0, desk.sheet.columns()["id"], rid)
    for key, value in GOOD.items():
        desk.edit("", rid, key, value, seen=False)
    desk.run()
    desk.run(later=GRACE)
    assert request_of(desk, rid).requester == ""
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert_put_back(desk, rid, "status", "payee-author-known", to=MIA, back="Draft")


def test_payee_author_known__somebody_who_cleared_a_payee_field_is_nobodys_worry() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit("", rid, "kpp", "", seen=False)
    desk.run()
    desk.run(later=GRACE)
    assert request_of(desk, rid).unsigned == set()
