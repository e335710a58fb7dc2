"""Firms at their local workspaces, for whoever asks: a workspace is made when the first test needs it."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings

from sheetflow.adapters.clock import SystemClock
from sheetflow.workspace.local import LocalWorkspace
from tests.firm import LETTERS_AT_ONCE, Firm

pytest_plugins = ["tests.answers", "tests.torture.tally"]

gc.set_threshold(50_000, 20, 20)  # a spreadsheet is some hundred thousand objects, looked through too often
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("random", print_blob=True)
settings.load_profile(os.environ.get("SHEETFLOW_EXAMPLES", "repeatable"))
"""Which examples the property tests make up: the same in each run; others with SHEETFLOW_EXAMPLES=random."""


class Opener:
    """Opens workspaces without schedule and functions, in folders of their own.

    Those that a test opened are closed with it, those of a fixture that its module shares with the module: a
    workspace is some twenty megabytes, and there are hundreds.
    """

    made: ClassVar[dict[str, Path]] = {}
    """By language, the folder of a workspace that was set up and closed: a copy of it is as good as new."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._open: list[tuple[LocalWorkspace, Firm]] = []

    def __call__(self, language: str = "en", copy_of: Path | None = None) -> Firm:
        """Open a new one, or go on from the folder `copy_of` of one that was closed."""
        if copy_of is None and language not in self.made:
            folder = self._folders.mktemp("made")
            with LocalWorkspace(
                folder, language=language, scheduled=False, functions=False, settings=LETTERS_AT_ONCE
            ) as place:
                Firm.at(place).shorten().close()
            self.made[language] = folder
        folder = self._folders.mktemp("workspace")
        shutil.copytree(copy_of or self.made[language], folder, dirs_exist_ok=True)
        place = LocalWorkspace(folder, language=language, scheduled=False, functions=False).__enter__()
        firm = Firm.at(place)
        self._open.append((place, firm))
        return firm

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def close(self, but: int = 0) -> None:
        """Close those that were opened last, until so many are left."""
        while len(self._open) > but:
            place, firm = self._open.pop()
            firm.close()
            place.__exit__(None, None, None)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Opens workspaces."""
    opener = Opener(tmp_path_factory)
    yield opener
    opener.close()


@pytest.fixture(autouse=True)
def _closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Closes with a test what it opened. What its module shares was opened before this."""
    opener = request.getfixturevalue("opened") if "opened" in request.fixturenames else None
    before = opener.count if opener else 0
    yield
    if opener:
        opener.close(but=before)


@pytest.fixture(scope="module")
def firm(opened: Opener) -> Firm:
    """A firm that a module's tests share. Its functions are not running: a pass runs when a test says so."""
    return opened()


@pytest.fixture
def fresh(opened: Opener) -> Firm:
    """A firm of one's own, to turn upside down."""
    return opened()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses before another try take a fiftieth of their time; how long they are is tested elsewhere."""
    monkeypatch.setattr(SystemClock, "sleep", lambda _clock, seconds: time.sleep(seconds / 50))
