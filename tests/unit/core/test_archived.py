from __future__ import annotations

from datetime import timedelta
from typing import Any

from sheetflow.core import archived, folding
from sheetflow.core.decide import decide
from sheetflow.core.projection import CONFIRMED, DATA, SEAL, WIDTH, from_row
from sheetflow.model.cells import Cell
from tests.archiving import YEAR, archive, leaving
from tests.desk import ANNA, GOOD, HEAD, MAX, MIA, Desk

DAY = timedelta(days=1)


def answered(desk: Desk, edits: str = "", **changes: Cell) -> str:
    cells: dict[str, Any] = {**GOOD, **changes}
    return desk.answer(MIA, edits=edits, send=True, **cells)


def paid(desk: Desk, **changes: Cell) -> str:
    rid = desk.approved(**changes)
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    return rid


def test_leaving__only_what_was_closed_long_enough_ago() -> None:
    desk = Desk()
    old = paid(desk)
    desk.clock.at += 60 * DAY
    paid(desk, invoice_no="18", amount=70)
    desk.approved(invoice_no="19", amount=80)
    desk.clock.at += 30 * DAY
    assert [one.request.id for one in leaving(desk)] == [old]
    assert leaving(desk, 91) == []


def test_leaving__rejected_and_cancelled_ones_too() -> None:
    desk = Desk()
    rejected, cancelled = desk.submitted(), desk.type(MIA, **{**GOOD, "amount": 5})
    desk.run()
    desk.comment(HEAD, rejected, "no")
    desk.status(HEAD, rejected, "Rejected")
    desk.comment(MIA, cancelled, "not needed")
    desk.status(MIA, cancelled, "Cancelled")
    desk.run()
    desk.run(later=91 * DAY)
    assert {one.request.id for one in leaving(desk)} == {rejected, cancelled}


def test_leaving__the_row_is_what_people_saw_by_the_registry_s_columns() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.run(later=91 * DAY)
    (one,) = leaving(desk)
    row = dict(zip(archived.KEYS, one.row, strict=True))
    assert (row["id"], row["status"], row["confirmed"]) == (rid, "Paid", "Paid")
    assert (row["contractor"], row["amount"], row["paid"]) == (GOOD["contractor"], 12500.5, 12500.5)
    assert (row["requester"], row["approver"], one.year) == ("Mia", "Olga", "2026")


def test_leaving__a_row_that_stands_otherwise_twice_or_nowhere_stays() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.run(later=91 * DAY)
    row = desk.row_of(rid)
    desk.edit(MIA, rid, "subject", "Other", seen=False)
    assert leaving(desk) == []
    desk.edit(MIA, rid, "subject", GOOD["subject"], seen=False)
    desk.sheet.rows.append(list(desk.sheet.rows[row]))
    assert leaving(desk) == []
    desk.sheet.rows.clear()
    assert leaving(desk) == []


def test_leaving__an_edit_that_no_pass_has_taken_waits_for_it() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.run(later=91 * DAY)
    desk.comment(ANNA, rid, "see the act")
    assert leaving(desk) == []
    desk.run()
    assert [one.request.id for one in leaving(desk)] == [rid]


def test_batch__is_of_one_year_and_no_more_than_asked() -> None:
    desk = Desk()
    first = [paid(desk, amount=amount) for amount in (10, 20, 30)]
    desk.clock.at += 60 * DAY
    later = paid(desk, amount=40)
    desk.run(later=91 * DAY)
    found = leaving(desk)
    assert [one.request.id for one in found] == [*first, later]
    assert [one.request.id for one in archived.batch(found)] == first
    assert [one.request.id for one in archived.batch(found, 2)] == first[:2]


def test_missing__a_copy_that_is_there_is_not_made_again() -> None:
    desk = Desk()
    first, second = paid(desk, amount=10), paid(desk, amount=20)
    desk.run(later=91 * DAY)
    one, two = leaving(desk)
    assert archived.missing([one, two], []) == [one, two]
    assert archived.missing([one, two], [one.row]) == [two]
    changed = [*one.row]
    changed[archived.KEYS.index("comment")] = "other"
    assert archived.missing([one, two], [changed, two.row]) == [one]
    assert (one.request.id, two.request.id) == (first, second)


