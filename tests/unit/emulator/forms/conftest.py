from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheetflow.emulator.emulator import Emulator
from tests.unit.emulator.forms.office import Office


@pytest.fixture(scope="session")
def blank_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new workspace: to make one takes longer than to copy one."""
    folder = tmp_path_factory.mktemp("blank")
    Emulator(folder).close()
    return folder


@pytest.fixture
def office(tmp_path: Path, blank_workspace: Path) -> Iterator[Office]:
    """A workspace of one's own."""
    shutil.copytree(blank_workspace, tmp_path, dirs_exist_ok=True)
    one = Office(tmp_path)
    yield one
    one.close()
    one.session.close()
