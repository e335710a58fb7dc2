"""google-api-python-client against an emulator: every address of a service, uploads and batches included."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from googleapiclient.discovery import build_from_document

from sheetflow.emulator.testing import LocalGoogle
from tests.discovery import discovery


class Services:
    """Services by discovery document and caller; all are closed with the `with` block.

    `client_options` move only plain calls; uploads and batches go where the document's root is.
    """

    def __init__(self, google: LocalGoogle) -> None:
        self._google = google
        self._built: dict[tuple[str, str], Any] = {}

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for service in self._built.values():
            service.close()

    def __call__(self, document: str, email: str) -> Any:
        """The service of a document, such as `gmail.v1`, as somebody calls it."""
        key = (document, email)
        if key not in self._built:
            root = f"{self._google.url}/"
            whole = {**discovery(document), "rootUrl": root}
            whole["baseUrl"] = root + whole["servicePath"]
            self._built[key] = build_from_document(whole, credentials=self._google.credentials(email))
        return self._built[key]
