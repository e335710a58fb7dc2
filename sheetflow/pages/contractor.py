"""The contractor's page of one payment, by the link in its notice: what was paid, its order, a way to object.

Nothing else of the request is shown. The link names the notice; which payment that is, History says: so what
is shown is what happened, and a payment that was taken back is not shown as one that stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from sheetflow.app.links import PAYMENT, Links
from sheetflow.app.process import Process
from sheetflow.core.consequences import language_of, letter_id
from sheetflow.core.disputes import DISPUTE, KIND
from sheetflow.core.folding import apply
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import text_of
from sheetflow.model.events import Event
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money
from sheetflow.model.request import Request
from sheetflow.pages.entrance import Entered, Entrance, RegistryPort, clean
from sheetflow.pages.knock import Answer, Visitor
from sheetflow.pages.papers import Shelf
from sheetflow.pages.render import Pages
from sheetflow.ports import NoncesPort

NOTICES: Mapping[str, str] = {"RequestPaid": "contractor-paid", "RequestPartPaid": "contractor-part-paid"}
"""Kind of a payment's event -> the notice that tells the contractor of it."""
LONGEST = 2_000
"""Characters of what a contractor writes."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as its contractor may see it.

    `orders`: its papers, as `Request.files` has them. `whole`: nothing was left to pay. `taken_back`: it does
    not stand any more. `objected`: this link was used to object.
    """

    request: str
    amount: Money | None
    at: datetime
    company: str
    contractor: str
    purpose: str
    invoice_no: str
    orders: Sequence[Mapping[str, str]]
    whole: bool
    taken_back: bool
    objected: bool
    event: Event


class PaymentDoor(Entrance):
    """One visit to a contractor's page. Raises what the ports raise, and ConfigError."""

    kind = PAYMENT

    def __init__(
        self,
        sheet: RegistryPort,
        process: Process,
        book: Rulebook,
        links: Links,
        pages: Pages,
        nonces: NoncesPort,
        shelf: Shelf | None = None,
    ) -> None:
        super().__init__(sheet, process, book, links, pages, nonces)
        self.shelf = shelf

    def show(self, token: str, *, visitor: Visitor | None = None) -> Answer:
        """The payment. Two reads."""
        found = self._inside(token, visitor)
        return found if isinstance(found, Answer) else Answer(200, self._page(*found))

    def act(self, form: Mapping[str, str], *, visitor: Visitor | None = None) -> Answer:
        """Write to accounting that something is wrong: once for each notice."""
        found = self._inside(form.get("token", ""), visitor)
        if isinstance(found, Answer):
            return found
        entered, payment = found
        language, text = self._language(entered), clean(form.get("comment", ""))
        if form.get("act") != DISPUTE or len(text) > LONGEST:
            return Answer(400, self.pages.notice(language, "bad_form"))
        if not text:
            return Answer(409, self._page(entered, payment, empty=True))
        data = payment.event.data
        about = {
            "payment": str(payment.event.seq), "amount": str(data.get("amount", "")),
            "currency": str(data.get("currency", "")), "payer": payment.event.actor,
        }  # fmt: skip
        act = replace(self.act_of(entered, DISPUTE, comment=text), facts=about)
        report = self.process.run([act])
        if report.answers[act.uuid] is not None:  # somebody was faster by the same link
            return Answer(409, self._page(entered, replace(payment, objected=True)), report)
        return Answer(200, self.pages.objected(language, payment), report)

    def file(self, token: str, file: str, *, small: bool, visitor: Visitor | None = None) -> Answer:
        """A paper of the payment, or a small picture of its first page."""
        found = self._inside(token, visitor)
        if isinstance(found, Answer):
            return found
        entered, payment = found
        language = self._language(entered)
        order = next((one for one in payment.orders if one["id"] == file), None)
        if order is None or self.shelf is None:
            return Answer(404, self.pages.no_file(language, "gone"))
        shown = self.shelf.show(order, small=small)
        return Answer(409, self.pages.no_file(language, shown)) if isinstance(shown, str) else shown

    # --- parts of it

    def _inside(self, token: str, visitor: Visitor | None) -> tuple[Entered, Payment] | Answer:
        entered = self.enter(token, visitor or Visitor())
        if isinstance(entered, Answer):
            return entered
        request, claim = entered.request, entered.claim
        events = [] if request is None else self.sheet.read_history()[1]
        payment = None
        if request is not None:
            company = entered.company.settings.values["company"]
            own = [event for event in events if event.request == claim.request]
            payment = payment_of(request, own, claim.person, claim.nonce, company)
        if payment is None:
            return Answer(404, self.pages.notice(self._language(entered), "no_payment", title="gone_payment"))
        return entered, payment

    def _page(self, entered: Entered, payment: Payment, *, empty: bool = False) -> str:
        return self.pages.payment(
            self.book.for_person(self._language(entered)),
            payment,
            link_token=self.links.sign(replace(entered.claim, visit="")),
            form_token=self.links.sign(entered.claim.seeing("", entered.visitor.visit)),
            zone=entered.company.settings.zone,
            files=self.shelf is not None,
            empty=empty,
        )

    def _language(self, entered: Entered) -> str:
        return language_of(entered.claim.person, entered.company, self.book)


def payment_of(
    request: Request, events: Sequence[Event], address: str, letter: str, company: str
) -> Payment | None:
    """The payment that a notice told of, None where no event of the request has made that notice.

    Args:
        request: as it is now.
        events: all of the request's, in order.
        address: to whom the notice went.
        letter: its id.
        company: the payer's name.
    """
    place = next(
        (
            n
            for n, event in enumerate(events)
            if event.kind in NOTICES and letter_id(event.hash, address, NOTICES[event.kind]) == letter
        ),
        None,
    )
    if place is None:
        return None
    event, later = events[place], events[place + 1 :]
    before = [n for n, one in enumerate(events[:place]) if one.kind in NOTICES]
    orders = _new_orders(request.id, events[: before[-1] + 1] if before else (), events[: place + 1])
    if not orders and not any(one.kind in NOTICES for one in later):  # it came after the payment
        orders = _new_orders(request.id, events[: place + 1], events)
    try:
        amount = Money(Decimal(str(event.data["amount"])), str(event.data.get("currency", "")))
    except (Invalid, InvalidOperation, KeyError):
        amount = None
    return Payment(
        request=request.id,
        amount=amount,
        at=event.at,
        company=company,
        contractor=text_of(request.cell("contractor")),
        purpose=text_of(request.cell("purpose")),
        invoice_no=text_of(request.cell("invoice_no")),
        orders=orders,
        whole=event.kind == "RequestPaid",
        taken_back=any(one.kind == "PaymentReversed" for one in later),
        objected=any(one.kind == KIND and one.data.get("link") == letter for one in later),
        event=event,
    )


def _new_orders(rid: str, before: Sequence[Event], after: Sequence[Event]) -> list[Mapping[str, str]]:
    """The payment orders that a request had after these events and not yet after those."""
    known = {file["id"] for file in _orders(rid, before)}
    return [file for file in _orders(rid, after) if file["id"] not in known]


def _orders(rid: str, events: Sequence[Event]) -> list[Mapping[str, str]]:
    """The payment orders that a request had after these events."""
    request = Request(rid)
    for event in events:
        apply(request, event)
    return [file for file in request.files if file["column"] == "payment_order"]
