"""One pass over one spreadsheet: read, decide, commit, deliver.

An accepted edit costs one read and one write before delivery and at most one write after it; a pass with
nothing to do costs one read. A commit that lost the race is decided anew on a fresh read; one whose answer
was lost is recognised by its nonce, or simply decided anew, which decides nothing where it took effect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sheetflow.app import backup, tidying
from sheetflow.app.anchoring import NO_ANCHORS, Anchors, halt, place_of, stops
from sheetflow.app.answers import Answer, MailroomPort, acts_of, read_answer
from sheetflow.app.outbox import Deliverer, Work, claim
from sheetflow.app.repair import TRIES, mend, next_token
from sheetflow.core import intake
from sheetflow.core.bank.daily import export_due
from sheetflow.core.company import read_company
from sheetflow.core.decide import decide
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.sharing import wish
from sheetflow.core.tabs import OutboxRow, range_id
from sheetflow.errors import ConcurrentEdit, PortError, Unavailable
from sheetflow.model.cells import text_of
from sheetflow.model.events import Act, Bounce, Refusal, Response, Returned
from sheetflow.model.snapshot import Decision, Row, Snapshot, Token
from sheetflow.ports import ClockPort, Commit, FormsPort, NoncesPort, Receipt, SheetPort


@dataclass(slots=True)
class PassReport:
    """What a pass did, for logs and for the Activity page.

    `run`: the nonce that its letters are leased to. `revision`: of the registry, once it is done. `requests`:
    those whose record was written. `unsure`: commits whose answer was lost. `halted`: the registry was rolled
    back, so nothing was decided.
    """

    events: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    answers: dict[str, Refusal | None] = field(default_factory=dict)
    commits: int = 0
    lost_races: int = 0
    repaired: int = 0
    sent: int = 0
    doubtful: int = 0
    tidy_due: bool = False
    more: bool = False
    run: str = ""
    revision: int = 0
    requests: list[str] = field(default_factory=list)
    unsure: int = 0
    halted: bool = False
    backup_due: bool = False
    export_due: bool = False

    def as_dict(self) -> dict[str, object]:
        """The report as JSON: ids and counts, no personal data."""
        refused = [*self.refusals, *(one for one in self.answers.values() if one is not None)]
        return {
            "events": self.events,
            "refused": list(dict.fromkeys(f"{refusal.rule} {refusal.request}" for refusal in refused)),
            "commits": self.commits,
            "lost_races": self.lost_races,
            "repaired": self.repaired,
            "sent": self.sent,
            "doubtful": self.doubtful,
            "run": self.run,
            "revision": self.revision,
            "requests": self.requests,
            "unsure": self.unsure,
            **({"halted": True} if self.halted else {}),
        }

    def followed_by(self, later: PassReport) -> PassReport:
        """Both passes as one."""
        return PassReport(
            self.events + later.events,
            self.refusals + later.refusals,
            self.answers | later.answers,
            self.commits + later.commits,
            self.lost_races + later.lost_races,
            self.repaired + later.repaired,
            self.sent + later.sent,
            self.doubtful + later.doubtful,
            later.tidy_due,
            later.more,
            later.run,
            later.revision,
            list(dict.fromkeys(self.requests + later.requests)),
            self.unsure + later.unsure,
            self.halted or later.halted,
            later.backup_due,
            later.export_due,
        )


class Process:
    """The pass, wired to the world. One instance serves one spreadsheet; it keeps nothing between passes."""

    def __init__(
        self,
        sheet: SheetPort,
        deliverer: Deliverer,
        book: Rulebook,
        clock: ClockPort,
        nonces: NoncesPort,
        forms: FormsPort | None = None,
        mailroom: MailroomPort | None = None,
        anchors: Anchors | None = None,
    ) -> None:
        self.sheet, self.deliverer, self.book, self.forms = sheet, deliverer, book, forms
        self.mailroom, self.anchors = mailroom, anchors
        self.clock, self.nonces = clock, nonces

    def run(self, acts: Sequence[Act] = (), *, form: bool = False, scheduled: bool = False) -> PassReport:
        """Run one pass.

        Args:
            acts: what somebody chose on the request page; answered in the report.
            form: look for form answers too: one or more calls of the Forms API, whatever their number.
            scheduled: the schedule asked for it: write down, once an hour, that it runs, and look for mails
                that came back and for answers: one call of the mailbox where there is none.

        Raises:
            ConcurrentEdit: others were faster at every try; nothing is lost, the next pass goes on.
            PortError: Google could not be reached or refused.
            ConfigError: the spreadsheet cannot be read as a registry.
        """
        run = self.nonces.nonce()
        report = PassReport(run=run)
        marks: list[OutboxRow] = []
        open_acts = tuple(acts)
        responses: dict[str, tuple[Response, ...]] = {}
        returned, answers = self._arrived() if scheduled else ((), ())
        letters = answers
        anchors = self.anchors if scheduled and self.anchors else NO_ANCHORS
        anchor = anchors.known()
        for attempt in range(TRIES):
            snapshot = self.sheet.read(place_of(anchor))
            if stops(snapshot, anchor):
                report.halted, wired = True, (self.sheet, self.deliverer, self.book, self.nonces)
                report.sent += halt(*wired, snapshot, run, anchor, open_acts)
                return report
            said = acts_of(letters, snapshot, self.book.spreadsheet, self.deliverer.reference)
            snapshot.acts, snapshot.scheduled = (*open_acts, *said), scheduled
            snapshot.responses = self._responses(snapshot, responses) if form else ()
            snapshot.bounces = _bounces(snapshot, returned, self.deliverer.reference)
            _with_marks(snapshot, marks)
            report.revision = snapshot.token.revision
            report.tidy_due = tidying.is_due(snapshot, self.book)
            report.backup_due = backup.is_due(snapshot.token, snapshot.now)
            report.export_due = scheduled and export_due(snapshot, self.book)
            decision = decide(snapshot, self.book, snapshot.now)
            if decision.wants_banks:
                snapshot.banks = self.sheet.read_banks(snapshot.token.banks)
                decision = decide(snapshot, self.book, snapshot.now)
            # A commit of ours whose answer was lost took effect if its letters stand there under our lease.
            work = claim(snapshot, decision.letters, marks, run, decision.recorded)
            report.more = decision.more
            if decision.empty and not work.rows:
                _answer(report, decision)
                if not work.to_send:
                    self._told(returned, answers, report)
                    anchors.keep(anchor, snapshot.token)
                    return report
                marks = self._deliver(work.to_send, report, snapshot)
                continue
            commit = commit_of(snapshot, decision, work, self.nonces.nonce())
            try:
                receipt = self.sheet.commit(commit)
            except ConcurrentEdit:
                report.lost_races += 1
                self.clock.sleep(min(0.05 * 2**attempt, 2.0) * (0.5 + self.nonces.jitter()))
                continue
            except Unavailable:
                report.unsure += 1
                self.clock.sleep(min(0.5 * 2**attempt, 8.0) * (0.5 + self.nonces.jitter()))
                if not self._took_effect(commit):
                    continue
                receipt = Receipt(commit.new)
            marks, open_acts, letters = [], (), ()
            report.commits += 1
            report.revision = commit.new.revision
            report.requests = list(dict.fromkeys([*report.requests, *decision.states]))
            report.events += [f"{event.kind} {event.request}".strip() for event in decision.events]
            report.refusals += decision.refusals
            _answer(report, decision)
            receipt, again = self._repair(snapshot, commit, receipt, report)
            marks = self._deliver(work.to_send, report, snapshot)
            filed = any(mark.state == "done" for mark in marks)  # recorded by the next commit
            if marks and not filed and self._mark(commit, receipt, work, marks, report):
                marks = []
            if not marks and not again:
                self._told(returned, answers, report)
                reached = max(report.revision, receipt.token.revision)  # marks are written after the receipt
                anchors.keep(anchor, replace(receipt.token, revision=reached))
                return report
        raise ConcurrentEdit("Sheets", f"others committed first, {TRIES} times in a row")

    def _arrived(self) -> tuple[Sequence[Returned], Sequence[Answer]]:
        """What came. A mailbox out of reach keeps no pass from running: the next one looks again."""
        try:
            returned, answers = self.mailroom.arrived() if self.mailroom else ((), ())
        except PortError:
            return (), ()
        return returned, [read_answer(one) for one in answers]

    def _told(self, returned: Sequence[Returned], answers: Sequence[Answer], report: PassReport) -> None:
        """Let the mailbox know; where it cannot be told, the next pass finds that all was recorded."""
        if self.mailroom:
            taken = {uuid for uuid, refusal in report.answers.items() if refusal is None}
            strange = [one.message for one in answers if one.message not in taken and not one.automatic]
            try:
                self.mailroom.told([one.message for one in returned], strange)
            except PortError:
                return

    def _responses(self, snapshot: Snapshot, asked: dict[str, tuple[Response, ...]]) -> tuple[Response, ...]:
        """The form's answers, asked for once a pass however often it reads."""
        if self.forms is not None and "all" not in asked:
            asked["all"] = tuple(self.forms.responses(intake.since(snapshot.token.form)))
        return asked.get("all", ())

    def tidy(self) -> int:
        """Take away what was served long ago from the system tabs; gives the number of rows.

        One read and one write; where somebody commits in between it is left for the next time.
        """
        snapshot = self.sheet.read()
        if not tidying.is_due(snapshot, self.book):
            return 0
        pruned, horizon = tidying.plan(snapshot, self.book)
        new = replace(self._next(snapshot.token), horizon=horizon)
        try:
            self.sheet.commit(
                Commit(
                    snapshot.token, new, snapshot.registry.columns, len(snapshot.registry.rows), pruned=pruned
                )
            )
        except (ConcurrentEdit, Unavailable):
            return 0
        return sum(len(places) for places in pruned.values())

    def _took_effect(self, commit: Commit) -> bool:
        """Whether a commit whose answer was lost is the last one. Where others came later, deciding tells."""
        return self.sheet.read().token.range_id == commit.new.range_id

    def _deliver(self, rows: Sequence[OutboxRow], report: PassReport, snapshot: Snapshot) -> list[OutboxRow]:
        marks = self.deliverer.deliver(
            rows,
            lambda: wish(snapshot, read_company(snapshot.people, snapshot.settings, self.book)),
            snapshot.outbox,
        )
        report.sent += sum(row.state == "sent" for row in marks)
        report.doubtful += sum(row.state == "doubt" for row in marks)
        return marks

    def _mark(
        self, commit: Commit, receipt: Receipt, work: Work, marks: Sequence[OutboxRow], report: PassReport
    ) -> bool:
        """Write down what was sent: one more write under the token. False: somebody was faster."""
        rows = tuple((work.places[mark.letter.id], mark.row()) for mark in marks)
        new = self._next(receipt.token)
        try:
            self.sheet.commit(Commit(receipt.token, new, commit.columns, commit.registry_rows, outbox=rows))
        except (ConcurrentEdit, Unavailable):
            return False
        report.commits, report.revision = report.commits + 1, new.revision
        return True

    def _repair(
        self, snapshot: Snapshot, commit: Commit, receipt: Receipt, report: PassReport
    ) -> tuple[Receipt, bool]:
        """Put right what landed in somebody else's row; True: read again, what was meant is still to do."""
        mended = mend(self.sheet, self.clock, self.nonces, self.book, snapshot, commit, receipt)
        report.repaired += mended.strays
        return mended.receipt, mended.again

    def _next(self, token: Token) -> Token:
        return next_token(token, self.nonces)


