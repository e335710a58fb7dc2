"""What is to be made when: each due date once, whatever was missed, sorted or renamed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.core.attention.calendar import Calendar
from sheetflow.core.recurring.due import Occurrence, coming, occurrences, remember, renamed
from sheetflow.core.recurring.period import Period
from sheetflow.core.recurring.table import Template
from tests.unit.core.recurring.test_period import days, periods

MONTH = Template("Rent", 2, "mia@firm.example", Period(months=1), date(2026, 12, 31), None, 5, {}, "content1")
CALENDAR = Calendar()


def made(
    templates: list[Template], memory: dict[str, str], today: date
) -> tuple[list[Occurrence], dict[str, str]]:
    found = occurrences(templates, memory, today, CALENDAR)
    return found, remember(memory, found, templates, today) if found else memory


def test_occurrences__five_days_before_and_then_not_again() -> None:
    assert made([MONTH], {}, date(2026, 12, 25))[0] == []
    found, memory = made([MONTH], {}, date(2026, 12, 26))
    assert [(one.due, one.pay_by) for one in found] == [(date(2026, 12, 31), date(2026, 12, 31))]
    assert made([MONTH], memory, date(2026, 12, 27))[0] == []
    assert coming(MONTH, memory, [MONTH.key], date(2026, 12, 27), CALENDAR) == Occurrence(
        MONTH,
        date(2027, 1, 31),
        date(2027, 1, 29),  # a Sunday: the Friday before
    )


def test_occurrences__after_an_outage_the_latest_missed_one_alone() -> None:
    _, memory = made([MONTH], {}, date(2026, 12, 26))
    found, memory = made([MONTH], memory, date(2027, 6, 10))
    assert [one.due for one in found] == [date(2027, 5, 31)]
    assert made([MONTH], memory, date(2027, 6, 11))[0] == []


def test_occurrences__days_gone_by_are_nothing_to_a_new_row_but_its_first_date_is() -> None:
    old = replace(MONTH, first=date(2026, 1, 15))
    assert made([old], {}, date(2026, 11, 24))[0] == []
    late = replace(MONTH, first=date(2026, 11, 20))
    assert [one.due for one in made([late], {}, date(2026, 11, 24))[0]] == [date(2026, 11, 20)]


def test_occurrences__nothing_after_until() -> None:
    ending = replace(MONTH, until=date(2027, 1, 31))
    _, memory = made([ending], {}, date(2026, 12, 26))
    found, memory = made([ending], memory, date(2028, 1, 1))
    assert [one.due for one in found] == [date(2027, 1, 31)]
    assert coming(ending, memory, [ending.key], date(2028, 1, 1), CALENDAR) is None


def test_occurrences__a_renamed_row_is_known_by_what_it_says() -> None:
    _, memory = made([MONTH], {}, date(2026, 12, 26))
    other = replace(MONTH, name="Rent of the office", row=9)
    found, memory = made([other], memory, date(2026, 12, 27))
    assert found == []
    found, memory = made([other], memory, date(2027, 1, 29))
    assert [one.due for one in found] == [date(2027, 1, 31)]
    both = [other, replace(MONTH, name="Another office")]  # a copy of the row is a template of its own
    assert [one.template.name for one in made(both, memory, date(2027, 1, 30))[0]] == ["Another office"]


def test_renamed__somebody_was_seen_typing_it_whatever_else_changed() -> None:
    _, memory = made([MONTH], {}, date(2026, 12, 26))
    memory = renamed(memory, "Rent", "Office")
    changed = replace(MONTH, name="Office", content="content2")
    assert made([changed], memory, date(2026, 12, 27))[0] == []


def test_occurrences__a_row_at_fault_makes_nothing() -> None:
    assert made([replace(MONTH, faults=(("blank", {}),))], {}, date(2026, 12, 31))[0] == []


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(periods, days, st.integers(0, 25)), min_size=1, max_size=3),
    st.lists(st.integers(0, 1), min_size=1, max_size=40),
    st.integers(0, 26),
)
def test_occurrences__every_due_date_exactly_once_over_years(
    rows: list[tuple[Period, date, int]], twice: list[int], outage: int
) -> None:
    """Passes go each day, some twice, and not for some days: nothing comes twice, nothing is left out."""
    start = min(first for _, first, _ in rows) - timedelta(days=30)
    end = start + timedelta(days=1100)
    templates = [
        Template(f"row {n}", n + 2, "m@x.example", period, first, None, before, {}, f"{n:08d}")
        for n, (period, first, before) in enumerate(rows)
    ]
    memory: dict[str, str] = {}
    seen: Counter[tuple[str, date]] = Counter()
    day, away = start, start + timedelta(days=500)
    while day < end:
        if not away <= day < away + timedelta(days=outage):
            for _ in range(1 + twice[day.toordinal() % len(twice)]):
                found, memory = made(templates, memory, day)
                seen.update((one.template.name, one.due) for one in found)
                assert all(one.made <= day for one in found)
                templates.reverse()
        day += timedelta(days=1)
    assert set(seen.values()) <= {1}
    for template in templates:
        number = 0
        while (due := template.period.day(template.first, number)) is not None and due < end:
            back = due >= away + timedelta(days=outage) or due < away or not outage
            if back:
                assert seen[template.name, due] == 1, (template, due)
            number += 1
