"""Work handed on: a pass that failed is asked for again soon, by a task of Cloud Tasks.

A nudge that met a busy Google would otherwise wait for the schedule. The queue gives out one task at a time,
tries it again with growing pauses, and calls as the scheduler does. Handing on is a courtesy: nothing is lost
where it fails, for edits wait in the Inbox and answers in the form.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import requests
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession

from sheetflow.adapters.calls import counted
from sheetflow.ports import ClockPort

ROOT = "https://cloudtasks.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""Cloud Tasks has no narrower one; what the account may do is said by its roles: to put into this queue."""
EVERY = 20
"""Seconds in which one task is enough, however many nudges fail."""
SECONDS = 10
"""How long the answer is waited for."""


class Later:
    """Hands passes on.

    Args:
        credentials: of the functions' account.
        queue: projects/…/locations/…/queues/…
        url: where `on_schedule` is served.
        account: whom the task calls as.
        audience: whom its token is made for.
        clock: gives the time that names tasks.
        root: of the API.
    """

    def __init__(
        self,
        credentials: Credentials,
        queue: str,
        url: str,
        account: str,
        audience: str,
        clock: ClockPort,
        root: str = ROOT,
    ) -> None:
        self._credentials, self._clock, self._root = credentials, clock, root.rstrip("/")
        self._queue, self._url, self._account, self._audience = queue, url, account, audience

    def hand_on(self) -> str:
        """Ask for a pass a little later; gives why it could not be asked for, "" where it was."""
        try:
            session = AuthorizedSession(self._credentials)  # type: ignore[no-untyped-call]
            with session, counted("cloudtasks.projects.locations.queues.tasks.create"):
                answer = session.post(
                    f"{self._root}/v2/{self._queue}/tasks", json=self._task(), timeout=SECONDS
                )
        except (requests.RequestException, GoogleAuthError) as error:
            return type(error).__name__
        # 409: another nudge of these seconds asked already.
        return "" if answer.ok or answer.status_code == 409 else f"status {answer.status_code}"

    def _task(self) -> dict[str, Any]:
        slot = int(self._clock.now().timestamp()) // EVERY + 1
        # Names that count up slow the queue down (Google's reference), so the number is hidden in a hash.
        name = hashlib.sha256(f"{self._url} {slot}".encode()).hexdigest()[:32]
        token = {"serviceAccountEmail": self._account, "audience": self._audience}
        return {
            "task": {
                "name": f"{self._queue}/tasks/{name}",
                "scheduleTime": datetime.fromtimestamp(slot * EVERY, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "httpRequest": {"url": self._url, "httpMethod": "POST", "oidcToken": token},
            }
        }
