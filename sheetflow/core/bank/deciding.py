"""An accountant's choice on the Bank tab: judged by the rules of paying, as if they had marked it themselves.

The choice becomes the same event as a sure line's, by the person who chose. What is refused is put back with
a note, and told as every refusal is. Nobody is credited with a choice that the trigger did not report: it
waits for its edit for the grace time, and is put back then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sheetflow.core.bank.lines import DATA, DECISION, LATER, LINE, PAST, cell_at, data_of, decided, is_open
from sheetflow.core.company import Company
from sheetflow.core.history import dumps, instant, moment
from sheetflow.core.inbox import RowEdit
from sheetflow.core.judge import judge
from sheetflow.core.projection import DATA as STATE_DATA
from sheetflow.core.projection import is_archived
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.rules.bank import LINE_RULES, LineCase, accountant_settles_lines
from sheetflow.core.rules.case import MoveCase, rule_id
from sheetflow.core.turn import Outcome, Turn, refused
from sheetflow.model.events import CellEdit, Fact, Refusal
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount
from sheetflow.model.snapshot import LineWrite, Row, Snapshot
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import Status

SETTLED = "DebitSettled"
UNTOLD = ("candidates", "decision", "decided", "loose", "loose_at")
"""What the tab keeps of a line for itself."""


@dataclass(slots=True)
class Choices:
    """A pass's choices on the tab. `of`: by the request that was chosen. `writes`: what the tab becomes.

    `closed`: places of lines that this pass decided. `used`: of those that paid a request already.
    """

    tab: Sequence[Row]
    of: dict[str, list[tuple[int, CellEdit]]] = field(default_factory=dict)
    writes: list[LineWrite] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)
    used: set[int] = field(default_factory=set)

    def is_free(self, place: int) -> bool:
        """Whether nobody decided on a line, and it paid nothing."""
        return is_open(self.tab[place]) and place not in self.closed and place not in self.used


def choices(
    snapshot: Snapshot, edits: Iterable[RowEdit], company: Company, book: Rulebook, out: Outcome
) -> Choices:
    """Sort what was chosen; what names no request is settled here."""
    found, sheet = Choices(snapshot.bank), snapshot.token.sheets.get("bank")
    places = {str(row[LINE]): place for place, row in enumerate(snapshot.bank) if row and row[LINE] != ""}
    known = {str(row[0]) for row in snapshot.state if row and not is_archived(row)}
    for edit in edits:
        place = places.get(edit.request)
        if edit.sheet != sheet or place is None:
            continue
        for step in edit.cells:
            text = step.new.strip()
            word = book.bank_words.get(text.lower(), "")
            if step.column != "decision" or ((not text or word == LATER) and is_open(snapshot.bank[place])):
                continue
            mark = f'"{edit.request}"'
            if any(mark in str(row[STATE_DATA]) for row in snapshot.state if len(row) > STATE_DATA):
                found.used.add(place)
            if text.upper() in known:
                found.of.setdefault(text.upper(), []).append((place, step))
            else:
                _settle(found, place, step, word, company, book, out)
    _put_back_unreported(found, company, book, snapshot.now)
    return found


def _put_back_unreported(found: Choices, company: Company, book: Rulebook, now: datetime) -> None:
    """What stands in a Decision cell and nobody is known to have chosen."""
    busy = {one.place for one in found.writes}
    busy |= {place for chosen in found.of.values() for place, _ in chosen}
    for place, row in enumerate(found.tab):
        shown = str(cell_at(row, DECISION)).strip()
        if place in busy or not row or row[LINE] == "" or (not shown and is_open(row)):
            continue
        line = data_of(row)
        if line is None or shown == str(line.get("decision", "")):
            continue
        if is_open(row) and book.bank_words.get(shown.lower(), "") == LATER:
            continue
        if line.get("loose") != shown or "loose_at" not in line:
            kept = dumps({**line, "loose": shown, "loose_at": instant(now)})
            found.writes.append(LineWrite(place, {DATA: kept}))
        elif now >= moment(str(line["loose_at"])) + company.settings.grace:
            refusal = Refusal("unexplained-change", "", "decision", {"value": shown[:100]})
            note = " ".join(book.own.refusal(refusal)) + f" [{refusal.rule}]"
            clean = {key: value for key, value in line.items() if key not in ("loose", "loose_at")}
            before = str(line.get("decision", ""))
            found.writes.append(LineWrite(place, {DECISION: before, DATA: dumps(clean)}, note))


def choose(turn: Turn, found: Choices) -> None:
    """Judge what was chosen as this turn's request."""
    for place, step in found.of.get(turn.request.id, ()):
        _choose(turn, found, place, step)


