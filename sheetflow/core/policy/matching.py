"""Which rule of the approval policy fits a request: the first one, read from the top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sheetflow.core.company import Company
from sheetflow.core.policy.table import ANY_APPROVER, Rule, Step
from sheetflow.model.cells import text_of
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.request import Request

LARGER_THAN_ANY = Decimal("Infinity")
"""What an amount counts as where nobody can tell what it comes to in the base currency."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule looks at. `known`: the payee stands in the contractor book."""

    amount: Decimal
    currency: str
    department: str = ""
    category: str = ""
    known: bool = False


def asked_of(request: Request, *, known: bool) -> Asked:
    """What rules look at in a request; an amount that cannot be read counts as larger than any bound."""
    amount, currency = LARGER_THAN_ANY, ""
    try:
        currency = parse_currency(text_of(request.cell("currency")))
        amount = parse_amount(request.cell("amount"), currency)
    except Invalid:
        pass
    department, category = (text_of(request.cell(key)) for key in ("department", "category"))
    return Asked(amount, currency, department, category, known)


def rule_for(asked: Asked, company: Company) -> Rule | None:
    """The first rule that fits, None where none does."""
    in_base = base_amount(asked, company)
    return next((rule for rule in company.policy.rules if _fits(rule, asked, in_base)), None)


def base_amount(asked: Asked, company: Company) -> Decimal:
    """The amount in the base currency, by the setting `rates`."""
    if asked.currency == company.settings.base_currency:
        return asked.amount
    rate = company.settings.rates.get(asked.currency)
    return LARGER_THAN_ANY if rate is None else asked.amount * rate


def snapshot(request: Request, company: Company, *, known: bool) -> dict[str, Any]:
    """What a request that is submitted now keeps of its rule, {} where none fits."""
    rule = rule_for(asked_of(request, known=known), company) if company.policy.rules else None
    return rule.snapshot() if rule else {}


def with_step(policy: Mapping[str, Any], entry: str) -> dict[str, Any]:
    """A snapshot with one more step behind the others, such as "role:director": any one of it."""
    if "faults" in policy:
        return dict(policy)
    steps = list(policy.get("steps", ())) or [ANY_APPROVER.as_dict()]
    return {"rule": "", **policy, "steps": [*steps, Step((entry,)).as_dict()]}


def _fits(rule: Rule, asked: Asked, in_base: Decimal) -> bool:
    amount = asked.amount if rule.currencies else in_base
    return (
        (not rule.currencies or asked.currency in rule.currencies)
        and (rule.amount_from is None or amount >= rule.amount_from)
        and (rule.amount_to is None or amount <= rule.amount_to)
        and (not rule.departments or asked.department.casefold() in rule.departments)
        and (not rule.categories or asked.category.casefold() in rule.categories)
        and (not rule.contractor or asked.known is (rule.contractor == "known"))
    )
