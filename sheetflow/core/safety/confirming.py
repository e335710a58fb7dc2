"""The call to the contractor: somebody else than who wrote the account says that they made it.

It is an act of the request page and moves nothing: the request can be approved from then on.
"""

from __future__ import annotations

from sheetflow.core.rules.approvals import approved_as_seen
from sheetflow.core.rules.case import MoveCase, Objection, rule_id
from sheetflow.core.rules.links import link_is_used_once
from sheetflow.core.rules.moves import known_person
from sheetflow.core.rules.safety import (
    ConfirmCase,
    details_wait_for_call,
    known_number_called,
    second_person_confirms,
)
from sheetflow.core.safety.submitting import is_held
from sheetflow.core.safety.vouching import details_digest, digits
from sheetflow.core.turn import Turn
from sheetflow.model.cells import text_of
from sheetflow.model.events import Act, Fact, Refusal
from sheetflow.model.people import Person

CONFIRM = "confirm-details"
"""The act of the request page."""
KIND = "BankDetailsConfirmed"


def objection(move: MoveCase, case: ConfirmCase, *, called: bool = True) -> tuple[str, Objection] | None:
    """Why a confirmation is not accepted: rule and objection. `called`: the number is asked for, too."""
    asked = (
        (link_is_used_once, link_is_used_once(move)),
        (known_person, known_person(move)),
        (details_wait_for_call, details_wait_for_call(case)),
        (second_person_confirms, second_person_confirms(case)),
        (approved_as_seen, approved_as_seen(move)),
        (known_number_called, known_number_called(case) if called or not case.phones else None),
    )
    return next(((rule_id(rule), said) for rule, said in asked if said is not None), None)


def confirm(turn: Turn, act: Act, person: Person | None) -> Refusal | None:
    """Record that the contractor was called; gives why not, None for recorded."""
    request = turn.request
    if request.safety.get("confirmed", {}).get("cause") == act.uuid and not is_held(request):
        return None  # done already, in a commit whose answer was lost
    phones = turn.contractors.phones(request) if turn.contractors else []
    case = ConfirmCase(request, person, turn.company, act.facts.get("phone", ""), phones)
    move = MoveCase(
        request, person, CONFIRM, None, turn.company, turn.book, act.at, via="page", seen=act.seen,
        link=act.link, signed_in=act.signed_in,
    )  # fmt: skip
    if found := objection(move, case):
        rule, why = found
        refusal = Refusal(rule, request.id, why.column, why.facts, act.user, act.uuid)
        return turn.refuse(refusal, "status", "page")
    assert person is not None  # noqa: S101 - known-person was asked
    known = digits(case.phone) in request.safety["held"]["phones"]
    data = {
        "account": text_of(request.cell("account")), "bik": text_of(request.cell("bik")),
        "phone": case.phone, "known": "before" if known else "since",
        "digest": details_digest(request), "name": person.name,
    }  # fmt: skip
    data |= {"comment": act.comment.strip()} if act.comment.strip() else {}
    data |= {"signed_in": act.signed_in} if act.signed_in else {}
    turn.happen(Fact(act.at, request.id, KIND, person.email, "page", data, act.uuid))
    return None
