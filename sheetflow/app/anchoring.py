"""The anchor: what the history had come to, kept where nobody can restore an old version of it.

Whoever restores an old version of a spreadsheet rolls History, State and token back together, and all three
still agree. So each scheduled pass keeps number and hash of the last event outside, and looks whether the
event of that number still has that hash. The anchor is written after a commit and read before the sheet:
it may lag, and never leads, whoever commits meanwhile. Where it does lead, or stands beside the chain,
nothing is decided, paid or sent until an admin has adopted what stands there, or put the newest version back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sheetflow.app.outbox import Deliverer, claim
from sheetflow.app.repair import next_token
from sheetflow.core import health
from sheetflow.core.company import read_company
from sheetflow.core.health import ROLLED_BACK
from sheetflow.core.history import chain, instant, verify
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.tabs import range_id
from sheetflow.errors import ConcurrentEdit, ConfigError, PortError, Unavailable
from sheetflow.model.events import Act, Event, Fact
from sheetflow.model.snapshot import Snapshot, Token
from sheetflow.ports import ClockPort, Commit, HistoryPort, NoncesPort, SheetPort

TEMPLATE = "unwell"
"""The only letters that leave a registry that was stopped: those that tell its admins."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the history had come to: number and hash of its last event, and the revision of the registry."""

    seq: int
    head: str
    revision: int


class AnchorPort(Protocol):
    """The place outside of the sheet."""

    def read(self) -> Anchor | None:
        """What was written last; None where nothing was."""
        ...

    def write(self, anchor: Anchor) -> None:
        """Keep another."""
        ...


class ChainPort(SheetPort, HistoryPort, Protocol):
    """The spreadsheet, with its history."""


class Anchors:
    """What a pass does about it: `known` before it reads, `stops` once it has read, `keep` when it is done.

    `port`: None where nothing is kept.
    """

    def __init__(self, port: AnchorPort | None) -> None:
        self.port = port

    def known(self) -> Anchor | None:
        """The anchor; None too where Drive is out of reach: the next scheduled pass asks again."""
        try:
            return self.port.read() if self.port else None
        except PortError:
            return None

    def keep(self, known: Anchor | None, token: Token) -> None:
        """Let the anchor follow, where history grew. One that cannot be written lags, and does no harm."""
        before = (known.seq, known.revision) if known else (0, 0)
        if self.port is None or not token.seq or (token.seq, token.revision) <= before:
            return
        try:
            self.port.write(Anchor(token.seq, token.head, token.revision))
        except PortError:
            return

    def guard(self, sheet: SheetPort) -> None:
        """Look by itself, for what writes without a pass: one read.

        Raises:
            Unavailable: the registry was rolled back: nothing may be decided.
        """
        anchor = self.known()
        if stops(sheet.read(place_of(anchor)), anchor):
            raise stopped()

    def hold(self, token: Token) -> None:
        """Look by the token alone, for what mends a spreadsheet that cannot be read as a registry.

        Raises:
            Unavailable: it was stopped, or stands before its anchor.
        """
        anchor = self.known()
        if health.ILL + ROLLED_BACK in token.vitals or (anchor is not None and _before(token, anchor)):
            raise stopped()


NO_ANCHORS = Anchors(None)
"""Of a pass that the schedule did not ask for: it looks at nothing and keeps nothing."""


def place_of(anchor: Anchor | None) -> int:
    """The number of the event that a reading has to bring along (`SheetPort.read`)."""
    return anchor.seq if anchor else 0


def stops(snapshot: Snapshot, anchor: Anchor | None) -> bool:
    """Whether nothing may be decided: by the anchor, else by what was found before.

    `snapshot`: read with the event at `place_of(anchor)`.
    """
    token = snapshot.token
    if anchor is None:
        return health.ILL + ROLLED_BACK in token.vitals
    return _before(token, anchor) or (token.seq > anchor.seq and snapshot.event_hash != anchor.head)


def _before(token: Token, anchor: Anchor) -> bool:
    """Whether the token cannot have followed the anchor. Not each commit brings an event, but a revision."""
    if token.seq <= anchor.seq and (token.seq, token.head) != (anchor.seq, anchor.head):
        return True
    return token.revision < anchor.revision


