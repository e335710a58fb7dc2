"""What an export makes of its history and its State."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sheetflow.core import history
from sheetflow.core.migration.archive import (
    Archive,
    Head,
    as_record,
    check,
    from_record,
    requests_of,
    translated,
)
from sheetflow.core.projection import STATUS, from_row
from sheetflow.core.tabs import STATE_HEADERS
from sheetflow.errors import ConfigError, HistoryBroken
from sheetflow.model.snapshot import Row
from tests.desk import GOOD, HEAD, MIA, Desk


def lived() -> tuple[Desk, str, str]:
    """A desk with a draft and an approved request."""
    desk = Desk()
    approved, draft = desk.approved(), desk.type(MIA, **GOOD)
    desk.run()
    return desk, approved, draft


def archive(desk: Desk, state: Sequence[Row] | None = None) -> Archive:
    token, events = desk.sheet.read_history()
    head = Head(token.head, token.seq, token.last_id, token.people, token.settings, token.form)
    rows = [list(row) for row in desk.sheet.read().state] if state is None else state
    return Archive(
        head, "en", events, rows, [], desk.sheet.people, desk.sheet.settings, desk.sheet.contractors
    )


def test_requests_of__history_and_state_together_are_what_was() -> None:
    desk, approved, draft = lived()
    found = requests_of(archive(desk))
    assert list(found) == [str(row[0]) for row in desk.sheet.read().state]
    assert {rid: from_row(row) for rid, row in zip(found, desk.sheet.state, strict=True)} == found
    assert (found[approved].approver, found[draft].submitted) == (HEAD, False)


def test_requests_of__where_they_differ_history_counts() -> None:
    desk, approved, _ = lived()
    state = [list(row) for row in desk.sheet.read().state]
    for row in state:
        if row[0] == approved:
            row[STATUS] = "Paid"
    assert requests_of(archive(desk, state))[approved].status == "Approved"
    assert requests_of(archive(desk, []))[approved].status == "Approved"


def test_requests_of__nothing_but_drafts_is_taken_from_state_alone() -> None:
    desk, _, draft = lived()
    state = [list(row) for row in desk.sheet.read().state]
    for row in state:
        if row[0] == draft:
            row[STATUS] = "Approved"
    with pytest.raises(ConfigError, match=draft):
        requests_of(archive(desk, state))


def test_check__a_chain_that_was_cut_is_told() -> None:
    desk, _, _ = lived()
    whole = archive(desk)
    check(whole)
    cut = Archive(whole.head, "en", whole.events[:-1], *([],) * 5)
    with pytest.raises(HistoryBroken):
        check(cut)


def test_lines__events_come_back_as_they_were() -> None:
    desk, _, _ = lived()
    events = desk.sheet.read_history()[1]
    lines = [history.to_line(event) for event in events]
    assert [history.from_line(line, place) for place, line in enumerate(lines, 1)] == events
    with pytest.raises(HistoryBroken):
        history.from_line('{"event":[1]}', 1)


def test_records__survive_another_order_of_columns() -> None:
    desk, _, _ = lived()
    row = [*desk.sheet.state[0]]
    record = dict(reversed(as_record(row, STATE_HEADERS).items()))
    assert from_record(record, STATE_HEADERS)[: len(row)] == row


def test_translated__columns_by_name_whatever_their_order_or_language() -> None:
    rows = [["Роли", "Мое", "E-mail"], ["менеджер", "x", "a@x.example"], ["", "", ""]]
    headers = {"роли": "roles", "e-mail": "email"}
    assert translated(rows, headers, ["email", "", "roles"]) == [["a@x.example", "", "менеджер"]]
