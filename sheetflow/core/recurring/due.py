"""Which drafts are to be made on a day: each due date once, in time, whatever was missed.

Remembered is the last due date of each template, by its name. A template that was renamed is known by what it
says else; one that was seen never before makes nothing for days gone by, but for its very first date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from sheetflow.core.attention.calendar import Calendar
from sheetflow.core.recurring.table import MOST, Template, key_of

LONGEST_AWAY = timedelta(days=400)
"""How long a template that is gone from the tab is remembered: it may come back."""
_FARTHEST_SHIFT = 62


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due date of a template. `due`: as the period has it; `pay_by`: the working day on or before."""

    template: Template
    due: date
    pay_by: date

    @property
    def made(self) -> date:
        """The day on which its draft is made."""
        return self.pay_by - timedelta(days=self.template.before)


def occurrences(
    templates: Iterable[Template], memory: Mapping[str, str], today: date, calendar: Calendar
) -> list[Occurrence]:
    """What is to be made today: all that is due by now and was not made, of the days missed the latest alone.

    Args:
        templates: of the tab as it stands.
        memory: the token's `recurring`.
        today: by the company's clock.
        calendar: when the company works.
    """
    templates = list(templates)
    there = {template.key for template in templates}
    found: list[Occurrence] = []
    for template in templates:
        if not template.faults:
            last = remembered(template, memory, there)
            found += takewhile(lambda one: one.made <= today, _open(template, last, today, calendar))
    return sorted(found, key=lambda one: (one.due, one.template.row))


def coming(
    template: Template, memory: Mapping[str, str], there: Iterable[str], today: date, calendar: Calendar
) -> Occurrence | None:
    """What a template makes next, None where nothing comes any more."""
    last = remembered(template, memory, set(there))
    return next(iter(_open(template, last, today, calendar)), None)


def remembered(template: Template, memory: Mapping[str, str], there: set[str]) -> date | None:
    """The last due date that a draft was made for, None where there was none."""
    known = memory.get(template.key)
    if known is None:  # renamed? Then what it says is known under a name that is gone
        known = max(
            (text for key, text in memory.items() if key not in there and text[10:] == template.content),
            default=None,
        )
    return date.fromisoformat(known[:10]) if known else None


def remember(
    memory: Mapping[str, str], made: Iterable[Occurrence], templates: Iterable[Template], today: date
) -> dict[str, str]:
    """The memory after these were made: the last due date and what the template said, by its key."""
    templates = list(templates)
    there = {template.key for template in templates}
    found = dict(memory)
    for template in templates:  # a renamed one takes its memory along
        if (
            not template.faults
            and template.key not in found
            and (last := remembered(template, memory, there))
        ):
            found[template.key] = f"{last}{template.content}"
    for one in made:
        found[one.template.key] = max(found.get(one.template.key, ""), f"{one.due}{one.template.content}")
    kept = {
        key: text
        for key, text in found.items()
        if key in there or date.fromisoformat(text[:10]) + LONGEST_AWAY >= today
    }
    newest = sorted(kept, key=lambda key: (key in there, kept[key]), reverse=True)[: MOST + MOST // 2]
    return {key: kept[key] for key in sorted(newest)}


def renamed(memory: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    """The memory after somebody was seen typing another name."""
    before, after = key_of(old), key_of(new)
    if before not in memory or after in memory:
        return dict(memory)
    return {**memory, after: memory[before]}


def _open(template: Template, last: date | None, today: date, calendar: Calendar) -> Iterator[Occurrence]:
    """What was not made yet, the soonest first: the latest of the days missed, and all from today on."""
    first, period = template.first, template.period
    number = period.number(first, today)
    missed = number - 1
    if template.until is not None:
        missed = min(missed, period.number(first, template.until + timedelta(days=1)) - 1)
    if missed == 0 or (missed > 0 and last is not None):
        yield from _unmade(template, missed, last, calendar)
    while (due := period.day(first, number)) is not None and not (template.until and due > template.until):
        yield from _unmade(template, number, last, calendar)
        number += 1


def _unmade(template: Template, number: int, last: date | None, calendar: Calendar) -> Iterator[Occurrence]:
    due = template.period.day(template.first, number)
    if due is not None and (last is None or due > last):
        yield Occurrence(template, due, working_day(due, calendar))


def working_day(day: date, calendar: Calendar) -> date:
    """The day itself, or the working day before it; the day itself where there is none for weeks."""
    for back in range(_FARTHEST_SHIFT):
        if calendar.works(day - timedelta(days=back)):
            return day - timedelta(days=back)
    return day
