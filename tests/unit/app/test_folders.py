"""The company's folders: where each lies, who may open it, and that they are made once."""

from __future__ import annotations

import pytest

from sheetflow.app.folders import LAYOUT, make_folders
from sheetflow.core.rulebook import LANGUAGES
from tests.desk import words

SERVICE = "sheetflow@firm-example.iam.gserviceaccount.com"


class FakeFolders:
    """Folders in memory (FoldersPort)."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], str] = {}
        self.shares: dict[tuple[str, str], str] = {}

    def ensure(self, key: str, name: str, parent: str = "", root: str = "") -> str:
        self.names.setdefault((parent, key), name)
        return f"{parent}/{key}"

    def share(self, folder: str, email: str, role: str) -> None:
        self.shares[(folder, email)] = role


def made(language: str = "en", registry: str = "book1", port: FakeFolders | None = None) -> FakeFolders:
    port = port or FakeFolders()
    make_folders(port, words()[language], registry, service_account=SERVICE)
    return port


def test_make_folders__are_open_to_the_functions_and_to_nobody_else() -> None:
    assert made().shares == {("/root:book1", SERVICE): "writer"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_make_folders__are_called_in_the_registrys_language(language: str) -> None:
    labels = words()[language].labels["folders"]
    assert set(labels) == {"root", "backup", *LAYOUT}  # the folder of backups is made with the first one
    assert sorted(made(language).names.values()) == sorted(set(labels.values()) - {labels["backup"]})


def test_make_folders__again_makes_nothing_and_another_registry_its_own() -> None:
    port = made()
    before = (dict(port.names), dict(port.shares))
    made(port=port)
    assert (port.names, port.shares) == before
    made(registry="book2", port=port)
    assert len(port.names) == 2 * len(before[0])
