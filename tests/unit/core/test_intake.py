"""The form's door: each answer once, in order, and as good as a row that was typed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sheetflow.core.intake import REMEMBERED, remember, unseen
from sheetflow.errors import Unavailable
from sheetflow.model.events import Response
from tests.desk import ADMIN, BOTH, GOOD, HEAD, MAX, MIA, START, STRANGER, Desk

TYPED: dict[str, Any] = {**GOOD, "amount": "12 500,50", "pay_by": "2027-04-23"}
"""An answer as the form gives it: texts."""


@pytest.fixture
def desk() -> Desk:
    found = Desk()
    found.run()
    return found


def test_answer__becomes_a_draft_as_if_it_was_typed(desk: Desk) -> None:
    desk.answer(MIA, **TYPED)
    desk.take_answers()
    rid = desk.last_row()
    assert (rid, desk.accepted(rid), desk.cell(rid, "status")) == ("PR-000001", "Draft", "Draft")
    assert (desk.cell(rid, "amount"), desk.cell(rid, "pay_by")) == (12500.5, 46500)
    assert desk.state_row(rid)[4] == "Mia"
    assert desk.checks(rid) == ""
    assert desk.confirmed(rid) == "Draft"
    assert desk.letters() == []


def test_answer__is_sent_at_once_when_it_says_so(desk: Desk) -> None:
    desk.answer(MIA, send=True, **TYPED)
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Submitted", "Submitted")
    assert desk.letters() == [(HEAD, "approve"), (BOTH, "approve")]
    desk.verify()


def test_answer__that_cannot_be_sent_stays_a_draft_with_words(desk: Desk) -> None:
    desk.answer(MIA, send=True, **{**TYPED, "inn": "7707083894"})
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Draft", "Draft")
    assert "INN" in desk.checks(rid)
    assert desk.letters() == [(MIA, "put-back")]


def test_answer__is_taken_once_however_often_it_is_shown(desk: Desk) -> None:
    desk.answer(MIA, **TYPED)
    desk.take_answers()
    commits = desk.sheet.commits
    desk.take_answers()
    desk.take_answers()
    assert desk.sheet.commits == commits
    assert len(desk.sheet.rows) == 1


def test_answer__edited_changes_a_draft(desk: Desk) -> None:
    known = desk.answer(MIA, **TYPED)
    desk.take_answers()
    desk.answer(MIA, edits=known, **{**TYPED, "amount": "700", "subject": "Pencils"})
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.cell(rid, "amount"), desk.cell(rid, "subject")) == (700, "Pencils")
    assert len(desk.sheet.rows) == 1
    desk.run()
    assert desk.refusals == []


def test_answer__edited_later_is_refused_and_said(desk: Desk) -> None:
    known = desk.answer(MIA, send=True, **TYPED)
    desk.take_answers()
    desk.mail.sent.clear()
    desk.answer(MIA, edits=known, **{**TYPED, "amount": "700"})
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.accepted(rid), desk.cell(rid, "amount")) == ("Submitted", 12500.5)
    assert desk.refusals == ["fields-change-in-draft"]
    assert desk.letters() == [(MIA, "put-back")]
    desk.take_answers()
    assert desk.letters() == [(MIA, "put-back")]


def test_answer__of_a_stranger_waits_for_an_admin(desk: Desk) -> None:
    desk.answer(STRANGER, send=True, **TYPED)
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.accepted(rid), desk.state_row(rid)[4]) == ("Draft", "")
    assert desk.letters() == [(ADMIN, "stranger")]
    desk.run(desk.act(ADMIN, rid, "submit"))
    assert desk.accepted(rid) == "Draft"  # the payee came from nobody known: the admin has to look at it


def test_answer__of_somebody_who_may_not_ask_is_a_draft_that_says_whose_it_can_be(desk: Desk) -> None:
    desk.answer(HEAD, send=True, **TYPED)
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.accepted(rid), desk.refusals) == ("Draft", ["right-role"])
    assert "It is nobody's request yet" in desk.checks(rid)
    for key in ("account", "bik", "contractor", "inn", "kpp"):
        desk.edit(MIA, rid, key, TYPED[key])
    desk.run(desk.act(MIA, rid, "submit"))
    assert (desk.accepted(rid), "nobody's" in desk.checks(rid)) == ("Submitted", False)


def test_answer__of_somebody_else_does_not_change_a_draft_of_mine(desk: Desk) -> None:
    known = desk.answer(MIA, **TYPED)
    desk.take_answers()
    desk.answer(MAX, edits=known, **{**TYPED, "account": "40702810900000005555"})
    desk.take_answers()
    rid = desk.last_row()
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Draft"
    assert "payee-author-known" in desk.refusals or desk.cell(rid, "account") == GOOD["account"]


def test_answer__with_a_formula_stays_text_and_is_held(desk: Desk) -> None:
    desk.answer(MIA, send=True, **{**TYPED, "subject": '=IMPORTXML("https://x.example")'})
    desk.take_answers()
    rid = desk.last_row()
    assert desk.accepted(rid) == "Draft"
    assert "formula" in desk.checks(rid)


def test_answers__five_hundred_are_taken_in_order_by_a_few_passes(desk: Desk) -> None:
    for number in range(500):
        desk.answer(MIA, **{**TYPED, "subject": f"Paper {number}"})
    desk.sheet.reads = desk.sheet.commits = 0
    passes = 0
    while True:
        passes += 1
        if not desk.take_answers().more:
            break
    assert (passes, desk.sheet.reads, desk.sheet.commits) == (5, 5, 5)
    assert [row[desk.sheet.columns()["subject"]] for row in desk.sheet.rows] == [
        f"Paper {n}" for n in range(500)
    ]
    desk.take_answers()
    assert len(desk.sheet.rows) == 500


def test_answer__that_is_shown_late_is_still_taken(desk: Desk) -> None:
    desk.answer(MIA, **{**TYPED, "subject": "First"})
    late = desk.forms.answers.pop()
    desk.answer(MIA, **{**TYPED, "subject": "Second"})
    desk.forms.answers[-1] = Response("answer-2", desk.clock.at, MIA, desk.forms.answers[-1].cells)
    desk.take_answers()
    desk.forms.answers.append(late)
    desk.take_answers()
    assert [row[desk.sheet.columns()["subject"]] for row in desk.sheet.rows] == ["Second", "First"]


def test_remember__keeps_the_newest() -> None:
    answers = [Response(f"a{n}", START + timedelta(seconds=n), MIA, {}) for n in range(REMEMBERED + 50)]
    form = remember({}, answers)
    assert len(form) == REMEMBERED
    assert unseen(answers, form) == []
    newer = Response("new", START + timedelta(hours=1), MIA, {})
    assert unseen([*answers, newer], form) == [newer]


def test_answer__edited_leaves_alone_what_was_changed_in_the_sheet_since(desk: Desk) -> None:
    known = desk.answer(MIA, **TYPED)
    desk.take_answers()
    rid = desk.last_row()
    desk.edit(MIA, rid, "amount", 900)
    desk.run()
    desk.answer(MIA, edits=known, **{**TYPED, "subject": "Pencils"})
    desk.take_answers()
    assert (desk.cell(rid, "amount"), desk.cell(rid, "subject")) == (900, "Pencils")


def test_answer__edited_takes_away_what_it_said_before_and_nothing_that_was_filled_in(desk: Desk) -> None:
    desk.approved()
    short = {key: TYPED[key] for key in ("subject", "amount", "currency", "pay_by", "inn")}
    known = desk.answer(MIA, **short, comment="Soon, please")
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.cell(rid, "account"), desk.cell(rid, "comment")) == (GOOD["account"], "Soon, please")
    desk.answer(MIA, edits=known, **short)
    desk.take_answers()
    assert (desk.cell(rid, "account"), desk.cell(rid, "comment")) == (GOOD["account"], "")


def test_answer__edited_brings_a_deleted_draft_back(desk: Desk) -> None:
    known = desk.answer(MIA, **TYPED)
    desk.take_answers()
    rid = desk.last_row()
    desk.sheet.rows.pop()
    desk.run()
    assert desk.sheet.rows == []
    desk.answer(MIA, edits=known, send=True, **{**TYPED, "subject": "Pencils"})
    desk.take_answers()
    assert (desk.last_row(), desk.cell(rid, "subject"), desk.accepted(rid)) == (rid, "Pencils", "Submitted")
    assert desk.letters() == [(HEAD, "approve"), (BOTH, "approve")]
    desk.verify()


def test_answer__can_fill_no_column_that_it_is_not_asked_for(desk: Desk) -> None:
    desk.answer(MIA, **TYPED, to_pay=True, pay_from="40702810900000005555", status="Approved", nonsense="x")
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.cell(rid, "to_pay"), desk.cell(rid, "pay_from"), desk.accepted(rid)) == ("", "", "Draft")


@pytest.mark.parametrize(("who", "filed"), [(MIA, ["1AbCdEfGhIjKlMnOp"]), (STRANGER, [])])
def test_answer__with_a_link_moves_a_file_for_its_requester_alone(
    desk: Desk, who: str, filed: list[str]
) -> None:
    desk.answer(who, **TYPED, invoice="https://drive.google.com/open?id=1AbCdEfGhIjKlMnOp")
    desk.take_answers()
    assert desk.files.filed == filed


def test_answer__that_the_token_forgot_is_known_by_the_state(desk: Desk) -> None:
    desk.answer(MIA, **TYPED)
    desk.take_answers()
    desk.sheet.token = replace(desk.sheet.token, form={})
    desk.take_answers()
    assert len(desk.sheet.rows) == 1
    assert not desk.sheet.token.form


@pytest.mark.parametrize(
    "text", ["x" * 60_000, '"' * 60_000, "\u0001" * 60_000], ids=["long", "quotes", "signs"]
)
def test_answer__however_long_stops_no_pass(desk: Desk, text: str) -> None:
    everything = dict.fromkeys([*TYPED, "comment", "department", "category", "invoice_no"], text)
    desk.answer(STRANGER, send=True, **everything)
    desk.answer(MIA, **TYPED)
    desk.take_answers()
    assert [row[desk.sheet.columns()["subject"]] for row in desk.sheet.rows][1] == GOOD["subject"]
    assert desk.letters() == [(ADMIN, "stranger")]
    tabs = (desk.sheet.rows, desk.sheet.state, desk.sheet.outbox, desk.sheet.history)
    cells = [str(cell) for tab in tabs for row in tab for cell in row]
    assert max(map(len, cells)) <= 50_000


def test_remember__stays_within_a_cell_however_long_ids_are() -> None:
    answers = [Response(f"{n:0200}", START + timedelta(seconds=n), MIA, {}) for n in range(REMEMBERED)]
    form = remember({}, answers)
    assert len(json.dumps(form)) < 40_000
    assert answers[-1].id in form


# --- files


def test_files__are_put_away_before_the_request_is_sent(desk: Desk) -> None:
    desk.answer(MIA, send=True, files=["file0000001"], **TYPED)
    report = desk.take_answers()
    rid = desk.last_row()
    assert desk.files.filed == ["file0000001"]
    assert desk.accepted(rid) == "Submitted"
    assert desk.cell(rid, "invoice") == "https://drive.google.com/file/d/file0000001/view"
    assert desk.confirmed(rid) == "Submitted"
    submitted = next(e for e in desk.sheet.read_history()[1] if e.kind == "RequestSubmitted")
    assert [file["sha256"] for file in submitted.data["files"]] == ["hash of file0000001"]
    assert report.commits == 3
    assert set(desk.outbox_states()) == {"sent"}
    desk.verify()


def test_files__a_folder_out_of_reach_keeps_the_request_waiting(desk: Desk) -> None:
    def fail(_letter: object) -> None:
        raise Unavailable("Drive", "no answer")

    desk.files.fail = fail
    desk.answer(MIA, send=True, files=["file0000001"], **TYPED)
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.accepted(rid), desk.cell(rid, "status")) == ("Draft", "Submitted")
    desk.files.fail = lambda _letter: None
    desk.run(later=timedelta(minutes=3))
    assert desk.accepted(rid) == "Submitted"
    assert desk.files.filed == ["file0000001"]


def test_files__what_cannot_be_filed_is_said(desk: Desk) -> None:
    desk.files.problem = "file-type"
    desk.answer(MIA, files=["file0000001"], **TYPED)
    desk.take_answers()
    assert "no PDF" in desk.checks(desk.last_row())


def test_files__a_qr_fills_what_is_blank_and_what_differs_is_said(desk: Desk) -> None:
    desk.files.qr = {"inn": "7707083893", "account": "40602810700000000025", "amount": 700.0}
    cells: dict[str, Any] = {key: value for key, value in TYPED.items() if key not in ("inn", "account")}
    desk.answer(MIA, files=["file0000001"], **cells)
    desk.take_answers()
    rid = desk.last_row()
    assert (desk.cell(rid, "inn"), desk.cell(rid, "account")) == ("7707083893", "40602810700000000025")
    assert "QR" in desk.checks(rid)
    assert "Amount" in desk.checks(rid)


def test_files__a_pasted_payment_order_goes_to_the_contractor(desk: Desk) -> None:
    rid = desk.approved()
    desk.edit("anna@firm.example", rid, "payment_order", "https://drive.google.com/file/d/order000001/view")
    desk.run()
    assert desk.files.filed == ["order000001"]
    desk.status("anna@firm.example", rid, "Paid")
    desk.run()
    notice = desk.mail.sent[-1]
    assert notice["Subject"] == "contractor-paid"
    assert [part.get_filename() for part in notice.iter_attachments()] == ["order000001.pdf"]
    desk.verify()
