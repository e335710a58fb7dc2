"""Whatever people do: open tasks are what the letters come to, and whoever has work has one."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.app.letters import reference_of
from sheetflow.core.attention.tasks import CLOSE, OPEN, open_tasks, wanted
from sheetflow.core.company import read_company
from sheetflow.core.projection import from_row, whole
from sheetflow.core.tabs import read_outbox_row
from sheetflow.errors import Unavailable
from tests.channels import FakeTasks, channels
from tests.desk import ADA, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MIA, PEOPLE, Desk
from tests.tables import parse

ACTS = st.tuples(
    st.sampled_from([MIA, HEAD, DIRECTOR, ANNA, ADA, BOTH]),
    st.sampled_from(
        [
            "submit",
            "approve",
            "return",
            "reject",
            "withdraw",
            "cancel",
            "paid",
            "leave",
            "come",
            "switch",
            "lost",
            "away",
        ]
    ),
    st.integers(0, 1),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTS, max_size=10))
def test_tasks__open_ones_are_the_fold_of_what_was_asked(acts: list[tuple[str, str, int]]) -> None:
    desk, tasks = Desk(settings={"tasks": "yes"}), FakeTasks()
    desk.channels = channels(tasks)
    rids = [desk.type(MIA, **{**GOOD, "subject": f"Paper {number}"}) for number in range(2)]
    desk.status(MIA, rids[0], "Submitted")
    desk.run()
    everybody = [list(row) for row in parse(PEOPLE)]
    for user, act, number in acts:
        _do(desk, tasks, everybody, user, act, rids[number])
        desk.run()
        _agrees(desk)
    tasks.fail, tasks.away = lambda act, person: None, False
    for _ in range(3):  # what was in doubt is asked about
        desk.run(later=timedelta(minutes=6))
    _agrees(desk)
    opened = sorted((who, reference_of(key)) for rid in rids for who, key in _open(desk, rid).items())
    assert opened == sorted(key for key, state in tasks.kept.items() if state == "open")


def _do(desk: Desk, tasks: FakeTasks, everybody: list[list[str]], user: str, act: str, rid: str) -> None:
    statuses = {
        "submit": "Submitted",
        "approve": "Approved",
        "withdraw": "Draft",
        "cancel": "Cancelled",
        "paid": "Paid",
    }
    if act in statuses:
        desk.status(user, rid, statuses[act])
    elif act in ("return", "reject"):
        desk.run(desk.act(user, rid, act, comment="Look again"))
    elif act == "leave":
        desk.sheet.people = [row for row in desk.sheet.people if row[0] != user]
    elif act == "come":
        desk.sheet.people = [list(row) for row in everybody]
    elif act == "switch":
        row = next(row for row in desk.sheet.settings if row[0] == "tasks")
        row[1] = "no" if row[1] == "yes" else "yes"
    elif act == "lost":
        tasks.fail = _lost
    else:
        tasks.away = True


def _lost(_act: str, _person: str) -> None:
    raise Unavailable("Tasks", "the answer was lost")


def _open(desk: Desk, rid: str) -> dict[str, str]:
    return open_tasks(from_row(whole(desk.state_row(rid))))


def _agrees(desk: Desk) -> None:
    """The State has what the letters come to, and that is what the request and the company ask for."""
    company = read_company(desk.sheet.people, desk.sheet.settings, desk.book)
    on = company.settings.on("tasks")
    folded: dict[str, dict[str, str]] = {}
    for row in desk.sheet.outbox:
        letter = read_outbox_row(row).letter
        theirs = folded.setdefault(letter.request, {})
        if letter.template == OPEN:
            assert str(letter.facts["person"]) not in theirs  # one a person and request
            theirs[str(letter.facts["person"])] = letter.id
        elif letter.template == CLOSE:
            assert theirs.pop(str(letter.facts["person"])) == letter.facts["opened"]
    for row in desk.sheet.state:
        request = from_row(whole(row))
        assert open_tasks(request) == folded.get(request.id, {})
        assert open_tasks(request).keys() == (wanted(request, company, desk.clock.at) if on else {}).keys()
