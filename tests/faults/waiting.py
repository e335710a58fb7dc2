"""Edits that wait for a pass, and what has to come of them however the pass is disturbed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sheetflow.core.projection import DATA, UPDATED
from sheetflow.model.cells import Cell
from sheetflow.model.columns import INPUTS
from tests.firm import OTHER_ACCOUNT, Firm

SHOWN = ("confirmed", "checks", "requester", "approver", "paid")


def prepare(firm: Firm) -> None:
    """Requests in three states, and for each something that nobody has looked at yet.

    A lawful approval, unlawful changes of an approved row, a new request that is submitted with an INN to be
    completed: so history, put-back cells, notes, normal forms and six letters in one pass.
    """
    approved, submitted = firm.mia.submits(), firm.mia.submits()
    firm.olga.picks("Approved", approved)
    firm.run()
    firm.olga.picks("Approved", submitted)
    firm.mia.types("account", approved, OTHER_ACCOUNT)
    firm.anna.picks("Rejected", approved)
    firm.max.submits(inn="276000015")
    firm.later("PT5S")  # a pass's time has whole seconds: now every pass comes after every edit


@dataclass
class Outcome:
    """What a pass leaves behind, without times."""

    rows: list[dict[str, Cell]]
    notes: list[str]
    state: dict[str, Any]
    events: list[tuple[str, str, str, str]]
    letters: Counter[tuple[str, str]]
    outbox: list[tuple[str, str, str]]
    waiting: int


def outcome(firm: Firm) -> Outcome:
    """What stands everywhere now; the chain is verified on the way."""
    firm.verify()
    places = firm.columns()
    entered, shown = firm.values("A2:AZ", "FORMULA"), firm.table()
    rows = [
        {key: row[places[key]] if places[key] < len(row) else "" for key in ("id", "status", *INPUTS)}
        | {key: seen[places[key]] for key in SHOWN}
        for row, seen in zip(entered, shown, strict=False)
        if any(cell != "" for cell in row[:2])
    ]
    state = {}
    for rid, row in firm.state().items():
        data = json.loads(str(row[DATA]))
        data.pop("updated", None)
        state[rid] = [*row[:UPDATED], *row[UPDATED + 1 : DATA], data, *row[DATA + 1 :]]
    events = [
        (event.kind, event.request, event.actor, json.dumps(dict(event.data), sort_keys=True))
        for event in firm.history()
    ]
    inbox = firm.values("A2:G", "UNFORMATTED_VALUE", "inbox")
    waiting = sum(1 for row in inbox if len(row) < 7)
    return Outcome(rows, _notes(firm), state, events, firm.letters(), sorted(firm.outbox()), waiting)


def _notes(firm: Firm) -> list[str]:
    """Every note in the Registry, in the order of its cells."""
    fields = "sheets.data.rowData.values.note"
    answer = firm.robot.script.http_client.fetch_sheet_metadata(
        firm.spreadsheet, {"fields": fields, "ranges": firm.title("registry"), "includeGridData": True}
    )
    return [
        cell["note"]
        for sheet in answer["sheets"]
        for data in sheet.get("data", [])
        for row in data.get("rowData", [])
        for cell in row.get("values", [])
        if cell.get("note")
    ]
