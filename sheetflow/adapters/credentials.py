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

TASKS_SCOPES = ("https://www.googleapis.com/auth/tasks",)
"""What an admin delegates besides where people have tasks: each call is made as the person it is for."""


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


def person_credentials(own: Credentials, person: str, scopes: Sequence[str]) -> Credentials:
    """Credentials that act as a person, by the admin's delegation.

    An account with a key signs for itself; one of a function has no key, so IAM signs for it (signJwt), which
    its account must be allowed to have done.

    Raises:
        ConfigError: these credentials cannot act as anybody: they are no service account's.
    """
    if hasattr(own, "with_subject"):
        return own.with_scopes(list(scopes)).with_subject(person)  # type: ignore[attr-defined,no-any-return]
    if not hasattr(own, "service_account_email"):
        what = "only a service account can act as people, so nobody has tasks"
        raise ConfigError([f"{what}: see Google Tasks in the README"])
    from google.auth.impersonated_credentials import Credentials as Impersonated
    from google.auth.transport.requests import Request

    if own.service_account_email == "default":  # known only once Google's metadata was asked
        own.refresh(Request())  # type: ignore[no-untyped-call]
    return Impersonated(  # type: ignore[no-untyped-call]
        own, own.service_account_email, list(scopes), subject=person
    )
