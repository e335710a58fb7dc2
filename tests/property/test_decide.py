"""Whatever people do to the sheet, in whatever order it is seen: the law holds."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.core import folding, projection
from sheetflow.core.company import read_company
from sheetflow.core.rules.case import parties_of, same_person
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import INPUTS
from sheetflow.model.request import Request
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import Party, Status
from tests.desk import ADA, ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, STRANGER, Desk, inputs
from tests.long import examples

EVERYBODY = (MIA, MAX, HEAD, DIRECTOR, ANNA, ADA, ADMIN, BOTH, STRANGER, "", "mia.private@mail.example")
VALUES: tuple[Cell, ...] = (
    "",
    "7",
    7,
    999_999_999,
    "=A1",
    "40702810400000000001",
    "7702070139",
    True,
    "rub",
    "¦",
)
MANNERS = ("seen", "seen", "seen", "late", "unseen", "pasted")
PARTIES = {
    Party.REQUESTER: (MIA,), Party.ADMIN: (ADMIN,), Party.APPROVER: (HEAD, DIRECTOR, BOTH),
    Party.ACCOUNTANT: (ANNA, ADA, BOTH), Party.BANK: (),
}  # fmt: skip

people = st.sampled_from(EVERYBODY)
manners = st.sampled_from(MANNERS)
rows = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("lawful"), rows, st.integers(0, 5), manners),
    st.tuples(st.just("lawful"), rows, st.integers(0, 5), st.just("seen")),
    st.tuples(st.just("status"), people, rows, st.sampled_from([*Status, "", "ok"]), manners),
    st.tuples(st.just("edit"), people, rows, st.sampled_from(inputs()), st.sampled_from(VALUES), manners),
    st.tuples(st.just("comment"), people, rows, st.sampled_from(["", "no", "100", "12500.5"]), manners),
    st.tuples(
        st.just("page"), people, rows, st.sampled_from([t.act for t in TABLE.transitions]), st.booleans()
    ),
    st.tuples(st.just("type"), people, st.booleans(), manners),
    st.tuples(st.just("sort"), st.integers(0, 5)),
    st.tuples(st.just("duplicate"), rows, st.booleans()),
    st.tuples(st.just("delete"), rows),
    st.tuples(st.just("clear"), rows),
    st.tuples(st.just("paste_over"), rows, rows),
    st.tuples(
        st.just("type_over_id"), people, rows, st.sampled_from(["", "mine", "PR-9", "PR-000002"]), manners
    ),
    st.tuples(st.just("move_columns"), st.integers(0, 3)),
    st.tuples(st.just("deliver"), st.booleans()),
    st.tuples(st.just("pass_"), st.sampled_from([1, 1, 1, 30, 61, 700])),
)


class Office:
    """A desk where anything is done to it, and what must hold at any moment."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.late: list[list[Cell]] = []
        first = self.desk.submitted()
        second = self.desk.approved(subject="Pencils", amount=70)
        third = self.desk.type(MAX, **{**GOOD, "subject": "Chairs"})
        fourth = self.desk.submitted(BOTH, subject="Lamps", amount=499_999)
        fifth = self.desk.approved(subject="Desks", amount=90)
        self.desk.status(ANNA, fifth, "Paid")
        self.desk.run()
        self.known = [first, second, third, fourth, fifth]

    # --- what can be done

    def lawful(self, row: int, which: int, manner: str) -> None:
        rid = self.rid(row)
        known = [r for r in self.desk.sheet.state if r and r[0] == rid]
        moves = TABLE.leaving(Status(str(known[0][projection.STATUS]))) if known else []
        if moves:
            move = moves[which % len(moves)]
            who = next(
                (who[which % len(who)] for p, who in PARTIES.items() if p in move.parties and who), MIA
            )
            self.comment(who, row, "30", manner)
            self.status(who, row, move.target, manner)

    def status(self, user: str, row: int, status: str, manner: str) -> None:
        self.edit(user, row, "status", self.desk.book.status_labels.get(status, status), manner)

    def comment(self, user: str, row: int, text: str, manner: str) -> None:
        self.edit(user, row, "comment", text, manner)

    def edit(self, user: str, row: int, column: str, value: Cell, manner: str) -> None:
        rid = self.rid(row)
        if not rid:
            return
        old = canonical(self.desk.cell(rid, column))
        event = self.desk.edit(user, rid, column, value, seen=manner != "unseen", deliver=manner == "seen")
        if manner == "late":
            self.late.append(event)
        if manner == "pasted":
            self.desk.sheet.inbox.append(
                self.desk.event(user, [(rid, [(column, None if old else "", canonical(value))])], exact=False)
            )

    def page(self, user: str, row: int, act: str, seen: bool) -> None:
        rid = self.rid(row)
        known = [r for r in self.desk.sheet.state if r and r[0] == rid]
        if known:
            fingerprint = projection.from_row(known[0]).fingerprint if seen else ""
            self.desk.run(self.desk.act(user, rid, act, comment="why", amount="30", seen=fingerprint))

    def type(self, user: str, whole: bool, manner: str) -> None:
        rid = self.desk.type(user)
        self.known.append(rid)
        for key, value in (GOOD if whole else {"subject": "x", "inn": "1"}).items():
            self.edit(user, len(self.known) - 1, key, value, manner)

    def sort(self, seed: int) -> None:
        random.Random(seed).shuffle(self.desk.sheet.rows)

    def duplicate(self, row: int, below: bool) -> None:
        if rid := self.rid(row):
            place = self.desk.row_of(rid)
            self.desk.sheet.rows.insert(place + below, list(self.desk.sheet.rows[place]))

    def delete(self, row: int) -> None:
        if rid := self.rid(row):
            del self.desk.sheet.rows[self.desk.row_of(rid)]

    def clear(self, row: int) -> None:
        if rid := self.rid(row):
            self.desk.sheet.rows[self.desk.row_of(rid)] = []

    def paste_over(self, row: int, other: int) -> None:
        one, two = self.rid(row), self.rid(other)
        if one and two:
            cells = self.desk.sheet.rows[self.desk.row_of(one)]
            self.desk.sheet.rows[self.desk.row_of(two)] = list(cells)

    def type_over_id(self, user: str, row: int, text: str, manner: str) -> None:
        if rid := self.rid(row):
            self.desk.sheet._write(self.desk.row_of(rid), self.desk.sheet.columns()["id"], text)
            event = self.desk.event(user, [(text, [("id", rid, text)])], exact=True)
            if manner == "late":
                self.late.append(event)
            elif manner != "unseen":
                self.desk.sheet.inbox.append(event)

    def move_columns(self, seed: int) -> None:
        order = list(range(len(self.desk.sheet.header)))
        random.Random(seed).shuffle(order)
        width = len(order)
        self.desk.sheet.header = [self.desk.sheet.header[i] for i in order]
        for place, cells in enumerate(self.desk.sheet.rows):
            whole = [*cells, *[""] * (width - len(cells))]
            self.desk.sheet.rows[place] = [whole[i] for i in order]

    def deliver(self, backwards: bool) -> None:
        self.desk.sheet.inbox += reversed(self.late) if backwards else self.late
        self.late = []

    def pass_(self, seconds: int) -> None:
        self.desk.run(later=timedelta(seconds=seconds))
        self.known += [rid for row in self.desk.sheet.state if (rid := str(row[0])) and rid not in self.known]

    def rid(self, row: int) -> str:
        """A request by its place among the known ones, "" where its row is gone."""
        rid = self.known[row % len(self.known)]
        column = self.desk.sheet.columns()["id"]
        return rid if any(column < len(r) and r[column] == rid for r in self.desk.sheet.rows) else ""

    def play(self, story: list[tuple[Any, ...]]) -> None:
        for name, *arguments in story:
            act: Callable[..., None] = getattr(self, name)
            act(*arguments)
            self.check_confirmed()
        self.deliver(False)
        for seconds in (1, 61, 700, 61, 61):
            self.pass_(seconds)
            self.check_confirmed()

    # --- what must hold

    def check_confirmed(self) -> None:
        """Confirmed shows only what history holds, and only beside what was submitted and approved."""
        columns = self.desk.sheet.columns()
        requests = folding.fold(self.desk.sheet.read_history()[1])
        for rid, request in requests.items():
            shown = self.desk.confirmed(rid)
            assert shown in ("", request.status), rid
            if shown in ("Submitted", "Approved", "Part-paid", "Paid"):
                row = self.desk.sheet.rows[self.desk.row_of(rid)]
                cells = {key: row[place] for key, place in columns.items() if place < len(row)}
                assert projection.fingerprint(cells) == request.fingerprint, rid

    def check_settled(self) -> None:
        """Deciding again decides nothing, and every row shows what was accepted."""
        commits = self.desk.sheet.commits
        for seconds in (1, 61, 700):
            self.pass_(seconds)
        assert self.desk.sheet.commits == commits
        self.desk.verify()
        ids = [str(row[self.desk.sheet.columns()["id"]]) for row in self.desk.sheet.rows if any(row)]
        assert not [rid for rid, n in Counter(ids).items() if n > 1]
        for rid in ids:
            request = projection.from_row(self.desk.state_row(rid))
            shown = {key: canonical(self.desk.cell(rid, key)) for key in INPUTS}
            assert shown == {key: canonical(request.cell(key)) for key in INPUTS}, rid
            assert self.desk.cell(rid, "status") == request.status
            assert request.hold is None
            assert self.desk.confirmed(rid) == request.status
        for row in self.desk.sheet.state:
            if row and projection.from_row(row).submitted:
                assert ids.count(str(row[0])) == 1

    def check_lawful(self) -> None:
        """Every event was a move of the table, by somebody who may, and because of what they did themself."""
        company = read_company(self.desk.sheet.people, self.desk.sheet.settings, self.desk.book)
        causes = self.users_by_cause
        requests: dict[str, Request] = {}
        for event in self.desk.sheet.read_history()[1]:
            if not event.request:
                continue
            request = requests.setdefault(event.request, Request(event.request))
            before, approver = Status(request.status), request.approver
            if event.kind == "RequestSubmitted":
                request.requester = event.data["requester"]
            person = company.people.find(event.actor)
            if event.kind not in ("EditRefused", "RowRestored") and event.actor != "unknown":
                assert person is not None
                if event.via == "sheet":
                    assert same_person(causes[event.cause], event.actor, company), event
            if event.kind in folding.MOVES:
                assert person is not None
                folding.apply(request, event)
                move = TABLE.between(before, Status(request.status))
                assert move is not None, event
                assert move.event == event.kind
                if event.kind != "RequestCancelled":  # a draft's requester is not in its history
                    assert parties_of(person, request, company) & move.parties, event
                if event.kind == "RequestApproved":
                    assert not same_person(event.actor, request.requester, company)
                if event.kind in ("RequestPaid", "RequestPartPaid"):
                    assert not same_person(event.actor, approver, company)
                    assert request.paid <= int(float(str(request.cell("amount"))) * 100) / 100
            else:
                folding.apply(request, event)

    @property
    def users_by_cause(self) -> dict[str, str]:
        return {str(row[0]): str(row[2]) for row in self.desk.sheet.inbox}

    def check_letters(self) -> None:
        ids = [row[0] for row in self.desk.sheet.outbox]
        sent = [str(message["X-Sheetflow-Reference"]) for message in self.desk.mail.sent]
        assert len(ids) == len(set(ids))
        assert len(sent) == len(set(sent))
        assert all(json.loads(str(row[8])) is not None for row in self.desk.sheet.outbox)


@given(st.lists(steps, max_size=14))
@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
def test_decide__whatever_people_do_the_law_holds(story: list[tuple[Any, ...]]) -> None:
    office = Office()
    office.play(story)
    office.check_settled()
    office.check_lawful()
    office.check_letters()
