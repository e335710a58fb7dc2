"""The front of all pages: which door a knock goes to, whose browser it comes from, and who has signed in.

A form counts only in the browser that its page was shown in: its token holds the digest of a cookie that no
script and no other site can read. Where the company asks for signing in, Google vouches for an address, and a
cookie of ours remembers it for an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from sheetflow.app.bank_files import BankFiles
from sheetflow.app.links import CALENDAR, DAYS, NEWS, PAYMENT, REQUEST, WAITING, LinkClaim, Links, Vouched
from sheetflow.app.process import Process
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.links import VisitCase, link_opened_here
from sheetflow.errors import CallerRefused, LinkRefused
from sheetflow.pages.calendar import CalendarDoor
from sheetflow.pages.calendar_view import Wanted
from sheetflow.pages.contractor import PaymentDoor
from sheetflow.pages.door import Door
from sheetflow.pages.entrance import RegistryPort
from sheetflow.pages.knock import Answer, Cookie, Knock, Visitor, cookie_name, digest_of
from sheetflow.pages.papers import Shelf, UploadsPort
from sheetflow.pages.preferences import PreferencesDoor
from sheetflow.pages.render import Pages
from sheetflow.pages.waiting import WaitingDoor
from sheetflow.ports import ClockPort, NoncesPort

WHO = "sf_who"
"""The cookie that says who has signed in."""
SIGN_IN = "sign-in"
"""The act of a form that brings what Google's button gave."""
HOUR = 3_600
DAY = 86_400


Wired = tuple[RegistryPort, Process, Rulebook, Links, Pages, NoncesPort]
"""What every door needs, in the order of `Entrance`."""


class SignInPort(Protocol):
    """Who somebody is, by Google."""

    def person(self, credential: str, nonce: str) -> str:
        """The address that an ID token vouches for. Raises CallerRefused, Unavailable, ConfigError."""
        ...


@dataclass(frozen=True, slots=True)
class SignIn:
    """Signing in as the company asks for it. `client`: Google's client id."""

    client: str
    verifier: SignInPort


