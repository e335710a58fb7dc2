from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sheetflow.core.history import instant
from sheetflow.core.inbox import Mail, read_inbox, signature
from sheetflow.model.cells import Cell
from tests.desk import GOOD, HEAD, KEY, MIA, SPREADSHEET, START, Desk, book

LATER = START + timedelta(minutes=10)
HEADERS = book().headers


def row(
    body: Any = None,
    *,
    uuid: str = "u1",
    at: str = instant(START),
    user: str = MIA,
    sheet: Cell = 100,
    key: bytes = KEY,
    spreadsheet: str = SPREADSHEET,
    consumed: Cell = "",
) -> list[Cell]:
    """An Inbox row as a trigger with this key would write it."""
    if body is None:
        body = {"exact": True, "rows": [{"id": "PR-000002", "cells": [["Amount", "1", "2"]]}]}
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    cells: list[Cell] = [uuid, at, user, sheet, text]
    return [*cells, signature(key, cells, spreadsheet), consumed]


def read(*rows: list[Cell], horizon: str = "", key: bytes = KEY) -> Mail:
    return read_inbox(
        rows, key=key, spreadsheet=SPREADSHEET, headers=HEADERS, horizon=horizon, now=LATER
    )  # fmt: skip


# --- what counts


def test_read_inbox__a_signed_edit() -> None:
    mail = read(row())
    assert (mail.waiting, mail.refused) == ([0], [])
    (edit,) = mail.edits
    (cell,) = edit.cells
    assert (edit.uuid, edit.user, edit.sheet, edit.request) == ("u1", MIA, 100, "PR-000002")
    assert (cell.column, cell.old, cell.new, cell.exact, cell.at) == ("amount", "1", "2", True, START)


def test_read_inbox__headers_of_either_language_and_unknown_ones_left_out() -> None:
    body = {
        "exact": True,
        "rows": [{"id": "x", "cells": [["ИНН", "", "7"], [" inn ", "7", "8"], ["Colour", "", "red"]]}],
    }
    (edit,) = read(row(body)).edits
    assert [(cell.column, cell.new) for cell in edit.cells] == [("inn", "7"), ("inn", "8")]


def test_read_inbox__ids_are_told_apart() -> None:
    body = {
        "exact": True,
        "rows": [{"id": "mine", "cells": [["ID", "PR-000002", "mine"], ["Amount", "", "2"]]}],
    }
    (edit,) = read(row(body)).edits
    assert [(cell.old, cell.new) for cell in edit.ids] == [("PR-000002", "mine")]
    assert [cell.column for cell in edit.cells] == ["amount"]


def test_read_inbox__a_paste_knows_no_old_values() -> None:
    body = {"exact": False, "rows": [{"id": rid, "cells": [["Amount", None, "2"]]} for rid in ("a", "b")]}
    edits = read(row(body)).edits
    assert [edit.request for edit in edits] == ["a", "b"]
    assert [(cell.old, cell.exact) for edit in edits for cell in edit.cells] == [(None, False)] * 2


def test_read_inbox__an_unticked_box_is_blank() -> None:
    cells = [["To pay", "TRUE", "FALSE"], ["What for", "", "FALSE"]]
    (edit,) = read(row({"exact": True, "rows": [{"id": "x", "cells": cells}]})).edits
    assert [cell.new for cell in edit.cells] == ["", "FALSE"]


def test_read_inbox__in_the_order_of_time() -> None:
    late, early = row(uuid="u2", at=instant(START + timedelta(seconds=1))), row(uuid="u1")
    assert [edit.uuid for edit in read(late, early).edits] == ["u1", "u2"]


def test_read_inbox__as_the_sheet_gives_numbers_back() -> None:
    signed = row(sheet=100)
    signed[3] = 100.0
    assert read(signed).refused == []


def test_read_inbox__served_and_blank_rows_are_passed_over() -> None:
    mail = read(row(consumed=7), [], ["", "", "", "", "", "", ""], row(uuid="u2"))
    assert (mail.waiting, [edit.uuid for edit in mail.edits]) == ([3], ["u2"])


def test_read_inbox__a_clock_slightly_ahead() -> None:
    assert read(row(at=instant(LATER + timedelta(minutes=5)))).refused == []


# --- what does not


def altered(place: int, value: Cell) -> list[Cell]:
    """A signed row that was changed afterwards."""
    changed = row()
    changed[place] = value
    return changed


