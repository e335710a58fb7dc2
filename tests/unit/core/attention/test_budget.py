from __future__ import annotations

from datetime import time

import pytest

from sheetflow.core.attention.budget import BUDGET_DEFAULTS, Budget, read_budget, read_hour


def test_read_budget__the_defaults() -> None:
    problems: list[str] = []
    assert read_budget(BUDGET_DEFAULTS, problems) == Budget()
    assert problems == []


def test_read_budget__as_it_is_set() -> None:
    problems: list[str] = []
    values = {
        "digest": "нет", "digest_hour": "16.30", "working_days": "Пн-Сб", "holidays": "08.03",
        "urgent_days": "3", "reminder_days": "5; 1", "escalation_days": "0",
    }  # fmt: skip
    budget = read_budget(values, problems)
    assert (budget.on, budget.hour, budget.urgent, budget.reminders) == (False, time(16, 30), 3, (1, 5))
    assert budget.escalation == 0
    assert (budget.calendar.week, budget.calendar.yearly) == (frozenset(range(6)), frozenset({(3, 8)}))
    assert problems == []


@pytest.mark.parametrize(
    "key", ["digest_hour", "working_days", "urgent_days", "reminder_days", "escalation_days"]
)
def test_read_budget__what_is_wrong_is_told_and_the_default_counts(key: str) -> None:
    problems: list[str] = []
    assert read_budget({**BUDGET_DEFAULTS, key: "-1"}, problems) == Budget()
    (problem,) = problems
    assert problem.startswith(f"Settings: {key} is '-1', not ")


def test_read_budget__a_holiday_that_cannot_be_read() -> None:
    problems: list[str] = []
    assert read_budget({**BUDGET_DEFAULTS, "holidays": "Easter"}, problems) == Budget()
    assert problems == ["Settings: holidays: 'Easter' cannot be read, so it changes no day"]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("9", time(9)),
        ("09:05", time(9, 5)),
        ("16.30", time(16, 30)),
        ("9:00:00", time(9)),
        ("24:00", None),
        ("x", None),
    ],
)
def test_read_hour(text: str, hour: time | None) -> None:
    assert read_hour(text) == hour
