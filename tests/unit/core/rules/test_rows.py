from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.projection import trace
from sheetflow.core.rules.case import EditCase
from sheetflow.core.rules.rows import id_is_kept, submitted_rows_stay
from sheetflow.model.cells import Cell
from sheetflow.model.request import Request
from tests.desk import ANNA, GOOD, HEAD, MIA, Desk
from tests.unit.core.outcome import assert_nothing_refused, assert_put_back, request_of

DAY = timedelta(days=1)


def type_over_id(desk: Desk, user: str, rid: str, text: Cell, *, seen: bool = True) -> None:
    """A person types over a row's id; the trigger reports the row by what stands there now."""
    row, column = desk.row_of(rid), desk.sheet.columns()["id"]
    desk.sheet._write(row, column, text)
    if seen:
        desk.sheet.inbox.append(desk.event(user, [(str(text), [("id", rid, str(text))])], exact=True))


def ids(desk: Desk) -> list[Cell]:
    column = desk.sheet.columns()["id"]
    return [row[column] for row in desk.sheet.rows]


# --- id-is-kept


def test_id_is_kept__a_row_without_one_gets_an_odd_one() -> None:
    desk = Desk()
    desk.sheet._write(0, desk.sheet.columns()["subject"], "typed where no trigger saw it")
    desk.run()
    assert ids(desk) == ["PR-000001"]
    assert_nothing_refused(desk)


@pytest.mark.parametrize("text", ["PR-9", "mine", "", "=ROW()", "PR-000001x"])
@pytest.mark.parametrize("seen", [True, False])
def test_id_is_kept__typed_over_and_put_back(text: str, seen: bool) -> None:
    desk = Desk()
    rid = desk.submitted()
    other = desk.submitted(subject="Pencils")
    type_over_id(desk, MIA, rid, text, seen=seen)
    desk.run()
    assert ids(desk) == [rid, other]
    assert_put_back(desk, rid, "id", "id-is-kept", to=MIA if seen else "", back=rid)


def test_id_is_kept__typed_over_with_another_requests_id() -> None:
    desk = Desk()
    one, two = desk.approved(), desk.submitted(subject="Pencils", amount=1)
    type_over_id(desk, MIA, two, one)
    assert desk.confirmed(one) == ""
    desk.run()
    assert ids(desk)[:2] == [one, two]
    assert (desk.confirmed(one), desk.confirmed(two)) == ("Approved", "Submitted")
    desk.verify()


def test_id_is_kept__an_edit_of_the_same_row_is_not_lost() -> None:
    desk = Desk()
    rid = desk.approved()
    type_over_id(desk, ANNA, rid, "mine")
    desk.sheet._write(0, desk.sheet.columns()["status"], "Paid")
    desk.sheet.inbox.append(desk.event(ANNA, [("mine", [("status", "Approved", "Paid")])], exact=True))
    desk.run()
    assert ids(desk) == [rid]
    assert desk.accepted(rid) == "Paid"


def test_id_is_kept__a_duplicated_row_gets_a_new_one_and_is_a_draft() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.sheet.rows.append(list(desk.sheet.rows[0]))
    assert desk.confirmed(rid) == ""
    desk.run()
    desk.run()
    new = str(ids(desk)[1])
    assert ids(desk)[0] == rid
    assert new != rid
    assert desk.accepted(rid) == "Approved"
    assert desk.confirmed(rid) == "Approved"
    assert desk.accepted(new) == "Draft"
    assert desk.cell(new, "status") == "Draft"
    assert desk.refusals == []
    desk.verify()


def test_id_is_kept__of_two_copies_the_changed_one_is_the_copy() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.sheet.rows.insert(0, list(desk.sheet.rows[0]))
    desk.sheet._write(0, desk.sheet.columns()["amount"], 999_999)
    desk.run()
    desk.run(later=timedelta(seconds=61))
    assert ids(desk)[1] == rid
    assert desk.cell(rid, "amount") == GOOD["amount"]
    assert desk.confirmed(rid) == "Approved"
    assert request_of(desk, str(ids(desk)[0])).cell("amount") == 999_999


# --- submitted-rows-stay


def test_submitted_rows_stay__a_draft_is_deleted() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    del desk.sheet.rows[0]
    desk.run()
    assert desk.sheet.rows == []
    assert request_of(desk, rid).deleted is not None
    commits = desk.sheet.commits
    desk.run(later=29 * DAY)
    assert desk.sheet.commits == commits
    desk.run(later=DAY)
    assert not any(row and row[0] == rid for row in desk.sheet.state)
    assert_nothing_refused(desk)


