"""Invoices and payment orders from hand to folder to contractor, over HTTP alone; and the contractor book."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest

from sheetflow.app import form as forms
from sheetflow.banking.payment_qr import PaymentQr, build
from sheetflow.core.filing import drive_file
from sheetflow.core.projection import fingerprint, from_row
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.model.events import Act
from sheetflow.model.request import Request
from sheetflow.templates.formulas import letter
from sheetflow.workspace.paper import invoice
from tests.conftest import Opener
from tests.firm import GOOD, OTHER_ACCOUNT, Firm, Hand, text_of

PHONE = "+7 495 123-45-67"
PAPER = b"%PDF-1.4 a scan without any code"
CODE = PaymentQr(
    "ООО «Ромашка»", "40602810700000000025", "Sberbank", "049805746", amount=Decimal("12500.50"),
    purpose="Payment for paper, invoice 17", inn="7707083893", kpp="773601001",
)  # fmt: skip
SHORT = {"subject": "Paper", "amount": "12 500,50", "currency": "RUB", "pay_by": "2027-04-23"}
"""What neither the book nor a QR can say."""
TAKEN: Mapping[str, str] = {key: str(value) for key, value in GOOD.items()} | SHORT


def answer(
    firm: Firm, who: Hand, answers: Mapping[str, str], papers: Mapping[str, bytes], send: str = "no"
) -> str:
    """Answer the form, files by name, and let a pass take it; gives the request's id."""
    place, known = firm.place.form, set(firm.state())
    given = {forms.question_id(key): value for key, value in answers.items()}
    given[forms.question_id("send")] = place.texts["send"][send]
    handed = [
        {"name": name, "mimeType": kind_of(name), "base64": base64.b64encode(data).decode()}
        for name, data in papers.items()
    ]
    body: dict[str, Any] = {"as": who.address, "answers": given}
    if handed:
        body["files"] = {forms.upload_title(place.words, place.texts): handed}
    firm.post("/workspace/respond", body)
    firm.runtime.process().run(form=True)
    (fresh,) = set(firm.state()) - known
    return fresh


def kind_of(name: str) -> str:
    return {"pdf": "application/pdf", "zip": "application/zip"}[name.rpartition(".")[2]]


def request(firm: Firm, rid: str) -> Request:
    """What the State tab holds of a request."""
    return from_row(firm.state()[rid])


def invoice_of(firm: Firm, rid: str) -> str:
    """The id of the file that the Invoice cell links to."""
    return drive_file(firm.row(rid)["invoice"])


def mine(firm: Firm, rid: str) -> list[str]:
    """The papers of a request, each with its path."""
    return [path for path in firm.papers() if f"/{rid} " in path]


def month(firm: Firm) -> str:
    now: str = firm.get("/workspace")["now"]
    return f"{now[:4]}/{now[:7]}"


def notices(firm: Firm, rid: str) -> list[EmailMessage]:
    """What the contractor of a request was written."""
    return firm.hand(firm.row(rid)["contractor_email"]).mails()


def asked(firm: Firm, rid: str) -> str:
    """What the approver was asked about a request, on one line."""
    (mail,) = [mail for mail in firm.olga.mails() if rid in str(mail["Subject"])]
    return " ".join(text_of(mail).split())


def submits(firm: Firm, link: str) -> str:
    """A request with a link for its invoice, sent in one go."""
    rid = firm.mia.drafts()
    firm.mia.types("invoice", rid, link)
    firm.mia.picks("Submitted", rid)
    return rid


def attached(mail: EmailMessage) -> list[tuple[str | None, str, bytes]]:
    return [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))  # type: ignore[misc]
        for part in mail.iter_attachments()
    ]


# --- from the form


@pytest.mark.parametrize("language", LANGUAGES)
def test_form__an_invoice_is_put_away_and_the_request_is_sent(opened: Opener, language: str) -> None:
    firm = opened(language)
    rid = answer(firm, firm.mia, TAKEN, send="yes", papers={"Счет № 17.pdf": PAPER})
    assert (firm.status(rid), firm.row(rid)["confirmed"]) == ("Submitted", firm.label("Submitted"))
    file = invoice_of(firm, rid)
    payments = firm.runtime.book.own.label("folders", "payments")
    folder = f"{payments}/{month(firm)}/{rid} ООО «Ромашка»"
    assert firm.papers() == [f"{folder}/{rid} Счет № 17 - mia.pdf"]
    assert firm.runtime.files() is not None
    assert firm.mia.drive.files().get_media(fileId=file).execute() == PAPER
    assert [hand.sees(file) for hand in (firm.olga, firm.dora, firm.anna)] == [True] * 3
    assert [hand.sees(file) for hand in (firm.max, firm.ivan)] == [False] * 2
    submitted = next(event for event in firm.history() if event.kind == "RequestSubmitted")
    digest = hashlib.sha256(PAPER).hexdigest()
    assert [(one["id"], one["sha256"]) for one in submitted.data["files"]] == [(file, digest)]
    firm.verify()


