"""Gmail on sending: what becomes of a message's own id, and how a sent message is found again."""

from __future__ import annotations

import base64
import secrets
import time
from email.message import EmailMessage
from typing import Any


def send(gmail: Any, text: str, **headers: str) -> Any:
    """Send oneself a mail; gives Gmail's answer."""
    address = gmail.users().getProfile(userId="me").execute()["emailAddress"]
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = address, address, "A fact about Gmail"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    raw = base64.urlsafe_b64encode(message.as_bytes()).decode()
    return gmail.users().messages().send(userId="me", body={"raw": raw}).execute()


def header(gmail: Any, mail: str, name: str) -> str:
    """A header of a message in the mailbox."""
    found = gmail.users().messages().get(userId="me", id=mail, format="metadata").execute()
    return next(
        (str(each["value"]) for each in found["payload"]["headers"] if each["name"].lower() == name.lower()),
        "",
    )


def test_message_id__is_rewritten(gmail: Any) -> None:
    """Doc: messages.send gives every message a Message-ID of its own [H]."""
    mine = f"<{secrets.token_hex(8)}@firm.example>"
    sent = send(gmail, "Hello", Message_ID=mine)
    theirs = header(gmail, sent["id"], "Message-ID")
    assert theirs.startswith("<")
    assert theirs != mine
    listed = gmail.users().messages().list(userId="me", q=f"rfc822msgid:{mine.strip('<>')}").execute()
    assert not listed.get("messages")


def test_reference__in_the_text_finds_a_sent_message(gmail: Any) -> None:
    """Doc: `in:sent "REF"` finds a word in the text of a sent message, after a while [H]."""
    reference = "SF" + secrets.token_hex(6).upper()
    sent = send(gmail, f"Hello\n\n-- \nReference: {reference}\n")
    listed: list[Any] = []
    for _ in range(24):  # Google's index may lag behind
        answer = gmail.users().messages().list(userId="me", q=f'in:sent "{reference}"').execute()
        listed = answer.get("messages", [])
        if listed:
            break
        time.sleep(5)
    assert [mail["id"] for mail in listed] == [sent["id"]]
    absent = gmail.users().messages().list(userId="me", q=f'in:sent "{reference}X"').execute()
    assert not absent.get("messages")
