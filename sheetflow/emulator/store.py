"""The one SQLite file in which the emulator keeps everything.

What an answer has promised is on disk before the answer leaves: each write is one transaction, in WAL mode. A
process that is killed loses nothing that it committed; `synchronous=NORMAL` could lose the last moments only
when the whole machine loses power, which is no concern of a local workspace.

Each part of the emulator declares its own tables with `ensure`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Store:
    """A SQLite database, shared by all threads of the process.

    Args:
        path: the file; it is created where it is missing.

    Attributes:
        folder: where the file lies; parts that keep files of their own keep them beside it.
    """

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._after: dict[Callable[[], None], None] = {}
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self.ensure(
            "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
        )

    def ensure(self, *statements: str) -> None:
        """Run `CREATE … IF NOT EXISTS` statements."""
        with self.write() as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends, rolled back when it raises; nested, it joins."""
        tasks: dict[Callable[[], None], None] = {}
        with self._lock:
            if self._depth == 0:
                self._after = {}
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._connection
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")
                tasks, self._after = self._after, {}
        for task in tasks:
            task()

    def afterwards(self, task: Callable[[], None]) -> None:
        """Call `task` once when the transaction that is open has been committed, and not if it is undone.

        It is called in the same thread, without the database's lock.
        """
        self._after[task] = None

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def setting(self, name: str, default: Any = None) -> Any:
        """A value kept under a name, decoded from JSON."""
        rows = self.read("SELECT value FROM settings WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else default

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name."""
        with self.write() as connection:
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def close(self) -> None:
        """Close the database; nothing is lost if this never happens."""
        with self._lock:
            self._connection.close()
