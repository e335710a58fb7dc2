"""The very trigger.js that Google runs, run by real edits, its Inbox rows read back."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2 import id_token

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.apps_script.runtime import Edit
from tests.unit.trigger.office import ANNA, BOB, HEADERS, INBOX, OWNER, PEOPLE, REGISTRY, SCRIPT, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    office.write("Registry!A2", [["PR-000001", "Paper", 100, "", False, "Draft"]])
    yield office
    office.close()


def serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


def test_edit__single_cell_becomes_one_signed_event(office: Office) -> None:
    before = datetime.now(UTC)
    office.type("Anna@Example.com", "Registry!F2", "Submitted")
    event = office.event()
    assert event.body == {
        "exact": True,
        "rows": [{"id": "PR-000001", "cells": [["Status", "Draft", "Submitted"]]}],
    }
    assert (event.user, event.sheet_id) == (ANNA, REGISTRY)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", event.uuid)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.at)
    assert (
        timedelta(0) - timedelta(milliseconds=2)
        <= datetime.fromisoformat(event.at) - before
        < timedelta(seconds=5)
    )


def test_edit__time_is_the_workspaces(office: Office) -> None:
    office.emulator.clock.set(datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))
    office.type(ANNA, "Registry!F2", "Submitted")
    assert office.event().at.startswith("2027-01-02T03:04:0")


def test_edit__nudges_the_function_with_a_verifiable_token(office: Office) -> None:
    office.type(ANNA, "Registry!F2", "Submitted")
    assert office.endpoint.nudges == [{"spreadsheet": office.id, "event": office.event().uuid}]
    token = office.endpoint.tokens[0].removeprefix("Bearer ")
    server = serve(create_app(office.emulator), 0)
    try:
        with requests.Session() as session:
            certs = f"{server.url}/oauth2/v1/certs"
            claims = id_token.verify_token(token, Request(session), "client-1", certs_url=certs)
    finally:
        server.shutdown()
    assert claims["email"] == SCRIPT


@pytest.mark.parametrize(
    ("cell", "value", "old", "new"),
    [
        ("B2", "Ink", "Paper", "Ink"),
        ("B2", "", "Paper", ""),
        ("B2", None, "Paper", ""),
        ("C2", "1,234.5", "100", "1234.5"),
        ("C2", 7, "100", "7"),
        ("C2", "0.1", "100", "0.1"),
        ("C2", "=1+2", "100", "=1+2"),
        ("D2", "2026-12-31", "", str(serial(date(2026, 12, 31)))),
        ("D2", "12/31/2026 12:00", "", str(serial(date(2026, 12, 31)) + 0.5)),
        ("E2", "TRUE", "FALSE", "TRUE"),
        ("B2", "'=1+2", "Paper", "=1+2"),
        ("B2", "Ёлка 🎄 שלום", "Paper", "Ёлка 🎄 שלום"),
        ("B2", 'a "quoted"\nline\\', "Paper", 'a "quoted"\nline\\'),
    ],
)
def test_edit__values_have_one_canonical_text(
    office: Office, cell: str, value: Any, old: str, new: str
) -> None:
    office.type(ANNA, f"Registry!{cell}", value)
    ((row,), exact) = (office.event().body["rows"], office.event().body["exact"])
    assert exact is True
    assert row["cells"] == [[HEADERS["ABCDEF".index(cell[0])], old, new]]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kamchatka", "UTC"])
def test_edit__a_date_is_the_serial_day_in_any_time_zone(tmp_path: Path, zone: str) -> None:
    office = Office(tmp_path, zone=zone)
    office.write("Registry!A2", [["PR-000001", "Paper"]])
    office.paste(ANNA, "Registry!D2", [["2026-07-01"]])
    office.type(ANNA, "Registry!D2", "2026-12-31")
    pasted, typed = office.events()
    office.close()
    assert pasted.body["rows"][0]["cells"] == [["Due", None, str(serial(date(2026, 7, 1)))]]
    old, new = str(serial(date(2026, 7, 1))), str(serial(date(2026, 12, 31)))
    assert typed.body["rows"][0]["cells"] == [["Due", old, new]]


def test_edit__russian_locale(tmp_path: Path) -> None:
    office = Office(tmp_path, locale="ru_RU")
    office.write("Registry!A1", [["№ заявки"], ["PR-000001"]])
    office.type(ANNA, "Registry!C2", "1 234,50")
    office.type(ANNA, "Registry!D2", "31.12.2026")
    amount, due = (event.body["rows"] for event in office.events())
    office.close()
    assert amount == [{"id": "PR-000001", "cells": [["Amount", "", "1234.5"]]}]
    assert due == [{"id": "PR-000001", "cells": [["Due", "", str(serial(date(2026, 12, 31)))]]}]


def test_edit__long_text_is_known_by_its_hash(office: Office) -> None:
    text, exactly = "ж" * 1001, "x" * 1000
    office.type(ANNA, "Registry!B2", text)
    office.type(ANNA, "Registry!B2", exactly)
    first, second = (event.body["rows"][0]["cells"][0] for event in office.events())
    hashed = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert first == ["Subject", "Paper", hashed]
    assert second == ["Subject", hashed, exactly]


def test_paste__block_tells_new_values_and_no_old_ones(office: Office) -> None:
    office.write("Registry!A3", [["PR-000003", "Ink", 5, "", False, "Draft"]])
    office.paste(BOB, "Registry!B2", [["Pens", "7"], ["=1+1", "2026-12-31"]])
    event = office.event()
    assert event.user == BOB
    assert event.body == {
        "exact": False,
        "rows": [
            {"id": "PR-000001", "cells": [["Subject", None, "Pens"], ["Amount", None, "7"]]},
            {
                "id": "PR-000003",
                "cells": [["Subject", None, "=1+1"], ["Amount", None, str(serial(date(2026, 12, 31)))]],
            },
        ],
    }


def test_paste__into_one_cell_is_not_exact(office: Office) -> None:
    office.paste(BOB, "Registry!F2", [["Approved"]])
    assert office.event().body == {
        "exact": False,
        "rows": [{"id": "PR-000001", "cells": [["Status", None, "Approved"]]}],
    }


def test_new_row__gets_an_even_id_above_all(office: Office) -> None:
    office.write("Registry!A3", [["PR-000123", "Ink"], ["note"], ["PR-9x"]])
    office.type(ANNA, "Registry!B6", "Chairs")
    assert office.event().body["rows"] == [
        {"id": "PR-000124", "new": True, "cells": [["Subject", "", "Chairs"]]}
    ]
    assert office.read("Registry!A6") == [["PR-000124"]]
    office.type(ANNA, "Registry!B7", "Tables")
    assert office.read("Registry!A7") == [["PR-000126"]]


def test_new_row__a_second_edit_of_it_is_not_new(office: Office) -> None:
    office.type(ANNA, "Registry!B3", "Chairs")
    office.type(ANNA, "Registry!C3", "50")
    assert [event.body["rows"] for event in office.events()] == [
        [{"id": "PR-000002", "new": True, "cells": [["Subject", "", "Chairs"]]}],
        [{"id": "PR-000002", "cells": [["Amount", "", "50"]]}],
    ]


def test_new_row__an_id_is_never_given_again(office: Office) -> None:
    office.type(ANNA, "Registry!B3", "Chairs")
    office.batch(
        {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}}}
    )
    office.type(ANNA, "Registry!B3", "Tables")
    assert office.read("Registry!A3") == [["PR-000004"]]


def test_new_row__a_pasted_block_gets_ids_in_order(office: Office) -> None:
    office.paste(ANNA, "Registry!B3", [["A"], [""], ["B"], ["C"]])
    assert office.read("Registry!A3:A6") == [["PR-000002"], [], ["PR-000004"], ["PR-000006"]]
    rows = office.event().body["rows"]
    assert [(row["id"], row["new"], row["cells"][0][2]) for row in rows] == [
        ("PR-000002", True, "A"),
        ("PR-000004", True, "B"),
        ("PR-000006", True, "C"),
    ]


def test_new_row__an_absurd_id_does_not_move_the_counter(office: Office) -> None:
    office.write("Registry!A3", [["PR-99999999999999999999"]])
    office.type(ANNA, "Registry!B4", "Chairs")
    assert office.read("Registry!A4") == [["PR-000002"]]


def test_new_row__an_unticked_checkbox_is_no_content(office: Office) -> None:
    office.paste(ANNA, "Registry!E3", [[False], [True]])
    assert office.read("Registry!A3:A4") == [[], ["PR-000002"]]


def test_new_row__the_id_is_text_where_the_prefix_is_blank(office: Office) -> None:
    layout = office.properties["SF_LAYOUT"].replace("PR-", "")
    office.emulator.scripts.projects.set_properties(office.project.id, {"SF_LAYOUT": layout})
    office.type(ANNA, "Registry!B3", "Chairs")
    assert office.read("Registry!A3") == [["000002"]]


def test_new_row__two_people_at_once_get_two_ids(office: Office) -> None:
    threads = [
        threading.Thread(target=office.type, args=(who, f"Registry!B{row}", "x"))
        for row, who in ((3, ANNA), (4, BOB), (5, ANNA), (6, BOB))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [row[0] for row in office.read("Registry!A3:A6")]
    assert sorted(ids) == ["PR-000002", "PR-000004", "PR-000006", "PR-000008"]
    assert sorted(event.body["rows"][0]["id"] for event in office.events()) == sorted(ids)


def test_row__is_known_by_its_id_after_an_insertion(office: Office) -> None:
    where = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}
    office.batch({"insertDimension": {"range": where}})
    assert office.events() == []  # an API's change is no edit
    office.type(ANNA, "Registry!F4", "Submitted")
    assert office.event().body["rows"] == [{"id": "PR-000001", "cells": [["Status", "Draft", "Submitted"]]}]


def test_columns__may_stand_anywhere(office: Office) -> None:
    where = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    office.batch({"moveDimension": {"source": where, "destinationIndex": 6}})
    office.type(ANNA, "Registry!A3", "Chairs")
    assert office.event().body["rows"] == [
        {"id": "PR-000002", "new": True, "cells": [["Subject", "", "Chairs"]]}
    ]
    assert office.read("Registry!F3") == [["PR-000002"]]


def test_header__edit_has_no_id_and_names_the_letter(office: Office) -> None:
    office.type(ANNA, "Registry!F1", "State")
    assert office.event().body == {"exact": True, "rows": [{"id": "", "cells": [["F", "Status", "State"]]}]}


def test_header__column_without_one_is_named_by_its_letter(office: Office) -> None:
    office.type(ANNA, "Registry!H2", "aside")
    assert office.event().body["rows"] == [{"id": "PR-000001", "cells": [["H", "", "aside"]]}]


def test_clearing__a_blank_row_is_nothing(office: Office) -> None:
    office.type(ANNA, "Registry!B9", "")
    office.type(ANNA, "Registry!A5:F9", "")
    assert office.events() == []
    assert office.endpoint.nudges == []


def test_clearing__a_row_tells_what_became_of_it(office: Office) -> None:
    office.type(ANNA, "Registry!B2:C2", "")
    rows = office.event().body["rows"]
    assert rows == [{"id": "PR-000001", "cells": [["Subject", None, ""], ["Amount", None, ""]]}]


def test_id__typed_over_tells_both(office: Office) -> None:
    office.type(ANNA, "Registry!A2", "PR-000777")
    assert office.event().body["rows"] == [{"id": "PR-000777", "cells": [["ID", "PR-000001", "PR-000777"]]}]


def test_people_tab__rows_are_named_by_their_first_column(office: Office) -> None:
    office.type(OWNER, "People!B2", "admin")
    event = office.event()
    assert event.sheet_id == PEOPLE
    assert event.body["rows"] == [{"id": "anna@example.com", "cells": [["Role", "manager", "admin"]]}]


def test_unwatched_tab__is_ignored(office: Office) -> None:
    office.type(ANNA, "Notes!A1", "hello")
    office.type(OWNER, "Inbox!G2", "x")
    assert office.endpoint.nudges == []
    assert [row for row in office.read("Inbox!A2:F") if row] == []


def test_another_spreadsheet__is_ignored(office: Office) -> None:
    other = office.emulator.sheets.create(OWNER, {"properties": {"title": "Other"}})["spreadsheetId"]
    office.emulator.scripts.projects.install(office.project.id, "onSheetEdit", "ON_EDIT", other)
    answer = office.emulator.hand.type(OWNER, other, "A1", "x")
    assert [run["ok"] for run in answer["triggers"]] == [True]
    assert office.events() == []


@pytest.mark.parametrize("shown", ["", "=1+1@example.com", "+x@example.com", "'a@example.com"])
def test_user__unknown_or_odd_is_recorded_as_nobody(office: Office, shown: str) -> None:
    # The hand always knows its person; Google does not always tell.
    runs = office.emulator.scripts.edited(Edit(office.id, REGISTRY, (2, 6, 1, 1), shown, "Approved", "Draft"))
    assert [run.error for run in runs] == [None]
    assert office.event().user == ""


def test_chunks__stay_below_a_cells_limit_and_lose_nothing(office: Office) -> None:
    block = [[f"{n:03d}" + "ы" * 900, n] for n in range(100)]
    office.paste(ANNA, "Registry!B3", block)
    events = office.events()
    assert len(events) > 2
    assert all(len(event.raw[4]) < 40_000 for event in events)
    rows = [row for event in events for row in event.body["rows"]]
    assert [row["cells"] for row in rows] == [
        [["Subject", None, text], ["Amount", None, str(n)]] for text, n in block
    ]
    assert len({row["id"] for row in rows}) == 100
    assert len({event.at for event in events}) == 1
    assert office.endpoint.nudges == [{"spreadsheet": office.id, "event": events[-1].uuid}]


def test_chunks__a_row_that_is_too_long_alone_is_split(office: Office) -> None:
    office.batch({"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 60}})
    texts = [f"{n:02d}" + "\x01" * 990 for n in range(60)]
    office.paste(ANNA, "Registry!B2", [texts])
    events = office.events()
    assert len(events) > 1
    assert all(len(event.raw[4]) < 40_000 for event in events)
    parts = [row for event in events for row in event.body["rows"]]
    assert {part["id"] for part in parts} == {"PR-000001"}
    assert [cell[2] for part in parts for cell in part["cells"]] == texts


@pytest.mark.parametrize("how", ["refused", "error", "unreachable name"])
def test_dead_endpoint__the_edit_is_kept(office: Office, how: str) -> None:
    if how == "error":
        office.endpoint.status = 500
    else:
        url = "http://127.0.0.1:9/on_edit" if how == "refused" else "nonsense"
        office.emulator.scripts.projects.set_properties(office.project.id, {"SF_ENDPOINT": url})
    answer = office.type(ANNA, "Registry!F2", "Submitted")
    assert len(office.events()) == 1
    assert "WARNING" in answer["triggers"][0]["log"][0]


def test_script__that_may_not_write_the_inbox_fails_and_says_so(office: Office) -> None:
    protected = {"range": {"sheetId": INBOX}, "editors": {"users": [OWNER]}}
    office.batch({"addProtectedRange": {"protectedRange": protected}})
    answer = office.emulator.hand.type(ANNA, office.id, "Registry!F2", "Submitted")
    (run,) = answer["triggers"]
    assert run["ok"] is False
    assert "protected cell" in run["error"]
    assert office.read("Registry!F2") == [["Submitted"]]
    assert office.endpoint.nudges == []


def test_install__twice_leaves_one_trigger(office: Office) -> None:
    assert office.emulator.scripts.run("trigger", "install").ok
    found = office.emulator.scripts.projects.triggers(spreadsheet=office.id)
    assert [(trigger.handler, trigger.event) for trigger in found] == [("onSheetEdit", "ON_EDIT")]
