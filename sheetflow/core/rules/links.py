"""Rules of the request page's links."""

from __future__ import annotations

from sheetflow.core.rules.case import MoveCase, Objection, rule


@rule
def link_is_used_once(case: MoveCase) -> Objection | None:
    """A link decides once.

    Allowed: the first act by a link. Refused: the same link again, whatever it asks.
    """
    return Objection() if case.link and case.link in case.request.links else None
