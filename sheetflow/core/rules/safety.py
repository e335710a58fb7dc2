"""Rules against invoice fraud: bank details that changed, and what was paid already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetflow.core.company import Company
from sheetflow.core.rules.case import MoveCase, Objection, rule, same_person
from sheetflow.core.safety.duplicates import blocking
from sheetflow.core.safety.submitting import is_held
from sheetflow.core.safety.vouching import digits
from sheetflow.model.cells import text_of
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status

CONFIRMERS = (Role.ACCOUNTANT, Role.APPROVER, Role.DIRECTOR)
"""Who may have called the contractor."""


@dataclass(frozen=True, slots=True)
class ConfirmCase:
    """Somebody says that they called the contractor.

    `phone`: the number that they called. `phones`: those that the contractor book has of the payee.
    """

    request: Request
    person: Person | None
    company: Company
    phone: str
    phones: Sequence[str]


@rule
def bank_details_confirmed(case: MoveCase) -> Objection | None:
    """The contractor's bank details are new, and nobody has confirmed them yet.

    Allowed: an account that the book vouches for; a new one once a second person has called the contractor.
    Refused: a changed account of a known contractor, whoever approves, and one that was typed into the book.
    """
    return Objection({"account": text_of(case.request.cell("account"))}) if is_held(case.request) else None


@rule
def duplicate_has_reason(case: MoveCase) -> Objection | None:
    """This seems to be paid already, so its approval needs a reason.

    Allowed: the head approves and says in a comment why it is no duplicate. Refused: no comment; a comment by
    somebody without the role that the setting names, or by the requester.
    """
    others = blocking(case.request)
    if not case.company.safety.block or not others or case.person is None:
        return None
    roles, ids = case.company.safety.override, ", ".join(others)
    if case.person.has(*roles):
        wants = Objection({"others": ids, "role": ", ".join(roles)}, column="comment", waits=True)
        return None if case.comment.strip() else wants
    if any(_may_override(by, roles, case) for by, note in case.request.notes.items() if note.text):
        return None
    return Objection({"others": ids, "role": ", ".join(roles)})


def _may_override(address: str, roles: Sequence[Role], case: MoveCase) -> bool:
    person = case.company.people.find(address)
    owner = same_person(address, case.request.requester, case.company)
    return person is not None and person.has(*roles) and not owner


@rule
def details_wait_for_call(case: ConfirmCase) -> Objection | None:
    """There are no bank details to confirm here.

    Allowed: while a submitted request waits for the call. Refused: once they were confirmed, or when the
    request was taken back.
    """
    waits = case.request.status == Status.SUBMITTED and is_held(case.request)
    return None if waits else Objection({"status": case.request.status})


@rule
def second_person_confirms(case: ConfirmCase) -> Objection | None:
    """New bank details are confirmed by a second person.

    Allowed: an accountant, an approver or a director. Refused: the requester, whoever sent the request or
    typed the account into it, from any of their addresses; a manager, an admin.
    """
    hands = (case.request.requester, *case.request.safety.get("held", {}).get("by", ()))
    person = case.person
    if person is None or not person.has(*CONFIRMERS):
        return Objection()
    return Objection() if any(same_person(person.email, one, case.company) for one in hands) else None


@rule
def known_number_called(case: ConfirmCase) -> Objection | None:
    """The contractor is called at a number that was known before.

    Allowed: a number that the contractor book has of this contractor. Refused: any other, such as the one on
    the invoice or in the mail that told of the change.
    """
    known = {digits(phone) for phone in case.phones}
    if digits(case.phone) and digits(case.phone) in known:
        return None
    why = "number-unknown" if known else "no-number"
    return Objection({"why": why, "numbers": ", ".join(case.phones)}, column="")
