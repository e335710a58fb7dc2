"""Answers to our mails: a comment of whoever wrote it, and never more than that.

Who wrote it was made sure of before (`app.answers`); here it is asked whether they take part in the request.
Who does not is told nothing: an answer of ours would say that the request exists. A word such as "approve"
decides nothing, and its author is told so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sheetflow.core.company import Company
from sheetflow.core.consequences import facts_of, letter_id
from sheetflow.core.history import instant
from sheetflow.core.mentions import mentions, unclear_words
from sheetflow.core.rules.case import same_person
from sheetflow.core.turn import Turn
from sheetflow.model.events import Act, Refusal
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Letter

MAIL = "mail"
"""How an act came that is an answer to a mail. Its link and its uuid are the message's id."""
SEEING = (Role.APPROVER, Role.DIRECTOR, Role.ACCOUNTANT, Role.ADMIN)
"""Roles whose work is every request."""
FEW_WORDS = 5

_DECIDING = re.compile(
    r"(i\s+)?(approved?|agreed?|reject(ed)?|declined?|paid|pay|cancel(led)?|confirm(ed)?|ok(ay)?|yes|no"
    r"|согласован[оа]?|согласен|согласна|согласовываю|одобр(яю|ено|ена|ить)|утвержда[юе]н?о?|утверждено"
    r"|отклон(яю|ено|ить)|отказ(ать|ано)?|оплачен[оа]?|оплатить|оплатил[а]?|отмен(яю|ить|ено)|подтверждаю|ок|да|нет)"
)  # fmt: skip


def takes_part(person: Person, request: Request, company: Company) -> bool:
    """Whether somebody may see the request: by their role, as its requester, as named in a comment of it."""
    if person.has(*SEEING):
        return True
    named = [address for said in request.said for address in said.told]
    return bool(person.roles) and any(
        same_person(person.email, one, company) for one in (request.requester, *named)
    )


def tries_to_decide(text: str) -> bool:
    """Whether a short answer sounds like a decision.

    >>> tries_to_decide("Approved!"), tries_to_decide("Согласовано."), tries_to_decide("Which server is it?")
    (True, True, False)
    """
    words = re.findall(r"\w+", text.strip().partition("\n")[0].casefold())
    return 0 < len(words) <= FEW_WORDS and _DECIDING.fullmatch(words[0]) is not None


def answered(turn: Turn, act: Act, comment: Callable[[Turn, str, Person, Act], None]) -> Refusal | None:
    """Take an answer; gives why not, None for taken. `comment` keeps it as any other comment is kept."""
    request, person = turn.request, turn.company.people.find(act.user)
    if person is None or not takes_part(person, request, turn.company):
        return Refusal("known-person", request.id, "comment", {}, act.user, act.uuid)
    text, kept = act.comment.strip(), request.submitted
    told = []
    if not text:
        told = ["files" if act.facts.get("files") else "empty"]
    elif not kept:
        told = ["draft"]
    else:
        told = [key for key in ("files", "long") if act.facts.get(key)]
        if tries_to_decide(text):
            told.insert(0, "decides-nothing")
        named = mentions(text, person.email, turn.company.people)
        comment(turn, text, person, act)
        if unclear := unclear_words(named, turn.book.for_person(person.language)):
            told.append(unclear)
    if told:
        turn.out.letters.append(_letter(turn, act, person, told, kept=kept and bool(text)))
    return None


def _letter(turn: Turn, act: Act, person: Person, told: Sequence[str], *, kept: bool) -> Letter:
    words, template = turn.book.for_person(person.language), "answer-not-taken"
    items = [{"says": words.sentence("answers", key, {}) or key} for key in told]
    facts = facts_of(turn.request, turn.company, turn.book, person.email) | {
        "items": items, "kept": "yes" if kept else "", "comment": act.comment, "at": instant(turn.now),
    }  # fmt: skip
    return Letter(letter_id(act.uuid, person.email, template), template, person.email, turn.request.id, facts)
