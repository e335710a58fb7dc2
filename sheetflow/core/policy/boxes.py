"""What rules fit, as boxes: amounts from to, departments, categories, contractors new or known.

Everything is finite but the amount, so what a rule leaves of a box is again boxes, exactly. One currency at a
time: amounts are whole minor units of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from sheetflow.core.company import Company
from sheetflow.core.policy.table import Rule
from sheetflow.model.money import minor_digits

OTHERS = ""
"""Stands for every department or category that no rule and no setting names, and for none."""
CONTRACTORS = frozenset({"new", "known"})


@dataclass(frozen=True, slots=True)
class Box:
    """`low`, `high`: minor units, both included; `high` None: without end."""

    low: int
    high: int | None
    departments: frozenset[str]
    categories: frozenset[str]
    contractors: frozenset[str] = CONTRACTORS

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        crossed = self.high is not None and self.low > self.high
        return crossed or not (self.departments and self.categories and self.contractors)

    def meet(self, other: Box) -> Box:
        """What is in both."""
        ends = [end for end in (self.high, other.high) if end is not None]
        return Box(
            max(self.low, other.low), min(ends, default=None), self.departments & other.departments,
            self.categories & other.categories, self.contractors & other.contractors,
        )  # fmt: skip

    def without(self, other: Box) -> Iterator[Box]:
        """What is in this one alone: boxes that do not meet."""
        both = self.meet(other)
        if both.empty:
            yield self
            return
        parts = [
            replace(self, high=both.low - 1),
            *([] if both.high is None else [replace(self, low=both.high + 1)]),
        ]
        middle = replace(self, low=both.low, high=both.high)
        parts.append(replace(middle, departments=self.departments - both.departments))
        middle = replace(middle, departments=both.departments)
        parts.append(replace(middle, categories=self.categories - both.categories))
        middle = replace(middle, categories=both.categories)
        parts.append(replace(middle, contractors=self.contractors - both.contractors))
        yield from (part for part in parts if not part.empty)


class Space:
    """All that a request can be, by the names that the rules and the settings know."""

    def __init__(self, company: Company) -> None:
        rules, settings = company.policy.rules, company.settings
        self.company = company
        self.departments = self._names("departments", (name for r in rules for name in r.departments))
        self.categories = self._names("categories", (name for r in rules for name in r.categories))
        named = [code for rule in rules for code in rule.currencies]
        self.currencies = list(dict.fromkeys([settings.base_currency, *settings.currencies, *named]))

    def _names(self, setting: str, named: Iterable[str]) -> frozenset[str]:
        listed = (name.casefold() for name in self.company.settings.items(setting))
        return frozenset({OTHERS, *named, *listed})

    @property
    def all(self) -> Box:
        """Everything."""
        return Box(1, None, self.departments, self.categories)

    def box(self, rule: Rule, currency: str) -> Box | None:
        """What of a currency's requests a rule fits, earlier rules aside."""
        settings = self.company.settings
        if rule.currencies:
            rate = Decimal(1) if currency in rule.currencies else None
            if rate is None:
                return None
        else:
            rate = Decimal(1) if currency == settings.base_currency else settings.rates.get(currency)
        if rate is None:  # larger than any bound
            low, high = (1, None) if rule.amount_to is None else (1, 0)
        else:
            unit = Decimal(10) ** minor_digits(currency) / rate
            low = max(1, int(((rule.amount_from or 0) * unit).to_integral_value(ROUND_CEILING)))
            high = None
            if rule.amount_to is not None:
                high = int((rule.amount_to * unit).to_integral_value(ROUND_FLOOR))
        found = Box(
            low, high,
            frozenset(rule.departments) or self.departments,
            frozenset(rule.categories) or self.categories,
            frozenset({rule.contractor}) if rule.contractor else CONTRACTORS,
        )  # fmt: skip
        return None if found.empty else found
