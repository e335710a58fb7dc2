"""The registry in use, over HTTP: people type, script and read mail; functions run, or are dead."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import gspread
import pytest

from sheetflow.emulator.sheets.access import PROTECTED
from sheetflow.workspace.local import LocalWorkspace
from tests.conftest import Opener
from tests.firm import BLOCK, GOOD, LETTERS_AT_ONCE, OTHER_ACCOUNT, Firm, Hand, facts_of, text_of

# --- the whole way, with the functions running


@pytest.fixture(scope="module", params=["en", "ru"])
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A firm whose functions run, as child processes."""
    folder = tmp_path_factory.mktemp("live")
    with LocalWorkspace(
        folder, language=request.param, scheduled=False, functions=False, settings=LETTERS_AT_ONCE
    ) as place:
        place.functions.start("on_edit", "on_schedule")
        firm = Firm.at(place).shorten()
        yield firm
        firm.close()


def test_registry__a_request_goes_its_whole_way(live: Firm) -> None:
    mia, olga, anna = live.mia, live.olga, live.anna

    def seen(rid: str) -> tuple[str, str]:
        row = live.row(rid)
        assert (row["status"], row["confirmed"]) == (live.label(live.status(rid)),) * 2
        return live.status(rid), row["approver"]

    rid = mia.drafts()
    assert re.fullmatch(r"PR-\d{6}", rid)
    assert seen(rid) == ("Draft", "")
    assert live.row(rid)["requester"] != ""
    mia.picks("Submitted", rid)
    assert seen(rid) == ("Submitted", "")

    (asked,) = olga.mails(f"in:inbox {rid}")
    for said in (GOOD["purpose"], GOOD["account"], GOOD["inn"], "http://127.0.0.1:"):
        assert str(said) in text_of(asked)

    olga.types("comment", rid, "Which invoice?")
    olga.picks("Returned", rid)
    assert seen(rid) == ("Returned", "")
    assert "Which invoice?" in text_of(mia.mails(f"in:inbox {rid}")[-1])

    mia.types("invoice_no", rid, "17-A")
    mia.picks("Submitted", rid)
    olga.picks("Approved", rid)
    status, approver = seen(rid)
    assert status == "Approved"
    assert approver == next(p["name"] for p in live.get("/workspace")["people"] if p["email"] == olga.address)
    assert all(rid in str(who.mails(f"in:inbox {rid}")[-1]["Subject"]) for who in (mia, anna, live.ada))

    anna.picks("Paid", rid)
    assert seen(rid)[0] == "Paid"
    assert re.sub(r"\W", "", live.row(rid)["paid"]) == "1250000"
    (notice,) = live.hand("pay@romashka.example").mails()
    assert notice["From"].addresses[0].addr_spec == live.robot.address
    assert re.search(r"12\W500[.,]00", text_of(notice))
    assert str(GOOD["purpose"]) in text_of(notice)
    assert rid in text_of(notice)

    assert live.events(rid) == [
        ("RequestSubmitted", mia.address),
        ("CommentAdded", olga.address),
        ("RequestReturned", olga.address),
        ("RequestSubmitted", mia.address),
        ("RequestApproved", olga.address),
        ("RequestPaid", anna.address),
    ]
    live.verify()
    assert {state for *_, state in live.outbox()} == {"sent"}
    assert live.letters().total() == len(live.outbox())


def test_registry__a_request_is_rejected_for_good(live: Firm) -> None:
    rid = live.mia.submits()
    live.olga.picks("Rejected", rid)
    assert live.status(rid) == "Submitted"
    assert live.row(rid)["checks"] != ""
    live.olga.types("comment", rid, "We have enough paper")
    assert live.status(rid) == "Rejected"
    assert live.row(rid)["confirmed"] == live.label("Rejected")
    assert "We have enough paper" in text_of(live.mia.mails(f"in:inbox {rid}")[-1])

    live.mia.picks("Submitted", rid)
    assert live.row(rid)["status"] == live.label("Rejected")
    assert live.events(rid)[-1] == ("EditRefused", live.mia.address)
    live.verify()


