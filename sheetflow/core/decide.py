"""One pass, pure: from what was read and what time it is to what is to be written.

Deciding again on what was written decides nothing more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter

from sheetflow.core import archived, consequences, filing, folding, health, history, intake
from sheetflow.core.attention import mailing, space, tasks
from sheetflow.core.bank.deciding import choices, choose
from sheetflow.core.bank.gathering import gathered
from sheetflow.core.company import Company, read_company
from sheetflow.core.contractors import Book, additions
from sheetflow.core.edits import fold
from sheetflow.core.inbox import RowEdit, read_inbox
from sheetflow.core.places import Places, fresh_numbers, locate
from sheetflow.core.projection import (
    DATA,
    DUE,
    FIRST_INPUT,
    STATUS,
    WIDTH,
    from_row,
    is_archived,
    last_seq_of,
    to_row,
    whole,
)
from sheetflow.core.recurring.drafting import Drafts, draft, ready
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.safety.ledger import Ledger
from sheetflow.core.sharing import follow
from sheetflow.core.sorting import sort_edits
from sheetflow.core.tab_changes import tab_headers, tell_changed_tabs
from sheetflow.core.turn import Outcome, Turn, refused
from sheetflow.errors import ConfigError
from sheetflow.model.columns import INPUTS
from sheetflow.model.events import Act, Bounce, CellEdit, Fact, Filing, Refusal, Response
from sheetflow.model.request import Request
from sheetflow.model.snapshot import CellWrite, Decision, Row, Snapshot
from sheetflow.workflow.table import Status

PREFIX = "PR-"
"""What a request's number begins with."""


def decide(snapshot: Snapshot, book: Rulebook, now: datetime) -> Decision:
    """Decide a pass.

    Raises:
        ConfigError: the Registry lacks a column, so nothing can be judged.
    """
    missing = [key for key in ("id", "status", *INPUTS) if key not in snapshot.registry.columns]
    if missing:
        names = ", ".join(book.own.label("columns", key) for key in missing)
        raise ConfigError([f"the Registry has no column named {names}"])
    return _Pass(snapshot, book, now).run()


