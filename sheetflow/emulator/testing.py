"""The emulator for other projects' tests: a pytest plugin, and the class that its fixture gives.

In a `conftest.py`:

    pytest_plugins = ["sheetflow.emulator.testing"]

and in a test:

    def test_report(sheetflow_emulator):
        anna = sheetflow_emulator.credentials("anna@example.com")
        drive = build("drive", "v3", credentials=anna, client_options=sheetflow_emulator.options("drive"))

Without pytest `LocalGoogle` is a context manager of its own. Needs the extra `local`; pytest is not among its
dependencies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

SERVICE_ACCOUNT = ".iam.gserviceaccount.com"
_PATHS = {"sheets": "/", "drive": "/drive/v3/", "gmail": "/", "forms": "/", "tasks": "/"}


class LocalGoogle:
    """Google's APIs on a free port of this machine.

    Args:
        folder: keeps everything; what an earlier one kept there is found again.

    Attributes:
        url: where they are, such as `http://127.0.0.1:40123`.
        emulator: the same in process: `.clock`, `.switches`, `.faults`, `.calls`, and the services.
    """

    def __init__(self, folder: Path) -> None:
        self.emulator = Emulator(folder)
        self._server = serve(create_app(self.emulator), 0)
        self.url = self._server.url

    def __enter__(self) -> LocalGoogle:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop. Nothing that was answered is lost."""
        self._server.shutdown()
        self.emulator.close()

    def token_for(self, email: str) -> str:
        """An access token that stands for somebody."""
        return f"local:{email}"

    def credentials(self, email: str) -> Credentials:
        """google-auth's credentials: a service account's get their tokens from here by a signed assertion."""
        if email.endswith(SERVICE_ACCOUNT):
            from google.oauth2 import service_account

            key = self.emulator.identity.service_account_info(email, self.url)
            scopes = ["https://www.googleapis.com/auth/cloud-platform"]
            account: Credentials = service_account.Credentials.from_service_account_info(key, scopes=scopes)  # type: ignore[no-untyped-call]
            return account
        from google.oauth2 import credentials

        person: Credentials = credentials.Credentials(self.token_for(email))  # type: ignore[no-untyped-call]
        return person

    def options(self, service: str) -> dict[str, str]:
        """`client_options` for googleapiclient's `build`.

        Args:
            service: `sheets`, `drive`, `gmail`, `forms` or `tasks`.
        """
        return {"api_endpoint": self.url + _PATHS[service]}


@pytest.fixture
def sheetflow_emulator(tmp_path: Path) -> Iterator[LocalGoogle]:
    """Empty emulated Google APIs, gone after the test: `url`, `token_for(email)`, `credentials(email)`."""
    with LocalGoogle(tmp_path / "google") as google:
        yield google
