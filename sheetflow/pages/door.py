"""The request page's door: a link comes in, a page goes out. Looking decides nothing; acting runs a pass.

What an act is judged by is decided in the core, as if the step had been picked in the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sheetflow.app.links import REQUEST, Links
from sheetflow.app.process import PassReport, Process
from sheetflow.core.contractors import Book
from sheetflow.core.mentions import mentions, unclear_words
from sheetflow.core.options import COMMENT, options
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.fields import seen_fingerprint
from sheetflow.core.safety.confirming import CONFIRM
from sheetflow.core.safety.submitting import is_held
from sheetflow.errors import PortError
from sheetflow.model.events import Act, Refusal, Upload
from sheetflow.model.request import Request
from sheetflow.pages import papers
from sheetflow.pages.entrance import Entered, Entrance, RegistryPort, clean
from sheetflow.pages.knock import UNDO, Answer, Paper, Visitor
from sheetflow.pages.papers import Shelf, UploadsPort
from sheetflow.pages.render import Pages, Undone
from sheetflow.pages.texts import fill
from sheetflow.pages.view import Kept, Visit
from sheetflow.ports import NoncesPort
from sheetflow.workflow.payments import TABLE

ACTS = frozenset({COMMENT, CONFIRM, *(transition.act for transition in TABLE.transitions)})
PAYING: Mapping[str, str] = {"pay": "RequestPaid", "pay-part": "RequestPartPaid"}
"""Acts that a payment order may come with, and the event that says it is done."""
LONGEST_COMMENT = 2_000
LONGEST_AMOUNT = 40
LONGEST_PHONE = 100
"""Characters, as the page's own fields allow."""
FIXED_HERE = ("comment-required", "part-payment-has-amount", "duplicate-has-reason", "known-number-called")
"""What whoever acts can put right at once: the page comes back with what they typed."""
FIELDS: Mapping[str, str] = {"part-payment-has-amount": "amount", "known-number-called": "phone"}
"""Where the fault is, if it is not the comment."""
UNDONE_BY: Mapping[str, str] = {"submit": "withdraw"}
"""Acts that the workflow lets the same person take back, and by what."""
UNDO_WITHIN = timedelta(minutes=15)

__all__ = ["Answer", "Door", "RegistryPort"]


@dataclass(frozen=True, slots=True)
class _Inside:
    """Somebody who may look at the request."""

    entered: Entered
    visit: Visit
    token: str

    @property
    def seen(self) -> str:
        """The fingerprint of what the page shows."""
        request = self.visit.request
        return seen_fingerprint(request.cells, self.visit.company.settings.currencies, request.files)


