"""Task lists and tasks, kept in SQLite, each person's own.

Decided here: what becomes of a task that is completed, cleared, moved or deleted. A completed task is hidden
once its list is cleared; a deleted one is kept and shown to who asks for deleted ones; subtasks go with their
parent. Nobody sees the tasks of others. Source: Google's reference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from sheetflow.emulator.store import Store
from sheetflow.emulator.tasks import fields
from sheetflow.emulator.tasks.lists import Clock, TaskLists
from sheetflow.emulator.wire import Json

_WRITABLE = ("title", "notes", "due", "status", "completed", "deleted")


class Found(NamedTuple):
    """A task as it is kept: its list, parent ("" for none), place among its siblings, and fields."""

    id: str
    list: str
    parent: str
    place: int
    body: Json


class Tasks:
    """Everybody's tasks.

    Args:
        store: where they are kept.
        clock: the workspace's time.

    Attributes:
        lists: everybody's task lists.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.lists = TaskLists(store, clock)
        store.ensure(
            "CREATE TABLE IF NOT EXISTS tasks (id TEXT PRIMARY KEY, list TEXT NOT NULL, parent TEXT NOT NULL,"
            " place INTEGER NOT NULL, body TEXT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS tasks_of_list ON tasks (list, parent, place)",
        )

    def tasks(self, owner: str, name: str, keep: Callable[[Json], bool]) -> list[Json]:
        """The tasks of a list that `keep` accepts, subtasks after their parent."""
        home = self.lists.get(owner, name)["id"]
        children: dict[str, list[Found]] = {}
        for task in self._read("list = ? ORDER BY place, id", home):
            children.setdefault(task.parent, []).append(task)
        ordered: list[Json] = []
        waiting = list(reversed(children.get("", [])))
        while waiting:
            task = waiting.pop()
            ordered.append(_shown(task))
            waiting.extend(reversed(children.get(task.id, [])))
        return [task for task in ordered if keep(task)]

    def task(self, owner: str, name: str, identifier: str) -> Json:
        """A task, deleted ones too."""
        return _shown(self._find(owner, name, identifier))

    def add(self, owner: str, name: str, wanted: Json, parent: str = "", previous: str = "") -> Json:
        """A new task, first among its siblings or after another one."""
        home = self.lists.get(owner, name)["id"]
        body: Json = {"title": "", "status": "needsAction"}
        self._write(body, wanted)
        identifier = fields.task_id()
        with self._store.write() as connection:
            place = self._room(home, parent, previous, but="")
            connection.execute(
                "INSERT INTO tasks VALUES (?, ?, ?, ?, ?)", (identifier, home, parent, place, _text(body))
            )
        return self.task(owner, home, identifier)

    def change(
        self, owner: str, name: str, identifier: str, wanted: Json, *, whole: bool, match: str = ""
    ) -> Json:
        """Change a task.

        Args:
            owner: the caller.
            name: the list.
            identifier: the task.
            wanted: the fields; absent ones are cleared when the task is replaced as a whole.
            whole: whether it is replaced.
            match: the entity tag that it must have, "" for any.

        Raises:
            GoogleError: 404 for no such task, 412 when it has changed, 400 for a field that cannot be.
        """
        with self._store.write() as connection:
            found = self._find(owner, name, identifier)
            _check_match(_shown(found), match)
            if whole and wanted.get("id") != identifier:
                raise fields.refused("Missing task ID" if "id" not in wanted else "Invalid task ID")
            body: Json = {"title": "", "status": "needsAction"} if whole else dict(found.body)
            if whole:
                body.update({key: found.body[key] for key in ("hidden", "completed") if key in found.body})
            self._write(body, wanted)
            connection.execute("UPDATE tasks SET body = ? WHERE id = ?", (_text(body), identifier))
        return self.task(owner, name, identifier)

    def delete(self, owner: str, name: str, identifier: str, match: str = "") -> None:
        """Delete a task and its subtasks."""
        with self._store.write():
            found = self._find(owner, name, identifier)
            _check_match(_shown(found), match)
            for task in [found, *self._below(found)]:
                self._keep(task, {**task.body, "deleted": True})

    def clear(self, owner: str, name: str) -> None:
        """Hide the completed tasks of a list."""
        home = self.lists.get(owner, name)["id"]
        with self._store.write():
            for task in self._read("list = ?", home):
                if task.body["status"] == "completed" and not task.body.get("hidden"):
                    self._keep(task, {**task.body, "hidden": True})

    def move(
        self, owner: str, name: str, identifier: str, parent: str = "", previous: str = "", target: str = ""
    ) -> Json:
        """Put a task under another one, after a sibling, or into another list; its subtasks go along."""
        with self._store.write() as connection:
            found = self._find(owner, name, identifier)
            below = self._below(found)
            home = self.lists.get(owner, target)["id"] if target else found.list
            if parent in {identifier, *(task.id for task in below)}:
                raise fields.refused("A task cannot be moved under itself or its subtasks.")
            place = self._room(home, parent, previous, but=identifier)
            connection.execute(
                "UPDATE tasks SET list = ?, parent = ?, place = ? WHERE id = ?",
                (home, parent, place, identifier),
            )
            connection.executemany(
                "UPDATE tasks SET list = ? WHERE id = ?", [(home, task.id) for task in below]
            )
            moved = self._find(owner, home, identifier)
            self._keep(moved, moved.body)
        return self.task(owner, home, identifier)

    def _find(self, owner: str, name: str, identifier: str) -> Found:
        home = self.lists.get(owner, name)["id"]
        found = self._read("list = ? AND id = ?", home, identifier)
        if not found:
            raise fields.missing("Task")
        return found[0]

    def _read(self, condition: str, *values: str) -> list[Found]:
        rows = self._store.read(f"SELECT id, list, parent, place, body FROM tasks WHERE {condition}", values)  # noqa: S608 - conditions of this module
        return [Found(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]

    def _below(self, task: Found) -> list[Found]:
        """The subtasks of a task, and theirs."""
        found: list[Found] = []
        waiting = [task.id]
        while waiting:
            children = self._read("list = ? AND parent = ?", task.list, waiting.pop())
            found.extend(children)
            waiting.extend(child.id for child in children)
        return found

    def _room(self, home: str, parent: str, previous: str, but: str) -> int:
        """A free place after a sibling, or before all of them; the siblings are numbered anew."""
        if parent and not self._visible(home, parent):
            raise fields.refused("Invalid parent task ID")
        siblings = self._read("list = ? AND parent = ? AND id <> ? ORDER BY place, id", home, parent, but)
        names = [task.id for task in siblings]
        if previous and previous not in names:
            raise fields.refused("Invalid previous task ID")
        free = names.index(previous) + 1 if previous else 0
        with self._store.write() as connection:
            connection.executemany(
                "UPDATE tasks SET place = ? WHERE id = ?",
                [(place + (place >= free), task) for place, task in enumerate(names)],
            )
        return free

    def _visible(self, home: str, identifier: str) -> bool:
        found = self._read("list = ? AND id = ?", home, identifier)
        return bool(found) and not found[0].body.get("hidden") and not found[0].body.get("deleted")

    def _write(self, body: Json, wanted: Json) -> None:
        """Put the fields of a request into a task."""
        fields.check_lengths(wanted)
        for name in _WRITABLE:
            if name not in wanted:
                continue
            if wanted[name] in (None, "") and name not in ("title", "status"):
                body.pop(name, None)
            else:
                body[name] = wanted[name]
        if body.get("status") not in ("needsAction", "completed"):
            raise fields.refused(f"Invalid value for: {body.get('status')} is not a valid value")
        if "due" in wanted and body.get("due"):
            body["due"] = fields.day_of(body["due"])
        if body["status"] == "needsAction":
            if wanted.get("completed"):
                body["status"] = "completed"
            else:
                body.pop("completed", None)
                body.pop("hidden", None)
        if body["status"] == "completed":
            given = body.get("completed")
            moment = fields.moment_of(given, "completed") if given else self._clock.now()
            body["completed"] = fields.stamp(moment)
        if not body.get("deleted"):
            body.pop("deleted", None)
        body["updated"] = fields.stamp(self._clock.now())

    def _keep(self, task: Found, body: Json) -> None:
        body = {**body, "updated": fields.stamp(self._clock.now())}
        with self._store.write() as connection:
            connection.execute("UPDATE tasks SET body = ? WHERE id = ?", (_text(body), task.id))


def _text(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False)


def _check_match(shown: Json, match: str) -> None:
    if match not in ("", "*", shown["etag"]):
        raise fields.refused("Precondition Failed", "conditionNotMet", 412)


def _shown(task: Found) -> Json:
    """A Task as Google answers it."""
    body: dict[str, Any] = task.body
    shown: Json = {
        "kind": "tasks#task",
        "id": task.id,
        "etag": fields.etag_of(task),
        "title": body["title"],
        "updated": body["updated"],
        "selfLink": f"{fields.ADDRESS}/lists/{task.list}/tasks/{task.id}",
        "position": f"{task.place:020d}",
        "status": body["status"],
        "links": [],
        "webViewLink": f"https://tasks.google.com/task/{task.id}?sa=6",
    }
    if task.parent:
        shown["parent"] = task.parent
    shown.update(
        {name: body[name] for name in ("notes", "due", "completed", "deleted", "hidden") if body.get(name)}
    )
    return shown
