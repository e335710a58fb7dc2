"""What people type into the tabs beside the Registry is told in History, one event a cell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sheetflow.core.inbox import RowEdit
from sheetflow.core.tab_changes import MOST, tell_changed_tabs
from sheetflow.core.turn import Outcome
from sheetflow.model.events import CellEdit
from sheetflow.model.snapshot import Decision
from tests.desk import MIA, Desk

AT = datetime(2026, 12, 28, 9, 30, tzinfo=UTC)


def edit(tab: str, row: str, *cells: tuple[str, str | None, str], user: str = MIA) -> RowEdit:
    changed = tuple(CellEdit("u", AT, user, row, key, old, new, exact=True) for key, old, new in cells)
    return RowEdit("u", AT, user, SHEETS[tab], row, changed)


def told(*edits: RowEdit) -> list[tuple[str, str, dict[str, Any]]]:
    desk = Desk()
    out, snapshot = Outcome(), desk.sheet.read()
    tell_changed_tabs(snapshot, edits, Decision(), out, AT)
    kinds = ("BookChanged", "RecurringChanged")
    return [(fact.kind, fact.actor, dict(fact.data)) for fact in out.facts if fact.kind in kinds]


SHEETS = Desk().sheet.token.sheets


@pytest.mark.parametrize("column", ["account", "bik", "phone", "seal"])
def test_book_changed__where_the_money_goes_is_marked(column: str) -> None:
    assert told(edit("contractors", "7707083893", (column, "1", "2"))) == [
        (
            "BookChanged", MIA,
            {"row": "7707083893", "column": column, "old": "1", "new": "2", "caution": "bank-details"},
        )
    ]  # fmt: skip


def test_book_changed__what_is_harmless_is_not_and_the_old_is_told_only_where_known() -> None:
    assert told(edit("contractors", "7707083893", ("purpose", None, "Rent"))) == [
        ("BookChanged", MIA, {"row": "7707083893", "column": "purpose", "new": "Rent"})
    ]


def test_book_changed__by_nobody_whom_google_named() -> None:
    ((_, actor, _),) = told(edit("contractors", "7707083893", ("account", "1", "2"), user=""))
    assert actor == "unknown"


def test_book_changed__nothing_changed_nothing_told() -> None:
    assert told(edit("contractors", "7707083893", ("account", "1", "1"))) == []


def test_book_changed__a_large_paste_is_one_event_and_still_marked() -> None:
    cells = [("purpose", None, str(n)) for n in range(MOST)]
    assert len(told(edit("contractors", "a", *cells))) == MOST
    assert told(edit("contractors", "a", *cells, ("account", None, "2"))) == [
        (
            "BookChanged", MIA,
            {"cells": MOST + 1, "columns": ["account", "purpose"], "caution": "bank-details"},
        )
    ]  # fmt: skip


def test_recurring_changed__is_its_own_kind_without_the_mark() -> None:
    assert told(edit("recurring", "Rent", ("account", "1", "2"))) == [
        ("RecurringChanged", MIA, {"row": "Rent", "column": "account", "old": "1", "new": "2"})
    ]
