"""The contractor book: what was approved once is filled in next time, and what differs from it is said.

The book is the Contractors tab: one row for each payee and account, added when a request is approved and
sealed by the system. People may type into it; what they typed is filled in, but vouches for no account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sheetflow.core.company import cell_of
from sheetflow.core.history import instant
from sheetflow.core.safety.names import folded
from sheetflow.core.safety.vouching import is_sealed, phones, seal
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.columns import REQUEST_FIELDS
from sheetflow.model.events import Event
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row

BOOK_FIELDS = (
    "contractor", "inn", "kpp", "bik", "account", "corr_account", "details", "purpose", "currency",
    "vat", "contractor_email",
)  # fmt: skip
"""What the book keeps of a payee, in the order of the tab."""
MORE_FIELDS = ("since_request", "since", "phone", "seal")
"""Then from which request and since when; the numbers to call, which an admin types; the system's seal."""

FILLED = tuple(key for key in REQUEST_FIELDS if key in BOOK_FIELDS)
"""What may be filled from it, in the order of the Registry."""
BOOK_CAUTIONS = frozenset({"choose-account", "account-not-in-book"})
ACCOUNT = ("kpp", "bik", "account", "corr_account", "details")
"""What belongs to one account of a payee: filled together or not at all."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the book, by column key. `key`: what rows are sealed with."""

    cells: Mapping[str, str]
    key: bytes = field(default=b"", repr=False)

    @property
    def sealed(self) -> bool:
        """Whether the system wrote its payee details, and they stand as it wrote them."""
        return is_sealed(self.key, self.cells, self.text("seal"))

    def text(self, key: str) -> str:
        """A cell's text, "" when blank."""
        return self.cells.get(key, "")


class Book:
    """The book, by INN and by name. The newest row of an account counts.

    `headers`: header text, lower case -> key (`Rulebook.book_headers`). `key`: what rows are sealed with.
    """

    def __init__(self, rows: Sequence[Row], headers: Mapping[str, str], key: bytes = b"") -> None:
        self._by_inn: dict[str, dict[str, Entry]] = {}
        self._by_name: dict[str, dict[str, Entry]] = {}
        self._all: dict[tuple[str, str, str], Entry] = {}
        self._payees: dict[str, list[Entry]] | None = None
        self._rows: list[Entry] = []
        self._key = key
        fields = (*BOOK_FIELDS, *MORE_FIELDS)
        self._places = {key: place for place, key in enumerate(fields)}
        if not rows:
            return
        places = {headers.get(text_of(cell).lower(), ""): i for i, cell in enumerate(rows[0])}
        if "account" in places:
            self._places = {key: places[key] for key in fields if key in places}
        for row in rows[1:]:
            cells = {name: text_of(cell_of(row, place)) for name, place in self._places.items()}
            texts = {name: text for name, text in cells.items() if text}
            if not texts:
                continue
            entry = Entry(texts, key)
            self._rows.append(entry)
            if entry.text("account"):
                self._all[entry.text("inn"), _plain(entry.text("contractor")), entry.text("account")] = entry
                for index, name in (
                    (self._by_inn, entry.text("inn")),
                    (self._by_name, _plain(entry.text("contractor"))),
                ):
                    if name:
                        index.setdefault(name, {})[entry.text("account")] = entry

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

    def about(self, request: Request) -> list[Entry]:
        """Every row about a request's payee, by INN or by a name that looks the same."""
        if self._payees is None:
            self._payees = {}
            for entry in self._rows:
                for mark in (entry.text("inn"), folded(entry.text("contractor"))):
                    if mark:
                        self._payees.setdefault(mark, []).append(entry)
        marks = (text_of(request.cell("inn")), folded(text_of(request.cell("contractor"))))
        found = [entry for mark in marks if mark for entry in self._payees.get(mark, ())]
        return list({id(entry): entry for entry in found}.values())

    def phones(self, request: Request) -> list[str]:
        """The numbers at which a request's payee may be called."""
        return phones(self.about(request))

    def row_of(self, request: Request, at: str) -> Row:
        """The sealed row for a request's payee, as wide as the tab has columns for it. `at`: ISO moment."""
        cells: dict[str, Cell] = {key: request.cell(key) for key in BOOK_FIELDS}
        cells |= {"since_request": request.id, "since": at}
        cells["seal"] = seal(self._key, {key: text_of(cell) for key, cell in cells.items()})
        row: list[Cell] = [""] * (max(self._places.values()) + 1)
        for key, place in self._places.items():
            row[place] = cells.get(key, "")
        return row

    def vouches(self, request: Request) -> bool:
        """Whether a sealed row says exactly what the request says of its payee's account.

        In a book that has no column for seals, or without a key, any row that says it counts as one.
        """
        seals = bool(self._key) and "seal" in self._places
        wanted = [text_of(request.cell(key)) for key in ("inn", "account", "bik")]
        return any(
            (entry.sealed or not seals) and [entry.text(key) for key in ("inn", "account", "bik")] == wanted
            for entry in self.about(request)
        )

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
    """Rows to add to the book: payees and accounts approved in this pass that no sealed row vouches for."""
    found: dict[tuple[str, str, str], Row] = {}
    for event in events:
        if event.kind != "RequestApproved":
            continue
        request = requests[event.request]
        inn, name, account = (text_of(request.cell(key)) for key in ("inn", "contractor", "account"))
        if account and (inn, name, account) not in found and not book.vouches(request):
            found[inn, name, account] = book.row_of(request, instant(event.at))
    return list(found.values())


def _plain(name: str) -> str:
    """A name as it is compared: case, quotes and spaces aside."""
    return " ".join("".join(sign for sign in name.lower() if sign not in "«»\"'“”„").split())
