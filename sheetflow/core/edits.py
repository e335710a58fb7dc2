"""Folding one request: what people did to its row, in order, each step judged by itself.

The request moves on by lawful steps; every other difference between row and accepted state is put back, or
waits a short time for the edit that explains it. A wish counts even where its cell was overwritten since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sheetflow.core.attention.waiting import escalated
from sheetflow.core.autofill import complete
from sheetflow.core.correspondence import MAIL, answered
from sheetflow.core.disputes import DISPUTE, dispute
from sheetflow.core.filing import FILES_FIRST, ask, follow, waits_for_files
from sheetflow.core.judge import judge
from sheetflow.core.mentions import mentions
from sheetflow.core.ordering import in_order
from sheetflow.core.rules.case import EditCase, MoveCase, rule_id
from sheetflow.core.rules.edits import EDIT_RULES, OPEN_FOR_CHANGE
from sheetflow.core.rules.fields import check
from sheetflow.core.rules.links import SignInCase, link_person_signed_in
from sheetflow.core.safety.confirming import CONFIRM, confirm
from sheetflow.core.settling import look_at_draft, settle_fields, settle_hold, settle_status
from sheetflow.core.turn import Turn
from sheetflow.core.wishes import case_of, hold, take
from sheetflow.model.cells import Cell, canonical, text_of, whole_text
from sheetflow.model.columns import BY_KEY, INPUTS, PAYEE, Writer
from sheetflow.model.events import Act, CellEdit, Fact, Refusal
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Note
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import Status


def fold(turn: Turn, edits: Sequence[CellEdit], acts: Iterable[Act]) -> None:
    """Judge every step, then settle what the row still shows differently."""
    steps = in_order(edits, turn.is_submit)
    explained = {(step.column, step.new) for step in steps}
    if turn.cells is not None and turn.shown != turn.before:
        turn.unexplained = {
            key
            for key in INPUTS
            if (text := canonical(turn.shown.get(key, ""))) != canonical(turn.before.get(key, ""))
            and (key, text) not in explained
        }
    for step in steps:
        if step.column == "status":
            _wish(turn, step)
        else:
            _edit(turn, step)
    for act in acts:
        _act(turn, act)
    if turn.request.status in OPEN_FOR_CHANGE:
        complete(turn)
    if turn.cells is not None:
        settle_fields(turn, explained)
    settle_hold(turn)
    if turn.cells is not None:
        settle_status(turn, explained)
    look_at_draft(turn)
    if (told := escalated(turn.request, turn.company, turn.now)) is not None:
        turn.happen(told)


def _wish(turn: Turn, step: CellEdit) -> None:
    target = turn.status(step.new)
    person = turn.company.people.find(step.user)
    if target == turn.request.status:
        if turn.request.hold and turn.request.hold.by == turn.key(step.user):
            turn.request.hold = None
        again = TABLE.between(Status(target), Status(target)) is not None  # a further part payment
        if not again or person is None or person.email not in turn.request.notes:
            return
    leaves_draft = turn.request.status in OPEN_FOR_CHANGE and target in (Status.SUBMITTED, Status.CANCELLED)
    if leaves_draft and turn.unexplained and person:
        hold(turn, target, person, step.at, "unexplained-change", step.uuid)
        return
    if leaves_draft:
        complete(turn)
    case = case_of(turn, person, target, step.at)
    verdict = judge(case, step.uuid, step.user)
    may_come = (
        bool(verdict.fact) or target == Status.SUBMITTED
    )  # what is missing may stand in the invoice's QR
    if may_come and person and waits_for_files(turn.request, target):
        hold(turn, target, person, step.at, FILES_FIRST, step.uuid)
    else:
        take(turn, verdict, case, step.uuid)


def _edit(turn: Turn, step: CellEdit) -> None:
    request, key = turn.request, step.column
    if BY_KEY[key].writer not in (Writer.REQUESTER, Writer.ACCOUNTANT, Writer.ANYONE):
        return
    person = turn.company.people.find(step.user)
    draft = request.status in OPEN_FOR_CHANGE
    if person is None and draft and (not step.user or not request.requester):
        turn.unexplained.add(key)
        return
    if step.new == canonical(request.cell(key)):
        if key == "comment" and step.exact and person and person.roles and step.new.strip():
            request.notes[person.email] = Note(step.at, text_of(request.cell(key)))  # the same words, by them
        if key in request.unsigned and person:
            _adopt(turn, person)  # whoever types a payee again stands for it
            if turn.is_requester(person):
                request.unsigned.discard(key)
        return
    seen = turn.raw(key, step.new)
    length = len(seen) if isinstance(seen, str) else 0
    case = EditCase(request, person, key, step.new, turn.company, length)
    for asked in EDIT_RULES:
        objection = asked(case)
        if objection is not None:
            name = rule_id(asked)
            refusal = Refusal(name, request.id, objection.column, objection.facts, step.user, step.uuid)
            turn.refuse(refusal, key)
            turn.refused.add((key, step.new))
            return
    if seen is None or person is None:
        turn.unexplained.add(key)
        return
    _accept(turn, key, seen, person, step)


def _accept(turn: Turn, key: str, value: Cell, person: Person, step: CellEdit | Act) -> None:
    request = turn.request
    if key == "comment":
        _comment(turn, whole_text(value), person, step)
    elif request.submitted and BY_KEY[key].writer is Writer.ACCOUNTANT:
        data = {"column": key, "value": value}
        turn.happen(Fact(step.at, request.id, "FieldChanged", person.email, "sheet", data, step.uuid))
        follow(turn, key, value, step.uuid + key, step.at)
    else:
        turn.put(key, value)
        request.updated = step.at
        _adopt(turn, person)
        request.unsigned.discard(key)
        if key in PAYEE and not turn.is_requester(person):
            request.unsigned.add(key)
            request.payee_by = sorted({*request.payee_by, person.email})
        follow(turn, key, value, step.uuid + key, step.at)


def _adopt(turn: Turn, person: Person) -> None:
    """A draft that is nobody's is of the first who may ask for payments and writes in it."""
    request = turn.request
    if not request.requester and person.has(Role.MANAGER) and not request.submitted:
        request.requester = person.email


