"""What may interrupt somebody at once, and what waits for their digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from sheetflow.core.attention.calendar import Calendar
from sheetflow.core.calendar import due_day
from sheetflow.core.company import Company
from sheetflow.model.request import Request

BY_DIGEST = frozenset(
    {
        "approve", "approved", "to-pay", "paid", "part-paid", "cancelled", "reversed", "no-address",
        "bounced", "stranger", "draft-ready",
    }
)  # fmt: skip
"""Letters whose news the digest brings. All others go at once: what came back to somebody, what was put
back, what may be fraud, what only they can confirm, and what keeps the registry from working."""
AT_ONCE_WHEN_URGENT = frozenset({"approve", "to-pay"})
NEEDS_ITS_READER = frozenset(
    {
        "approve", "to-pay", "returned", "put-back", "confirm-status", "reversal-asked", "payment-disputed",
        "details-held", "mentioned", "answer-not-taken", "unwell", "access-problem", "stranger", "bounced",
        "no-address", "draft-ready",
    }
)  # fmt: skip
"""Letters that ask somebody to do something. A digest does where it says so itself."""


def waits(template: str, to: str, company: Company, *, urgent: bool) -> bool:
    """Whether a letter is not made, for the digest of whoever would get it says the same.

    Whoever is not on the People tab has no digest, so they are written to at once.
    """
    if not company.settings.budget.on or template not in BY_DIGEST:
        return False
    return company.people.find(to) is not None and not (urgent and template in AT_ONCE_WHEN_URGENT)


def is_urgent(request: Request, company: Company, day: date) -> bool:
    """Whether on this day there are so few working days left until the request has to be paid."""
    due = due_day(request)
    budget = company.settings.budget
    return due is not None and due < _not_yet(budget.calendar, day, budget.urgent)


@lru_cache(maxsize=64)
def _not_yet(calendar: Calendar, day: date, urgent: int) -> date:
    """The first day to pay by that is not urgent on a day; the same for all requests of a pass."""
    return calendar.after(day, urgent + 1)


def urgent_at(request: Request, company: Company, at: datetime) -> bool:
    """The same at a moment, by the company's clock."""
    return is_urgent(request, company, at.astimezone(company.settings.zone).date())


def marked(facts: Mapping[str, object], template: str, *, urgent: bool) -> dict[str, object]:
    """A letter's facts, and whether it says that it is urgent."""
    return {**facts, "urgent": "yes" if urgent and template in AT_ONCE_WHEN_URGENT else ""}
