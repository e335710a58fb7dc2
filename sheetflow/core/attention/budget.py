"""The settings of the attention budget, from the Settings tab. What cannot be read leaves its default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from sheetflow.core.attention.calendar import Calendar, read_calendar, read_week

BUDGET_DEFAULTS: Mapping[str, str] = {
    "digest": "yes",
    "digest_hour": "9:00",
    "working_days": "Mon-Fri",
    "holidays": "",
    "urgent_days": "2",
    "reminder_days": "2, 4",
    "escalation_days": "6",
    "tasks": "no",
    "chat": "off",
}
URGENT, SUMMARY = "urgent", "summary"
"""What may go to a Chat space: what people are told of at once; a summary each working morning."""
SPACE: Mapping[str, frozenset[str]] = {
    "": frozenset(), "off": frozenset(), "no": frozenset(), "нет": frozenset(), "выкл": frozenset(),
    "urgent": frozenset({URGENT}), "срочное": frozenset({URGENT}),
    "summary": frozenset({SUMMARY}), "сводка": frozenset({SUMMARY}),
    "all": frozenset({URGENT, SUMMARY}), "всё": frozenset({URGENT, SUMMARY}),
    "все": frozenset({URGENT, SUMMARY}),
}  # fmt: skip
"""The words for it, of both languages."""
YES = ("yes", "true", "on", "1", "да", "вкл")
MOST = 365
"""Working days that a setting may be."""

_HOUR = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a person may be told at once, and when the rest.

    `on`: whether there are digests at all; without them each letter goes at once. `hour`: when digests go, by
    the company's clock. `urgent`: working days until the day to pay by, from which on a request is urgent.
    `reminders`: after how many working days of waiting the digest says so again. `escalation`: after how many
    the directors are told; 0 for never. `space`: what goes to the Chat space, too.
    """

    on: bool = True
    hour: time = time(9)
    urgent: int = 2
    reminders: tuple[int, ...] = (2, 4)
    escalation: int = 6
    calendar: Calendar = field(default_factory=Calendar)
    space: frozenset[str] = frozenset()


def read_budget(values: Mapping[str, str], problems: list[str]) -> Budget:
    """The budget that the settings say; what is wrong with them is added to `problems`."""

    def wrong(key: str, what: str) -> None:
        problems.append(
            f"Settings: {key} is {values[key]!r}, {what}; {BUDGET_DEFAULTS[key] or 'none'} counts"
        )

    def days(key: str) -> tuple[int, ...]:
        parts = [part.strip() for part in re.split(r"[,;]", values[key]) if part.strip()]
        if all(part.isascii() and part.isdigit() and int(part) <= MOST for part in parts):
            return tuple(sorted({int(part) for part in parts}))
        wrong(key, f"not whole numbers of working days up to {MOST}")
        return tuple(int(part) for part in BUDGET_DEFAULTS[key].split(","))

    hour = read_hour(values["digest_hour"])
    if hour is None:
        wrong("digest_hour", "not a time of day such as 9:00")
    try:
        week = read_week(values["working_days"])
    except ValueError:
        wrong("working_days", "not weekdays such as Mon-Fri")
        week = read_week(BUDGET_DEFAULTS["working_days"])
    calendar, unread = read_calendar(week, values["holidays"])
    if unread:
        problems.append(f"Settings: holidays: {', '.join(unread)!r} cannot be read, so it changes no day")
    space = SPACE.get(values.get("chat", "").strip().lower())
    if space is None:
        wrong("chat", "not off, urgent, summary or all")
    urgent, escalation = days("urgent_days"), days("escalation_days")
    return Budget(
        on=values["digest"].strip().lower() in YES,
        hour=hour or time(9),
        urgent=urgent[0] if urgent else 0,
        reminders=tuple(day for day in days("reminder_days") if day),
        escalation=escalation[0] if escalation else 0,
        calendar=calendar,
        space=space or frozenset(),
    )


def read_hour(text: str) -> time | None:
    """A time of day; None where there is none in the text.

    >>> read_hour("9"), read_hour("16:30"), read_hour("25:00")
    (datetime.time(9, 0), datetime.time(16, 30), None)
    """
    found = _HOUR.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return time(int(found[1]), int(found[2] or 0))
