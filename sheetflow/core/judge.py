"""Judging one wish: is this transition lawful, for this person, now?

Only interprets `workflow.payments.TABLE` and the rules; every "no" carries the id of the rule that said it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sheetflow.core.bank.events import unticked
from sheetflow.core.history import instant
from sheetflow.core.mentions import mentions
from sheetflow.core.policy.matching import snapshot, with_step
from sheetflow.core.policy.steps import Claim
from sheetflow.core.projection import fingerprint
from sheetflow.core.rules import RULES, MoveCase, Objection
from sheetflow.core.rules.approvals import claim_of
from sheetflow.core.safety.budgets import extra_step
from sheetflow.core.safety.duplicates import blocking
from sheetflow.model.cells import text_of
from sheetflow.model.columns import INPUTS
from sheetflow.model.events import Fact, Refusal
from sheetflow.model.money import parse_amount
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status, Transition


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fact`: lawful, this happened. `refusal`: it is put back. `waits`: the rule that holds it for now.

    `facts`: of a rule that holds it, for its sentence.
    """

    fact: Fact | None = None
    refusal: Refusal | None = None
    waits: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def judge(case: MoveCase, cause: str, at_text: str = "") -> Verdict:
    """Ask every rule that concerns a move; the first objection is the answer.

    A reversal that only lacks its second person is accepted as asked for, not as done.
    """
    asked = _ask(case)
    person = case.person.email if case.person else ""
    if asked is None:
        assert case.transition is not None  # noqa: S101 - lawful_transition was asked
        return Verdict(fact=_fact(case, case.transition, cause))
    rule, objection = asked
    if objection.waits:
        return Verdict(waits=rule, facts=objection.facts)
    if rule == "second-person-reverses" and case.request.reversal is None:
        data = {"reason": case.comment.strip(), "target": case.target} | _link(case)
        return Verdict(fact=Fact(case.now, case.request.id, "ReversalAsked", person, case.via, data, cause))
    return Verdict(
        refusal=Refusal(rule, case.request.id, objection.column, objection.facts, person or at_text, cause)
    )


FIRST = ("link-is-used-once", "known-person", "known-status", "lawful-transition", "right-role")
"""Asked of every wish, before the transition's own guards."""


def _ask(case: MoveCase) -> tuple[str, Objection] | None:
    guards = case.transition.guards if case.transition else ()
    for name in (*FIRST, *guards):
        if (
            name == "comment-required"
            and case.request.reversal is not None
            and case.target == Status.APPROVED
        ):
            continue  # the reason was given by whoever asked for the reversal
        objection = RULES[name](case)
        if objection is not None:
            return name, objection
    return None


def _fact(case: MoveCase, transition: Transition, cause: str) -> Fact:
    request = case.request
    person = case.person.email if case.person else "bank"
    data: dict[str, Any] = _link(case)
    if case.comment.strip():
        data["comment"] = case.comment.strip()
    match transition.act:
        case "submit":
            data |= _draft(request, person) | {"fingerprint": fingerprint(request.cells, request.files)}
            if not request.submitted:  # a draft has no history, so whom its comment names is told now
                said = mentions(text_of(request.cell("comment")), person, case.company.people)
                data |= {"mentions": list(said.told)} if said.told else {}
            policy = snapshot(request, case.company, known=case.payee_known)
            if more := extra_step(case.safety.get("cautions", ()), case.company):
                policy = with_step(policy, more)
            data |= {key: dict(kept) for key, kept in (("policy", policy), ("safety", case.safety)) if kept}
        case "cancel":
            data |= _draft(request, person)
        case "approve":
            return _approval(case, transition, cause, data)
        case "pay" | "pay-part":
            whole = parse_amount(request.cell("amount"))
            paid = (
                whole - request.paid if transition.act == "pay" else parse_amount(case.amount or case.comment)
            )
            data |= {
                "amount": str(paid),
                "open": str(whole - request.paid - paid),
                "currency": request.cell("currency"),
            }
            data |= unticked(request) if transition.act == "pay" else {}
        case "reverse" if request.reversal:
            data |= {"reason": request.reversal.reason, "asked_by": request.reversal.by} | unticked(request)
    return Fact(case.now, request.id, transition.event, person, case.via, data, cause)


def _approval(case: MoveCase, transition: Transition, cause: str, data: dict[str, Any]) -> Fact:
    """One approval: the one that completes what the policy asks for moves the request on."""
    request, claim = case.request, claim_of(case)
    assert case.person is not None  # noqa: S101 - known-person was asked
    assert isinstance(claim, Claim)  # noqa: S101 - limit-covers-amount was asked
    data["fingerprint"] = request.fingerprint
    if others := blocking(request):
        data["overrides"] = others
    if claim.stands_in:
        data["for"] = claim.subject.email
    if request.policy:
        data |= {"step": claim.step, "as": claim.entry, "left": claim.left} | (
            {"covers": True} if claim.covers else {}
        )
    kind = transition.event if claim.completes else "ApprovalGiven"
    return Fact(case.now, request.id, kind, case.person.email, case.via, data, cause)


def _draft(request: Request, person: str) -> dict[str, Any]:
    """What history knows of a request from now on: a draft's edits before it are in State alone."""
    cells = {key: request.cell(key) for key in INPUTS}
    files = {"files": [dict(file) for file in request.files]} if request.files else {}
    return {"cells": cells, "requester": request.requester or person, **files}


def _link(case: MoveCase) -> dict[str, Any]:
    signed = {"signed_in": case.signed_in} if case.signed_in else {}
    return ({"link": case.link} if case.link else {}) | signed


def when(case: MoveCase) -> str:
    """The moment of a case, as history writes it."""
    return instant(case.now)
