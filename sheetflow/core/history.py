"""History: an append-only chain of events, and the fold that makes a request of them.

Each event's hash is SHA-256 over the previous hash and the event's own content as canonical JSON, so
changing, dropping or reordering one breaks every hash after it. The first event follows `GENESIS`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sheetflow.core.bank import events as bank
from sheetflow.errors import HistoryBroken
from sheetflow.model.cells import Cell
from sheetflow.model.columns import PAYEE
from sheetflow.model.events import Event, Fact
from sheetflow.model.request import Request, Reversal, Said
from sheetflow.workflow.table import Status

GENESIS = "0" * 64


def instant(at: datetime) -> str:
    """A moment as history writes it: ISO 8601, UTC, milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The moment that `instant` wrote. Raises ValueError for anything else."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return at


def dumps(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, readable Cyrillic."""
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def content_of(seq: int, fact: Fact | Event) -> str:
    """What of an event is hashed: a JSON list, in canonical form."""
    return dumps(
        [seq, instant(fact.at), fact.request, fact.kind, fact.actor, fact.via, dict(fact.data), fact.cause]
    )


def event_hash(previous: str, seq: int, fact: Fact) -> str:
    """The hash of an event that follows `previous`: SHA-256 of that hash, a line break and the content."""
    text = f"{previous}\n{content_of(seq, fact)}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def to_line(event: Event) -> str:
    """The event as a line of an exported file: {"event": what is hashed, "hash": its hash}."""
    return f'{{"event":{content_of(event.seq, event)},"hash":{dumps(event.hash)}}}'


def from_line(line: str, place: int) -> Event:
    """The event in a line that `to_line` wrote.

    Raises:
        HistoryBroken: a line that is none.
    """
    try:
        read = json.loads(line)
        seq, at, request, kind, actor, via, data, cause = read["event"]
        row = [seq, at, request, kind, actor, via, dumps(data), cause, read["hash"]]
    except (ValueError, KeyError, TypeError) as error:
        raise HistoryBroken(place, f"the line cannot be read: {error}") from error
    return from_row(row, place)


def by_time(facts: Iterable[Fact]) -> list[Fact]:
    """Facts of all requests in the order of time, each request's own kept in the order they were judged."""
    latest: dict[str, datetime] = {}
    keyed = []
    for fact in facts:
        at = max(fact.at, latest.get(fact.request, fact.at))
        latest[fact.request] = at
        keyed.append((at, fact))
    return [fact for _, fact in sorted(keyed, key=lambda pair: pair[0])]


def chain(head: str, seq: int, facts: Iterable[Fact]) -> list[Event]:
    """Give facts their places after event `seq` whose hash is `head`."""
    events = []
    for fact in facts:
        seq += 1
        head = event_hash(head, seq, fact)
        events.append(
            Event(seq, fact.at, fact.request, fact.kind, fact.actor, fact.via, fact.data, fact.cause, head)
        )
    return events


def verify(events: Sequence[Event], *, head: str | None = None, seq: int | None = None) -> str:
    """Check the whole chain; with `head` and `seq`, also that it ends where the token says.

    Returns:
        The hash of the last event.

    Raises:
        HistoryBroken: naming the first event that does not fit.
    """
    last = GENESIS
    for place, event in enumerate(events, start=1):
        if event.seq != place:
            raise HistoryBroken(place, f"event number {event.seq} stands where number {place} belongs")
        fact = Fact(event.at, event.request, event.kind, event.actor, event.via, event.data, event.cause)
        if event_hash(last, place, fact) != event.hash:
            raise HistoryBroken(place, "its content or its predecessor is not what was written")
        last = event.hash
    if seq is not None and seq != len(events):
        raise HistoryBroken(min(seq, len(events)) + 1, f"{seq} events were written, {len(events)} are there")
    if head is not None and head != last:
        raise HistoryBroken(len(events), "the last event is not the one that was written last")
    return last


def to_row(event: Event) -> list[Cell]:
    """The event as a row of the History tab."""
    return [
        event.seq,
        instant(event.at),
        event.request,
        event.kind,
        event.actor,
        event.via,
        dumps(dict(event.data)),
        event.cause,
        event.hash,
    ]


def from_row(row: Sequence[Cell], place: int) -> Event:
    """The event in a row of the History tab.

    Raises:
        HistoryBroken: a row that no pass can have written.
    """
    padded = [*row, *[""] * (9 - len(row))]
    try:
        seq, at, request, kind, actor, via, data, cause, digest = padded[:9]
        event = Event(
            int(seq), moment(str(at)), str(request), str(kind), str(actor), str(via), json.loads(str(data)),
            str(cause), str(digest),
        )  # fmt: skip
    except ValueError as error:
        raise HistoryBroken(place, f"the row cannot be read: {error}") from error
    if not isinstance(event.data, dict) or float(seq) != event.seq:
        raise HistoryBroken(place, "the row cannot be read: its number or its data is of another kind")
    return event


def apply(request: Request, event: Event | Fact) -> None:
    """Move a request on by one event. This alone changes an accepted status.

    Raises:
        KeyError: an event of an unknown kind: it was written by a newer sheetflow.
    """
    _CHANGES[event.kind](request, event)
    if event.kind in MOVES:
        request.notes, request.hold, request.reversal = {}, None, None
        request.moved, request.moved_by, request.escalated = event.at, event.actor, None
    if event.kind not in ("EditRefused", "MessageBounced", "RequestEscalated"):
        request.updated = event.at
    if event.kind == "RequestEscalated":
        request.escalated = event.at
    if link := event.data.get("link"):
        request.links[link] = event.cause


def _submitted(request: Request, event: Event | Fact) -> None:
    _written(request, event)
    request.fingerprint = event.data["fingerprint"]
    request.status, request.approver = Status.SUBMITTED, ""
    request.policy, request.approvals = dict(event.data.get("policy", {})), []
    _take_safety(request, event.data.get("safety", {}))
    request.unsigned = set()


def _take_safety(request: Request, safety: Mapping[str, Any]) -> None:
    """Know what was found at a submit, and nothing of what was found before."""
    before = [(key, facts) for key, facts in request.safety.get("cautions", ())]
    now = [(key, dict(facts)) for key, facts in safety.get("cautions", ())]
    request.safety = dict(safety)
    request.cautions = now + [caution for caution in request.cautions if tuple(caution) not in before]


def _details_confirmed(request: Request, event: Event | Fact) -> None:
    """Somebody called: what was held is free, and what is said of it is that."""
    held = request.safety.get("held", {}).get("caution", "")
    facts = {key: str(event.data.get(key, "")) for key in ("name", "phone", "account")}
    cautions = [one for one in request.safety.get("cautions", ()) if one[0] != held]
    kept = {key: value for key, value in request.safety.items() if key != "held"}
    confirmed = {**facts, "digest": event.data["digest"], "by": event.actor, "cause": event.cause}
    safety = {**kept, "confirmed": confirmed, "cautions": [["details-confirmed", facts], *cautions]}
    _take_safety(request, safety)


def _written(request: Request, event: Event | Fact) -> None:
    """Take over what stood in the draft: from now on it has a history, and cannot vanish."""
    cells = request.cells | dict(event.data["cells"])
    request.cells = {key: cell for key, cell in cells.items() if cell != ""}
    request.files = [dict(file) for file in event.data.get("files", ())]
    request.requester, request.submitted = event.data["requester"], True


def _imported(request: Request, event: Event | Fact) -> None:
    """A request that lived elsewhere: open ones begin anew as drafts, closed ones are kept as they ended.

    Nobody vouches for a draft's payee: whoever imports is not its requester.
    """
    _written(request, event)
    request.status = event.data["status"]
    request.paid = Decimal(event.data.get("paid", "0"))
    if request.status == Status.DRAFT:
        request.unsigned = set(PAYEE & request.cells.keys())


def _cancelled(request: Request, event: Event | Fact) -> None:
    request.status = Status.CANCELLED
    if "cells" in event.data:  # a draft was cancelled
        _written(request, event)


def _reopened(status: Status) -> Callable[[Request, Event | Fact], None]:
    def change(request: Request, _event: Event | Fact) -> None:
        request.status, request.fingerprint, request.approver = status, "", ""
        request.policy, request.approvals = {}, []
        confirmed = request.safety.get("confirmed")
        _take_safety(request, {"confirmed": confirmed} if confirmed else {})

    return change


def _approved(request: Request, event: Event | Fact) -> None:
    request.status, request.approver, request.approved = Status.APPROVED, event.actor, event.at
    _approval_given(request, event)


def _approval_given(request: Request, event: Event | Fact) -> None:
    """One of several approvals, or one for somebody absent; a single one is told by `approver` alone."""
    given = {key: event.data[key] for key in ("for", "step", "as", "covers") if key in event.data}
    if given:
        request.approvals.append({"by": event.actor, "at": instant(event.at), **given})
    request.notes.pop(event.actor, None)  # what was said with it says nothing about the next step
    if request.hold and request.hold.by == event.actor:
        request.hold = None


def _rejected(request: Request, _event: Event | Fact) -> None:
    request.status = Status.REJECTED


def _reversal_asked(request: Request, event: Event | Fact) -> None:
    request.reversal = Reversal(event.actor, event.at, event.data["reason"])


def _reversed(request: Request, _event: Event | Fact) -> None:
    request.status, request.paid, request.seen = Status.APPROVED, Decimal(0), Decimal(0)


def _field_changed(request: Request, event: Event | Fact) -> None:
    column = event.data["column"]
    _put(request, column, event.data["value"])
    request.files = [file for file in request.files if file["column"] != column]  # they were the old link's


def _filed(request: Request, event: Event | Fact) -> None:
    _put(request, event.data["column"], event.data["link"])
    request.files = [dict(file) for file in event.data["files"]]


def _commented(request: Request, event: Event | Fact) -> None:
    _put(request, "comment", event.data["text"])
    request.remember(Said(event.actor, event.at, str(event.data["text"])))


def _bounced(request: Request, event: Event | Fact) -> None:
    request.bounced = [*request.bounced, event.cause][-20:]
    back = {"at": instant(event.at), "to": str(event.data["to"]), "template": str(event.data["template"])}
    request.undelivered = [*request.undelivered, back][-3:]


def _nothing(_request: Request, _event: Event | Fact) -> None:
    """Kept for the record: it changes nothing."""


_CHANGES: Mapping[str, Callable[[Request, Event | Fact], None]] = {
    "RequestSubmitted": _submitted,
    "RequestWithdrawn": _reopened(Status.DRAFT),
    "ApprovalGiven": _approval_given,
    "RequestApproved": _approved,
    "RequestRejected": _rejected,
    "RequestReturned": _reopened(Status.RETURNED),
    "RequestPartPaid": bank.paid,
    "RequestPaid": bank.paid,
    "ReversalAsked": _reversal_asked,
    "PaymentReversed": _reversed,
    "RequestCancelled": _cancelled,
    "FieldChanged": _field_changed,
    "FilesFiled": _filed,
    "CommentAdded": _commented,
    "EditRefused": _nothing,
    "MessageBounced": _bounced,
    "RequestEscalated": _nothing,
    "PaymentDisputed": _nothing,
    "BankDetailsConfirmed": _details_confirmed,
    "RowRestored": _nothing,
    "RequestImported": _imported,
    bank.MADE: bank.made,
    bank.CANCELLED: bank.cancelled,
    bank.SEEN: bank.seen,
}
"""What each kind of event does to a request."""

MOVES = frozenset(
    {
        "RequestSubmitted", "RequestWithdrawn", "RequestApproved", "RequestRejected", "RequestReturned",
        "RequestPartPaid", "RequestPaid", "PaymentReversed", "RequestCancelled",
    }
)  # fmt: skip
"""Events that are transitions: comments count anew after each, and what was asked before is void."""


def _put(request: Request, column: str, value: Cell) -> None:
    if value == "":
        request.cells.pop(column, None)
    else:
        request.cells[column] = value


def fold(events: Iterable[Event]) -> dict[str, Request]:
    """Every request with a history, as its events make it. Events about no request are passed over."""
    requests: dict[str, Request] = {}
    for event in events:
        if event.request:
            apply(requests.setdefault(event.request, Request(event.request)), event)
    return requests
