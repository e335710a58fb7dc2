"""Google's APIs through googleapiclient: one transport, and its errors as ours.

googleapiclient is loaded with the first call: a pass that needs none of its APIs starts without it. Its own
transport sends a POST again where the connection broke before the answer; so the calls go through
google-auth's requests session, which never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import AuthorizedSession

from sheetflow.adapters.calls import counted, retried
from sheetflow.adapters.http import LONGEST_WAIT, error_of
from sheetflow.errors import AccessDenied, PortError, RateLimited, Unavailable

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

TIMEOUT = (5, 60)
"""Seconds to connect, and to wait for an answer."""
READ_TRIES = 4
"""How often a read is asked for, where Google is busy or out of reach."""
QUOTA_REASONS = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "dailyLimitExceeded",
        "quotaExceeded",
        "RATE_LIMIT_EXCEEDED",
    }
)


class Transport:
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
        """One request; the answer as httplib2 gives it."""
        from httplib2 import Response

        answer = self._session.request(  # type: ignore[no-untyped-call]
            method, uri, data=body, headers=dict(headers or {}), timeout=TIMEOUT, allow_redirects=False
        )
        shown = {name.lower(): value for name, value in answer.headers.items()}
        response = Response({**shown, "status": str(answer.status_code)})
        response.reason = answer.reason
        return response, answer.content

    def close(self) -> None:
        """Give its connections back."""
        self._session.close()  # type: ignore[no-untyped-call]


def service(name: str, version: str, transport: Transport, api_root: str | None) -> Any:
    """An API of googleapiclient. `api_root`: None for Google, else the root of a local workspace."""
    from googleapiclient.discovery import build

    return build(
        name,
        version,
        http=transport,
        client_options={"api_endpoint": api_root.rstrip("/") + "/"} if api_root else None,
        static_discovery=True,
        cache_discovery=False,
    )


def execute(asked: Any, transport: Transport, name: str) -> dict[str, Any]:
    """Send a request once.

    Args:
        asked: googleapiclient's request.
        transport: what it goes through.
        name: the service's, for errors.

    Raises:
        RateLimited: nothing happened.
        NotFound, AccessDenied, PortError: nothing happened, and nothing will if it is tried again.
        Unavailable: it may have taken effect.
    """
    from googleapiclient.errors import HttpError

    try:
        with counted(method_of(asked)):
            answer: Any = asked.execute(http=transport, num_retries=0)
    except HttpError as error:
        raise refused(name, error) from error
    except (requests.ConnectionError, requests.Timeout, TransportError) as error:
        raise Unavailable(name, f"no answer: {type(error).__name__}") from error
    except requests.RequestException as error:  # the answer broke off, or was not to be read
        raise Unavailable(name, f"no whole answer: {type(error).__name__}") from error
    except GoogleAuthError as error:
        raise AccessDenied(name, str(error)) from error
    if isinstance(answer, str) and answer:  # googleapiclient gives the text where it is no JSON
        raise Unavailable(name, "no whole answer: its JSON breaks off")
    found: dict[str, Any] = answer
    return found


def read(asked: Any, transport: Transport, name: str, clock: ClockPort, nonces: NoncesPort) -> dict[str, Any]:
    """Send a request that only reads, again where Google is busy. Raises what `execute` does."""
    for attempt in range(READ_TRIES - 1):
        try:
            return execute(asked, transport, name)
        except (RateLimited, Unavailable) as error:
            wait = min(2**attempt + nonces.jitter(), LONGEST_WAIT)
            retried(method_of(asked), error, wait)
            clock.sleep(wait)
    return execute(asked, transport, name)


def method_of(asked: Any) -> str:
    """What Google's reference calls a request, such as "drive.files.list"."""
    return str(asked.methodId or "unnamed")


def refused(name: str, error: Any) -> PortError:
    """A googleapiclient HttpError as one of ours: its reason tells a full quota from a missing right."""
    details = error.error_details if isinstance(error.error_details, list) else []
    reasons = {detail.get("reason") for detail in details if isinstance(detail, Mapping)}
    message = str(error.reason or "no message")
    if error.status_code == 403:
        return (RateLimited if reasons & QUOTA_REASONS else AccessDenied)(name, message)
    return error_of(name, error.status_code, message)
