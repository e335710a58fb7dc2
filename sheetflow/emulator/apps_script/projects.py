"""Apps Script projects at rest: source, owner, properties, triggers; kept in the store."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetflow.emulator.wire import not_found

if TYPE_CHECKING:
    from sheetflow.emulator.store import Store

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS script_projects (
        id TEXT PRIMARY KEY, name TEXT UNIQUE, owner TEXT, client_id TEXT, source TEXT, properties TEXT)""",
    """CREATE TABLE IF NOT EXISTS script_triggers (
        id TEXT PRIMARY KEY, project TEXT, handler TEXT, event TEXT, spreadsheet TEXT)""",
)


@dataclass(frozen=True)
class Project:
    """A standalone project. It acts as `owner`; `client_id` is the audience of its identity tokens."""

    id: str
    name: str
    owner: str
    client_id: str
    source: str


@dataclass(frozen=True)
class Trigger:
    """An installed trigger: `handler` of a project runs on `event` (ON_EDIT, …) of a spreadsheet or form."""

    id: str
    project: str
    handler: str
    event: str
    spreadsheet: str


class Projects:
    """All projects, by name."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.ensure(*_SCHEMA)

    def deploy(
        self,
        name: str,
        owner: str,
        source: str,
        properties: Mapping[str, str] | None = None,
        client_id: str | None = None,
    ) -> Project:
        """Create a project or put a new source into it.

        Args:
            name: its name, unique here.
            owner: e-mail of the person whose rights it has.
            source: the JavaScript.
            properties: script properties to set; others that it has stay.
            client_id: audience of its identity tokens; made up once when not given.
        """
        with self._store.write() as connection:
            known = self._store.read(
                "SELECT id, client_id, properties FROM script_projects WHERE name = ?", (name,)
            )
            fresh = (
                secrets.token_urlsafe(42),
                f"{secrets.randbelow(10**12):012d}-local.apps.googleusercontent.com",
                "{}",
            )
            project_id, old_client, old_properties = known[0] if known else fresh
            project = Project(project_id, name, owner.lower(), client_id or old_client, source)
            merged = {**json.loads(old_properties), **(properties or {})}
            connection.execute(
                "INSERT OR REPLACE INTO script_projects VALUES (?, ?, ?, ?, ?, ?)",
                (project.id, name, project.owner, project.client_id, source, json.dumps(merged)),
            )
        return project

    def named(self, name: str) -> Project:
        """The project of that name.

        Raises:
            GoogleError: 404 where there is none.
        """
        return self._one("name", name)

    def get(self, project_id: str) -> Project:
        """The project with that id.

        Raises:
            GoogleError: 404 where there is none.
        """
        return self._one("id", project_id)

    def _one(self, column: str, value: str) -> Project:
        sql = f"SELECT id, name, owner, client_id, source FROM script_projects WHERE {column} = ?"  # noqa: S608
        rows = self._store.read(sql, (value,))
        if not rows:
            raise not_found()
        return Project(*rows[0])

    def properties(self, project_id: str) -> dict[str, str]:
        """The script properties."""
        rows = self._store.read("SELECT properties FROM script_projects WHERE id = ?", (project_id,))
        return dict(json.loads(rows[0][0])) if rows else {}

    def set_properties(self, project_id: str, values: Mapping[str, str | None]) -> None:
        """Set script properties; None deletes one."""
        with self._store.write() as connection:
            merged = {**self.properties(project_id), **values}
            kept = {name: value for name, value in merged.items() if value is not None}
            connection.execute(
                "UPDATE script_projects SET properties = ? WHERE id = ?", (json.dumps(kept), project_id)
            )

    def install(self, project_id: str, handler: str, event: str, spreadsheet: str) -> Trigger:
        """Install a trigger."""
        trigger = Trigger(str(secrets.randbelow(10**19)), project_id, handler, event, spreadsheet)
        with self._store.write() as connection:
            row = (trigger.id, project_id, handler, event, spreadsheet)
            connection.execute("INSERT INTO script_triggers VALUES (?, ?, ?, ?, ?)", row)
        return trigger

    def uninstall(self, project_id: str, trigger_id: str) -> None:
        """Delete a trigger of a project; one that is gone already is no error."""
        with self._store.write() as connection:
            connection.execute(
                "DELETE FROM script_triggers WHERE project = ? AND id = ?", (project_id, trigger_id)
            )

    def triggers(
        self, *, project: str | None = None, spreadsheet: str | None = None, event: str | None = None
    ) -> list[Trigger]:
        """Installed triggers that fit, in the order of installation."""
        rows = self._store.read(
            "SELECT id, project, handler, event, spreadsheet FROM script_triggers ORDER BY rowid"
        )
        found = [Trigger(*row) for row in rows]
        return [
            trigger
            for trigger in found
            if project in (None, trigger.project)
            and spreadsheet in (None, trigger.spreadsheet)
            and event in (None, trigger.event)
        ]
