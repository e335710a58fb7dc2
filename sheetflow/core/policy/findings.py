"""What is wrong with an approval policy: rules that cannot be read, meet nothing or ask what nobody can do.

A `fault` is a rule that does not do what it says; anything else is worth knowing. The sentences are those of
`[policy_findings]` in `rules.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sheetflow.core.company import Company
from sheetflow.core.policy.boxes import CONTRACTORS, OTHERS, Box, Space
from sheetflow.core.policy.steps import Turns
from sheetflow.core.policy.table import DECIDERS, Fault, Rule
from sheetflow.core.policy.telling import fault_text
from sheetflow.core.rulebook import Words
from sheetflow.model.money import Money, format_money, minor_digits
from sheetflow.model.people import Person, Role
from sheetflow.model.request import Request

MOST_GAPS = 8
"""Of what no rule fits, how much is told."""
_SMALLEST = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing. `rule`: its name, "" for the policy as a whole. `unread`, `gap`: told by language."""

    key: str
    rule: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    fault: bool = False
    unread: Sequence[Fault] = ()
    gap: tuple[str, Box] | None = None

    def says(self, words: Words, space: Space) -> str:
        """The finding in a language."""
        facts = {**self.facts, "name": self.rule}
        if self.unread:
            facts["faults"] = "; ".join(fault_text(fault, words) for fault in self.unread)
        if self.gap:
            facts["what"] = _described(*self.gap, words, space)
        return words.sentence("policy_findings", self.key, facts)


def findings(company: Company, at: datetime) -> list[Finding]:
    """Everything that is wrong or worth knowing, faults first. `at`: absences are dated."""
    rules = company.policy.rules
    found = [Finding("unread", rule.name, fault=True, unread=rule.faults) for rule in rules if rule.faults]
    found += _order(company)
    for rule in rules:
        if not rule.faults:
            found += _people(rule, company, at)
    found += _names(company)
    found += _substitutes(company, at)
    return sorted(found, key=lambda one: not one.fault)


# --- which rules meet what


def _order(company: Company) -> Iterator[Finding]:
    rules, space = company.policy.rules, Space(company)
    if not rules:
        return
    same: dict[tuple[object, ...], Rule] = {}
    hit: set[int] = set()
    over: dict[int, list[str]] = {}
    gaps: list[tuple[str, Box]] = []
    for currency in space.currencies:
        left = [space.all]
        earlier: list[tuple[Rule, Box]] = []
        for rule in rules:
            box = space.box(rule, currency)
            if box is None:
                continue
            if any(not part.meet(box).empty for part in left):
                hit.add(rule.row)
            over.setdefault(rule.row, []).extend(
                one.name for one, other in earlier if not other.meet(box).empty
            )
            earlier.append((rule, box))
            left = [part for whole in left for part in whole.without(box)]
        gaps += [(currency, part) for part in left]
    for rule in rules:
        key = (
            rule.amount_from, rule.amount_to, frozenset(rule.currencies), frozenset(rule.departments),
            frozenset(rule.categories), rule.contractor,
        )  # fmt: skip
        first = same.setdefault(key, rule)
        if first is not rule:
            kind = (
                "repeated" if first.steps == rule.steps and not (first.faults or rule.faults) else "conflict"
            )
            yield Finding(kind, rule.name, {"other": first.name}, fault=True)
        elif rule.row not in hit:
            names = ", ".join(dict.fromkeys(over.get(rule.row, ())))
            yield Finding(
                "unreachable" if names else "fits-nothing", rule.name, {"others": names}, fault=True
            )
    yield from (Finding("gap", gap=gap) for gap in gaps[:MOST_GAPS])
    if len(gaps) > MOST_GAPS:
        yield Finding("more-gaps", facts={"count": str(len(gaps) - MOST_GAPS)})


