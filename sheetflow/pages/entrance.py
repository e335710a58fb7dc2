"""The entrance of every page: a link comes in, and whose it is and what it opens comes out.

A link that is not ours costs no read of the spreadsheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from unicodedata import category

from sheetflow.app.links import LinkClaim, Links
from sheetflow.app.process import PassReport, Process
from sheetflow.core import folding
from sheetflow.core.company import Company, read_company
from sheetflow.core.consequences import language_of as language_for
from sheetflow.core.projection import ID, WIDTH, from_row
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.links import SignInCase, link_person_signed_in
from sheetflow.errors import LinkRefused
from sheetflow.model.events import Act, Event, Refusal
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row, Snapshot
from sheetflow.pages.headers import policy
from sheetflow.pages.knock import Answer, Visitor
from sheetflow.pages.render import Pages
from sheetflow.pages.view import language_of
from sheetflow.ports import HistoryPort, NoncesPort, SheetPort

RECENT = 1_000
"""Events of a whole registry up to which a request's history is read with the page: one more read."""


class RegistryPort(SheetPort, HistoryPort, Protocol):
    """The spreadsheet, its History tab too."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody whose link was let in."""

    claim: LinkClaim
    snapshot: Snapshot
    company: Company
    visitor: Visitor
    archived: Request | None = None

    @property
    def request(self) -> Request | None:
        """The request that the link names, None where it is no more; an archived one as history tells it."""
        return self.archived or find(self.snapshot.state, self.claim.request)

    @property
    def stranger(self) -> str:
        """Who is signed in though the link is somebody else's: an address, "" for nobody."""
        address = self.visitor.signed_in
        case = SignInCase(self.claim.person, address, self.company)
        return address if address and link_person_signed_in(case) else ""

    @property
    def must_sign_in(self) -> bool:
        """Whether nothing may be done before the right person has signed in."""
        return bool(self.visitor.client) and (not self.visitor.signed_in or bool(self.stranger))


class Entrance:
    """What every page needs. Raises what the ports raise, and ConfigError."""

    kind = ""
    """Of the links that open this page."""

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

    def enter(self, token: str, visitor: Visitor) -> Entered | Answer:
        """Check the link; gives what was read, or the page that says why not."""
        language = self.book.language
        try:
            claim = self.links.read(
                token, self.kind
            )  # before the spreadsheet is read: strangers cost nothing
            snapshot = self.sheet.read()
            company = read_company(snapshot.people, snapshot.settings, self.book, snapshot.policy)
            language = language_for(claim.person, company, self.book)
            self.links.open(token, snapshot.now, self.kind)
        except LinkRefused as refused:
            return Answer(403, self.pages.link_refused(language, self.book, refused.rule))
        return Entered(claim, snapshot, company, visitor, self._archived(snapshot, claim.request))

    def _archived(self, snapshot: Snapshot, rid: str) -> Request | None:
        """An archived request, of which the State has but a trace: one more read. None for any other."""
        traced = find(snapshot.state, rid)
        if traced is None or not traced.archived:
            return None
        told = [event for event in self.sheet.read_history()[1] if event.request == rid]
        return folding.fold(told).get(rid, traced)

    def sent(
        self,
        status: int,
        html: str,
        entered: Entered,
        report: PassReport | None = None,
        script: str = "",
    ) -> Answer:
        """A page that may have a script of ours in it, or Google's button for signing in."""
        sign_in = entered.must_sign_in
        headers = {}
        if sign_in or script:
            headers["Content-Security-Policy"] = policy(script="" if sign_in else script, sign_in=sign_in)
        return Answer(status, html, report, headers=headers)

    def not_them(self, entered: Entered) -> Answer | None:
        """Refuse whoever is not signed in as the link's person, and let history know of another; or None.

        A link to no single request has no history to note it in.
        """
        if not entered.must_sign_in:
            return None
        claim, stranger = entered.claim, entered.stranger
        language = language_of(entered.company.people.find(claim.person), self.book)
        report = None
        if stranger and claim.request:
            act = self.act_of(entered, "comment")
            report = self.process.run([act])
        facts = {"name": entered.company.people.name(claim.person), "address": stranger or "?"}
        refusal = Refusal("link-person-signed-in", claim.request, "status", facts)
        return Answer(403, self.pages.link_refused(language, self.book, refusal.rule, facts), report)

    def act_of(self, entered: Entered, name: str, **said: str) -> Act:
        """An act of the link's person, at the service's time."""
        claim = entered.claim
        return Act(
            self.nonces.nonce(), entered.snapshot.now, claim.person, claim.request, name,
            said.get("comment", ""), said.get("amount", ""), seen=claim.fingerprint, link=claim.nonce,
            signed_in=entered.visitor.signed_in,
        )  # fmt: skip

    def history_of(self, entered: Entered, *, asked: bool) -> Sequence[Event] | None:
        """The events, where they are asked for or few; None where they were not read."""
        if not asked and entered.snapshot.token.seq > RECENT:
            return None
        return self.sheet.read_history()[1]


def find(state: Sequence[Row], rid: str) -> Request | None:
    """The request with this number, None where there is none."""
    for row in state:
        if row and rid and row[ID] == rid:
            return from_row([*row, *[""] * (WIDTH - len(row))])
    return None


def clean(text: str) -> str:
    """What a person typed into a form: one kind of line end, no invisible control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or category(sign) != "Cc").strip()
