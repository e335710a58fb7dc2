"""A company's whole data as it was exported, and the requests that it makes when it is brought back.

History is the truth: whatever it knows of a request counts. What it does not know, drafts and what is in the
air about a request, comes from the exported State.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sheetflow.core import folding, history
from sheetflow.core.projection import WIDTH, from_row
from sheetflow.core.rules.edits import OPEN_FOR_CHANGE
from sheetflow.core.tabs import OUTBOX_HEADERS, STATE_HEADERS
from sheetflow.errors import ConfigError, HistoryBroken
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.events import Event
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Token
from sheetflow.workflow.table import Status

FORMAT = 1
"""Of the exported files; a higher one was written by a newer sheetflow."""


@dataclass(frozen=True, slots=True)
class Everything:
    """All tabs that matter, read at one moment.

    `history`, `state`, `outbox`: rows of those tabs. `tabs`: people's, by key, header row first; `titles`.
    """

    token: Token
    history: Sequence[Row]
    state: Sequence[Row]
    outbox: Sequence[Row]
    tabs: Mapping[str, Sequence[Row]]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """What the token said, as far as it is about the company and not about the spreadsheet."""

    head: str
    seq: int
    last_id: int
    people: str = ""
    settings: str = ""
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Archive:
    """Everything that an export holds.

    `state`, `outbox`: rows of the system tabs, the State's in the order of the Registry. `people`,
    `settings`, `contractors`, `recurring`: those tabs, header row first; `recurring` () where there was none.
    """

    head: Head
    language: str
    events: Sequence[Event]
    state: Sequence[Row]
    outbox: Sequence[Row]
    people: Sequence[Row]
    settings: Sequence[Row]
    contractors: Sequence[Row]
    recurring: Sequence[Row] = ()


def check(archive: Archive) -> None:
    """Whether the history holds and ends where the export says.

    Raises:
        HistoryBroken: naming the first event that does not fit.
    """
    history.verify(archive.events, head=archive.head.head, seq=archive.head.seq)


def requests_of(archive: Archive) -> dict[str, Request]:
    """Every request, in the Registry's order.

    Raises:
        HistoryBroken: an event that cannot be folded.
        ConfigError: the State has a request that was submitted, and history knows nothing of it.
    """
    folded: dict[str, Request] = {}
    for event in archive.events:
        if event.request:
            try:
                folding.apply(folded.setdefault(event.request, Request(event.request)), event)
            except (KeyError, ValueError, ArithmeticError) as error:
                reason = f"{event.kind} is not known to this version, or says too little ({error!r})"
                raise HistoryBroken(event.seq, reason) from error
    stated = {request.id: request for row in archive.state if (request := from_row(_whole(row)))}
    unlawful = [
        rid
        for rid, request in stated.items()
        if rid not in folded and (request.submitted or request.status != Status.DRAFT)
    ]
    if unlawful:
        raise ConfigError(
            [f"state.jsonl: {rid} is no draft, and the history knows nothing of it" for rid in unlawful]
        )
    return {rid: _merged(stated.get(rid), folded.get(rid)) for rid in dict.fromkeys([*stated, *folded])}


def _merged(stated: Request | None, folded: Request | None) -> Request:
    """A request as history makes it, with what else the State knew of it."""
    if folded is None:
        assert stated is not None  # noqa: S101 - it is one of the two
        return stated
    if stated is None or stated.status != folded.status:
        return folded
    request = stated
    request.approver, request.fingerprint, request.paid = folded.approver, folded.fingerprint, folded.paid
    request.submitted, request.reversal = folded.submitted, folded.reversal
    request.policy, request.approvals = folded.policy, folded.approvals
    request.links, request.bounced, request.moved = folded.links, folded.bounced, folded.moved
    if request.status not in OPEN_FOR_CHANGE:  # of an open one history has the cells of its last submit
        request.cells, request.files, request.requester = folded.cells, folded.files, folded.requester
        request.unsigned = folded.unsigned
    return request


def _whole(row: Row) -> list[Cell]:
    return [*row, *[""] * (WIDTH - len(row))][:WIDTH]


def as_record(row: Row, headers: Sequence[str]) -> dict[str, Cell]:
    """A row of a system tab by its headers, blank cells left out: its order may change one day."""
    return {header: cell for header, cell in zip(headers, row, strict=False) if cell != ""}


def from_record(record: Mapping[str, Cell], headers: Sequence[str]) -> list[Cell]:
    """The row that a record was made of."""
    return [record.get(header, "") for header in headers]


def translated(rows: Sequence[Row], headers: Mapping[str, str], keys: Sequence[str]) -> list[list[Cell]]:
    """A tab's rows, its header row first, with the columns in the order of `keys`; blank rows left out.

    `headers`: header text in any language, lower case -> column key.
    """
    if not rows:
        return []
    titles = [headers.get(text_of(cell).lower(), "") for cell in rows[0]]
    places = {key: place for place, key in enumerate(titles) if key}
    found = [
        [row[at] if (at := places.get(key, len(row))) < len(row) else "" for key in keys] for row in rows[1:]
    ]
    return [row for row in found if any(cell != "" for cell in row)]


RECORDS: Mapping[str, Sequence[str]] = {"state": STATE_HEADERS, "outbox": OUTBOX_HEADERS}
"""System tabs that are exported as records."""
