"""A request's whole life in order: its events, its letters, edits that still wait, and what it waits for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sheetflow.app.letters import reference_of
from sheetflow.core import inbox
from sheetflow.core.company import Company
from sheetflow.core.history import from_row as event_of
from sheetflow.core.history import instant, moment
from sheetflow.core.policy.steps import Turns
from sheetflow.core.projection import DUE, WIDTH, archive_link
from sheetflow.core.projection import from_row as request_of
from sheetflow.core.tabs import OutboxRow, read_outbox_row
from sheetflow.model.people import Role
from sheetflow.model.snapshot import Row
from sheetflow.workflow.table import Status

READ = ("history", "state", "inbox", "outbox", "people", "settings", "policy")
"""The parts that a trace is made of, read at once."""


@dataclass(slots=True)
class Trace:
    """One request, or one letter about none. Moments are ISO, UTC; letters tell roles, no names.

    `archived`: the address of the spreadsheet that its row was moved to, "" where it was not.
    """

    request: str
    status: str = ""
    waits_for: list[str] = field(default_factory=list)
    due: str = ""
    files: list[str] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    letters: list[dict[str, str]] = field(default_factory=list)
    edits: list[dict[str, str]] = field(default_factory=list)
    archived: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "request": self.request, "status": self.status, "waits_for": self.waits_for, "due": self.due,
            "files": self.files, "events": self.events, "letters": self.letters, "edits": self.edits,
            "archived": self.archived,
        }  # fmt: skip


def trace(asked: str, parts: Mapping[str, Sequence[Row]], company: Company, now: datetime) -> Trace | None:
    """What is known of a request by its number, or of a letter by its reference; None for neither.

    `parts`: rows by the keys of `READ`, header rows where the tab has one.
    """
    wanted = asked.strip().upper()
    letters = [row for row in map(_letter, parts["outbox"]) if row is not None]
    if not wanted.startswith("PR-"):
        reference = wanted.replace("-", "")
        letters = [one for one in letters if reference_of(one.letter.id) == reference]
        found = Trace(letters[0].letter.request) if letters else None
        if found is not None:
            found.letters = [_told(one, company) for one in letters]
        return found
    events = [
        event_of(row, place) for place, row in enumerate(parts["history"][1:], start=1) if _is_of(row, wanted)
    ]
    state = next((row for row in parts["state"] if row and row[0] == wanted), None)
    if state is None and not events:
        return None
    found = Trace(wanted)
    found.events = [
        {
            "seq": str(event.seq), "at": instant(event.at), "kind": event.kind, "by": event.actor,
            "via": event.via, "for": str(event.data.get("for", "")), "rule": str(event.data.get("rule", "")),
        }
        for event in events
    ]  # fmt: skip
    found.letters = [_told(one, company) for one in letters if one.letter.request == wanted]
    found.edits = [
        {"at": str(row[inbox.AT]), "by": str(row[inbox.USER])}
        for row in parts["inbox"]
        if len(row) > inbox.BODY and row[inbox.BODY] != "" and _mentions(str(row[inbox.BODY]), wanted)
    ]
    if state is not None:
        request = request_of([*state, *[""] * (WIDTH - len(state))][:WIDTH])
        found.status, found.due = request.status, str(state[DUE]) if len(state) > DUE else ""
        found.archived = archive_link(request) if request.archived else ""
        found.files = [str(file.get("name", "")) for file in request.files]
        if request.status == Status.SUBMITTED:
            found.waits_for = [person.email for person in Turns(request, company, now).asked()]
        elif request.status in (Status.APPROVED, Status.PART_PAID):
            found.waits_for = [person.email for person in company.people.with_role(Role.ACCOUNTANT)]
        elif request.status in (Status.DRAFT, Status.RETURNED):
            found.waits_for = [request.requester] if request.requester else []
    return found


def _letter(row: Row) -> OutboxRow | None:
    try:
        return read_outbox_row(row) if row and row[0] != "" else None
    except ValueError:
        return None


def _told(one: OutboxRow, company: Company) -> dict[str, str]:
    person = company.people.find(one.letter.to)
    roles = (
        ", ".join(sorted(person.roles)) if person else "contractor or other" if one.letter.to else "system"
    )
    return {
        "reference": reference_of(one.letter.id), "template": one.letter.template, "to": roles,
        "state": one.state, "tries": str(one.tries), "at": instant(one.leased_at),
    }  # fmt: skip


def _is_of(row: Row, request: str) -> bool:
    return len(row) > 2 and row[2] == request


def _mentions(body: str, request: str) -> bool:
    try:
        rows = json.loads(body)["rows"]
        return any(str(one["id"]) == request for one in rows)
    except (ValueError, KeyError, TypeError):
        return False


def at_of(line: Mapping[str, str]) -> datetime:
    """When a line happened: for the order in which they are shown."""
    return moment(line["at"])
