"""Somebody at a mailbox: short words for the calls that tests make most."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from typing import Any

import pytest
from googleapiclient.errors import HttpError


def letter(to: str = "", subject: str = "Hello", text: str = "Some words\n", **headers: str) -> EmailMessage:
    """A mail; a header's underscores are hyphens."""
    message = EmailMessage()
    if to:
        message["To"] = to
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def raw(message: EmailMessage | bytes) -> dict[str, str]:
    """A Message resource with a mail in it."""
    return {"raw": base64.urlsafe_b64encode(bytes(message)).decode()}


def refused(call: Any, code: int, words: str) -> Any:
    """That a call is refused with a status and exactly these words; gives the error's first reason."""
    with pytest.raises(HttpError) as caught:
        call.execute()
    assert (caught.value.resp.status, caught.value.reason) == (code, words)
    details: Any = caught.value.error_details
    return details[0].get("reason") if isinstance(details, list) else details


class Person:
    """Somebody's mailbox.

    Attributes:
        email: their address.
        users: the collection `users` of their client.
        me: their `userId`, for calls.
    """

    def __init__(self, email: str, service: Any) -> None:
        self.email = email
        self.service = service
        self.users = service.users()
        self.messages = self.users.messages()
        self.threads = self.users.threads()
        self.labels = self.users.labels()
        self.drafts = self.users.drafts()
        self.settings = self.users.settings()

    def send(self, message: EmailMessage, **more: Any) -> Any:
        """Send a mail."""
        return self.messages.send(userId="me", body={**raw(message), **more}).execute()

    def put(self, message: EmailMessage, *labels: str, **more: Any) -> Any:
        """Put a mail into the box."""
        body = {**raw(message), "labelIds": list(labels)}
        return self.messages.insert(userId="me", body=body, **more).execute()

    def find(self, q: str = "", **more: Any) -> list[str]:
        """The ids of what is found, newest first."""
        answer = self.messages.list(userId="me", q=q, **more).execute()
        return [mail["id"] for mail in answer.get("messages", [])]

    def get(self, mail: str, **more: Any) -> Any:
        """A mail."""
        return self.messages.get(userId="me", id=mail, **more).execute()

    def header(self, mail: str, name: str) -> str:
        """A header of a mail, "" where it has none."""
        found = self.get(mail, format="metadata", metadataHeaders=[name])["payload"]["headers"]
        return found[0]["value"] if found else ""

    def label(self, name: str, **more: Any) -> str:
        """A new label's id."""
        return str(self.labels.create(userId="me", body={"name": name, **more}).execute()["id"])

    def latest(self) -> str:
        """The box's history id."""
        return str(self.users.getProfile(userId="me").execute()["historyId"])

    def history(self, since: str, **more: Any) -> list[Any]:
        """The records since then."""
        answer = self.users.history().list(userId="me", startHistoryId=since, **more).execute()
        return list(answer.get("history", []))
