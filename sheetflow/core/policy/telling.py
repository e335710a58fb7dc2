"""The approval policy in words: steps as the tab writes them, who approved, what is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sheetflow.core.policy.steps import needed, open_step
from sheetflow.core.policy.table import ROLE, Fault, Step
from sheetflow.core.rulebook import Words
from sheetflow.model.people import People
from sheetflow.model.request import Request
from sheetflow.workflow.table import Status


def entry_text(entry: str, people: People, words: Words) -> str:
    """One of those whom a step names: a person's name, or a role."""
    return words.label("roles", entry.removeprefix(ROLE)) if entry.startswith(ROLE) else people.name(entry)


def step_text(step: Step, people: People, words: Words) -> str:
    """A step as the tab writes it: "Olga", "any: Olga, director", "2 of: …", "all: …"."""
    return _listed(step.of, people, words, "all" if step.each else "any", step.need)


def waits_for(request: Request, people: People, words: Words) -> str:
    """Whom the step whose turn it is still waits for, "" where it waits for nobody."""
    now = open_step(request)
    if now is None:
        return ""
    if now.step.each:
        return _listed(now.entries, people, words, "all", 1)
    return _listed(now.entries, people, words, "any", now.left)


def _listed(entries: Iterable[str], people: People, words: Words, kind: str, need: int) -> str:
    names = [entry_text(entry, people, words) for entry in entries]
    if len(names) == 1 and need == 1:
        return names[0]
    label = words.label("policy_words", kind)
    if need > 1:
        label = f"{need} {words.label('policy_words', 'of')}"
    return f"{label}: {', '.join(names)}"


def approval_text(given: Mapping[str, Any], people: People, words: Words) -> str:
    """Who gave an approval: "Boris", or "Boris for Anna"."""
    name = people.name(str(given["by"]))
    if "for" not in given:
        return name
    return words.sentence("policy", "stands-in", {"by": name, "absent": people.name(str(given["for"]))})


def approvals_text(request: Request, people: People, words: Words) -> str:
    """Everybody who approved so far, in order."""
    return ", ".join(approval_text(given, people, words) for given in request.approvals)


def who_approved(request: Request, people: People, words: Words) -> str:
    """Who approved a request: everybody, in order; "" while it is not approved."""
    if not request.approver:
        return ""
    return approvals_text(request, people, words) or people.name(request.approver)


def progress(request: Request, people: People, words: Words) -> list[str]:
    """What Checks says of a submitted request's approvals: how far they are, or why nobody can approve it."""
    if request.status != Status.SUBMITTED or not request.policy:
        return []
    rule = str(request.policy.get("rule", ""))
    if "faults" in request.policy:
        faults = "; ".join(fault_text((key, facts), words) for key, facts in request.policy["faults"])
        return [words.sentence("policy", "held", {"rule": rule, "faults": faults})]
    if not request.approvals:
        return []
    facts = {
        "names": approvals_text(request, people, words),
        "given": str(len(request.approvals)),
        "needed": str(needed(request)),
        "waits": waits_for(request, people, words),
    }
    return [words.sentence("policy", "progress", facts)]


def fault_text(fault: Fault, words: Words) -> str:
    """What of a rule cannot be read."""
    key, facts = fault
    return words.sentence("policy", key, facts)
