"""Rules of the request page's links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sheetflow.core.company import Company
from sheetflow.core.rules.case import MoveCase, Objection, rule, same_person


@dataclass(frozen=True, slots=True)
class LinkCase:
    """Somebody came by a link.

    `intact`: it bears our signature over exactly this content. `expires`: when it stops working, None where
    that cannot be read; `now` is the spreadsheet service's time.
    """

    intact: bool
    expires: datetime | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitCase:
    """Somebody sent a form of a page.

    `shown`: digest of the cookie of the browser that the page was shown in, `here`: of the one that sends.
    `ours`: the browser says that the form stood on a page of ours.
    """

    shown: str
    here: str
    ours: bool = True


@dataclass(frozen=True, slots=True)
class SignInCase:
    """Somebody acts by a link that was made for `person`, signed in as `signed_in`: addresses both."""

    person: str
    signed_in: str
    company: Company


@rule
def link_is_valid(case: LinkCase) -> Objection | None:
    """This link is not one of ours, or it was altered.

    Allowed: the link exactly as it stands in the mail. Refused: one with a letter changed or cut off, one
    made for another request or another person, one signed with another key.
    """
    return None if case.intact else Objection(column="")


@rule
def link_not_expired(case: LinkCase) -> Objection | None:
    """This link is too old to be used.

    Allowed: within the days that links of its kind work after the mail: 14 to a request, 7 to all that waits
    for somebody, 60 to a payment. Refused: later, or where its age cannot be told.
    """
    in_time = case.expires is not None and case.now is not None and case.now < case.expires
    return None if in_time else Objection(column="")


@rule
def link_is_used_once(case: MoveCase) -> Objection | None:
    """A link decides once.

    Allowed: the first act by a link. Refused: the same link again, whatever it asks.
    """
    held = case.request.hold
    waiting = held is not None and held.page.get("link") == case.link
    return Objection() if case.link and (case.link in case.request.links or waiting) else None


@rule
def link_opened_here(case: VisitCase) -> Objection | None:
    """This form does not come from a page that was opened in this browser.

    Allowed: the form of a page that this browser was shown. Refused: one that another site or another browser
    sends, or a browser that keeps no cookies.
    """
    return None if case.ours and case.shown and case.shown == case.here else Objection(column="")


@rule
def link_person_signed_in(case: SignInCase) -> Objection | None:
    """This link was made for somebody else.

    Allowed: whom the link was made for, signed in by any of their addresses. Refused: whoever it was
    forwarded to; nobody signed in, where the company asks for it.
    """
    if same_person(case.person, case.signed_in, case.company):
        return None
    return Objection({"name": case.company.people.name(case.person), "address": case.signed_in}, column="")
