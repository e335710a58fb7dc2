"""Autofill: a draft's blank cells completed from the contractor book or an invoice's payment QR.

Only blank cells of a draft are filled, visibly, and from the book only when its INN or name was just given:
what a manager clears stays cleared.
"""

from __future__ import annotations

from sheetflow.core.contractors import ACCOUNT, FILLED
from sheetflow.core.turn import Turn
from sheetflow.model.cells import Cell, canonical, text_of


def complete(turn: Turn) -> None:
    """Fill a draft's blank cells from the book, where its INN or contractor was just given."""
    request, book = turn.request, turn.contractors
    if book is None:
        return
    fresh = any(
        canonical(request.cell(key)) != canonical(turn.before.get(key, "")) for key in ("inn", "contractor")
    )
    entries = book.entries(request) if fresh else []
    if not entries or len({(entry.text("inn"), entry.text("contractor")) for entry in entries}) > 1:
        return
    usable = entries[0]
    for key in FILLED:
        if key in ACCOUNT and (len(entries) > 1 or text_of(request.cell("account"))):
            continue  # two accounts: the manager is asked; an account of their own: nothing is mixed into it
        if key not in request.cells and usable.text(key) and not text_of(turn.shown.get(key, "")):
            fill(turn, key, usable.text(key))


def fill(turn: Turn, key: str, value: Cell) -> None:
    """Write a completed value into a draft's cell, visibly."""
    turn.put(key, value)
    turn.dictated.add(key)
    turn.request.unsigned.discard(key)
    turn.filled.add(key)
    if key not in turn.request.filled:
        turn.request.filled.append(key)
