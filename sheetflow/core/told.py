"""Whom an event concerns: the people who have to do or to know something, and which letter tells them.

Nothing here asks whether a letter goes at once or waits for the digest (`core.attention`), nor what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sheetflow.core.company import Company
from sheetflow.core.history import moment
from sheetflow.core.policy.steps import Turns, involved, open_step
from sheetflow.core.rules.case import same_person
from sheetflow.core.safety.submitting import is_held
from sheetflow.model.cells import text_of
from sheetflow.model.events import Event
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status

MENTIONED = "mentioned"
"""The letter to whom a comment names."""

To = list[tuple[str, str]]
"""Who gets which letter: (address, template)."""


def _on_submit(event: Event, request: Request, company: Company) -> To:
    return [*_asked(event, request, company), *_named(event, request, company)]


def _named(event: Event, _request: Request, _company: Company) -> To:
    """Those whom a comment names, as it was found out when it was taken."""
    return [(address, MENTIONED) for address in event.data.get("mentions", ())]


def _asked(event: Event, request: Request, company: Company) -> To:
    now = open_step(request)
    if request.status != Status.SUBMITTED or (now is not None and now.number > 1):
        return []  # decided in the same pass: there is nothing to ask any more, or another step asks
    if is_held(request):
        return [(address, "details-held") for address in callers(request, company, event.at)]
    return [(person.email, "approve") for person in approvers_for(request, company, event.at)]


def callers(request: Request, company: Company, at: datetime) -> list[str]:
    """Who is to call the contractor: accountants, who know the contractors, and who will have to approve."""
    hands = (request.requester, *request.safety.get("held", {}).get("by", ()))
    able = [*company.people.with_role(Role.ACCOUNTANT), *approvers_for(request, company, at)]
    return list(
        dict.fromkeys(
            person.email
            for person in able
            if not any(same_person(person.email, one, company) for one in hands)
        )
    )


def _on_details_confirmed(event: Event, request: Request, company: Company) -> To:
    """Only now it can be approved; who confirmed it stands on the page where they may."""
    if request.status != Status.SUBMITTED:
        return []
    to = [person.email for person in approvers_for(request, company, event.at)]
    return [(address, "approve") for address in to if not same_person(address, event.actor, company)]


def _on_approval_given(event: Event, request: Request, company: Company) -> To:
    """The next step begins with the approval that completes this one."""
    now = open_step(request)
    begins = now is not None and now.number == int(event.data["step"]) + 1 and not event.data["left"]
    if request.status != Status.SUBMITTED or not begins:
        return []
    return [(person.email, "approve") for person in approvers_for(request, company, event.at)]


def _on_approval(_event: Event, request: Request, company: Company) -> To:
    to = [(request.requester, "approved")]
    if request.status == Status.APPROVED:
        accountants = [person.email for person in company.people.with_role(Role.ACCOUNTANT)]
        to += [(a, "to-pay") for a in accountants if not had_a_part(a, request, company)]
    return to


def had_a_part(address: str, request: Request, company: Company) -> bool:
    """Whether somebody approved it, or had it approved in their stead: they do not pay it."""
    return any(same_person(address, other, company) for other in involved(request))


def _on_payment(event: Event, request: Request, company: Company) -> To:
    template = "paid" if event.kind == "RequestPaid" else "part-paid"
    to = [(request.requester, template)]
    if company.settings.on("contractor_notice"):
        address = text_of(request.cell("contractor_email"))
        to.append((address, f"contractor-{template}") if address else (request.requester, "no-address"))
    return to


def _on_reversal_asked(_event: Event, _request: Request, company: Company) -> To:
    return [(person.email, "reversal-asked") for person in company.people.with_role(Role.ACCOUNTANT)]


def _on_bounce(event: Event, _request: Request, company: Company) -> To:
    """A notice to the contractor that came back concerns accounting, any other the admins."""
    role = Role.ACCOUNTANT if str(event.data["template"]).startswith("contractor-") else Role.ADMIN
    to = [(person.email, "bounced") for person in company.people.with_role(role)]
    return [(who, template) for who, template in to if who != event.data["to"]]


def _on_dispute(event: Event, _request: Request, company: Company) -> To:
    """Whoever paid looks into it, all accountants where that was the bank or somebody who left."""
    payer = company.people.find(str(event.data.get("payer", "")))
    able = company.people.with_role(Role.ACCOUNTANT)
    return [(person.email, "payment-disputed") for person in ([payer] if payer in able and payer else able)]


def _to_requester(template: str) -> Callable[[Event, Request, Company], To]:
    return lambda _event, request, _company: [(request.requester, template)]


CONCERNED: Mapping[str, Callable[[Event, Request, Company], To]] = {
    "RequestSubmitted": _on_submit,
    "ApprovalGiven": _on_approval_given,
    "BankDetailsConfirmed": _on_details_confirmed,
    "RequestApproved": _on_approval,
    "RequestRejected": _to_requester("rejected"),
    "RequestReturned": _to_requester("returned"),
    "RequestCancelled": _to_requester("cancelled"),
    "RequestPartPaid": _on_payment,
    "RequestPaid": _on_payment,
    "ReversalAsked": _on_reversal_asked,
    "PaymentReversed": _to_requester("reversed"),
    "MessageBounced": _on_bounce,
    "PaymentDisputed": _on_dispute,
    "CommentAdded": _named,
}
"""Whom an event concerns; whoever did it is told nothing about their own act."""


def approvers_for(request: Request, company: Company, at: datetime) -> list[Person]:
    """Whom to ask at a moment: those whom the step asks whose turn it is, substitutes included.

    Where no rule of the policy fitted: approvers whose limit covers it, else directors. Never the requester.
    """
    return Turns(request, company, at).asked()


def may_confirm(request: Request, target: str, company: Company, at: str) -> list[Person]:
    """Who could lawfully have picked a status that nobody is known to have picked; `at`: ISO moment."""
    if target == Status.APPROVED and request.status == Status.SUBMITTED:
        return approvers_for(request, company, moment(at))
    if target in (Status.PAID, Status.PART_PAID):
        everybody = company.people.with_role(Role.ACCOUNTANT)
        return [p for p in everybody if not had_a_part(p.email, request, company)]
    if target in (Status.REJECTED, Status.RETURNED):
        return approvers_for(request, company, moment(at))
    owner = company.people.find(request.requester)
    return [owner] if owner and target in (Status.SUBMITTED, Status.DRAFT, Status.CANCELLED) else []
