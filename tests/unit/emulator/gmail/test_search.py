"""Google's published list of search operators, each against mails that it has to tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from sheetflow.emulator.emulator import Emulator
from tests.unit.emulator.gmail.person import letter

ME, ANNA = "me@example.com", "anna@example.com"


def kept(emulator: Emulator, name: str, message: EmailMessage, *labels: str) -> None:
    message["X-Name"] = name
    emulator.gmail.insert(ME, bytes(message), labels)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A box with six mails, each with a name of its own."""
    emulator = Emulator(tmp_path_factory.mktemp("search"))
    emulator.clock.set(datetime(2026, 3, 1, 12, tzinfo=UTC))
    family = emulator.gmail.labels.create(ME, {"name": "My Family/Home"})["id"]
    plan = letter(ME, "Plan", "the secret of a big birthday party\n", Cc="carl@example.com")
    kept(emulator, "plan", plan, "INBOX", family, "STARRED")
    report = letter("list@example.com", "Report", "x" * 3000, List_Id="News <news.example.org>")
    report.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Homework 1.pdf")
    kept(emulator, "report", report, "INBOX", "UNREAD", "IMPORTANT")
    links = letter(ME, "Links", "see https://docs.google.com/spreadsheets/d/1 and youtu.be\n", Bcc=ANNA)
    kept(emulator, "links", links, "SENT")
    video = letter(ME, "Video", Delivered_To="me+films@example.com")
    video.add_alternative('<a href="https://www.youtube.com/watch?v=1">look</a>', subtype="html")
    kept(emulator, "video", video, "CATEGORY_PROMOTIONS")
    kept(emulator, "junk", letter(ME, "Party offer"), "SPAM")
    kept(emulator, "gone", letter(ME, "Party is over"), "TRASH", "UNREAD")
    yield emulator
    emulator.close()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cc:carl", "plan"),
        ("bcc:anna", "links"),
        ("to:carl OR to:anna", "plan links"),
        ("deliveredto:me+films@example.com", "video"),
        ("list:news.example.org", "report"),
        ("filename:pdf", "report"),
        ('filename:"homework 1.pdf"', "report"),
        ("has:attachment", "report"),
        ("has:spreadsheet", "links"),
        ("has:drive", "links"),
        ("has:document", ""),
        ("has:youtube", "video"),
        ("has:userlabels", "plan"),
        ("has:nouserlabels is:important", "report"),
        ("has:yellow-star", "plan"),
        ("has:purple-star", ""),
        ("label:my-family-home", "plan"),
        ('label:"My Family/Home"', "plan"),
        ("-label:my-family-home in:inbox", "report"),
        ("label:unknown", ""),
        ("is:starred", "plan"),
        ("is:important", "report"),
        ("in:inbox is:read", "plan"),
        ("label:unread", "report"),
        ("in:archive", "video"),
        ("category:promotions", "video"),
        ("category:primary", ""),
        ("is:muted", ""),
        ("in:snoozed", ""),
        ("larger:2K", "report"),
        ("larger:2500", "report"),
        ("size:2500", "report"),
        ("smaller:1k -in:sent", "plan video"),
        ("larger:1M", ""),
        ("party", "plan"),
        ("in:anywhere party", "plan junk gone"),
        ("in:spam", "junk"),
        ("in:trash party", "gone"),
        ("in:anywhere -in:trash party", "plan junk"),
        ("-in:spam party", "plan"),
        ("subject:(plan OR report)", "plan report"),
        ("subject:{plan video}", "plan video"),
        ("-subject:(plan OR report)", "links video"),
        ("subject:(plan report)", ""),
        ("to:(me carl)", "plan"),
        ("plan AND party", "plan"),
        ("+plan", "plan"),
        ("secret AROUND 4 birthday", "plan"),
        ("birthday AROUND 3 secret", "plan"),
        ("secret AROUND 1 birthday", ""),
        ('"secret AROUND 4 birthday"', "plan"),
        ('"birthday AROUND 4 secret"', ""),
        ("after:03/01/2026", "plan report links video"),
        ("before:3/1/2026", ""),
        ("older_than:1h", ""),
        ("newer_than:999y", "plan report links video"),
        ("from: plan", "plan"),
        ("larger:big", ""),
    ],
)
def test_find__query(emulator: Emulator, query: str, found: str) -> None:
    mails = emulator.gmail.find(ME, query)
    names = [
        line.partition(b": ")[2].decode()
        for mail in mails
        for line in mail.raw.split(b"\r\n")
        if line.startswith(b"X-Name: ")
    ]
    assert sorted(names) == sorted(found.split())


def test_store__of_an_earlier_version_is_read_on(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path)
    with emulator.store.write() as connection:
        connection.execute("DROP TABLE mails")
        connection.execute(
            "CREATE TABLE mails (owner TEXT, id TEXT, thread TEXT, at_ms INTEGER, visible_ms INTEGER,"
            " history INTEGER, labels TEXT, raw BLOB, message_id TEXT, topic TEXT, snippet TEXT,"
            " files INTEGER, subject TEXT, body TEXT, sender TEXT, receivers TEXT, copied TEXT,"
            " blind TEXT, PRIMARY KEY (owner, id))"
        )
        row = (ME, "0abc", "0abc", 1, 1, 2000, " INBOX ", b"Subject: a\r\n\r\nb", "", "a", "b", 0, " a ")
        connection.execute(
            f"INSERT INTO mails VALUES ({', '.join('?' * 18)})", (*row, " b ", " ", " ", " ", " ")
        )
    emulator.close()
    again = Emulator(tmp_path)
    again.gmail.insert(ME, bytes(letter(ME, "New")), ["INBOX"])
    assert [mail.id for mail in again.gmail.find(ME, "b subject:a")] == ["0abc"]
    assert len(again.gmail.find(ME, "-filename:x")) == 2
    assert again.gmail.history.latest(ME) > 2000
    again.close()
