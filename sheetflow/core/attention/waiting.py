"""How long a request waits for a decision, and when its waiting is no longer its approvers' matter alone."""

from __future__ import annotations

from datetime import date, datetime

from sheetflow.core.company import Company, Settings
from sheetflow.core.history import moment
from sheetflow.core.policy.steps import open_step
from sheetflow.model.events import Fact
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status


def since(request: Request) -> datetime | None:
    """Since when it waits for what it waits for now: its last move, or the approval that began this step."""
    now = open_step(request) if request.approvals else None
    if now is None:
        return request.moved
    before = [moment(str(one["at"])) for one in request.approvals if one.get("step", 1) < now.number]
    return max([*before, *([request.moved] if request.moved else [])], default=None)


def days_waited(request: Request, settings: Settings, day: date) -> int:
    """Working days that it has waited on this day, the day on which it began not counted."""
    began = since(request)
    if began is None:
        return 0
    return max(0, settings.budget.calendar.between(began.astimezone(settings.zone).date(), day))


def escalation(request: Request, settings: Settings) -> datetime | None:
    """When the directors are to hear that it waits for a decision; None for never, and once they have."""
    began, budget = since(request), settings.budget
    if request.status != Status.SUBMITTED or request.escalated or began is None:
        return None
    if not budget.on or not budget.escalation:
        return None
    day = budget.calendar.after(began.astimezone(settings.zone).date(), budget.escalation)
    return datetime.combine(day, budget.hour, tzinfo=settings.zone)


def escalated(request: Request, company: Company, now: datetime) -> Fact | None:
    """The event that the directors are told, once it is time."""
    at = escalation(request, company.settings)
    if at is None or now < at:
        return None
    today = now.astimezone(company.settings.zone).date()
    data = {
        "days": days_waited(request, company.settings, today),
        "to": [person.email for person in company.people.with_role(Role.DIRECTOR)],
    }
    return Fact(now, request.id, "RequestEscalated", "system", "system", data)
