"""Where the demo's story is shown, and how it fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sheetflow.errors import SheetflowError


class DemoFailed(SheetflowError):
    """Something went another way than the story says."""


class Show(Protocol):
    """Where the story is shown."""

    def chapter(self, title: str) -> None:
        """A heading."""

    def step(self, who: str, text: str) -> None:
        """Somebody does something."""

    def got(self, text: str) -> None:
        """What came of it."""

    def mail(self, head: str, lines: Sequence[str]) -> None:
        """A mail: one line for its head, and what of its text is shown."""

    def listing(self, head: str, lines: Sequence[str]) -> None:
        """What lies together somewhere, one line each."""

    def refused(self, text: str) -> None:
        """Something that was not let through."""

    def progress(self, done: int, of: int, text: str) -> None:
        """So far; shown in place where that is possible."""


class Silent:
    """Shows nothing (Show)."""

    def chapter(self, title: str) -> None:
        """Nothing."""

    def step(self, who: str, text: str) -> None:
        """Nothing."""

    def got(self, text: str) -> None:
        """Nothing."""

    def mail(self, head: str, lines: Sequence[str]) -> None:
        """Nothing."""

    def listing(self, head: str, lines: Sequence[str]) -> None:
        """Nothing."""

    def refused(self, text: str) -> None:
        """Nothing."""

    def progress(self, done: int, of: int, text: str) -> None:
        """Nothing."""
