"""The payment order that a contractor's notice carries: the order's data in the letter, and back.

A letter keeps all that it needs, so that it can be sent hours later without another read: the fields of the
order as texts, and the day on which the bank took the money. Drawn it is by whoever sends the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sheetflow.banking.matching import Kind
from sheetflow.banking.orders import Party, PaymentOrder, check_order
from sheetflow.core.bank.intake import Taken
from sheetflow.core.bank.writing import ROUBLE, Payment, order_of
from sheetflow.core.company import Company
from sheetflow.core.projection import WIDTH, from_row
from sheetflow.model.invalid import Invalid
from sheetflow.model.snapshot import Letter, Snapshot

ORDER = "order"
"""The key of a letter's facts."""
_FIELDS = ("request", "purpose", "priority", "way", "operation", "purpose_code", "code")

Papers = Mapping[tuple[str, str], Mapping[str, Any]]
"""By request and amount: two payments of one request in one statement are told apart by what was paid."""


def papers_of(taken: Taken, snapshot: Snapshot, company: Company) -> Papers:
    """The orders of what a statement paid, where all that the form needs is known.

    What has a payment order already, handed in by an accountant, gets none.
    """
    rows = {str(row[0]): row for row in snapshot.state if row}
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one in taken.lines:
        match, line = one.match, one.match.line
        own = company.settings.accounts.find(line.account)
        if match.kind is not Kind.SURE or own is None or own.foreign or line.currency != ROUBLE:
            continue
        row = rows[match.request]
        request = from_row([*row, *[""] * (WIDTH - len(row))])
        if any(file["column"] == "payment_order" for file in request.files) or not line.number.isdecimal():
            continue
        payment = Payment(request, line.amount, line.dated or line.booked, int(line.number))
        try:
            order = order_of(own, payment, company, snapshot.banks or {})
        except Invalid:
            continue
        order = replace(order, purpose=line.purpose.strip() or order.purpose)  # as the bank carried it out
        if not check_order(order):
            found[request.id, str(line.amount)] = packed(order, line.booked)
    return found


def with_papers(letter: Letter, papers: Papers) -> Letter:
    """The letter with its order, where it is a contractor's and there is one."""
    order = papers.get((letter.request, str(letter.facts.get("just_paid", ""))))
    if order is None or not letter.template.startswith("contractor-"):
        return letter
    return replace(letter, facts={**letter.facts, ORDER: order})


def packed(order: PaymentOrder, debited: date) -> dict[str, Any]:
    """An order as plain values. Budget payments are not made here."""
    return {
        **{name: getattr(order, name) for name in _FIELDS},
        "number": order.number,
        "date": order.date.isoformat(),
        "amount": str(order.amount),
        "payer": asdict(order.payer),
        "payee": asdict(order.payee),
        "debited": debited.isoformat(),
    }


def unpacked(facts: Mapping[str, Any]) -> tuple[PaymentOrder, date]:
    """What `packed` made. Raises KeyError, ValueError or TypeError for anything else."""
    order = PaymentOrder(
        number=int(facts["number"]),
        date=date.fromisoformat(facts["date"]),
        amount=Decimal(facts["amount"]),
        payer=Party(**facts["payer"]),
        payee=Party(**facts["payee"]),
        **{name: facts[name] for name in _FIELDS},
    )
    return order, date.fromisoformat(facts["debited"])
