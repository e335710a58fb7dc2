"""Task lists, each person's own; the default one is there from the first look on."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sheetflow.emulator.store import Store
from sheetflow.emulator.tasks import fields
from sheetflow.emulator.wire import Json

DEFAULT_TITLE = "My Tasks"


class Clock(Protocol):
    """The workspace's time."""

    def now(self) -> datetime:
        """This moment, aware of its zone."""


class TaskLists:
    """Everybody's task lists.

    Args:
        store: where they are kept.
        clock: the workspace's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        store.ensure(
            "CREATE TABLE IF NOT EXISTS task_lists (id TEXT PRIMARY KEY, owner TEXT NOT NULL,"
            " title TEXT NOT NULL, updated TEXT NOT NULL, main INTEGER NOT NULL)",
        )

    def all(self, owner: str) -> list[Json]:
        """The caller's lists; the first one is made when it is asked for."""
        self._main(owner)
        rows = self._store.read(
            "SELECT id, title, updated FROM task_lists WHERE owner = ? ORDER BY main DESC, rowid",
            (owner.lower(),),
        )
        return [_list_shown(*row) for row in rows]

    def get(self, owner: str, name: str) -> Json:
        """A list by its id, or by `@default`.

        Raises:
            GoogleError: 404 when the caller has no such list.
        """
        if name == "@default":
            name = self._main(owner)
        rows = self._store.read(
            "SELECT id, title, updated FROM task_lists WHERE id = ? AND owner = ?", (name, owner.lower())
        )
        if not rows:
            raise fields.missing("Task list")
        return _list_shown(*rows[0])

    def add(self, owner: str, wanted: Json) -> Json:
        """A new list."""
        self._main(owner)
        return self.get(owner, self._insert(owner, wanted, main=0))

    def change(self, owner: str, name: str, wanted: Json) -> Json:
        """Another title for a list."""
        fields.check_lengths(wanted)
        known = self.get(owner, name)
        with self._store.write() as connection:
            connection.execute(
                "UPDATE task_lists SET title = ?, updated = ? WHERE id = ?",
                (wanted.get("title", known["title"]), fields.stamp(self._clock.now()), known["id"]),
            )
        return self.get(owner, name)

    def delete(self, owner: str, name: str) -> None:
        """A list goes with its tasks; the default one stays."""
        known = self.get(owner, name)
        if known["id"] == self._main(owner):
            raise fields.refused("Cannot delete the default task list.")
        with self._store.write() as connection:
            connection.execute("DELETE FROM tasks WHERE list = ?", (known["id"],))
            connection.execute("DELETE FROM task_lists WHERE id = ?", (known["id"],))

    def _main(self, owner: str) -> str:
        with self._store.write():
            rows = self._store.read(
                "SELECT id FROM task_lists WHERE owner = ? AND main = 1", (owner.lower(),)
            )
            return str(rows[0][0]) if rows else self._insert(owner, {"title": DEFAULT_TITLE}, main=1)

    def _insert(self, owner: str, wanted: Json, *, main: int) -> str:
        fields.check_lengths(wanted)
        identifier = fields.list_id()
        with self._store.write() as connection:
            connection.execute(
                "INSERT INTO task_lists VALUES (?, ?, ?, ?, ?)",
                (
                    identifier,
                    owner.lower(),
                    wanted.get("title", ""),
                    fields.stamp(self._clock.now()),
                    main,
                ),
            )
        return identifier


def _list_shown(identifier: str, title: str, updated: str) -> Json:
    return {
        "kind": "tasks#taskList",
        "id": identifier,
        "etag": fields.etag_of(identifier, title, updated),
        "title": title,
        "updated": updated,
        "selfLink": f"{fields.ADDRESS}/users/@me/lists/{identifier}",
    }
