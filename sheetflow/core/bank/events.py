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
    """The last order's number of each own account, and of each of its years, as the token keeps it."""
    found: dict[str, int] = {}
    for event in events:
        if event.kind == MADE:
            account, day = str(event.data["account"]), str(event.data["date"])
            number = int(str(event.data["number"]).rpartition("-")[2])
            found[account] = found[in_year(account, day)] = number
    return found


def in_year(account: str, day: str) -> str:
    """Where the token keeps an account's last number of a year; `day`: ISO."""
    return f"{account}/{day[:4]}"


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
    untick(request, event)
    seen(request, event)


def unticked(request: Request) -> dict[str, bool]:
    """What the event of a payment, or of its reversal, says of a tick in To pay that goes with it."""
    return {"to_pay": False} if request.cell("to_pay") is True else {}


def untick(request: Request, event: Event | Fact) -> None:
    """Its tick in To pay has done its work: were the payment taken back, nobody would pay it unawares."""
    if "to_pay" in event.data:
        request.cells.pop("to_pay", None)


def seen(request: Request, event: Event | Fact) -> None:
    """A statement's line is about it; where it is our own order the file is done with."""
    if key := event.data.get("key"):
        request.banked = [*request.banked, digest_of(str(key))]
        request.seen += Decimal(event.data["amount"])
    if event.data.get("order"):
        request.bank_file, request.order = "", {}
