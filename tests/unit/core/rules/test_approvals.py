from __future__ import annotations

import pytest

from sheetflow.model.cells import Cell
from tests.desk import ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MIA, Desk
from tests.unit.core.outcome import assert_nothing_refused, assert_put_back, fingerprint_of, request_of, staff

EURO: dict[str, Cell] = {
    "currency": "EUR", "account": "DE89370400440532013000", "inn": "", "kpp": "", "bik": "",
}  # fmt: skip

# --- no-self-approval


def test_no_self_approval__the_head_approves_a_managers_request() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert_nothing_refused(desk)


def test_no_self_approval__the_requester_in_another_role() -> None:
    desk = Desk()
    rid = desk.submitted(BOTH)
    desk.status(BOTH, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "no-self-approval", to=BOTH, back="Submitted")


def test_no_self_approval__another_address_of_the_same_person() -> None:
    desk = Desk(staff(f"{BOTH} | Boris | manager, approver | 500000 RUB | en | boris.home@mail.example"))
    rid = desk.submitted(BOTH)
    desk.status("Boris.Home@mail.example", rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "no-self-approval", to=BOTH, back="Submitted")


def test_no_self_approval__nor_on_the_page() -> None:
    desk = Desk()
    rid = desk.submitted(BOTH)
    act = desk.act(BOTH, rid, "approve", seen=fingerprint_of(desk, rid))
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "no-self-approval"
    assert desk.accepted(rid) == "Submitted"
    assert desk.letters() == []


def test_no_self_approval__a_director_who_asks_needs_another_one_too() -> None:
    desk = Desk(staff(f"{DIRECTOR} | Dora | manager, director"))
    rid = desk.submitted(DIRECTOR)
    desk.status(DIRECTOR, rid, "Approved")
    desk.run()
    assert_put_back(desk, rid, "status", "no-self-approval", to=DIRECTOR, back="Submitted")


def test_no_self_approval__an_admin_who_submits_for_somebody_does_not_become_the_requester() -> None:
    desk = Desk(staff(f"{ADMIN} | Ivan | admin, approver | 500000 RUB"))
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(ADMIN, rid, "Submitted")
    desk.run()
    assert request_of(desk, rid).requester == MIA
    assert [a for a, template in desk.letters() if template == "approve"] == [HEAD, BOTH, ADMIN]


# --- limit-covers-amount


@pytest.mark.parametrize("amount", [0.01, 499_999.99, 500_000, 500_000.0])
def test_limit_covers_amount__up_to_the_limit_itself(amount: float) -> None:
    desk = Desk()
    rid = desk.submitted(amount=amount)
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert_nothing_refused(desk)


@pytest.mark.parametrize("amount", [500_000.01, 500_001, 99_999_999])
def test_limit_covers_amount__one_kopeck_above_is_refused(amount: float) -> None:
    desk = Desk()
    rid = desk.submitted(amount=amount)
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert_put_back(desk, rid, "status", "limit-covers-amount", to=HEAD, back="Submitted")
    assert "RUB has to be approved by somebody whose limit" in desk.sheet.notes[rid, "status"]


