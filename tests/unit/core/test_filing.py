"""Files of a request: what they have to do with its status, and what becomes of those that were replaced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.app.outbox import FILING_TRIES
from sheetflow.core.filing import compare, drive_file
from sheetflow.core.projection import from_row
from sheetflow.errors import AccessDenied, Unavailable
from sheetflow.model.cells import Cell
from sheetflow.model.events import Act, Upload
from sheetflow.model.request import Request
from tests.desk import ANNA, GOOD, HEAD, MIA, Desk

OTHER = "40702810638050013199"


@pytest.fixture
def desk() -> Desk:
    found = Desk()
    found.run()
    return found


def link(file: str) -> str:
    return f"https://drive.google.com/file/d/{file}/view"


def request(desk: Desk, rid: str) -> Request:
    return from_row(desk.state_row(rid))


def down(_letter: object) -> None:
    raise Unavailable("Drive", "no answer")


def up(_letter: object) -> None:
    """Everything works."""


def notices(desk: Desk) -> list[list[str | None]]:
    """The attachments of each mail to the contractor."""
    return [
        [part.get_filename() for part in mail.iter_attachments()]
        for mail in desk.mail.sent
        if mail["Subject"] == "contractor-paid"
    ]


# --- an invoice and what is submitted


def test_invoice__pasted_is_part_of_what_is_submitted(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert [file["sha256"] for file in request(desk, rid).files] == ["hash of file0000001"]
    desk.verify()


def test_invoice__sent_on_the_page_waits_for_its_hash(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.files.fail = down
    desk.run()
    act = desk.act(MIA, rid, "submit")
    report = desk.run(act)
    assert report.answers == {act.uuid: None}
    assert desk.accepted(rid) == "Draft"
    desk.files.fail = up
    desk.run(later=timedelta(minutes=3))
    assert desk.accepted(rid) == "Submitted"
    assert [file["sha256"] for file in request(desk, rid).files] == ["hash of file0000001"]
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert desk.accepted(rid) == "Approved"
    desk.verify()


def test_invoice__what_its_qr_adds_may_be_what_was_missing(desk: Desk) -> None:
    desk.files.qr = {"account": GOOD["account"], "bik": GOOD["bik"]}
    cells = {key: cell for key, cell in GOOD.items() if key not in ("account", "bik")}
    rid = desk.type(MIA, **cells, invoice=link("file0000001"))
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert desk.refusals == []


def test_invoice__cleared_again_is_forgotten_with_its_hash(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.run()
    desk.edit(MIA, rid, "invoice", "")
    desk.run()
    assert request(desk, rid).files == []
    desk.edit(MIA, rid, "invoice", "on paper, in the folder")
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert desk.accepted(rid) == "Submitted"
    assert request(desk, rid).files == []
    desk.verify()


def test_invoice__a_link_that_nobody_is_known_to_have_typed_moves_no_file(desk: Desk) -> None:
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.run()
    desk.edit(MIA, rid, "invoice", link("file0000002"), seen=False)
    desk.run(later=timedelta(minutes=5))
    desk.run(later=timedelta(minutes=5))
    assert desk.cell(rid, "invoice") == link("file0000002")
    assert desk.files.filed == ["file0000001"]
    assert request(desk, rid).files == []


def test_invoice__replaced_while_it_is_put_away_counts_no_more(desk: Desk) -> None:
    desk.files.fail = down
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.run()
    desk.edit(MIA, rid, "invoice", link("file0000002"))
    desk.status(MIA, rid, "Submitted")
    desk.run()
    desk.files.fail = up
    desk.run(later=timedelta(minutes=10))
    assert desk.files.filed == ["file0000001", "file0000002"]
    assert [file["id"] for file in request(desk, rid).files] == ["file0000002"]
    assert desk.cell(rid, "invoice") == link("file0000002")
    assert desk.accepted(rid) == "Submitted"


def test_invoice__that_comes_too_late_changes_nothing(desk: Desk) -> None:
    desk.files.fail = down
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.run()
    desk.status(MIA, rid, "Cancelled")
    desk.run()
    desk.files.fail = up
    desk.run(later=timedelta(minutes=10))
    assert (desk.accepted(rid), request(desk, rid).files, request(desk, rid).filing) == ("Cancelled", [], [])
    desk.verify()


def test_invoice__a_problem_is_said_until_another_file_comes(desk: Desk) -> None:
    desk.files.problem = "file-empty"
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.run()
    assert "empty" in desk.checks(rid)
    desk.files.problem = ""
    desk.edit(MIA, rid, "invoice", link("file0000002"))
    desk.run()
    assert desk.checks(rid) == ""


def test_invoice__a_folder_that_stays_out_of_reach_is_said_in_the_end(desk: Desk) -> None:
    desk.files.fail = down
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.status(MIA, rid, "Submitted")
    for _ in range(FILING_TRIES + 1):
        desk.run(later=timedelta(minutes=6))
    assert "out of reach" in desk.checks(rid)
    assert request(desk, rid).filing == []
    assert set(desk.outbox_states()) == {"sent"}
    desk.verify()


def test_invoice__a_folder_that_is_closed_is_said_soon(desk: Desk) -> None:
    def closed(_letter: object) -> None:
        raise AccessDenied("Drive", "no rights")

    desk.files.fail = closed
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    for _ in range(7):
        desk.run(later=timedelta(minutes=6))
    assert "out of reach" in desk.checks(rid)


# --- what the QR says, and what stands in the row


def test_compare__follows_what_is_typed_later(desk: Desk) -> None:
    desk.files.qr = {"account": GOOD["account"], "inn": GOOD["inn"], "amount": 12500.5}
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.run()
    assert desk.checks(rid) == ""
    desk.edit(MIA, rid, "account", OTHER)
    desk.edit(MIA, rid, "bik", "044525225")
    desk.run()
    assert "QR" in desk.checks(rid)
    assert "Account" in desk.checks(rid)
    desk.edit(MIA, rid, "account", GOOD["account"])
    desk.edit(MIA, rid, "bik", GOOD["bik"])
    desk.run()
    assert desk.checks(rid) == ""


def test_compare__is_told_to_whom_approves(desk: Desk) -> None:
    desk.files.qr = {"account": OTHER}
    rid = desk.type(MIA, **GOOD, invoice=link("file0000001"))
    desk.status(MIA, rid, "Submitted")
    desk.run()
    asked = next(mail for mail in desk.mail.sent if mail["Subject"] == "approve")
    assert '["qr-differs", {"columns": "account"}]' in asked.get_content()


@pytest.mark.parametrize(
    ("key", "said", "typed", "same"),
    [
        ("amount", 12500.0, "12 500,00", True),
        ("amount", 12500.0, 12500, True),
        ("amount", 12500.0, 12500.01, False),
        ("amount", 12500.0, "so much", False),
        ("inn", "0276000015", 276000015, True),
        ("account", "40602810700000000025", "4060 2810 7000 0000 0025", True),
        ("account", "40602810700000000025", OTHER, False),
        ("contractor", "ООО «Ромашка»", "Romashka", True),
    ],
)
def test_compare__by_substance(key: str, said: Cell, typed: Cell, same: bool) -> None:
    asked = Request("PR-000002", cells={key: typed}, qr={key: said})
    compare(asked)
    assert asked.cautions == ([] if same else [("qr-differs", {"columns": key})])


# --- a payment order and the contractor's notice


def test_order__pasted_and_paid_at_once_goes_with_the_notice(desk: Desk) -> None:
    rid = desk.approved()
    desk.edit(ANNA, rid, "payment_order", link("order000001"))
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert desk.accepted(rid) == "Paid"
    assert notices(desk) == [["order000001.pdf"]]
    desk.verify()


def test_order__filed_after_the_payment_sends_nothing_twice(desk: Desk) -> None:
    rid = desk.approved()
    desk.status(ANNA, rid, "Paid")
    desk.run()
    desk.edit(ANNA, rid, "payment_order", link("order000001"))
    desk.run()
    assert desk.files.filed == ["order000001"]
    assert notices(desk) == [[]]
    desk.verify()


def test_order__whose_folder_is_out_of_reach_keeps_no_payment_waiting_for_long(desk: Desk) -> None:
    desk.files.fail = down
    rid = desk.approved()
    desk.edit(ANNA, rid, "payment_order", link("order000001"))
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert (desk.accepted(rid), desk.confirmed(rid), desk.cell(rid, "status")) == (
        "Approved",
        "Approved",
        "Paid",
    )
    assert "folder" in desk.checks(rid)
    desk.run(later=timedelta(minutes=11))
    assert desk.accepted(rid) == "Paid"
    assert notices(desk) == [[]]


def test_order__nobody_waits_who_may_not_pay(desk: Desk) -> None:
    desk.files.fail = down
    rid = desk.approved()
    desk.edit(ANNA, rid, "payment_order", link("order000001"))
    desk.status(MIA, rid, "Paid")
    desk.run()
    assert (desk.accepted(rid), desk.refusals[-1]) == ("Approved", "right-role")


def test_order__that_was_the_wrong_one_is_not_sent(desk: Desk) -> None:
    rid = desk.approved()
    desk.edit(ANNA, rid, "payment_order", link("order000001"))
    desk.run()
    desk.edit(ANNA, rid, "payment_order", "")
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert notices(desk) == [[]]
    assert request(desk, rid).files == []
    desk.verify()


def test_order__that_cannot_be_had_any_more_does_not_keep_the_notice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_file: str) -> tuple[str, str, bytes]:
        raise AccessDenied("Drive", "gone")

    rid = desk.approved()
    desk.edit(ANNA, rid, "payment_order", link("order000001"))
    desk.run()
    monkeypatch.setattr(desk.files, "download", gone)
    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert notices(desk) == [[]]
    assert set(desk.outbox_states()) == {"sent"}


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("https://drive.google.com/open?id=1AbCdEfGhIj", "1AbCdEfGhIj"),
        ("https://drive.google.com/file/d/1AbCdEfGhIj/view?usp=drivesdk", "1AbCdEfGhIj"),
        ("https://drive.google.com/file/u/1/d/1AbCdEfGhIj/view", "1AbCdEfGhIj"),
        ("https://drive.google.com/uc?export=download&id=1AbCdEfGhIj", "1AbCdEfGhIj"),
        ("https://drive.google.com/drive/folders/1AbCdEfGhIj", ""),
        ("https://drive.google.com.evil.example/file/d/1AbCdEfGhIj/view", ""),
        ("on paper", ""),
    ],
)
def test_drive_file__of_a_link(text: str, file: str) -> None:
    assert drive_file(text) == file


# --- paid on the page, with its order


def handed(desk: Desk, rid: str, act: str = "pay", **more: str) -> Act:
    order = Upload("order000001", "order.pdf", "application/pdf")
    return desk.act(ANNA, rid, act, link="n1", files=(order,), **more)


def test_page__an_order_is_put_away_before_it_counts_as_paid(desk: Desk) -> None:
    rid = desk.approved()
    act = handed(desk, rid, comment="paid today")
    report = desk.run(act)
    assert report.answers == {act.uuid: None}
    assert desk.accepted(rid) == "Paid"
    kinds = [kind for kind, _ in desk.events(rid)]
    assert kinds.index("FilesFiled") < kinds.index("RequestPaid")
    (event,) = [event for event in desk.sheet.read_history()[1] if event.kind == "RequestPaid"]
    assert (event.via, event.actor, event.data["link"]) == ("page", ANNA, "n1")
    assert event.data["comment"] == "paid today"
    assert desk.cell(rid, "payment_order") == link("order000001")
    assert notices(desk) == [["order000001.pdf"]]
    desk.verify()


def test_page__a_part_with_its_order_is_paid_once_however_often_it_is_sent(desk: Desk) -> None:
    rid = desk.approved()
    act = handed(desk, rid, "pay-part", amount="500")
    desk.run(act)
    for again in (act, handed(desk, rid, "pay-part", amount="500")):
        refusal = desk.run(again).answers[again.uuid]
        assert (refusal.rule if refusal else "") == ("" if again is act else "link-is-used-once")
    assert request(desk, rid).paid == 500
    desk.verify()


def test_page__while_the_drive_is_down_the_payment_waits_and_its_link_is_used(desk: Desk) -> None:
    rid = desk.approved()
    desk.files.fail = down
    act = handed(desk, rid, "pay-part", amount="500")
    assert desk.run(act).answers == {act.uuid: None}
    assert desk.accepted(rid) == "Approved"
    again = handed(desk, rid, "pay-part", amount="500")
    refusal = desk.run(again).answers[again.uuid]
    assert refusal is not None
    assert refusal.rule == "link-is-used-once"
    assert desk.run(act).answers == {act.uuid: None}
    desk.files.fail = up
    desk.run(later=timedelta(minutes=3))
    assert desk.accepted(rid) == "Part-paid"
    assert request(desk, rid).paid == 500
    desk.verify()


def test_page__what_was_paid_is_paid_though_its_order_never_comes(desk: Desk) -> None:
    rid = desk.approved()
    desk.files.fail = down
    desk.run(handed(desk, rid))
    desk.run(later=timedelta(minutes=11))
    assert desk.accepted(rid) == "Paid"


def test_page__an_order_of_what_may_not_be_paid_is_put_nowhere(desk: Desk) -> None:
    rid = desk.submitted()
    act = handed(desk, rid)
    refusal = desk.run(act).answers[act.uuid]
    assert refusal is not None
    assert desk.files.filed == []
    assert request(desk, rid).filing == []


def test_page__a_payment_that_waits_is_void_where_the_request_is_returned(desk: Desk) -> None:
    rid = desk.approved()
    desk.files.fail = down
    desk.run(handed(desk, rid))
    back = desk.act(HEAD, rid, "return", comment="wrong account")
    assert desk.run(back).answers == {back.uuid: None}
    desk.files.fail = up
    desk.run(later=timedelta(minutes=3))
    assert desk.accepted(rid) == "Returned"


def test_page__whoever_marks_as_paid_waits_for_an_order_that_is_on_its_way(desk: Desk) -> None:
    rid = desk.approved()
    desk.files.fail = down
    desk.edit(ANNA, rid, "payment_order", link("order000001"))
    desk.run()
    act = desk.act(ANNA, rid, "pay", link="n1")
    assert desk.run(act).answers == {act.uuid: None}
    assert desk.accepted(rid) == "Approved"
    desk.files.fail = up
    desk.run(later=timedelta(minutes=3))
    assert desk.accepted(rid) == "Paid"
    assert notices(desk) == [["order000001.pdf"]]
