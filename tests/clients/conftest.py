"""Google's emulated APIs for programs that others wrote: one server for the clients' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sheetflow.emulator.testing import LocalGoogle


@pytest.fixture(scope="session")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGoogle]:
    """The APIs that all clients share. Each test makes its own spreadsheets and files."""
    with LocalGoogle(tmp_path_factory.mktemp("google")) as google:
        yield google
