"""Pictures of first pages: small, and of whatever people hand in."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from sheetflow.adapters.previews import LONGEST, preview
from sheetflow.workspace.paper import invoice, pdf, written

PAPER = invoice("https://firm.example")


def picture(form: str = "PNG", size: tuple[int, int] = (3_000, 2_000), mode: str = "RGB") -> bytes:
    made = BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else None).save(made, form)
    return made.getvalue()


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(BytesIO(data))
    image.load()
    assert image.format == "JPEG"
    return image


def test_preview__a_pdf_s_first_page_with_what_is_written_on_it() -> None:
    image = opened(preview(PAPER))
    assert max(image.size) <= LONGEST + 4
    assert image.size[1] > image.size[0]
    assert len(image.convert("L").getcolors(1_000_000) or ()) > 2


def test_preview__only_the_first_page() -> None:
    two = pdf([written(["First"]), written(["Second"])])
    assert preview(two) == preview(pdf([written(["First"])]))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_preview__a_picture_made_small(form: str) -> None:
    image = opened(preview(picture(form)))
    assert max(image.size) == LONGEST
    red, green, _ = image.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert (red > 200, green < 60) == (True, True)


def test_preview__a_transparent_background_is_paper() -> None:
    assert opened(preview(picture("PNG", (50, 50), "RGBA"))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"%PDF-1.7 broken",
        PAPER[:300],
        picture()[:200],
        pdf([written(["x"])], locked=True),
    ],
)
def test_preview__none_of_what_cannot_be_drawn(data: bytes) -> None:
    assert preview(data) is None


def test_preview__none_of_a_picture_that_would_fill_the_memory() -> None:
    assert preview(picture("PNG", (9_000, 9_000), "1")) is None