def test_registry__dead_functions_show_nothing_unlawful_and_forget_nothing(live: Firm) -> None:
    approved, rid, other = live.mia.submits(), live.mia.submits(), live.mia.drafts()
    live.olga.picks("Approved", approved)
    assert live.confirmed(approved) == [live.label("Approved")]
    functions = live.place.functions
    functions.kill()
    assert not functions.running("on_edit")

    told = live.mia.picks("Approved", rid)
    assert told["triggers"][0]["ok"]
    assert live.row(rid)["status"] == live.label("Approved")
    assert live.confirmed(rid) == [live.label("Submitted")]
    live.olga.picks("Approved", rid)
    assert live.confirmed(rid) == [live.label("Submitted")]
    live.mia.types("account", approved, OTHER_ACCOUNT)
    assert live.confirmed(approved) == [""]
    live.mia.picks("Submitted", other)
    assert live.place.run_schedule()["status"] == 0

    functions.start("on_schedule")
    answer = live.place.run_schedule()
    assert answer["status"] == 200, answer
    assert live.row(approved)["account"] == GOOD["account"]
    assert live.confirmed(approved) == live.confirmed(rid) == [live.label("Approved")]
    assert live.status(other) == "Submitted"
    assert live.events(approved)[2:] == [("EditRefused", live.mia.address)]
    assert live.events(rid)[1:] == [
        ("EditRefused", live.mia.address),
        ("RequestApproved", live.olga.address),
    ]
    live.verify()


# --- a stranger's script


def test_gspread__a_stranger_s_script_lists_reads_and_edits_as_anybody(firm: Firm) -> None:
    rid = firm.mia.drafts()
    firm.run()
    for hand in (firm.mia, firm.olga, firm.anna, firm.service):
        assert [book.id for book in hand.script.openall()] == [firm.spreadsheet]
    book = firm.mia.script.open_by_key(firm.spreadsheet)
    assert "Registry" in [tab.title for tab in book.worksheets()]
    found = [record for record in book.worksheet("Registry").get_all_records() if record["ID"] == rid]
    assert found[0]["Contractor"] == GOOD["contractor"]
    assert found[0]["Confirmed"] == "Draft"

    tab = firm.max.tab()
    cell = tab.find(rid)
    assert cell is not None
    tab.update_cell(cell.row, tab.row_values(1).index("Comment") + 1, "written by a script")
    assert firm.row(rid)["comment"] == "written by a script"


def test_gspread__who_has_no_access_gets_none(firm: Firm) -> None:
    eve = firm.hand("eve@elsewhere.example")
    assert eve.script.openall() == []
    with pytest.raises((gspread.exceptions.APIError, PermissionError)):
        eve.script.open_by_key(firm.spreadsheet)
    with pytest.raises(AssertionError, match="403"):
        eve.enters("Registry!B2", "Approved")


def test_gspread__an_api_write_fires_no_trigger(firm: Firm) -> None:
    rid = firm.mia.drafts()
    before = len(firm.values("A2:A", tab="inbox"))
    firm.mia.writes("subject", rid, "by a script")
    assert len(firm.values("A2:A", tab="inbox")) == before
    firm.mia.types("subject", rid, "by hand")
    assert len(firm.values("A2:A", tab="inbox")) == before + 1


# --- approvals that are none


def outsider(firm: Firm) -> Hand:
    """Somebody who may edit the file and stands on no People tab."""
    eve = firm.hand("eve@elsewhere.example")
    firm.robot.script.open_by_key(firm.spreadsheet).share(eve.address, "user", "writer", notify=False)
    return eve


OFFENDERS: Mapping[str, tuple[Callable[[Firm], Hand], str]] = {
    "requester": (lambda firm: firm.mia, "right-role"),
    "another manager": (lambda firm: firm.max, "right-role"),
    "accountant": (lambda firm: firm.anna, "right-role"),
    "admin": (lambda firm: firm.ivan, "right-role"),
    "stranger": (outsider, "known-person"),
}


