"""The fold: what each kind of event does to a request. This alone changes an accepted status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from sheetflow.core.bank import events as bank
from sheetflow.core.history import instant
from sheetflow.model.cells import Cell
from sheetflow.model.columns import PAYEE
from sheetflow.model.events import Event, Fact
from sheetflow.model.request import Request, Reversal, Said
from sheetflow.workflow.table import Status


def apply(request: Request, event: Event | Fact) -> None:
    """Move a request on by one event. This alone changes an accepted status.

    Raises:
        KeyError: an event of an unknown kind: it was written by a newer sheetflow.
    """
    _CHANGES[event.kind](request, event)
    if event.kind in MOVES:
        request.notes, request.hold, request.reversal = {}, None, None
        request.moved, request.moved_by, request.escalated = event.at, event.actor, None
    if event.kind not in ("EditRefused", "MessageBounced", "RequestEscalated", "RequestArchived"):
        request.updated = event.at
    if event.kind == "RequestEscalated":
        request.escalated = event.at
    if link := event.data.get("link"):
        request.links[link] = event.cause


def _submitted(request: Request, event: Event | Fact) -> None:
    _written(request, event)
    request.fingerprint = event.data["fingerprint"]
    request.status, request.approver = Status.SUBMITTED, ""
    request.policy, request.approvals = dict(event.data.get("policy", {})), []
    _take_safety(request, event.data.get("safety", {}))
    request.unsigned = set()


def _take_safety(request: Request, safety: Mapping[str, Any]) -> None:
    """Know what was found at a submit, and nothing of what was found before."""
    before = [(key, facts) for key, facts in request.safety.get("cautions", ())]
    now = [(key, dict(facts)) for key, facts in safety.get("cautions", ())]
    request.safety = dict(safety)
    request.cautions = now + [caution for caution in request.cautions if tuple(caution) not in before]


def _details_confirmed(request: Request, event: Event | Fact) -> None:
    """Somebody called: what was held is free, and what is said of it is that."""
    held = request.safety.get("held", {}).get("caution", "")
    facts = {key: str(event.data.get(key, "")) for key in ("name", "phone", "account")}
    cautions = [one for one in request.safety.get("cautions", ()) if one[0] != held]
    kept = {key: value for key, value in request.safety.items() if key != "held"}
    confirmed = {**facts, "digest": event.data["digest"], "by": event.actor, "cause": event.cause}
    safety = {**kept, "confirmed": confirmed, "cautions": [["details-confirmed", facts], *cautions]}
    _take_safety(request, safety)


def _written(request: Request, event: Event | Fact) -> None:
    """Take over what stood in the draft: from now on it has a history, and cannot vanish."""
    cells = request.cells | dict(event.data["cells"])
    request.cells = {key: cell for key, cell in cells.items() if cell != ""}
    request.files = [dict(file) for file in event.data.get("files", ())]
    request.requester, request.submitted = event.data["requester"], True


def _imported(request: Request, event: Event | Fact) -> None:
    """A request that lived elsewhere: open ones begin anew as drafts, closed ones are kept as they ended.

    Nobody vouches for a draft's payee: whoever imports is not its requester.
    """
    _written(request, event)
    request.status = event.data["status"]
    request.paid = Decimal(event.data.get("paid", "0"))
    if request.status == Status.DRAFT:
        request.unsigned = set(PAYEE & request.cells.keys())


def _cancelled(request: Request, event: Event | Fact) -> None:
    request.status = Status.CANCELLED
    if "cells" in event.data:  # a draft was cancelled
        _written(request, event)


def _reopened(status: Status) -> Callable[[Request, Event | Fact], None]:
    def change(request: Request, _event: Event | Fact) -> None:
        request.status, request.fingerprint, request.approver = status, "", ""
        request.policy, request.approvals = {}, []
        confirmed = request.safety.get("confirmed")
        _take_safety(request, {"confirmed": confirmed} if confirmed else {})

    return change


def _approved(request: Request, event: Event | Fact) -> None:
    request.status, request.approver, request.approved = Status.APPROVED, event.actor, event.at
    _approval_given(request, event)


def _approval_given(request: Request, event: Event | Fact) -> None:
    """One of several approvals, or one for somebody absent; a single one is told by `approver` alone."""
    given = {key: event.data[key] for key in ("for", "step", "as", "covers") if key in event.data}
    if given:
        request.approvals.append({"by": event.actor, "at": instant(event.at), **given})
    request.notes.pop(event.actor, None)  # what was said with it says nothing about the next step
    if request.hold and request.hold.by == event.actor:
        request.hold = None


def _rejected(request: Request, _event: Event | Fact) -> None:
    request.status = Status.REJECTED


def _reversal_asked(request: Request, event: Event | Fact) -> None:
    request.reversal = Reversal(event.actor, event.at, event.data["reason"])


def _reversed(request: Request, event: Event | Fact) -> None:
    bank.untick(request, event)
    request.status, request.paid, request.seen = Status.APPROVED, Decimal(0), Decimal(0)


def _field_changed(request: Request, event: Event | Fact) -> None:
    column = event.data["column"]
    _put(request, column, event.data["value"])
    request.files = [file for file in request.files if file["column"] != column]  # they were the old link's


def _filed(request: Request, event: Event | Fact) -> None:
    _put(request, event.data["column"], event.data["link"])
    request.files = [dict(file) for file in event.data["files"]]


def _commented(request: Request, event: Event | Fact) -> None:
    _put(request, "comment", event.data["text"])
    request.remember(
        Said(event.actor, event.at, str(event.data["text"]), tuple(event.data.get("mentions", ())))
    )


def _bounced(request: Request, event: Event | Fact) -> None:
    request.bounced = [*request.bounced, event.cause][-20:]
    back = {"at": instant(event.at), "to": str(event.data["to"]), "template": str(event.data["template"])}
    request.undelivered = [*request.undelivered, back][-3:]


def _archived(request: Request, event: Event | Fact) -> None:
    request.archived = event.data["spreadsheet"]


def _nothing(_request: Request, _event: Event | Fact) -> None:
    """Kept for the record: it changes nothing."""


_CHANGES: Mapping[str, Callable[[Request, Event | Fact], None]] = {
    "RequestSubmitted": _submitted,
    "RequestWithdrawn": _reopened(Status.DRAFT),
    "ApprovalGiven": _approval_given,
    "RequestApproved": _approved,
    "RequestRejected": _rejected,
    "RequestReturned": _reopened(Status.RETURNED),
    "RequestPartPaid": bank.paid,
    "RequestPaid": bank.paid,
    "ReversalAsked": _reversal_asked,
    "PaymentReversed": _reversed,
    "RequestCancelled": _cancelled,
    "FieldChanged": _field_changed,
    "FilesFiled": _filed,
    "CommentAdded": _commented,
    "EditRefused": _nothing,
    "MessageBounced": _bounced,
    "RequestEscalated": _nothing,
    "PaymentDisputed": _nothing,
    "BankDetailsConfirmed": _details_confirmed,
    "RowRestored": _nothing,
    "RequestImported": _imported,
    "RequestArchived": _archived,
    bank.MADE: bank.made,
    bank.CANCELLED: bank.cancelled,
    bank.SEEN: bank.seen,
}
"""What each kind of event does to a request."""

MOVES = frozenset(
    {
        "RequestSubmitted", "RequestWithdrawn", "RequestApproved", "RequestRejected", "RequestReturned",
        "RequestPartPaid", "RequestPaid", "PaymentReversed", "RequestCancelled",
    }
)  # fmt: skip
"""Events that are transitions: comments count anew after each, and what was asked before is void."""


def _put(request: Request, column: str, value: Cell) -> None:
    if value == "":
        request.cells.pop(column, None)
    else:
        request.cells[column] = value


def fold(events: Iterable[Event]) -> dict[str, Request]:
    """Every request with a history, as its events make it. Events about no request are passed over."""
    requests: dict[str, Request] = {}
    for event in events:
        if event.request:
            apply(requests.setdefault(event.request, Request(event.request)), event)
    return requests