class _Pass:
    def __init__(self, snapshot: Snapshot, book: Rulebook, now: datetime) -> None:
        self.snapshot, self.book, self.now = snapshot, book, now
        self.company: Company = read_company(snapshot.people, snapshot.settings, book, snapshot.policy)
        self.decision = Decision()
        self.out = Outcome()
        self.state: dict[str, Row] = {str(row[0]): row for row in snapshot.state if row and row[0] != ""}
        self.archived = {rid for rid, row in self.state.items() if is_archived(row)}
        self.requests: dict[str, Request] = {}
        self.contractors = Book(snapshot.contractors, book.book_headers, book.inbox_key)
        self.ledger = Ledger(self.state, self.requests)
        self.filings: dict[str, list[Filing]] = {}
        self.responses: dict[str, list[Response]] = {}
        self.drafts = Drafts()

    def run(self) -> Decision:
        snapshot, token, decision = self.snapshot, self.snapshot.token, self.decision
        mail = read_inbox(
            snapshot.inbox, key=self.book.inbox_key, spreadsheet=self.book.spreadsheet,
            headers=self.book.headers, others=tab_headers(token, self.book), horizon=token.horizon,
            now=self.now,
        )  # fmt: skip
        decision.consumed = mail.waiting
        typed = tell_changed_tabs(snapshot, mail.edits, decision, self.out, self.now)
        follow(snapshot, self.company, self.book, decision, self.out)
        registry = token.sheets["registry"]
        edits = [edit for edit in mail.edits if edit.sheet == registry]
        places = locate(
            snapshot.registry,
            self.state,
            edits,
            prefix=PREFIX,
            last_id=token.last_id,
            deleted=self._was_deleted,
            archived=self.archived,
        )
        by_request, by_copy = sort_edits(edits, snapshot.registry, self.state, places)
        self.chosen = choices(snapshot, mail.edits, self.company, self.book, self.out)
        acts = mailing.take_preferences(snapshot, self.company, decision, self.out)
        copies = {new for pairs in places.copies.values() for _, new in pairs}
        self.filings = filing.done(snapshot.outbox)
        self.responses = self._take_responses(places)
        numbers = fresh_numbers(places, self.state, PREFIX, token.last_id)
        self.drafts = draft(snapshot, self.company, self.book, numbers, decision, self.out, typed, self.now)
        busy = self._busy(places, by_request, acts)
        bounces = self._bounces()
        looked_at = [*busy, *self.filings, *self.responses, *self.drafts, *bounces, *self.chosen.of]
        for rid in dict.fromkeys(looked_at):
            if rid in self.archived:
                continue  # nothing is done with it any more: an answer or a file that comes late neither
            if rid not in self.state and rid not in places.of and rid not in (*self.responses, *self.drafts):
                continue  # files of a draft that is forgotten
            self._fold(
                rid, places, by_request.get(rid, []) + by_copy.get(rid, []), acts.get(rid, []), rid in copies
            )
        for rid, came_back in bounces.items():
            self._tell_bounces(self.requests.get(rid), came_back)
        decision.recorded += [one.letter for filings in self.filings.values() for one in filings]
        for rid in acts:
            if rid not in self.requests:
                known = from_row(whole(self.state[rid])) if rid in self.state else Request(rid)
                refusal = archived.closed(known, self.company) or Refusal(
                    "lawful-transition", rid, "status", {"target": "?", "status": "?", "ways": ""}
                )
                decision.answers |= {act.uuid: refusal for act in acts[rid]}
        self._ids(places, edits)
        self._finish()
        mailing.make_digests(snapshot, self.requests, decision, self.company, self.book, self.now)
        decision.vitals, letters = health.examine(
            snapshot, mail, self.out.refusals, self.company, self.book, self.now, idle=decision.empty
        )
        decision.letters += letters
        mailing.count_letters(snapshot, decision, self.company, self.now)
        return decision

    # --- which requests have to be looked at

    def _busy(
        self, places: Places, edits: Mapping[str, list[CellEdit]], acts: Mapping[str, list[Act]]
    ) -> list[str]:
        """Requests where anything is to be judged: any other costs one comparison."""
        registry = self.snapshot.registry
        keys = ("status", *INPUTS)
        seen = itemgetter(*(registry.columns[key] for key in keys))
        kept = itemgetter(STATUS, *range(FIRST_INPUT, WIDTH))
        labels = self.book.status_labels
        blanks = [""] * max(registry.width, WIDTH)
        clock = history.instant(self.now)
        busy = []
        for rid, place in places.of.items():
            known = self.state.get(rid)
            if known is None or rid in edits or rid in acts or place in places.renamed:
                busy.append(rid)
                continue
            anew = self.decision.settings and known[STATUS] == Status.SUBMITTED  # other days may count
            if anew or (known[DUE] != "" and str(known[DUE]) <= clock) or '"deleted"' in str(known[DATA]):
                busy.append(rid)
                continue
            row = registry.rows[place]
            shown = seen(row if len(row) >= registry.width else row + blanks[len(row) : registry.width])
            accepted = kept(known if len(known) >= WIDTH else [*known, *blanks[len(known) : WIDTH]])
            if shown[1:] != accepted[1:] or shown[0] != labels.get(accepted[0]):
                busy.append(rid)
        deleted = [
            rid
            for rid, row in self.state.items()
            if row[DUE] != "" and rid not in places.of and str(row[DUE]) <= clock
        ]
        return [*busy, *places.missing, *(rid for rid in deleted if rid not in places.missing)]

    def _was_deleted(self, rid: str) -> bool:
        return '"deleted"' in str(self.state[rid][DATA])

    def _take_responses(self, places: Places) -> dict[str, list[Response]]:
        """Form answers not taken yet, by the request that each is about; new ones get a number."""
        form = self.snapshot.token.form
        waiting = intake.unseen(self.snapshot.responses, form)
        if not waiting:
            return {}
        made: dict[str, str] = {}
        versions: dict[str, datetime] = {}
        for rid, row in self.state.items():
            if '"response"' in str(row[DATA]):
                answer, _, at = str(json.loads(str(row[DATA])).get("response", "")).rpartition("@")
                made[answer], versions[answer] = rid, history.moment(at)
        # The token may have forgotten what the State knows was taken.
        waiting = [one for one in waiting if one.id not in versions or versions[one.id] < one.at]
        taken = waiting[: intake.BATCH]
        if not taken:
            return {}
        found: dict[str, list[Response]] = {}
        numbers = fresh_numbers(places, self.state, PREFIX, self.snapshot.token.last_id)
        for response in taken:
            rid = made.get(response.id) or next(numbers)
            made[response.id] = rid
            found.setdefault(rid, []).append(response)
        self.decision.form = intake.remember(form, taken)
        self.decision.more = len(waiting) > len(taken)
        return found

    def _bounces(self) -> dict[str, list[Bounce]]:
        found: dict[str, list[Bounce]] = {}
        for bounce in self.snapshot.bounces:
            if bounce.request in self.state:
                found.setdefault(bounce.request, []).append(bounce)
        return found

    def _tell_bounces(self, request: Request | None, bounces: list[Bounce]) -> None:
        """Record that a mail came back; who is told follows from the event."""
        for bounce in bounces:
            if request is not None and request.submitted and bounce.message not in request.bounced:
                data = {"to": bounce.to, "template": bounce.template}
                fact = Fact(self.now, request.id, "MessageBounced", "system", "system", data, bounce.message)
                self.out.facts.append(fact)
                folding.apply(request, fact)

    # --- one request

    def _fold(self, rid: str, places: Places, edits: list[CellEdit], acts: list[Act], copied: bool) -> None:  # noqa: FBT001
        known, place = self.state.get(rid), places.of.get(rid)
        request = from_row(whole(known)) if known is not None else Request(rid)
        self.requests[rid] = request
        cells = self.snapshot.registry.rows[place] if place is not None else None
        fresh = known is None or (rid in self.responses and not request.submitted)
        turn = Turn(
            request, -1 if place is None else place, cells, self.snapshot.registry, self.company, self.book,
            self.now, self.out, copied=copied, contractors=self.contractors,
            ledger=self.ledger, banks=self.snapshot.banks if self.snapshot.token.banks else {},
        )  # fmt: skip
        for one in self.filings.get(rid, []):
            filing.record(turn, one)
        for response in self.responses.get(rid, []):
            intake.take_response(turn, response)
        self.drafts.fill(turn)
        choose(turn, self.chosen)
        fold(turn, edits, acts)
        if place is not None:
            request.deleted = None
        elif fresh:
            request.deleted = None  # whoever edits the answer that a deleted draft came from wants it back
            label = self.book.status_labels[request.hold.target if request.hold else request.status]
            self.decision.restored.append({"id": rid, "status": label, **request.cells})
        elif request.submitted:
            self._restore(request)
        elif request.deleted is None:
            request.deleted = self.now

    def _restore(self, request: Request) -> None:
        label = self.book.status_labels[request.status]
        self.decision.restored.append({"id": request.id, "status": label, **request.cells})
        refusal = Refusal("submitted-rows-stay", request.id, "id", {"id": request.id})
        self.out.facts.append(refused(refusal, self.now))
        self.out.facts.append(Fact(self.now, request.id, "RowRestored", "unknown", "sheet"))

    def _ids(self, places: Places, edits: list[RowEdit]) -> None:
        """Write the numbers of new rows, and those that were typed over."""
        words = self.book.own
        typed = {edit.old: edit for row in edits for edit in row.ids if edit.old}
        column = self.snapshot.registry.columns["id"]
        for row, rid in places.renamed.items():
            cells = self.snapshot.registry.rows[row]
            before = cells[column] if column < len(cells) else ""
            note = None
            if rid in places.restored_ids:
                edit = typed.get(rid)
                refusal = Refusal(
                    "id-is-kept", rid, "id", {"id": rid}, edit.user if edit else "", edit.uuid if edit else ""
                )
                self.out.refusals.append(refusal)
                if self.requests[rid].submitted:
                    self.out.facts.append(refused(refusal, self.now))
                note = " ".join(words.refusal(refusal)) + " [id-is-kept]"
            self.decision.writes.append(CellWrite(row, rid, "id", rid, note, before))
        self.decision.last_id = places.last_id

    # --- everything together

    def _finish(self) -> None:
        decision, token, out = self.decision, self.snapshot.token, self.out
        decision.events = history.chain(token.head, token.seq, history.by_time(out.facts))
        last = {event.request: event.seq for event in decision.events}
        history_sheet = token.sheets["history"]
        tasks.follow(
            self.snapshot, self.state, self.requests, self.company, self.book, decision, out, self.now
        )
        for rid, request in self.requests.items():
            known = self.state.get(rid)
            if request.deleted and self.now >= request.deleted + self.company.settings.draft_life:
                decision.states[rid] = []  # forgotten for good
                continue
            seq = last.get(rid, last_seq_of(known))
            row = to_row(request, self.company, self.book, seq, history_sheet)
            if known is None or row != whole(known):
                decision.states[rid] = row
        decision.writes += out.writes
        decision.refusals = out.refusals
        decision.lines = self.chosen.writes
        decision.answers |= out.answers
        decision.wants_banks = out.wants_banks
        at = history.instant(self.now)
        decision.book = additions(decision.events, self.requests, self.contractors)
        decision.letters = [
            *out.letters,
            *gathered(consequences.letters(decision.events, self.requests, self.company, self.book)),
            *consequences.put_back(out.refusals, self.requests, self.company, self.book, at),
            *consequences.unclaimed(out.unclaimed, self.company, self.book, at),
            *consequences.strangers(out.strangers, self.company, self.book, at),
            *ready((self.requests[rid] for rid in self.drafts), self.company, self.book, at),
        ]
        space.tell(self.snapshot, self.requests, decision, self.company, self.now)
