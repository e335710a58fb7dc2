"""Names of files: whatever they came with, what comes out is safe, readable and unique."""

from __future__ import annotations

import doctest
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.app import names
from sheetflow.app.names import ENDINGS, LONGEST, LONGEST_BYTES, clean, file_name, folder_name, kind_of, safe

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ANY_TEXT = st.text(st.characters(), max_size=300)
SIGNS = (
    *'./\\:*?"<>|~-_ aЯ№«»9', "\0", "\n", "\u202e", "\u200b", "\ufeff", "\u2028", "\x85", "..", "con", "pdf",
    "\U0001f4c4", "e\u0301", "\ud800",
)  # fmt: skip
NASTY = st.lists(st.sampled_from(SIGNS), max_size=150).map("".join)
KINDS = st.sampled_from(sorted(ENDINGS))


def assert_safe(name: str) -> None:
    """What every system takes, and every reader sees as it is."""
    assert name
    assert len(name) <= LONGEST
    assert len(name.encode()) <= LONGEST_BYTES
    assert not set(name) & set('/\\:*?"<>|')
    assert name[0] not in " .-~"
    assert name[-1] not in " ."
    assert ".." not in name
    assert all(sign == " " or unicodedata.category(sign)[0] not in "CZ" for sign in name)
    assert name.partition(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


def test_doctests__hold() -> None:
    assert doctest.testmod(names) == doctest.TestResults(failed=0, attempted=7)


@given(NASTY | ANY_TEXT, NASTY | ANY_TEXT, KINDS, st.booleans())
def test_file_name__is_safe_and_ends_as_its_kind(
    request_id: str, original: str, kind: str, own: bool
) -> None:
    ending = ENDINGS[kind][-1]
    name = file_name(request_id, original + ending if own else original, kind)
    assert_safe(name)
    assert name.lower().endswith(ENDINGS[kind])


@given(st.lists(NASTY | ANY_TEXT, max_size=8), KINDS)
def test_file_name__is_unique_in_its_folder(originals: list[str], kind: str) -> None:
    taken: list[str] = []
    for original in [*originals, *originals]:
        taken.append(file_name("PR-000124", original, kind, taken))
        assert_safe(taken[-1])
    assert len({name.casefold() for name in taken}) == len(taken)
    assert all(name.startswith("PR-000124 ") for name in taken)


@given(NASTY | ANY_TEXT)
def test_safe__made_safe_again_is_the_same(text: str) -> None:
    assert_safe(safe(text))
    assert safe(safe(text)) == safe(text)


@given(NASTY | ANY_TEXT, NASTY | ANY_TEXT)
def test_folder_name__is_safe(request_id: str, contractor: str) -> None:
    assert_safe(folder_name(request_id, contractor))


@pytest.mark.parametrize(
    ("original", "kind", "name"),
    [
        ("Счёт № 5.pdf", PDF, "PR-2 Счёт № 5.pdf"),
        ("Счет.PDF", PDF, "PR-2 Счет.PDF"),
        ("Счет 12/34.pdf", PDF, "PR-2 Счет 12-34.pdf"),
        ("", PDF, "PR-2 file.pdf"),
        (".pdf", PDF, "PR-2 pdf.pdf"),
        (".htaccess", "text/plain", "PR-2 htaccess.txt"),
        ("invoice.pdf.exe", PDF, "PR-2 invoice.pdf.exe.pdf"),
        ("invoice\u202efdp.exe", PDF, "PR-2 invoicefdp.exe.pdf"),
        ("in\u200bvoi\u00adce.pdf", PDF, "PR-2 invoice.pdf"),
        ("a\r\nBcc: x@y.example.pdf", PDF, "PR-2 a Bcc- x@y.example.pdf"),
        ("photo.JPEG", "image/jpeg", "PR-2 photo.JPEG"),
        ("photo.png", "image/jpeg", "PR-2 photo.png.jpg"),
        ("con.pdf", PDF, "PR-2 _con.pdf"),
        ("cafe\u0301.pdf", PDF, "PR-2 café.pdf"),
    ],
)
def test_file_name__of(original: str, kind: str, name: str) -> None:
    assert file_name("PR-2", original, kind) == name


def test_file_name__that_is_too_long_keeps_its_beginning_and_its_ending() -> None:
    name = file_name("PR-000124", "Счет " + "о" * 500 + ".pdf", PDF)
    assert len(name) == LONGEST
    assert name.startswith("PR-000124 Счет ооо")
    assert name.endswith("о.pdf")
    second = file_name("PR-000124", "Счет " + "о" * 500 + ".pdf", PDF, [name])
    assert len(second) == LONGEST
    assert second.endswith("о (2).pdf")


def test_file_name__many_of_the_same_are_counted() -> None:
    taken: list[str] = []
    for _ in range(12):
        taken.append(file_name("PR-2", "Act.pdf", PDF, taken))
    assert taken[1:3] == ["PR-2 Act (2).pdf", "PR-2 Act (3).pdf"]
    assert taken[-1] == "PR-2 Act (12).pdf"


@pytest.mark.parametrize(
    ("mime_type", "name", "kind"),
    [
        ("application/pdf", "a", PDF),
        ("Application/PDF", "a.exe", PDF),
        ("image/jpg", "a.jpg", "image/jpeg"),
        ("", "a.xml", "text/xml"),
        ("application/octet-stream", "a.docx", WORD),
        ("application/octet-stream", "a", ""),
        ("application/zip", "a.pdf", ""),
        ("text/html", "a.html", ""),
        ("image/svg+xml", "a.svg", ""),
        ("application/x-msdownload", "a.exe", ""),
        ("application/vnd.ms-excel.sheet.macroenabled.12", "a.xlsm", ""),
        ("application/vnd.google-apps.document", "a", ""),
    ],
)  # fmt: skip
def test_kind_of__what_is_taken_and_what_is_not(mime_type: str, name: str, kind: str) -> None:
    assert kind_of(mime_type, name) == kind


def test_clean__may_be_blank() -> None:
    assert clean(" \u200b./.. ") == ""
