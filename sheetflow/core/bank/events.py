"""What the bank's events do to a request: which file it stands in, what was paid, which lines it has had.

`Request.order` is the order that a bank file has for it: `ORDER`'s keys, as texts. It stays until a statement
shows it, or the file is cancelled: that a person marks the request as paid does not take it back from the
bank. `Request.banked`: digests of the statement lines that were taken in for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal

from sheetflow.model.events import Event, Fact
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status

MADE, CANCELLED = "BankFileMade", "BankFileCancelled"
SEEN, UNKNOWN, DOUBTFUL = "PaymentSeen", "UnknownDebit", "DebitDoubtful"
ORDER = ("file", "number", "date", "amount", "currency", "account")


def digest_of(key: str) -> str:
    """What is kept of a statement line's key (`banking.statement.keys`)."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def told_lines(events: Iterable[Event]) -> set[str]:
    """Which lines the history has that paid no request: digests of their keys."""
    return {event.cause for event in events if event.kind in (UNKNOWN, DOUBTFUL)}


def numbers_of(events: Iterable[Event]) -> dict[str, int]:
    """The number of the last order of each own account, as the token keeps it."""
    found: dict[str, int] = {}
    for event in events:
        if event.kind == MADE:
            found[str(event.data["account"])] = int(str(event.data["number"]).rpartition("-")[2])
    return found


def made(request: Request, event: Event | Fact) -> None:
    """It stands in a bank file."""
    request.bank_file = str(event.data["file"])
    request.order = {key: str(event.data[key]) for key in ORDER}


def cancelled(request: Request, _event: Event | Fact) -> None:
    """The file is not given to the bank, or the bank has given it back."""
    request.bank_file, request.order = "", {}


def paid(request: Request, event: Event | Fact) -> None:
    """All or a part was paid, by a person's word or by a statement."""
    request.status = Status.PAID if event.kind == "RequestPaid" else Status.PART_PAID
    request.paid += Decimal(event.data["amount"])
    seen(request, event)


def seen(request: Request, event: Event | Fact) -> None:
    """A statement's line is about it; where it is our own order the file is done with."""
    if key := event.data.get("key"):
        request.banked = [*request.banked, digest_of(str(key))]
        request.seen += Decimal(event.data["amount"])
    if event.data.get("order"):
        request.bank_file, request.order = "", {}
