"""The letter that carries a digest: what it says as plain facts, short enough for a cell of the Outbox."""

from __future__ import annotations

from datetime import date, datetime

from sheetflow.core.attention.digest import Digest
from sheetflow.core.attention.standing import DIGEST, Standing, month_of
from sheetflow.core.company import Company
from sheetflow.core.consequences import language_of, letter_id
from sheetflow.core.history import dumps, instant
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.people import Person
from sheetflow.model.snapshot import Letter

ROOM = 40_000
"""Characters of a letter's facts: they have to fit into a cell."""


def letter_of(
    digest: Digest, person: Person, standing: Standing, company: Company, book: Rulebook, now: datetime
) -> Letter:
    """The letter: its id follows from the person and the day, so it cannot go twice."""
    today = now.astimezone(company.settings.zone).date()
    facts: dict[str, object] = {
        "sections": digest.sections,
        "unlisted": digest.left,
        "totals": digest.totals,
        "outlook": digest.outlook,
        "needed": "yes" if digest.needed else "",
        "urgent": "yes" if digest.urgent else "",
        "quiet": "yes" if standing.quiet else "",
        "month": _last_month(standing, today),
        "at": instant(now),
        "language": language_of(person.email, company, book),
        "name": company.people.name(person.email),
        "company": company.settings.values["company"],
        "time_zone": str(company.settings.zone),
    }
    while len(dumps(facts)) > ROOM and _shorten(digest):
        pass
    return Letter(
        letter_id(f"{person.email}\n{today}", person.email, DIGEST), DIGEST, person.email, "", facts
    )


def _shorten(digest: Digest) -> bool:
    """Take a line from the longest section; False where there is none left."""
    section = max(digest.sections, key=lambda key: len(digest.sections[key]), default="")
    if not section or len(digest.sections[section]) < 2:
        return False
    digest.sections[section].pop()
    digest.left[section] += 1
    return True


def _last_month(standing: Standing, today: date) -> dict[str, str]:
    """What the person got in the last month that they had not been told of yet."""
    over = [month for month in standing.months if month < month_of(today)]
    if not over:
        return {}
    month = max(over)
    got, needed = standing.months[month]
    return {"month": month[5:].lstrip("0"), "got": str(got), "needed": str(needed)}
