"""The request page's door: a link comes in, a page goes out. Looking decides nothing; acting runs a pass.

A link that is not ours costs no read of the spreadsheet. What an act is judged by is decided in the core, as
if the step had been picked in the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from unicodedata import category

from sheetflow.app.links import LinkClaim, Links
from sheetflow.app.process import PassReport, Process
from sheetflow.core.company import read_company
from sheetflow.core.options import COMMENT, options
from sheetflow.core.projection import WIDTH, from_row
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.fields import seen_fingerprint
from sheetflow.errors import LinkRefused
from sheetflow.model.events import Act
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Snapshot
from sheetflow.pages.render import Pages
from sheetflow.pages.view import Visit, language_of
from sheetflow.ports import HistoryPort, NoncesPort, SheetPort
from sheetflow.workflow.payments import TABLE

ACTS = frozenset({COMMENT, *(transition.act for transition in TABLE.transitions)})
LONGEST_COMMENT = 2_000
LONGEST_AMOUNT = 40
"""Characters, as the page's own fields allow."""


class RegistryPort(SheetPort, HistoryPort, Protocol):
    """The spreadsheet, its History tab too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page, its HTTP status, and the pass that an act ran."""

    status: int
    html: str
    report: PassReport | None = None


@dataclass(frozen=True, slots=True)
class _Entered:
    """Somebody whose link was let in."""

    claim: LinkClaim
    snapshot: Snapshot
    visit: Visit

    @property
    def seen(self) -> str:
        """The fingerprint of what the page shows."""
        currencies = self.visit.company.settings.currencies
        request = self.visit.request
        return seen_fingerprint(request.cells, currencies, request.files)


class Door:
    """One visit to the request page. Raises what the ports raise, and ConfigError."""

    def __init__(
        self,
        sheet: RegistryPort,
        process: Process,
        book: Rulebook,
        links: Links,
        pages: Pages,
        nonces: NoncesPort,
    ) -> None:
        self.sheet, self.process, self.book = sheet, process, book
        self.links, self.pages, self.nonces = links, pages, nonces

    def show(self, token: str, *, history: bool = False) -> Answer:
        """The request with what its visitor may do. One read; with the history, one more."""
        entered = self._enter(token)
        if isinstance(entered, Answer):
            return entered
        claim, visit, seen = entered.claim, entered.visit, entered.seen
        steps = options(visit.person, visit.request, visit.company, self.book, visit.now, seen, claim.nonce)
        html = self.pages.request(
            visit,
            steps,
            link_token=token,
            form_token=self.links.sign(claim.seeing(seen)),
            events=self.sheet.read_history()[1] if history else None,
        )
        return Answer(200, html)

    def act(self, form: Mapping[str, str]) -> Answer:
        """Do what the form asks. `form`: token, act, and where they apply comment and amount."""
        token, name = form.get("token", ""), form.get("act", "")
        entered = self._enter(token)
        if isinstance(entered, Answer):
            return entered
        claim, visit = entered.claim, entered.visit
        comment, amount = _clean(form.get("comment", "")), _clean(form.get("amount", ""))
        if name not in ACTS or len(comment) > LONGEST_COMMENT or len(amount) > LONGEST_AMOUNT:
            return Answer(400, self.pages.notice(visit.language, "bad_form"))
        act = Act(
            self.nonces.nonce(), visit.now, claim.person, claim.request, name, comment, amount,
            seen=claim.fingerprint, link=claim.nonce,
        )  # fmt: skip
        report = self.process.run([act])
        refusal = report.answers[act.uuid]
        if refusal is not None:
            return Answer(409, self.pages.refused(visit, refusal, link_token=token), report)
        asked = f"ReversalAsked {claim.request}" in report.events
        return Answer(200, self.pages.done(visit, name, link_token=token, asked=asked), report)

    def _enter(self, token: str) -> _Entered | Answer:
        """Check the link, and find the person and the request that it names."""
        language = self.book.language
        try:
            claim = self.links.read(token)  # before the spreadsheet is read: strangers cost nothing
            snapshot = self.sheet.read()
            company = read_company(snapshot.people, snapshot.settings, self.book)
            person = company.people.find(claim.person)
            language = language_of(person, self.book)
            self.links.open(token, snapshot.now)
        except LinkRefused as refused:
            return Answer(403, self.pages.link_refused(language, self.book, refused.rule))
        if person is None:
            return Answer(403, self.pages.link_refused(language, self.book, "known-person"))
        request = _request(snapshot, claim.request)
        if request is None:
            return Answer(404, self.pages.notice(language, "gone", id=claim.request))
        visit = Visit(
            person, request, company, self.book, self.pages.texts, snapshot.now, claim.nonce in request.links
        )
        return _Entered(claim, snapshot, visit)


def _request(snapshot: Snapshot, rid: str) -> Request | None:
    for row in snapshot.state:
        if row and row[0] == rid:
            return from_row([*row, *[""] * (WIDTH - len(row))])
    return None


def _clean(text: str) -> str:
    """What a person typed into a form: one kind of line end, no invisible control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or category(sign) != "Cc").strip()
