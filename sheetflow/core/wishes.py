"""Wishes: a status that somebody picked or an act on the page, judged and given effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sheetflow.core.judge import Verdict, judge
from sheetflow.core.rules.case import MoveCase
from sheetflow.core.rules.fields import check
from sheetflow.core.safety.submitting import assess
from sheetflow.core.turn import Turn
from sheetflow.model.events import Refusal
from sheetflow.model.people import Person
from sheetflow.model.request import Hold
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import STATUSES, Status


def case_of(turn: Turn, person: Person | None, target: str, at: datetime) -> MoveCase:
    """The case of a status that was picked in the sheet."""
    request = turn.request
    lawful = TABLE.between(Status(request.status), Status(target)) if target in STATUSES else None
    note = request.notes.get(person.email) if person else None
    case = MoveCase(
        request, person, target, lawful, turn.company, turn.book, at,
        comment=note.text if note else "", seen=turn.fingerprint_shown(),
    )  # fmt: skip
    if lawful and lawful.act == "submit":
        turn.normal, case.problems = check(request.cells, turn.company.settings.currencies, turn.today())
    return case


def held_case(turn: Turn, held: Hold) -> MoveCase:
    """The case of a wish that waited, as it was said: picked in the sheet, or chosen on the page."""
    case = case_of(turn, turn.company.people.find(held.by), held.target, held.at)
    if said := held.page:
        case.via, case.seen, case.link = "page", said.get("seen", ""), said.get("link", "")
        case.comment, case.amount = said.get("comment", ""), said.get("amount", "")
        case.signed_in = said.get("signed_in", "")
    return case


def take(turn: Turn, verdict: Verdict, case: MoveCase, cause: str) -> Refusal | None:
    """Let a verdict take effect; what is left is the refusal, or None."""
    if verdict.fact:
        if verdict.fact.kind == "RequestSubmitted":
            turn.normalise()
            case.payee_known = turn.knows_payee()
            case.safety = _safety(turn, case)
            verdict = judge(case, cause)
        assert verdict.fact is not None  # noqa: S101 - normal forms pass what the originals passed
        turn.happen(verdict.fact)
        if verdict.fact.kind in ("RequestSubmitted", "RequestApproved"):
            turn.ledger.note(turn.request)
        return None
    if verdict.waits and case.person:
        if case.via == "sheet":
            hold(turn, case.target, case.person, case.now, verdict.waits, cause)
            return None
        facts = {**verdict.facts, "target": case.target}
        return Refusal(verdict.waits, turn.request.id, "comment", facts, case.person.email, cause)
    assert verdict.refusal is not None  # noqa: S101 - a verdict is one of three
    return turn.refuse(verdict.refusal, "status", case.via)


def _safety(turn: Turn, case: MoveCase) -> dict[str, Any]:
    if turn.contractors is None or case.person is None:
        return {}
    return assess(turn.request, turn.company, turn.contractors, turn.ledger, case.person.email, turn.now)


def hold(
    turn: Turn,
    target: str,
    person: Person,
    at: datetime,
    rule: str,
    cause: str,
    page: dict[str, str] | None = None,
) -> None:
    """Keep a wish until its comment, its files or its missing edit comes, or the time is over."""
    settings = turn.company.settings
    until = turn.now + (settings.grace if rule == "unexplained-change" else settings.hold)
    turn.request.hold = Hold(target, person.email, at, until, rule, cause, page or {})
