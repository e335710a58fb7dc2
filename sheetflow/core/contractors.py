"""The contractor book: what was approved once is filled in next time, and what differs from it is said.

The book is the Contractors tab: one row for each payee and account, added when a request is approved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sheetflow.core.company import cell_of
from sheetflow.core.history import instant
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.columns import REQUEST_FIELDS
from sheetflow.model.events import Event
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row

BOOK_FIELDS = (
    "contractor", "inn", "kpp", "bik", "account", "corr_account", "details", "purpose", "currency",
    "vat", "contractor_email",
)  # fmt: skip
"""What the book keeps of a payee, in the order of the tab; then from which request, and since when."""

FILLED = tuple(key for key in REQUEST_FIELDS if key in BOOK_FIELDS)
"""What may be filled from it, in the order of the Registry."""
BOOK_CAUTIONS = frozenset({"choose-account", "account-not-in-book"})
ACCOUNT = ("kpp", "bik", "account", "corr_account", "details")
"""What belongs to one account of a payee: filled together or not at all."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the book, by column key."""

    cells: Mapping[str, str]

    def text(self, key: str) -> str:
        """A cell's text, "" when blank."""
        return self.cells.get(key, "")


class Book:
    """The book, by INN and by name. The newest row of an account counts."""

    def __init__(self, rows: Sequence[Row], headers: Mapping[str, str]) -> None:
        self._by_inn: dict[str, dict[str, Entry]] = {}
        self._by_name: dict[str, dict[str, Entry]] = {}
        self._all: dict[tuple[str, str, str], Entry] = {}
        if not rows:
            return
        places = {headers.get(text_of(cell).lower(), ""): i for i, cell in enumerate(rows[0])}
        for row in rows[1:]:
            cells = {key: text_of(cell_of(row, places.get(key))) for key in BOOK_FIELDS}
            entry = Entry({key: text for key, text in cells.items() if text})
            if entry.text("account"):
                self._all[entry.text("inn"), _plain(entry.text("contractor")), entry.text("account")] = entry
                for index, key in (
                    (self._by_inn, entry.text("inn")),
                    (self._by_name, _plain(entry.text("contractor"))),
                ):
                    if key:
                        index.setdefault(key, {})[entry.text("account")] = entry

    def entries(self, request: Request) -> list[Entry]:
        """What is known of a request's payee, one entry an account: by INN, else by name."""
        inn = text_of(request.cell("inn"))
        found = (
            self._by_inn.get(inn, {})
            if inn
            else self._by_name.get(_plain(text_of(request.cell("contractor"))), {})
        )
        return list(found.values())

    def known(self) -> list[Entry]:
        """Everybody in the book, one entry for each account of a payee, in the order of the tab."""
        return list(self._all.values())

    def knows(self, inn: str, contractor: str, account: str) -> bool:
        """Whether this very account of this payee stands in the book."""
        return account in (self._by_inn.get(inn, {}) if inn else self._by_name.get(_plain(contractor), {}))


def cautions(request: Request, book: Book) -> list[tuple[str, dict[str, str]]]:
    """What the book has to say about a draft: an account it does not know, or several to choose from."""
    entries, account = book.entries(request), text_of(request.cell("account"))
    if not entries:
        return []
    known = ", ".join(sorted(entry.text("account") for entry in entries))
    if not account:
        return [("choose-account", {"known": known})] if len(entries) > 1 else []
    if account in {entry.text("account") for entry in entries}:
        return []
    return [("account-not-in-book", {"account": account, "known": known})]


def additions(events: Sequence[Event], requests: Mapping[str, Request], book: Book) -> list[Row]:
    """Rows to add to the book: payees and accounts approved in this pass for the first time."""
    found: dict[tuple[str, str, str], Row] = {}
    for event in events:
        if event.kind != "RequestApproved":
            continue
        request = requests[event.request]
        inn, name, account = (text_of(request.cell(key)) for key in ("inn", "contractor", "account"))
        if account and not book.knows(inn, name, account):
            cells: list[Cell] = [request.cell(key) for key in BOOK_FIELDS]
            found.setdefault((inn, name, account), [*cells, request.id, instant(event.at)])
    return list(found.values())


def _plain(name: str) -> str:
    """A name as it is compared: case, quotes and spaces aside."""
    return " ".join("".join(sign for sign in name.lower() if sign not in "«»\"'“”„").split())
