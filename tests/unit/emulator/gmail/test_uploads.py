"""Mails that come as uploads, and how large they may be."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from googleapiclient.http import MediaInMemoryUpload, MediaIoBaseUpload

from sheetflow.emulator.gmail import answers, uploads
from sheetflow.emulator.testing import LocalGoogle
from tests.unit.emulator.gmail.person import Person, letter, raw, refused

BLOCK = 256 * 1024


def scan(to: str, size: int = 3 * BLOCK) -> bytes:
    """A mail with a file of so many bytes."""
    message = letter(to, "Скан")
    message.add_attachment(bytes(size), maintype="application", subtype="pdf", filename="счёт.pdf")
    return bytes(message)


def rfc822(data: bytes, **more: Any) -> MediaInMemoryUpload:
    return MediaInMemoryUpload(data, mimetype="message/rfc822", **more)


def test_send__in_chunks(anna: Person, bob: Person) -> None:
    media = MediaIoBaseUpload(io.BytesIO(scan(bob.email)), "message/rfc822", chunksize=BLOCK, resumable=True)
    request = anna.messages.send(userId="me", media_body=media, body={})
    progress, sent, chunks = None, None, 0
    while sent is None:
        progress, sent = request.next_chunk()
        chunks += 1
    assert progress is None
    assert chunks > 3
    (got,) = bob.find("has:attachment")
    (file,) = [part for part in bob.get(got)["payload"]["parts"] if part["filename"]]
    assert (file["filename"], file["body"]["size"]) == ("счёт.pdf", 3 * BLOCK)
    assert sent["labelIds"] == ["SENT"]


def test_send__resumable_under_the_other_path(google: LocalGoogle, anna: Person, bob: Person) -> None:
    root = f"{google.url}/resumable/upload/gmail/v1/users/me/messages/send"
    headers = {"Authorization": f"Bearer local:{anna.email}", "X-Upload-Content-Type": "message/rfc822"}
    begun = requests.post(f"{root}?uploadType=resumable", headers=headers, timeout=5)
    assert (begun.status_code, begun.content) == (200, b"")
    asked = requests.put(begun.headers["Location"], headers={"Content-Range": "bytes */100"}, timeout=5)
    assert (asked.status_code, "Range" in asked.headers) == (308, False)
    done = requests.put(begun.headers["Location"], data=scan(bob.email, 10), timeout=5)
    assert done.json()["labelIds"] == ["SENT"]
    assert len(bob.find()) == 1
    again = requests.put(begun.headers["Location"], data=scan(bob.email, 10), timeout=5)
    assert again.status_code == 404
    assert len(bob.find()) == 1


def test_uploads__with_their_resource(anna: Person) -> None:
    label = anna.label("Scans")
    body = {"labelIds": [label, "INBOX"]}
    made = anna.messages.insert(userId="me", body=body, media_body=rfc822(scan(anna.email))).execute()
    assert set(made["labelIds"]) == {label, "INBOX"}
    assert "body" not in made
    imported = anna.messages.import_(userId="me", body=body, media_body=rfc822(scan(anna.email))).execute()
    assert set(imported["labelIds"]) == {label, "INBOX"}


@pytest.mark.parametrize("resumable", [False, True])
def test_drafts__made_updated_and_sent_by_upload(anna: Person, bob: Person, *, resumable: bool) -> None:
    made = anna.drafts.create(
        userId="me", body={}, media_body=rfc822(scan(""), resumable=resumable)
    ).execute()
    media = rfc822(scan(bob.email), resumable=resumable)
    updated = anna.drafts.update(userId="me", id=made["id"], body={}, media_body=media).execute()
    assert updated["id"] == made["id"]
    media = rfc822(bytes(letter(bob.email, "Instead")), resumable=resumable)
    anna.drafts.send(userId="me", body={"id": made["id"]}, media_body=media).execute()
    assert bob.header(bob.find()[0], "Subject") == "Instead"
    assert anna.find("in:drafts") == []


def test_send__what_is_too_large(anna: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "JSON_MAX", 1000)
    large = letter(bob.email, text="x" * 1000)
    call = anna.messages.send(userId="me", body=raw(large))
    assert refused(call, 413, "Request Entity Too Large") == "uploadTooLarge"
    anna.messages.send(userId="me", media_body=rfc822(bytes(large))).execute()
    assert len(bob.find()) == 1


def test_limits__are_googles() -> None:
    assert (uploads.SEND_MAX, uploads.STORE_MAX) == (35 * 1024**2, 150 * 1024**2)


def test_send__beyond_the_limit_nothing_is_sent(google: LocalGoogle, anna: Person, bob: Person) -> None:
    headers = {"Authorization": f"Bearer local:{anna.email}", "Content-Type": "message/rfc822"}
    data = bytes(letter(bob.email)) + b"x" * uploads.SEND_MAX
    root = f"{google.url}/upload/gmail/v1/users/me/messages/send"
    answer = requests.post(f"{root}?uploadType=media", data=data, headers=headers, timeout=20)
    assert answer.status_code == 413
    assert answer.json()["error"]["errors"][0]["reason"] == "uploadTooLarge"
    headers["X-Upload-Content-Length"] = str(len(data))
    begun = requests.post(f"{root}?uploadType=resumable", headers=headers, timeout=5)
    assert begun.status_code == 413
    assert bob.find() == []