def test_limit_covers_amount__the_director_has_none() -> None:
    desk = Desk()
    rid = desk.submitted(amount=99_999_999)
    desk.status(DIRECTOR, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"


def test_limit_covers_amount__each_currency_has_its_own() -> None:
    desk = Desk()
    within, above = desk.submitted(MIA, amount=5_000, **EURO), desk.submitted(MIA, amount=5_000.01, **EURO)
    desk.status(HEAD, within, "Approved")
    desk.status(HEAD, above, "Approved")
    desk.run()
    assert (desk.accepted(within), desk.accepted(above)) == ("Approved", "Submitted")
    assert_put_back(desk, above, "status", "limit-covers-amount", to=HEAD, back="Submitted")


def test_limit_covers_amount__a_limit_in_roubles_covers_no_dollar() -> None:
    desk = Desk()
    rid = desk.submitted(MIA, amount=10, **{**EURO, "currency": "USD"})
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert_put_back(desk, rid, "status", "limit-covers-amount", to=HEAD, back="Submitted")


def test_limit_covers_amount__no_limit_covers_nothing() -> None:
    desk = Desk(staff(f"{HEAD} | Olga | approver"))
    rid = desk.submitted(amount=0.01)
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert_put_back(desk, rid, "status", "limit-covers-amount", to=HEAD, back="Submitted")


def test_limit_covers_amount__a_limit_without_the_role_is_none() -> None:
    desk = Desk(staff(f"{ANNA} | Anna | accountant | 500000 RUB"))
    rid = desk.submitted()
    desk.status(ANNA, rid, "Approved")
    desk.run()
    assert_put_back(desk, rid, "status", "right-role", to=ANNA, back="Submitted")


# --- approved-as-seen


def test_approved_as_seen__a_row_as_it_was_submitted() -> None:
    desk = Desk()
    rid = desk.submitted(
        inn=7707083893, amount="12 500,50", currency="руб."
    )  # brought to normal form at submit
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert desk.confirmed(rid) == "Approved"
    assert_nothing_refused(desk)


def test_approved_as_seen__the_page_that_showed_what_was_submitted() -> None:
    desk = Desk()
    rid = desk.submitted()
    act = desk.act(HEAD, rid, "approve", seen=fingerprint_of(desk, rid))
    assert desk.run(act).answers[act.uuid] is None
    assert desk.accepted(rid) == "Approved"
    assert desk.cell(rid, "status") == "Approved"


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_approved_as_seen__a_page_that_showed_something_else(seen: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    act = desk.act(HEAD, rid, "approve", seen=seen)
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "approved-as-seen"
    assert desk.accepted(rid) == "Submitted"


def test_approved_as_seen__a_link_from_before_the_request_was_returned_and_changed() -> None:
    desk = Desk()
    rid = desk.submitted()
    old = fingerprint_of(desk, rid)
    desk.comment(HEAD, rid, "too much")
    desk.status(HEAD, rid, "Returned")
    desk.run()
    desk.edit(MIA, rid, "amount", 9_000)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    act = desk.act(HEAD, rid, "approve", seen=old)
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert refusal.rule == "approved-as-seen"
    assert desk.accepted(rid) == "Submitted"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("account", "40702810400000000001"),
        ("amount", 99_000),
        ("inn", "7702070139"),
        ("contractor", "ООО «Другая»"),
        ("bik", "044525225"),
        ("kpp", ""),
        ("corr_account", "30101810400000000225"),
        ("purpose", "Something else"),
        ("currency", "USD"),
        ("vat", "none"),
        ("invoice", "https://drive.example/other"),
    ],
)
def test_approved_as_seen__a_sealed_cell_was_different_when_approved(column: str, value: Cell) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(MIA, rid, column, value)
    assert desk.confirmed(rid) == ""
    desk.status(HEAD, rid, "Approved")
    assert desk.confirmed(rid) == ""
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert sorted(desk.refusals) == ["approved-as-seen", "fields-change-in-draft"]
    assert desk.cell(rid, column) == GOOD.get(column, "")
    assert sorted(desk.letters()) == [(MIA, "put-back"), (HEAD, "put-back")]
    assert desk.confirmed(rid) == "Submitted"


def test_approved_as_seen__a_cell_that_is_not_sealed_does_not_matter() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(MIA, rid, "details", "another bank's name")
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    assert desk.refusals == ["fields-change-in-draft"]


def test_approved_as_seen__a_cell_swapped_by_a_program_that_no_trigger_saw() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(MIA, rid, "account", "40702810400000000001", seen=False)
    desk.status(HEAD, rid, "Approved")
    assert desk.confirmed(rid) == ""
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert "approved-as-seen" in desk.refusals
    assert desk.cell(rid, "account") == GOOD["account"]


def test_approved_as_seen__swapped_and_swapped_back_around_the_approval() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(MIA, rid, "account", "40702810400000000001")
    desk.status(HEAD, rid, "Approved")
    desk.edit(MIA, rid, "account", GOOD["account"])
    desk.run()
    assert desk.accepted(rid) == "Submitted"  # nobody can say what was approved
    assert "approved-as-seen" in desk.refusals
