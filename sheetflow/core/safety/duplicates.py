"""What may be paid twice: the same invoice, the same file, the same amount to the same account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sheetflow.core.company import Company
from sheetflow.core.safety.keys import BLOCKING
from sheetflow.core.safety.ledger import Ledger, Other
from sheetflow.model import dates
from sheetflow.model.invalid import Invalid
from sheetflow.model.request import Request

INVOICE, FILE = BLOCKING
PAYMENT, AGAIN = "duplicate-payment", "invoice-again"
MOST_NAMED = 3

Found = list[tuple[str, dict[str, str]]]


def find(request: Request, ledger: Ledger, company: Company, now: datetime) -> Found:
    """The cautions about other requests that pay for the same, each naming them."""
    same_file = [other.id for other in ledger.with_file(request)]
    same_invoice = [other.id for other in ledger.with_invoice(request)]
    again = [other.id for other in ledger.with_number(request) if other.id not in same_invoice]
    same_payment = [
        other.id
        for other in ledger.with_payment(request)
        if other.id not in same_invoice and _near(request, other, company, now)
    ]
    found = (
        (INVOICE, same_invoice),
        (FILE, [rid for rid in same_file if rid not in same_invoice]),
        (AGAIN, [rid for rid in again if rid not in same_file]),
        (PAYMENT, [rid for rid in same_payment if rid not in same_file]),
    )
    return [(key, {"others": _named(ids)}) for key, ids in found if ids]


def blocking(request: Request) -> list[str]:
    """The requests that an approval of this one has to give a reason for, as they are named."""
    return [facts["others"] for key, facts in request.cautions if key in BLOCKING]


def _near(request: Request, other: Other, company: Company, now: datetime) -> bool:
    """Whether the other lies within the setting `duplicate_days`: when it last moved, or when it is due."""
    days = company.safety.duplicate_days
    try:
        due = dates.parse_date(request.cell("pay_by")) - dates.parse_date(other.cell("pay_by"))
        if abs(due.days) <= days:
            return True
    except Invalid:
        pass
    moved = other.whole().moved
    return moved is not None and (now - moved).days <= days


def _named(ids: Iterable[str]) -> str:
    """The latest first: an amount that is paid every month would fill a page."""
    ordered = sorted(ids, reverse=True)
    return ", ".join(ordered[:MOST_NAMED]) + (", …" if len(ordered) > MOST_NAMED else "")
