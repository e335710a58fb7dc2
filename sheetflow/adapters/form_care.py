"""One form over the Forms API, looked at and changed (FormCarePort)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetflow.adapters import google
from sheetflow.adapters.forms import SERVICE, FormSchema
from sheetflow.errors import ConcurrentEdit, PortError

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

SCOPE = "https://www.googleapis.com/auth/forms.body"
"""What is needed to change what a form asks, and to read it."""
STALE = "revision"
"""Google says so where a batch names a revision that is not the latest."""


class FormCare:
    """One form.

    Args:
        credentials: of an account that may edit it, with `SCOPE`.
        api_root: None for Google, else the root of a local workspace.
        form: its id.
        clock: for the waits between tries of a read.
        nonces: for their jitter.
    """

    def __init__(
        self,
        credentials: Credentials,
        api_root: str | None,
        form: str,
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self.id, self.api_root = form, api_root
        self._transport, self._clock, self._nonces = google.Transport(credentials), clock, nonces
        self._schema = FormSchema(credentials, api_root)

    def form(self) -> Mapping[str, Any]:
        """All of it. Raises NotFound, AccessDenied, Unavailable."""
        return google.read(
            self._forms.get(formId=self.id), self._transport, SERVICE, self._clock, self._nonces
        )

    def change(self, requests: Sequence[Mapping[str, Any]], revision: str) -> None:
        """Do all requests or none, where the form is still at that revision.

        Raises:
            ConcurrentEdit: it is not; nothing was done.
            Unavailable: no answer: it may have been done.
        """
        body: dict[str, Any] = {"requests": list(requests)}
        if revision:
            body["writeControl"] = {"requiredRevisionId": revision}
        try:
            google.execute(self._forms.batchUpdate(formId=self.id, body=body), self._transport, SERVICE)
        except PortError as error:
            if STALE in str(error):
                raise ConcurrentEdit(SERVICE, "somebody changed the form") from error
            raise

    def publish(self) -> None:
        """Let it be seen and answered; doing it again changes nothing."""
        self._schema.publish(self.id)

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()
        self._schema.close()

    @cached_property
    def _forms(self) -> Any:
        return google.service("forms", "v1", self._transport, self.api_root).forms()
