"""The Outbox: every message exactly once.

A letter's row is committed before it is sent, already leased to the run that will send it. Whoever finds a
row whose lease ran out, or whose sending is in doubt, first asks the mailbox for the letter's reference and
sends only what is not there. What cannot be told after several tries is left for the admin, never sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage

from sheetflow.app.access import enforce, unreachable
from sheetflow.app.channels import Channels, is_channel
from sheetflow.core import access
from sheetflow.core.access import Wish
from sheetflow.core.attention.tasks import is_task
from sheetflow.core.filing import is_filing, not_filed, outcome
from sheetflow.core.tabs import OutboxRow, is_open, read_outbox_row
from sheetflow.errors import PortError
from sheetflow.model.snapshot import Letter, Row, Snapshot
from sheetflow.ports import AccessPort, FilesPort, MailPort

LEASE = timedelta(minutes=5)
"""Longer than a function may run, so a lease that ran out belongs to a run that is dead."""
LAG = timedelta(minutes=2)
"""How long a mailbox may need until a sent message is found by a search."""
LONGEST = timedelta(hours=1)
"""Between two tries of a letter: twice as long each time, up to this."""
TRIES = 28
"""Of a letter: a mailbox out of reach is asked for a day."""
FEW_TRIES = 6
"""Of what a letter carries, and where an answer is final: waiting longer helps nobody."""
FILING_TRIES = 60
"""Putting files away again does no harm, so a Drive that is out of reach is asked for two hours."""
BATCH = 40
"""Letters that one pass takes over from others; the rest waits for the next."""
MOST_AT_ONCE = 80
"""New letters that go with the run that decided them; the next runs take over the rest: Gmail lets a mailbox
send two or three a second, and a function may run for five minutes."""
MOST_ATTACHED = 18 * 1024 * 1024
"""Bytes of all files of one mail: Gmail takes 25 MB, and a file grows by a third on its way."""


@dataclass(slots=True)
class Work:
    """What a commit writes into the Outbox, and what is to be sent once it stands there.

    `rows`: (place or None for a new row, row). `places`: letter id -> place after the commit.
    """

    rows: list[tuple[int | None, Row]] = field(default_factory=list)
    to_send: list[OutboxRow] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)


def claim(
    snapshot: Snapshot,
    letters: Sequence[Letter],
    marks: Sequence[OutboxRow],
    run: str,
    recorded: Sequence[str] = (),
) -> Work:
    """Put this run's name on new letters and on those whose sender seems dead.

    `marks`: letters that this run sent already and could not mark yet; they ride along. `recorded`: letters
    whose outcome is recorded by the same commit, so that nothing is left to do about them.
    """
    work = Work()
    marked = {mark.letter.id: mark for mark in marks}
    for place, row in enumerate(snapshot.outbox):
        if not row or row[0] == "":
            continue
        work.places[str(row[0])] = place
        if row[0] in recorded:
            work.rows.append((place, [*row[:1], "sent", *row[2:]]))
        elif mark := marked.get(str(row[0])):
            work.rows.append((place, mark.row()))
        elif is_open(row) and len(work.to_send) < BATCH:
            _take_over(work, place, row, run, snapshot.now)
    end = len(snapshot.outbox)
    for letter in letters:
        if letter.id not in work.places:
            fresh = OutboxRow(letter, "leased", run, snapshot.now)
            if len(work.to_send) < MOST_AT_ONCE:
                work.to_send.append(fresh)
            else:
                fresh = _for_anybody(letter, snapshot.now)
            work.places[letter.id] = end
            work.rows.append((None, fresh.row()))
            end += 1
    return work


def queued(snapshot: Snapshot, letters: Sequence[Letter]) -> Work:
    """New letters for the passes to send: who commits them delivers nothing."""
    work = Work(places={str(row[0]): place for place, row in enumerate(snapshot.outbox) if row and row[0]})
    for letter in letters:
        if letter.id not in work.places:
            work.places[letter.id] = len(snapshot.outbox) + len(work.rows)
            work.rows.append((None, _for_anybody(letter, snapshot.now).row()))
    return work


def _for_anybody(letter: Letter, now: datetime) -> OutboxRow:
    """Leased to nobody: whoever comes next has it for the first time."""
    return OutboxRow(letter, "leased", "", now - LEASE, 0)


def _take_over(work: Work, place: int, row: Row, run: str, now: datetime) -> None:
    try:
        known = read_outbox_row(row)
    except ValueError:
        return
    if known.state == "leased" and known.lease == run:
        work.to_send.append(known)
    elif now >= known.leased_at + (_pause(known) if known.state == "doubt" else LEASE):
        if known.tries >= TRIES and not is_deed(known.letter.template):
            failed = known.marked("failed", f"in doubt after {TRIES} tries: look for the reference in Sent")
            work.rows.append((place, failed.row()))
            return
        taken = replace(known, state="leased", lease=run, leased_at=now, tries=known.tries + 1)
        work.rows.append((place, taken.row()))
        work.to_send.append(taken)


def _pause(row: OutboxRow) -> timedelta:
    """How long to leave a doubtful row alone. What may be done twice without harm is not slowed."""
    doubled: timedelta = LAG * 2 ** min(row.tries - 1, 10)
    return LAG if is_deed(row.letter.template) else min(doubled, LONGEST)


def is_deed(template: str) -> bool:
    """Whether a letter goes to no person: what it asks for may be done twice without harm."""
    return is_filing(template) or template == access.TEMPLATE or is_task(template)


class Deliverer:
    """Sends letters, puts files away, and shares what the People tab says.

    `compose` makes the message, `reference` the text it can be found by; `files` is None where there is no
    folder to put anything into, `sharing` where nothing is shared by us. `papers` draws what a letter carries
    besides files: (name, MIME type, content). `channels`: the ways besides mail, None for none.
    """

    def __init__(
        self,
        mail: MailPort,
        compose: Callable[[Letter], EmailMessage],
        reference: Callable[[str], str],
        files: FilesPort | None = None,
        sharing: AccessPort | None = None,
        papers: Callable[[Letter], Sequence[tuple[str, str, bytes]]] = lambda _letter: (),
        channels: Channels | None = None,
    ) -> None:
        self.papers, self.channels = papers, channels
        self.mail, self.compose, self.reference, self.files = mail, compose, reference, files
        self.sharing = sharing

    def deliver(
        self,
        rows: Sequence[OutboxRow],
        wish: Callable[[], Wish] | None = None,
        outbox: Sequence[Row] = (),
    ) -> list[OutboxRow]:
        """Send each; gives the rows as they are to be marked. One failing does not keep the others.

        `wish`: the access list as it was read last, asked for where a letter is about it. `outbox`: its rows
        as they were read, for a letter that follows another.
        """
        standing = {str(row[0]): str(row[1]) for row in outbox if len(row) > 1}
        standing |= {row.letter.id: standing.get(row.letter.id, "new") for row in rows}
        marks = []
        for row in rows:
            marks.append(self._one(row, wish, standing))
            standing[row.letter.id] = marks[-1].state
        return marks

    def _one(
        self, row: OutboxRow, wish: Callable[[], Wish] | None, standing: MutableMapping[str, str]
    ) -> OutboxRow:
        if is_channel(row.letter.template):
            return self.channels.deliver(row, standing) if self.channels else row.marked("sent", "")
        if is_filing(row.letter.template):
            return self._file(row)
        if row.letter.template == access.TEMPLATE:
            return self._share(row, wish)
        reference = self.reference(row.letter.id)
        try:
            if row.tries > 1 and (found := self.mail.find(reference)):
                return row.marked("sent", found)
            message = self.compose(row.letter)
            attach(message, self._attachments(row))
        except PortError as error:
            return row.marked("doubt", str(error))
        except ValueError as error:  # an address or a text that no mail can carry
            return row.marked("failed", str(error))
        try:
            return row.marked("sent", self.mail.send(message))
        except PortError as error:
            return row.marked("doubt" if error.retryable else "failed", str(error))

    def _attachments(self, row: OutboxRow) -> list[tuple[str, str, bytes]]:
        """The files that a letter carries; one that cannot be had does not keep the words from going."""
        wanted = row.letter.facts.get("attachments")
        found: list[tuple[str, str, bytes]] = [*self.papers(row.letter)]
        if self.files is None or not isinstance(wanted, list):
            return found
        for file in wanted:
            try:
                name, mime_type, content = self.files.download(str(file))
            except PortError as error:
                if error.retryable and row.tries < FEW_TRIES:
                    raise
                continue
            if sum(len(data) for *_, data in found) + len(content) <= MOST_ATTACHED:
                found.append((name, mime_type, content))
        return found

    def _file(self, row: OutboxRow) -> OutboxRow:
        letter = row.letter
        if self.files is None:
            return row.marked("done", outcome(not_filed(letter, "no-folder")))
        try:
            return row.marked("done", outcome(self.files.file(letter)))
        except PortError as error:
            if row.tries < (FILING_TRIES if error.retryable else FEW_TRIES):
                return row.marked("doubt", str(error))
            return row.marked("done", outcome(not_filed(letter, "not-filed", why="out-of-reach")))

    def _share(self, row: OutboxRow, wish: Callable[[], Wish] | None) -> OutboxRow:
        if self.sharing is None or wish is None:
            return row.marked("sent", "")
        try:
            shared = enforce(self.sharing, wish(), row.letter.id, again=row.tries > 1)
        except PortError as error:
            if error.retryable and row.tries < FILING_TRIES:
                return row.marked("doubt", str(error))
            shared = unreachable(wish(), row.letter.id, error)
        if not (shared.given or shared.taken or shared.problems or shared.more):
            return row.marked("sent", "")  # nothing to tell: its mark needs no commit of its own
        return row.marked("done", access.outcome(shared))


def attach(message: EmailMessage, files: Sequence[tuple[str, str, bytes]]) -> None:
    """Add files to a message: (name, MIME type, content)."""
    for name, mime_type, content in files:
        main, _, sub = (mime_type if "/" in mime_type else "application/octet-stream").partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
