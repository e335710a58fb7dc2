from __future__ import annotations

import pytest
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.impersonated_credentials import Credentials as Impersonated

from sheetflow.adapters.credentials import TASKS_SCOPES, person_credentials
from sheetflow.errors import ConfigError


class OfFunction(Credentials):
    """As Google's metadata gives them: no key, and an address that is known once they were asked for."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.service_account_email = "default"

    def refresh(self, request: object) -> None:
        self.token, self.service_account_email = "t", "functions@p.example"


def test_person_credentials__iam_signs_for_an_account_without_a_key() -> None:
    found = person_credentials(OfFunction(), "anna@firm.example", TASKS_SCOPES)
    assert isinstance(found, Impersonated)
    assert found.service_account_email == "functions@p.example"
    assert (found._subject, found._target_scopes) == ("anna@firm.example", list(TASKS_SCOPES))


def test_person_credentials__a_person_cannot_act_as_another() -> None:
    own = AnonymousCredentials()  # type: ignore[no-untyped-call]
    with pytest.raises(ConfigError, match="service account"):
        person_credentials(own, "anna@firm.example", TASKS_SCOPES)