@pytest.mark.parametrize("who", OFFENDERS)
def test_approval__by_somebody_else_is_never_shown_and_put_back(firm: Firm, who: str) -> None:
    find, rule = OFFENDERS[who]
    offender = find(firm)
    rid = firm.mia.submits()
    firm.run()
    offender.picks("Approved", rid)
    assert firm.row(rid)["status"] == "Approved"
    assert firm.confirmed(rid) == ["Submitted"]
    firm.run()
    assert (firm.row(rid)["status"], firm.confirmed(rid)) == ("Submitted", ["Submitted"])
    kinds = firm.events(rid)
    assert kinds == [("RequestSubmitted", firm.mia.address), ("EditRefused", offender.address)]
    assert f'"rule": "{rule}"' in facts_of(firm.history()[-1])
    (told,) = [mail for mail in offender.mails(f"in:inbox {rid}") if "Put back" in str(mail["Subject"])]
    assert rule in text_of(told)
    assert not any("To pay" in subject for subject in firm.anna.subjects(rid))
    firm.verify()


def test_approval__by_the_requester_who_is_an_approver_too_is_put_back(firm: Firm) -> None:
    firm.robot.tab("people").append_row(
        ["boss@firm.example", "Boss", "manager, approver", "1000000 RUB", "en"]
    )
    firm.robot.script.open_by_key(firm.spreadsheet).share("boss@firm.example", "user", "writer", notify=False)
    boss = firm.hand("boss@firm.example")
    rid = boss.submits()
    boss.picks("Approved", rid)
    assert firm.confirmed(rid) == [""]
    firm.run()
    assert (firm.row(rid)["status"], firm.confirmed(rid)) == ("Submitted", ["Submitted"])
    refused = [event for event in firm.history() if event.kind == "EditRefused"][-1]
    assert '"rule": "no-self-approval"' in facts_of(refused)


def test_approval__written_by_a_script_is_nobody_s(firm: Firm) -> None:
    rid = firm.mia.submits()
    firm.run()
    firm.olga.writes("status", rid, "Approved")
    assert firm.confirmed(rid) == ["Submitted"]
    firm.run()
    assert firm.confirmed(rid) == ["Submitted"]
    firm.later()
    firm.run()
    assert (firm.row(rid)["status"], firm.confirmed(rid)) == ("Submitted", ["Submitted"])
    assert firm.events(rid)[-1] == ("EditRefused", "unknown")
    assert any("Was it you?" in subject for subject in firm.olga.subjects(rid))


# --- what was approved, swapped under the approval


def sorted_by(firm: Firm, column: str) -> None:
    """The owner sorts all requests by a column, downwards."""
    area = {"sheetId": firm.sheets["registry"], "startRowIndex": 1}
    place = firm.columns()[column]
    order = [{"dimensionIndex": place, "sortOrder": "DESCENDING"}]
    firm.robot.batch({"sortRange": {"range": area, "sortSpecs": order}})


def row_range(firm: Firm, rid: str) -> dict[str, int]:
    row = firm.number(rid)
    return {"sheetId": firm.sheets["registry"], "startRowIndex": row - 1, "endRowIndex": row}


def swap(firm: Firm, rid: str) -> None:
    firm.mia.types("account", rid, OTHER_ACCOUNT)


def swap_by_script(firm: Firm, rid: str) -> None:
    firm.mia.writes("account", rid, OTHER_ACCOUNT)


def swap_and_sort(firm: Firm, rid: str) -> None:
    swap(firm, rid)
    sorted_by(firm, "subject")


def duplicate(firm: Firm, rid: str) -> None:
    """A copy of the row with its number, and another account in it."""
    source = row_range(firm, rid)
    end = firm.end()
    target = {**source, "startRowIndex": end, "endRowIndex": end + 1}
    inputs = {"startColumnIndex": 0, "endColumnIndex": 2}, {"startColumnIndex": 3, "endColumnIndex": 21}
    firm.mia.batch(
        *({"copyPaste": {"source": source | part, "destination": target | part}} for part in inputs)
    )
    place = gspread.utils.rowcol_to_a1(end + 1, firm.columns()["account"] + 1)
    firm.mia.enters(f"Registry!{place}", OTHER_ACCOUNT)


def insert_and_swap(firm: Firm, rid: str) -> None:
    where = row_range(firm, rid)
    rows = {"sheetId": where["sheetId"], "dimension": "ROWS", "startIndex": where["startRowIndex"]}
    firm.mia.batch({"insertDimension": {"range": {**rows, "endIndex": where["endRowIndex"] + 1}}})
    swap(firm, rid)


