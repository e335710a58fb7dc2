"""What the request page shows, as plain values: no HTML here, and nothing is decided.

Everything comes from the State tab, never from the Registry's cells: what is shown is what was accepted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sheetflow.app.cautions import cautions
from sheetflow.core.calendar import OPEN
from sheetflow.core.company import Company
from sheetflow.core.consequences import facts_of
from sheetflow.core.options import COMMENT, Option
from sheetflow.core.policy.telling import who_approved
from sheetflow.core.projection import checks
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.core.safety.confirming import CONFIRM
from sheetflow.model import dates
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.columns import BY_KEY, Kind
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money, format_money, parse_money
from sheetflow.model.people import Person
from sheetflow.model.request import Request
from sheetflow.pages.alarms import Phone, numbers, told
from sheetflow.pages.papers import PREVIEWED, may_see
from sheetflow.pages.payment_qr import payment_qr
from sheetflow.pages.texts import Texts, fill

PAYEE = ("contractor", "inn", "kpp", "account", "bik", "corr_account", "details", "contractor_email")
INVOICE = ("invoice_no", "invoice_date", "vat", "invoice")
MORE = ("department", "category", "pay_from", "to_pay", "payment_order", "comment")

MAIN = ("confirm-details", "approve", "submit", "pay")
"""Steps that are done with one touch; the others open first."""
FINAL = ("reject", "cancel", "cancel-approved", "reverse")
SILENT = ("right-role", "link-is-used-once")
"""Rules that keep a step off the page without a word: somebody else's step, and what the page says once."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A label and its value; `href` where the value is a link of the web."""

    label: str
    value: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A step that may be taken: a form of its own."""

    act: str
    label: str
    needs_comment: bool
    needs_amount: bool
    main: bool
    grave: bool
    warning: str = ""
    takes_order: bool = False
    phones: Sequence[Phone] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody sent that could not be done as it was, and how to put it right.

    `field`: "comment", "amount" or "order", where the fault is; `rule`: which says so, if one does.
    """

    act: str
    comment: str = ""
    amount: str = ""
    says: str = ""
    field: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of the request. `previewed`: a picture of its first page can be shown."""

    id: str
    name: str
    label: str
    previewed: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """A step that is not open to this person now, and why."""

    label: str
    says: str
    todo: str
    rule: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody looks at a request.

    `used`: their link has decided already. `now`: the service's time. `files`: files can be shown here;
    `uploads`: a payment order can be handed in. `phones`: at which the contractor may be called.
    """

    person: Person
    request: Request
    company: Company
    book: Rulebook
    texts: Mapping[str, Texts]
    now: datetime
    used: bool = False
    files: bool = False
    uploads: bool = False
    phones: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The person's language, the registry's own where they have none."""
        return language_of(self.person, self.book)

    @property
    def words(self) -> Words:
        """Labels and sentences in that language."""
        return self.book.for_person(self.language)

    @property
    def text(self) -> Texts:
        """The page's own words in that language."""
        return self.texts[self.language]


@dataclass(frozen=True, slots=True)
class RequestView:
    """The page, top to bottom."""

    id: str
    status: str
    status_key: str
    amount: str
    pay_by: str
    subject: str
    purpose: Shown
    alarms: Sequence[str]
    notes: Sequence[str]
    payee: Sequence[Shown]
    invoice: Sequence[Shown]
    more: Sequence[Shown]
    people: Sequence[Shown]
    choices: Sequence[Choice] = field(default=())
    blocked: Sequence[Blocked] = field(default=())
    currency: str = ""
    acting_as: str = ""
    contractor: str = ""
    files: Sequence[FileShown] = field(default=())
    qr: str = ""
    waits: str = ""


def language_of(person: Person | None, book: Rulebook) -> str:
    """The language to speak to somebody."""
    return person.language if person and person.language in book.words else book.language


def request_view(visit: Visit, steps: Sequence[Option]) -> RequestView:
    """Put the page together. `steps`: what `core.options` says of this person and request."""
    request, words, text = visit.request, visit.words, visit.text["page"]
    pay_by = _shown(visit, "pay_by")
    choices, blocked = _steps(visit, steps)
    facts = {"name": visit.person.name, "email": visit.person.email}
    pays = any(choice.act == "pay" for choice in choices)
    alarms = told(request, words) if request.status in OPEN else []
    return RequestView(
        id=request.id,
        status=words.label("statuses", request.status),
        status_key=request.status.lower(),
        amount=_amount(request, visit.language),
        pay_by=fill(text["pay_by"], date=pay_by[0].value) if pay_by else "",
        subject=text_of(request.cell("subject")),
        purpose=Shown(words.label("columns", "purpose"), text_of(request.cell("purpose"))),
        alarms=alarms,
        notes=[note for note in _notes(visit) if note not in alarms],
        payee=_shown(visit, *PAYEE),
        invoice=_shown(visit, *INVOICE),
        more=_shown(visit, *MORE),
        people=_people(visit),
        choices=choices,
        blocked=blocked,
        currency=text_of(request.cell("currency")),
        acting_as=fill(text["acting_as"], **facts),
        contractor=text_of(request.cell("contractor")),
        files=_files(visit),
        qr=payment_qr(request) if pays else "",
        waits=_waits(visit),
    )


