"""The contractor book: filled by approvals, read by drafts, and a changed account said aloud."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sheetflow.app.banks import load_banks
from sheetflow.banking.bank_directory import Bank
from tests.desk import GOOD, MIA, Desk

SHORT: dict[str, Any] = {"subject": "Pens", "amount": 300, "currency": "RUB", "pay_by": 46500}
"""What nobody but the manager knows."""


@pytest.fixture
def desk() -> Desk:
    found = Desk()
    found.approved()
    return found


def test_book__keeps_what_was_approved_once(desk: Desk) -> None:
    assert [row[1] for row in desk.sheet.contractors[1:]] == [GOOD["inn"]]
    desk.approved(subject="More paper")
    assert len(desk.sheet.contractors) == 2


def test_complete__from_the_inn_alone(desk: Desk) -> None:
    rid = desk.type(MIA, **SHORT, inn=GOOD["inn"])
    desk.run()
    for key in ("contractor", "kpp", "bik", "account", "details", "purpose", "vat", "contractor_email"):
        assert desk.cell(rid, key) == GOOD[key], key
    assert "contractor book" in desk.sheet.notes[(rid, "account")]
    assert desk.checks(rid) == ""
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    desk.verify()


def test_complete__all_of_the_account_with_its_correspondent_account(desk: Desk) -> None:
    whole = {"bik": "044525225", "account": "40702810900000005555", "corr_account": "30101810400000000225"}
    desk.approved(**{**GOOD, **whole, "inn": "7736207543", "contractor": "ООО «Лютик»"})
    rid = desk.type(MIA, **SHORT, inn="7736207543")
    desk.run()
    assert {key: desk.cell(rid, key) for key in whole} == whole


def test_complete__from_the_name_however_it_is_quoted(desk: Desk) -> None:
    rid = desk.type(MIA, **SHORT, contractor="ооо ромашка")
    desk.run()
    assert (desk.cell(rid, "inn"), desk.cell(rid, "account")) == (GOOD["inn"], GOOD["account"])


def test_complete__before_a_submit_in_the_same_pass(desk: Desk) -> None:
    rid = desk.type(MIA, **SHORT, inn=GOOD["inn"])
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert desk.confirmed(rid) == "Submitted"


def test_complete__what_was_cleared_stays_cleared(desk: Desk) -> None:
    rid = desk.type(MIA, **SHORT, inn=GOOD["inn"])
    desk.run()
    desk.edit(MIA, rid, "contractor_email", "")
    desk.run()
    desk.run()
    assert desk.cell(rid, "contractor_email") == ""


def test_complete__an_own_account_is_not_mixed_with_the_books(desk: Desk) -> None:
    rid = desk.type(MIA, **SHORT, inn=GOOD["inn"], account="40702810900000005555")
    desk.run()
    assert desk.cell(rid, "bik") == ""
    assert desk.cell(rid, "contractor") == GOOD["contractor"]
    assert "not in the contractor book" in desk.checks(rid)


def test_cautions__a_changed_account_is_said_to_the_approver(desk: Desk) -> None:
    changed = {**GOOD, "bik": "044525225", "account": "40702810900000005555", "corr_account": ""}
    rid = desk.type(MIA, **changed)
    desk.run()
    assert "commonest payment fraud" in desk.checks(rid)


def test_complete__of_two_accounts_the_manager_is_asked(desk: Desk) -> None:
    columns = desk.sheet.contractors[0]
    second = list(desk.sheet.contractors[1])
    second[columns.index("Account")] = "40702810900000005555"
    desk.sheet.contractors.append(second)
    rid = desk.type(MIA, **SHORT, inn=GOOD["inn"])
    desk.run()
    assert desk.cell(rid, "account") == ""
    assert desk.cell(rid, "contractor") == GOOD["contractor"]
    assert "40702810900000005555" in desk.checks(rid)


# --- the bank


@pytest.fixture
def banks(desk: Desk) -> Desk:
    desk.sheet.token = replace(desk.sheet.token, sheets={**desk.sheet.token.sheets, "banks": 113})
    bank = Bank("044525225", "ПАО Сбербанк", "30101810400000000225", "Москва")
    assert load_banks(desk.sheet, {bank.bik: bank}, desk.nonces) == 1
    return desk


def test_bank__is_filled_from_the_bik_alone(banks: Desk) -> None:
    rid = banks.type(MIA, **SHORT, bik="044525225")
    banks.run()
    assert banks.cell(rid, "corr_account") == "30101810400000000225"
    assert banks.cell(rid, "details") == "ПАО Сбербанк, Москва"
    assert "BIK" in banks.sheet.notes[(rid, "details")]


def test_bank__is_read_only_when_a_draft_asks_for_it(banks: Desk) -> None:
    banks.type(MIA, **SHORT)
    banks.run()
    assert banks.sheet.bank_reads == 0
    banks.type(MIA, **SHORT, bik="044525225")
    banks.run()
    banks.run()
    assert banks.sheet.bank_reads == 1


def test_bank__own_words_stay(banks: Desk) -> None:
    rid = banks.type(MIA, **SHORT, bik="044525225", details="Our old bank")
    banks.run()
    assert (banks.cell(rid, "details"), banks.cell(rid, "corr_account")) == (
        "Our old bank", "30101810400000000225",
    )  # fmt: skip


def test_bank__nothing_is_asked_for_without_a_directory(desk: Desk) -> None:
    desk.type(MIA, **SHORT, bik="044525225")
    desk.run()
    assert desk.sheet.bank_reads == 0
