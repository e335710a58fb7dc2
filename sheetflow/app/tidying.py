"""The nightly tidying of the system tabs: what was served long ago is taken away, so that reads stay small.

History is never touched. Edits older than the new horizon are refused as replays from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sheetflow.core import inbox
from sheetflow.core.bank.lines import data_of
from sheetflow.core.company import read_company
from sheetflow.core.history import instant, moment
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.snapshot import Snapshot

KEEP_EDITS = timedelta(days=1)
"""How long a used edit's uuid is remembered, against replays."""
KEEP_LETTERS = timedelta(days=7)
EVERY = timedelta(days=1)


def is_due(snapshot: Snapshot, book: Rulebook) -> bool:
    """Whether a day has gone by and there is something to take away."""
    horizon = snapshot.token.horizon
    if horizon and snapshot.now < moment(horizon) + KEEP_EDITS + EVERY:
        return False
    return any(plan(snapshot, book)[0].values())


def plan(snapshot: Snapshot, book: Rulebook) -> tuple[Mapping[str, Sequence[int]], str]:
    """The rows to delete, by tab key, and the new horizon (ISO moment)."""
    horizon = snapshot.now - KEEP_EDITS
    waiting = [
        moment(str(row[inbox.AT]))
        for row in snapshot.inbox
        if not _used(row) and len(row) > inbox.AT and row[0]
    ]
    horizon = min([horizon, *(at - timedelta(seconds=1) for at in waiting)])
    edits = [
        place
        for place, row in enumerate(snapshot.inbox)
        if _used(row) and _at(row, inbox.AT) <= instant(horizon)
    ]
    oldest = instant(snapshot.now - KEEP_LETTERS)
    letters = [
        place
        for place, row in enumerate(snapshot.outbox)
        if len(row) > 3 and row[1] == "sent" and _at(row, 3) <= oldest
    ]
    blank = [place for place, row in enumerate(snapshot.state) if not row or row[0] == ""]
    life = read_company(snapshot.people, snapshot.settings, book).settings.line_life
    old = instant(snapshot.now - life)
    lines = [
        place
        for place, row in enumerate(snapshot.bank)
        if (line := data_of(row)) is not None and "" < str(line.get("decided", "")) <= old
    ]
    return {"inbox": edits, "outbox": letters, "state": blank, "bank": lines}, instant(horizon)


def _used(row: Sequence[object]) -> bool:
    return len(row) > inbox.CONSUMED and row[inbox.CONSUMED] != ""


def _at(row: Sequence[object], place: int) -> str:
    return str(row[place])