def _described(currency: str, box: Box, words: Words, space: Space) -> str:
    """A gap in words: "RUB, 500 000.01 and more; Department: sales"."""

    def money(units: int) -> str:
        return format_money(Money.from_minor_units(units, currency), words.language)

    facts = {"currency": currency, "low": money(box.low), "high": money(box.high or 0)}
    kind = ("from" if box.low > 1 else "any") if box.high is None else ("between" if box.low > 1 else "to")
    parts = [words.sentence("policy_findings", f"amount-{kind}", facts)]
    for key, names, all_of_them in (
        ("department", box.departments, space.departments),
        ("category", box.categories, space.categories),
        ("contractor", box.contractors, CONTRACTORS),
    ):
        if names != all_of_them:
            shown = [words.label("policy_words", name) for name in sorted(names - {OTHERS})]
            shown += [words.sentence("policy_findings", "others", {})] * (OTHERS in names)
            parts.append(f"{words.label('policy', key)}: {', '.join(shown)}")
    return "; ".join(parts)


# --- who can do what they ask


def _people(rule: Rule, company: Company, at: datetime) -> Iterator[Finding]:
    def turns(requester: str = "") -> Turns:
        return Turns(Request("", requester=requester, policy=rule.snapshot()), company, at)

    filled, needed = turns().fillable()
    if filled < needed:
        yield Finding("too-few", rule.name, {"filled": str(filled), "needed": str(needed)}, fault=True)
        return
    own = [
        person.name
        for person in company.people.with_role(*DECIDERS)
        if person.has(Role.MANAGER) and turns(person.email).fillable()[0] < needed
    ]
    if own:
        yield Finding("own-requests", rule.name, {"whom": ", ".join(own)})
    yield from _limits(rule, turns().named(), company)


def _limits(rule: Rule, named: Sequence[Person], company: Company) -> Iterator[Finding]:
    """Somebody's limit has to cover the amount; whose limit covers not even the least is asked in vain."""
    if any(person.has(Role.DIRECTOR) for person in named):
        return
    for currency in rule.currencies or (company.settings.base_currency,):
        most = max((person.limits.get(currency, Decimal(0)) for person in named), default=Decimal(0))
        least = max(rule.amount_from or _SMALLEST, Decimal(1).scaleb(-minor_digits(currency)))
        facts = {"limit": f"{most:,f} {currency}".replace(",", "\N{NO-BREAK SPACE}")}
        if most < least:
            yield Finding("limit-none", rule.name, facts, fault=True)
        elif rule.amount_to is None or most < rule.amount_to:
            yield Finding("limit-part", rule.name, facts)


def _names(company: Company) -> Iterator[Finding]:
    """Names that the settings do not know, and currencies whose amounts cannot be compared."""
    settings = company.settings
    for column, setting in (("department", "departments"), ("category", "categories")):
        listed = {name.casefold() for name in settings.items(setting)}
        for rule in company.policy.rules:
            for name in rule.departments if column == "department" else rule.categories:
                if listed and name not in listed:
                    yield Finding("unlisted", rule.name, {"policy_column": column, "value": name})
    bounded = any(
        not rule.currencies and (rule.amount_from is not None or rule.amount_to is not None)
        for rule in company.policy.rules
    )
    without = [c for c in settings.currencies if c != settings.base_currency and c not in settings.rates]
    if bounded and without:
        yield Finding("no-rate", facts={"currencies": ", ".join(without)})


def _substitutes(company: Company, at: datetime) -> Iterator[Finding]:
    """Absences to come in which nobody can stand in."""
    today = at.astimezone(company.settings.zone).date()
    for person in company.people.with_role(*DECIDERS):
        for absence in person.absences:
            if absence.end < today or not absence.substitute:
                continue
            stand_in = company.people.find(absence.substitute)
            facts = {"absent": person.name, "value": absence.substitute}
            if stand_in is None or not stand_in.has(*DECIDERS):
                yield Finding("substitute-role", facts=facts, fault=True)
            elif stand_in is person:
                yield Finding("substitute-self", facts=facts, fault=True)
            elif any(a.start <= absence.end and absence.start <= a.end for a in stand_in.absences):
                yield Finding("substitute-away", facts=facts)
