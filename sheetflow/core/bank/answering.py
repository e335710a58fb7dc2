"""Who answers a contractor for a payment."""

from __future__ import annotations

from sheetflow.core.company import Company
from sheetflow.model.events import Event
from sheetflow.model.people import Role


def answers_to(event: Event, company: Company) -> str:
    """The address for questions about a payment: whoever marked it as paid, or brought the bank's statement.

    Where a program brought it that is an accountant of the company; "" where there is none.
    """
    for address in (event.actor, str(event.data.get("by", ""))):
        if "@" in address:
            return address
    return next((person.email for person in company.people.with_role(Role.ACCOUNTANT)), "")
