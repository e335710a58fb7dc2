"""One firm where edits wait, kept as a folder: each test goes on from a copy of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheetflow.workspace.local import LocalWorkspace
from tests.conftest import Opener
from tests.faults.waiting import Outcome, outcome, prepare
from tests.firm import LETTERS_AT_ONCE, Firm


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace whose Inbox is full."""
    folder = tmp_path_factory.mktemp("waiting")
    with LocalWorkspace(folder, scheduled=False, functions=False, settings=LETTERS_AT_ONCE) as place:
        firm = Firm.at(place).shorten()
        prepare(firm)
        firm.close()
    return folder


@pytest.fixture(scope="module")
def undisturbed(opened: Opener, folder: Path) -> Outcome:
    """What comes of it when nothing goes wrong."""
    firm = opened(copy_of=folder)
    firm.run()
    found = outcome(firm)
    assert set(found.letters.values()) == {1}
    assert found.waiting == 0
    return found
