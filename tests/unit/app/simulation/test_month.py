"""The month that the attention budget is measured by."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from sheetflow.app.simulation.chance import Chance
from sheetflow.app.simulation.month import (
    REQUESTS,
    Life,
    Month,
    Registry,
    arrivals,
    later,
    people,
    simulate,
    usual,
)
from sheetflow.core.attention.standing import DIGEST
from sheetflow.model.people import Role
from tests.desk import START, book


@pytest.mark.parametrize("seed", [1, 14])
def test_simulate__ten_times_fewer_messages_and_nothing_later(seed: int) -> None:
    before, now = simulate(seed, 1, book())
    assert len(now.lives) == REQUESTS
    assert before.messages.total() == 3 * 6 * REQUESTS
    assert before.messages.total() / now.messages.total() >= 10
    assert later(before, now) == 0


def test_registry__nobody_gets_two_digests_a_day() -> None:
    registry = Registry(arrivals(Chance(3), 1)[:60], 1, book())
    registry.live()
    days = Counter((who, at.date()) for at, who, template in registry.office.sent if template == DIGEST)
    assert max(days.values()) == 1
    assert {who for who, _ in days} <= set(people())
    assert all(day.weekday() < 5 for _, day in days)


def test_arrivals__the_same_for_a_seed_and_one_in_ten_urgent() -> None:
    coming = arrivals(Chance(5), 2)
    assert coming == arrivals(Chance(5), 2) != arrivals(Chance(6), 2)
    assert [one.at for one in coming] == sorted(one.at for one in coming)
    assert len(coming) == 2 * REQUESTS
    assert sum(one.urgent for one in coming) == 2 * REQUESTS // 10
    assert {one.at.weekday() for one in coming} == set(range(5))
    assert all(9 <= one.at.hour < 18 for one in coming)


def test_usual__is_decided_at_the_next_look_and_the_urgent_at_once() -> None:
    coming = arrivals(Chance(5), 1)
    month = usual(coming, 1)
    urgent = {one.at for one in coming if one.urgent}
    looks = {(9, 30), (13, 0), (17, 0)}
    for one, life in zip(coming, month.lives, strict=True):
        assert one.at <= life.decided <= life.paid
        assert life.decided in urgent or (life.decided.hour, life.decided.minute) in looks
        assert not one.urgent or life == Life(one.at, one.at)
    assert {who for who, role in people().items() if role is not Role.MANAGER} < set(month.messages)


def test_later__counts_what_was_decided_or_paid_later() -> None:
    def lived(*pairs: tuple[datetime, datetime]) -> Month:
        return Month(Counter(), [Life(*pair) for pair in pairs])

    hour = timedelta(hours=1)
    before = lived((START, START), (START, START), (START, START))
    now = lived((START, START), (START, START + hour), (START + hour, START + hour))
    assert later(before, now) == 2
    assert later(now, before) == 0
