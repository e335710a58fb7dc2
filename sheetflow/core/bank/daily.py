"""The bank files that the schedule makes by itself, once on a working day: when, by whose ticks, who is told.

Nobody acts when the schedule does, so each request counts as brought by whoever ticked it: the rules of
paying hold for them. What nobody is known to have ticked is held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from sheetflow.core.bank.export import Export
from sheetflow.core.bank.telling import money, problem_text
from sheetflow.core.company import Company, Settings, read_company
from sheetflow.core.consequences import MOST_ITEMS, brief, language_of, letter_id
from sheetflow.core.history import instant
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.model.cells import text_of
from sheetflow.model.events import Event
from sheetflow.model.people import Role
from sheetflow.model.snapshot import Letter, Snapshot, Token

DONE = "bank_export"
"""In the token's vitals: the day it was last done, and the files that Drive has not got yet."""
_BETWEEN = "|"


def waiting(token: Token) -> tuple[str, ...]:
    """Names of files that were recorded and are not in Drive yet."""
    return tuple(token.vitals.get(DONE, "").split(_BETWEEN)[1:])


def mark(day: str, files: Iterable[str] = ()) -> dict[str, str]:
    """What the vitals become."""
    return {DONE: _BETWEEN.join((day, *files))}


def today(now: datetime, settings: Settings) -> str:
    """The company's day, ISO."""
    return now.astimezone(settings.zone).date().isoformat()


def is_due(token: Token, settings: Settings, now: datetime) -> bool:
    """Whether the hour has come on a working day and nothing was done on it, or a file waits for Drive."""
    if waiting(token):
        return True
    here = now.astimezone(settings.zone)
    if settings.bank_export is None or here.time() < settings.bank_export:
        return False
    done = token.vitals.get(DONE, "")
    return settings.budget.calendar.works(here.date()) and done != here.date().isoformat()


def export_due(snapshot: Snapshot, book: Rulebook) -> bool:
    """The same of a whole read."""
    settings = read_company(snapshot.people, snapshot.settings, book).settings
    return is_due(snapshot.token, settings, snapshot.now)


def ticked_by(events: Iterable[Event]) -> dict[str, str]:
    """Who last ticked each request in To pay, by the history."""
    found: dict[str, str] = {}
    for event in events:
        if event.kind == "FieldChanged" and event.data.get("column") == "to_pay":
            found[event.request] = event.actor
    return found


def letters(export: Export, company: Company, book: Rulebook, now: datetime) -> list[Letter]:
    """One to each accountant: the files, and what is held and why; none where there is neither."""
    if not export.files and not export.held:
        return []
    files = [one.name for one in export.files]
    content = "\n".join([today(now, company.settings), *files, *(one.request for one in export.held)])
    cause = hashlib.sha256(content.encode()).hexdigest()[:20]
    found = []
    for person in company.people.with_role(Role.ACCOUNTANT):
        language = language_of(person.email, company, book)
        facts = {
            **_told(export, book.for_person(language)), "at": instant(now), "language": language,
            "name": person.name, "company": company.settings.values["company"],
            "time_zone": str(company.settings.zone),
        }  # fmt: skip
        found.append(
            Letter(letter_id(cause, person.email, "bank-files"), "bank-files", person.email, "", facts)
        )
    return found


def rows(export: Export, words: Words) -> list[list[str]]:
    """Each file with what its orders come to, by currency."""
    found = []
    for file in export.files:
        sums: dict[str, str] = {}
        for currency in dict.fromkeys(line.currency for line in file.lines):
            total = sum(line.amount for line in file.lines if line.currency == currency)
            sums[currency] = money(total, currency, words)  # type: ignore[arg-type]
        found.append([file.name, f"{len(file.lines)}: {', '.join(sums.values())}"])
    return found


def held(export: Export, words: Words) -> list[dict[str, str]]:
    """What is left out, each with its reason."""
    return [
        {
            "request": one.request, "column": words.label("columns", one.column) if one.column else "",
            "says": problem_text(words, one.problem), "rule": one.problem.code,
        }
        for one in export.held
    ]  # fmt: skip


def _told(export: Export, words: Words) -> Mapping[str, object]:
    items = [
        {**one, "column": f"{one['request']} {one['column']}".strip(), "says": brief(one["says"]), "todo": ""}
        for one in held(export, words)
    ]
    counted = sum(len(file.lines) for file in export.files)
    return {
        "counts": rows(export, words), "items": items[:MOST_ITEMS], "left": len(items[MOST_ITEMS:]),
        "order_count": text_of(counted), "held_count": text_of(len(items)),
    }  # fmt: skip
