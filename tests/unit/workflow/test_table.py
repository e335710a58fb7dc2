from __future__ import annotations

import itertools

import pytest

from sheetflow.core.folding import MOVES
from sheetflow.core.rules import RULES
from sheetflow.errors import ConfigError
from sheetflow.workflow.payments import TABLE, mermaid
from sheetflow.workflow.table import Party, Status, Table, Transition
from tests.desk import ADMIN, ANNA, BOTH, GOOD, HEAD, MIA, Desk

# --- the self-check


def moves(*extra: Transition) -> list[Transition]:
    """Draft leads to every status, by the requester."""
    return [
        Transition(f"to {s}", frozenset({Status.DRAFT}), s, frozenset({Party.REQUESTER}), f"To{s}")
        for s in Status
        if s is not Status.DRAFT
    ] + list(extra)


def test_table__a_sound_one_is_made() -> None:
    table = Table(moves(), initial=Status.DRAFT)
    assert len(table.leaving(Status.DRAFT)) == len(Status) - 1
    assert table.leaving(Status.PAID) == []


@pytest.mark.parametrize(
    ("transitions", "problem"),
    [
        (moves()[:-1], "Cancelled cannot be reached from Draft"),
        ([], "Draft has no way out"),
        (
            moves(Transition("x", frozenset({Status.PAID}), Status.DRAFT, frozenset(), "X")),
            "x: nobody may make it",
        ),
        (
            moves(Transition("x", frozenset(), Status.DRAFT, frozenset({Party.ADMIN}), "X")),
            "x: it starts nowhere",
        ),
        (
            moves(Transition("x", frozenset({Status.DRAFT}), Status.PAID, frozenset({Party.BANK}), "X")),
            "Draft -> Paid is declared 2 times",
        ),
    ],
)
def test_table__one_that_cannot_work_is_never_made(transitions: list[Transition], problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Table(transitions, initial=Status.DRAFT)
    assert problem in caught.value.problems


def test_table__a_status_reached_only_from_itself_is_not_reached() -> None:
    lonely = [move for move in moves() if move.target is not Status.PAID]
    lonely.append(Transition("x", frozenset({Status.PAID}), Status.PAID, frozenset({Party.BANK}), "X"))
    with pytest.raises(ConfigError, match="Paid cannot be reached"):
        Table(lonely, initial=Status.DRAFT)


def test_table__all_problems_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Table([], initial=Status.DRAFT)
    assert len(caught.value.problems) == len(Status)


# --- the one table


def test_table__every_guard_is_a_rule_and_every_event_a_move_of_history() -> None:
    assert {guard for move in TABLE.transitions for guard in move.guards} <= RULES.keys()
    assert {move.event for move in TABLE.transitions} == MOVES


def test_table__an_act_is_named_once_from_each_status() -> None:
    for status in Status:
        acts = [move.act for move in TABLE.leaving(status)]
        assert len(acts) == len(set(acts))
        assert all(TABLE.by_act(act, status) for act in acts)


def test_table__final_statuses() -> None:
    assert {status for status in Status if not TABLE.leaving(status)} == {Status.REJECTED, Status.CANCELLED}


LAWFUL = """
Draft     Submitted requester admin
Returned  Submitted requester admin
Submitted Draft     requester
Submitted Approved  approver
Submitted Rejected  approver
Submitted Returned  approver accountant
Approved  Returned  approver accountant
Approved  Part-paid accountant bank
Part-paid Part-paid accountant bank
Approved  Paid      accountant bank
Part-paid Paid      accountant bank
Paid      Approved  accountant
Part-paid Approved  accountant
Draft     Cancelled requester
Returned  Cancelled requester
Approved  Cancelled approver
"""
"""The product's table, written once more by hand: whoever changes the law changes it here too."""


def test_table__is_the_law() -> None:
    stands = {
        (source.value, move.target.value): {party.value for party in move.parties}
        for move in TABLE.transitions
        for source in move.sources
    }
    lines = [line.split() for line in LAWFUL.strip().splitlines()]
    assert stands == {(source, target): set(parties) for source, target, *parties in lines}


def test_mermaid__draws_every_move_and_every_end() -> None:
    drawn = mermaid()
    for move in TABLE.transitions:
        for source in move.sources:
            assert f"{source.replace('-', '_')} --> {move.target.replace('-', '_')}: {move.act}" in drawn
    assert "[*] --> Draft" in drawn
    assert "Rejected --> [*]" in drawn
    assert "Paid --> [*]" not in drawn


# --- the whole table walked: what is not in it never happens

ONLY = {Party.REQUESTER: MIA, Party.ADMIN: ADMIN, Party.APPROVER: HEAD, Party.ACCOUNTANT: ANNA}
"""People with one role each."""

PATHS: dict[Status, tuple[tuple[str, Status], ...]] = {
    Status.DRAFT: (),
    Status.SUBMITTED: ((MIA, Status.SUBMITTED),),
    Status.APPROVED: ((MIA, Status.SUBMITTED), (BOTH, Status.APPROVED)),
    Status.PART_PAID: ((MIA, Status.SUBMITTED), (BOTH, Status.APPROVED), (ANNA, Status.PART_PAID)),
    Status.PAID: ((MIA, Status.SUBMITTED), (BOTH, Status.APPROVED), (ANNA, Status.PAID)),
    Status.REJECTED: ((MIA, Status.SUBMITTED), (HEAD, Status.REJECTED)),
    Status.RETURNED: ((MIA, Status.SUBMITTED), (HEAD, Status.RETURNED)),
    Status.CANCELLED: ((MIA, Status.CANCELLED),),
}


def brought_to(status: Status) -> tuple[Desk, str]:
    """A desk with one request in this status."""
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    for person, target in PATHS[status]:
        desk.comment(person, rid, "100")
        desk.status(person, rid, target)
        desk.run()
    assert desk.accepted(rid) == status
    assert desk.refusals == []
    return desk, rid


@pytest.mark.parametrize("source", Status)
def test_table__a_move_that_is_not_in_it_is_illegal_and_nothing_happens(source: Status) -> None:
    desk, rid = brought_to(source)
    for target, (party, person) in itertools.product(Status, ONLY.items()):
        move = TABLE.between(source, target)
        if target is source or (move and party in move.parties):
            continue
        row, events = desk.state_row(rid)[: len(desk.state_row(rid))], desk.events(rid)
        desk.refusals.clear()
        desk.status(person, rid, target)
        desk.run()
        assert desk.refusals == ["right-role" if move else "lawful-transition"], (target, person)
        assert desk.cell(rid, "status") == source
        assert desk.confirmed(rid) == source
        assert [event for event in desk.events(rid)[len(events) :] if event[0] != "EditRefused"] == []
        assert desk.accepted(rid) == source
        assert desk.state_row(rid)[12:] == row[12:]
    desk.verify()


@pytest.mark.parametrize("source", Status)
def test_table__nor_on_the_page(source: Status) -> None:
    desk, rid = brought_to(source)
    lawful = {(move.act, party) for move in TABLE.leaving(source) for party in move.parties}
    before = desk.state_row(rid)[12:]
    for act, (party, person) in itertools.product(sorted({t.act for t in TABLE.transitions}), ONLY.items()):
        if (act, party) not in lawful:
            wish = desk.act(person, rid, act, comment="100", amount="100")
            refusal = desk.run(wish).answers[wish.uuid]
            assert refusal is not None, (act, person)
            assert refusal.rule in ("right-role", "lawful-transition")
            assert desk.accepted(rid) == source
    assert desk.state_row(rid)[12:] == before
    assert desk.cell(rid, "status") == source
    desk.verify()


@pytest.mark.parametrize(
    ("source", "target", "party"),
    [
        (source, move.target, party)
        for move in TABLE.transitions
        for source in sorted(move.sources)
        for party in sorted(move.parties)
        if party in ONLY and move.act != "reverse" and source is not move.target
    ],
)
def test_table__every_move_in_it_happens(source: Status, target: Status, party: Party) -> None:
    desk, rid = brought_to(source)
    desk.comment(ONLY[party], rid, "50")
    desk.status(ONLY[party], rid, target)
    desk.run()
    assert desk.accepted(rid) == target
    assert desk.confirmed(rid) == target
    assert desk.refusals == []
    desk.verify()
