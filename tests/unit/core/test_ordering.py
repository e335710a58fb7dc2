from __future__ import annotations

from datetime import timedelta

import pytest

from sheetflow.core.ordering import in_order
from sheetflow.model.events import CellEdit
from tests import tables
from tests.desk import START


def ordered(text: str) -> str:
    """A table of edits as they came (old "?" for a paste); gives user, column and new in the order found."""
    edits = [
        CellEdit(
            f"u{n}", START + timedelta(seconds=n), row["user"], "PR-000002", row["column"],
            None if row["old"] == "?" else row["old"], row["new"], row["old"] != "?",
        )
        for n, row in enumerate(tables.records(text))
    ]  # fmt: skip
    steps = in_order(edits, lambda step: step.column == "status" and step.new == "Submitted")
    return " ".join(f"{step.user}:{step.column}={step.new}" for step in steps)


def test_in_order__nothing() -> None:
    assert in_order([], lambda _step: False) == []


def test_in_order__as_they_came_where_nothing_tells_otherwise() -> None:
    found = ordered("""
        user | column  | old | new
        mia  | subject |     | Paper
        mia  | amount  |     | 5
        olga | comment |     | why
    """)
    assert found == "mia:subject=Paper mia:amount=5 olga:comment=why"


def test_in_order__within_a_cell_each_old_links_to_the_previous_new() -> None:
    found = ordered("""
        user | column | old       | new
        anna | status | Approved  | Paid
        olga | status | Submitted | Approved
        mia  | status | Draft     | Submitted
    """)
    assert found == "mia:status=Submitted olga:status=Approved anna:status=Paid"


def test_in_order__other_cells_keep_their_place() -> None:
    found = ordered("""
        user | column  | old       | new
        anna | status  | Approved  | Paid
        anna | comment |           | done
        olga | status  | Submitted | Approved
    """)
    assert found == "olga:status=Approved anna:comment=done anna:status=Paid"


def test_in_order__a_gap_in_the_chain_keeps_both_ends() -> None:
    found = ordered("""
        user | column | old | new
        mia  | amount | 3   | 4
        mia  | amount | 1   | 2
    """)
    assert sorted(found.split()) == ["mia:amount=2", "mia:amount=4"]


def test_in_order__a_circle_loses_nothing() -> None:
    found = ordered("""
        user | column | old | new
        mia  | amount | 1   | 2
        max  | amount | 2   | 1
        mia  | amount | 1   | 2
    """)
    assert found == "mia:amount=2 max:amount=1 mia:amount=2"


# --- what was undone


def test_in_order__a_status_that_a_person_undid_themself_never_was() -> None:
    assert ordered("""
        user | column | old       | new
        olga | status | Submitted | Rejected
        olga | status | Rejected  | Submitted
    """) == ""  # fmt: skip


def test_in_order__but_not_one_that_another_person_undid() -> None:
    found = ordered("""
        user | column | old       | new
        olga | status | Submitted | Rejected
        mia  | status | Rejected  | Submitted
    """)
    assert found == "olga:status=Rejected mia:status=Submitted"


def test_in_order__nor_a_status_that_somebody_moved_on_in_between() -> None:
    found = ordered("""
        user | column | old       | new
        olga | status | Submitted | Approved
        anna | status | Approved  | Paid
        olga | status | Paid      | Approved
    """)
    assert found == "olga:status=Approved anna:status=Paid olga:status=Approved"


def test_in_order__a_value_typed_and_deleted_stays_two_edits() -> None:
    found = ordered("""
        user | column | old | new
        mia  | amount |     | 5
        mia  | amount | 5   |
    """)
    assert found == "mia:amount=5 mia:amount="


# --- what belongs to a submit


def test_in_order__what_the_submitter_typed_just_after_the_pick_belongs_to_it() -> None:
    found = ordered("""
        user | column  | old   | new
        mia  | status  | Draft | Submitted
        mia  | amount  |       | 5
        mia  | comment |       | urgent
        max  | subject |       | x
    """)
    assert found == "mia:amount=5 mia:status=Submitted mia:comment=urgent max:subject=x"


@pytest.mark.parametrize("mover", ["olga", "mia"])
def test_in_order__but_not_once_the_request_was_moved_on(mover: str) -> None:
    found = ordered(f"""
        user    | column | old       | new
        mia     | status | Draft     | Submitted
        {mover} | status | Submitted | Approved
        mia     | amount |           | 5
    """)
    assert found == f"mia:status=Submitted {mover}:status=Approved mia:amount=5"


# --- pastes


def test_in_order__a_paste_that_read_somebody_elses_value_is_no_act_of_the_paster() -> None:
    found = ordered("""
        user | column | old       | new
        olga | status | Submitted | Approved
        mia  | status | ?         | Approved
    """)
    assert found == "olga:status=Approved"


def test_in_order__a_paste_of_ones_own_counts() -> None:
    found = ordered("""
        user | column | old | new
        mia  | amount | ?   | 5
        max  | inn    | ?   | 7
    """)
    assert found == "mia:amount=5 max:inn=7"
