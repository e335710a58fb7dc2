"""All that waits for one person: what to approve, what to pay, and one form that does the chosen at once.

Each request of the list is judged by itself, in one pass; the answer says of each whether it went through.
The list is made of the same rules as the request page: what may not be done by this person is not on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sheetflow.app.bank_files import BankFiles
from sheetflow.app.links import CALENDAR, REQUEST, WAITING, LinkClaim, Links
from sheetflow.app.process import Process
from sheetflow.core.calendar import due_day, open_amount
from sheetflow.core.options import options
from sheetflow.core.projection import STATUS, WIDTH, from_row
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.fields import seen_fingerprint
from sheetflow.errors import LinkRefused
from sheetflow.model.events import Act, Refusal
from sheetflow.model.money import Money, totals
from sheetflow.model.people import Person
from sheetflow.model.request import Request
from sheetflow.pages.bank_files import MAKE, given_out, may_make
from sheetflow.pages.calendar import may_read
from sheetflow.pages.entrance import Entered, Entrance, RegistryPort
from sheetflow.pages.headers import CHOOSING
from sheetflow.pages.knock import Answer, Visitor
from sheetflow.pages.render import Pages
from sheetflow.pages.view import Visit
from sheetflow.ports import NoncesPort
from sheetflow.workflow.table import Status

SECTIONS: Mapping[str, tuple[Status, ...]] = {
    "approve": (Status.SUBMITTED,),
    "pay": (Status.APPROVED, Status.PART_PAID),
}
"""The act that a section does -> the statuses that its requests have."""
SUM = "sum"
"""Looks at what the chosen come to: nothing is done."""
MOST = 100
"""Requests of a section that are listed; the rest comes when these are done."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request of the list. `due`: what approving it or paying it is about. `token`: its form's.

    `alone`: it needs a word of its own, so it is done on its own page.
    """

    visit: Visit
    due: Money | None
    token: str
    link_token: str
    chosen: bool = False
    alone: bool = False

    @property
    def request(self) -> Request:
        """The request."""
        return self.visit.request


@dataclass(frozen=True, slots=True)
class Section:
    """What may be done by one act. `left`: how many more there are than are listed."""

    act: str
    rows: Sequence[Waiting]
    left: int = 0

    def totals(self, *, chosen: bool = False) -> list[Money]:
        """The sums by currency: currencies are never added up."""
        return totals(row.due for row in self.rows if row.due and (row.chosen or not chosen))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one of the chosen. `refusal`: why not, None where it went through.

    `step`: it is one of several approvals, and others have still to come.
    """

    visit: Visit
    due: Money | None
    refusal: Refusal | None
    step: bool = False


