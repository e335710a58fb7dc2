"""A notice of several payments to one contractor, as people read it: each with what remains and its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sheetflow.app.letters import clean, day_text, money_text
from sheetflow.core.rulebook import Words
from sheetflow.model.snapshot import Letter


def payments_shown(letter: Letter, words: Words, link: Callable[[str, str], str]) -> dict[str, Any]:
    """`payments` and `totals` of the template. `link`: the page of a payment, by request and letter."""
    raw = letter.facts.get("payments")
    payments: list[dict[str, Any]] = []
    sums: dict[str, Decimal] = {}
    for one in raw if isinstance(raw, list) else ():
        amount = str(one["just_paid"])
        sums[one["currency"]] = sums.get(one["currency"], Decimal(0)) + Decimal(amount or 0)
        payments.append(
            {
                "request": clean(one["request"], lines=False),
                "invoice_no": clean(one["invoice_no"], lines=False),
                "just_paid": money_text(amount, one["currency"], words.language),
                "link": link(one["request"], one["letter"]),
                "rows": _rows(one, words),
            }
        )
    totals = ", ".join(money_text(str(total), code, words.language) for code, total in sums.items())
    return {"payments": payments, "totals": totals}


def _rows(one: Mapping[str, str], words: Words) -> list[tuple[str, str]]:
    left = one["open"] if Decimal(one["open"] or 0) > 0 else ""
    shown = [
        (words.label("columns", "invoice_no"), clean(one["invoice_no"], lines=False)),
        (words.label("columns", "invoice_date"), day_text(one["invoice_date"], words)),
        (words.label("columns", "purpose"), clean(one["purpose"], lines=False)),
        (words.label("letters", "open"), money_text(left, one["currency"], words.language)),
        (words.label("letters", "request"), clean(one["request"], lines=False)),
    ]
    return [(label, text) for label, text in shown if text]
