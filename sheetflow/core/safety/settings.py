"""What the Settings tab says of duplicates and budgets.

What cannot be read is said, and the stricter reading counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheetflow.core.rulebook import Rulebook
from sheetflow.core.safety.budgets import Budget, read_budgets
from sheetflow.model.people import People, Role

BLOCK, WARN = "block", "warn"
DEFAULTS: Mapping[str, str] = {
    "duplicates": BLOCK,
    "duplicate_days": "14",
    "duplicate_override": "approver",
    "budgets": "",
    "budget_over": WARN,
}
"""The settings and their values where the Settings tab says nothing."""
DECIDERS = (Role.APPROVER, Role.DIRECTOR)


@dataclass(frozen=True, slots=True)
class Safety:
    """`block`: a duplicate is approved with a reason only, by somebody with a role of `override`.

    `days`: how near two payments of one amount are, to look like one. `budgets`: by category in lower case.
    `budget_over`: who else has to approve what passes its budget, as a step of the policy names it, "" where
    it is only said.
    """

    block: bool = True
    duplicate_days: int = 14
    override: tuple[Role, ...] = (Role.APPROVER, Role.DIRECTOR)
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    budget_over: str = ""


def read_safety(
    values: Mapping[str, str], base: str, people: People, book: Rulebook, problems: list[str]
) -> Safety:
    """Read the settings. `base`: the base currency; `problems`: where what cannot be read is said."""

    def value(key: str) -> str:
        return values.get(key, "").strip() or DEFAULTS[key]

    duplicates = value("duplicates").lower()
    if duplicates not in (BLOCK, WARN, *_WORDS[BLOCK], *_WORDS[WARN]):
        problems.append(f"Settings: duplicates is {duplicates!r}, not block or warn; block counts")
    days = value("duplicate_days")
    if not (days.isascii() and days.isdigit() and len(days) < 4):
        problems.append(f"Settings: duplicate_days is {days!r}, no number of days; 14 counts")
        days = DEFAULTS["duplicate_days"]
    return Safety(
        duplicates not in (WARN, *_WORDS[WARN]),
        int(days),
        _override(value("duplicate_override"), book, problems),
        read_budgets(value("budgets"), base, problems),
        _over(value("budget_over"), people, book, problems),
    )


_WORDS = {BLOCK: ("блокировать",), WARN: ("предупреждать",)}
"""The Russian words for what both languages may say."""


def _override(text: str, book: Rulebook, problems: list[str]) -> tuple[Role, ...]:
    roles = []
    for name in text.replace(";", ",").split(","):
        role = book.roles.get(name.strip().lower())
        if role in DECIDERS:
            roles.append(Role(role))
        elif name.strip():
            problems.append(
                f"Settings: duplicate_override: {name.strip()!r} is not the role approver or director, "
                "so it lets nobody approve a duplicate"
            )
    return tuple(dict.fromkeys([*roles, Role.DIRECTOR]))


def _over(text: str, people: People, book: Rulebook, problems: list[str]) -> str:
    """Deny by default: an address that is nobody's makes a step that nobody can fulfil, and it is said."""
    if text.lower() in (WARN, *_WORDS[WARN]):
        return ""
    role = book.roles.get(text.lower())
    if role in DECIDERS:
        return f"role:{role}"
    person = people.find(text)
    if person is None or not person.has(*DECIDERS):
        problems.append(
            f"Settings: budget_over: {text!r} is neither warn nor an approver or director, so nobody can "
            "approve what passes its budget"
        )
    return person.email if person else text.lower()
