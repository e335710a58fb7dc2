"""Who is told what: letters that follow from what happened in a pass.

Few, and only to people who have to do or to know something. A letter's id follows from the hash of the
event behind it, the recipient and the template, so whoever decides it a second time makes the same id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from sheetflow.core.company import Company
from sheetflow.core.history import instant
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.case import same_person
from sheetflow.model import dates
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.events import Event, Refusal
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Letter
from sheetflow.workflow.table import Status

FIELDS = (
    "subject", "contractor", "details", "inn", "kpp", "bik", "account", "corr_account", "purpose",
    "invoice_no", "vat", "department", "category", "contractor_email", "invoice",
)  # fmt: skip
"""Fields that a letter may quote as they are."""


def letters(
    events: Sequence[Event], requests: Mapping[str, Request], company: Company, book: Rulebook
) -> list[Letter]:
    """The letters that follow from events; `requests` as they stand after the pass."""
    found: list[Letter] = []
    for event in events:
        request = requests.get(event.request)
        if request is not None:
            found.extend(_of_event(event, request, company, book))
    return found


def put_back(
    refusals: Iterable[Refusal],
    requests: Mapping[str, Request],
    company: Company,
    book: Rulebook,
    at: str,
) -> list[Letter]:
    """One letter to each person whose edits were put back, whatever their number."""
    by_person: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        if refusal.by:
            person = company.people.find(refusal.by)
            by_person.setdefault(person.email if person else refusal.by, []).append(refusal)
    found = []
    for address, theirs in by_person.items():
        words = book.for_person(language_of(address, company, book))
        items = []
        for refusal in theirs:
            says, todo = words.refusal(refusal)
            request = requests.get(refusal.request)
            items.append(
                {
                    "request": refusal.request,
                    "subject": text_of(request.cell("subject")) if request else "",
                    "column": words.label("columns", refusal.column),
                    "rule": refusal.rule,
                    "says": says,
                    "todo": todo,
                }
            )
        causes = "\n".join(sorted({refusal.cause for refusal in theirs}))
        facts = {"items": items, "language": words.language, "at": at}
        only = theirs[0].request if len({refusal.request for refusal in theirs}) == 1 else ""
        found.append(_letter(causes, "put-back", address, only, facts))
    return found


def unclaimed(
    pairs: Iterable[tuple[Request, str]], company: Company, book: Rulebook, at: str
) -> list[Letter]:
    """A status that nobody is known to have picked: whoever could lawfully have done it may confirm it."""
    found = []
    for request, target in pairs:
        for person in _candidates(request, target, company):
            facts = facts_of(request, company, book, person.email) | {"target": target, "at": at}
            found.append(
                _letter(f"{request.id}\n{target}\n{at}", "confirm-status", person.email, request.id, facts)
            )
    return found


def language_of(address: str, company: Company, book: Rulebook) -> str:
    """The language to write to somebody in."""
    person = company.people.find(address)
    wanted = person.language if person else company.settings.values.get("contractor_language", "")
    return wanted if wanted in book.words else book.language


def facts_of(request: Request, company: Company, book: Rulebook, to: str) -> dict[str, object]:
    """What a letter about a request may say to somebody: `facts_about`, and how to address them."""
    return facts_about(request, company) | _addressed(to, company, book)


def facts_about(request: Request, company: Company) -> dict[str, object]:
    """A request as plain values: amounts as decimal text, dates as ISO."""
    cells, people = request.cells, company.people
    facts: dict[str, object] = {key: text_of(cells.get(key, "")) for key in FIELDS}
    for key, read in _READERS.items():
        try:
            facts[key] = read(cells.get(key, ""))
        except Invalid:
            facts[key] = text_of(cells.get(key, ""))
    return facts | {
        "status": request.status,
        "requester": people.name(request.requester),
        "approver": people.name(request.approver) if request.approver else "",
        "paid": str(request.paid),
        "fingerprint": request.fingerprint,
        "company": company.settings.values["company"],
        "time_zone": str(company.settings.zone),
    }


_READERS: Mapping[str, Callable[[Cell], str]] = {
    "amount": lambda cell: str(parse_amount(cell)),
    "currency": lambda cell: parse_currency(text_of(cell)),
    "pay_by": lambda cell: dates.parse_date(cell).isoformat(),
    "invoice_date": lambda cell: dates.parse_date(cell).isoformat(),
}


def _addressed(to: str, company: Company, book: Rulebook) -> dict[str, object]:
    return {"language": language_of(to, company, book), "name": company.people.name(to)}


def approvers_for(request: Request, company: Company) -> list[Person]:
    """Whom to ask: approvers whose limit covers it, else directors; never the requester."""
    try:
        amount = parse_amount(request.cell("amount"))
        currency = parse_currency(text_of(request.cell("currency")))
    except Invalid:
        return []
    able = [
        person
        for person in company.people.with_role(Role.APPROVER, Role.DIRECTOR)
        if person.covers(amount, currency) and not same_person(person.email, request.requester, company)
    ]
    return [person for person in able if not person.has(Role.DIRECTOR)] or able


def _of_event(event: Event, request: Request, company: Company, book: Rulebook) -> list[Letter]:
    accountants = [person.email for person in company.people.with_role(Role.ACCOUNTANT)]
    match event.kind:
        case "RequestSubmitted" if request.status == Status.SUBMITTED:
            to = [(person.email, "approve") for person in approvers_for(request, company)]
        case "RequestApproved":
            to = [(request.requester, "approved")]
            if request.status == Status.APPROVED:
                to += [(a, "to-pay") for a in accountants if not same_person(a, request.approver, company)]
        case "RequestRejected":
            to = [(request.requester, "rejected")]
        case "RequestReturned":
            to = [(request.requester, "returned")]
        case "RequestCancelled":
            to = (
                []
                if same_person(event.actor, request.requester, company)
                else [(request.requester, "cancelled")]
            )
        case "RequestPaid" | "RequestPartPaid":
            template = "paid" if event.kind == "RequestPaid" else "part-paid"
            to = [(request.requester, template)]
            address = text_of(request.cell("contractor_email"))
            if address and company.settings.on("contractor_notice"):
                to.append((address, f"contractor-{template}"))
        case "ReversalAsked":
            seconds = company.people.with_role(Role.ACCOUNTANT)
            to = [
                (p.email, "reversal-asked") for p in seconds if not same_person(p.email, event.actor, company)
            ]
        case "PaymentReversed":
            to = [(request.requester, "reversed")]
        case _:
            to = []
    if not to:
        return []
    about = facts_about(request, company) | {
        "by": company.people.name(event.actor),
        "comment": str(event.data.get("comment") or event.data.get("reason") or ""),
        "at": instant(event.at),
        "just_paid": str(event.data.get("amount", "")),
        "open": str(event.data.get("open", "")),
    }
    return [
        _letter(event.hash, template, address, request.id, about | _addressed(address, company, book))
        for address, template in to
    ]


def _candidates(request: Request, target: str, company: Company) -> list[Person]:
    if target == Status.APPROVED and request.status == Status.SUBMITTED:
        return approvers_for(request, company)
    if target in (Status.PAID, Status.PART_PAID):
        everybody = company.people.with_role(Role.ACCOUNTANT)
        return [p for p in everybody if not same_person(p.email, request.approver, company)]
    if target in (Status.REJECTED, Status.RETURNED):
        return approvers_for(request, company)
    owner = company.people.find(request.requester)
    return [owner] if owner and target in (Status.SUBMITTED, Status.DRAFT, Status.CANCELLED) else []


def _letter(cause: str, template: str, to: str, request: str, facts: Mapping[str, object]) -> Letter:
    key = hashlib.sha256(f"{cause}\n{to}\n{template}".encode()).hexdigest()[:20]
    return Letter(key, template, to, request, facts)
