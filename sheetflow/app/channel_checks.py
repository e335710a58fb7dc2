"""What the doctor looks at where people have tasks, or a Chat space is told of what happens."""

from __future__ import annotations

from collections.abc import Iterator

from sheetflow.app.checkup import Case, Finding
from sheetflow.core import health
from sheetflow.core.attention.tasks import SETTING


def tasks(case: Case) -> Iterator[Finding]:
    """Whether the account may act on people's tasks, by looking at the lists of the sender's own."""
    yield from _looked(case, "tasks", "tasks-refused", on=case.company.settings.on(SETTING))


def chat(case: Case) -> Iterator[Finding]:
    """Whether the webhook is one. Nothing is posted: what became of the last message stands in the Outbox."""
    yield from _looked(case, "chat", "chat-silent", on=bool(case.company.settings.budget.space))


def _looked(case: Case, check: str, ailment: str, *, on: bool) -> Iterator[Finding]:
    call = case.ward.reach.get(check)
    if not on:
        yield case.say(check, "off", "off")
        return
    snapshot = case.snapshot
    for ill in health.ailments(snapshot, case.company, snapshot.token.vitals, snapshot.now):
        if ill.key == ailment:
            yield case.ailment(check, ill.key, ill.facts)
            return
    if call is None:
        yield case.say(check, "off", "elsewhere")
        return
    call()
    yield case.say(check, "ok", "ok")
