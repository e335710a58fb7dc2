"""Files on the pages: told by their bytes, named safely, kept once."""

from __future__ import annotations

import doctest

import pytest

from sheetflow.core.company import read_company
from sheetflow.core.projection import from_row
from sheetflow.model.events import Upload
from sheetflow.pages import papers
from sheetflow.pages.knock import Answer, Paper
from sheetflow.pages.papers import MEGABYTE, Shelf, keep, kind_of, may_see, refused
from tests.desk import ADMIN, ANNA, DIRECTOR, HEAD, MAX, MIA, Desk, book

PDF = b"%PDF-1.7 x"


class FakeUploads:
    """Remembers what was kept (UploadsPort)."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, str]] = []

    def keep(self, key: str, name: str, kind: str, content: bytes) -> Upload:
        self.kept.append((key, name, kind))
        return Upload(f"file of {key}", name, kind)


class FakeShelf:
    """One file (ShelfPort)."""

    def __init__(self, content: bytes, name: str = "x.pdf", kind: str = "application/pdf") -> None:
        self.content, self.name, self.kind = content, name, kind

    def download(self, file: str) -> tuple[str, str, bytes]:
        return self.name, self.kind, self.content


def shown(content: bytes, name: str = "x.pdf", *, small: bool = False, digest: str = "") -> Answer | str:
    import hashlib

    file = {"id": "f", "name": name, "sha256": digest or hashlib.sha256(content).hexdigest()}
    return Shelf(FakeShelf(content), lambda data: b"\xff\xd8\xffsmall" if data == PDF else None).show(
        file, small=small
    )


def test_doctests__hold() -> None:
    assert doctest.testmod(papers).failed == 0


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PDF, ""),
        (b"\xff\xd8\xff\xe0", ""),
        (b"\x89PNG\r\n\x1a\n", ""),
        (b"", "empty"),
        (b"RIFF....WEBP", "wrong_kind"),
        (b"<?xml version='1.0'?><svg onload='x'/>", "wrong_kind"),
        (b"\n%PDF-1.7", "wrong_kind"),
        (PDF + b"0" * 10 * MEGABYTE, "too_large"),
    ],
)
def test_refused__by_what_it_is_not_by_what_it_is_called(content: bytes, problem: str) -> None:
    assert refused(Paper("order.pdf", content)) == problem


def test_keep__the_same_file_by_the_same_link_has_the_same_key() -> None:
    uploads = FakeUploads()
    for nonce, content in (("n1", PDF), ("n1", PDF), ("n1", PDF + b"2"), ("n2", PDF)):
        keep(uploads, Paper("order.pdf", content), nonce)
    keys = [key for key, _, _ in uploads.kept]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("C:\\bank\\order.pdf", "order.pdf"),
        ("../../etc/order.pdf", "order.pdf"),
        ("", "payment order.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
    ],
)
def test_keep__under_the_last_part_of_its_name(given: str, name: str) -> None:
    uploads = FakeUploads()
    keep(uploads, Paper(given, PDF), "n")
    assert uploads.kept[0][1:] == (name, "application/pdf")


def test_may_see__whoever_has_a_part_in_the_request() -> None:
    desk = Desk()
    request = from_row(desk.state_row(desk.submitted()))
    company = read_company(desk.sheet.people, desk.sheet.settings, book())
    for address, allowed in (
        (MIA, True),
        (HEAD, True),
        (DIRECTOR, True),
        (ANNA, True),
        (ADMIN, True),
        (MAX, False),
    ):
        person = company.people.find(address)
        assert person is not None
        assert may_see(person, request, company) is allowed, address


@pytest.mark.parametrize("name", ['счет "17".pdf', "a\r\nSet-Cookie: x.pdf", "100%.pdf"])
def test_shelf__a_name_is_no_header(name: str) -> None:
    answer = shown(PDF, name)
    assert isinstance(answer, Answer)
    told = answer.headers["Content-Disposition"]
    assert told.isascii()
    assert "\n" not in told
    assert "\r" not in told
    assert told.count('"') == 2


def test_shelf__what_browsers_do_not_show_is_only_downloaded() -> None:
    answer = shown(b"<html><script>alert(1)</script>", "invoice.pdf")
    assert isinstance(answer, Answer)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")


def test_shelf__changed_too_large_and_without_preview() -> None:
    assert shown(PDF, digest="another") == "changed"
    assert shown(PDF + b"0" * 21 * MEGABYTE) == "too_large_to_show"
    assert shown(b"PK", small=True) == "no_preview"
    picture = shown(PDF, small=True)
    assert isinstance(picture, Answer)
    assert picture.headers["Content-Type"] == "image/jpeg"


def test_kind_of__a_picture_of_the_web() -> None:
    assert kind_of(b"RIFF1234WEBP") == "image/webp"
    assert kind_of(b"RIFF1234WAVE") == ""
