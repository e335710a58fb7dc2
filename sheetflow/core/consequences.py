"""Who is told what: letters that follow from what happened in a pass.

Few, and only to people who have to do or to know something. A letter's id follows from the hash of the
event behind it, the recipient and the template, so whoever decides it a second time makes the same id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from sheetflow.core.attention.urgency import marked, urgent_at, waits
from sheetflow.core.bank.answering import answers_to
from sheetflow.core.company import Company
from sheetflow.core.history import instant
from sheetflow.core.policy.telling import approvals_text, who_approved
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.case import same_person
from sheetflow.core.told import CONCERNED, MENTIONED, may_confirm
from sheetflow.model import dates
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.events import Event, Refusal
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Letter
from sheetflow.workflow.table import Status

FIELDS = (
    "subject", "contractor", "details", "inn", "kpp", "bik", "account", "corr_account", "purpose",
    "invoice_no", "vat", "department", "category", "contractor_email", "invoice",
)  # fmt: skip
"""Fields that a letter may quote as they are."""
LONGEST_QUOTE = 300
"""Characters of one text of a draft; what was submitted has its own bounds."""


def letters(
    events: Sequence[Event], requests: Mapping[str, Request], company: Company, book: Rulebook
) -> list[Letter]:
    """The letters that follow from events; `requests` as they stand after the pass."""
    found: list[Letter] = []
    for event in events:
        request = requests.get(event.request)
        if request is not None:
            found.extend(_of_event(event, request, company, book))
    said = {(one.to, one.facts.get("comment")) for one in found if one.template != MENTIONED}
    # Whom another letter of the same moment brings the comment is not told of it twice.
    return [one for one in found if one.template != MENTIONED or (one.to, one.facts["comment"]) not in said]


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
        different = {(refusal.request, refusal.column, refusal.rule): refusal for refusal in theirs}
        for refusal in list(different.values())[:MOST_ITEMS]:
            says, todo = words.refusal(refusal)
            request = requests.get(refusal.request)
            items.append(
                {
                    "request": refusal.request,
                    "subject": brief(text_of(request.cell("subject"))) if request else "",
                    "column": words.label("columns", refusal.column),
                    "rule": refusal.rule,
                    "says": says,
                    "todo": todo,
                }
            )
        causes = "\n".join(sorted({refusal.cause for refusal in theirs}))
        left = len(different) - len(items)
        facts = {"items": items, "left": left, "language": words.language, "at": at}
        only = theirs[0].request if len({refusal.request for refusal in theirs}) == 1 else ""
        found.append(_letter(causes, "put-back", address, only, facts))
    return found


def unclaimed(
    pairs: Iterable[tuple[Request, str]], company: Company, book: Rulebook, at: str
) -> list[Letter]:
    """A status that nobody is known to have picked: whoever could lawfully have done it may confirm it."""
    found = []
    for request, target in pairs:
        for person in may_confirm(request, target, company, at):
            facts = facts_of(request, company, book, person.email) | {"target": target, "at": at}
            found.append(
                _letter(f"{request.id}\n{target}\n{at}", "confirm-status", person.email, request.id, facts)
            )
    return found


def brief(text: str) -> str:
    """A text that nobody has checked yet, as short as its letter's row needs it to fit into a cell."""
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def language_of(address: str, company: Company, book: Rulebook) -> str:
    """The language to write to somebody in."""
    person = company.people.find(address)
    wanted = person.language if person else company.settings.values.get("contractor_language", "")
    return wanted if wanted in book.words else book.language


def facts_of(request: Request, company: Company, book: Rulebook, to: str) -> dict[str, object]:
    """What a letter about a request may say to somebody: `facts_about`, and how to address them."""
    return facts_about(request, company) | _addressed(to, request, company, book)


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
        "paid": str(request.paid),
        "fingerprint": request.fingerprint,
        "cautions": [[key, dict(facts)] for key, facts in request.cautions],
        "company": company.settings.values["company"],
        "time_zone": str(company.settings.zone),
    }


_READERS: Mapping[str, Callable[[Cell], str]] = {
    "amount": lambda cell: str(parse_amount(cell)),
    "currency": lambda cell: parse_currency(text_of(cell)),
    "pay_by": lambda cell: dates.parse_date(cell).isoformat(),
    "invoice_date": lambda cell: dates.parse_date(cell).isoformat(),
}


def _addressed(to: str, request: Request, company: Company, book: Rulebook) -> dict[str, object]:
    language = language_of(to, company, book)
    words, people = book.for_person(language), company.people
    said = {"approver": who_approved(request, people, words), "language": language, "name": people.name(to)}
    if request.status == Status.SUBMITTED and request.approvals:
        said["approved_by"] = approvals_text(request, people, words)
    return said  # type: ignore[return-value]


def _of_event(event: Event, request: Request, company: Company, book: Rulebook) -> list[Letter]:
    asked = CONCERNED.get(event.kind)
    to = asked(event, request, company) if asked else []
    to = [
        (who, template)
        for who, template in to
        if who and (template == "approve" or not same_person(who, event.actor, company))
    ]
    urgent = urgent_at(request, company, event.at)
    to = [(who, template) for who, template in to if not waits(template, who, company, urgent=urgent)]
    if not to:
        return []
    about = facts_about(request, company) | {
        "by": company.people.name(event.actor),
        "comment": _said(event),
        "at": instant(event.at),
        "just_paid": str(event.data.get("amount", "")),
        "open": str(event.data.get("open", "")),
        "respondent": str(event.data.get("to", "")),
    }
    found = []
    for address, template in to:
        own = about | _addressed(address, request, company, book)
        facts = marked(own, template, urgent=urgent)
        if template.startswith("contractor-"):
            orders = [file["id"] for file in request.files if file["column"] == "payment_order"]
            facts |= {"reply_to": answers_to(event, company), "attachments": orders}
        if template == "payment-disputed":
            facts |= {"reply_to": event.actor, "respondent": event.actor}
        cause = request.id if template == "no-address" else event.hash  # that is told once
        found.append(_letter(cause, template, address, request.id, facts))
    return found


def _said(event: Event) -> str:
    """What somebody said with it; in the comment of a draft, where nothing else was."""
    drafted = event.data.get("cells", {}).get("comment", "") if event.data.get("mentions") else ""
    return str(next((said for key in _SAID if (said := event.data.get(key))), drafted))


_SAID = ("comment", "reason", "text")
"""Where an event has what somebody said."""
MOST_ITEMS = 20
"""What one letter lists of a person's edits that were put back; a letter has to fit into a cell."""


def strangers(
    requests: Iterable[tuple[Request, str]], company: Company, book: Rulebook, at: str
) -> list[Letter]:
    """A form answer by somebody who is not on the People tab: an admin may send it, or cancel it."""
    return [
        _letter(
            request.response, "stranger", admin.email, request.id,
            {
                key: brief(fact) if isinstance(fact, str) else fact
                for key, fact in facts_of(request, company, book, admin.email).items()
            }
            | {"respondent": respondent, "at": at},
        )
        for request, respondent in requests
        for admin in company.people.with_role(Role.ADMIN)
        if not waits("stranger", admin.email, company, urgent=False)
    ]  # fmt: skip


def _letter(cause: str, template: str, to: str, request: str, facts: Mapping[str, object]) -> Letter:
    return Letter(letter_id(cause, to, template), template, to, request, facts)


def letter_id(cause: str, to: str, template: str) -> str:
    """The id of the letter that tells somebody of something: 20 hexadecimal digits."""
    return hashlib.sha256(f"{cause}\n{to}\n{template}".encode("utf-8", "surrogatepass")).hexdigest()[:20]
