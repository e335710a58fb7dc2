"""The doctor's look at the Bank tab: whether it is there, and whether lines wait on it for too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sheetflow.app.checkup import Case, Finding
from sheetflow.core.bank.events import DOUBTFUL, UNKNOWN
from sheetflow.core.bank.lines import LINE, is_open

OLD = timedelta(days=3)
"""How long a statement's line may wait for somebody to decide what it is."""
FOLDERS = ("bank", "incoming", "processed", "rejected")
"""Whoever can write into these can bring a statement, or take one away."""


def bank_tab(case: Case) -> Iterator[Finding]:
    """A tab that is missing, lines that wait, and folders that others may write into."""
    snapshot = case.snapshot
    if not case.company.settings.accounts.accounts:
        yield case.say("bank", "off", "off")
        return
    titles = {case.ward.book.own.label("folders", key) for key in FOLDERS}
    wrong = [one.name for one in case.differences("drive") if one.name.split(" / ")[0] in titles]
    if wrong:
        yield case.say("bank", "bad", "shared", named="; ".join(wrong[:4]))
    if "bank" not in snapshot.token.sheets:
        yield case.say("bank", "bad", "missing")
        return
    waiting = {str(row[LINE]) for row in snapshot.bank if is_open(row)}
    since = snapshot.now - OLD
    told = (one for one in case.events if one.kind in (DOUBTFUL, UNKNOWN)) if waiting else ()
    old = {one.cause for one in told if one.cause in waiting and one.at <= since}
    if old:
        yield case.say("bank", "warn", "waits", count=str(len(old)))
    elif not wrong:
        yield case.say("bank", "ok", "ok")
