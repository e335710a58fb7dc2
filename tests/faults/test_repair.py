"""A put-back that met somebody's sort is undone even where its undoing meets others' commits."""

from __future__ import annotations

from datetime import timedelta

from tests.desk import GOOD, MAX, MIA, Desk

OTHER = "40702810638050013199"


def spoilt(desk: Desk) -> tuple[str, str, str]:
    """A submitted request whose account was swapped, and above it somebody's draft with another account."""
    sent, third = desk.submitted(), desk.type(MAX, subject="Something else")
    draft = desk.type(MAX, **{**GOOD, "account": OTHER, "bik": "044525225"})
    desk.run()
    desk.edit(MIA, sent, "account", "40702810400000000001")
    return sent, third, draft


def test_repair__that_loses_the_race_is_done_all_the_same() -> None:
    desk = Desk()
    sent, third, draft = spoilt(desk)

    def sort() -> None:
        desk.sheet.rows.reverse()
        desk.sheet.before_commit = other_instance

    def other_instance() -> None:
        desk.edit(MAX, third, "subject", "Something new")
        desk.process().run()

    desk.sheet.before_commit = sort
    desk.run()
    desk.run(later=timedelta(minutes=6))
    assert desk.cell(draft, "account") == OTHER
    assert desk.cell(sent, "account") == GOOD["account"]
    desk.verify()


def test_repair__that_meets_another_sort_is_put_right_again() -> None:
    desk = Desk()
    sent, third, draft = spoilt(desk)

    def sort() -> None:
        desk.sheet.rows.reverse()
        desk.sheet.before_commit = sort_again

    def sort_again() -> None:
        rows = desk.sheet.rows
        rows[:] = [rows[1], rows[2], rows[0]]
        desk.sheet.before_commit = lambda: rows.insert(0, [])

    desk.sheet.before_commit = sort
    report = desk.run()
    assert report.repaired > 1
    desk.run(later=timedelta(minutes=6))
    assert desk.cell(draft, "account") == OTHER
    assert desk.cell(third, "account") == ""
    assert desk.cell(sent, "account") == GOOD["account"]
    assert sorted(str(row[0]) for row in desk.sheet.rows if any(row)) == sorted([sent, third, draft])
    desk.verify()


def test_repair__leaves_alone_what_somebody_typed_into_the_cell_meanwhile() -> None:
    desk = Desk()
    sent, _, draft = spoilt(desk)

    def sort() -> None:
        desk.sheet.rows.reverse()
        desk.sheet.before_commit = other_instance

    def other_instance() -> None:
        desk.edit(MAX, draft, "account", "40602810700000000025x")
        desk.process().run()

    desk.sheet.before_commit = sort
    desk.run()
    desk.run(later=timedelta(minutes=6))
    assert desk.cell(draft, "account") == "40602810700000000025x"
    assert desk.cell(sent, "account") == GOOD["account"]
    desk.verify()
