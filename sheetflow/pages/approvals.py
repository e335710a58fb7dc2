"""How far a request's approvals are, as its page shows them: each step, who approved, who is asked now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetflow.core.history import moment
from sheetflow.core.policy.explaining import explain
from sheetflow.core.policy.steps import Claim, Turns
from sheetflow.core.policy.telling import approval_text
from sheetflow.pages.texts import fill
from sheetflow.pages.view import Visit, written_moment
from sheetflow.workflow.table import Status


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step. `state`: "done", "open" or "later"."""

    title: str
    lines: Sequence[str]
    state: str


def steps_shown(visit: Visit) -> list[StepShown]:
    """The steps that the request took along from the approval policy; none where no rule fitted."""
    request, text, people = visit.request, visit.text["page"], visit.company.people
    if not request.policy.get("steps"):
        return []
    found = []
    for step in explain(request, visit.company, visit.now, visit.words).steps:
        lines = [
            fill(
                text["approval_given"],
                who=approval_text(one, people, visit.words), at=written_moment(moment(one["at"]), visit),
            )
            for one in step.approvals
            if "at" in one
        ]  # fmt: skip
        if step.state != "done" and request.status == Status.SUBMITTED:
            whom = ", ".join(people.name(address) for address in step.asked) or text["approval_nobody"]
            lines.append(
                fill(text["approval_asked" if step.state == "open" else "approval_later"], whom=whom)
            )
        title = fill(text["approval_step"], number=str(step.number), needs=step.needs)
        found.append(StepShown(title, lines, step.state))
    return found


def stands_in(visit: Visit) -> str:
    """For whom the visitor would decide, in a sentence; "" where they decide for themself."""
    request = visit.request
    if request.status != Status.SUBMITTED:
        return ""
    claim = Turns(request, visit.company, visit.now).claim(visit.person)
    if isinstance(claim, Claim) and claim.stands_in:
        return fill(visit.text["page"]["stands_in"], absent=claim.subject.name)
    return ""