def test_form__an_approval_is_bound_to_the_invoices_content(firm: Firm) -> None:
    rid = answer(firm, firm.mia, TAKEN, send="yes", papers={"Invoice.pdf": PAPER})
    first = request(firm, rid)
    assert first.fingerprint == fingerprint(first.cells, first.files) != fingerprint(first.cells)
    changed = [{**first.files[0], "sha256": hashlib.sha256(PAPER + b"0").hexdigest()}]
    assert first.fingerprint != fingerprint(first.cells, changed)
    firm.olga.picks("Approved", rid)
    firm.run()
    assert firm.confirmed(rid) == ["Approved"]
    firm.mia.types("invoice", rid, "https://drive.google.com/file/d/1AnotherInvoice/view")
    assert firm.confirmed(rid) == [""]
    firm.run()
    assert (firm.confirmed(rid), invoice_of(firm, rid)) == (["Approved"], first.files[0]["id"])


def test_form__several_files_share_the_link_to_their_folder(firm: Firm) -> None:
    rid = answer(
        firm,
        firm.mia,
        TAKEN,
        send="yes",
        papers={"Act.pdf": PAPER, "act.pdf": PAPER + b"2", "../x.pdf": PAPER},
    )
    assert firm.status(rid) == "Submitted"
    assert [path.rpartition("/")[2] for path in mine(firm, rid)] == [
        f"{rid} Act - mia.pdf", f"{rid} act - mia (2).pdf", f"{rid} x - mia.pdf"
    ]  # fmt: skip
    link = firm.row(rid)["invoice"]
    assert link.startswith("https://drive.google.com/drive/folders/")
    assert firm.mia.sees(link.rpartition("/")[2])
    assert len(request(firm, rid).files) == 3


def test_form__what_is_no_invoice_is_left_and_said(firm: Firm) -> None:
    rid = answer(firm, firm.mia, TAKEN, papers={"Bills.zip": b"PK", "Invoice.pdf": PAPER})
    assert "Bills - mia.zip is no PDF" in firm.row(rid)["checks"]
    assert [path.rpartition("/")[2] for path in mine(firm, rid)] == [f"{rid} Invoice - mia.pdf"]


def test_form__an_empty_file_is_said_to_the_requester_and_the_approver(firm: Firm) -> None:
    rid = answer(firm, firm.mia, {**TAKEN, "subject": "Empty"}, send="yes", papers={"Invoice.pdf": b""})
    assert "is empty" in firm.row(rid)["checks"]
    assert "is empty" in asked(firm, rid)


# --- the payment QR


@pytest.mark.parametrize("language", LANGUAGES)
def test_qr__fills_what_was_left_blank(opened: Opener, language: str) -> None:
    firm = opened(language)
    rid = answer(firm, firm.mia, SHORT, send="yes", papers={"Invoice.pdf": invoice(build(CODE))})
    assert firm.status(rid) == "Submitted", firm.row(rid)["checks"]
    row = firm.row(rid)
    filled = ("contractor", "inn", "kpp", "bik", "account", "details", "purpose")
    assert {key: row[key] for key in filled} == {key: str(GOOD[key]) for key in filled}
    assert row["confirmed"] == firm.label("Submitted")
    firm.verify()


def test_qr__that_says_something_else_is_said_in_checks_and_to_the_approver(firm: Firm) -> None:
    typed = {**TAKEN, "account": OTHER_ACCOUNT, "bik": "044525225", "subject": "Swapped"}
    rid = answer(firm, firm.mia, typed, send="yes", papers={"Invoice.pdf": invoice(build(CODE))})
    said = "The QR code of the invoice says something else in: BIK, Account."
    assert firm.status(rid) == "Submitted", firm.row(rid)["checks"]
    assert said in firm.row(rid)["checks"]
    assert firm.row(rid)["account"] == OTHER_ACCOUNT
    assert said in asked(firm, rid)


# --- a link in the sheet