class Door(Entrance):
    """One visit to the request page. Raises what the ports raise, and ConfigError.

    `shelf`: the requests' files, None where none are shown; `uploads`: where payment orders are handed in.
    """

    kind = REQUEST

    def __init__(
        self,
        sheet: RegistryPort,
        process: Process,
        book: Rulebook,
        links: Links,
        pages: Pages,
        nonces: NoncesPort,
        shelf: Shelf | None = None,
        uploads: UploadsPort | None = None,
    ) -> None:
        super().__init__(sheet, process, book, links, pages, nonces)
        self.shelf, self.uploads = shelf, uploads

    def show(self, token: str, *, history: bool = False, visitor: Visitor | None = None) -> Answer:
        """The request with what its visitor may do. One read; with the history, one more."""
        inside = self._inside(token, visitor)
        if isinstance(inside, Answer):
            return inside
        return self.sent(200, self._page(inside, history=history), inside.entered)

    def act(
        self, form: Mapping[str, str], *, visitor: Visitor | None = None, paper: Paper | None = None
    ) -> Answer:
        """Do what the form asks. `form`: token, act, and where they apply comment and amount."""
        inside = self._inside(form.get("token", ""), visitor)
        if isinstance(inside, Answer):
            return inside
        if refused := self.not_them(inside.entered):
            return refused
        visit, name = inside.visit, form.get("act", "")
        comment, amount = clean(form.get("comment", "")), clean(form.get("amount", ""))
        if name not in ACTS or len(comment) > LONGEST_COMMENT or len(amount) > LONGEST_AMOUNT:
            return Answer(400, self.pages.notice(visit.language, "bad_form"))
        act = self.act_of(inside.entered, name, comment=comment, amount=amount)
        if name == CONFIRM:
            act = replace(act, facts={"phone": clean(form.get("phone", ""))[:LONGEST_PHONE]})
        kept = Kept(name, comment, amount)
        if paper is not None and name in PAYING:
            upload = self._hand_in(inside, act, paper)
            if isinstance(upload, str):
                says = visit.text["papers"][upload]
                says = fill(says, limit=str(papers.LARGEST_IN))
                html = self._page(inside, kept=replace(kept, says=says, field="order"))
                return Answer(409, html)
            act = replace(act, files=(upload,) if upload else ())
        report = self.process.run([act])
        return self._answer(inside, act, kept, report)

    def file(self, token: str, file: str, *, small: bool, visitor: Visitor | None = None) -> Answer:
        """A file of the request, or a small picture of its first page."""
        inside = self._inside(token, visitor)
        if isinstance(inside, Answer):
            return inside
        visit, found = inside.visit, papers.file_of(inside.visit.request, file)
        allowed = papers.may_see(visit.person, visit.request, visit.company)
        if found is None or not allowed or self.shelf is None:
            return Answer(404, self.pages.no_file(visit.language, "gone"))
        shown = self.shelf.show(found, small=small)
        if isinstance(shown, str):
            return Answer(409, self.pages.no_file(visit.language, shown))
        return shown

    # --- parts of it

    def _inside(self, token: str, visitor: Visitor | None) -> _Inside | Answer:
        entered = self.enter(token, visitor or Visitor())
        if isinstance(entered, Answer):
            return entered
        person = entered.company.people.find(entered.claim.person)
        if person is None:
            return Answer(403, self.pages.link_refused(self.book.language, self.book, "known-person"))
        request = entered.request
        if request is None:
            language = person.language if person.language in self.book.words else self.book.language
            return Answer(404, self.pages.notice(language, "gone", id=entered.claim.request))
        hold, nonce = request.hold, entered.claim.nonce
        used = nonce in request.links or (hold is not None and hold.page.get("link") == nonce)
        visit = Visit(
            person, request, entered.company, self.book, self.pages.texts, entered.snapshot.now, used=used,
            files=self.shelf is not None, uploads=self.uploads is not None,
            phones=self._phones(entered, request),
        )  # fmt: skip
        return _Inside(entered, visit, token)

    def _phones(self, entered: Entered, request: Request) -> tuple[str, ...]:
        """At which numbers the contractor may be called, where that is waited for."""
        if not is_held(request):
            return ()
        return tuple(Book(entered.snapshot.contractors, self.book.book_headers).phones(request))

    def _page(self, inside: _Inside, *, history: bool = False, kept: Kept | None = None) -> str:
        visit, claim = inside.visit, inside.entered.claim
        steps = options(
            visit.person, visit.request, visit.company, self.book, visit.now, inside.seen, claim.nonce,
            phones=visit.phones,
        )  # fmt: skip
        link = self.links.sign(replace(claim, visit=""))
        return self.pages.request(
            visit,
            steps,
            link_token=link if kept else inside.token,
            form_token=self.links.sign(claim.seeing(inside.seen, inside.entered.visitor.visit)),
            events=self.history_of(inside.entered, asked=history),
            visitor=inside.entered.visitor,
            stranger=inside.entered.stranger,
            must_sign_in=inside.entered.must_sign_in,
            kept=kept,
            history_open=history,
        )

    def _hand_in(self, inside: _Inside, act: Act, paper: Paper) -> Upload | str | None:
        """Put the order away where the step is open; a key of `[papers]` where it cannot be taken."""
        visit, nonce = inside.visit, inside.entered.claim.nonce
        steps = options(visit.person, visit.request, visit.company, self.book, visit.now, inside.seen, nonce)
        step = next((one for one in steps if one.act == act.act), None)
        if self.uploads is None or step is None or step.blocked_by:
            return None  # refused for another reason, in the rule's own words
        if problem := papers.refused(paper):
            return problem
        if step.needs_amount and not act.amount and not act.comment:
            return None
        try:
            return papers.keep(self.uploads, paper, nonce)
        except PortError as error:
            if error.retryable:
                raise
            return "no_room"

    def _answer(self, inside: _Inside, act: Act, kept: Kept, report: PassReport) -> Answer:
        visit, claim = inside.visit, inside.entered.claim
        later = next((one for one in report.refusals if one.cause == act.uuid), None)
        refusal = report.answers[act.uuid] or later
        link = self.links.sign(replace(claim, visit=""))
        if refusal is not None and refusal.rule in FIXED_HERE:
            return Answer(409, self._page(inside, kept=_with_words(kept, refusal, visit)), report)
        if refusal is not None:
            return Answer(409, self.pages.refused(visit, refusal, link_token=link), report)
        asked = f"ReversalAsked {claim.request}" in report.events
        kind = PAYING.get(act.act, "RequestSubmitted" if act.act == "submit" else "")
        waits = bool(kind) and f"{kind} {claim.request}" not in report.events
        undone = self._undone(inside, act.act) if not waits else None
        step = f"ApprovalGiven {claim.request}" in report.events
        named = mentions(act.comment, visit.person.email, visit.company.people)
        html = self.pages.done(
            visit, act.act, link_token=link, asked=asked, waits=waits, step=step, undone=undone,
            unclear=unclear_words(named, visit.words),
        )  # fmt: skip
        return Answer(200, html, report)

    def _undone(self, inside: _Inside, act: str) -> Undone | None:
        """A form that takes back what was just done: for a short time, in this browser, once."""
        back, claim = UNDONE_BY.get(act), inside.entered.claim
        if back is None or UNDO in claim.nonce:
            return None
        until = min(claim.expires, (inside.visit.now + UNDO_WITHIN).replace(microsecond=0))
        again = replace(
            claim, nonce=f"{claim.nonce}{UNDO}{back}", expires=until, visit=inside.entered.visitor.visit
        )
        return Undone(back, self.links.sign(again), UNDO_WITHIN)


def _with_words(kept: Kept, refusal: Refusal, visit: Visit) -> Kept:
    says, todo = visit.words.refusal(refusal)
    field = FIELDS.get(refusal.rule, "comment")
    return replace(kept, says=f"{says} {visit.text['fix'][field] or todo}", field=field, rule=refusal.rule)
