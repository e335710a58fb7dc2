"""What is drawn for a letter when it is sent: the payment order of a contractor's notice, as a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheetflow.banking.payment_order import draw
from sheetflow.core.bank.paper import ORDER, unpacked
from sheetflow.model.snapshot import Letter


def papers_for(letter: Letter) -> list[tuple[str, str, bytes]]:
    """The order on form 0401060; nothing where there is none, or where nothing is installed to draw with.

    A notice without its paper is better than none.
    """
    many = letter.facts.get("orders")
    if isinstance(many, list):
        return [paper for order in many if isinstance(order, dict) for paper in _drawn(order)]
    facts = letter.facts.get(ORDER)
    return _drawn(facts) if isinstance(facts, dict) else []


def _drawn(facts: Mapping[str, Any]) -> list[tuple[str, str, bytes]]:
    try:
        order, debited = unpacked(facts)
        content = draw(order, debited)
    except (ImportError, KeyError, TypeError, ValueError):
        return []
    return [(f"payment-order-{order.number}-{order.date:%Y-%m-%d}.pdf", "application/pdf", content)]
