"""People with mailboxes, each at google-api-python-client over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sheetflow.emulator.testing import LocalGoogle
from tests.services import Services
from tests.unit.emulator.gmail.person import Person


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGoogle]:
    with LocalGoogle(tmp_path_factory.mktemp("gmail")) as google:
        yield google


@pytest.fixture(scope="module")
def services(google: LocalGoogle) -> Iterator[Services]:
    with Services(google) as services:
        yield services


@pytest.fixture
def person(services: Services, request: pytest.FixtureRequest) -> Callable[[str], Person]:
    """Somebody with a mailbox that no other test knows."""
    test = "".join(each for each in request.node.name if each.isalnum()).lower()

    def person(name: str) -> Person:
        email = f"{name}.{test}@example.com"
        return Person(email, services("gmail.v1", email))

    return person


@pytest.fixture
def anna(person: Callable[[str], Person]) -> Person:
    return person("anna")


@pytest.fixture
def bob(person: Callable[[str], Person]) -> Person:
    return person("bob")