class Front:
    """Answers every knock. Raises what the ports raise, and ConfigError."""

    def __init__(
        self,
        links: Links,
        requests: Door,
        waiting: WaitingDoor,
        payments: PaymentDoor,
        preferences: PreferencesDoor,
        calendar: CalendarDoor,
        nonces: NoncesPort,
        clock: ClockPort,
        sign_in: SignIn | None = None,
    ) -> None:
        self.links, self.requests, self.waiting, self.payments = links, requests, waiting, payments
        self.preferences = preferences
        self.calendar = calendar
        self.nonces, self.clock, self.sign_in = nonces, clock, sign_in

    @classmethod
    def over(
        cls,
        wired: Wired,
        clock: ClockPort,
        shelf: Shelf | None = None,
        uploads: UploadsPort | None = None,
        sign_in: SignIn | None = None,
        files: BankFiles | None = None,
    ) -> Front:
        """The front of one deployment: every door has the same wires."""
        return cls(
            wired[3], Door(*wired, shelf, uploads), WaitingDoor(*wired, files),
            PaymentDoor(*wired, shelf),
            PreferencesDoor(*wired), CalendarDoor(*wired), wired[5], clock, sign_in,
        )  # fmt: skip

    def answer(self, knock: Knock) -> Answer:
        """A page, or a file. Looking decides nothing, whatever the address says."""
        try:
            claim = self.links.read(knock.token, *DAYS)
        except LinkRefused as refused:
            return self._refused(refused.rule)
        return self._act(knock, claim) if knock.acts else self._show(knock, claim)

    # --- looking

    def _show(self, knock: Knock, claim: LinkClaim) -> Answer:
        if claim.visit:  # a form's token is no link
            return self._refused("link-is-valid")
        name = cookie_name(claim.nonce)
        cookie = knock.cookies.get(name) or self.nonces.nonce()
        visitor = self._visitor(knock, claim, digest_of(cookie))
        if file := knock.query.get("file"):
            return self._file(knock, claim, file, visitor)
        answer = self._page(knock, claim, visitor)
        lasts = Cookie(name, cookie, DAY)
        return replace(answer, cookies=(*answer.cookies, lasts)) if answer.status == 200 else answer

    def _page(self, knock: Knock, claim: LinkClaim, visitor: Visitor) -> Answer:
        token = knock.query["t"]
        if claim.kind == WAITING:
            return self.waiting.show(token, visitor=visitor)
        if claim.kind == PAYMENT:
            return self.payments.show(token, visitor=visitor)
        if claim.kind == NEWS:
            return self.preferences.show(token, visitor=visitor)
        if claim.kind == CALENDAR:
            wanted = Wanted.read(knock.query.get("by", ""), knock.query.get("show", ""))
            return self.calendar.show(token, wanted, visitor=visitor)
        return self.requests.show(token, history=knock.query.get("history") == "1", visitor=visitor)

    def _file(self, knock: Knock, claim: LinkClaim, file: str, visitor: Visitor) -> Answer:
        small, token = knock.query.get("small") == "1", knock.query["t"]
        if claim.kind == PAYMENT:
            return self.payments.file(token, file, small=small, visitor=visitor)
        if claim.kind == REQUEST:
            return self.requests.file(token, file, small=small, visitor=visitor)
        if claim.kind == WAITING:
            return self.waiting.file(token, file, visitor=visitor)
        return self._refused("link-is-valid")

    # --- acting

    def _act(self, knock: Knock, claim: LinkClaim) -> Answer:
        if knock.one_click:
            return (
                self.preferences.one_click(knock.token)
                if claim.kind == NEWS and not claim.visit
                else self._refused("link-is-valid")
            )
        here = digest_of(knock.cookies.get(cookie_name(claim.nonce), ""))
        if link_opened_here(VisitCase(claim.visit, here, knock.ours)) is not None:
            return self._refused("link-opened-here")
        if claim.kind == CALENDAR:  # there is nothing to be done there
            return Answer(400, self.requests.pages.notice(self.requests.book.language, "bad_form"))
        visitor = self._visitor(knock, claim, here)
        form = {name: knock.field(name) for name in knock.fields}
        if form.get("act") == SIGN_IN and self.sign_in is not None:
            return self._sign_in(knock, claim, visitor)
        if claim.kind == WAITING:
            return self.waiting.act(form, knock.fields.get("chosen", ()), visitor=visitor)
        if claim.kind == PAYMENT:
            return self.payments.act(form, visitor=visitor)
        if claim.kind == NEWS:
            return self.preferences.act(form, visitor=visitor)
        return self.requests.act(form, visitor=visitor, paper=knock.paper)

    def _sign_in(self, knock: Knock, claim: LinkClaim, visitor: Visitor) -> Answer:
        """Believe Google who it is; then the page again, as a link of theirs or as one of somebody else's."""
        assert self.sign_in is not None  # noqa: S101 - the caller has asked
        try:
            address = self.sign_in.verifier.person(knock.field("credential"), visitor.visit)
        except CallerRefused:
            return self._refused("link-opened-here")
        until = self.clock.now().timestamp() + HOUR
        who = Cookie(WHO, self.links.vouch(Vouched(address, int(until))), HOUR, "Lax")
        visitor = replace(visitor, signed_in=address)
        doors = {WAITING: self.waiting, NEWS: self.preferences}
        door = doors.get(claim.kind, self.requests)
        entered = door.enter(knock.token, visitor)
        if isinstance(entered, Answer):
            return entered
        refused = door.not_them(entered)  # noted in history: somebody else has the link
        answer = refused or self._page(self._looking(knock, claim), claim, visitor)
        return replace(answer, cookies=(*answer.cookies, who))

    def _looking(self, knock: Knock, claim: LinkClaim) -> Knock:
        """The same visit as if the page were opened by its link."""
        link = self.links.sign(replace(claim, visit=""))
        return replace(knock, method="GET", query={"t": link}, fields={})

    def _visitor(self, knock: Knock, claim: LinkClaim, visit: str) -> Visitor:
        if self.sign_in is None or claim.kind == PAYMENT:  # a contractor needs no account of ours
            return Visitor(visit)
        vouched = self.links.vouched(knock.cookies.get(WHO, ""))
        fresh = vouched is not None and self.clock.now().timestamp() < vouched.until
        return Visitor(visit, self.sign_in.client, vouched.address if vouched and fresh else "")

    def _refused(self, rule: str) -> Answer:
        pages, book = self.requests.pages, self.requests.book
        return Answer(403, pages.link_refused(book.language, book, rule))
