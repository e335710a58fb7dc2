from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sheetflow.core.attention.standing import ROOM, Standing, fitted, read_standing, standings_of
from sheetflow.core.history import dumps
from sheetflow.core.tabs import OutboxRow
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Letter, Row

AT = datetime(2026, 11, 24, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "standing",
    [
        Standing(),
        Standing(AT, 17),
        Standing(None, 17, quiet=True),
        Standing(AT, 0, {"2026-10": (3, 0), "2026-11": (21, 9)}, quiet=True),
    ],
)
def test_standing__comes_back(standing: Standing) -> None:
    assert read_standing(standing.text()) == standing


@pytest.mark.parametrize("text", ["nonsense", "a/b", "2026-11:x:1", "20261399T0000/1", "1:2:3:4"])
def test_read_standing__what_is_not_ours_counts_as_nothing(text: str) -> None:
    assert read_standing(text).at is None
    assert read_standing(f"{text} quiet").quiet


def test_fitted__five_hundred_people_whole() -> None:
    months = {"2026-10": (120, 40), "2026-11": (21, 9)}
    text = Standing(AT, 123_456, months, quiet=True).text()
    everybody = {f"someone.with.a.long.name.{n}@firm.example": text for n in range(400)}
    assert fitted(everybody) == everybody


def test_fitted__counts_go_first_and_wishes_stay_longest() -> None:
    text = Standing(AT, 1, {"2026-11": (21, 9)}).text()
    everybody = {f"someone.{n:04}@firm.example": text for n in range(1_000)}
    fit = fitted(everybody | {"quiet@firm.example": "quiet"})
    assert len(dumps(fit)) <= ROOM
    assert all(read_standing(text).months == {} for text in fit.values())
    more = fitted(
        {f"someone.{n:04}@firm.example": "20261124T0601/1" for n in range(3_000)} | {"q@x": "quiet"}
    )
    assert len(dumps(more)) <= ROOM
    assert read_standing(more["q@x"]).quiet


def event(seq: int, kind: str, actor: str, **data: str) -> Event:
    return Event(seq, AT + timedelta(hours=seq), "", kind, actor, "page", data, "", "")


def test_standings_of__wishes_from_history_and_digests_from_the_outbox() -> None:
    mia, max_, olga = "mia@x.example", "max@x.example", "olga@x.example"
    events = [
        event(1, "PreferenceChanged", mia, news="off"),
        event(2, "PreferenceChanged", max_, news="off"),
        event(3, "PreferenceChanged", max_, news="on"),
    ]
    outbox: list[Row] = [
        OutboxRow(Letter("a", "digest", mia, "", {}), "sent", "n", AT + timedelta(hours=2, minutes=30)).row(),
        OutboxRow(Letter("b", "digest", mia, "", {}), "sent", "n", AT + timedelta(hours=1)).row(),
        OutboxRow(Letter("c", "returned", max_, "PR-1", {}), "sent", "n", AT).row(),
        ["d", "sent", "n", "no moment", "1", "digest", olga],
    ]
    found = {
        who: read_standing(text) for who, text in standings_of(events, outbox, [mia, max_, olga]).items()
    }
    assert found == {mia: Standing(AT + timedelta(hours=2, minutes=30), 2, quiet=True)}


def test_standings_of__nothing_known() -> None:
    assert standings_of([], [], ["mia@x.example"]) == {}
