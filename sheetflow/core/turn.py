"""One request's turn in a pass: what is known of it, and the few things that can be done to it.

Nothing is decided here. `core.edits` judges what people did, `core.settling` what is left of it; both act
on a request through these methods alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sheetflow.core import folding
from sheetflow.core.company import Company, cell_of
from sheetflow.core.contractors import Book
from sheetflow.core.mentions import Mentions, unclear_words
from sheetflow.core.places import inputs_of
from sheetflow.core.policy.telling import progress
from sheetflow.core.projection import fingerprint
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.safety.ledger import Ledger
from sheetflow.core.safety.vouching import knows
from sheetflow.model.cells import Cell, canonical, digest
from sheetflow.model.columns import SEALED
from sheetflow.model.events import CellEdit, Fact, Refusal
from sheetflow.model.people import Person
from sheetflow.model.request import Loose, Request
from sheetflow.model.snapshot import CellWrite, Letter, Registry, Row
from sheetflow.workflow.table import Status


@dataclass(slots=True)
class Outcome:
    """What a pass gathers over all requests, in the order it happened."""

    facts: list[Fact] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    writes: list[CellWrite] = field(default_factory=list)
    answers: dict[str, Refusal | None] = field(default_factory=dict)
    unclaimed: list[tuple[Request, str]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    strangers: list[tuple[Request, str]] = field(default_factory=list)
    wants_banks: bool = False


class Turn:
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
        contractors: Book | None = None,
        ledger: Ledger | None = None,
        banks: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.request, self.row, self.cells, self.registry = request, row, cells, registry
        self.company, self.book, self.now, self.out = company, book, now, out
        self.before = dict(request.cells)
        self.shown = inputs_of(cells, registry) if cells is not None else {}
        self.normal: dict[str, Cell] = {}
        self.put_back: dict[str, Refusal] = {}
        self.refused: set[tuple[str, str]] = set()
        """(column, text) of the edits that were refused."""
        self.copied, self.moved = copied, False
        self.dictated: set[str] = set()
        """Columns whose value was given on the page, so that the cell has to follow."""
        self.expected = {request.status, request.hold.target if request.hold else request.status}
        """What the status cell may show without anybody having wished anything."""
        self.unexplained: set[str] = set()
        self.contractors, self.banks = contractors, banks
        self.ledger = ledger or Ledger({}, {})
        self.filled: set[str] = set()
        """Columns completed in this pass, from the contractor book or an invoice's QR."""
        self.remarks: dict[str, str] = {}
        """Notes for cells whose value was taken as it is."""

    def waited(self, key: str, text: str) -> bool:
        """Whether this very difference was seen longer ago than the grace time; remembers it if not."""
        loose = self.request.loose.get(key)
        mark = digest(text)
        if loose is None or loose.digest != mark:
            self.request.loose[key] = Loose(mark, self.now)
            return False
        return self.now >= loose.seen_at + self.company.settings.grace

    def happen(self, fact: Fact) -> None:
        """Record what happened and move the request on by it."""
        self.out.facts.append(fact)
        folding.apply(self.request, fact)
        self.moved = self.moved or fact.kind in folding.MOVES

    def refuse(self, refusal: Refusal, cell: str, via: str = "sheet") -> Refusal:
        """Remember a refusal: it goes into the note of `cell`, to whoever did it, and into history."""
        if via != "page":  # who acts on the page is answered there
            self.out.refusals.append(refusal)
            self.put_back[cell] = refusal
        if self.request.submitted:
            self.out.facts.append(refused(refusal, self.now, via))
        return refusal

    def normalise(self) -> None:
        """Take the normal forms that the check found as the accepted values."""
        for key, value in self.normal.items():
            self.request.cells[key] = value

    def note(self, key: str) -> str | None:
        """The note that a cell gets: why it was put back, or that it was completed; None for no word."""
        words, refusal, asked = self.book.own, self.put_back.get(key), self.request.reversal
        if refusal is None and key == "status" and asked:
            return words.problem(
                "reversal", "", {"by": self.company.people.name(asked.by), "reason": asked.reason}
            )
        if (
            refusal is None
            and key == "status"
            and (told := progress(self.request, self.company.people, words))
        ):
            return " ".join(told)
        if refusal is None:
            padded = key in ("inn", "bik") and key in self.normal
            kind = "filled" if key in self.filled else "normalised" if padded else ""
            return str(words.sentences["notes"][kind]) if kind else None
        return " ".join(words.refusal(refusal)) + f" [{refusal.rule}]"

    def remark(self, key: str, named: Mentions) -> None:
        """Let the cell's note say by which names nobody was told."""
        self.remarks[key] = unclear_words(named, self.book.own)

    def write(self, key: str, value: Cell | None, note: str | None = None) -> None:
        """Write a cell of this row; a note of ours that no longer holds is taken away."""
        noted = self.request.noted
        if note:
            refusal = self.put_back.get(key)
            noted[key] = refusal.rule if refusal else ""
        elif key in noted:
            note = ""
            del noted[key]
        before = cell_of(self.cells or (), self.registry.columns.get(key))
        self.out.writes.append(CellWrite(self.row, self.request.id, key, value, note, before))

    def raw(self, key: str, text: str) -> Cell | None:
        """The value behind a canonical text: the cell itself where it still stands there."""
        shown = self.shown.get(key, "")
        if canonical(shown) == text:
            return shown
        return None if text.startswith("sha256:") else text

    def fingerprint_shown(self) -> str:
        """The fingerprint of what the row shows, our own completions included.

        None can be told ("") where a sealed cell was changed unlawfully in this pass, even if changed back.
        """
        if not self.put_back.keys().isdisjoint(SEALED):
            return ""
        shown: Mapping[str, Cell] = self.shown
        if self.normal:
            accepted = self.request.cells
            shown = {**self.shown, **{key: accepted.get(key, "") for key in self.normal}}
        return fingerprint(shown, self.request.files) if self.cells is not None else ""

    def is_requester(self, person: Person) -> bool:
        """Whether the request is this person's."""
        return self.company.people.find(self.request.requester) is person

    def knows_payee(self) -> bool:
        """Whether the contractor book vouches for an account of the payee."""
        return self.contractors is not None and knows(self.request, self.contractors, self.ledger)

    def key(self, user: str) -> str:
        """The main address of whoever has this one."""
        person = self.company.people.find(user)
        return person.email if person else user

    def status(self, text: str) -> str:
        """The status behind a label in any language; the text itself where there is none."""
        return self.book.statuses.get(text.strip().lower(), text)

    def is_submit(self, step: CellEdit) -> bool:
        """Whether the step wishes to submit."""
        return step.column == "status" and self.status(step.new) == Status.SUBMITTED

    def today(self) -> date:
        """The day it is where the company is."""
        return self.now.astimezone(self.company.settings.zone).date()

    def put(self, key: str, value: Cell) -> None:
        """Take a value as accepted, without history: for drafts."""
        if value == "":
            self.request.cells.pop(key, None)
        else:
            self.request.cells[key] = value


def refused(refusal: Refusal, at: datetime, via: str = "sheet") -> Fact:
    """A refusal as history keeps it."""
    data = {"rule": refusal.rule, "column": refusal.column, "facts": dict(refusal.facts)}
    return Fact(at, refusal.request, "EditRefused", refusal.by or "unknown", via, data, refusal.cause)
