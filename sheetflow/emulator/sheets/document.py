"""A spreadsheet that lives: its current book, its lock, and transactions that are kept before an answer.

Readers and writers hold the document's lock, so a read sees one state; a write works on a draft and replaces
the book only when the draft is on disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sheetflow.emulator.sheets import tables
from sheetflow.emulator.sheets.book import Book

Keep = Callable[[str, Book, Book], None]
"""Puts the change from one state of a spreadsheet to the next on disk."""


class Document:
    """A spreadsheet.

    Attributes:
        id: Google's spreadsheetId.
        owner: e-mail of the file's owner, whom no protection binds.
        lock: hold it while reading `book`.
        protected_blocks_sort: whether sorting or deleting rows fails when a part of them is protected; a
        switch, since
            Google's behaviour here is not documented.
    """

    def __init__(
        self, identifier: str, owner: str, book: Book, keep: Keep, blocks_sort: Callable[[], bool]
    ) -> None:
        self.id = identifier
        self.owner = owner
        self.lock = threading.RLock()
        self._book = book
        self._keep = keep
        self._blocks_sort = blocks_sort
        self._draft: Book | None = None

    @property
    def protected_blocks_sort(self) -> bool:
        """The switch's state."""
        return self._blocks_sort()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction of this thread is running."""
        with self.lock:
            return self._draft is not None

    @property
    def book(self) -> Book:
        """The state now: inside a transaction, its draft."""
        return self._draft or self._book

    @contextmanager
    def transaction(self) -> Iterator[Book]:
        """A draft to write to: kept when the block ends, dropped when it raises; nested, it joins."""
        with self.lock:
            if self._draft is not None:
                yield self._draft
                return
            self._draft = self._book.draft()
            try:
                yield self._draft
                tables.settle(self._draft)
                self._keep(self.id, self._book, self._draft)
                self._book = self._draft
            finally:
                self._draft = None
