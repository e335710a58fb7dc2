from __future__ import annotations

from datetime import timedelta

from sheetflow.core.attention.tasks import MOST, open_tasks
from sheetflow.core.decide import decide
from sheetflow.core.projection import from_row, whole
from sheetflow.errors import AccessDenied, Unavailable
from tests.channels import FakeTasks, channels
from tests.desk import ADA, ANNA, BOTH, GOOD, HEAD, MIA, PEOPLE, Desk

LONG = timedelta(minutes=10)


def desk_with(settings: dict[str, str] | None = None, people: str = PEOPLE) -> tuple[Desk, FakeTasks]:
    desk, tasks = Desk(people, {"tasks": "yes", **(settings or {})}), FakeTasks()
    desk.channels = channels(tasks)
    return desk, tasks


def setting(desk: Desk, value: str) -> None:
    row = next(row for row in desk.sheet.settings if row[0] == "tasks")
    row[1] = value


def test_tasks__one_a_person_and_request_until_its_done() -> None:
    desk, tasks = desk_with()
    rid = desk.submitted()
    assert tasks.open_of() == [BOTH, HEAD]
    _, title, due = tasks.titles[0]
    assert title == f"RUB 12,500.50 ООО «Ромашка» · {rid}"
    assert str(due) == "2027-04-23"
    assert "https://pages.example/request?t=" in tasks.notes[0]

    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert tasks.open_of() == [ADA, ANNA, BOTH]  # all who may pay, none who may approve

    desk.status(ANNA, rid, "Paid")
    desk.run()
    assert tasks.open_of() == []
    assert len(tasks.kept) == 5


def test_tasks__a_returned_request_is_its_requesters_and_asks_anew() -> None:
    desk, tasks = desk_with()
    rid = desk.submitted()
    desk.run(desk.act(HEAD, rid, "return", comment="The amount is wrong"))
    assert tasks.open_of() == [MIA]
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert tasks.open_of() == [BOTH, HEAD]
    assert len(tasks.kept) == 5  # another round, other tasks


def test_tasks__nothing_changed_asks_for_nothing() -> None:
    desk, _ = desk_with()
    desk.submitted()
    before = len(desk.sheet.outbox), desk.sheet.commits
    desk.run()
    desk.run(later=LONG)
    assert [row[5] for row in desk.sheet.outbox[before[0] :] if str(row[5]).startswith("task-")] == []


def test_tasks__off_costs_nothing_on_takes_up_what_is_open_and_off_closes_it() -> None:
    desk, tasks = desk_with({"tasks": "no"})
    desk.submitted()
    assert (tasks.kept, dict(desk.sheet.token.channels)) == ({}, {})
    assert '"tasks"' not in str(desk.sheet.state)

    setting(desk, "yes")
    desk.run()
    assert tasks.open_of() == [BOTH, HEAD]

    setting(desk, "no")
    desk.run()
    assert tasks.open_of() == []
    setting(desk, "yes")
    desk.run()
    assert tasks.open_of() == [BOTH, HEAD]  # made anew, for the system had completed them


def test_tasks__many_open_requests_are_taken_up_in_parts() -> None:
    desk, tasks = desk_with({"tasks": "no"})
    for number in range(MOST):
        desk.type(MIA, subject=f"Paper {number}", **{k: v for k, v in GOOD.items() if k != "subject"})
    desk.run()
    for row in list(desk.sheet.state):
        desk.status(MIA, str(row[0]), "Submitted")
    desk.run()
    setting(desk, "yes")
    assert len(decide(desk.sheet.read(), desk.book, desk.clock.at).letters) == MOST
    for _ in range(4):
        desk.run(later=LONG)
    assert len(tasks.open_of()) == 2 * MOST


def test_tasks__who_leaves_has_none_and_a_substitute_gets_them() -> None:
    desk, tasks = desk_with()
    rid = desk.submitted()
    desk.sheet.people = [row for row in desk.sheet.people if row[0] != HEAD]
    desk.run()
    assert tasks.open_of() == [BOTH]
    assert list(open_tasks(from_row(whole(desk.state_row(rid))))) == [BOTH]


def test_tasks__somebody_away_has_none_while_others_can() -> None:
    people = PEOPLE.replace("Other addresses", "Other addresses | Absent")
    people = people.replace("| en       | mia.private@mail.example", "| en | mia.private@mail.example |")
    people = people.replace(
        "500000 RUB; 5000 EUR   | en       |",
        "500000 RUB; 5000 EUR | en | | 2026-11-25..2026-11-26: dora@firm.example",
    )
    desk, tasks = desk_with(people=people)
    desk.submitted()
    assert tasks.open_of() == [BOTH, HEAD]
    desk.run(later=timedelta(days=1))  # nobody changed a cell: it is another day
    assert tasks.open_of() == [BOTH]
    desk.run(later=timedelta(days=2))
    assert tasks.open_of() == [BOTH, HEAD]


def test_tasks__completed_by_their_person_they_stay_so_and_decide_nothing() -> None:
    desk, tasks = desk_with()
    rid = desk.submitted()
    for key in tasks.kept:
        tasks.kept[key] = "deleted"
    desk.run(later=LONG)
    assert tasks.open_of() == []
    assert str(desk.state_row(rid)[9]) == "Submitted"


def test_tasks__an_answer_that_was_lost_makes_no_second_task() -> None:
    desk, tasks = desk_with()
    failing = True

    def lost(act: str, person: str) -> None:
        if failing:
            raise Unavailable("Tasks", "no answer")

    tasks.fail = lost
    desk.submitted()
    assert desk.outbox_states().count("doubt") == 2
    failing = False
    desk.run(later=LONG)
    assert (tasks.open_of(), len(tasks.titles)) == ([BOTH, HEAD], 2)


def test_tasks__one_that_is_not_made_before_its_work_is_done_is_never_made() -> None:
    desk, tasks = desk_with()
    tasks.away = True
    rid = desk.submitted()
    desk.run(desk.act(HEAD, rid, "reject", comment="No"))
    tasks.away = False
    for _ in range(4):
        desk.run(later=LONG)
    assert tasks.open_of() == []
    assert [row[1] for row in desk.sheet.outbox if str(row[5]).startswith("task-")] == ["sent"] * 4


def test_tasks__a_refusal_is_told_to_the_admin_once_and_keeps_no_mail() -> None:
    desk, tasks = desk_with()

    def refused(act: str, person: str) -> None:
        raise AccessDenied("Tasks", "unauthorized_client")

    tasks.fail = refused
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    for _ in range(3):
        desk.run(later=LONG, scheduled=True)
    told = [letter for letter in desk.letters() if letter[1] == "unwell"]
    assert len(told) == 1
    assert any(template == "to-pay" for _, template in desk.letters())