def test_submitted_rows_stay__a_deleted_draft_that_is_pasted_back_lives_on() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    row = desk.sheet.rows.pop()
    desk.run()
    desk.sheet.rows.append(row)
    desk.run()
    assert request_of(desk, rid).deleted is None
    desk.run(later=31 * DAY)
    assert desk.accepted(rid) == "Draft"
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"


@pytest.mark.parametrize("status", ["Submitted", "Approved", "Paid", "Returned", "Rejected", "withdrawn"])
def test_submitted_rows_stay__whatever_was_ever_submitted_comes_back(status: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    if status in ("Approved", "Paid"):
        desk.status(HEAD, rid, "Approved")
    if status == "Paid":
        desk.status(ANNA, rid, "Paid")
    if status in ("Returned", "Rejected"):
        desk.comment(HEAD, rid, "no")
        desk.status(HEAD, rid, status)
    if status == "withdrawn":
        desk.status(MIA, rid, "Draft")
    desk.run()
    accepted, row = desk.accepted(rid), list(desk.sheet.rows[0])
    del desk.sheet.rows[0]
    desk.run()
    assert desk.accepted(rid) == accepted
    assert desk.sheet.rows == [row]
    assert desk.confirmed(rid) == accepted
    assert desk.events(rid)[-1] == ("RowRestored", "unknown")
    commits = desk.sheet.commits
    desk.run()
    assert desk.sheet.commits == commits
    desk.verify()


def test_submitted_rows_stay__a_cleared_row_comes_back_too() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.sheet.rows[0] = []
    desk.run()
    assert desk.confirmed(rid) == "Approved"
    desk.verify()


def test_submitted_rows_stay__all_of_them_at_once() -> None:
    desk = Desk()
    rids = [desk.submitted(amount=n) for n in (1, 2, 3)]
    desk.sheet.rows.clear()
    desk.run()
    assert sorted(map(str, ids(desk))) == rids
    assert [desk.confirmed(rid) for rid in rids] == ["Submitted"] * 3


def test_submitted_rows_stay__a_wish_made_just_before_the_row_was_deleted_counts() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    del desk.sheet.rows[0]
    desk.run()
    desk.run()
    assert desk.confirmed(rid) == desk.accepted(rid)
    assert len(desk.sheet.rows) == 1


def test_submitted_rows_stay__a_row_pasted_over_another_loses_neither() -> None:
    desk = Desk()
    one, two = desk.approved(), desk.submitted(subject="Pencils", amount=1)
    desk.sheet.rows[1] = list(desk.sheet.rows[0])
    desk.run()
    desk.run()
    assert (desk.confirmed(one), desk.confirmed(two)) == ("Approved", "Submitted")
    desk.verify()


def test_submitted_rows_stay__a_draft_that_was_cancelled_has_a_history_and_stays_too() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.status(MIA, rid, "Cancelled")
    desk.run()
    del desk.sheet.rows[0]
    desk.run()
    assert desk.confirmed(rid) == "Cancelled"
    assert desk.cell(rid, "subject") == GOOD["subject"]
    desk.verify()


# --- the claims themselves


def test_id_is_kept__concerns_the_id_alone() -> None:
    assert id_is_kept(case_of("id", submitted=False)) is not None
    assert id_is_kept(case_of("amount", submitted=True)) is None


def test_submitted_rows_stay__concerns_what_was_ever_submitted() -> None:
    assert submitted_rows_stay(case_of("id", submitted=True)) is not None
    assert submitted_rows_stay(case_of("id", submitted=False)) is None


def case_of(column: str, *, submitted: bool) -> EditCase:
    desk = Desk()
    company = read_company(desk.sheet.people, desk.sheet.settings, desk.book)
    return EditCase(Request("PR-000002", submitted=submitted), None, column, "x", company)


# --- archived-is-closed


def test_archived_is_closed__a_closed_request_is_commented_on() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    report = desk.run(desk.act(MIA, rid, "comment", comment="thanks"))
    assert set(report.answers.values()) == {None}


def test_archived_is_closed__nothing_is_done_with_an_archived_one() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    row = desk.state_row(rid)
    request = request_of(desk, rid)
    request.archived = "archive-2026"
    row[:] = trace(row, request)
    desk.sheet.rows.clear()
    for act in ("comment", "reverse"):
        report = desk.run(desk.act(ANNA, rid, act, comment="again"))
        (refusal,) = report.answers.values()
        assert refusal is not None
        assert refusal.rule == "archived-is-closed"
    assert desk.sheet.rows == []
