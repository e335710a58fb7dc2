"""Autofill: a draft's blank cells completed from the contractor book, a BIK or an invoice's payment QR.

Only blank cells of a draft are filled, visibly, and from the book only when its INN or name was just given:
what a manager clears stays cleared.
"""

from __future__ import annotations

from sheetflow.core.contractors import ACCOUNT, FILLED
from sheetflow.core.turn import Turn
from sheetflow.model.cells import Cell, canonical, text_of


def complete(turn: Turn) -> None:
    """Fill a draft's blank cells: what belongs to the payee from the book, then what belongs to its bank."""
    _complete_payee(turn)
    _complete_bank(turn)


def _complete_payee(turn: Turn) -> None:
    """From the contractor book, where the INN or the contractor was just given."""
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
    # Two accounts: the manager is asked; an account of their own: nothing is mixed into it.
    asked = len(entries) > 1 or bool(text_of(request.cell("account")))
    for key in FILLED:
        if key in ACCOUNT and asked:
            continue
        if key not in request.cells and usable.text(key) and not text_of(turn.shown.get(key, "")):
            fill(turn, key, usable.text(key))


def _complete_bank(turn: Turn) -> None:
    """Fill a draft's blank bank name and correspondent account, where its BIK was just given."""
    request = turn.request
    bik = text_of(request.cell("bik"))
    fresh = bik and bik != canonical(turn.before.get("bik", ""))
    blank = [
        key for key in ("corr_account", "details") if key not in request.cells and not turn.shown.get(key)
    ]
    if not fresh or not blank:
        return
    if turn.banks is None:
        turn.out.wants_banks = True
        return
    name, corr_account, city = [*turn.banks.get(bik.zfill(9), ()), "", "", ""][:3]
    for key, value in (("corr_account", corr_account), ("details", ", ".join(filter(None, (name, city))))):
        if key in blank and value:
            fill(turn, key, value)


def fill(turn: Turn, key: str, value: Cell) -> None:
    """Write a completed value into a draft's cell, visibly."""
    turn.put(key, value)
    turn.dictated.add(key)
    turn.request.unsigned.discard(key)
    turn.filled.add(key)
    if key not in turn.request.filled:
        turn.request.filled.append(key)