def paste_over(firm: Firm, rid: str) -> None:
    """Another payee's data, pasted over the whole row."""
    cells = {**GOOD, "contractor": "ООО «Лютик»", "account": OTHER_ACCOUNT}
    keys = list(firm.columns())
    first, last = (keys.index(key) for key in BLOCK)
    firm.mia.pastes(firm.cell_of(rid, "subject"), [[cells.get(key, "") for key in keys[first : last + 1]]])


def steal_number(firm: Firm, rid: str) -> None:
    """The approved row's number, typed over that of a row with another account."""
    other = firm.mia.drafts(account=OTHER_ACCOUNT)
    firm.robot.enters(firm.cell_of(other, "id"), rid)


SWAPS = (swap, swap_by_script, swap_and_sort, duplicate, insert_and_swap, paste_over, steal_number)


@pytest.mark.parametrize("act", SWAPS, ids=lambda act: act.__name__)
def test_seal__no_row_with_another_account_is_ever_shown_as_approved(
    firm: Firm, act: Callable[[Firm, str], None]
) -> None:
    rid = firm.mia.submits()
    firm.olga.picks("Approved", rid)
    firm.run()
    assert firm.confirmed(rid) == ["Approved"]

    def shown() -> list[tuple[str, str]]:
        places = firm.columns()
        rows = [(row[places["account"]], row[places["confirmed"]]) for row in firm.table()]
        return [row for row in rows if row[0] == OTHER_ACCOUNT]

    act(firm, rid)
    assert shown()
    assert {confirmed for _, confirmed in shown()} <= {"", "Draft"}
    assert len(firm.rows(rid)) == 1 or firm.confirmed(rid) == ["", ""]
    firm.run()
    firm.later()
    firm.run()
    row = firm.row(rid)
    assert (row["account"], row["confirmed"]) == (GOOD["account"], "Approved")
    assert {confirmed for _, confirmed in shown()} <= {"", "Draft"}
    assert firm.status(rid) == "Approved"
    firm.verify()


# --- what nobody may write


@pytest.mark.parametrize(
    "where",
    [
        "Registry!C1",
        "Registry!C2",
        "Registry!A1",
        "Inbox!A2",
        "State!A1",
        "History!A2",
        "People!C2",
        "Outbox!B2",
    ],
)
def test_protection__a_manager_writes_only_what_is_theirs(firm: Firm, where: str) -> None:
    tab, cell = where.split("!")
    with pytest.raises(gspread.exceptions.APIError) as refused:
        firm.mia.script.open_by_key(firm.spreadsheet).worksheet(tab).update_acell(cell, "Approved")
    assert refused.value.response.status_code == 400
    assert PROTECTED in refused.value.response.json()["error"]["message"]
    with pytest.raises(AssertionError, match="protected cell or object"):
        firm.mia.enters(where, "Approved")


# --- turning the spreadsheet upside down


def test_rows__sorted_inserted_and_deleted_by_people_lose_nothing(fresh: Firm) -> None:
    fresh.post("/workspace/switches", {"protected_columns_block_structure": False})
    one, two, three = (fresh.mia.submits() for _ in range(3))
    draft = fresh.mia.drafts()
    fresh.run()
    fresh.olga.picks("Approved", one)
    sheet = fresh.sheets["registry"]
    places = fresh.columns()
    fresh.max.batch(
        {"sortRange": {
            "range": {"sheetId": sheet, "startRowIndex": 1, "endRowIndex": fresh.end()},
            "sortSpecs": [{"dimensionIndex": places["subject"], "sortOrder": "DESCENDING"}],
        }}
    )  # fmt: skip
    rows = {"sheetId": sheet, "dimension": "ROWS", "startIndex": 1}
    fresh.max.batch({"insertDimension": {"range": {**rows, "endIndex": 3}}})
    for gone in (two, draft):
        at = fresh.number(gone) - 1
        fresh.max.batch({"deleteDimension": {"range": {**rows, "startIndex": at, "endIndex": at + 1}}})
    assert fresh.rows(two) == []
    fresh.run()
    assert [fresh.confirmed(rid) for rid in (one, two, three)] == [["Approved"], ["Submitted"], ["Submitted"]]
    assert fresh.rows(draft) == []
    assert ("RowRestored", "unknown") in fresh.events(two)
    assert fresh.row(two)["account"] == GOOD["account"]
    fresh.settle()
    fresh.verify()


