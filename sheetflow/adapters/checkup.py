"""What the doctor asks of the world besides: whose token this is, and whether the request page answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import Request

from sheetflow.errors import AccessDenied, Unavailable

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

TOKENINFO = "https://oauth2.googleapis.com"
TIMEOUT = (5, 20)
"""Seconds to connect, and to wait for an answer."""


class Account:
    """Who we are towards Google (AccountPort).

    Args:
        credentials: of the account.
        api_root: None for Google, else the root of a local workspace.
    """

    def __init__(self, credentials: Credentials, api_root: str | None) -> None:
        self.credentials, self.root = credentials, (api_root or TOKENINFO).rstrip("/")

    def granted(self) -> tuple[str, frozenset[str]]:
        """Our address and our token's scopes, as Google's tokeninfo has them.

        Raises:
            AccessDenied: there is no token to be had, or it is none any more.
            Unavailable: no answer.
        """
        try:
            if not self.credentials.token:
                self.credentials.refresh(Request())  # type: ignore[no-untyped-call]
            answer = requests.post(
                f"{self.root}/tokeninfo", {"access_token": self.credentials.token}, timeout=TIMEOUT
            )
            told = answer.json()
        except (TransportError, requests.RequestException, ValueError) as error:
            raise Unavailable("identity", f"no answer: {type(error).__name__}") from error
        except GoogleAuthError as error:
            raise AccessDenied("identity", str(error)) from error
        if not answer.ok:
            raise AccessDenied("identity", str(told.get("error_description") or told.get("error")))
        address = told.get("email") or getattr(self.credentials, "service_account_email", "")
        return str(address), frozenset(str(told.get("scope", "")).split())


def page_answers(url: str) -> str:
    """What is wrong with the request page, "" where it turns a visit without a link away as it should."""
    try:
        answer = requests.get(url, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        return f"no answer: {type(error).__name__}"
    if "default-src 'none'" not in answer.headers.get("Content-Security-Policy", ""):
        return f"{answer.status_code}, and it is not the request page that answers"
    return "" if answer.status_code < 500 and answer.status_code != 200 else str(answer.status_code)
