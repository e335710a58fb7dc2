"""Mail over the Gmail API (MailPort): sent once a call, found again by the reference in its text.

Gmail gives every message a Message-ID of its own, so the reference is all that a sent one can be found by,
and its search may need a while to see it. googleapiclient is loaded with the first call: a pass that writes
to nobody starts without it.
"""

from __future__ import annotations

import base64
import re
from email.message import EmailMessage
from email.policy import SMTP
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sheetflow.adapters import google

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SERVICE = "Gmail"
MOST_IN_JSON = 3 * 1024 * 1024
"""Bytes of a message inside of JSON: of a few megabytes more Gmail says 413, and wants them as an upload."""
_REFERENCE = re.compile(r"[A-Z0-9]{6,40}")


class GmailMail:
    """One mailbox.

    Args:
        credentials: of the mailbox's user; for another `user` they have to be delegated.
        api_root: None for Google, else the root of a local workspace.
        user: whose mailbox it is.
    """

    def __init__(self, credentials: Credentials, api_root: str | None, user: str = "me") -> None:
        self.credentials, self.api_root, self.user = credentials, api_root, user
        self._transport = google.Transport(credentials)

    def send(self, message: EmailMessage) -> str:
        """Send a message; gives Gmail's id of it.

        Raises:
            RateLimited: it was not sent.
            AccessDenied, PortError: it was not sent, and will not be if tried again.
            Unavailable: it may have been sent; look with `find` after a while.
        """
        content = message.as_bytes(policy=SMTP)
        if len(content) > MOST_IN_JSON:
            return str(self._execute(self._uploading(content))["id"])
        raw = base64.urlsafe_b64encode(content).decode("ascii")
        answer = self._execute(self._messages.send(userId=self.user, body={"raw": raw}, fields="id"))
        return str(answer["id"])

    def _uploading(self, content: bytes) -> Any:
        from googleapiclient.http import MediaInMemoryUpload

        media = MediaInMemoryUpload(content, mimetype="message/rfc822")
        asked = self._messages.send(userId=self.user, media_body=media, fields="id")
        if self.api_root:  # for uploads the client takes the endpoint's host and always https
            parts = urlsplit(asked.uri)
            asked.uri = f"{self.api_root.rstrip('/')}{parts.path}?{parts.query}"
        return asked

    def find(self, reference: str) -> str | None:
        """The id of a sent message with this reference in its text, or None.

        Raises:
            ValueError: not a reference, so it could ask for anything.
        """
        if not _REFERENCE.fullmatch(reference):
            raise ValueError(f"not a reference: {reference!r}")
        asked = self._messages.list(
            userId=self.user, q=f'in:sent "{reference}"', maxResults=1, fields="messages/id"
        )
        for found in self._execute(asked).get("messages", ()):
            return str(found["id"])
        return None

    @cached_property
    def _messages(self) -> Any:
        return google.service("gmail", "v1", self._transport, self.api_root).users().messages()

    def _execute(self, asked: Any) -> dict[str, Any]:
        return google.execute(asked, self._transport, SERVICE)
