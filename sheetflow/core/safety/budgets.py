"""Budgets by category and month: what a request would bring a month's sum to.

The setting `budgets`: "Advertising 300 000 RUB; Rent 5000 EUR". A month is the calendar month of Pay by. All
that was submitted and not given up counts, each in its own currency.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sheetflow.model import dates
from sheetflow.model.cells import text_of
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money, parse_amount, parse_currency
from sheetflow.model.request import Request

if TYPE_CHECKING:
    from sheetflow.core.company import Company
    from sheetflow.core.safety.ledger import Ledger

OVER, OTHER_CURRENCY = "over-budget", "budget-currency"


@dataclass(frozen=True, slots=True)
class Budget:
    """What a category may cost in a month. `category` as it is written."""

    category: str
    limit: Money


def read_budgets(text: str, base: str, problems: list[str]) -> Mapping[str, Budget]:
    """The setting `budgets`, by category in lower case. What cannot be read is said and passed over.

    `base`: the currency where none is named.
    """
    found: dict[str, Budget] = {}
    for part in text.replace("\n", ";").split(";"):
        if not part.strip():
            continue
        budget = _read(part, base)
        if budget is None:
            problems.append(
                f"Settings: budgets: {part.strip()!r} is no budget such as Rent 5000 EUR; it does not count"
            )
        else:
            found[budget.category.casefold()] = budget
    return found


def _read(part: str, base: str) -> Budget | None:
    words, currency = part.split(), base
    try:
        currency = parse_currency(words[-1])
        words = words[:-1]
    except Invalid:
        pass
    start = len(words)
    while start > 0 and _is_number(words[start - 1]):
        start -= 1
    try:
        limit = Money(parse_amount(" ".join(words[start:])), currency)
    except Invalid:
        return None
    category = " ".join(words[:start]).strip(" :=-–")
    return Budget(category, limit) if category else None


def _is_number(word: str) -> bool:
    return bool(word) and all(sign.isdigit() or sign in ".,'" for sign in word)


def find(request: Request, ledger: Ledger, company: Company) -> list[tuple[str, dict[str, str]]]:
    """The caution that the month's budget of a request's category is passed with it, or cannot be told."""
    category = text_of(request.cell("category"))
    budget = company.safety.budgets.get(category.casefold())
    if budget is None:
        return []
    try:
        day = dates.parse_date(request.cell("pay_by"))
        own = Money(parse_amount(request.cell("amount")), parse_currency(text_of(request.cell("currency"))))
    except Invalid:
        return []
    facts = {"budget_category": budget.category, "month": f"{day:%m.%Y}"}
    if own.currency != budget.limit.currency:
        return [(OTHER_CURRENCY, facts | {"currency": own.currency, "kept_in": budget.limit.currency})]
    first = day.replace(day=1)
    last = date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    spent = Decimal(0)
    for other in ledger.of_category(request, dates.to_serial(first), dates.to_serial(last)):
        try:
            if parse_currency(other.text("currency")) == own.currency:
                spent += parse_amount(other.cell("amount"))
        except Invalid:
            continue
    whole = Money(spent + own.amount, own.currency)
    if whole.amount <= budget.limit.amount:
        return []
    over = Money(whole.amount - budget.limit.amount, own.currency)
    named = {"whole": whole, "limit": budget.limit, "over": over}
    return [(OVER, facts | {key: _written(money) for key, money in named.items()})]


def _written(money: Money) -> str:
    """Money as both languages read it."""
    return f"{money.amount:,.2f} {money.currency}".replace(",", "\N{NO-BREAK SPACE}")


def extra_step(cautions: Iterable[tuple[str, Mapping[str, str]]], company: Company) -> str | None:
    """Who else has to approve a request with these cautions: "role:director", an address, None for nobody."""
    passed = any(key in (OVER, OTHER_CURRENCY) for key, _ in cautions)
    return company.safety.budget_over or None if passed else None
