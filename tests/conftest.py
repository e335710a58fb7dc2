"""Firms at their local workspaces, for whoever asks: a workspace is made when the first test needs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sheetflow.workspace.local import LocalWorkspace
from tests.firm import Firm

pytest_plugins = ["tests.answers"]

Opener = Callable[..., Firm]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Opens workspaces without schedule and functions; all are closed when the module's tests are done.

    Arguments: `language` of a new one; `copy_of`, the folder of one that was closed, to go on from there.
    """
    with ExitStack() as stack:

        def open_one(language: str = "en", copy_of: Path | None = None) -> Firm:
            folder = tmp_path_factory.mktemp("workspace")
            if copy_of is not None:
                shutil.copytree(copy_of, folder, dirs_exist_ok=True)
            place = LocalWorkspace(folder, language=language, scheduled=False, functions=False)
            firm = Firm.at(stack.enter_context(place))
            stack.callback(firm.close)
            return firm if copy_of else firm.shorten()

        yield open_one


@pytest.fixture(scope="module")
def firm(opened: Opener) -> Firm:
    """A firm that a module's tests share. Its functions are not running: a pass runs when a test says so."""
    return opened()


@pytest.fixture
def fresh(opened: Opener) -> Firm:
    """A firm of one's own, to turn upside down."""
    return opened()
