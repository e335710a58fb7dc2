"""Who is asked and why: the steps of a request, or of one that might be sent, with what is done of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sheetflow.core.company import Company
from sheetflow.core.policy.matching import Asked, rule_for
from sheetflow.core.policy.steps import Turns, open_step, steps_of
from sheetflow.core.policy.table import Rule
from sheetflow.core.policy.telling import fault_text, step_text
from sheetflow.core.rulebook import Words
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step. `state`: "done", "open" or "later". `approvals`: by, for, at. `asked`: addresses.

    `asked` are those whose turn it is; of a later step, whoever could do it as things stand.
    """

    number: int
    needs: str
    state: str
    approvals: tuple[dict[str, str], ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """`rule`: its name, "" where none fits. `held`: why nobody can approve, as sentences."""

    rule: str = ""
    held: tuple[str, ...] = ()
    steps: tuple[StepTold, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        steps = [
            {
                "step": step.number, "needs": step.needs, "state": step.state,
                "approvals": list(step.approvals), "asked": list(step.asked),
            }
            for step in self.steps
        ]  # fmt: skip
        return {"rule": self.rule, "held": list(self.held), "steps": steps}


def explain(request: Request, company: Company, at: datetime, words: Words) -> Told:
    """The steps of a request as it stands."""
    faults = tuple(fault_text((key, facts), words) for key, facts in request.policy.get("faults", ()))
    now = open_step(request) if request.status == Status.SUBMITTED else None
    turns = Turns(request, company, at)
    steps = []
    for number, step in enumerate(steps_of(request), start=1):
        given = tuple(
            {str(key): str(one[key]) for key in ("by", "for", "at") if key in one}
            for one in request.approvals
            if one.get("step", 1) == number
        )
        if now is None:
            over = request.approver or len(given) >= step.slots
            state = "done" if over else "later"
        else:
            state = "done" if number < now.number else "open" if number == now.number else "later"
        if state == "open":
            asked = tuple(person.email for person in turns.asked())
        elif state == "later" and request.status in (Status.SUBMITTED, Status.DRAFT, Status.RETURNED):
            asked = tuple(turns.hands(step))
        else:
            asked = ()
        if state == "done" and not given and request.approver:  # one approval that no step was noted of
            given = (dict[str, str](by=request.approver),)
        steps.append(StepTold(number, step_text(step, company.people, words), state, given, asked))
    return Told(str(request.policy.get("rule", "")), faults, tuple(steps))


def attempt(
    asked: Asked, company: Company, at: datetime, words: Words, requester: str = ""
) -> tuple[Rule | None, Told]:
    """What would be asked of whom, if such a request were sent now."""
    rule = rule_for(asked, company)
    request = Request(
        "", Status.SUBMITTED, requester,
        {"amount": float(asked.amount), "currency": asked.currency},
        policy=rule.snapshot() if rule else {},
    )  # fmt: skip
    return rule, explain(request, company, at, words)
