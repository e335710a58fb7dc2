"""Rules about who may move a request where: the person, the status, the table, the role."""

from __future__ import annotations

from sheetflow.core.rules.case import MoveCase, Objection, rule
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import STATUSES, Status


@rule
def known_person(case: MoveCase) -> Objection | None:
    """Only people on the People tab can change a request.

    Allowed: ann@firm.example, who stands on the tab. Refused: an address nobody has, or none at all.
    """
    return Objection() if case.person is None else None


@rule
def known_status(case: MoveCase) -> Objection | None:
    """The status must be one from the list.

    Allowed: "Approved" or its Russian label. Refused: "ok", or an emptied cell.
    """
    return None if case.target in STATUSES else Objection({"wish": case.target})


@rule
def lawful_transition(case: MoveCase) -> Objection | None:
    """From this status a request cannot go to that one.

    Allowed: Submitted to Approved. Refused: Draft to Paid.
    """
    if case.transition is not None:
        return None
    ways = sorted({t.target.value for t in TABLE.leaving(Status(case.request.status))})
    return Objection({"status": case.request.status, "target": case.target, "ways": ", ".join(ways)})


@rule
def right_role(case: MoveCase) -> Objection | None:
    """This step belongs to somebody else.

    Allowed: an approver approves. Refused: a manager approves; an admin pays.
    """
    if case.transition is None or case.parties() & case.transition.parties:
        return None
    roles = ", ".join(sorted(party.value for party in case.transition.parties))
    return Objection({"target": case.target, "role": roles})
