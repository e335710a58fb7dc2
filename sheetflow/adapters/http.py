"""The HTTP client under gspread: endpoint, timeouts, retries and errors in one place.

A read is tried again on 429 and on server errors, with Google's truncated exponential backoff and jitter.
A write is tried again on 429 alone, for then nothing happened; where it may have taken effect, `Unavailable`
is raised and whoever wrote looks whether it did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import gspread
import requests
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, TransportError
from gspread.http_client import HTTPClient

from sheetflow.adapters.calls import counted, retried, sheets_method
from sheetflow.errors import AccessDenied, ConcurrentEdit, NotFound, PortError, RateLimited, Unavailable
from sheetflow.ports import ClockPort, NoncesPort

GOOGLE = "https://sheets.googleapis.com"
TIMEOUT = (5, 60)
"""Seconds to connect, and to wait for an answer."""
NO_ANSWER = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
"""What tells nothing of whether a call took effect: no answer came, or it broke off."""
TRIES = 6
LONGEST_WAIT = 64.0
"""Seconds: where Google's backoff is cut off."""


class SheetsHttp(HTTPClient):
    """gspread's client with our endpoint and manners.

    `api_root`: None for Google, else the root of a local workspace. `told_at`: the service's time in the
    last answer, from its Date header: the time a pass decides by. `throttled`: Google refused a call for the
    quota's sake since this was last set back.
    """

    def __init__(
        self,
        auth: Credentials,
        session: requests.Session | None = None,
        *,
        api_root: str | None = None,
        clock: ClockPort | None = None,
        nonces: NoncesPort | None = None,
    ) -> None:
        super().__init__(auth, session)
        self.api_root = api_root
        self.clock, self.nonces = clock, nonces
        self.told_at: datetime | None = None
        self.throttled = False
        self.set_timeout(TIMEOUT)

    def request(  # noqa: D102 - gspread names it
        self,
        method: str,
        endpoint: str,
        params: Any = None,
        data: Any = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: Any = None,
    ) -> requests.Response:
        url = endpoint if self.api_root is None else _elsewhere(endpoint, self.api_root)
        reads, name = method.lower() == "get", sheets_method(method, url)
        for attempt in range(TRIES):
            try:
                with counted(name):
                    answer = self.session.request(
                        method=method, url=url, json=json, params=params, data=data, files=files,
                        headers=headers, timeout=self.timeout,
                    )  # fmt: skip
            except (*NO_ANSWER, TransportError) as error:
                failure: PortError = Unavailable("Sheets", f"no answer: {type(error).__name__}")
            except (requests.RequestException, GoogleAuthError) as error:
                raise AccessDenied("Sheets", str(error)) from error
            else:
                if answer.ok:
                    self.told_at = _told_at(answer)
                    return _whole(answer)
                failure = error_of("Sheets", answer.status_code, _message(answer))
            self.throttled |= isinstance(failure, RateLimited)
            again = isinstance(failure, RateLimited) or (reads and isinstance(failure, Unavailable))
            if not again or self.clock is None or self.nonces is None or attempt == TRIES - 1:
                raise failure
            wait = min(2**attempt + self.nonces.jitter(), LONGEST_WAIT)
            retried(name, failure, wait)
            self.clock.sleep(wait)
        raise failure


def client(auth: Credentials, api_root: str | None, clock: ClockPort, nonces: NoncesPort) -> gspread.Client:
    """A gspread client that speaks through `SheetsHttp`."""

    def make(credentials: Credentials, session: requests.Session | None = None) -> SheetsHttp:
        return SheetsHttp(credentials, session, api_root=api_root, clock=clock, nonces=nonces)

    return gspread.Client(auth, http_client=make)  # type: ignore[arg-type]


def error_of(service: str, status: int, message: str) -> PortError:
    """Google's HTTP status and message as one of our errors."""
    if status == 429 or (status == 403 and ("rate" in message.lower() or "quota" in message.lower())):
        return RateLimited(service, message)
    if status in (401, 403):
        return AccessDenied(service, message)
    absent = message.startswith("Unable to parse range") or " exceeds grid limits" in message
    if status == 404 or (status == 400 and absent):
        return NotFound(service, message)
    if status == 400 and ".deleteNamedRange: " in message:
        return ConcurrentEdit(service, message)
    if status == 400 and ".addNamedRange: " in message:
        return ConcurrentEdit(service, message)
    if status >= 500 or status == 408:
        return Unavailable(service, f"{status} {message}")
    return PortError(service, f"{status} {message}")


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return answer.reason or "no message"


def _whole(answer: requests.Response) -> requests.Response:
    """The answer; where its JSON breaks off, reading it is no answer at all. Large ones are parsed once."""
    parse = answer.json

    def read(**how: Any) -> Any:
        try:
            return parse(**how)
        except ValueError as error:
            raise Unavailable("Sheets", "no whole answer: its JSON breaks off") from error

    answer.json = read  # type: ignore[method-assign]
    return answer


def _told_at(answer: requests.Response) -> datetime | None:
    text = answer.headers.get("Date")
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _elsewhere(endpoint: str, root: str) -> str:
    scheme, _, rest = endpoint.partition("://")
    return root.rstrip("/") + "/" + rest.partition("/")[2] if scheme else endpoint
