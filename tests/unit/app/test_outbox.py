"""What a letter carries, and what becomes of it where its files cannot be had."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from sheetflow.app.outbox import FEW_TRIES, FILING_TRIES, MOST_ATTACHED, Deliverer
from sheetflow.core.filing import INVOICE
from sheetflow.core.tabs import OutboxRow
from sheetflow.errors import AccessDenied, NotFound, PortError, Unavailable
from sheetflow.model.events import Filing
from sheetflow.model.snapshot import Letter
from tests.desk import START, FakeMail


class FakeDrive:
    """Files by id (FilesPort); an exception in place of a content is raised."""

    def __init__(self, **files: bytes | PortError) -> None:
        self.files = files

    def file(self, letter: Letter) -> Filing:
        found = self.files[letter.id]
        if isinstance(found, PortError):
            raise found
        return Filing(letter.id, letter.request, "invoice", "link", ())

    def download(self, file: str) -> tuple[str, str, bytes]:
        found = self.files[file]
        if isinstance(found, PortError):
            raise found
        return f"{file}.pdf", "application/pdf", found


def sent(drive: FakeDrive | None, *files: str, tries: int = 1) -> tuple[str, list[tuple[str | None, bytes]]]:
    """The state of a letter after an attempt to send it, and what came with the mail."""
    mail = FakeMail()
    letter = Letter("l1", "contractor-paid", "pay@x.example", "PR-000002", {"attachments": list(files)})
    deliverer = Deliverer(mail, lambda _letter: _plain(), str.upper, drive)
    (row,) = deliverer.deliver([OutboxRow(letter, "leased", "run", START, tries)])
    parts = [part for message in mail.sent for part in message.iter_attachments()]
    return row.state, [(part.get_filename(), bytes(part.get_payload(decode=True))) for part in parts]


def _plain() -> EmailMessage:
    message = EmailMessage()
    message.set_content("Paid.")
    return message


def test_attachments__come_as_they_are() -> None:
    content = bytes(range(256))
    assert sent(FakeDrive(a=content, b=b""), "a", "b") == ("sent", [("a.pdf", content), ("b.pdf", b"")])


def test_attachments__where_there_is_no_folder_the_words_go_alone() -> None:
    assert sent(None, "a") == ("sent", [])


@pytest.mark.parametrize("error", [NotFound("Drive", "gone"), AccessDenied("Drive", "closed")])
def test_attachments__that_are_gone_do_not_keep_the_words(error: PortError) -> None:
    assert sent(FakeDrive(a=error, b=b"there"), "a", "b") == ("sent", [("b.pdf", b"there")])


def test_attachments__out_of_reach_are_waited_for_but_not_for_ever() -> None:
    drive = FakeDrive(a=Unavailable("Drive", "no answer"))
    assert [sent(drive, "a", tries=tries)[0] for tries in (1, FEW_TRIES - 1)] == ["doubt", "doubt"]
    assert sent(drive, "a", tries=FEW_TRIES) == ("sent", [])


def test_attachments__are_no_more_than_a_mail_can_carry() -> None:
    drive = FakeDrive(a=b"0" * (MOST_ATTACHED - 1), b=b"12", c=b"1")
    assert [name for name, _ in sent(drive, "a", "b", "c")[1]] == ["a.pdf", "c.pdf"]


@pytest.mark.parametrize(
    ("error", "tries", "state"),
    [
        (Unavailable("Drive", "no answer"), FEW_TRIES, "doubt"),
        (Unavailable("Drive", "no answer"), FILING_TRIES - 1, "doubt"),
        (Unavailable("Drive", "no answer"), FILING_TRIES, "done"),
        (AccessDenied("Drive", "closed"), FEW_TRIES - 1, "doubt"),
        (AccessDenied("Drive", "closed"), FEW_TRIES, "done"),
    ],
)
def test_file__is_asked_for_again_and_given_up_in_words(error: PortError, tries: int, state: str) -> None:
    deliverer = Deliverer(FakeMail(), lambda _letter: _plain(), str.upper, FakeDrive(l1=error))
    letter = Letter("l1", INVOICE, "", "PR-000002", {"files": []})
    (row,) = deliverer.deliver([OutboxRow(letter, "leased", "run", START, tries)])
    assert row.state == state
    assert ("not-filed" in row.result) == (state == "done")