def test_trace__history_holds_and_knows_where_it_is() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.run(later=91 * DAY)
    full = from_row(desk.state_row(rid))
    (one,) = leaving(desk)
    assert archive(desk) == [rid]
    desk.run()
    assert desk.sheet.rows == []
    events = desk.sheet.read_history()[1]
    assert events[-1].data == {"spreadsheet": YEAR, "fingerprint": one.digest}
    told = folding.fold(events)[rid]
    assert (told.archived, told.status, told.cells) == (YEAR, "Paid", full.cells)
    assert (told.paid, told.requester, told.updated) == (full.paid, full.requester, full.updated)


def test_trace__is_short_and_decided_upon_no_more() -> None:
    desk = Desk()
    rid = paid(desk, comment="x" * 500, purpose="y" * 200)
    desk.run(later=91 * DAY)
    before = sum(len(str(cell)) for cell in desk.state_row(rid))
    archive(desk)
    row = desk.state_row(rid)
    assert sum(len(str(cell)) for cell in row) < before / 2
    assert (row[CONFIRMED], row[SEAL], len(row)) == ("", "", WIDTH)
    commits = desk.sheet.commits
    desk.run()
    desk.run(later=400 * DAY)
    assert (desk.sheet.commits, desk.sheet.rows, desk.refusals) == (commits, [], [])
    assert leaving(desk) == []


def test_trace__an_archived_paid_invoice_is_found_when_it_comes_again() -> None:
    desk = Desk()
    rid = paid(desk, invoice_no="17")
    desk.run(later=400 * DAY)
    archive(desk)
    again = desk.type(MAX, **{**GOOD, "invoice_no": "№ 17", "pay_by": 47000})
    desk.status(MAX, again, "Submitted")
    desk.run()
    assert rid in desk.cautions(again)
    assert "duplicate-invoice" in [key for key, _ in from_row(desk.state_row(again)).cautions]
    desk.status(HEAD, again, "Approved")
    desk.run()
    assert desk.accepted(again) == "Submitted"  # a reason is needed


def test_trace__a_row_that_comes_back_is_a_stranger_with_a_number_of_its_own() -> None:
    desk = Desk()
    rid = paid(desk)
    desk.run(later=91 * DAY)
    row = list(desk.sheet.rows[desk.row_of(rid)])
    archive(desk)
    trace = desk.state_row(rid)
    desk.sheet.rows.append(row)
    assert desk.confirmed(rid) == ""
    desk.run()
    desk.run(later=61 * timedelta(seconds=1))
    new = desk.last_row()
    assert new != rid
    assert (desk.accepted(new), desk.cell(new, "status")) == ("Draft", "Draft")
    assert desk.state_row(rid) == trace
    assert "PR-" in new
    assert int(new[3:]) > int(rid[3:])


def test_trace__a_late_answer_of_the_form_makes_nothing_new() -> None:
    desk = Desk()
    answer = answered(desk)
    desk.take_answers()
    rid = desk.last_row()
    desk.status(HEAD, rid, "Approved")
    desk.run()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    desk.run(later=91 * DAY)
    assert archive(desk) == [rid]
    answered(desk, edits=answer, amount=1)
    desk.take_answers()
    assert desk.sheet.rows == []
    assert len([row for row in desk.sheet.state if row and row[0]]) == 1


def test_decide__deciding_again_on_what_a_move_wrote_decides_nothing() -> None:
    desk = Desk()
    paid(desk)
    desk.run(later=91 * DAY)
    archive(desk)
    snapshot = desk.sheet.read()
    assert decide(snapshot, desk.book, snapshot.now).events == []
    assert '"archived"' in str(desk.sheet.state[0][DATA])