def test_link__to_a_file_in_an_open_folder_is_put_away(firm: Firm) -> None:
    link = firm.anna.uploads("Счет.pdf", PAPER, firm.folder("incoming"))
    rid = submits(firm, link)
    firm.settle()
    assert firm.status(rid) == "Submitted"
    assert [path.rpartition("/")[2] for path in mine(firm, rid)] == [f"{rid} Счет.pdf"]
    assert request(firm, rid).files[0]["sha256"] == hashlib.sha256(PAPER).hexdigest()


def test_link__to_a_file_of_ones_own_is_said_with_what_to_do(firm: Firm) -> None:
    rid = firm.mia.drafts()
    firm.mia.types("invoice", rid, firm.mia.uploads("Счет.pdf", PAPER))
    firm.settle()
    assert "the system cannot open it" in firm.row(rid)["checks"]
    assert firm.row(rid)["status"] == "Draft"


def test_link__to_the_invoice_of_a_colleague_opens_nothing(firm: Firm) -> None:
    theirs = answer(firm, firm.mia, TAKEN, papers={"Invoice.pdf": PAPER})
    file = invoice_of(firm, theirs)
    rid = firm.max.drafts()
    firm.max.types("invoice", rid, firm.row(theirs)["invoice"])
    firm.settle()
    assert f"it belongs to {theirs}" in firm.row(rid)["checks"]
    assert not firm.max.sees(file)
    assert len(mine(firm, theirs)) == 1


def test_link__a_folder_that_somebody_threw_away_is_made_again(firm: Firm) -> None:
    rid = answer(firm, firm.mia, TAKEN, papers={"Invoice.pdf": PAPER})
    files = firm.service.drive.files()
    (folder,) = files.get(fileId=invoice_of(firm, rid), fields="parents").execute()["parents"]
    files.update(fileId=folder, body={"trashed": True}).execute()
    firm.mia.types("invoice", rid, firm.anna.uploads("Again.pdf", PAPER, firm.folder("incoming")))
    firm.settle()
    assert [path.rpartition("/")[2] for path in mine(firm, rid)] == [f"{rid} Again.pdf"]


# --- the payment order, and the contractor's notice


def approved(firm: Firm) -> str:
    """An approved request of a contractor with a mailbox of its own."""
    rid = firm.mia.submits(contractor_email=f"pay{next(firm.count)}@romashka.example")
    firm.run()
    firm.olga.picks("Approved", rid)
    firm.run()
    assert firm.status(rid) == "Approved"
    return rid


ORDER = b"%PDF-1.4 \x00\r\n\xff" + bytes(range(256)) * 200 + "Платёжка".encode()


@pytest.mark.parametrize("when", ["in one go", "filed before"])
def test_order__reaches_the_contractor_as_it_is(firm: Firm, when: str) -> None:
    rid = approved(firm)
    firm.anna.types(
        "payment_order", rid, firm.anna.uploads("Платёжка № 5.pdf", ORDER, firm.folder("incoming"))
    )
    if when == "filed before":
        firm.run()
        assert len(mine(firm, rid)) == 1
    firm.anna.picks("Paid", rid)
    firm.run()
    assert (firm.status(rid), firm.confirmed(rid)) == ("Paid", ["Paid"])
    (notice,) = notices(firm, rid)
    assert attached(notice) == [(f"{rid} Платёжка № 5.pdf", "application/pdf", ORDER)]
    assert [path.rpartition("/")[2] for path in mine(firm, rid)] == [f"{rid} Платёжка № 5.pdf"]
    assert firm.mia.sees(drive_file(firm.row(rid)["payment_order"]))
    assert not firm.run().commits
    firm.verify()


def test_order__that_comes_after_the_payment_is_put_away_and_nothing_is_sent_twice(firm: Firm) -> None:
    rid = approved(firm)
    firm.anna.picks("Paid", rid)
    firm.run()
    firm.anna.types("payment_order", rid, firm.anna.uploads("Late.pdf", ORDER, firm.folder("incoming")))
    firm.settle()
    firm.later()
    firm.settle()
    (notice,) = notices(firm, rid)
    assert attached(notice) == []
    assert [path.rpartition("/")[2] for path in mine(firm, rid)] == [f"{rid} Late.pdf"]
    filed = next(event for event in firm.history() if event.kind == "FilesFiled" and event.request == rid)
    assert [one["sha256"] for one in filed.data["files"]] == [hashlib.sha256(ORDER).hexdigest()]
    firm.verify()


