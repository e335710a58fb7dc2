"""Rules of an approval: by whom, up to what amount, and of exactly what."""

from __future__ import annotations

from decimal import Decimal

from sheetflow.core.policy.steps import FAULT, Claim, Turns, involved
from sheetflow.core.rules.case import MoveCase, Objection, rule, same_person
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.workflow.table import Status


@rule
def no_self_approval(case: MoveCase) -> Objection | None:
    """Nobody approves their own request.

    Allowed: the head approves a manager's request. Refused: the requester approves it, from any of their
    addresses and in any of their roles.
    """
    person = case.person
    return Objection() if person and same_person(person.email, case.request.requester, case.company) else None


@rule
def approves_once(case: MoveCase) -> Objection | None:
    """One person gives one of a request's approvals.

    Allowed: the head approves, then the director. Refused: the head again, from another address, for somebody
    absent or as the next step; and somebody for whom a substitute has approved.
    """
    person = case.person
    twice = person is not None and any(
        same_person(person.email, address, case.company) for address in involved(case.request)
    )
    return Objection() if twice else None


@rule
def asked_by_policy(case: MoveCase) -> Objection | None:
    """The approval policy asks somebody else now.

    Allowed: whom the step names whose turn it is, or who stands in for them while they are absent. Refused:
    the director before the head has approved; anybody, where the rule could not be read.
    """
    why = claim_of(case)
    if isinstance(why, Claim) or not (case.request.policy or case.person is None):
        return None
    turns = Turns(case.request, case.company, case.now)
    asked = ", ".join(person.name for person in turns.asked())
    if not asked and why != FAULT:
        why = "policy-nobody"
    return Objection({"why": str(why), "asked": asked, "rule_name": str(case.request.policy.get("rule", ""))})


def claim_of(case: MoveCase) -> Claim | str:
    """What an approval by this person would be, or why it is not asked for: a key of `[reasons]`."""
    if case.person is None:
        return "policy-nobody"
    key = (case.person.email, case.now, case.request.status, len(case.request.approvals))
    if case.claimed is None or case.claimed[0] != key:  # three rules ask the same of one case
        case.claimed = (key, Turns(case.request, case.company, case.now).claim(case.person))
    found: Claim | str = case.claimed[1]
    return found


@rule
def limit_covers_amount(case: MoveCase) -> Objection | None:
    """The amount is above the approver's limit.

    Allowed: 90,000 RUB with a limit of 100,000 RUB; any amount for a director; any amount where somebody else
    whose limit covers it has approved too, or still has to. Refused: 100,000.01 RUB with that limit; 10 USD
    with a limit in roubles alone; anything with no limit set. Whoever stands in has the limit of the absent.
    """
    try:
        amount: Decimal = parse_amount(case.request.cell("amount"))
        currency = parse_currency(str(case.request.cell("currency")))
    except Invalid:
        return Objection({"amount": str(case.request.cell("amount"))})
    claim = claim_of(case)
    if isinstance(claim, Claim) and (claim.covers or not claim.needs_limit):
        return None
    return Objection({"amount": f"{amount:,.2f} {currency}".replace(",", "\N{NO-BREAK SPACE}")})


@rule
def approved_as_seen(case: MoveCase) -> Objection | None:
    """The request changed while it was being decided on.

    Allowed: what the approver had before them is what was submitted; on the page, what the accountant marks
    as paid is what was approved. Refused: a cell of the row was different, even for a moment, so nobody can
    say what was approved.
    """
    if case.via == "sheet" and case.target != Status.APPROVED:
        return None  # that money was paid is a fact, whatever the row shows by now
    return None if case.seen == case.request.fingerprint else Objection()
