"""The company's folders: where each lies, who may open it, and that they are made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from sheetflow.app.folders import LAYOUT, make_folders
from sheetflow.core.rulebook import LANGUAGES
from tests.desk import words

SERVICE = "sheetflow@firm-example.iam.gserviceaccount.com"
PEOPLE: Mapping[str, Sequence[str]] = {
    "mia@firm.example": ["manager"],
    "olga@firm.example": ["approver"],
    "dora@firm.example": ["director"],
    "anna@firm.example": ["accountant"],
    "boris@firm.example": ["manager", "approver", "accountant"],
    "ivan@firm.example": ["admin"],
}


class FakeFolders:
    """Folders in memory (FoldersPort)."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], str] = {}
        self.shares: dict[tuple[str, str], str] = {}

    def ensure(self, key: str, name: str, parent: str = "") -> str:
        self.names.setdefault((parent, key), name)
        return f"{parent}/{key}"

    def share(self, folder: str, email: str, role: str) -> None:
        self.shares[(folder, email)] = role


def made(language: str = "en", registry: str = "book1", port: FakeFolders | None = None) -> FakeFolders:
    port = port or FakeFolders()
    make_folders(port, words()[language], registry, PEOPLE, service_account=SERVICE)
    return port


def test_make_folders__are_open_to_whom_they_concern_and_to_nobody_else() -> None:
    root = "/root:book1"
    assert made().shares == {
        (root, SERVICE): "writer",
        (f"{root}/payments", "olga@firm.example"): "reader",
        (f"{root}/payments", "dora@firm.example"): "reader",
        (f"{root}/payments", "anna@firm.example"): "reader",
        (f"{root}/payments", "boris@firm.example"): "reader",
        (f"{root}/bank/incoming", "anna@firm.example"): "writer",
        (f"{root}/bank/incoming", "boris@firm.example"): "writer",
        (f"{root}/bank/outgoing", "anna@firm.example"): "reader",
        (f"{root}/bank/outgoing", "boris@firm.example"): "reader",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_make_folders__are_called_in_the_registrys_language(language: str) -> None:
    labels = words()[language].labels["folders"]
    assert set(labels) == {"root", *LAYOUT}
    assert sorted(made(language).names.values()) == sorted(labels.values())


def test_make_folders__again_makes_nothing_and_another_registry_its_own() -> None:
    port = made()
    before = (dict(port.names), dict(port.shares))
    made(port=port)
    assert (port.names, port.shares) == before
    made(registry="book2", port=port)
    assert len(port.names) == 2 * len(before[0])
