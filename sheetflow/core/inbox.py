"""The Inbox: people's edits, as the trigger wrote them down before anything else happened.

A row counts when its signature holds, its uuid was not used before and it is not older than what was
pruned. Everything else is refused, and marked so that it is never looked at again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sheetflow.core.history import moment
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import BY_KEY, Kind
from sheetflow.model.events import CellEdit
from sheetflow.model.snapshot import Row

UUID, AT, USER, SHEET, BODY, SIGNATURE, CONSUMED = range(7)
WIDTH = 7

FUTURE = timedelta(minutes=5)
"""How far the trigger's clock may be ahead of the spreadsheet's."""


@dataclass(frozen=True, slots=True)
class RowEdit:
    """What one edit did to one row. `request` is the text in the row's first or ID column afterwards."""

    uuid: str
    at: datetime
    user: str
    sheet: int
    request: str
    cells: tuple[CellEdit, ...]
    ids: tuple[CellEdit, ...] = ()


@dataclass(slots=True)
class Mail:
    """What lay in the Inbox. `waiting`: places of rows to be marked; `refused`: (place, reason)."""

    edits: list[RowEdit] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def read_inbox(
    rows: Sequence[Row],
    *,
    key: bytes,
    spreadsheet: str,
    headers: Mapping[str, str],
    horizon: str,
    now: datetime,
    others: Mapping[int, Mapping[str, str]] | None = None,
) -> Mail:
    """Open what waits.

    `headers`: header text, lower case -> column key; `others`: those of tabs that have others, by sheetId.
    `horizon`: ISO moment or "".
    """
    mail = Mail()
    used = {row[UUID] for row in rows if len(row) > CONSUMED and row[CONSUMED] != ""}
    for place, row in enumerate(rows):
        if not row or row[UUID] == "" or (len(row) > CONSUMED and row[CONSUMED] != ""):
            continue
        mail.waiting.append(place)
        reason = _refuse(row, key, spreadsheet, used, horizon, now)
        if reason:
            mail.refused.append((place, reason))
            continue
        used.add(row[UUID])
        try:
            mail.edits.extend(_open(row, headers, others or {}))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            mail.refused.append((place, f"it cannot be read: {error}"))
    mail.edits.sort(key=lambda edit: edit.at)
    return mail


def signature(key: bytes, row: Sequence[Cell], spreadsheet: str) -> str:
    """The trigger's signature of a row: hex HMAC-SHA256 over its content and the spreadsheet's id."""
    parts = [
        str(row[UUID]), str(row[AT]), str(row[USER]), spreadsheet, canonical(row[SHEET]), str(row[BODY])
    ]  # fmt: skip
    return hmac.new(key, "\n".join(parts).encode(errors="replace"), hashlib.sha256).hexdigest()


def _refuse(row: Row, key: bytes, spreadsheet: str, used: set[Cell], horizon: str, now: datetime) -> str:
    if len(row) <= SIGNATURE:
        return "it is incomplete"
    signed = signature(key, row, spreadsheet).encode("utf-8", "surrogatepass")
    if not key or not hmac.compare_digest(signed, str(row[SIGNATURE]).encode(errors="replace")):
        return "its signature does not hold"
    if row[UUID] in used:
        return "its uuid was used before"
    try:
        at = moment(str(row[AT]))
    except ValueError:
        return "its time cannot be read"
    if horizon and at <= moment(horizon):
        return "it is older than what was pruned"
    if at > now + FUTURE:
        return "it comes from the future"
    return ""


def _open(row: Row, headers: Mapping[str, str], others: Mapping[int, Mapping[str, str]]) -> list[RowEdit]:
    uuid, at, user = str(row[UUID]), moment(str(row[AT])), str(row[USER])
    body = json.loads(str(row[BODY]))
    exact = body["exact"] is True
    headers = others.get(int(row[SHEET]), headers)
    edits = []
    for entry in body["rows"]:
        request = str(entry["id"])
        cells, ids = [], []
        for header, old, new in entry["cells"]:
            column = headers.get(str(header).strip().lower(), "")
            known = None if old is None else str(old)
            edit = CellEdit(
                uuid, at, user, request, column, _seen(column, known), _seen(column, str(new)) or "", exact
            )
            if column == "id":
                ids.append(edit)
            elif column:
                cells.append(edit)
        edits.append(RowEdit(uuid, at, user, int(row[SHEET]), request, tuple(cells), tuple(ids)))
    return edits


def _seen(column: str, text: str | None) -> str | None:
    """A checkbox that is not ticked counts as empty, as in `model.cells.canonical`."""
    known = BY_KEY.get(column)
    return "" if text == "FALSE" and known is not None and known.kind is Kind.CHECKBOX else text
