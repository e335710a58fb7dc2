"""What can be made again from the History, where a system tab is gone: State, People, Settings, the token.

History is the truth: every submitted request is the fold of its events, and both tabs that admins keep are
recorded whole whenever they change. Drafts are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sheetflow.core.bank.events import numbers_of
from sheetflow.core.company import Company
from sheetflow.core.decide import PREFIX
from sheetflow.core.folding import fold
from sheetflow.core.history import GENESIS, instant
from sheetflow.core.projection import to_row
from sheetflow.core.recurring.drafting import memory_of
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import Cell
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Token

KEPT = timedelta(days=1)
"""How long an edit's uuid was remembered (`app.tidying`): edits older than that are replays."""


def state_rows(events: Sequence[Event], company: Company, book: Rulebook, history: int) -> list[list[Cell]]:
    """The State tab's records. `history`: the sheetId of the History tab."""
    last = {event.request: event.seq for event in events if event.request}
    requests = fold(events)
    return [to_row(requests[rid], company, book, last[rid], history) for rid in sorted(requests)]


def recorded(events: Sequence[Event], kind: str) -> list[list[str]]:
    """A tab as its last event ("PeopleChanged", "SettingsChanged") has it, the header first."""
    for event in reversed(events):
        if event.kind == kind:
            return [[str(cell) for cell in row] for row in event.data.get("rows", ())]
    return []


def token(
    events: Sequence[Event],
    ids: Iterable[Cell],
    sheets: Mapping[str, int],
    range_id: str,
    banks: str,
    attention: Mapping[str, str],
) -> Token:
    """The token, where State!A1 cannot be read.

    Args:
        events: the whole History.
        ids: what stands in the Registry's id column.
        sheets: tab key -> sheetId.
        range_id: of the named range that stands now, "" where there is none: it tells the revision.
        banks: since when the bank directory is loaded, "" where it is empty.
        attention: people's standings, where these are gone too.
    """
    revision = range_id.split("_")[1] if range_id.count("_") == 2 else ""
    numbers = [_number(cell) for cell in (*ids, *(event.request for event in events))]
    return Token(
        revision=int(revision) if revision.isascii() and revision.isdigit() else len(events),
        range_id=range_id,
        head=events[-1].hash if events else GENESIS,
        seq=events[-1].seq if events else 0,
        last_id=max(numbers, default=0),
        sheets=dict(sheets),
        horizon=instant(events[-1].at - KEPT) if events else "",
        banks=banks,
        orders=numbers_of(events),
        attention=attention,
        recurring=memory_of(events),
    )


def _number(cell: Cell) -> int:
    text = str(cell)
    number = text.removeprefix(PREFIX)
    return int(number) if text.startswith(PREFIX) and number.isascii() and number.isdigit() else 0