def _bounces(
    snapshot: Snapshot, returned: Sequence[Returned], reference: Callable[[str], str]
) -> tuple[Bounce, ...]:
    """What came back, matched with the Outbox; what cannot be matched is no mail of this registry."""
    if not returned:
        return ()
    sent = {reference(str(row[0])): row for row in snapshot.outbox if len(row) > 7 and row[0]}
    return tuple(
        Bounce(notice.message, str(row[7]), str(row[6]), str(row[5]))
        for notice in returned
        if (row := sent.get(notice.reference)) and row[7]
    )


def _with_marks(snapshot: Snapshot, marks: Sequence[OutboxRow]) -> None:
    """Let a decision see what this run delivered and could not write down yet."""
    known = {mark.letter.id: mark for mark in marks}
    for place, row in enumerate(snapshot.outbox):
        if row and (mark := known.get(str(row[0]))):
            snapshot.outbox[place] = mark.row()


def _answer(report: PassReport, decision: Decision) -> None:
    report.answers |= decision.answers


def commit_of(snapshot: Snapshot, decision: Decision, work: Work, nonce: str) -> Commit:
    """What a decision writes, under the next token."""
    old = snapshot.token
    events = decision.events
    new = replace(
        old,
        revision=old.revision + 1,
        range_id=range_id(old.revision + 1, nonce),
        head=events[-1].hash if events else old.head,
        seq=events[-1].seq if events else old.seq,
        last_id=max(old.last_id, decision.last_id),
        people=decision.people or old.people,
        settings=decision.settings or old.settings,
        policy=decision.policy or old.policy,
        access=decision.access or old.access,
        form=old.form if decision.form is None else decision.form,
        vitals=old.vitals if decision.vitals is None else decision.vitals,
        attention=old.attention if decision.attention is None else decision.attention,
        channels=old.channels if decision.channels is None else decision.channels,
        recurring=old.recurring if decision.recurring is None else decision.recurring,
    )
    places = {text_of(row[0]): place for place, row in enumerate(snapshot.state) if row}
    states: list[tuple[int | None, Row]] = [(places.get(rid), row) for rid, row in decision.states.items()]
    return Commit(
        old,
        new,
        snapshot.registry.columns,
        len(snapshot.registry.rows),
        events=events,
        states=[(place, row) for place, row in states if row or place is not None],
        outbox=work.rows,
        consumed=decision.consumed,
        writes=decision.writes,
        restored=decision.restored,
        book=decision.book,
        lines=decision.lines,
    )
