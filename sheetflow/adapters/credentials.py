"""Who we are towards Google, and what we ask to be let do.

With a ready token we talk to a local workspace; without one the credentials are the application default ones.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from google.auth.credentials import Credentials

from sheetflow.errors import ConfigError

SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/gmail.modify",
)
"""The least that a pass needs: this spreadsheet (shared with the account), and to send and find mail."""
FORM_SCOPES = (
    "https://www.googleapis.com/auth/forms.body.readonly",
    "https://www.googleapis.com/auth/forms.responses.readonly",
)
"""What is needed besides where there is a form (shared with the account): its questions and its answers."""
DRIVE_SCOPES = ("https://www.googleapis.com/auth/drive",)
"""What is needed to share what the People tab says, and to put away files that are not the account's own.

A service account sees of a company's Drive what is shared with it and nothing else.
"""


def credentials(
    access_token: str, more_scopes: Sequence[str] = (), *, scopes: Sequence[str] = SCOPES
) -> Credentials:
    """Application default credentials, or a ready token for a local workspace."""
    if access_token:
        from google.oauth2.credentials import Credentials as TokenCredentials

        return TokenCredentials(token=access_token)  # type: ignore[no-untyped-call]
    import google.auth

    found, _project = google.auth.default(scopes=[*scopes, *more_scopes])
    return found


def mailbox_credentials(
    own: Credentials, info: str, sender: str, scopes: Sequence[str] = SCOPES[1:]
) -> Credentials:
    """Credentials for the sender's mailbox: the sender's own consent, else the admin's delegation.

    `scopes`: what either is used for, and no more: all that an admin has to delegate.

    Raises:
        ConfigError: neither is there: a service account has no mailbox.
    """
    if info:
        from google.oauth2.credentials import Credentials as UserCredentials

        try:
            consent = UserCredentials.from_authorized_user_info(  # type: ignore[no-untyped-call]
                json.loads(info), list(scopes)
            )
        except ValueError as error:
            raise ConfigError([f"SHEETFLOW_MAIL_CREDENTIALS cannot be used: {error}"]) from error
        return consent  # type: ignore[no-any-return]
    if hasattr(own, "with_subject") and sender:
        return own.with_scopes(list(scopes)).with_subject(sender)  # type: ignore[attr-defined,no-any-return]
    what = "the sender's OAuth credentials as JSON, for a service account has no mailbox"
    raise ConfigError([f"SHEETFLOW_MAIL_CREDENTIALS is not set: {what}"])
