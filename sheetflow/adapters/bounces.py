"""Mails that came back, out of the sender's Gmail mailbox (BouncesPort)."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetflow.adapters import google
from sheetflow.model.events import Returned

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SERVICE = "Gmail"
QUERY = "in:inbox is:unread from:(mailer-daemon OR postmaster)"
MOST = 20
"""Looked at in one pass."""
_REFERENCE = re.compile(r"\bSF[A-Z2-9]{10}\b")
_HEADER = re.compile(r"X-Sheetflow-Reference:\s*(SF[A-Z2-9]{10})")


class GmailBounces:
    """The returned mails of one mailbox; each stays in it, marked as read once it was told of."""

    def __init__(self, credentials: Credentials, api_root: str | None, user: str = "me") -> None:
        self.api_root, self.user = api_root, user
        self._transport = google.Transport(credentials)

    def returned(self) -> Sequence[Returned]:
        """Unread notices of failed delivery that name one of our references. One call where there is none."""
        asked = self._messages.list(userId=self.user, q=QUERY, maxResults=MOST, fields="messages/id")
        found = []
        for message in self._execute(asked).get("messages", ()):
            raw = self._execute(self._messages.get(userId=self.user, id=message["id"], format="raw"))["raw"]
            text = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)).decode("utf-8", "replace")
            reference = _HEADER.search(text) or _REFERENCE.search(text)
            if reference:
                found.append(Returned(str(message["id"]), reference[reference.re.groups]))
        return found

    def told(self, returned: Sequence[Returned]) -> None:
        """Mark notices as read: they were recorded."""
        for notice in returned:
            body = {"removeLabelIds": ["UNREAD"]}
            self._execute(self._messages.modify(userId=self.user, id=notice.message, body=body, fields="id"))

    @cached_property
    def _messages(self) -> Any:
        return google.service("gmail", "v1", self._transport, self.api_root).users().messages()

    def _execute(self, asked: Any) -> dict[str, Any]:
        return google.execute(asked, self._transport, SERVICE)
