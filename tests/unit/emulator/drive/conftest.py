from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.unit.emulator.drive.world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty workspace over HTTP."""
    with requests.Session() as session:
        opened = open_world(tmp_path, session)
        yield opened
        opened.close()
