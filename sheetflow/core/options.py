"""What a person may do with a request now: every step of the table, asked of the same rules as an act is.

Nothing is decided here and there is no second list of who may what: each step is judged as if the person
chose it on the request page, with a comment and an amount where the rules ask for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sheetflow.core.company import Company
from sheetflow.core.judge import Verdict, judge
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.case import MoveCase
from sheetflow.core.rules.fields import check
from sheetflow.core.rules.safety import ConfirmCase
from sheetflow.core.safety.confirming import CONFIRM, objection
from sheetflow.core.safety.submitting import is_held
from sheetflow.model.events import Refusal
from sheetflow.model.people import Person
from sheetflow.model.request import Request
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import Status, Transition

COMMENT = "comment"
"""The act that is no transition: it says something and moves nothing."""

NEED_COMMENT = ("comment-required", "duplicate-has-reason")
"""Rules that a comment satisfies."""
_SMALLEST = "0.01"
"""Stands for "some amount" when a part payment is tried."""


@dataclass(frozen=True, slots=True)
class Option:
    """One step out of the request's status.

    `act` and `target` as in `workflow.payments`; for a comment the target is "". `blocked_by`: the rule that
    would refuse it, None where the person may do it; `refusal` says it in full.
    """

    act: str
    target: str
    needs_comment: bool = False
    needs_amount: bool = False
    blocked_by: str | None = None
    refusal: Refusal | None = None


def options(
    person: Person | None,
    request: Request,
    company: Company,
    book: Rulebook,
    now: datetime,
    row_fingerprint: str,
    link: str = "",
    phones: Sequence[str] = (),
) -> list[Option]:
    """Every step out of the request's status, in the table's order, and the comment last.

    Args:
        person: who asks, None for somebody whom nobody knows.
        request: as accepted.
        company: who works here.
        book: labels and sentences, as rules want them.
        now: the spreadsheet service's time.
        row_fingerprint: what the person has before them (`fields.seen_fingerprint`).
        link: the nonce of the link that they came by.
        phones: the contractor's numbers in the book, where its bank details wait for a call.
    """
    if request.archived:
        return []

    def attempt(transition: Transition, comment: str, amount: str) -> Verdict:
        case = MoveCase(
            request, person, transition.target, transition, company, book, now,
            via="page", comment=comment, amount=amount, seen=row_fingerprint, link=link,
        )  # fmt: skip
        if transition.act == "submit":
            today = now.astimezone(company.settings.zone).date()
            _, case.problems = check(request.cells, company.settings.currencies, today)
        return judge(case, "option")

    return [
        *_confirmation(person, request, company, book, now, row_fingerprint, link, phones),
        *(_option(transition, attempt) for transition in TABLE.leaving(Status(request.status))),
        _comment(person, request, link),
    ]


def _option(transition: Transition, attempt: Callable[[Transition, str, str], Verdict]) -> Option:
    """Try with nothing filled in, and fill in what is waited for."""
    comment = amount = ""
    verdict = attempt(transition, comment, amount)
    while verdict.waits:
        if verdict.waits == "part-payment-has-amount" and not amount:
            amount = _SMALLEST
        elif verdict.waits in NEED_COMMENT and not comment:
            comment = "?"
        else:  # a rule that waits for something that the page has no field for
            return Option(transition.act, transition.target.value, blocked_by=verdict.waits)
        verdict = attempt(transition, comment, amount)
    refusal = verdict.refusal
    return Option(
        transition.act, transition.target.value, bool(comment), bool(amount),
        refusal.rule if refusal else None, refusal,
    )  # fmt: skip


def _confirmation(
    person: Person | None,
    request: Request,
    company: Company,
    book: Rulebook,
    now: datetime,
    seen: str,
    link: str,
    phones: Sequence[str],
) -> list[Option]:
    """The call to the contractor, where one is waited for."""
    if not is_held(request):
        return []
    move = MoveCase(
        request, person, CONFIRM, None, company, book, now, via="page", seen=seen, link=link
    )  # fmt: skip
    found = objection(move, ConfirmCase(request, person, company, "", phones), called=False)
    if found is None:
        return [Option(CONFIRM, "")]
    rule, why = found
    by = person.email if person else ""
    refusal = Refusal(rule, request.id, why.column, why.facts, by)
    return [Option(CONFIRM, "", blocked_by=rule, refusal=refusal)]


def _comment(person: Person | None, request: Request, link: str) -> Option:
    rule = ""
    if person is None or not person.roles:
        rule = "known-person"
    elif link and link in request.links:
        rule = "link-is-used-once"
    if not rule:
        return Option(COMMENT, "", needs_comment=True)
    by = person.email if person else ""
    return Option(
        COMMENT, "", needs_comment=True, blocked_by=rule, refusal=Refusal(rule, request.id, COMMENT, {}, by)
    )
