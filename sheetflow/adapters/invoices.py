"""The payment code of an invoice: a PDF's pages and pictures to grey pixels, pixels to the bytes of QR codes.

Files come from outside, so everything has a bound: pages, pixels, seconds. What a file is, its first bytes
say, not its name or MIME type. The libraries (extra `invoices`) are loaded with the first file, some 80 ms in
all, and only one thread at a time is inside pdfium, which is not made for more.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sheetflow.banking.payment_qr import PaymentQr, parse
from sheetflow.model.invalid import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 5
"""The code is on the first page, or after the terms that precede it; further pages are not looked at."""
MAX_PIXELS = 50_000_000
"""Of a picture as it is decoded: 150 MB of memory in colour."""
MAX_JPEG_PIXELS = 120_000_000
"""A JPEG can be decoded smaller than it is; the largest cameras of phones have 108 million."""
MAX_SIDE = 4_000
"""Pixels of the longer side that are looked at: 300 dots an inch of an A4 page."""
SECONDS = 15.0
"""For one file, all pages together."""

_SCALES = (2.0, 4.0)
"""Pixels for each point of a PDF, 144 and 288 dots an inch: the second where the first finds no payment."""
_PICTURES = ("JPEG", "PNG", "WEBP")
_PDF_MARK_WITHIN = 1024
_READABLE = ("application/pdf", "image/jpeg", "image/png", "image/webp")
_PAYMENT = b"ST00"
in_pdfium = threading.Lock()
"""The library is not made for threads."""


@dataclass(frozen=True, slots=True)
class _Grey:
    """A picture of one byte a pixel, without padding between its rows."""

    pixels: bytes
    width: int
    height: int


def read_payment_qr(data: bytes, mime_type: str) -> PaymentQr | None:
    """What the payment code in an invoice says; None where there is none.

    A code that stands on several pages counts once.

    Raises:
        Invalid: what `read_codes` and `banking.payment_qr.parse` raise; "qr-several" where codes say
            different things, since which one is to be paid is not ours to choose.
    """
    found: list[PaymentQr] = []
    problem: Invalid | None = None
    for code in read_codes(data, mime_type):
        try:
            said = parse(code)
        except Invalid as error:
            problem = problem or (None if error.code == "qr-not-payment" else error)
            continue
        if said not in found:
            found.append(said)
    if len(found) > 1:
        raise Invalid("qr-several", {"value": str(len(found))})
    if not found and problem is not None:
        raise problem
    return found[0] if found else None


def read_codes(data: bytes, mime_type: str) -> list[bytes]:
    """The bytes of each QR code in a PDF's first pages or a JPEG, PNG or WEBP picture; each once, in order.

    Bytes, not text: which encoding they have only their reader knows. A file of another kind has no codes.

    Raises:
        Invalid: "file-unreadable" for a PDF or picture that is damaged, locked by a password (facts: `reason`
            "damaged" or "password"), has too many pixels ("too-large") or takes too long ("too-slow").
    """
    until = time.monotonic() + SECONDS
    if b"%PDF-" in data[:_PDF_MARK_WITHIN]:
        return list(dict.fromkeys(_codes_of_pdf(data, until)))
    if _is_picture(data):
        return list(dict.fromkeys(_codes_of(_picture(data))))
    if mime_type.partition(";")[0].strip().lower() in _READABLE:
        raise _unreadable("damaged")
    return []


def _unreadable(reason: str) -> Invalid:
    return Invalid("file-unreadable", {"reason": reason})


def _is_picture(data: bytes) -> bool:
    return data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    )


def _codes_of(grey: _Grey) -> list[bytes]:
    from zxingcpp import BarcodeFormat, BarcodeFormats, read_barcodes

    # Not an ImageView: it would not keep the pixels alive while they are read.
    rows = memoryview(grey.pixels).cast("B", (grey.height, grey.width))
    return [code.bytes for code in read_barcodes(rows, formats=BarcodeFormats(BarcodeFormat.QRCode))]


def _picture(data: bytes) -> _Grey:
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=_PICTURES) as image:
            if math.prod(image.size) > (MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else MAX_PIXELS):
                raise _unreadable("too-large")
            image.draft("L", (MAX_SIDE // 2, MAX_SIDE // 2))  # a JPEG at half or a quarter, if that is enough
            if math.prod(image.size) > MAX_PIXELS:
                raise _unreadable("too-large")
            image.load()
            grey = _on_white(image)
            grey.thumbnail((MAX_SIDE, MAX_SIDE))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _unreadable("too-large") from None
    except Invalid:
        raise
    except (OSError, SyntaxError, ValueError, EOFError):  # what Pillow's readers raise for damaged files
        raise _unreadable("damaged") from None
    return _Grey(grey.tobytes(), grey.width, grey.height)


def _on_white(image: Image) -> Image:
    """In grey; a transparent background is paper."""
    from PIL.Image import new

    if not image.has_transparency_data:
        return image.convert("L")
    layers = image.convert("LA")
    paper = new("L", image.size, 255)
    paper.paste(layers.getchannel("L"), mask=layers.getchannel("A"))
    return paper


def _codes_of_pdf(data: bytes, until: float) -> Iterator[bytes]:
    import pypdfium2

    with in_pdfium:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            locked = getattr(error, "err_code", None) in (
                pypdfium2.raw.FPDF_ERR_PASSWORD,
                pypdfium2.raw.FPDF_ERR_SECURITY,
            )
            raise _unreadable("password" if locked else "damaged") from None
        try:
            for number in range(min(len(document), MAX_PAGES)):
                if time.monotonic() > until:
                    raise _unreadable("too-slow")
                yield from _codes_of_page(document, number, until)
        finally:
            document.close()


def _codes_of_page(document: Any, number: int, until: float) -> list[bytes]:
    import pypdfium2

    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        raise _unreadable("damaged") from None
    codes: list[bytes] = []
    try:
        for scale in _SCALES:
            codes.extend(_codes_of(_drawn(page, scale, until)))
            if any(code.startswith(_PAYMENT) for code in codes):
                break
    finally:
        page.close()
    return codes


def _drawn(page: Any, scale: float, until: float) -> _Grey:
    """A page in grey."""
    pixels, columns, rows = drawn(page, scale, until, MAX_SIDE)
    return _Grey(pixels, columns, rows)


def drawn(
    page: Any, scale: float, until: float, longest: int, *, colour: bool = False
) -> tuple[bytes, int, int]:
    """A page's pixels, drawn in steps so that one that would take for ever is given up.

    Args:
        page: pypdfium2's.
        scale: pixels for each point.
        until: on `time.monotonic`'s clock.
        longest: pixels of the longer side at most.
        colour: four bytes a pixel, BGRx, instead of one.

    Returns:
        Its rows without padding, and how many pixels it is wide and high.

    Raises:
        Invalid: "file-unreadable".
    """
    from pypdfium2 import PdfBitmap, raw

    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise _unreadable("damaged")
    scale = min(scale, longest / max(width, height))
    columns = max(4, math.ceil(width * scale / 4) * 4)  # by fours: pdfium pads no such row
    rows = max(4, math.ceil(height * scale))
    form = raw.FPDFBitmap_BGRx if colour else raw.FPDFBitmap_Gray
    bitmap = PdfBitmap.new_native(columns, rows, form)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, columns, rows)
        pause = raw.IFSDK_PAUSE(version=1)
        pause.NeedToPauseNow = type(pause.NeedToPauseNow)(lambda _: time.monotonic() > until)
        options = raw.FPDF_ANNOT if colour else raw.FPDF_GRAYSCALE | raw.FPDF_ANNOT
        state = raw.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, columns, rows, 0, options, pause)
        raw.FPDF_RenderPage_Close(page)
        if state == raw.FPDF_RENDER_TOBECONTINUED:  # it paused, so the time is over
            raise _unreadable("too-slow")
        if state != raw.FPDF_RENDER_DONE:
            raise _unreadable("damaged")
        return bytes(bitmap.buffer), columns, rows
    finally:
        bitmap.close()
