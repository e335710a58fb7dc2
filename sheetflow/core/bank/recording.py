"""What happened at the bank, as a decision to be committed: events, State rows, status cells and letters.

The pass learns of it from the State; here is only what the pass cannot do, since nobody edited anything: the
status cell of a request whose status changed has to follow in the same commit, or it would be taken for a
wish to go back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sheetflow.core import consequences, folding, history
from sheetflow.core.attention import mailing
from sheetflow.core.company import Company, cell_of
from sheetflow.core.projection import STATUS, WIDTH, from_row, last_seq_of, to_row
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import text_of
from sheetflow.model.events import Fact
from sheetflow.model.request import Request
from sheetflow.model.snapshot import CellWrite, Decision, Snapshot


def record(
    snapshot: Snapshot, company: Company, book: Rulebook, facts: Sequence[Fact], now: datetime
) -> Decision:
    """The decision that makes facts part of the registry; each request's facts are in their order."""
    token, decision = snapshot.token, Decision()
    decision.last_id = token.last_id
    decision.events = history.chain(token.head, token.seq, facts)
    state = {str(row[0]): row for row in snapshot.state if row and row[0] != ""}
    requests: dict[str, Request] = {}
    last: dict[str, int] = {}
    for event in decision.events:
        if not event.request:
            continue
        if event.request not in requests:
            row = state[event.request]
            requests[event.request] = from_row([*row, *[""] * (WIDTH - len(row))])
        folding.apply(requests[event.request], event)
        last[event.request] = event.seq
    sheet = token.sheets["history"]
    moved = {rid for rid, request in requests.items() if state[rid][STATUS] != request.status}
    decision.writes = _moved_cells(snapshot, {rid: requests[rid] for rid in moved}, book)
    for rid, request in requests.items():
        seq = last.get(rid, last_seq_of(state[rid]))
        decision.states[rid] = to_row(request, company, book, seq, sheet)
    decision.letters = consequences.letters(decision.events, requests, company, book)
    mailing.count_letters(snapshot, decision, company, now)
    return decision


def _moved_cells(snapshot: Snapshot, moved: dict[str, Request], book: Rulebook) -> list[CellWrite]:
    """Writes of status cells and gone ticks; a row that stands there twice is left to the pass."""
    registry = snapshot.registry
    places: dict[str, list[int]] = {}
    if "status" not in registry.columns:
        return []  # the next pass says so
    for place, row in enumerate(registry.rows):
        rid = text_of(cell_of(row, registry.columns.get("id")))
        if rid in moved:
            places.setdefault(rid, []).append(place)
    writes = []
    for rid, found in places.items():
        request, label = moved[rid], book.status_labels[moved[rid].status]
        before = cell_of(registry.rows[found[0]], registry.columns.get("status"))
        if len(found) > 1:
            continue
        ticked = cell_of(registry.rows[found[0]], registry.columns.get("to_pay"))
        if ticked is True and request.cell("to_pay") is not True:
            writes.append(CellWrite(found[0], rid, "to_pay", value=False, before=ticked))
        if before == label:
            continue
        note = "" if request.noted.pop("status", None) is not None else None
        writes.append(CellWrite(found[0], rid, "status", label, note, before))
    return writes