def test_rows__a_sort_that_google_refuses_changes_nothing(firm: Firm) -> None:
    rid = firm.mia.submits()
    firm.run()
    before = firm.table()
    area = {"sheetId": firm.sheets["registry"], "startRowIndex": 1}
    with pytest.raises(gspread.exceptions.APIError, match="protected cell or object"):
        firm.max.batch({"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 3}]}})
    assert firm.table() == before
    assert firm.confirmed(rid) == ["Submitted"]


def test_columns__moved_about_are_found_by_their_headers(fresh: Firm) -> None:
    rid = fresh.mia.submits()
    fresh.run()
    before, row = fresh.columns(), fresh.row(rid)
    columns = {"sheetId": fresh.sheets["registry"], "dimension": "COLUMNS"}

    def move(key: str, to: int) -> None:
        at = fresh.columns()[key]
        source = {**columns, "startIndex": at, "endIndex": at + 1}
        fresh.robot.batch({"moveDimension": {"source": source, "destinationIndex": to}})

    move("account", 1)
    move("status", 20)
    fresh.robot.batch({"insertDimension": {"range": {**columns, "startIndex": 4, "endIndex": 5}}})
    assert fresh.columns() != before
    assert fresh.row(rid) == row
    assert not fresh.run().commits
    fresh.olga.picks("Approved", rid)
    fresh.run()
    fresh.mia.types("account", rid, OTHER_ACCOUNT)
    assert fresh.confirmed(rid) == [""]
    fresh.run()
    assert fresh.confirmed(rid) == ["Approved"]
    assert fresh.row(rid)["account"] == GOOD["account"]
    fresh.verify()


def test_tabs__renamed_are_found_by_their_ids(fresh: Firm) -> None:
    rid = fresh.mia.submits()
    fresh.run()
    for key in ("registry", "state"):
        properties = {"sheetId": fresh.sheets[key], "title": f"It's my {key}"}
        fresh.robot.batch({"updateSheetProperties": {"properties": properties, "fields": "title"}})
    fresh.renamed = {"state": "'It''s my state'", "registry": "'It''s my registry'"}
    fresh.olga.picks("Approved", rid)
    assert fresh.run().events == [f"RequestApproved {rid}"]
    assert fresh.confirmed(rid) == ["Approved"]
    del fresh.runtime  # a cold start
    fresh.anna.picks("Paid", rid)
    assert fresh.run().events == [f"RequestPaid {rid}"]
    fresh.verify()


def test_token__named_range_deleted_by_hand_is_made_again(fresh: Firm) -> None:
    rid = fresh.mia.submits()
    fresh.run()
    fresh.robot.batch({"deleteNamedRange": {"namedRangeId": fresh.token().range_id}})
    fresh.olga.picks("Approved", rid)
    report = fresh.run()
    assert report.events == [f"RequestApproved {rid}"]
    assert fresh.confirmed(rid) == ["Approved"]
    metadata = fresh.robot.script.open_by_key(fresh.spreadsheet).list_named_ranges()
    token = [named["namedRangeId"] for named in metadata if named["name"] == "SF_VERSION"]
    assert token == [fresh.token().range_id]
    fresh.anna.picks("Paid", rid)
    assert fresh.run().lost_races == 0
    fresh.verify()


# --- a restart

KEEPER = """
import json, pathlib, sys
from sheetflow.workspace.local import LocalWorkspace
with LocalWorkspace(pathlib.Path(sys.argv[1]), scheduled=False, functions=False) as place:
    print(json.dumps([place.url, place.settled.sheets, place.functions.environment]), flush=True)
    sys.stdin.read()
"""


def test_workspace__killed_and_started_again_has_lost_nothing(tmp_path: Path, opened: Opener) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        firm = Firm(*json.loads(child.stdout.readline()))
        rid = firm.mia.submits()
        firm.run()
        firm.olga.picks("Approved", rid)
        seen = (firm.table(), firm.state(), firm.events(), firm.letters(), firm.values("A2:G", tab="inbox"))
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdin.close()
        child.stdout.close()
    firm.close()
    again = opened(copy_of=tmp_path)
    assert seen == (
        again.table(), again.state(), again.events(), again.letters(), again.values("A2:G", tab="inbox")
    )  # fmt: skip
    again.run()
    assert again.confirmed(rid) == ["Approved"]
    again.verify()
