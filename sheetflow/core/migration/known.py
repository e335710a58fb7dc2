"""What the registry has already: so that a file that is imported again, or half imported, doubles nothing.

A row is known by the file's hash and its number, and by what it says: a corrected copy of the file brings
just what was corrected. A payment that is there by INN, invoice number and amount is never brought again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sheetflow.core.migration.cleaning import normal_invoice
from sheetflow.core.migration.rows import Judged, Remark
from sheetflow.core.migration.table import plain
from sheetflow.core.projection import from_row
from sheetflow.model.cells import Cell, canonical, text_of
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Row
from sheetflow.workflow.table import Status

IMPORTED = "RequestImported"
GIVEN_UP = (Status.REJECTED, Status.CANCELLED)
"""A payment that was given up may be asked for again."""

Payment = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """Requests by the row that they came from, by what they said, and by what they pay."""

    rows: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    payments: dict[Payment, str] = field(default_factory=dict)


def row_key(sha256: str, row: int) -> str:
    """What names a row of a file; the cause of its event."""
    return f"{sha256}#{row}"


def known_of(events: Iterable[Event], state: Sequence[Row]) -> Known:
    """What history and State know."""
    known = Known()
    for event in events:
        if event.kind == IMPORTED:
            known.rows[event.cause] = event.request
            known.digests[str(event.data.get("digest", ""))] = event.request
    for row in state:
        if not row or row[0] == "":
            continue
        request = from_row([*row])
        if request.status not in GIVEN_UP and not request.deleted and (key := payment_of(request.cells)):
            known.payments.setdefault(key, request.id)
    return known


def payment_of(cells: Mapping[str, Cell]) -> Payment | None:
    """What a request pays: to whom, by which invoice, how much; None where it names no invoice."""
    invoice = normal_invoice(text_of(cells.get("invoice_no", "")))
    payee = text_of(cells.get("inn", "")) or plain(cells.get("contractor", ""))
    if not invoice or not payee:
        return None
    return payee, invoice, canonical(cells.get("amount", "")), text_of(cells.get("currency", ""))


def sift(judged: Iterable[Judged], sha256: str, known: Known) -> None:
    """Mark what is known already, and what stands twice: in the file, or in the file and in the registry."""
    digests: dict[str, int] = {}
    payments: dict[Payment, int] = {}
    for one in judged:
        if one.entry is None:
            continue
        digest = one.entry.digest
        done = one.outcome == "import" and one.request != ""
        payment = payment_of(one.entry.cells) if one.entry.status not in GIVEN_UP else None
        twin = digests.get(digest) or (payments.get(payment) if payment else None)
        request = known.rows.get(row_key(sha256, one.row)) or known.digests.get(digest)
        if twin and not done and row_key(sha256, one.row) not in known.rows:
            _refuse(one, Remark("duplicate-row", {"row": str(twin)}))
            continue
        digests[digest] = one.row
        if payment:
            payments[payment] = one.row
        if done:
            continue
        if request:
            one.outcome, one.request = "known", request
        elif payment and payment in known.payments:
            _refuse(one, Remark("duplicate-request", {"request": known.payments[payment]}))


def _refuse(one: Judged, remark: Remark) -> None:
    one.outcome, one.entry, one.remarks = "refused", None, [remark]
