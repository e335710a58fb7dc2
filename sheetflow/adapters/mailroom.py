"""What arrives in the sender's Gmail mailbox (MailroomPort): mails that came back, and answers.

One search finds all that was not looked at yet: what was has a label of ours, hidden in the mailbox, set only
once it is recorded. So whatever is killed when, each mail is looked at again until then, whoever reads it.
Of a mail that is neither a notice nor an answer to anything, its headers are read and no more.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetflow.adapters import google
from sheetflow.model.events import Arrived, Returned

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SERVICE = "Gmail"
MOST = 20
"""Looked at in one pass."""
LARGEST = 12 * 1024 * 1024
"""Bytes of an answer that is read."""
NOT_TAKEN = "sheetflow-not-taken"
"""The label of answers that are nobody's comment: left in the mailbox, for whoever looks after it."""
HEADERS = ("From", "In-Reply-To", "References")
_REFERENCE = re.compile(r"\bSF[A-Z2-9]{10}\b")
_HEADER = re.compile(r"X-Sheetflow-Reference:\s*(SF[A-Z2-9]{10})")
_SYSTEM = re.compile(r"\b(mailer-daemon|postmaster)@", re.IGNORECASE)


class GmailMailroom:
    """One mailbox, for one registry: several may share it, each with a label of its own."""

    def __init__(
        self, credentials: Credentials, api_root: str | None, registry: str, user: str = "me"
    ) -> None:
        self.api_root, self.user = api_root, user
        self.label = "sheetflow-" + hashlib.sha256(registry.encode()).hexdigest()[:8]
        self._transport = google.Transport(credentials)
        self._found: list[str] = []

    def arrived(self) -> tuple[list[Returned], list[Arrived]]:
        """What came back, and what answers something. One call where nothing is new."""
        query = f"in:inbox newer_than:14d -from:me -label:{self.label}"
        asked = self._messages.list(userId=self.user, q=query, maxResults=MOST, fields="messages/id")
        self._found = [str(one["id"]) for one in self._execute(asked).get("messages", ())]
        returned, answers = [], []
        for message in self._found:
            head = self._execute(
                self._messages.get(
                    userId=self.user, id=message, format="metadata", metadataHeaders=list(HEADERS)
                )
            )
            named = {one["name"].lower(): one["value"] for one in head.get("payload", {}).get("headers", ())}
            system = _SYSTEM.search(named.get("from", "")) is not None
            follows = named.get("in-reply-to") or named.get("references")
            if int(head.get("sizeEstimate", 0)) > LARGEST or not (system or follows):
                continue
            raw = self._execute(self._messages.get(userId=self.user, id=message, format="raw"))["raw"]
            data = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
            if system:
                text = data.decode("utf-8", "replace")
                if reference := _HEADER.search(text) or _REFERENCE.search(text):
                    returned.append(Returned(message, reference[reference.re.groups]))
            else:
                at = datetime.fromtimestamp(int(head["internalDate"]) / 1_000, UTC)
                answers.append(Arrived(message, at, data))
        return returned, answers

    def told(self, returned: Collection[str], strange: Collection[str]) -> None:
        """All that `arrived` found was recorded.

        Args:
            returned: notices of failed delivery: they are marked as read.
            strange: answers that were not taken: they bear a label that people see.
        """
        found, self._found = self._found, []
        if not found:
            return
        labels = self._labels([self.label, *([NOT_TAKEN] if strange else [])])
        if strange:
            self._modify(list(strange), [labels[NOT_TAKEN]], [])
        if returned:
            self._modify(list(returned), [], ["UNREAD"])
        self._modify(found, [labels[self.label]], [])

    def _modify(self, ids: list[str], add: list[str], remove: list[str]) -> None:
        body = {"ids": ids, "addLabelIds": add, "removeLabelIds": remove}
        self._execute(self._messages.batchModify(userId=self.user, body=body))

    def _labels(self, names: list[str]) -> dict[str, str]:
        """The labels' ids; one that is missing is made."""
        labels = self._users.labels()
        known = self._execute(labels.list(userId=self.user)).get("labels", ())
        ids = {str(one["name"]): str(one["id"]) for one in known}
        for name in names:
            if name not in ids:
                seen = name == NOT_TAKEN
                body = {
                    "name": name,
                    "labelListVisibility": "labelShow" if seen else "labelHide",
                    "messageListVisibility": "show" if seen else "hide",
                }
                ids[name] = str(self._execute(labels.create(userId=self.user, body=body))["id"])
        return ids

    @cached_property
    def _users(self) -> Any:
        return google.service("gmail", "v1", self._transport, self.api_root).users()

    @property
    def _messages(self) -> Any:
        return self._users.messages()

    def _execute(self, asked: Any) -> dict[str, Any]:
        return google.execute(asked, self._transport, SERVICE)
