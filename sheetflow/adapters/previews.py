"""A small picture of a file's first page, for pages that show what a request came with.

PDFs are drawn here, so that no browser has to open one, and pictures are made small: a phone loads a tenth.
Without the libraries (the extra `invoices`) there are no previews, and the files themselves can be opened.
"""

from __future__ import annotations

import math
import time
from io import BytesIO
from typing import TYPE_CHECKING

from sheetflow.adapters.invoices import MAX_JPEG_PIXELS, MAX_PIXELS, drawn, in_pdfium
from sheetflow.model.invalid import Invalid

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST = 1_280
"""Pixels of the longer side."""
SECONDS = 8.0
QUALITY = 80
_PICTURES = ("JPEG", "PNG", "WEBP")


def preview(data: bytes) -> bytes | None:
    """A JPEG of a PDF's first page, or of a picture; None for any other file and for what cannot be drawn."""
    try:
        image = _first_page(data) if data.startswith(b"%PDF-") else _smaller(data)
    except (Invalid, ImportError):
        return None
    if image is None:
        return None
    made = BytesIO()
    image.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def _first_page(data: bytes) -> Image | None:
    import pypdfium2
    from PIL import Image

    until = time.monotonic() + SECONDS
    with in_pdfium:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError:
            return None
        try:
            page = document[0]
            try:
                pixels, width, height = drawn(page, 3.0, until, LONGEST, colour=True)
            finally:
                page.close()
        except (pypdfium2.PdfiumError, IndexError):
            return None
        finally:
            document.close()
    return Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX")


def _smaller(data: bytes) -> Image | None:
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data), formats=_PICTURES) as image:
            most = MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else MAX_PIXELS
            if math.prod(image.size) > most:
                return None
            image.draft("RGB", (LONGEST, LONGEST))
            if math.prod(image.size) > MAX_PIXELS:
                return None
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST, LONGEST))
            if not upright.has_transparency_data:
                return upright.convert("RGB")
            paper = Image.new("RGB", upright.size, "white")
            paper.paste(upright.convert("RGB"), mask=upright.convert("RGBA").getchannel("A"))
            return paper
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    except (OSError, SyntaxError, ValueError, EOFError):  # what Pillow's readers raise for damaged files
        return None