def _choose(turn: Turn, found: Choices, place: int, step: CellEdit) -> None:
    request, line = turn.request, data_of(found.tab[place]) or {}
    person = turn.company.people.find(step.user)
    amount = Decimal(str(line.get("amount", "0")))
    try:
        due = parse_amount(request.cell("amount")) - request.paid
    except Invalid:
        due = Decimal(0)
    target = Status.PAID if amount >= due else Status.PART_PAID
    case = MoveCase(
        request, person, target, TABLE.between(Status(request.status), target), turn.company, turn.book,
        step.at, via="bank", amount=str(amount), seen=turn.fingerprint_shown(),
    )  # fmt: skip
    verdict = judge(case, step.uuid, step.user)
    refusal = verdict.refusal
    if refusal is None and verdict.fact is None:
        facts = {**verdict.facts, "target": target.value}
        refusal = Refusal(verdict.waits, request.id, "decision", facts, step.user, step.uuid)
    asked = LineCase(line, request, due, is_open=found.is_free(place))
    for rule in LINE_RULES:
        objection = rule(asked)
        if refusal is None and objection is not None:
            refusal = Refusal(rule_id(rule), request.id, "decision", objection.facts, step.user, step.uuid)
    if refusal is not None or verdict.fact is None:
        assert refusal is not None  # noqa: S101 - a verdict is one of three
        _put_back(found, place, replace(refusal, column="decision"), turn.book, turn.out)
        if request.submitted:
            turn.out.facts.append(refused(refusal, turn.now, "bank"))
        return
    data = {**_kept(line), **verdict.fact.data, "how": "chosen"}
    turn.happen(replace(verdict.fact, data=data))
    result = turn.book.own.sentence("bank_says", "chosen", {"by": person.name if person else step.user})
    _close(found, place, line, request.id, result, step)


def _settle(
    found: Choices, place: int, step: CellEdit, word: str, company: Company, book: Rulebook, out: Outcome
) -> None:
    """A choice that pays no request: past the registry, or no choice at all."""
    line, person = data_of(found.tab[place]) or {}, company.people.find(step.user)
    case = LineCase(line, None, Decimal(0), is_open=found.is_free(place), person=person, word=word)
    for rule in (accountant_settles_lines, *LINE_RULES):
        objection = rule(case)
        if objection is not None:
            facts = {**objection.facts, "value": step.new[:100]}
            refusal = Refusal(rule_id(rule), "", "decision", facts, step.user, step.uuid)
            _put_back(found, place, refusal, book, out)
            return
    assert person is not None  # noqa: S101 - the rule was asked
    data = {**_kept(line), "decision": PAST}
    out.facts.append(Fact(step.at, "", SETTLED, person.email, "bank", data, step.uuid))
    result = book.own.sentence("bank_says", "settled", {"by": person.name})
    _close(found, place, line, book.own.label("bank_words", PAST), result, step)


def _kept(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if key not in UNTOLD}


def _close(
    found: Choices, place: int, line: Mapping[str, Any], decision: str, result: str, step: CellEdit
) -> None:
    found.closed.add(place)
    found.writes = [one for one in found.writes if one.place != place]
    found.writes.append(decided(place, line, decision, result, instant(step.at)))


def _put_back(found: Choices, place: int, refusal: Refusal, book: Rulebook, out: Outcome) -> None:
    out.refusals.append(refusal)
    if place in found.closed:
        return
    before = str((data_of(found.tab[place]) or {}).get("decision", ""))
    note = " ".join(book.own.refusal(refusal)) + f" [{refusal.rule}]"
    found.writes = [one for one in found.writes if one.place != place]
    found.writes.append(LineWrite(place, {DECISION: before}, note))
