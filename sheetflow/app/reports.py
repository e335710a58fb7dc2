"""Reports on a registry: what is due, what is open, what was spent, how long it took. Tables by pandas.

Read from State (what was accepted) and History (when it was). Sums of different currencies are never added
up: each table has a row a currency. An equivalent in the base currency stands beside a sum, with its rate.
Nothing of the edit path imports this module, for pandas takes longer to load than a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import pandas as pd

from sheetflow.core.calendar import Due, open_requests
from sheetflow.core.company import Settings, read_company
from sheetflow.core.folding import fold
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.cells import text_of
from sheetflow.model.events import Event
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import Money, parse_money, totals
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Row
from sheetflow.workflow.table import Status

TABLES: Mapping[str, tuple[str, ...]] = {
    "due": ("when", "currency", "account", "requests", "amount", "approved", "equivalent"),
    "open": ("status", "currency", "requests", "amount", "equivalent"),
    "spend": ("month", "category", "currency", "requests", "amount", "equivalent"),
    "times": ("by", "name", "requests", "approval_median", "approval_p90", "paid", "paid_median", "paid_p90"),
}
"""Each table and its columns. Times are days; `paid`: how many of the requests were paid in full."""
OVERDUE, TODAY, WEEK = "overdue", "today", "week"
DUE = (OVERDUE, TODAY, WEEK)
"""When something is due: before today, today, later in the same week, which ends on Sunday."""
GROUPS = ("all", "department", "contractor")
UNFINISHED = (Status.DRAFT, Status.RETURNED, Status.SUBMITTED, Status.APPROVED, Status.PART_PAID)
"""Statuses in which somebody still has something to do."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says.

    `month`: "2026-11" where spend and times are of that month alone, else "". `tables`: rows as texts, by
    `TABLES`. `rates`: units of the base currency for one of each, and `since` when the Settings tab said so
    first ("" where the history does not know). `base`: the base currency.
    """

    today: date
    month: str
    tables: Mapping[str, Sequence[Mapping[str, str]]]
    base: str
    rates: Mapping[str, Decimal]
    since: str

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        rates = {currency: str(rate) for currency, rate in self.rates.items()}
        told = {"base": self.base, "rates": rates, "since": self.since}
        return {"today": self.today.isoformat(), "month": self.month, **self.tables, "equivalent": told}


@dataclass(slots=True)
class _Course:
    """When a request was first submitted, last approved and paid in full; and each payment that stands."""

    submitted: datetime | None = None
    approved: datetime | None = None
    paid: datetime | None = None
    payments: list[tuple[date, Decimal]] = field(default_factory=list)


def report(
    state: Iterable[Row],
    events: Sequence[Event],
    settings: Settings,
    book: Rulebook,
    today: date,
    month: str = "",
) -> Report:
    """The tables of a day.

    Args:
        state: the State tab's rows.
        events: the whole history, verified or not.
        settings: as they stand; by their `rates` the equivalents are.
        book: reads what the Settings tab said before.
        today: in the company's time zone.
        month: as "2026-11": payments of that month, and times of what was paid or approved in it.

    Raises:
        ConfigError: a State row cannot be read.
        KeyError: the history has an event of a newer sheetflow.
    """
    rows = [row for row in state if row]
    requests, courses = fold(events), _courses(events, settings.zone)
    equivalent = _Equivalent(settings)
    tables = {
        "due": _due(open_requests(rows), today, equivalent),
        "open": _open(open_requests(rows, statuses=UNFINISHED), equivalent),
        "spend": _spend(requests, courses, month, equivalent),
        "times": _times(requests, courses, month, settings.zone),
    }
    since = rates_since(events, settings, book)
    return Report(today, month, tables, settings.base_currency, settings.rates, since)


def rates_since(events: Iterable[Event], settings: Settings, book: Rulebook) -> str:
    """The day since when the Settings tab gives these rates, ISO; "" where the history does not know."""
    since, before = "", None
    for event in events:
        if event.kind == "SettingsChanged":
            rates = read_company([], event.data["rows"], book).settings.rates
            if rates != before:
                since, before = event.at.astimezone(settings.zone).date().isoformat(), rates
    return since if before == settings.rates else ""


class _Equivalent:
    """What a sum comes to in the base currency, by the setting `rates`."""

    def __init__(self, settings: Settings) -> None:
        self.base, self.rates = settings.base_currency, settings.rates

    def __call__(self, money: Money) -> str:
        """Units of the base currency; "" where it is the base currency already, or has no rate."""
        rate = self.rates.get(money.currency)
        if rate is None or money.currency == self.base:
            return ""
        return f"{(money.amount * rate).quantize(Decimal('0.01'))}"


def _due(dues: Sequence[Due], today: date, equivalent: _Equivalent) -> list[dict[str, str]]:
    sunday = today + timedelta(days=6 - today.weekday())
    found: dict[tuple[str, str, str], list[Due]] = {}
    for due in dues:
        if due.open and due.day and due.day <= sunday:
            when = OVERDUE if due.day < today else TODAY if due.day == today else WEEK
            account = text_of(due.request.cell("pay_from"))
            found.setdefault((when, due.open.currency, account), []).append(due)
    ordered = sorted(found.items(), key=lambda item: (DUE.index(item[0][0]), *item[0][1:]))
    rows = []
    for (when, currency, account), own in ordered:
        whole = totals(due.open for due in own if due.open)[0]
        decided = totals(due.open for due in own if due.open and due.decided)
        rows.append(
            {
                "when": when, "currency": currency, "account": account, "requests": str(len(own)),
                "amount": str(whole.amount), "equivalent": equivalent(whole),
                "approved": str(decided[0].amount if decided else Money(Decimal(0), currency).amount),
            }
        )  # fmt: skip
    return rows


def _open(dues: Sequence[Due], equivalent: _Equivalent) -> list[dict[str, str]]:
    """What stands in each status; an amount that cannot be read counts as a request without currency."""
    rows = []
    for status in UNFINISHED:
        own = [due for due in dues if due.request.status == status]
        for whole in totals(due.open for due in own if due.open):
            count = sum(1 for due in own if due.open and due.open.currency == whole.currency)
            rows.append(
                {
                    "status": status.value, "currency": whole.currency, "requests": str(count),
                    "amount": str(whole.amount), "equivalent": equivalent(whole),
                }
            )  # fmt: skip
        if unread := sum(1 for due in own if due.open is None):
            rows.append(
                {
                    "status": status.value, "currency": "", "requests": str(unread), "amount": "",
                    "equivalent": "",
                }
            )  # fmt: skip
    return rows


def _spend(
    requests: Mapping[str, Request], courses: Mapping[str, _Course], month: str, equivalent: _Equivalent
) -> list[dict[str, str]]:
    paid = []
    for rid, course in courses.items():
        request = requests[rid]
        try:
            currency = parse_money(request.cell("amount"), text_of(request.cell("currency"))).currency
        except Invalid:
            continue  # it was submitted once, so it could be read: only an import may have such a cell
        category = text_of(request.cell("category"))
        paid += [(f"{day:%Y-%m}", category, currency, rid, amount) for day, amount in course.payments]
    table = pd.DataFrame(paid, columns=["month", "category", "currency", "rid", "amount"])
    if month:
        table = table[table["month"] == month]
    rows = []
    for key, group in table.groupby(["month", "category", "currency"], sort=True):
        when, category, currency = (str(part) for part in key)
        whole = Money(sum(group["amount"], Decimal(0)), currency)  # Decimal: exact
        rows.append(
            {
                "month": when, "category": category, "currency": currency,
                "requests": str(group["rid"].nunique()), "amount": str(whole.amount),
                "equivalent": equivalent(whole),
            }
        )  # fmt: skip
    return rows


def _times(
    requests: Mapping[str, Request], courses: Mapping[str, _Course], month: str, zone: tzinfo
) -> list[dict[str, str]]:
    """From the first submit to the approval that stands, and to the payment that made it whole."""
    taken = []
    for rid, course in courses.items():
        last = course.paid or course.approved
        if not course.submitted or not course.approved or not last:
            continue
        if month and f"{last.astimezone(zone):%Y-%m}" != month:
            continue
        cell = requests[rid].cell
        taken.append(
            {
                "all": "", "department": text_of(cell("department")),
                "contractor": text_of(cell("contractor")),
                "approval": (course.approved - course.submitted) / _DAY,
                "paid": (course.paid - course.submitted) / _DAY if course.paid else None,
            }
        )  # fmt: skip
    columns = [*GROUPS, "approval", "paid"]
    table = pd.DataFrame(taken, columns=columns).astype({"approval": float, "paid": float})
    rows = []
    for by in GROUPS:
        for name, group in table.groupby(by, sort=True):
            approval, paid = group["approval"], group["paid"].dropna()
            rows.append(
                {
                    "by": by, "name": str(name), "requests": str(len(group)),
                    "approval_median": _days(approval, 0.5), "approval_p90": _days(approval, 0.9),
                    "paid": str(len(paid)), "paid_median": _days(paid, 0.5), "paid_p90": _days(paid, 0.9),
                }
            )  # fmt: skip
    return rows


def _days(values: pd.Series[float], share: float) -> str:
    return f"{values.quantile(share):.1f}" if len(values) else ""


def _courses(events: Iterable[Event], zone: tzinfo) -> dict[str, _Course]:
    """What the history says of each request's course; a payment taken back, or an approval, is none."""
    found: dict[str, _Course] = {}
    for event in events:
        if not event.request:
            continue
        course = found.setdefault(event.request, _Course())
        if event.kind == "RequestSubmitted":
            course.submitted, course.approved = course.submitted or event.at, None
        elif event.kind == "RequestApproved":
            course.approved = event.at
        elif event.kind in ("RequestReturned", "RequestWithdrawn"):
            course.approved = None
        elif event.kind in ("RequestPaid", "RequestPartPaid"):
            day = str(event.data.get("date", "")) if event.via == "bank" else ""
            when = date.fromisoformat(day) if day else event.at.astimezone(zone).date()
            course.payments.append((when, Decimal(event.data["amount"])))
            course.paid = event.at if event.kind == "RequestPaid" else None
        elif event.kind == "PaymentReversed":
            course.payments, course.paid = [], None
    return found
