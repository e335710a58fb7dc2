"""Rules of an approval: by whom, up to what amount, and of exactly what."""

from __future__ import annotations

from decimal import Decimal

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
def limit_covers_amount(case: MoveCase) -> Objection | None:
    """The amount is above the approver's limit.

    Allowed: 90,000 RUB with a limit of 100,000 RUB; any amount for a director. Refused: 100,000.01 RUB with
    that limit; 10 USD with a limit in roubles alone; anything with no limit set.
    """
    try:
        amount: Decimal = parse_amount(case.request.cell("amount"))
        currency = parse_currency(str(case.request.cell("currency")))
    except Invalid:
        return Objection({"amount": str(case.request.cell("amount"))})
    if case.person is not None and case.person.covers(amount, currency):
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