def _files(visit: Visit) -> list[FileShown]:
    request = visit.request
    if not visit.files or not may_see(visit.person, request, visit.company):
        return []
    return [
        FileShown(
            file["id"], file["name"], visit.words.label("columns", file["column"]),
            file["name"].lower().endswith(PREVIEWED),
        )
        for file in request.files
    ]  # fmt: skip


def _waits(visit: Visit) -> str:
    """What is already on its way, chosen on the page or in the sheet."""
    hold = visit.request.hold
    if hold is None:
        return ""
    until = hold.until.astimezone(visit.company.settings.zone).strftime("%H:%M")
    return visit.words.problem("hold", "", {"target": hold.target, "until": until, "rule": hold.rule})


def written_date(day: date, words: Words) -> str:
    """A date with the month's name."""
    month = words.label("months", str(day.month))
    return fill(words.label("letters", "date"), day=str(day.day), month=month, year=str(day.year))


def written_moment(at: datetime, visit: Visit) -> str:
    """A moment in the company's time zone."""
    local = at.astimezone(visit.company.settings.zone)
    return f"{written_date(local.date(), visit.words)}, {local:%H:%M}"


def _notes(visit: Visit) -> list[str]:
    """What Checks says, in the visitor's language, and while it can still be stopped what is unusual."""
    request, company = visit.request, visit.company
    own = replace(visit.book, language=visit.language)
    lines = checks(request, own, company).split("\n")
    if request.status in OPEN:  # somebody can still stop it
        unusual = (visit.words.sentence("warnings", key, facts) for key, facts in request.cautions)
        lines += [line for line in unusual if line not in lines]
        facts = facts_of(request, company, visit.book, visit.person.email)
        today = visit.now.astimezone(company.settings.zone).date()
        quoted = {"pay_by": "".join(field.value for field in _shown(visit, "pay_by"))}
        lines += [
            visit.words.sentence("warnings", key, quoted | more) for key, more in cautions(facts, today)
        ]
    return [line for line in lines if line]


def _steps(visit: Visit, steps: Sequence[Option]) -> tuple[list[Choice], list[Blocked]]:
    words, choices, blocked = visit.words, [], []
    for step in steps:
        label = words.label("acts", step.act)
        if step.refusal is None and step.blocked_by is None:
            warning = ""
            if step.act == "submit" and visit.request.unsigned:
                columns = ", ".join(words.label("columns", key) for key in sorted(visit.request.unsigned))
                warning = fill(visit.text["page"]["confirms_payee"], columns=columns)
            choices.append(
                Choice(
                    step.act, label, step.needs_comment, step.needs_amount, step.act in MAIN,
                    step.act in FINAL, warning, visit.uploads and step.act in ("pay", "pay-part"),
                    numbers(visit.request, visit.phones) if step.act == CONFIRM else (),
                )
            )  # fmt: skip
        elif step.refusal is not None and step.act != COMMENT and step.blocked_by not in SILENT:
            blocked.append(Blocked(label, *words.refusal(step.refusal), step.refusal.rule))
    choices.sort(key=lambda choice: (not choice.main, choice.act == COMMENT))
    return choices, blocked


def _amount(request: Request, language: str) -> str:
    try:
        return format_money(parse_money(request.cell("amount"), text_of(request.cell("currency"))), language)
    except Invalid:
        return f"{text_of(request.cell('amount'))} {text_of(request.cell('currency'))}".strip()


def _people(visit: Visit) -> list[Shown]:
    request, words, name = visit.request, visit.words, visit.company.people.name
    found = []
    if request.requester:
        found.append(Shown(words.label("columns", "requester"), name(request.requester)))
    if request.approver:
        who = who_approved(request, visit.company.people, words)
        found.append(Shown(words.label("columns", "approver"), who))
    if request.paid:
        try:
            whole = parse_money(request.cell("amount"), text_of(request.cell("currency")))
            paid = Money(request.paid, whole.currency)
            found.append(Shown(visit.text["page"]["paid"], format_money(paid, visit.language)))
            found.append(Shown(visit.text["page"]["still_open"], format_money(whole - paid, visit.language)))
        except Invalid:
            found.append(Shown(visit.text["page"]["paid"], str(request.paid)))
    if request.updated:
        found.append(Shown(words.label("columns", "updated"), written_moment(request.updated, visit)))
    return found


def _shown(visit: Visit, *keys: str) -> list[Shown]:
    """The fields that are not blank."""
    found = []
    for key in keys:
        value = _value(visit, key, visit.request.cell(key))
        if value:
            href = value if value.startswith(("https://", "http://")) and " " not in value else ""
            found.append(Shown(visit.words.label("columns", key), value, href))
    return found


def _value(visit: Visit, key: str, cell: Cell) -> str:
    if BY_KEY[key].kind is Kind.CHECKBOX:
        return visit.text["page"]["yes"] if cell is True else ""
    if BY_KEY[key].kind is Kind.DATE:
        try:
            return written_date(dates.parse_date(cell), visit.words)
        except Invalid:
            return text_of(cell)
    return text_of(cell)
