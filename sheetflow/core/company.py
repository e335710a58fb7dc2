"""The company as its own tabs describe it: People and Settings.

A row that cannot be understood gives nobody a right: it is reported and passed over (deny by default).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, time, timedelta, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from sheetflow.banking import own_accounts
from sheetflow.banking.own_accounts import OwnAccounts
from sheetflow.core.absences import read_absences
from sheetflow.core.attention.budget import BUDGET_DEFAULTS, Budget, read_budget, read_hour
from sheetflow.core.history import dumps
from sheetflow.core.policy.table import Policy, read_policy
from sheetflow.core.rulebook import Rulebook
from sheetflow.core.safety import settings as safety_settings
from sheetflow.core.safety.settings import Safety, read_safety
from sheetflow.model.cells import Cell, canonical, text_of
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.people import People, Person, Role
from sheetflow.model.snapshot import Row

DEFAULTS: Mapping[str, str] = {
    "company": "",
    "company_inn": "",
    "company_kpp": "",
    "base_currency": "RUB",
    "rates": "",
    "time_zone": "Europe/Moscow",
    "grace_seconds": "60",
    "hold_minutes": "10",
    "draft_days": "30",
    "contractor_notice": "yes",
    "contractor_language": "",
    "departments": "",
    "categories": "",
    "currencies": "RUB, USD, EUR, CNY",
    "vat_rates": "22 %, 20 %, 10 %, 7 %, 5 %, none",
    "order_numbers": "yearly",
    "own_accounts": "",
    "bank_export": "off",
    "bank_line_days": "30",
    "form_prefill": "",
    "recurring_days": "5",
    **safety_settings.DEFAULTS,
    **BUDGET_DEFAULTS,
}
"""Every setting and its value where the Settings tab says nothing."""

MOST_BEFORE = 25
"""Days before its due date that a recurring request's draft may be made."""
MOST = 100_000
"""Seconds, minutes or days that any of them may be: more is a typing error, and beyond the calendar."""

_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """The Settings tab, checked. Durations are timedeltas; lists keep the order of the tab."""

    values: Mapping[str, str]
    grace: timedelta
    hold: timedelta
    draft_life: timedelta
    base_currency: str
    currencies: tuple[str, ...]
    zone: tzinfo
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    accounts: OwnAccounts = field(default=OwnAccounts())
    recurring_days: int = 5
    bank_export: time | None = None
    line_life: timedelta = timedelta(days=30)

    def items(self, key: str) -> list[str]:
        """A setting that is a list, split at commas."""
        return [part.strip() for part in self.values.get(key, "").split(",") if part.strip()]

    def on(self, key: str) -> bool:
        """A setting that is a yes or no, in either language."""
        return self.values.get(key, "").strip().lower() in ("yes", "true", "on", "1", "да", "вкл")


@dataclass(frozen=True, slots=True)
class Company:
    """Who works here and how. `problems`: what on the two tabs could not be understood, as sentences.

    `policy`: who has to approve what; its rules know themselves what of them could not be understood.
    `safety`: what is said of duplicates and budgets.
    """

    people: People
    settings: Settings
    problems: tuple[str, ...] = field(default=())
    policy: Policy = field(default=Policy())
    safety: Safety = field(default=Safety())


def read_company(
    people: Sequence[Row], settings: Sequence[Row], book: Rulebook, policy: Sequence[Row] = ()
) -> Company:
    """Read the tabs, their header rows included. `policy`: only for who has to decide on approvals."""
    problems: list[str] = []
    staff = People(_people(people, book, problems))
    chosen = _settings(settings, book, problems)
    safety = read_safety(chosen.values, chosen.base_currency, staff, book, problems)
    rules = read_policy(policy, staff, chosen.base_currency, book)
    return Company(staff, chosen, tuple(problems), rules, safety)


