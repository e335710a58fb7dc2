"""History: an append-only chain of events, as rows of a tab and as lines of a file.

Each event's hash is SHA-256 over the previous hash and the event's own content as canonical JSON, so
changing, dropping or reordering one breaks every hash after it. The first event follows `GENESIS`.
What events make of a request is `core.folding`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sheetflow.errors import HistoryBroken
from sheetflow.model.cells import Cell
from sheetflow.model.events import Event, Fact

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
