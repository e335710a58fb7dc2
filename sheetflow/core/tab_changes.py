"""What people change in the tabs beside the Registry is history: what decided then can be known later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sheetflow.core.company import tab_content, tab_digest
from sheetflow.core.inbox import RowEdit
from sheetflow.core.turn import Outcome
from sheetflow.model.events import Fact
from sheetflow.model.snapshot import Decision, Snapshot


def tell_changed_tabs(
    snapshot: Snapshot, edits: Iterable[RowEdit], decision: Decision, out: Outcome, now: datetime
) -> None:
    """Record who works here, by which settings and by which policy, when one of these tabs changed."""
    token, edits = snapshot.token, list(edits)
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
