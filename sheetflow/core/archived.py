"""The archive of closed requests: which may move there, as what rows, and what is written down of it.

A closed request's row moves to a spreadsheet of the year in which it was closed. Its history stays, and in
the State a trace of it (`core.projection.trace`): the tab that every pass reads anyway, so that an invoice
which was paid years ago still counts as paid, its number is never given again, and no other tab has to be
read or kept in step. Nothing moves while anything about the request is under way.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sheetflow.core import history, inbox
from sheetflow.core.company import Company, cell_of
from sheetflow.core.places import inputs_of
from sheetflow.core.projection import (
    APPROVER,
    HISTORY,
    PAID,
    REQUESTER,
    UPDATED,
    from_row,
    to_row,
    whole,
)
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.case import EditCase
from sheetflow.core.rules.rows import archived_is_closed
from sheetflow.core.tabs import is_open
from sheetflow.model.cells import Cell, canonical, text_of
from sheetflow.model.columns import COLUMNS, INPUTS
from sheetflow.model.events import Event, Fact, Refusal
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Snapshot
from sheetflow.workflow.table import Status

CLOSED = (Status.PAID, Status.REJECTED, Status.CANCELLED)
"""Nothing leads on from these by itself."""
KEYS = tuple(column.key for column in COLUMNS)
"""The columns of an archive, in order: those of the Registry."""
BATCH = 500
"""Requests that move by one commit."""
_FROM_STATE = {
    "requester": REQUESTER, "approver": APPROVER, "updated": UPDATED, "paid": PAID, "history": HISTORY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaving:
    """A request that may move. `place`: of its row in this very snapshot. `row`: by `KEYS`, for the archive.

    `year`: in which it was closed, where the company is.
    """

    request: Request
    place: int
    year: str
    row: Row

    @property
    def digest(self) -> str:
        """What tells this row from any other: the fingerprint that history keeps."""
        return digest_of(self.row)


def digest_of(row: Row) -> str:
    """SHA-256 over a row of an archive: its cells as texts, however short it was read."""
    texts = [canonical(cell) for cell in [*row, *[""] * (len(KEYS) - len(row))][: len(KEYS)]]
    return hashlib.sha256(history.dumps(texts).encode("utf-8", "surrogatepass")).hexdigest()


def closed(request: Request, company: Company) -> Refusal | None:
    """The refusal of whatever somebody wishes to do with an archived request; None for any other."""
    why = archived_is_closed(EditCase(request, None, "status", "", company))
    return Refusal("archived-is-closed", request.id, why.column, why.facts) if why else None


def leaving(snapshot: Snapshot, company: Company, book: Rulebook, older: timedelta) -> list[Leaving]:
    """What may move now, those that were closed first at the head.

    Left for another time is a request with a row that shows anything else than what was accepted, or that
    stands twice or nowhere; with an edit that no pass has taken; with a message or a file on its way.
    """
    registry = snapshot.registry
    column = registry.columns["id"]
    rows = [text_of(cell_of(row, column)) for row in registry.rows]
    times = Counter(rows)
    places = {rid: place for place, rid in enumerate(rows) if times[rid] == 1}
    busy = {str(row[7]) for row in snapshot.outbox if len(row) > 7 and is_open(row)}
    if any(row and len(row) > inbox.AT and not cell_of(row, inbox.CONSUMED) for row in snapshot.inbox):
        return []  # edits wait: whose they are, the next pass finds out
    found = []
    for state in snapshot.state:
        rid = str(state[0]) if state else ""
        if rid not in places or rid in busy:
            continue
        row, place = whole(state), places[rid]
        request = from_row(row)
        moved = request.moved
        if request.status not in CLOSED or moved is None or moved + older > snapshot.now:
            continue
        if _in_the_air(request) or not _as_accepted(request, registry.rows[place], snapshot, book):
            continue
        year = str(moved.astimezone(company.settings.zone).year)
        found.append(Leaving(request, place, year, _record(row, book)))
    return sorted(found, key=lambda one: (one.request.moved, one.request.id))


def batch(found: Sequence[Leaving], most: int = BATCH) -> list[Leaving]:
    """The first of them that go into one spreadsheet by one commit."""
    return [one for one in found if one.year == found[0].year][:most]


def missing(chosen: Sequence[Leaving], there: Iterable[Row]) -> list[Leaving]:
    """Those that do not stand in the archive yet, exactly as they would be put there.

    A copy that a run before left there stays; one of a request that changed since is no copy of it.
    """
    known = {digest_of(row) for row in there}
    return [one for one in chosen if one.digest not in known]


def events(snapshot: Snapshot, chosen: Sequence[Leaving], spreadsheet: str) -> list[Event]:
    """What history says of the move."""
    facts = [
        Fact(
            snapshot.now, one.request.id, "RequestArchived", "system", "system",
            {"spreadsheet": spreadsheet, "fingerprint": one.digest},
        )
        for one in chosen
    ]  # fmt: skip
    return history.chain(snapshot.token.head, snapshot.token.seq, facts)


def traces(
    snapshot: Snapshot, chosen: Sequence[Leaving], told: Sequence[Event], company: Company, book: Rulebook
) -> list[tuple[int, Row]]:
    """The State's rows after it, with their places."""
    states = {str(row[0]): place for place, row in enumerate(snapshot.state) if row and row[0] != ""}
    sheet, rows = snapshot.token.sheets["history"], list[tuple[int, Row]]()
    for one, event in zip(chosen, told, strict=True):
        one.request.archived = str(event.data["spreadsheet"])
        rows.append((states[one.request.id], to_row(one.request, company, book, event.seq, sheet)))
    return rows


def _in_the_air(request: Request) -> bool:
    return bool(
        request.archived or request.deleted or request.hold or request.loose or request.reversal
        or request.filing
    )  # fmt: skip


def _as_accepted(request: Request, row: Row, snapshot: Snapshot, book: Rulebook) -> bool:
    registry = snapshot.registry
    if text_of(cell_of(row, registry.columns["status"])) != book.status_labels[request.status]:
        return False
    shown = inputs_of(row, registry)
    return all(canonical(shown.get(key, "")) == canonical(request.cell(key)) for key in INPUTS)


def _record(state: Row, book: Rulebook) -> list[Cell]:
    request = from_row(state)
    known: Mapping[str, Cell] = {
        "id": request.id,
        "status": book.status_labels[request.status],
        "confirmed": book.status_labels[request.status],
        **{key: state[place] for key, place in _FROM_STATE.items()},
        **request.cells,
    }
    return [known.get(key, "") for key in KEYS]
