"""Folding one request: what people did to its row, in order, each step judged by itself.

The request moves on by lawful steps; every other difference between row and accepted state is put back, or
waits a short time for the edit that explains it. A wish counts even where its cell was overwritten since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sheetflow.core import history
from sheetflow.core.company import Company, cell_of
from sheetflow.core.judge import Verdict, judge
from sheetflow.core.ordering import in_order
from sheetflow.core.places import inputs_of
from sheetflow.core.projection import fingerprint
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.case import EditCase, MoveCase, rule_id
from sheetflow.core.rules.edits import EDIT_RULES, OPEN_FOR_CHANGE
from sheetflow.core.rules.fields import check
from sheetflow.model.cells import Cell, canonical, digest
from sheetflow.model.columns import BY_KEY, INPUTS, PAYEE, Writer
from sheetflow.model.events import Act, CellEdit, Fact, Refusal
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Hold, Loose, Note, Request
from sheetflow.model.snapshot import CellWrite, Registry, Row
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import STATUSES, Status

Step = CellEdit | Act


@dataclass(slots=True)
class Outcome:
    """What a pass gathers over all requests, in the order it happened."""

    facts: list[Fact] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    writes: list[CellWrite] = field(default_factory=list)
    answers: dict[str, Refusal | None] = field(default_factory=dict)
    unclaimed: list[tuple[Request, str]] = field(default_factory=list)


class Folding:
    """One request's turn in a pass. `cells` is its row as read, None where the row is gone."""

    def __init__(
        self,
        request: Request,
        row: int,
        cells: Row | None,
        registry: Registry,
        company: Company,
        book: Rulebook,
        now: datetime,
        out: Outcome,
        *,
        copied: bool = False,
    ) -> None:
        self.request, self.row, self.cells, self.registry = request, row, cells, registry
        self.company, self.book, self.now, self.out = company, book, now, out
        self.before = dict(request.cells)
        self.shown = inputs_of(cells, registry) if cells is not None else {}
        self.normal: dict[str, Cell] = {}
        self.put_back: dict[str, Refusal] = {}
        self.copied, self.moved = copied, False
        self.dictated: set[str] = set()
        """Columns whose value was given on the page, so that the cell has to follow."""
        self.expected = {request.status, request.hold.target if request.hold else request.status}
        """What the status cell may show without anybody having wished anything."""
        self.unexplained: set[str] = set()

    def run(self, edits: Sequence[CellEdit], acts: Iterable[Act]) -> None:
        """Judge every step, then settle what the row still shows differently."""
        steps = in_order(edits, self._is_submit)
        explained = {(step.column, step.new) for step in steps}
        if self.cells is not None:
            self.unexplained = {
                key
                for key in INPUTS
                if (text := canonical(self.shown.get(key, ""))) != canonical(self.before.get(key, ""))
                and (key, text) not in explained
            }
        for step in steps:
            if step.column == "status":
                self._wish(step)
            else:
                self._edit(step)
        for act in acts:
            self._act(act)
        if self.cells is not None:
            self._settle_fields(explained)
        self._settle_hold()
        if self.cells is not None:
            self._settle_status(explained)
        self._look_at_draft()

    # --- single steps

    def _wish(self, step: CellEdit) -> None:
        target = self._status(step.new)
        if target == self.request.status:
            if self.request.hold and self.request.hold.by == self._key(step.user):
                self.request.hold = None
            return
        person = self.company.people.find(step.user)
        if (
            target == Status.SUBMITTED
            and self.unexplained
            and self.request.status in OPEN_FOR_CHANGE
            and person
        ):
            self._hold(target, person, step.at, "unexplained-change", step.uuid)
            return
        case = self._case(person, target, step.at)
        self._take(judge(case, step.uuid, step.user), case, step.uuid)

    def _case(self, person: Person | None, target: str, at: datetime) -> MoveCase:
        request = self.request
        lawful = TABLE.between(Status(request.status), Status(target)) if target in STATUSES else None
        note = request.notes.get(person.email) if person else None
        case = MoveCase(
            request, person, target, lawful, self.company, self.book, at,
            comment=note.text if note else "", seen=self._fingerprint_shown(),
        )  # fmt: skip
        if lawful and lawful.act == "submit":
            self.normal, case.problems = check(request.cells, self.company.settings.currencies, self._today())
        return case

    def _take(self, verdict: Verdict, case: MoveCase, cause: str) -> Refusal | None:
        """Let a verdict take effect; what is left is the refusal, or None."""
        if verdict.fact:
            if verdict.fact.kind == "RequestSubmitted":
                self._normalise()
                verdict = judge(case, cause)
            assert verdict.fact is not None  # noqa: S101 - normal forms pass what the originals passed
            self._happen(verdict.fact)
            return None
        if verdict.waits and case.person:
            if case.via == "sheet":
                self._hold(case.target, case.person, case.now, verdict.waits, cause)
                return None
            facts = {"target": case.target}
            return Refusal(verdict.waits, self.request.id, "comment", facts, case.person.email, cause)
        assert verdict.refusal is not None  # noqa: S101 - a verdict is one of three
        return self._refuse(verdict.refusal, "status", case.via)

    def _edit(self, step: CellEdit) -> None:
        request, key = self.request, step.column
        if BY_KEY[key].writer not in (Writer.REQUESTER, Writer.ACCOUNTANT, Writer.ANYONE):
            return
        person = self.company.people.find(step.user)
        draft = request.status in OPEN_FOR_CHANGE
        if person is None and draft and (not step.user or not request.requester):
            self.unexplained.add(key)
            return
        if step.new == canonical(request.cell(key)):
            if key in request.unsigned and person and self._is_requester(person):
                request.unsigned.discard(key)
            return
        case = EditCase(request, person, key, step.new, self.company)
        for asked in EDIT_RULES:
            objection = asked(case)
            if objection is not None:
                name = rule_id(asked)
                refusal = Refusal(name, request.id, objection.column, objection.facts, step.user, step.uuid)
                self._refuse(refusal, key)
                return
        value = self._raw(key, step.new)
        if value is None or person is None:
            self.unexplained.add(key)
            return
        self._accept(key, value, person, step)

    def _accept(self, key: str, value: Cell, person: Person, step: CellEdit | Act) -> None:
        request = self.request
        if key == "comment":
            self._comment(str(value), person, step)
        elif request.submitted and BY_KEY[key].writer is Writer.ACCOUNTANT:
            data = {"column": key, "value": value}
            self._happen(Fact(step.at, request.id, "FieldChanged", person.email, "sheet", data, step.uuid))
        else:
            _put(request.cells, key, value)
            request.updated = step.at
            if not request.requester and person.has(Role.MANAGER) and not request.submitted:
                request.requester = person.email
            request.unsigned.discard(key)
            if key in PAYEE and not self._is_requester(person):
                request.unsigned.add(key)

    def _comment(self, text: str, person: Person, step: CellEdit | Act, link: str = "") -> None:
        request = self.request
        via = "page" if isinstance(step, Act) else "sheet"
        data = {"text": text} | ({"link": link} if link else {})
        if request.submitted:
            self._happen(Fact(step.at, request.id, "CommentAdded", person.email, via, data, step.uuid))
        else:
            _put(request.cells, "comment", text)
            request.updated = step.at
            if link:
                request.links[link] = step.uuid
        if isinstance(step, Act):
            self.dictated.add("comment")
        if text.strip():
            request.notes[person.email] = Note(step.at, text.strip())
        else:
            request.notes.pop(person.email, None)

    def _act(self, act: Act) -> None:
        request = self.request
        if act.link and request.links.get(act.link) == act.uuid:
            self.out.answers[act.uuid] = None  # done already, in a commit whose answer was lost
            return
        person = self.company.people.find(act.user)
        status = Status(request.status)
        lawful = TABLE.by_act(act.act, status)
        case = MoveCase(
            request, person, lawful.target if lawful else act.act, lawful, self.company, self.book, act.at,
            via="page", comment=act.comment, amount=act.amount, seen=act.seen, link=act.link,
        )  # fmt: skip
        if act.act == "comment":
            self.out.answers[act.uuid] = self._page_comment(act, person, case)
            return
        if lawful is None:
            known = next((t for t in TABLE.transitions if t.act == act.act), None)
            case.target = known.target if known else act.act
        elif lawful.act == "submit":
            self.normal, case.problems = check(request.cells, self.company.settings.currencies, self._today())
        verdict = judge(case, act.uuid, act.user)
        if verdict.fact and act.comment.strip() and person:
            self._comment(act.comment.strip(), person, act)
        self.out.answers[act.uuid] = self._take(verdict, case, act.uuid)

    def _page_comment(self, act: Act, person: Person | None, case: MoveCase) -> Refusal | None:
        if person is None or not person.roles:
            return Refusal("known-person", self.request.id, "comment", {}, act.user, act.uuid)
        if act.link and act.link in self.request.links:
            return Refusal("link-is-used-once", self.request.id, "comment", {}, act.user, act.uuid)
        if not act.comment.strip():
            return Refusal(
                "comment-required", self.request.id, "comment", {"target": case.target}, act.user, act.uuid
            )
        self._comment(act.comment.strip(), person, act, act.link)
        return None

    # --- what is left when all steps are judged

    def _settle_fields(self, explained: set[tuple[str, str]]) -> None:
        request = self.request
        for key in INPUTS:
            shown, accepted = self.shown.get(key, ""), request.cell(key)
            text = canonical(shown)
            if text == canonical(accepted):
                request.loose.pop(key, None)
                if (
                    key in request.noted
                    and key not in self.put_back
                    and text != canonical(self.before.get(key, ""))
                ):
                    self._write(key, None, note="")
                continue
            was = self.normal.get(key)
            if key in self.put_back or key in self.dictated or (was is not None and accepted == was):
                self._write(key, accepted, note=self._note(key))
            elif (key, text) in explained and key not in self.unexplained:
                if request.status in OPEN_FOR_CHANGE:
                    _put(request.cells, key, shown)  # of several lawful edits the last one is what is seen
                else:
                    self._write(key, accepted)
            else:
                self._loose_field(key, shown)

    def _loose_field(self, key: str, shown: Cell) -> None:
        """A value that nobody is known to have typed, in a column that people fill."""
        request, writer = self.request, BY_KEY[key].writer
        draft = request.status in OPEN_FOR_CHANGE
        if writer is Writer.REQUESTER and not draft:
            self._unexplained(key)
            return
        if not self._waited(key, canonical(shown)):
            return
        request.loose.pop(key, None)
        restored = canonical(shown) == canonical(self.before.get(key, "")) and key in request.cells
        formula = isinstance(shown, str) and shown.startswith("=")
        if restored and canonical(request.cell(key)) != canonical(self.before.get(key, "")):
            self._write(key, request.cell(key))  # a lawful edit that something overwrote
        elif writer is Writer.ACCOUNTANT or (formula and not draft):
            self._unexplained(key)
        elif request.submitted and writer is Writer.ANYONE:
            fact = Fact(self.now, request.id, "CommentAdded", "unknown", "sheet", {"text": str(shown)})
            self._happen(fact)
        else:
            _put(request.cells, key, shown)
            request.updated = self.now
            if key in PAYEE and shown != "":
                request.unsigned.add(key)

    def _settle_hold(self) -> None:
        """A held wish is asked again: it may have become lawful, or its time is over."""
        hold = self.request.hold
        if hold is None or (hold.rule == "unexplained-change" and self.request.loose):
            return
        person = self.company.people.find(hold.by)
        case = self._case(person, hold.target, hold.at)
        verdict = judge(case, hold.cause, hold.by)
        if verdict.waits and self.now < hold.until:
            return
        self.request.hold = None
        if verdict.waits:
            facts = {"target": hold.target}
            self._refuse(
                Refusal(verdict.waits, self.request.id, "status", facts, hold.by, hold.cause), "status"
            )
        else:
            self._take(verdict, case, hold.cause)

    def _settle_status(self, explained: set[tuple[str, str]]) -> None:
        request, book = self.request, self.book
        shown = cell_of(self.cells or (), self.registry.columns.get("status"))
        text = canonical(shown).strip()
        wanted = request.hold.target if request.hold else request.status
        label = book.status_labels.get(wanted, wanted)
        if text == label:
            request.loose.pop("status", None)
            if "status" in request.noted and "status" not in self.put_back and self.moved:
                self._write("status", None, note="")
            return
        target = self._status(text)
        explained_here = ("status", canonical(shown)) in explained or "status" in self.put_back
        newborn = not request.submitted and (self.copied or not (text or self.before))
        if explained_here or newborn or target in self.expected or target == wanted:
            self._write("status", label, note=self._note("status"))
        elif target in STATUSES and TABLE.between(Status(request.status), Status(target)):
            if self._waited("status", text):
                self.out.unclaimed.append((request, target))
                self._unexplained("status", label)
        else:
            self._unexplained("status", label)

    def _look_at_draft(self) -> None:
        """What Checks says of a request that is still being written."""
        request = self.request
        if request.status not in OPEN_FOR_CHANGE:
            request.problems = []
            return
        _, request.problems = check(request.cells, self.company.settings.currencies, self._today())
        request.problems += [
            ("no-formulas", key, {"problem": "is-formula"})
            for key, rule in sorted(request.noted.items())
            if rule == "no-formulas" and key not in request.cells
        ]

    # --- small things

    def _unexplained(self, key: str, value: Cell | None = None) -> None:
        refusal = Refusal("unexplained-change", self.request.id, key, {"status": self.request.status})
        self.request.loose.pop(key, None)
        self._refuse(refusal, key)
        self._write(key, self.request.cell(key) if value is None else value, note=self._note(key))

    def _waited(self, key: str, text: str) -> bool:
        """Whether this very difference was seen longer ago than the grace time; remembers it if not."""
        loose = self.request.loose.get(key)
        mark = digest(text)
        if loose is None or loose.digest != mark:
            self.request.loose[key] = Loose(mark, self.now)
            return False
        return self.now >= loose.seen_at + self.company.settings.grace

    def _happen(self, fact: Fact) -> None:
        self.out.facts.append(fact)
        history.apply(self.request, fact)
        self.moved = self.moved or fact.kind in history.MOVES

    def _refuse(self, refusal: Refusal, cell: str, via: str = "sheet") -> Refusal:
        """Remember a refusal: it goes into the note of `cell`, to whoever did it, and into history."""
        if via == "sheet":  # who acts on the page is answered there
            self.out.refusals.append(refusal)
            self.put_back[cell] = refusal
        if self.request.submitted:
            data = {"rule": refusal.rule, "column": refusal.column, "facts": dict(refusal.facts)}
            actor = refusal.by or "unknown"
            self.out.facts.append(
                Fact(self.now, self.request.id, "EditRefused", actor, via, data, refusal.cause)
            )
        return refusal

    def _hold(self, target: str, person: Person, at: datetime, rule: str, cause: str) -> None:
        settings = self.company.settings
        until = self.now + (settings.grace if rule == "unexplained-change" else settings.hold)
        self.request.hold = Hold(target, person.email, at, until, rule, cause)

    def _normalise(self) -> None:
        for key, value in self.normal.items():
            self.request.cells[key] = value

    def _note(self, key: str) -> str | None:
        words, refusal, asked = self.book.own, self.put_back.get(key), self.request.reversal
        if refusal is None and key == "status" and asked:
            return words.problem("reversal", "", {"by": asked.by, "reason": asked.reason})
        if refusal is None:
            return (
                str(words.sentences["notes"]["normalised"])
                if key in ("inn", "bik") and key in self.normal
                else None
            )
        return " ".join(words.refusal(refusal)) + f" [{refusal.rule}]"

    def _write(self, key: str, value: Cell | None, note: str | None = None) -> None:
        noted = self.request.noted
        if note:
            refusal = self.put_back.get(key)
            noted[key] = refusal.rule if refusal else ""
        elif key in noted:
            note = ""
            del noted[key]
        before = cell_of(self.cells or (), self.registry.columns.get(key))
        self.out.writes.append(CellWrite(self.row, self.request.id, key, value, note, before))

    def _raw(self, key: str, text: str) -> Cell | None:
        """The value behind a canonical text: the cell itself where it still stands there."""
        shown = self.shown.get(key, "")
        if canonical(shown) == text:
            return shown
        return None if text.startswith("sha256:") else text

    def _fingerprint_shown(self) -> str:
        shown: Mapping[str, Cell] = self.shown
        if self.normal:
            accepted = self.request.cells
            shown = {**self.shown, **{key: accepted.get(key, "") for key in self.normal}}
        return fingerprint(shown) if self.cells is not None else ""

    def _is_requester(self, person: Person) -> bool:
        return self.company.people.find(self.request.requester) is person

    def _key(self, user: str) -> str:
        person = self.company.people.find(user)
        return person.email if person else user

    def _status(self, text: str) -> str:
        return self.book.statuses.get(text.strip().lower(), text)

    def _is_submit(self, step: CellEdit) -> bool:
        return step.column == "status" and self._status(step.new) == Status.SUBMITTED

    def _today(self) -> date:
        return self.now.astimezone(self.company.settings.zone).date()


def _put(cells: dict[str, Cell], key: str, value: Cell) -> None:
    if value == "":
        cells.pop(key, None)
    else:
        cells[key] = value
