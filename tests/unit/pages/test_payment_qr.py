"""The payment QR of the request page: read back by another decoder, and none where none can be right."""

from __future__ import annotations

import base64
from io import BytesIO
from urllib.parse import unquote

import pytest
import segno
from PIL import Image

from sheetflow.adapters.invoices import read_payment_qr
from sheetflow.banking.payment_qr import parse
from sheetflow.core.projection import from_row
from sheetflow.model.cells import Cell
from sheetflow.model.request import Request
from sheetflow.pages.payment_qr import payment_qr, payment_text
from tests.desk import ANNA, Desk


def request(**changes: Cell) -> Request:
    desk = Desk()
    return from_row(desk.state_row(desk.approved(**changes)))


def test_payment_qr__says_what_was_approved() -> None:
    said = parse(payment_text(request(invoice_no="17", invoice_date=46_300, details="Сбербанк\nфилиал 5")))
    assert (said.name, said.account, said.bik) == ("ООО «Ромашка»", "40602810700000000025", "049805746")
    assert (said.bank, said.inn, said.kpp) == ("Сбербанк", "7707083893", "773601001")
    assert (str(said.amount), said.purpose) == ("12500.50", "Payment for paper, invoice 17")
    assert said.doc_no == "17"


def test_payment_qr__only_what_is_still_to_be_paid() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.run(desk.act(ANNA, rid, "pay-part", amount="500"))
    assert str(parse(payment_text(from_row(desk.state_row(rid)))).amount) == "12000.50"


def test_payment_qr__is_a_picture_that_is_part_of_the_page() -> None:
    picture = payment_qr(request())
    kind, _, svg = picture.partition(",")
    assert kind.startswith("data:image/svg+xml")
    drawn = base64.b64decode(svg).decode() if kind.endswith("base64") else unquote(svg)
    assert drawn.startswith("<svg")
    assert "<script" not in drawn


def test_payment_qr__a_decoder_of_its_own_reads_it() -> None:
    made = BytesIO()
    segno.make(payment_text(request()), error="m", micro=False, encoding="utf-8").save(
        made, kind="png", scale=6, border=4
    )
    read = read_payment_qr(made.getvalue(), "image/png")
    assert Image.open(made).size[0] > 100
    assert read is not None
    assert read.name == "ООО «Ромашка»"


@pytest.mark.parametrize(
    "changes",
    [
        {
            "currency": "EUR",
            "account": "DE89370400440532013000",
            "inn": "",
            "kpp": "",
            "bik": "",
            "amount": 300,
        },
        {"purpose": "x" * 211},
    ],
)
def test_payment_qr__none_where_none_can_be_right(changes: dict[str, Cell]) -> None:
    assert payment_qr(request(**changes)) == ""
