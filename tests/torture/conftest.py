"""Each scenario prepared once a process: every test goes on from a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Opener
from tests.torture.cases import Case, case_of
from tests.torture.scenarios import SCENARIOS


@pytest.fixture(scope="session", params=SCENARIOS, ids=lambda scenario: scenario.name)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A scenario as it waits, and what comes of it undisturbed."""
    opener = Opener(tmp_path_factory)
    yield case_of(opener, request.param)
    opener.close()
