"""Task lists and a Chat space in memory, with the promises of Google's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sheetflow.app.channels import Channels
from sheetflow.app.links import Links
from sheetflow.errors import Unavailable
from tests.desk import SPREADSHEET, words


@dataclass
class FakeTasks:
    """Everybody's tasks: (person, reference) -> "open", "completed" or "deleted"."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    titles: list[tuple[str, str, date | None]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fail: Callable[[str, str], None] = lambda act, person: None
    """Called after the effect."""
    away: bool = False
    """No task can be made: nothing takes effect."""

    def open(
        self, person: str, reference: str, title: str, notes: str, due: date | None, since: datetime
    ) -> str:
        if self.away:
            raise Unavailable("Tasks", "out of reach")
        if (person, reference) not in self.kept:
            self.kept[person, reference] = "open"
            self.titles.append((person, title, due))
            self.notes.append(notes)
        self.fail("open", person)
        return reference

    def close(self, person: str, reference: str, since: datetime) -> str:
        if self.kept.get((person, reference)) == "open":
            self.kept[person, reference] = "completed"
        self.fail("close", person)
        return reference

    def open_of(self) -> list[str]:
        """Who has an open task, one entry a task."""
        return sorted(person for (person, _), state in self.kept.items() if state == "open")


@dataclass
class FakeChat:
    """A space: messages by key."""

    said: dict[str, tuple[str, str]] = field(default_factory=dict)
    fail: Callable[[str], None] = lambda text: None

    def post(self, key: str, text: str, thread: str) -> str:
        self.said.setdefault(key, (thread, text))
        self.fail(text)
        return f"client-{key}"

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.said.values()]


def channels(tasks: FakeTasks | None = None, chat: FakeChat | None = None, language: str = "en") -> Channels:
    """Channels over both."""
    links = Links(b"l" * 32, "https://pages.example/request")
    return Channels(words(), language, SPREADSHEET, links, tasks, chat)
