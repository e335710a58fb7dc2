"""The search box: which of a few mails a query finds."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from sheetflow.emulator.emulator import Emulator

ME = "me@example.com"
MAILS = {
    "invoice": (
        "2026-03-01T12:00+00:00",
        "Anna Smith <anna@example.com>",
        "Invoice PR-000124",
        "Please pay 1 500,00 now",
    ),
    "lunch": ("2026-03-02T12:00+00:00", "bob@example.com", "Lunch?", "At noon; bring the invoice"),
    "оплата": ("2026-03-03T12:00+00:00", "anna@example.com", "Оплата счёта", "Заявка одобрена, ЁЛКА"),
}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Emulator:
    emulator = Emulator(tmp_path_factory.mktemp("search"))
    for when, sender, subject, text in MAILS.values():
        emulator.clock.set(datetime.fromisoformat(when))
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, ME, subject
        message.set_content(text)
        if subject == "Lunch?":
            message.add_attachment(b"x", maintype="text", subtype="csv", filename="menu-card.csv")
        emulator.gmail.send(sender.split("<")[-1].strip(">"), bytes(message))
    emulator.clock.set(datetime(2026, 3, 4, 11, tzinfo=UTC))
    return emulator


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "invoice lunch оплата"),
        ("invoice", "invoice lunch"),
        ("INVOICE", "invoice lunch"),
        ("invoic", ""),
        ("subject:invoice", "invoice"),
        ('"PR-000124"', "invoice"),
        ("PR-000124", "invoice"),
        ('"pay 1 500"', "invoice"),
        ('"500 1 pay"', ""),
        ("from:anna", "invoice оплата"),
        ("from:anna@example.com invoice", "invoice"),
        ("from:smith", "invoice"),
        ("from:me", ""),
        ("to:me", "invoice lunch оплата"),
        ("-invoice", "оплата"),
        ("-from:anna", "lunch"),
        ("from:bob OR subject:оплата", "lunch оплата"),
        ("{from:bob subject:оплата}", "lunch оплата"),
        ("from:anna -(invoice OR lunch)", "оплата"),
        ("(from:anna invoice) OR lunch", "invoice lunch"),
        ('subject:"оплата счёта"', "оплата"),
        ("ёлка", "оплата"),
        ("in:inbox", "invoice lunch оплата"),
        ("in:sent", ""),
        ("label:inbox is:unread lunch", "lunch"),
        ("has:attachment", "lunch"),
        ("filename:menu", "lunch"),
        ("after:2026/03/02", "lunch оплата"),
        ("before:2026/03/02", "invoice"),
        ("after:2026/03/02 before:2026-03-03", "lunch"),
        (f"after:{int(datetime(2026, 3, 3, 11, tzinfo=UTC).timestamp())}", "оплата"),
        ("newer_than:2d", "оплата lunch"),
        ("older_than:2d", "invoice"),
        ("after:2026/13/45", ""),
        ("unknown:invoice", ""),
        ("rfc822msgid:nothing@example.com", ""),
        ('"', "invoice lunch оплата"),
        (")(", "invoice lunch оплата"),
        ("'; DROP TABLE mails; --", ""),
    ],
)
def test_find__query(emulator: Emulator, query: str, found: str) -> None:
    firsts = {text.split()[0]: key for key, (_, _, _, text) in MAILS.items()}
    got = {firsts[mail.snippet.split()[0]] for mail in emulator.gmail.find(ME, query)}
    assert got == set(found.split())
