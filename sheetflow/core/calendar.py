"""What falls due when: open requests by day, week or month, with what they come to by currency.

Everything is read from State rows, so it is what was accepted, whatever stands in the Registry's cells.
Sums of different currencies are never added up. What today is, the caller says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sheetflow.core.projection import STATUS, WIDTH, from_row
from sheetflow.model.cells import text_of
from sheetflow.model.dates import parse_date
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money, parse_money, totals
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Registry, Row
from sheetflow.workflow.table import Status

DECIDED = (Status.APPROVED, Status.PART_PAID)
"""Statuses of what may be paid now."""
OPEN = (Status.SUBMITTED, *DECIDED)
"""Statuses that ask for money still to be paid."""
DAY, WEEK, MONTH = "day", "week", "month"
BY = (DAY, WEEK, MONTH)
"""How the calendar may be divided."""
AHEAD: Mapping[str, int] = {"week": 7, "month": 30}
"""Days from today, it included, that an outlook looks at."""


@dataclass(frozen=True, slots=True)
class Due:
    """One open request. `day` and `open` are None where date or amount cannot be read.

    `place`: its row's place in the Registry as it was read, None where it has none, or two.
    """

    request: Request
    day: date | None
    open: Money | None
    place: int | None = None

    @property
    def decided(self) -> bool:
        """Whether it may be paid now: approved, in part or not at all paid."""
        return self.request.status in DECIDED


@dataclass(frozen=True, slots=True)
class Span:
    """What falls due in a day, week or month, both ends included; both are None for what has no date.

    `overdue`: it was to be paid before today; such a span begins with its oldest entry.
    """

    first: date | None
    last: date | None
    entries: Sequence[Due]
    overdue: bool = False

    @property
    def totals(self) -> list[Money]:
        """What it comes to, by currency."""
        return totals(due.open for due in self.entries if due.open)


@dataclass(frozen=True, slots=True)
class Outlook:
    """One currency at a glance. `week` and `month`: due in the next 7 and 30 days, today included."""

    currency: str
    overdue: Money
    week: Money
    month: Money
    all: Money


def open_amount(request: Request) -> Money | None:
    """What is still to be paid of a request; None where its amount cannot be read."""
    try:
        whole = parse_money(request.cell("amount"), text_of(request.cell("currency")))
        return Money(whole.amount - (request.paid or Decimal(0)), whole.currency)
    except Invalid:
        return None


def due_day(request: Request) -> date | None:
    """The day until which a request is to be paid; None where it cannot be read."""
    try:
        return parse_date(request.cell("pay_by"))
    except Invalid:
        return None


def open_requests(
    state: Iterable[Row], registry: Registry | None = None, *, statuses: Sequence[Status] = OPEN
) -> list[Due]:
    """The open requests of the State, what is due first at the front.

    Raises:
        ConfigError: a State row cannot be read.
    """
    wanted = {status.value for status in statuses}
    places = _places(registry) if registry else {}
    found = []
    for row in state:
        if len(row) <= STATUS or row[STATUS] not in wanted:
            continue
        request = from_row([*row, *[""] * (WIDTH - len(row))])
        if not request.deleted:
            amount, day = open_amount(request), due_day(request)
            found.append(Due(request, day, amount, places.get(request.id)))
    found.sort(key=lambda due: (due.day or date.max, due.request.id))
    return found


def spans(dues: Sequence[Due], today: date, by: str = DAY) -> list[Span]:
    """The calendar: what is overdue, each day, week or month with anything in it, what has no date.

    Args:
        dues: as `open_requests` gives them.
        today: in the company's time zone.
        by: one of `BY`. A week begins on Monday. The first span begins with today, for what was before is
            overdue.
    """
    late = [due for due in dues if due.day and due.day < today]
    undated = [due for due in dues if due.day is None]
    ends: dict[date, list[Due]] = {}
    for due in dues:
        if due.day and due.day >= today:
            ends.setdefault(_END[by](due.day), []).append(due)
    found = [Span(late[0].day, today - timedelta(days=1), late, overdue=True)] if late else []
    found += [Span(max(today, _START[by](last)), last, ends[last]) for last in sorted(ends)]
    return [*found, Span(None, None, undated)] if undated else found


def outlooks(dues: Sequence[Due], today: date) -> list[Outlook]:
    """Each currency at a glance, in the order of their codes."""
    found = []
    for whole in totals(due.open for due in dues if due.open):
        own = [due for due in dues if due.open and due.open.currency == whole.currency]
        late = _within(own, whole.currency, date.min, today)
        week, month = (
            _within(own, whole.currency, today, today + timedelta(days=ahead)) for ahead in AHEAD.values()
        )
        found.append(Outlook(whole.currency, late, week, month, whole))
    return found


def _within(dues: Iterable[Due], currency: str, first: date, end: date) -> Money:
    """What falls due from a day on and before another."""
    whole = totals(due.open for due in dues if due.open and due.day and first <= due.day < end)
    return whole[0] if whole else Money(Decimal(0), currency)


def _places(registry: Registry) -> dict[str, int]:
    """The row of each request; of a number that stands in two rows, none."""
    column = registry.columns.get("id", -1)
    found: dict[str, int] = {}
    twice = set()
    for place, row in enumerate(registry.rows):
        rid = text_of(row[column]) if 0 <= column < len(row) else ""
        if rid in found:
            twice.add(rid)
        found[rid] = place
    return {rid: place for rid, place in found.items() if rid and rid not in twice}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


_END: Mapping[str, Callable[[date], date]] = {
    DAY: lambda day: day,
    WEEK: lambda day: _monday(day) + timedelta(days=6),
    MONTH: _month_end,
}
_START: Mapping[str, Callable[[date], date]] = {
    DAY: lambda day: day,
    WEEK: _monday,
    MONTH: lambda day: day.replace(day=1),
}
