"""Spreadsheets on disk: each row of a sheet is one in the database, so an edit writes what it changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from itertools import zip_longest

from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.cells import Row
from sheetflow.emulator.sheets.sheet import Sheet, sheet_from_head
from sheetflow.emulator.store import Store


class Archive:
    """Saves and loads books.

    Args:
        store: the database.
        now: the workspace's time, which formulas ask for.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        store.ensure(
            "CREATE TABLE IF NOT EXISTS books (id TEXT PRIMARY KEY, head TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS book_sheets (book TEXT NOT NULL, sheet INTEGER NOT NULL,"
            " head TEXT NOT NULL,"
            " PRIMARY KEY (book, sheet)) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS book_rows (book TEXT NOT NULL, sheet INTEGER NOT NULL,"
            " row INTEGER NOT NULL,"
            " cells TEXT NOT NULL, PRIMARY KEY (book, sheet, row)) WITHOUT ROWID",
        )

    def save(self, book_id: str, old: Book | None, new: Book) -> None:
        """Write what differs between two states of a book, in one transaction."""
        with self._store.write() as connection:
            head = _head(new)
            if old is None or _head(old) != head:
                connection.execute("INSERT OR REPLACE INTO books VALUES (?, ?)", (book_id, head))
            before = {sheet.sheet_id: sheet for sheet in old.sheets} if old else {}
            for sheet in new.sheets:
                known = before.pop(sheet.sheet_id, None)
                if known is not sheet:
                    _save_sheet(connection, book_id, known, sheet)
            for sheet_id in before:
                connection.execute(
                    "DELETE FROM book_sheets WHERE book = ? AND sheet = ?", (book_id, sheet_id)
                )
                connection.execute("DELETE FROM book_rows WHERE book = ? AND sheet = ?", (book_id, sheet_id))

    def load(self, book_id: str) -> Book | None:
        """A book from disk."""
        rows = self._store.read("SELECT head FROM books WHERE id = ?", (book_id,))
        if not rows:
            return None
        head = json.loads(rows[0][0])
        book = Book(head["properties"], self._now)
        book.named_ranges = head["namedRanges"]
        book.metadata = head["metadata"]
        sheets = dict(self._store.read("SELECT sheet, head FROM book_sheets WHERE book = ?", (book_id,)))
        for sheet_id in head["order"]:
            sheet = sheet_from_head(book.token, sheets[sheet_id])
            found = self._store.read(
                "SELECT row, cells FROM book_rows WHERE book = ? AND sheet = ? ORDER BY row",
                (book_id, sheet_id),
            )
            lines: list[Row | None] = [None] * (found[-1][0] + 1 if found else 0)
            for index, text in found:
                lines[index] = Row.stored(book.token, text)
            sheet.rows = lines
            book.sheets.append(sheet)
        return book

    def remove(self, book_id: str) -> None:
        """Delete a book."""
        with self._store.write() as connection:
            connection.execute("DELETE FROM books WHERE id = ?", (book_id,))
            connection.execute("DELETE FROM book_sheets WHERE book = ?", (book_id,))
            connection.execute("DELETE FROM book_rows WHERE book = ?", (book_id,))


def _head(book: Book) -> str:
    head = {
        "properties": book.properties,
        "order": [sheet.sheet_id for sheet in book.sheets],
        "namedRanges": book.named_ranges,
        "metadata": book.metadata,
    }
    return json.dumps(head, ensure_ascii=False)


def _save_sheet(connection: sqlite3.Connection, book_id: str, old: Sheet | None, new: Sheet) -> None:
    head = new.head()
    if old is None or old.head() != head:
        connection.execute(
            "INSERT OR REPLACE INTO book_sheets VALUES (?, ?, ?)", (book_id, new.sheet_id, head)
        )
    written, gone = [], []
    for index, (before, after) in enumerate(zip_longest(old.rows if old else (), new.rows)):
        if before is after:
            continue
        if after is not None and not after.blank:
            written.append((book_id, new.sheet_id, index, after.text()))
        elif before is not None:
            gone.append((book_id, new.sheet_id, index))
    connection.executemany("INSERT OR REPLACE INTO book_rows VALUES (?, ?, ?, ?)", written)
    connection.executemany("DELETE FROM book_rows WHERE book = ? AND sheet = ? AND row = ?", gone)
