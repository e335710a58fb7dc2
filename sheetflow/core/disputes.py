"""A contractor says that something is wrong with a payment: recorded once a notice, told to accounting.

Whoever says it is no person of the company: nothing is moved by it, and no cell is written.
"""

from __future__ import annotations

from sheetflow.core.turn import Turn
from sheetflow.model.events import Act, Fact, Refusal

DISPUTE = "dispute"
"""The act of a contractor's page."""
KIND = "PaymentDisputed"


def dispute(turn: Turn, act: Act) -> Refusal | None:
    """Record what the contractor says; gives why not, None for recorded. A link says it once."""
    rule = ""
    if not act.link or act.link in turn.request.links:
        rule = "link-is-used-once"
    elif not act.comment.strip():
        rule = "comment-required"
    if rule:
        return Refusal(rule, turn.request.id, "comment", {"target": turn.request.status}, act.user, act.uuid)
    data = {"text": act.comment.strip(), "link": act.link, **act.facts}
    turn.happen(Fact(act.at, turn.request.id, KIND, act.user, "page", data, act.uuid))
    return None
