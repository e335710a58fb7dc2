"""What one read of the spreadsheet gave, and what one commit will write: plain values, both.

Row numbers occur here as places in this very snapshot, to say where to write in the same breath. They are
never a key: a request is known by its id alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sheetflow.model.cells import Cell
from sheetflow.model.events import Act, Bounce, Event, Refusal, Response

Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Token:
    """The head of everything: it changes with every commit, and a commit on an old one is refused.

    `revision` counts commits. `range_id` is the id of the named range SF_VERSION that stands for this
    revision; the nonce in it says whose commit it was. `head`, `seq`: hash and number of the last event.
    `last_id`: the largest request number given by a pass. `sheets`: tab key -> sheetId.
    `people`, `settings`, `policy`: digests of those tabs as last recorded in history, `policy` "" with no
    rules yet. `horizon`: edits older than this were pruned from the Inbox; an older one that turns up is a
    replay.
    `access`: digest of the access list that Drive was last asked to follow.
    `banks`: since when the bank directory is loaded (ISO moment), "" where there is none.
    `form`: form answers taken lately, id -> the version's moment (ISO). `vitals`: signs of life
    (`core.health`). `attention`: what is remembered of each person's digests, by address
    (`core.attention.standing`); it stands in a cell of its own. `orders`: the last number of a payment order,
    by own account. `channels`: what was last brought to the channels besides mail: the company that tasks
    follow, the day of the last summary in the space.
    `recurring`: the last due date that each template made a draft for (`core.recurring.due`).
    """

    revision: int
    range_id: str
    head: str
    seq: int
    last_id: int
    sheets: Mapping[str, int]
    people: str = ""
    settings: str = ""
    horizon: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    banks: str = ""
    access: str = ""
    vitals: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""
    attention: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    recurring: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Registry:
    """The Registry tab: column key -> place, and the rows below the header as they were read."""

    columns: Mapping[str, int]
    rows: list[list[Cell]]
    width: int


@dataclass(slots=True)
class Snapshot:
    """One read.

    `state`, `inbox`, `outbox`: rows of the system tabs as they stand. `banks`: BIK -> (name, corr. account,
    city), None where the directory was not read: it is large, and only asked for when a draft needs it.
    `scheduled`: this pass was asked for by the schedule. `throttled`: Google refused a call since the last
    read, for the quota's sake. `event_hash`: what stands in the History tab with the event whose number was
    asked for; "" where none does, or none was asked for.
    """

    now: datetime
    token: Token
    registry: Registry
    state: list[list[Cell]] = field(default_factory=list)
    inbox: list[list[Cell]] = field(default_factory=list)
    outbox: list[list[Cell]] = field(default_factory=list)
    people: list[list[Cell]] = field(default_factory=list)
    settings: list[list[Cell]] = field(default_factory=list)
    contractors: list[list[Cell]] = field(default_factory=list)
    acts: tuple[Act, ...] = ()
    responses: tuple[Response, ...] = ()
    banks: Mapping[str, Sequence[str]] | None = None
    bounces: tuple[Bounce, ...] = ()
    scheduled: bool = False
    throttled: bool = False
    policy: list[list[Cell]] = field(default_factory=list)
    recurring: list[list[Cell]] = field(default_factory=list)
    bank: list[list[Cell]] = field(default_factory=list)
    event_hash: str = ""


@dataclass(frozen=True, slots=True)
class CellWrite:
    """One Registry cell to write: in the row that held `request` when it was read.

    `value` None: the value stays, only the note changes. `note` None: the note stays.
    """

    row: int
    request: str
    column: str
    value: Cell | None
    note: str | None = None
    before: Cell = ""


@dataclass(frozen=True, slots=True)
class LineWrite:
    """What to write into a row of the Bank tab, by column; `place`: of the row. `note`: of its Decision."""

    place: int
    cells: Mapping[int, Cell]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be sent. `id` follows from its cause, so that it exists once whoever decides it.

    `facts` hold all that the template needs: a letter can be rendered without reading the sheet again.
    """

    id: str
    template: str
    to: str
    request: str
    facts: Mapping[str, object]


@dataclass(slots=True)
class Decision:
    """What a pass decided: everything here is written in one atomic commit, or nothing is.

    `states`: State rows by request id. `restored`: rows of the Registry to add again. `consumed`: places in
    the Inbox. `answers`: for each act, the refusal or None for accepted.
    `form`: the token's new `form`. `book`: rows to add to the Contractors tab. `recorded`: letters of the
    Outbox whose outcome is recorded with this. `more`: form answers are left for the next pass.
    `wants_banks`: a draft's BIK asks for the bank directory, which was not read. `vitals`: the token's new
    ones, None where they stay. `attention`, `channels`, `recurring`: likewise.
    """

    events: list[Event] = field(default_factory=list)
    states: dict[str, Row] = field(default_factory=dict)
    writes: list[CellWrite] = field(default_factory=list)
    restored: list[Mapping[str, Cell]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    consumed: list[int] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    answers: dict[str, Refusal | None] = field(default_factory=dict)
    last_id: int = 0
    people: str = ""
    settings: str = ""
    policy: str = ""
    access: str = ""
    form: Mapping[str, str] | None = None
    book: list[Row] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    more: bool = False
    wants_banks: bool = False
    vitals: Mapping[str, str] | None = None
    attention: Mapping[str, str] | None = None
    channels: Mapping[str, str] | None = None
    recurring: Mapping[str, str] | None = None
    lines: list[LineWrite] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (
            self.events or self.states or self.writes or self.restored or self.letters or self.consumed
            or self.form is not None or self.book or self.recorded or self.vitals is not None
            or self.attention is not None or self.channels is not None or self.recurring is not None
            or self.lines
        )  # fmt: skip