def stopped() -> Unavailable:
    """What whoever wants to act is told."""
    return Unavailable("registry", "it was rolled back; nothing is decided until an admin has looked at it")


def halt(
    sheet: SheetPort,
    deliverer: Deliverer,
    book: Rulebook,
    nonces: NoncesPort,
    snapshot: Snapshot,
    run: str,
    anchor: Anchor | None,
    acts: Sequence[Act] = (),
) -> int:
    """Decide nothing, and tell the admins once; gives the number of letters sent. Edits wait in the Inbox.

    Raises:
        Unavailable: there are acts, and whoever chose them has to know that nothing was done.
    """
    if acts:
        raise stopped()
    known, old = snapshot.token.vitals, snapshot.token
    company = read_company(snapshot.people, snapshot.settings, book, snapshot.policy)
    fresh = health.ILL + ROLLED_BACK not in known
    facts = {"anchored": str(anchor.seq if anchor else 0), "found": str(old.seq)}
    ill = health.Ailment(ROLLED_BACK, facts)
    letters = health.told(TEMPLATE, [ill], company, book, snapshot.now) if fresh else []
    ours = [row if len(row) > 5 and row[5] == TEMPLATE else [] for row in snapshot.outbox]
    work = claim(replace(snapshot, outbox=ours), letters, (), run)
    if not work.rows and not fresh:
        return 0
    signs = {**known, health.ILL + ROLLED_BACK: known.get(health.ILL + ROLLED_BACK) or instant(snapshot.now)}
    columns, rows = snapshot.registry.columns, len(snapshot.registry.rows)
    new = replace(_again(old, nonces), vitals=signs)
    try:
        receipt = sheet.commit(Commit(old, new, columns, rows, outbox=work.rows))
        marks = deliverer.deliver(work.to_send)
        outbox = [(work.places[mark.letter.id], mark.row()) for mark in marks]
        sheet.commit(Commit(receipt.token, _again(receipt.token, nonces), columns, rows, outbox=outbox))
    except (ConcurrentEdit, Unavailable):
        return 0  # the next pass finds it too, and asks the mailbox first
    return sum(mark.state == "sent" for mark in marks)


def _again(token: Token, nonces: NoncesPort) -> Token:
    """The next token at the same revision: what a stopped registry commits never nears its anchor."""
    return replace(token, range_id=range_id(token.revision, nonces.nonce()))


def adopt(
    sheet: ChainPort, anchors: AnchorPort, clock: ClockPort, nonces: NoncesPort, reason: str, actor: str
) -> Event:
    """Go on from what stands in the sheet: recorded with its reason, and the anchor set anew.

    Gives the event. Killed in between it may be run again.

    Raises:
        ConfigError: the reason is missing, or the anchor agrees, so that there is nothing to adopt.
        HistoryBroken: what stands there is no unbroken chain: restore a backup instead.
        ConcurrentEdit: somebody committed meanwhile; nothing was done.
    """
    if not reason.strip():
        raise ConfigError(["an adoption needs a reason: it stands in the history"])
    anchor = anchors.read()
    token, events = sheet.read_history()
    verify(events, head=token.head, seq=token.seq)
    snapshot = sheet.read(place_of(anchor))
    if not stops(snapshot, anchor):
        raise ConfigError(["the history agrees with its anchor; there is nothing to adopt"])
    if snapshot.token.range_id != token.range_id:
        raise ConcurrentEdit("Sheets", "another commit came in between")
    data = {
        "reason": reason.strip(), "head": token.head, "seq": token.seq,
        "anchored": {"seq": anchor.seq, "head": anchor.head} if anchor else {},
    }  # fmt: skip
    (event,) = chain(token.head, token.seq, [Fact(clock.now(), "", "HistoryAdopted", actor, "system", data)])
    vitals = {key: value for key, value in token.vitals.items() if key != health.ILL + ROLLED_BACK}
    new = replace(next_token(snapshot.token, nonces), head=event.hash, seq=event.seq, vitals=vitals)
    registry = snapshot.registry
    sheet.commit(Commit(snapshot.token, new, registry.columns, len(registry.rows), events=[event]))
    anchors.write(Anchor(event.seq, event.hash, new.revision))
    return event