def tab_digest(rows: Sequence[Row]) -> str:
    """A digest of a tab's content, to see that it changed."""
    return hashlib.sha256(dumps(tab_content(rows)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def tab_content(rows: Sequence[Row]) -> list[list[str]]:
    """A tab's content as canonical texts, blank rows and ends left out: what history keeps of it."""
    kept = []
    for row in rows:
        texts = [canonical(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            kept.append(texts)
    return kept


def _people(rows: Sequence[Row], book: Rulebook, problems: list[str]) -> list[Person]:
    if not rows:
        return []
    places = {book.people_headers.get(text_of(cell).lower(), ""): i for i, cell in enumerate(rows[0])}

    def at(row: Row, key: str) -> str:
        place = places.get(key, -1)
        return text_of(row[place]) if 0 <= place < len(row) else ""

    found: list[Person] = []
    taken: set[str] = set()
    for row in rows[1:]:
        email = at(row, "email").lower()
        if not email:
            continue
        aliases = frozenset(alias.lower() for alias in _split(at(row, "aliases")))
        if wrong := [address for address in (email, *sorted(aliases)) if not _ADDRESS.fullmatch(address)]:
            problems.append(f"{email}: {wrong[0]!r} is no e-mail address, so the row counts for nobody")
            continue
        if email in taken or taken & aliases:
            problems.append(f"{email}: this address stands on the People tab twice; the first row counts")
            continue
        taken |= {email, *aliases}
        roles = set()
        for name in _split(at(row, "roles")):
            role = book.roles.get(name.lower())
            if role is None:
                problems.append(f"{email}: unknown role {name!r}")
            else:
                roles.add(Role(role))
        try:
            limits = _limits(at(row, "limit"))
        except Invalid:
            problems.append(f"{email}: the limit {at(row, 'limit')!r} cannot be read, so it covers nothing")
            limits = {}
        found.append(
            Person(
                email,
                at(row, "name") or email,
                frozenset(roles),
                limits,
                at(row, "language").lower(),
                aliases,
                read_absences(at(row, "absent"), email, problems),
                _hour(at(row, "digest_hour"), email, problems),
            )
        )
    return found


def _hour(text: str, email: str, problems: list[str]) -> time | None:
    hour = read_hour(text) if text else None
    if text and hour is None:
        problems.append(f"{email}: the digest's hour {text!r} is no time of day, so the company's counts")
    return hour


def _limits(text: str) -> dict[str, Decimal]:
    limits = {}
    for part in text.replace("\n", ";").split(";"):
        if not part.strip():
            continue
        words = part.rsplit(maxsplit=1)
        try:
            currency, amount = parse_currency(words[-1]), words[0]
        except Invalid:
            currency, amount = "RUB", part
        limits[currency] = parse_amount(amount)
    return limits


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",") if part.strip()]


def _settings(rows: Sequence[Row], book: Rulebook, problems: list[str]) -> Settings:
    values = {**DEFAULTS, **book.defaults}
    for row in rows[1:]:
        name = text_of(row[0]) if row else ""
        if not name:
            continue
        key = book.setting_names.get(name.lower())
        if key is None or key not in DEFAULTS:
            problems.append(f"Settings: unknown setting {name!r}")
        elif len(row) > 1 and text_of(row[1]):
            values[key] = text_of(row[1])

    def number(key: str, least: int, most: int = MOST) -> int:
        text = values[key]
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        problems.append(
            f"Settings: {key} is {text!r}, not a whole number from {least} to {most}; {DEFAULTS[key]} counts"
        )
        return int(DEFAULTS[key])

    currencies = []
    for name in _split(values["currencies"]):
        try:
            currencies.append(parse_currency(name))
        except Invalid:
            problems.append(f"Settings: {name!r} is no currency")
    try:
        base = parse_currency(values["base_currency"])
    except Invalid:
        problems.append(f"Settings: {values['base_currency']!r} is no currency; RUB counts")
        base = "RUB"
    return Settings(
        values,
        grace=timedelta(seconds=number("grace_seconds", 1)),
        hold=timedelta(minutes=number("hold_minutes", 1)),
        draft_life=timedelta(days=number("draft_days", 1)),
        base_currency=base,
        currencies=tuple(currencies),
        zone=_zone(values["time_zone"], problems),
        rates=_rates(values["rates"], problems),
        budget=read_budget(values, problems),
        accounts=_accounts(values["own_accounts"], problems),
        recurring_days=number("recurring_days", 0, MOST_BEFORE),
        bank_export=_export_hour(values["bank_export"], problems),
        line_life=timedelta(days=number("bank_line_days", 1)),
    )


def _accounts(text: str, problems: list[str]) -> OwnAccounts:
    found = own_accounts.read(text)
    problems += [f"Settings: {problem}" for problem in found.problems]
    return found


def _export_hour(text: str, problems: list[str]) -> time | None:
    """When bank files are made by themselves, None for never: what cannot be read makes none."""
    hour = read_hour(text)
    if hour is None and text.strip().lower() not in ("", "off", "no", "нет", "выкл"):
        problems.append(f"Settings: bank_export is {text!r}, not off and no time of day such as 17:00")
    return hour


def _rates(text: str, problems: list[str]) -> dict[str, Decimal]:
    """What one unit of a currency comes to in the base currency: "USD 92.50; EUR 100"."""
    rates = {}
    for part in text.replace("\n", ";").split(";"):
        name, _, rate = part.strip().partition(" ")
        if not name:
            continue
        try:
            rates[parse_currency(name)] = parse_amount(rate.lstrip(" ="))
        except Invalid:
            problems.append(
                f"Settings: rates: {part.strip()!r} is no rate such as USD 92.50, so it does not count"
            )
    return rates


def _zone(name: str, problems: list[str]) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        problems.append(f"Settings: time_zone is {name!r}, which is no time zone; UTC counts")
        return UTC


def cell_of(row: Row, place: int | None) -> Cell:
    """A cell of a ragged row, "" beyond its end."""
    return row[place] if place is not None and place < len(row) else ""
