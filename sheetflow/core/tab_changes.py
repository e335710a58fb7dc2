"""What people change in the tabs beside the Registry is history: what decided then can be known later.

Small tabs that decide are recorded whole; of the Contractors and the Recurring tab what was typed is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sheetflow.core.company import tab_content, tab_digest
from sheetflow.core.inbox import RowEdit
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.turn import Outcome
from sheetflow.model.events import Fact
from sheetflow.model.snapshot import Decision, Snapshot, Token

TYPED = {"contractors": "BookChanged", "recurring": "RecurringChanged"}
"""Tabs of which each typed cell is an event, and its kind."""
DETAILS = frozenset({"inn", "contractor", "kpp", "bik", "account", "corr_account", "phone", "seal"})
"""Columns of the book where the money goes, or by which somebody is called about it."""
MOST = 200
"""Cells of one edit that are recorded one by one; a larger paste is one event that says how large it was."""


def tab_headers(token: Token, book: Rulebook) -> dict[int, Mapping[str, str]]:
    """The headers of these tabs, by sheetId: header text, lower case -> column key."""
    known = {"contractors": book.book_headers, "recurring": book.recurring_headers}
    return {token.sheets[name]: headers for name, headers in known.items() if name in token.sheets}


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell of such a tab as the trigger reported it. `row`: what stands in its first column."""

    tab: str
    row: str
    column: str
    old: str | None
    new: str


def tell_changed_tabs(
    snapshot: Snapshot, edits: Sequence[RowEdit], decision: Decision, out: Outcome, now: datetime
) -> list[Typed]:
    """Record who works here, by which settings and by which policy, when one of these tabs changed.

    Returns:
        The cells that were typed into the other tabs, which are recorded too.
    """
    token = snapshot.token
    for name, rows, known, kind in (
        ("people", snapshot.people, token.people, "PeopleChanged"),
        ("settings", snapshot.settings, token.settings, "SettingsChanged"),
        ("policy", snapshot.policy, token.policy, "PolicyChanged"),
    ):
        found = tab_digest(rows)
        if found == known or (name == "policy" and not known and len(tab_content(rows)) < 2):
            continue
        authors = {edit.user for edit in edits if edit.sheet == token.sheets.get(name) and edit.user}
        actor = ", ".join(sorted(authors)) or "unknown"
        data = {"rows": tab_content(rows)}
        out.facts.insert(0, Fact(now, "", kind, actor, "sheet", data))
        setattr(decision, name, found)
    sheets = {token.sheets[name]: name for name in TYPED if name in token.sheets}
    return _typed(((sheets[edit.sheet], edit) for edit in edits if edit.sheet in sheets), out)


def _typed(edits: Iterable[tuple[str, RowEdit]], out: Outcome) -> list[Typed]:
    by_edit: dict[str, list[tuple[Typed, RowEdit]]] = {}
    for tab, edit in edits:
        for cell in edit.cells:
            if cell.old != cell.new:
                typed = Typed(tab, edit.request, cell.column, cell.old, cell.new)
                by_edit.setdefault(edit.uuid, []).append((typed, edit))
    for uuid, cells in by_edit.items():
        tab, edit = cells[0][0].tab, cells[0][1]
        told: list[dict[str, object]] = []
        for one, _ in cells[:MOST]:
            known: dict[str, object] = {} if one.old is None else {"old": one.old}
            told.append({"row": one.row, "column": one.column, "new": one.new, **known})
        if len(cells) > MOST:
            told = [{"cells": len(cells), "columns": sorted({one.column for one, _ in cells})}]
        touched: set[object] = {one.column for one, _ in cells}
        for data in told:
            columns = {data["column"]} if "column" in data else touched
            if tab == "contractors" and not DETAILS.isdisjoint(columns):
                data["caution"] = "bank-details"
            out.facts.append(Fact(edit.at, "", TYPED[tab], edit.user or "unknown", "sheet", data, uuid))
    return [one for cells in by_edit.values() for one, _ in cells]