class WaitingDoor(Entrance):
    """One visit to the page of all that waits. Raises what the ports raise, and ConfigError."""

    kind = WAITING

    def __init__(
        self, sheet: RegistryPort, process: Process, book: Rulebook, links: Links, pages: Pages,
        nonces: NoncesPort, files: BankFiles | None = None,
    ) -> None:  # fmt: skip
        super().__init__(sheet, process, book, links, pages, nonces)
        self.files = files

    def show(self, token: str, *, visitor: Visitor | None = None) -> Answer:
        """The list. One read."""
        entered = self._inside(token, visitor)
        if isinstance(entered, Answer):
            return entered
        return self.sent(200, self._page(*entered), entered[0], script=CHOOSING)

    def act(
        self, form: Mapping[str, str], chosen: Sequence[str], *, visitor: Visitor | None = None
    ) -> Answer:
        """Do the act to the chosen, in one pass. `chosen`: the tokens of their rows."""
        found = self._inside(form.get("token", ""), visitor)
        if isinstance(found, Answer):
            return found
        entered, person = found
        if refused := self.not_them(entered):
            return refused
        name = form.get("act", "")
        language = self._language(person)
        if name == MAKE:
            return self._bank_file(entered, person)
        claims = self._claims(entered, chosen)
        if claims is None or name not in (*SECTIONS, SUM):
            return Answer(400, self.pages.notice(language, "bad_form"))
        if name == SUM or not claims:
            asked = {claim.request for claim in claims}
            html = self._page(entered, person, asked, nothing=name != SUM)
            return self.sent(200 if name == SUM else 409, html, entered, script=CHOOSING)
        before = {claim.request: self._visit(entered, person, claim.request) for claim in claims}
        acts = {claim.request: self._act(entered, claim, name) for claim in claims}
        report = self.process.run(list(acts.values()))
        done = [
            Done(
                visit,
                open_amount(visit.request),
                report.answers[acts[rid].uuid],
                f"ApprovalGiven {rid}" in report.events,
            )
            for rid, visit in before.items()
            if visit is not None
        ]
        link = self.links.sign(replace(entered.claim, visit=""))
        return Answer(200, self.pages.waiting_done(language, name, done, link_token=link), report)

    def file(self, token: str, name: str, *, visitor: Visitor | None = None) -> Answer:
        """A bank file by its name, for accountants."""
        found = self._inside(token, visitor)
        if isinstance(found, Answer):
            return found
        entered, person = found
        if refused := self.not_them(entered):
            return refused
        if self.files is None or not may_make(person, self.files):
            return Answer(403, self.pages.notice(self._language(person), "not_your_files"))
        given = given_out(self.files, name)
        return given or Answer(404, self.pages.no_file(self._language(person), "gone"))

    # --- parts of it

    def _bank_file(self, entered: Entered, person: Person) -> Answer:
        language = self._language(person)
        if self.files is None or not may_make(person, self.files):
            return Answer(403, self.pages.notice(language, "not_your_files"))
        made = self.files.make(person.email)
        link = self.links.sign(replace(entered.claim, visit=""))
        return Answer(200, self.pages.bank_files(made, self.book.for_person(language), link_token=link))

    def _inside(self, token: str, visitor: Visitor | None) -> tuple[Entered, Person] | Answer:
        entered = self.enter(token, visitor or Visitor())
        if isinstance(entered, Answer):
            return entered
        person = entered.company.people.find(entered.claim.person)
        if person is None:
            return Answer(403, self.pages.link_refused(self.book.language, self.book, "known-person"))
        return entered, person

    def _page(
        self,
        entered: Entered,
        person: Person,
        chosen: Iterable[str] = (),
        *,
        nothing: bool = False,
    ) -> str:
        sections = [self._section(entered, person, act, set(chosen)) for act in SECTIONS]
        form = self.links.sign(entered.claim.seeing("", entered.visitor.visit))
        return self.pages.waiting(
            self._language(person),
            person,
            [section for section in sections if section.rows],
            form_token=form,
            visitor=entered.visitor,
            stranger=entered.stranger,
            must_sign_in=entered.must_sign_in,
            nothing=nothing,
            bank_file=may_make(person, self.files),
            calendar=self.links.sign(replace(entered.claim, kind=CALENDAR)) if may_read(person) else "",
        )

    def _section(self, entered: Entered, person: Person, act: str, chosen: set[str]) -> Section:
        wanted = {status.value for status in SECTIONS[act]}
        found = []
        for row in entered.snapshot.state:
            if len(row) > STATUS and row[STATUS] in wanted:
                waiting = self._row(entered, person, row, act)
                if waiting is not None:
                    found.append(replace(waiting, chosen=waiting.request.id in chosen))
        found.sort(key=lambda waiting: ((due_day(waiting.request) or date.max), waiting.request.id))
        return Section(act, found[:MOST], max(0, len(found) - MOST))

    def _row(self, entered: Entered, person: Person, row: Sequence[object], act: str) -> Waiting | None:
        request = from_row([*row, *[""] * (WIDTH - len(row))])  # type: ignore[list-item]
        if request.deleted or request.hold:
            return None
        visit = self._visit_of(entered, person, request)
        seen = seen_fingerprint(request.cells, entered.company.settings.currencies, request.files)
        steps = options(person, request, entered.company, self.book, visit.now, seen, entered.claim.nonce)
        step = next((one for one in steps if one.act == act and one.blocked_by is None), None)
        if step is None:
            return None
        own = entered.claim.to_request(request.id)
        token = self.links.sign(own.seeing(seen, entered.visitor.visit))
        return Waiting(visit, open_amount(request), token, self.links.sign(own), alone=step.needs_comment)

    def _claims(self, entered: Entered, chosen: Sequence[str]) -> list[LinkClaim] | None:
        """The rows' own claims, each of this very list; None where one is not."""
        found: dict[str, LinkClaim] = {}
        for token in chosen:
            try:
                claim = self.links.read(token, REQUEST)
            except LinkRefused:
                return None
            own = entered.claim.to_request(claim.request)
            if claim != own.seeing(claim.fingerprint, entered.visitor.visit) or not claim.fingerprint:
                return None
            found[claim.request] = claim
        return list(found.values()) if len(found) <= MOST else None

    def _act(self, entered: Entered, claim: LinkClaim, name: str) -> Act:
        return self.act_of(replace(entered, claim=claim), name)

    def _visit(self, entered: Entered, person: Person, rid: str) -> Visit | None:
        request = replace(entered, claim=entered.claim.to_request(rid)).request
        return self._visit_of(entered, person, request) if request else None

    def _visit_of(self, entered: Entered, person: Person, request: Request) -> Visit:
        return Visit(person, request, entered.company, self.book, self.pages.texts, entered.snapshot.now)

    def _language(self, person: Person) -> str:
        return person.language if person.language in self.book.words else self.book.language
