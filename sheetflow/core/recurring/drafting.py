"""Recurring requests' part in a pass: where the schedule asks, what is due becomes drafts with numbers.

A draft and the token's memory of it are one commit, so it is made once whatever is killed; where the token
was lost, the State and the History know of it too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sheetflow.core.attention.urgency import waits
from sheetflow.core.company import Company
from sheetflow.core.consequences import facts_of, letter_id
from sheetflow.core.contractors import Book
from sheetflow.core.history import instant
from sheetflow.core.intake import readable
from sheetflow.core.projection import DATA
from sheetflow.core.recurring.due import Occurrence, occurrences, remember, renamed
from sheetflow.core.recurring.table import Template, key_of, read_templates
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.core.tab_changes import Typed
from sheetflow.core.turn import Outcome, Turn
from sheetflow.model import dates
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.columns import PAYEE
from sheetflow.model.events import Event, Fact
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Decision, Letter, Row, Snapshot

MADE = "RecurringDrafted"
"""The event: it is about no request, for a draft has no history yet."""
NAME = "name"
_WORDS = {"month": ("{month}", "{месяц}"), "year": ("{year}", "{год}"), "date": ("{date}", "{дата}")}
_FILLED = ("subject", "purpose")


@dataclass(slots=True)
class Drafts:
    """The drafts of a pass, by the numbers they got."""

    of: Mapping[str, Occurrence] = field(default_factory=dict)

    def __contains__(self, rid: object) -> bool:
        return rid in self.of

    def __iter__(self) -> Iterator[str]:
        return iter(self.of)

    def fill(self, turn: Turn) -> None:
        """Let a draft say what its template says; nothing where the request is none of these."""
        if (one := self.of.get(turn.request.id)) is not None:
            _fill(turn, one)


def draft(
    snapshot: Snapshot,
    company: Company,
    book: Rulebook,
    numbers: Iterator[str],
    decision: Decision,
    out: Outcome,
    typed: Iterable[Typed],
    now: datetime,
) -> Drafts:
    """Find what is due, where the schedule asks; a name that somebody was seen changing is remembered anew.

    Without a template, or with nothing due, it writes nothing.
    """
    memory = dict(snapshot.token.recurring)
    for cell in typed:
        if cell.tab == "recurring" and cell.column == NAME and cell.old and cell.new:
            memory = renamed(memory, cell.old, cell.new)
    made: list[Occurrence] = []
    if snapshot.scheduled and len(snapshot.recurring) > 1:
        templates = read_templates(snapshot.recurring, company, book)
        today = now.astimezone(company.settings.zone).date()
        known = _with_state(memory, snapshot.state, templates)
        made = occurrences(templates, known, today, company.settings.budget.calendar)
        if made:
            memory = remember(known, made, templates, today)
    found = {next(numbers): one for one in made}
    for rid, one in found.items():
        out.facts.append(Fact(now, "", MADE, "system", "system", _about(one) | {"draft": rid}))
    if memory != dict(snapshot.token.recurring):
        decision.recurring = memory
    return Drafts(found)


def memory_of(events: Iterable[Event]) -> dict[str, str]:
    """The token's `recurring` as history knows it."""
    found: dict[str, str] = {}
    for event in events:
        if event.kind == MADE:
            key = key_of(str(event.data["name"]))
            found[key] = max(found.get(key, ""), f"{event.data['due']}{event.data.get('content', '')}")
        elif event.kind == "RecurringChanged" and event.data.get("column") == NAME:
            found = renamed(found, str(event.data.get("old") or ""), str(event.data.get("new") or ""))
    return found


def _with_state(
    memory: Mapping[str, str], state: Iterable[Row], templates: Iterable[Template]
) -> dict[str, str]:
    """The memory, and what the State knows of drafts where the token has lost it."""
    unknown = {template.key for template in templates if template.key not in memory}
    found = dict(memory)
    if not unknown:
        return found
    for row in state:
        if len(row) > DATA and '"recurring":{' in str(row[DATA]):
            kept = json.loads(str(row[DATA]))["recurring"]
            if (key := key_of(kept["name"])) in unknown:
                found[key] = max(found.get(key, ""), f"{kept['due']}{kept.get('content', '')}")
    return found


def _fill(turn: Turn, one: Occurrence) -> None:
    request, template = turn.request, one.template
    request.requester, request.updated = template.requester, turn.now
    request.recurring = _about(one) | {"at": instant(turn.now)}
    for key, cell in template.cells.items():
        value = filled(cell, one, turn.book.own) if key in _FILLED else cell
        turn.put(key, readable(key, value))
    turn.put("pay_by", dates.to_serial(one.pay_by))
    # Who typed the tab is not known here: the requester stands for it, unless the book vouches for it.
    request.unsigned = {key for key in PAYEE if key in request.cells} - _vouched(request, turn.contractors)


def _vouched(request: Request, book: Book | None) -> set[str]:
    """The payee fields that a sealed row of the book, of this very account, says the same."""
    for entry in book.about(request) if book else ():
        if entry.sealed and all(
            entry.text(key) == text_of(request.cell(key)) for key in ("inn", "account", "bik")
        ):
            return {key for key in PAYEE if entry.text(key) == text_of(request.cell(key))}
    return set()


def filled(cell: Cell, one: Occurrence, words: Words) -> Cell:
    """A text with {month}, {year} and {date} put in, of the due date and in the registry's language."""
    if not isinstance(cell, str):
        return cell
    day = one.due
    said = {
        "month": words.label("months_named", str(day.month)),
        "year": str(day.year),
        "date": f"{day:%d.%m.%Y}" if words.language == "ru" else day.isoformat(),
    }
    for key, signs in _WORDS.items():
        for sign in signs:
            cell = cell.replace(sign, said[key])
    return cell


def ready(requests: Iterable[Request], company: Company, book: Rulebook, at: str) -> list[Letter]:
    """Letters that a draft waits for its requester; none where their digest says so."""
    found = []
    for request in requests:
        to, name = request.requester, request.recurring["name"]
        if to and not waits("draft-ready", to, company, urgent=False):
            key = letter_id(f"{name}\n{request.recurring['due']}", to, "draft-ready")
            facts = facts_of(request, company, book, to) | {"recurring": name, "at": at}
            found.append(Letter(key, "draft-ready", to, request.id, facts))
    return found


def _about(one: Occurrence) -> dict[str, str]:
    template = one.template
    return {"name": template.name, "due": one.due.isoformat(), "content": template.content}
