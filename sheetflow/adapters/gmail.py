"""Mail over the Gmail API (MailPort): sent once a call, found again by the reference in its text.

Gmail gives every message a Message-ID of its own, so the reference is all that a sent one can be found by,
and its search may need a while to see it. googleapiclient is loaded with the first call: a pass that writes
to nobody starts without it. Its own transport sends a POST again where the connection broke before the
answer; so the calls go through google-auth's requests session, which never does.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from functools import cached_property
from typing import TYPE_CHECKING, Any

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import AuthorizedSession

from sheetflow.adapters.http import error_of
from sheetflow.errors import AccessDenied, PortError, RateLimited, Unavailable

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SERVICE = "Gmail"
TIMEOUT = (5, 60)
"""Seconds to connect, and to wait for an answer."""
QUOTA_REASONS = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "dailyLimitExceeded",
        "quotaExceeded",
        "RATE_LIMIT_EXCEEDED",
    }
)
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
        self._transport = _Transport(credentials)

    def send(self, message: EmailMessage) -> str:
        """Send a message; gives Gmail's id of it.

        Raises:
            RateLimited: it was not sent.
            AccessDenied, PortError: it was not sent, and will not be if tried again.
            Unavailable: it may have been sent; look with `find` after a while.
        """
        raw = base64.urlsafe_b64encode(message.as_bytes(policy=SMTP)).decode("ascii")
        answer = self._execute(self._messages.send(userId=self.user, body={"raw": raw}, fields="id"))
        return str(answer["id"])

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
        from googleapiclient.discovery import build

        service = build(
            "gmail",
            "v1",
            http=self._transport,
            client_options={"api_endpoint": self.api_root.rstrip("/") + "/"} if self.api_root else None,
            static_discovery=True,
            cache_discovery=False,
        )
        return service.users().messages()

    def _execute(self, asked: Any) -> dict[str, Any]:
        from googleapiclient.errors import HttpError

        try:
            answer: dict[str, Any] = asked.execute(http=self._transport, num_retries=0)
        except HttpError as error:
            raise _refused(error) from error
        except (requests.ConnectionError, requests.Timeout, TransportError) as error:
            raise Unavailable(SERVICE, f"no answer: {type(error).__name__}") from error
        except requests.RequestException as error:  # the answer broke off, or was not to be read
            raise Unavailable(SERVICE, f"no whole answer: {type(error).__name__}") from error
        except GoogleAuthError as error:
            raise AccessDenied(SERVICE, str(error)) from error
        return answer


class _Transport:
    """What googleapiclient asks of an httplib2.Http, over a session that sends each request once."""

    def __init__(self, credentials: Credentials) -> None:
        self._session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_unused: object,
    ) -> tuple[Any, bytes]:
        from httplib2 import Response

        answer = self._session.request(  # type: ignore[no-untyped-call]
            method, uri, data=body, headers=dict(headers or {}), timeout=TIMEOUT, allow_redirects=False
        )
        shown = {name.lower(): value for name, value in answer.headers.items()}
        response = Response({**shown, "status": str(answer.status_code)})
        response.reason = answer.reason
        return response, answer.content

    def close(self) -> None:
        self._session.close()  # type: ignore[no-untyped-call]


def _refused(error: Any) -> PortError:
    """A googleapiclient HttpError as one of ours: its reason tells a full quota from a missing right."""
    details = error.error_details if isinstance(error.error_details, list) else []
    reasons = {detail.get("reason") for detail in details if isinstance(detail, Mapping)}
    message = str(error.reason or "no message")
    if error.status_code == 403:
        return (RateLimited if reasons & QUOTA_REASONS else AccessDenied)(SERVICE, message)
    return error_of(SERVICE, error.status_code, message)
