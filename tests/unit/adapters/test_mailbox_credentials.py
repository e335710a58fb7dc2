"""Whose mailbox it is, and for what alone it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from sheetflow.adapters.credentials import DRIVE_SCOPES, SCOPES, mailbox_credentials
from sheetflow.emulator.testing import LocalGoogle
from sheetflow.errors import ConfigError

SERVICE, ROBOT = "sheetflow@firm-example.iam.gserviceaccount.com", "robot@firm.example"


@pytest.fixture
def google(tmp_path: Path) -> Iterator[LocalGoogle]:
    with LocalGoogle(tmp_path) as google:
        yield google


def test_mailbox__a_delegation_is_asked_for_mail_and_nothing_else(google: LocalGoogle) -> None:
    info = google.emulator.identity.service_account_info(SERVICE, google.url)
    own = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        info, scopes=[*SCOPES, *DRIVE_SCOPES]
    )
    mailbox = mailbox_credentials(own, "", ROBOT)
    mailbox.refresh(Request())  # type: ignore[no-untyped-call]
    told = requests.get(f"{google.url}/tokeninfo", params={"access_token": mailbox.token}, timeout=10).json()
    assert (told["email"], told["scope"]) == (ROBOT, SCOPES[1])


def test_mailbox__without_consent_and_sender_there_is_none(google: LocalGoogle) -> None:
    info = google.emulator.identity.service_account_info(SERVICE, google.url)
    own = service_account.Credentials.from_service_account_info(info)  # type: ignore[no-untyped-call]
    with pytest.raises(ConfigError, match="SHEETFLOW_MAIL_CREDENTIALS is not set"):
        mailbox_credentials(own, "", "")