FORGED_BODY = json.dumps({"exact": True, "rows": [{"id": "PR-000002", "cells": [["Amount", "1", "3"]]}]})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (altered(0, "u9"), "its signature does not hold"),
        (altered(1, instant(START + timedelta(seconds=1))), "its signature does not hold"),
        (altered(2, HEAD), "its signature does not hold"),
        (altered(3, 102), "its signature does not hold"),
        (altered(4, FORGED_BODY), "its signature does not hold"),
        (altered(5, ""), "its signature does not hold"),
        (altered(5, "0" * 64), "its signature does not hold"),
        (altered(5, "подпись"), "its signature does not hold"),
        (altered(5, 17), "its signature does not hold"),
        (row(key=b"another"), "its signature does not hold"),
        (row(spreadsheet="another"), "its signature does not hold"),
        (["u1", instant(START), MIA], "it is incomplete"),
        (["junk"], "it is incomplete"),
        (row(at="yesterday"), "its time cannot be read"),
        (row(at="2026-11-24T09:00:00"), "its time cannot be read"),
        (row(at=instant(LATER + timedelta(minutes=5, milliseconds=1))), "it comes from the future"),
    ],
)
def test_read_inbox__refused_and_marked(bad: list[Cell], reason: str) -> None:
    mail = read(bad)
    assert (mail.edits, mail.waiting, mail.refused) == ([], [0], [(0, reason)])


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "17", "[]", "null", '"x"', "{}", '{"exact": true}', '{"exact": true, "rows": 5}',
        '{"exact": true, "rows": [5]}', '{"exact": true, "rows": [{"id": "x"}]}',
        '{"exact": true, "rows": [{"id": "x", "cells": [["Amount", "1"]]}]}',
        '{"exact": true, "rows": [{"id": "x", "cells": [5]}]}',
        '{"exact": true, "rows": [{"id": "ok", "cells": [["Amount", "", "1"]]}, {"cells": []}]}',
        "[" * 100_000,
    ],
    ids=lambda body: body[:30],
)  # fmt: skip
def test_read_inbox__signed_junk_is_consumed_whole_and_without_effect(body: str) -> None:
    mail = read(row(body), row(uuid="u2"))
    assert mail.waiting == [0, 1]
    assert [place for place, _ in mail.refused] == [0]
    assert [edit.uuid for edit in mail.edits] == ["u2"]


def test_read_inbox__a_used_uuid_in_one_read_or_from_before() -> None:
    mail = read(row(consumed=3), row(), row(uuid="u2"), row(uuid="u2"))
    assert [edit.uuid for edit in mail.edits] == ["u2"]
    assert mail.refused == [(1, "its uuid was used before"), (3, "its uuid was used before")]


@pytest.mark.parametrize(("milliseconds", "counts"), [(-1, False), (0, False), (1, True)])
def test_read_inbox__what_was_pruned_is_not_replayed(milliseconds: int, counts: bool) -> None:
    mail = read(row(at=instant(START + timedelta(milliseconds=milliseconds))), horizon=instant(START))
    assert bool(mail.edits) is counts
    assert counts or mail.refused == [(0, "it is older than what was pruned")]


def test_read_inbox__without_a_key_nothing_counts() -> None:
    assert read(row(key=b""), key=b"").edits == []


# --- in a pass


@pytest.mark.parametrize("kind", ["unsigned", "replayed", "future", "another spreadsheet", "junk"])
def test_decide__a_forged_approval_is_consumed_and_without_effect(kind: str) -> None:
    desk = Desk()
    rid = desk.submitted()
    body = {"exact": True, "rows": [{"id": rid, "cells": [["Status", "Submitted", "Approved"]]}]}
    forged = row(body, uuid="forged", at=instant(desk.clock.at), user=HEAD)
    if kind == "unsigned":
        forged[5] = "0" * 64
    if kind == "replayed":
        forged = row(body, uuid=str(desk.sheet.inbox[-1][0]), at=instant(desk.clock.at), user=HEAD)
    if kind == "future":
        forged = row(body, at=instant(desk.clock.at + timedelta(hours=1)), user=HEAD)
    if kind == "another spreadsheet":
        forged = row(body, uuid="forged", at=instant(desk.clock.at), user=HEAD, spreadsheet="another")
    if kind == "junk":
        forged = row("{}", uuid="forged", at=instant(desk.clock.at), user=HEAD)
    desk.sheet.inbox.append(forged)
    events = desk.events()
    desk.run()
    assert desk.sheet.inbox[-1][6] != ""
    forging = kind in ("unsigned", "another spreadsheet")  # the admin hears of a secret that does not hold
    told = [("ivan@firm.example", "unwell")] if forging else []
    assert (desk.accepted(rid), desk.events(), desk.letters()) == ("Submitted", events, told)
    commits = desk.sheet.commits
    desk.run()
    assert desk.sheet.commits == commits


def test_decide__an_event_about_no_row_is_consumed_and_without_effect() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.sheet.inbox.append(
        desk.event(HEAD, [("PR-000999", [("status", "Submitted", "Approved")])], exact=True)
    )
    desk.run()
    desk.verify()
    assert desk.accepted(rid) == "Submitted"
    assert not any(row and row[0] == "PR-000999" for row in desk.sheet.state)


def test_decide__an_event_of_another_tab_touches_no_request() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    desk.sheet.inbox.append(desk.event(MIA, [(rid, [("subject", "Paper", "x")])], exact=True, sheet=102))
    desk.run()
    assert desk.cell(rid, "subject") == "Paper"
    assert desk.refusals == []