def _comment(turn: Turn, text: str, person: Person, step: CellEdit | Act) -> None:
    request = turn.request
    via = step.via if isinstance(step, Act) else "sheet"
    note = request.notes.get(person.email)
    if via == "page" and note and note.text == text == request.cell("comment"):
        return  # said already, perhaps in a commit whose answer was lost
    named = mentions(text, person.email, turn.company.people, text_of(request.cell("comment")))
    if via == "sheet" and named.unclear:
        turn.remark("comment", named)
    if request.submitted:
        data: dict[str, Any] = {"text": text} | ({"mentions": list(named.told)} if named.told else {})
        if isinstance(step, Act) and step.signed_in:
            data["signed_in"] = step.signed_in
        if isinstance(step, Act) and via == MAIL:
            data["link"] = step.link
        turn.happen(Fact(step.at, request.id, "CommentAdded", person.email, via, data, step.uuid))
    else:
        turn.put("comment", text)
        request.updated = step.at
    if isinstance(step, Act):
        turn.dictated.add("comment")
    if text.strip() and request.moved and step.at < request.moved:
        return  # older than the last step: it says nothing about the next
    if text.strip():
        request.notes[person.email] = Note(step.at, text.strip())
    else:
        request.notes.pop(person.email, None)


def _act(turn: Turn, act: Act) -> None:
    request, answers = turn.request, turn.out.answers
    held = request.hold
    if act.link and (request.links.get(act.link) == act.uuid or (held and held.cause == act.uuid)):
        answers[act.uuid] = None  # done already, in a commit whose answer was lost
        return
    if act.via == MAIL or act.act == DISPUTE:
        answers[act.uuid] = answered(turn, act, _comment) if act.via == MAIL else dispute(turn, act)
        return
    person = turn.company.people.find(act.user)
    stranger = _stranger(turn, act)
    if stranger or act.act == CONFIRM:
        answers[act.uuid] = stranger or confirm(turn, act, person)
        return
    status = Status(request.status)
    lawful = TABLE.by_act(act.act, status)
    case = MoveCase(
        request, person, lawful.target if lawful else act.act, lawful, turn.company, turn.book, act.at,
        via="page", comment=act.comment, amount=act.amount, seen=act.seen, link=act.link,
        signed_in=act.signed_in,
    )  # fmt: skip
    if act.act == "comment":
        answers[act.uuid] = _page_comment(turn, act, person, case)
        return
    if lawful is None:
        known = next((t for t in TABLE.transitions if t.act == act.act), None)
        case.target = known.target if known else act.act
    elif lawful.act == "submit":
        turn.normal, case.problems = check(request.cells, turn.company.settings.currencies, turn.today())
    if lawful and lawful.act == "submit" and person and waits_for_files(request, case.target):
        if turn.is_requester(person):
            request.unsigned.clear()  # to send it on the page is to stand for what it says
        hold(turn, Status.SUBMITTED, person, act.at, FILES_FIRST, act.uuid, _said(act))
        answers[act.uuid] = None
        return
    verdict = judge(case, act.uuid, act.user)
    if verdict.fact and act.comment.strip() and person:
        _comment(turn, act.comment.strip(), person, act)
    if verdict.fact and act.files and case.target in (Status.PAID, Status.PART_PAID):
        ask(turn, "payment_order", act.files, act.uuid, act.at)
    if verdict.fact and person and waits_for_files(request, case.target):
        hold(turn, case.target, person, act.at, FILES_FIRST, act.uuid, _said(act))
        answers[act.uuid] = None
        return
    answers[act.uuid] = take(turn, verdict, case, act.uuid)


def _stranger(turn: Turn, act: Act) -> Refusal | None:
    """Somebody came by a link and had signed in as another."""
    if not act.signed_in:
        return None
    objection = link_person_signed_in(SignInCase(act.user, act.signed_in, turn.company))
    if objection is None:
        return None
    name = rule_id(link_person_signed_in)
    refusal = Refusal(name, turn.request.id, "status", objection.facts, act.signed_in, act.uuid)
    return turn.refuse(refusal, "status", "page")


def _said(act: Act) -> dict[str, str]:
    """What was said on the page, for a wish that waits."""
    said = {
        "comment": act.comment, "amount": act.amount, "seen": act.seen, "link": act.link,
        "signed_in": act.signed_in,
    }  # fmt: skip
    return {key: text for key, text in said.items() if text}


def _page_comment(turn: Turn, act: Act, person: Person | None, case: MoveCase) -> Refusal | None:
    if person is None or not person.roles:
        return Refusal("known-person", turn.request.id, "comment", {}, act.user, act.uuid)
    if act.link and act.link in turn.request.links:
        return Refusal("link-is-used-once", turn.request.id, "comment", {}, act.user, act.uuid)
    if not act.comment.strip():
        return Refusal(
            "comment-required", turn.request.id, "comment", {"target": case.target}, act.user, act.uuid
        )
    _comment(turn, act.comment.strip(), person, act)
    return None
