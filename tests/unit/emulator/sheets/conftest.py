from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.emulator.sheets.world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A new spreadsheet of 1,000 rows and 26 columns that belongs to the owner."""
    return open_world(tmp_path)
