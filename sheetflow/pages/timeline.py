"""A request's history as a person reads it: when, who, what, and what they said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sheetflow.core.policy.telling import approval_text
from sheetflow.model.cells import text_of
from sheetflow.model.events import Event, Refusal
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money, format_money
from sheetflow.pages.texts import fill
from sheetflow.pages.view import Visit, written_moment


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline. `said`: a comment or reason, in the person's own words."""

    at: str
    who: str
    what: str
    via: str = ""
    detail: str = ""
    said: str = ""


def timeline(visit: Visit, events: Iterable[Event]) -> Sequence[Moment]:
    """The events of the visited request, in order."""
    return [_moment(visit, event) for event in events if event.request == visit.request.id]


def _moment(visit: Visit, event: Event) -> Moment:
    text, data = visit.text, event.data
    who = text["actors"].get(event.actor) or visit.company.people.name(event.actor)
    said = str(data.get("comment") or data.get("reason") or data.get("text") or "")
    return Moment(
        written_moment(event.at, visit),
        approval_text({"by": event.actor, **data}, visit.company.people, visit.words)
        if "for" in data
        else who,
        text["events"].get(event.kind, event.kind),
        _way(visit, event),
        _detail(visit, event),
        said,
    )


def _way(visit: Visit, event: Event) -> str:
    """Through what it happened. On the page: by whose link, or who had signed in."""
    text = visit.text
    if event.via != "page":
        return text["via"].get(event.via, "")
    if signed := str(event.data.get("signed_in", "")):
        return fill(text["via"]["signed_in"], address=signed)
    return fill(text["via"]["page"], address=event.actor)


def _detail(visit: Visit, event: Event) -> str:
    words, data = visit.words, event.data
    match event.kind:
        case "RequestPaid" | "RequestPartPaid" | "PaymentDisputed":
            try:
                paid = Money(Decimal(str(data["amount"])), str(data.get("currency", "")))
                return format_money(paid, visit.language)
            except (Invalid, InvalidOperation, KeyError):
                return str(data.get("amount", ""))
        case "FilesFiled":
            return words.label("columns", str(data.get("column", "")))
        case "MessageBounced":
            return str(data.get("to", ""))
        case "FieldChanged":
            return f"{words.label('columns', str(data.get('column', '')))}: {text_of(data.get('value', ''))}"
        case "EditRefused":
            rule, column = str(data.get("rule", "")), str(data.get("column", ""))
            facts = {str(name): str(fact) for name, fact in dict(data.get("facts", {})).items()}
            try:
                return words.refusal(Refusal(rule, event.request, column, facts))[0]
            except KeyError:  # a rule that is no more
                return rule
        case _:
            return ""
