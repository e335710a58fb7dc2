"""The access list's part in a pass: asked for when it changed, recorded when Drive follows, told when not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sheetflow.core import access
from sheetflow.core.access import Problem, Shared
from sheetflow.core.company import Company
from sheetflow.core.consequences import MOST_ITEMS, language_of
from sheetflow.core.history import instant
from sheetflow.core.projection import DATA, from_row
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.core.turn import Outcome
from sheetflow.model.events import Fact
from sheetflow.model.people import Person, Role
from sheetflow.model.snapshot import Decision, Letter, Snapshot


def follow(snapshot: Snapshot, company: Company, book: Rulebook, decision: Decision, out: Outcome) -> None:
    """Ask for what the People tab changed, and record what came of what was asked before.

    A run that was slow may have followed an older list than one that came after it: so what was done by
    another list than today's is asked for once more.
    """
    if not access.is_usable(company.people):
        return
    token = snapshot.token
    digest = access.wanted(company.people).digest
    wanted = digest != token.access
    for shared in access.done(snapshot.outbox):
        out.facts += _facts(shared, snapshot)
        decision.recorded.append(shared.letter)
        out.letters += _told(shared, company, book, snapshot)
        wanted = wanted or shared.more or shared.digest != digest
    if wanted:
        decision.access = digest
        out.letters.append(access.ask(digest, token.revision))


def wish(snapshot: Snapshot, company: Company) -> access.Wish:
    """What the letter is to bring about: the tab as it was read, and who made requests and left."""
    people = company.people
    requesters = {
        from_row(row).requester
        for row in snapshot.state
        if row and row[0] != "" and '"requester"' in str(row[DATA])
    }
    return access.Wish(access.wanted(people), access.former(requesters, people))


def _facts(shared: Shared, snapshot: Snapshot) -> Iterable[Fact]:
    for kind, whom in (("AccessRevoked", shared.taken), ("AccessGranted", shared.given)):
        if whom:
            data: dict[str, object] = {"access": [list(one) for one in whom]}
            if shared.again:
                data["resumed"] = True
            yield Fact(snapshot.now, "", kind, "system", "system", data, shared.letter)


def _told(shared: Shared, company: Company, book: Rulebook, snapshot: Snapshot) -> Iterable[Letter]:
    """One letter to each admin; the same problems are told of once."""
    if not shared.problems:
        return
    cause = "\n".join(sorted(f"{one.why} {one.place} {one.address}" for one in shared.problems))
    for admin in company.people.with_role(Role.ADMIN):
        yield _letter(cause, admin, shared, company, book, instant(snapshot.now))


def _letter(cause: str, admin: Person, shared: Shared, company: Company, book: Rulebook, at: str) -> Letter:
    words = book.for_person(language_of(admin.email, company, book))
    items = [item(words, problem) for problem in shared.problems[:MOST_ITEMS]]
    facts = {
        "items": items, "left": len(shared.problems) - len(items), "language": words.language, "at": at,
        "name": admin.name, "company": company.settings.values["company"],
    }  # fmt: skip
    key = hashlib.sha256(f"{access.TOLD}\n{admin.email}\n{cause}".encode()).hexdigest()[:20]
    return Letter(key, access.TOLD, admin.email, "", facts)


def item(words: Words, problem: Problem) -> dict[str, str]:
    """A problem as a letter lists it: whom or what it is about (`column`), and the words of its `rule`."""
    facts = {
        "place": place_name(words, problem.place), "address": problem.address, "says": problem.says,
    }  # fmt: skip
    return {
        "column": problem.address or facts["place"],
        "says": words.sentence("access", problem.why, facts),
        "todo": words.sentence("access", f"{problem.why}-todo", facts),
        "rule": problem.why,
    }


def place_name(words: Words, place: str) -> str:
    """What a place is called: the folder's name, the spreadsheet, or a request's folder."""
    if place in access.FOLDERS:
        return "«" + words.label("folders", place) + "»"
    return words.sentence("access", place if place == access.SPREADSHEET else "request", {})
