"""The contractor book: filled by approvals, read by drafts, and a changed account said aloud."""

from __future__ import annotations

from typing import Any

import pytest

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
