from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sheetflow.adapters import invoices
from sheetflow.adapters.invoices import read_codes, read_payment_qr
from sheetflow.banking.payment_qr import PaymentQr, build
from sheetflow.model.invalid import Invalid
from sheetflow.workspace import paper

PDF = "application/pdf"
QR = PaymentQr(
    name="ООО «Ромашка»",
    account="40602810700000000025",
    bank="АО «Северный мост»",
    bik="049805746",
    corr_account="30101810800000000746",
    amount=Decimal("12500.00"),
    purpose="Оплата по счёту № 15 от 12.11.2026 за бумагу А4, 100 пачек, в том числе НДС 20 %",
    inn="7707083893",
    kpp="773601001",
)
TEXT = build(QR)
LINK = segno.make("https://example.com/invoice/15", error="m")


def code(text: str = TEXT) -> segno.QRCode:
    return segno.make(text.encode(), mode="byte", error="m")


def photo(text: str = TEXT, scale: int = 4) -> Image.Image:
    """A sheet of paper with a code in its corner, in colour."""
    drawn = BytesIO()
    code(text).save(drawn, kind="png", scale=scale)
    sheet = Image.new("RGB", (1240, 1754), "white")
    sheet.paste(Image.open(drawn).convert("RGB"), (700, 1200))
    ImageDraw.Draw(sheet).text((100, 100), "INVOICE No. 15", fill="navy")
    return sheet


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def reason(data: bytes, mime_type: str = PDF) -> str:
    with pytest.raises(Invalid) as caught:
        read_codes(data, mime_type)
    assert caught.value.code == "file-unreadable"
    return caught.value.facts["reason"]


@pytest.mark.parametrize("side", [65, 85, 140])  # 23 mm is the smallest that printers are trusted with
def test_read_payment_qr__of_a_pdf(side: int) -> None:
    assert read_payment_qr(paper.invoice(TEXT, side=side), PDF) == QR


def test_read_payment_qr__of_a_pdf_that_a_drawing_program_made() -> None:
    out = BytesIO()
    code().save(out, kind="pdf", scale=3)
    assert read_payment_qr(out.getvalue(), PDF) == QR


def test_read_payment_qr__of_a_scanned_pdf() -> None:
    assert read_payment_qr(saved(photo().rotate(2, fillcolor="white"), "PDF", resolution=150), PDF) == QR


@pytest.mark.parametrize(
    ("kind", "mime_type", "options"),
    [
        ("PNG", "image/png", {}),
        ("JPEG", "image/jpeg", {"quality": 60}),
        ("JPEG", "image/jpeg", {"quality": 60, "progressive": True}),
        ("WEBP", "image/webp", {"quality": 70}),
    ],
)
def test_read_payment_qr__of_a_picture(kind: str, mime_type: str, options: dict[str, object]) -> None:
    assert read_payment_qr(saved(photo(), kind, **options), mime_type) == QR


@pytest.mark.parametrize("angle", [5, 90, 180, 270])
def test_read_payment_qr__of_a_turned_and_soft_photograph(angle: int) -> None:
    turned = photo(scale=6).rotate(angle, expand=True, fillcolor="white").filter(ImageFilter.GaussianBlur(1))
    assert read_payment_qr(saved(turned, "JPEG", quality=60), "image/jpeg") == QR


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK"])
def test_read_payment_qr__in_any_colours(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert read_payment_qr(saved(photo().convert(mode), kind), "image/png") == QR


def test_read_payment_qr__takes_transparent_for_paper() -> None:
    ink = ImageChops.invert(photo().convert("L"))
    clear = Image.merge("LA", (Image.new("L", ink.size, 0), ink))  # black all over, seen by its alpha
    assert read_payment_qr(saved(clear, "PNG"), "image/png") == QR


def test_read_payment_qr__of_a_large_jpeg_decoded_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoices, "MAX_PIXELS", 6_000_000)
    large = photo(scale=5).resize((4000, 5000))
    assert read_payment_qr(saved(large, "JPEG"), "image/jpeg") == QR
    assert reason(saved(large, "PNG", compress_level=1)) == "too-large"


def test_read_payment_qr__finds_it_beside_other_codes() -> None:
    page = paper.drawn(LINK, 60, 60, 80) + "\n" + paper.drawn(code(), 400, 60, 60)
    assert read_payment_qr(paper.pdf([page]), PDF) == QR


def test_read_payment_qr__counts_a_code_on_every_page_once() -> None:
    page = paper.drawn(code(), 400, 60, 120)
    assert read_codes(paper.pdf([page] * 3), PDF) == [TEXT.encode()]
    assert read_payment_qr(paper.pdf([page] * 3), PDF) == QR