def test_order__joins_the_invoice_in_the_requests_folder(firm: Firm) -> None:
    rid = answer(firm, firm.mia, TAKEN, send="yes", papers={"Invoice.pdf": PAPER + b"%"})
    firm.olga.picks("Approved", rid)
    firm.run()
    firm.anna.types("payment_order", rid, firm.anna.uploads("Order.pdf", ORDER, firm.folder("incoming")))
    firm.settle()
    folders = {path.rpartition("/")[0] for path in mine(firm, rid)}
    assert (len(mine(firm, rid)), len(folders)) == (2, 1)
    assert firm.confirmed(rid) == ["Approved"]
    assert [one["column"] for one in request(firm, rid).files] == ["invoice", "payment_order"]


# --- the contractor book


def test_book__an_inn_is_enough_once_the_contractor_was_approved(fresh: Firm) -> None:
    known = approved(fresh)
    rid = answer(fresh, fresh.max, {**SHORT, "inn": str(GOOD["inn"])}, send="yes", papers={})
    assert fresh.status(rid) == "Submitted", fresh.row(rid)["checks"]
    filled = ("contractor", "kpp", "bik", "account", "details", "purpose", "vat", "contractor_email")
    assert {key: fresh.row(rid)[key] for key in filled} == {key: fresh.row(known)[key] for key in filled}
    typed = fresh.max.drafts(**{**dict.fromkeys(GOOD, ""), "inn": GOOD["inn"]})
    fresh.run()
    assert fresh.row(typed)["account"] == GOOD["account"]
    assert len(fresh.values("A2:M", tab="contractors")) == 1

    other = answer(
        fresh, fresh.max, {**TAKEN, "account": OTHER_ACCOUNT, "bik": "044525225"}, send="yes", papers={}
    )
    warning = "the commonest payment fraud"
    assert warning in fresh.row(other)["checks"]
    assert warning in asked(fresh, other)
    fresh.olga.picks("Approved", other)
    fresh.run()
    assert fresh.status(other) == "Submitted"  # until somebody has called
    place = fresh.values("1:1", tab="contractors")[0].index(fresh.runtime.book.own.label("book", "phone"))
    fresh.ivan.enters(f"{fresh.title('contractors')}!{letter(place)}2", PHONE)
    shown = request(fresh, other).fingerprint
    called = Act(
        "call", datetime(2026, 11, 24, tzinfo=UTC), fresh.anna.address, other, "confirm-details", seen=shown,
        facts={"phone": PHONE},
    )  # fmt: skip
    assert fresh.runtime.process().run([called]).answers == {"call": None}
    fresh.olga.picks("Approved", other)
    fresh.run()
    assert fresh.status(other) == "Approved"
    assert len(fresh.values("A2:M", tab="contractors")) == 2

    open_one = answer(fresh, fresh.max, {**SHORT, "inn": str(GOOD["inn"])}, send="yes", papers={})
    assert (fresh.status(open_one), fresh.row(open_one)["account"]) == ("Draft", "")
    assert all(account in fresh.row(open_one)["checks"] for account in (str(GOOD["account"]), OTHER_ACCOUNT))
    fresh.verify()


# --- what it costs


LOOKED = ["drive.files.get", "drive.files.get", "drive.files.get"]
"""The file, the folder that it lies in, its content for the QR."""
FOUND = ["drive.files.list"]
MADE = ["drive.files.list", "drive.files.create", "drive.files.list"]
MOVED = ["drive.files.list", "drive.files.update", "drive.permissions.create"]


def test_calls__of_one_invoice_are_few_and_known(fresh: Firm) -> None:
    first = [
        *LOOKED,
        *FOUND,
        *FOUND,
        *MADE,
        *MADE,
        *MADE,
        *MOVED,
    ]  # no request folder; Payments; year, month, it
    later = [*LOOKED, *FOUND, *FOUND, *FOUND, *FOUND, *MADE, *MOVED]
    for expected in (first, later):
        submits(fresh, fresh.anna.uploads("Счет.pdf", PAPER, fresh.folder("incoming")))
        before = fresh.last_call()
        fresh.run()
        calls = fresh.calls(before)
        assert [call for call in calls if call.startswith("drive.")] == expected
        assert [call for call in calls if call.startswith("sheets.")] == [
            "sheets.values.batchGet", "sheets.batchUpdate",
            "sheets.values.batchGet", "sheets.batchUpdate", "sheets.batchUpdate",
        ]  # fmt: skip
