"""Any request, drawn as a payment code on an invoice and read by a real decoder, fills the same row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sheetflow.adapters.invoices import read_payment_qr
from sheetflow.banking.payment_qr import PaymentQr, build, parse, to_cells
from sheetflow.banking.qr_comparison import differences
from sheetflow.model.invalid import Invalid
from sheetflow.workspace import paper
from tests.long import examples

RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ"
SIGNS = " .,-–—№«»\"'()/%&+:;#|~^@*!?="
LETTERS = RUSSIAN + "abcxyzABCXYZ0123456789üé" + SIGNS


def text(limit: int) -> st.SearchStrategy[str]:
    """What people write, with single blanks, not beginning like a formula."""
    written = st.text(LETTERS, min_size=1, max_size=limit)
    return written.map(lambda found: " ".join(found.split()).lstrip("= ")).filter(bool)


@st.composite
def inns(draw: st.DrawFn) -> str:
    digits = draw(st.lists(st.integers(0, 9), min_size=9, max_size=9).filter(any))
    check = sum(w * d for w, d in zip((2, 4, 10, 3, 5, 9, 4, 6, 8), digits, strict=True)) % 11 % 10
    return "".join(map(str, [*digits, check]))


def keyed(prefix: str, account: str) -> str:
    """The account with the digit 9 that makes its key right."""
    for key in "0123456789":
        whole = account[:8] + key + account[9:]
        if sum(int(d) * w % 10 for d, w in zip(prefix + whole, (7, 1, 3) * 8, strict=False)) % 10 == 0:
            return whole
    raise AssertionError(account)


@st.composite
def requests(draw: st.DrawFn) -> PaymentQr:
    bik = f"04{draw(st.integers(0, 9999)):04d}{draw(st.integers(50, 999)):03d}"
    number = f"40702810{draw(st.integers(0, 10**12 - 1)):012d}"
    kopecks = draw(st.integers(1, 10**14 - 1))
    return PaymentQr(
        name=draw(text(160)),
        account=keyed(bik[6:], number),
        bank=draw(text(45)),
        bik=bik,
        corr_account=draw(st.sampled_from(["", keyed("0" + bik[4:6], "30101810000000000" + bik[6:])])),
        amount=draw(st.sampled_from([None, Decimal(kopecks).scaleb(-2)])),
        purpose=draw(st.one_of(st.just(""), text(210))),
        inn=draw(inns()),
        kpp=draw(st.sampled_from(["", "773601001", "7736AZ001"])),
        doc_no=draw(st.one_of(st.just(""), text(15))),
        doc_date=draw(st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2099, 12, 31)))),
    )


def russian(request: PaymentQr) -> PaymentQr:
    """The request of a payee with some Russian in the name."""
    return replace(request, name=f"ООО {request.name}"[:160].strip())


LONGEST = PaymentQr(
    "Щ" * 160, "40602810700000000025", "Ъ" * 45, "049805746", "30101810800000000746",
    Decimal("999999999999.99"), "№" * 210, "7707083893", "7736AZ001", "Ё" * 15, date(2099, 12, 31),
)  # fmt: skip
EVERY = settings(
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@EVERY
@given(requests(), st.floats(30, 330), st.floats(30, 530))  # below the text
@example(LONGEST, 60, 60)
def test_payment_qr__on_an_invoice_fills_the_same_row(request: PaymentQr, left: float, bottom: float) -> None:
    found = read_payment_qr(paper.invoice(build(request), left, bottom, side=170), "application/pdf")
    assert found == request
    assert to_cells(found) == to_cells(request)
    assert differences(found, to_cells(request)) == []


def test_payment_qr__is_read_the_same_by_another_decoder() -> None:
    pyzbar = pytest.importorskip(
        "pyzbar.pyzbar", reason="zbar is not installed (Debian: libzbar0)", exc_type=ImportError
    )

    @settings(EVERY, max_examples=15)
    @given(requests().map(russian))  # where little is Russian, zbar takes UTF-8 for Chinese
    @example(LONGEST)
    def decoded(request: PaymentQr) -> None:
        page = pypdfium2.PdfDocument(paper.invoice(build(request), 60, 60, side=300))[0]
        picture = page.render(scale=2, grayscale=True).to_pil()
        codes = pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
        assert [to_cells(parse(code.data)) for code in codes] == [to_cells(request)]

    decoded()


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"ST00012|Name=A|" + tail))
def test_parse__reads_or_refuses_any_bytes(data: bytes) -> None:
    try:
        said = parse(data)
    except Invalid:
        return
    assert to_cells(said)["currency"] == "RUB"
    assert not any(isinstance(cell, str) and cell.startswith("=") for cell in to_cells(said).values())


@given(requests().map(russian), st.sampled_from(["cp1251", "latin-1"]))
def test_parse__turns_back_any_text_read_in_the_wrong_encoding(request: PaymentQr, wrong: str) -> None:
    written = build(request).encode()
    mistaken = "".join(bytes([byte]).decode(wrong, "ignore") or chr(byte) for byte in written)
    assert parse(mistaken) == request
