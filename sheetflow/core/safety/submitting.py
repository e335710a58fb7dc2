"""What is asked of a request when it is submitted, once: the answer is part of the event.

`Request.safety` as the event has it: `cautions`; where the bank details wait for a call `held`: who had a
hand in them (`by`), which numbers were known (`phones`) and which `caution` says it; where somebody has
called, `confirmed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sheetflow.core.company import Company
from sheetflow.core.contractors import Book
from sheetflow.core.safety import budgets, duplicates
from sheetflow.core.safety.keys import HOLDING
from sheetflow.core.safety.ledger import Ledger
from sheetflow.core.safety.vouching import details_digest, digits, standing
from sheetflow.model.request import Request

SAFETY = frozenset(
    {
        *HOLDING, "first-payment", "payee-look-alike", "details-confirmed", budgets.OVER,
        budgets.OTHER_CURRENCY, duplicates.INVOICE, duplicates.FILE, duplicates.AGAIN, duplicates.PAYMENT,
    }
)  # fmt: skip
"""Cautions that are told at a submit."""
GRAVE = frozenset({*HOLDING, "payee-look-alike", "first-payment", "qr-differs"}) | SAFETY - {
    "details-confirmed", duplicates.AGAIN,
}  # fmt: skip
"""Cautions that a person has to see before anything else."""


def assess(
    request: Request, company: Company, book: Book, ledger: Ledger, by: str, now: datetime
) -> dict[str, Any]:
    """What the event of a submit keeps. `by`: who submits: no more a second person than the requester."""
    stands = standing(request, book, ledger)
    cautions: list[tuple[str, dict[str, str]]] = []
    kept: dict[str, Any] = {}
    confirmed = request.safety.get("confirmed", {})
    if stands.holds and confirmed.get("digest") == details_digest(request):
        kept["confirmed"] = confirmed
        cautions.append(confirmation(confirmed))
    else:
        if stands.caution:
            cautions.append((stands.caution, dict(stands.facts)))
        if stands.holds:
            hands = [by, request.requester, *request.payee_by]
            known = [number for phone in book.phones(request) if (number := digits(phone))]
            kept["held"] = {
                "caution": stands.caution, "by": list(dict.fromkeys(filter(None, hands))), "phones": known,
            }  # fmt: skip
    cautions += duplicates.find(request, ledger, company, now)
    cautions += budgets.find(request, ledger, company)
    if cautions:
        kept["cautions"] = [[key, facts] for key, facts in cautions]
    return kept


def confirmation(confirmed: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """What is said of details that somebody confirmed."""
    return "details-confirmed", {key: confirmed.get(key, "") for key in ("name", "phone", "account")}


def is_held(request: Request) -> bool:
    """Whether the bank details of a request wait to be confirmed."""
    return "held" in request.safety
