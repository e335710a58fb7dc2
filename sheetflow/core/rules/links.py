"""Rules of the request page's links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sheetflow.core.rules.case import MoveCase, Objection, rule


@dataclass(frozen=True, slots=True)
class LinkCase:
    """Somebody came by a link.

    `intact`: it bears our signature over exactly this content. `expires`: when it stops working, None where
    that cannot be read; `now` is the spreadsheet service's time.
    """

    intact: bool
    expires: datetime | None = None
    now: datetime | None = None


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

    Allowed: within the fourteen days after the mail. Refused: later, or where its age cannot be told.
    """
    in_time = case.expires is not None and case.now is not None and case.now < case.expires
    return None if in_time else Objection(column="")


@rule
def link_is_used_once(case: MoveCase) -> Objection | None:
    """A link decides once.

    Allowed: the first act by a link. Refused: the same link again, whatever it asks.
    """
    return Objection() if case.link and case.link in case.request.links else None
