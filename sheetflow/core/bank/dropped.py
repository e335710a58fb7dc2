"""A file that lies in Bank/Incoming: whose word it is, what was found in it, and who is told.

Decided here: that a statement counts only where an accountant both owns the file (in a shared drive nobody
does) and changed it last, and that a version of a file counts once. Not decided: what its lines pay
(`core.bank.intake`), and how Drive is asked (`adapters.incoming`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sheetflow.banking.statement import Statement
from sheetflow.core.bank.intake import Taken, TakenLine, strange_accounts
from sheetflow.core.bank.telling import money, problem_text
from sheetflow.core.company import Company
from sheetflow.core.consequences import MOST_ITEMS, brief, language_of, letter_id
from sheetflow.core.history import instant
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.model.events import Dropped, Event, Fact
from sheetflow.model.invalid import Invalid
from sheetflow.model.people import Person, Role
from sheetflow.model.snapshot import Letter

READ, REFUSED = "StatementRead", "StatementRefused"
LARGEST = 20 * 1024 * 1024
"""Bytes of a statement; a year of a busy company's has a tenth of it."""
COUNTED = ("paid", "part-paid", "seen", "doubtful", "unknown", "known", "incoming")
PROCESSED, REJECTED = "processed", "rejected"


@dataclass(frozen=True, slots=True)
class Received:
    """What is to be done about a dropped file. `folder`: where it goes, by key."""

    folder: str
    facts: Sequence[Fact] = ()
    letters: Sequence[Letter] = ()
    taken: Taken | None = None


def cause_of(dropped: Dropped) -> str:
    """What a version of a file is known by in the history."""
    return hashlib.sha256(f"{dropped.id}\n{dropped.digest}".encode()).hexdigest()[:20]


def dealt_with(dropped: Dropped, events: Iterable[Event]) -> Received | None:
    """Where a version goes that a run before this one recorded and could not move."""
    cause = cause_of(dropped)
    for event in events:
        if event.cause == cause and event.kind in (READ, REFUSED):
            return Received(PROCESSED if event.kind == READ else REJECTED)
    return None


def bringer(dropped: Dropped, company: Company) -> Person | None:
    """The accountant whose statement it is, None where anybody else had a hand in it."""
    people = company.people
    person = people.find(dropped.by)
    owners = [people.find(one) for one in dropped.owners]
    if person is None or not all(one and one.has(Role.ACCOUNTANT) for one in (person, *owners)):
        return None
    return person


def stranger(dropped: Dropped, company: Company, book: Rulebook, now: datetime) -> Received:
    """Somebody who is no accountant put it there: nothing of it is taken, and whoever may look is told."""
    hands = ", ".join(dict.fromkeys([*dropped.owners, *([dropped.by] if dropped.by else [])])) or "?"
    data = {"file": dropped.name, "why": "stranger", "by": hands}
    fact = Fact(now, "", REFUSED, "system", "system", data, cause_of(dropped))
    told = company.people.with_role(Role.ACCOUNTANT, Role.ADMIN)
    letters = [
        _letter(dropped, "statement-stranger", one.email, company, book, now, {"respondent": hands})
        for one in told
    ]
    return Received(REJECTED, [fact], letters)


def unreadable(
    dropped: Dropped, problems: Sequence[Invalid], by: Person, company: Company, book: Rulebook,
    now: datetime,
) -> Received:  # fmt: skip
    """It is no statement that could be taken in: whoever dropped it is told what is broken, line by line."""
    codes = [{"code": one.code, **one.facts} for one in problems[:MOST_ITEMS]]
    data = {"file": dropped.name, "why": "unreadable", "by": by.email, "problems": codes}
    fact = Fact(now, "", REFUSED, "system", "system", data, cause_of(dropped))
    words = book.for_person(language_of(by.email, company, book))
    items = [_trouble(one, words) for one in problems[:MOST_ITEMS]]
    more = {"items": items, "left": len(problems) - len(items)}
    letter = _letter(dropped, "statement-rejected", by.email, company, book, now, more)
    return Received(REJECTED, [fact], [letter])


def strange(statement: Statement, company: Company) -> list[Invalid]:
    """The accounts in it that are not the company's own, as problems: "statement-strange-account"."""
    return [
        Invalid("statement-strange-account", {"value": one}) for one in strange_accounts(statement, company)
    ]


def read(
    dropped: Dropped, statement: Statement, taken: Taken, by: Person, company: Company, book: Rulebook,
    now: datetime,
) -> Received:  # fmt: skip
    """It was taken in: recorded with what it came to, and told to whoever dropped it."""
    counts = counted(taken)
    data = {"file": dropped.name, "by": by.email, "accounts": list(statement.accounts), "counts": counts}
    fact = Fact(now, "", READ, "system", "system", data, cause_of(dropped))
    words = book.for_person(language_of(by.email, company, book))
    troubles = [_trouble(one, words) for one in (*statement.problems, *statement.cautions)]
    lines = [_line(one, words) for one in taken.lines if one.outcome in ("doubtful", "unknown")]
    items = [*troubles, *lines][:MOST_ITEMS]
    rows = [
        [words.sentence("bank_counts", key, {}), str(counts[key])]
        for key in COUNTED
        if counts[key] or key in ("paid", "doubtful", "unknown")
    ]
    more = {
        "items": items, "left": len(troubles) + len(lines) - len(items), "counts": rows,
        "to_decide": str(counts["doubtful"] + counts["unknown"]), "paid_count": str(counts["paid"]),
    }  # fmt: skip
    letter = _letter(dropped, "statement-read", by.email, company, book, now, more)
    return Received(PROCESSED, [*taken.facts, fact], [letter], taken)


def counted(taken: Taken) -> dict[str, int]:
    """How many lines came to what."""
    counts = dict.fromkeys(COUNTED, 0)
    for one in taken.lines:
        counts[one.outcome] += 1
    return counts


def _trouble(problem: Invalid, words: Words) -> dict[str, str]:
    line = problem.facts.get("line", "")
    head = words.sentence("bank_says", "in-line", {"line": line}) if line else ""
    return {"column": head, "says": brief(problem_text(words, problem)), "todo": "", "rule": problem.code}


def _line(one: TakenLine, words: Words) -> dict[str, str]:
    line, match = one.match.line, one.match
    facts = {
        "sum": money(line.amount, line.currency, words), "date": line.booked.isoformat(),
        "payee": brief(line.other.name or line.other.account), "number": line.number,
        "candidates": ", ".join(match.candidates[:5]), "purpose": brief(line.purpose),
        "how": words.sentence("match", match.reason.value, {}) if match.reason else "",
    }  # fmt: skip
    return {
        "column": words.sentence("bank_says", "line-head", facts),
        "says": words.sentence("bank_says", f"{one.outcome}-says", facts),
        "todo": words.sentence("bank_says", f"{one.outcome}-todo", facts),
        "rule": match.reason.value if match.reason else one.outcome,
    }


def _letter(
    dropped: Dropped, template: str, to: str, company: Company, book: Rulebook, now: datetime,
    more: Mapping[str, object],
) -> Letter:  # fmt: skip
    facts = {
        "file": brief(dropped.name), "at": instant(now), "language": language_of(to, company, book),
        "name": company.people.name(to), "company": company.settings.values["company"],
        "time_zone": str(company.settings.zone), **more,
    }  # fmt: skip
    return Letter(letter_id(cause_of(dropped), to, template), template, to, "", facts)
