"""Closed requests moved to an archive, in a registry in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sheetflow.core import archived
from sheetflow.core.company import Company, read_company
from sheetflow.core.tabs import range_id
from sheetflow.ports import Commit
from tests.desk import Desk

YEAR = "archive-2026"


def company(desk: Desk) -> Company:
    return read_company(desk.sheet.people, desk.sheet.settings, desk.book)


def leaving(desk: Desk, days: int = 90) -> list[archived.Leaving]:
    return archived.leaving(desk.sheet.read(), company(desk), desk.book, timedelta(days=days))


def archive(desk: Desk, days: int = 90) -> list[str]:
    """What a move writes, in one commit; gives the numbers of those that moved."""
    snapshot = desk.sheet.read()
    chosen = archived.batch(archived.leaving(snapshot, company(desk), desk.book, timedelta(days=days)))
    told = archived.events(snapshot, chosen, YEAR)
    states = archived.traces(snapshot, chosen, told, company(desk), desk.book)
    old = snapshot.token
    revision = old.revision + 1
    head, seq = told[-1].hash, told[-1].seq
    new = replace(
        old, revision=revision, range_id=range_id(revision, desk.nonces.nonce()), head=head, seq=seq
    )
    count = len(snapshot.registry.rows)
    desk.sheet.commit(Commit(old, new, snapshot.registry.columns, count, events=told, states=states))
    for one in sorted(chosen, key=lambda one: -one.place):
        del desk.sheet.rows[one.place]
    return [one.request.id for one in chosen]
