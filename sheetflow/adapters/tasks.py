"""Tasks in people's own lists, by Google Tasks v1 (TasksPort): each call is made as its person.

Tasks has no key of the caller's, so a task is known by its reference, which stands in its notes and is looked
for before one is made: among the open, completed, hidden and deleted ones that changed since it can have been
made at all. What a person did with theirs stays as they did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sheetflow.adapters import google

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

SERVICE = "Tasks"
LIST = "sheetflow"
"""The title of the list that a person's tasks stand in; one who renames it gets another."""
PAGE = 100
"""Tasks asked for at a time: the most that Google gives."""
BEFORE = timedelta(days=1)
"""How much earlier than its work a task is looked for: clocks differ."""


class GoogleTasks:
    """Everybody's tasks.

    Args:
        as_person: the credentials that act as an address.
        api_root: None for Google, else the root of a local workspace.
        clock: for pauses between the tries of a read.
        nonces: for their jitter.
    """

    def __init__(
        self,
        as_person: Callable[[str], Credentials],
        api_root: str | None,
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self._as_person, self._api_root = as_person, api_root
        self._clock, self._nonces = clock, nonces

    def open(
        self, person: str, reference: str, title: str, notes: str, due: date | None, since: datetime
    ) -> str:
        """Make a task, if there was none with this reference (TasksPort)."""
        desk = self._desk(person)
        home = desk.list_id()
        for task in desk.tasks(home, reference, since):
            return str(task["id"])
        body: dict[str, Any] = {"title": title, "notes": notes}
        if due is not None:
            body["due"] = f"{due.isoformat()}T00:00:00.000Z"  # Google keeps the day alone
        return str(desk.write(desk.api.tasks().insert(tasklist=home, body=body, fields="id"))["id"])

    def close(self, person: str, reference: str, since: datetime) -> str:
        """Complete a task that is still open (TasksPort)."""
        desk = self._desk(person)
        home = desk.list_id(make=False)
        if not home:
            return ""
        for task in desk.tasks(home, reference, since):
            if not task.get("deleted") and task.get("status") != "completed":
                desk.write(
                    desk.api.tasks().patch(
                        tasklist=home, task=task["id"], body={"status": "completed"}, fields="id"
                    )
                )
            return str(task["id"])
        return ""

    def look(self, person: str) -> str:
        """Look at somebody's lists: a call that only reads; gives the id of ours, "" for none.

        Raises:
            AccessDenied: the admin has not delegated the scope.
            ConfigError: this account can act as nobody.
        """
        return self._desk(person).list_id(make=False)

    def _desk(self, person: str) -> _Desk:
        return _Desk(self._as_person(person), self._api_root, self._clock, self._nonces)


class _Desk:
    """Tasks as one person has them before them."""

    def __init__(
        self, credentials: Credentials, api_root: str | None, clock: ClockPort, nonces: NoncesPort
    ) -> None:
        self._transport = google.Transport(credentials)
        self._clock, self._nonces = clock, nonces
        self.api = google.service("tasks", "v1", self._transport, api_root)

    def list_id(self, *, make: bool = True) -> str:
        """The id of the person's list, which is made where there is none; "" where it is not to be made."""
        asked = self.api.tasklists().list(maxResults=1000, fields="items(id,title),nextPageToken")
        while asked is not None:
            answer = self._read(asked)
            for known in answer.get("items", ()):
                if known.get("title") == LIST:
                    return str(known["id"])
            asked = self.api.tasklists().list_next(asked, answer)
        if not make:
            return ""
        return str(self.write(self.api.tasklists().insert(body={"title": LIST}, fields="id"))["id"])

    def tasks(self, home: str, reference: str, since: datetime) -> Iterator[dict[str, Any]]:
        """The tasks with a reference, in whatever state."""
        earliest = (since - BEFORE).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        asked = self.api.tasks().list(
            tasklist=home, maxResults=PAGE, showCompleted=True, showHidden=True, showDeleted=True,
            updatedMin=earliest, fields="items(id,notes,status,deleted),nextPageToken",
        )  # fmt: skip
        while asked is not None:
            answer = self._read(asked)
            for task in answer.get("items", ()):
                if reference in str(task.get("notes", "")).split():
                    yield task
            asked = self.api.tasks().list_next(asked, answer)

    def write(self, asked: Any) -> dict[str, Any]:
        """Send once."""
        return google.execute(asked, self._transport, SERVICE)

    def _read(self, asked: Any) -> dict[str, Any]:
        return google.read(asked, self._transport, SERVICE, self._clock, self._nonces)