def test_read_payment_qr__looks_at_the_first_pages_only() -> None:
    page = paper.drawn(code(), 400, 60, 120)
    blank = [""] * invoices.MAX_PAGES
    assert read_payment_qr(paper.pdf([*blank[1:], page]), PDF) == QR
    assert read_payment_qr(paper.pdf([*blank, page]), PDF) is None


def test_read_payment_qr__does_not_choose_between_two() -> None:
    other = code(build(replace(QR, amount=Decimal("1.00"))))
    page = paper.drawn(code(), 60, 60, 150) + "\n" + paper.drawn(other, 400, 60, 150)
    with pytest.raises(Invalid, match="qr-several"):
        read_payment_qr(paper.pdf([page]), PDF)


def test_read_payment_qr__tells_what_is_wrong_with_the_only_one() -> None:
    with pytest.raises(Invalid, match="qr-amount-not-kopecks"):
        read_payment_qr(paper.invoice(TEXT.replace("Sum=1250000", "Sum=12500.50")), PDF)


def test_read_payment_qr__prefers_a_good_one_to_a_bad_one() -> None:
    page = paper.drawn(code("ST00012|"), 60, 60, 80) + "\n" + paper.drawn(code(), 400, 60, 120)
    assert read_payment_qr(paper.pdf([page]), PDF) == QR


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r"])
def test_read_payment_qr__in_older_encodings(charset: str) -> None:
    digit = {"cp1251": "1", "koi8-r": "3"}[charset]
    text = f"ST0001{digit}|Name=ООО Ромашка|PersonalAcc={QR.account}|Purpose=Оплата по счёту"
    found = read_payment_qr(paper.invoice(text.encode(charset)), PDF)
    assert found == PaymentQr("ООО Ромашка", QR.account, purpose="Оплата по счёту")


def test_read_payment_qr__none_without_a_code() -> None:
    assert read_payment_qr(paper.pdf([paper.written(["INVOICE"])]), PDF) is None
    assert read_payment_qr(paper.pdf([paper.drawn(LINK, 60, 60, 80)]), PDF) is None
    assert read_payment_qr(saved(Image.new("L", (50, 50)), "PNG"), "image/png") is None


@pytest.mark.parametrize("data", [b"", b"plain text", b"PK\x03\x04 a table", b"GIF89a"])
def test_read_codes__none_in_files_of_other_kinds(data: bytes) -> None:
    assert read_codes(data, "application/octet-stream") == []


def test_read_codes__believes_the_file_not_its_type() -> None:
    assert read_codes(paper.invoice(TEXT), "image/png") == [TEXT.encode()]
    assert read_codes(b"\r\n" + paper.invoice(TEXT), "application/octet-stream") == [TEXT.encode()]


@pytest.mark.parametrize("mime_type", [PDF, "IMAGE/PNG; x=y", "image/jpeg", "image/webp"])
def test_read_codes__refuses_what_is_not_what_it_says(mime_type: str) -> None:
    assert reason(b"", mime_type) == "damaged"
    assert reason(b"<html>", mime_type) == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 and rubbish",
        paper.invoice(TEXT)[:500],
        saved(photo(), "PNG")[:3000],
        saved(photo(), "PNG").replace(b"IDAT", b"IDAT\x00", 1),
        saved(photo(), "JPEG")[:3000],
        saved(photo(), "WEBP")[:300],
        b"\xff\xd8\xff",
        b"RIFF\x00\x00\x00\x00WEBP",
    ],
)
def test_read_codes__refuses_damaged_files(data: bytes) -> None:
    assert reason(data) == "damaged"


def test_read_codes__refuses_a_locked_pdf() -> None:
    assert reason(paper.pdf([""], locked=True)) == "password"


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises more."""
    small = saved(Image.new("L", (1, 1)), "PNG")
    header = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]


@pytest.mark.parametrize("side", [7_200, 10_000, 30_000])
def test_read_codes__refuses_a_picture_that_grows(side: int) -> None:
    assert reason(claiming(side, side)) == "too-large"


def test_read_codes__draws_a_page_of_any_size_within_bounds() -> None:
    assert read_codes(paper.pdf([paper.drawn(code(), 0, 0, 9000)], size=(14_400, 14_400)), PDF) == [
        TEXT.encode()
    ]
    assert read_codes(paper.pdf([""], size=(14_400, 1)), PDF) == []


def test_read_codes__gives_up_a_page_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoices, "SECONDS", 0.2)
    endless = "0 0 595 842 re f\n" + "0 0 m 595 842 l 0 842 l 595 0 l S\n" * 300_000
    assert reason(paper.pdf([endless])) == "too-slow"


def test_invoices__load_their_libraries_with_the_first_file() -> None:
    program = (
        "import sys, sheetflow.adapters.invoices;"
        "print([name for name in ('PIL', 'pypdfium2', 'zxingcpp', 'segno', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
