"""Google on writing: atomic batches, the compare-and-swap, what is stored of what is sent."""

from __future__ import annotations

import secrets
import threading

import gspread
import pytest

from sheetflow.emulator.apps_script.runtime import Edit, Run
from sheetflow.emulator.sheets.access import PROTECTED
from tests.contract.google import OWNER, Tab, name_range, said, unname, write


def fresh_name() -> tuple[str, str]:
    """An id such as the product's tokens have, and a name."""
    nonce = secrets.token_hex(8)
    return f"sf_1_{nonce}", f"N{nonce}"


def test_batch__is_applied_whole_or_not_at_all(tab: Tab) -> None:
    """DD: "If any request is not valid then the entire request will fail" [H]."""
    words = tab.refused(write(tab.area(0, 0), "first"), {"deleteSheet": {"sheetId": 21686688}})
    assert words == "Invalid requests[1].deleteSheet: No sheet with id: 21686688"
    assert tab.get() is None


def test_guard__a_named_range_with_the_caller_s_id_is_deleted_once(tab: Tab) -> None:
    """DD: ids may be given; M: deleting what is gone is an error that names the request [L]."""
    number, name = fresh_name()
    tab.batch(name_range(number, name, tab.area(0, 0)))
    assert tab.named_ranges() == {number: name}
    tab.batch(unname(number))
    words = tab.refused(unname(number), write(tab.area(0, 0), "x"))
    assert words.startswith("Invalid requests[0].deleteNamedRange: ")
    assert (tab.named_ranges(), tab.get()) == ({}, None)


def test_guard__a_name_is_given_once(tab: Tab) -> None:
    """Doc: a name occurs once in a spreadsheet, and these are the words [H]."""
    number, name = fresh_name()
    tab.batch(name_range(number, name, tab.area(0, 0)))
    words = tab.refused(name_range(number + "b", name, tab.area(1, 0)))
    assert words == (
        f"Invalid requests[0].addNamedRange: Cannot add named range with name: {name}, "
        "a named range with that name already exists."
    )


def test_guard__an_id_is_given_once(tab: Tab) -> None:
    """DD: "It is an error to specify the ID of a range that already exists" [H]."""
    number, name = fresh_name()
    tab.batch(name_range(number, name, tab.area(0, 0)))
    words = tab.refused(name_range(number, name + "b", tab.area(1, 0)))
    assert words.startswith("Invalid requests[0].addNamedRange: ")
    assert tab.named_ranges() == {number: name}


def test_guard__deleted_and_added_under_one_name_in_one_batch(tab: Tab) -> None:
    """M: requests are applied in order, so the name is free again when it is added [Md]."""
    number, name = fresh_name()
    tab.batch(name_range(number, name, tab.area(0, 0)))
    swap = unname(number), name_range(number + "b", name, tab.area(0, 0))
    tab.batch(*swap, write(tab.area(0, 0), "moved on"))
    assert tab.named_ranges() == {number + "b": name}
    tab.refused(*swap, write(tab.area(0, 0), "too late"))
    assert tab.get() == [["moved on"]]


def test_guard__of_parallel_swaps_of_one_token_exactly_one_wins(tab: Tab) -> None:
    """DD: a batch is atomic; M: so one of several that delete the same id wins [Md]."""
    number, name = fresh_name()
    tab.batch(name_range(number, name, tab.area(0, 0)))
    barrier, won, lost = threading.Barrier(5), list[str](), list[str]()

    def swap(n: int) -> None:
        mine = f"{number}{n}"
        script = tab.again()
        barrier.wait()
        try:
            tab.batch(
                unname(number), name_range(mine, name, tab.area(0, 0)), write(tab.area(n, 0), mine), by=script
            )
        except gspread.exceptions.APIError as error:
            lost.append(said(error.response))
        else:
            won.append(mine)

    racers = [threading.Thread(target=swap, args=(n,)) for n in range(5)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(won) == 1
    assert len(lost) == 4
    assert tab.named_ranges() == {won[0]: name}
    assert [row for row in tab.get() if row] == [won]


def test_raw__keeps_a_formula_as_text(tab: Tab) -> None:
    """DD, RAW: "stored as-is"; USER_ENTERED parses, a leading + too [H]."""
    tab.put("A1:C1", [["=1+1", "+7", "007"]])
    tab.put("A2:C2", [["=1+1", "+7", "007"]], "USER_ENTERED")
    assert tab.get(render="UNFORMATTED_VALUE") == [["=1+1", "+7", "007"], [2, 7, 7]]


def test_string_value__is_never_a_formula(tab: Tab) -> None:
    """DD, ExtendedValue.stringValue: a text that begins with = stays one [H]."""
    tab.batch(write(tab.area(0, 0), '=IMPORTXML("http://evil.example";"//a")'), write(tab.area(0, 1), "007"))
    assert tab.get(render="UNFORMATTED_VALUE") == [['=IMPORTXML("http://evil.example";"//a")', "007"]]


def test_append_cells__goes_below_the_last_row_with_data(tab: Tab) -> None:
    """DD, appendCells: "after the last row with data in a sheet" [H]."""
    tab.put("A1:B1", [["head", "er"]])
    tab.put("C5", [["last"]])

    def append(text: str) -> dict[str, object]:
        rows = [{"values": [{"userEnteredValue": {"stringValue": text}}]}]
        return {"appendCells": {"sheetId": tab.sheet, "rows": rows, "fields": "userEnteredValue"}}

    tab.batch(append("one"), append("two"))
    assert tab.get() == [["head", "er"], [], [], [], ["", "", "last"], ["one"], ["two"]]


def test_append_cells__makes_the_grid_grow(tab: Tab) -> None:
    """DD, appendCells: "inserting new rows into the sheet if necessary" [H]."""
    tab.put("A100", [["the last row"]])
    cells = [{"values": [{"userEnteredValue": {"numberValue": n}}]} for n in range(2)]
    tab.batch({"appendCells": {"sheetId": tab.sheet, "rows": cells, "fields": "userEnteredValue"}})
    assert tab.get("A100:A102") == [["the last row"], [0], [1]]


def test_update_cells__a_note_alone_keeps_the_value_and_a_value_alone_the_note(tab: Tab) -> None:
    """DD, updateCells.fields: only "the fields of CellData that should be updated" [H]."""

    def set_note(note: str) -> dict[str, object]:
        start = {"sheetId": tab.sheet, "rowIndex": 0, "columnIndex": 0}
        return {"updateCells": {"start": start, "rows": [{"values": [{"note": note}]}], "fields": "note"}}

    tab.batch(write(tab.area(0, 0), "kept"), set_note("why"))
    assert (tab.get(), tab.note(0, 0)) == ([["kept"]], "why")
    tab.batch(write(tab.area(0, 0), "changed"))
    assert (tab.get(), tab.note(0, 0)) == ([["changed"]], "why")
    tab.batch(set_note(""))
    assert (tab.get(), tab.note(0, 0)) == ([["changed"]], "")


def test_response_ranges__show_the_state_after_the_batch(tab: Tab) -> None:
    """DD: includeSpreadsheetInResponse, responseRanges, responseIncludeGridData [H]."""
    tab.put("A1:A3", [["one"], ["two"], ["three"]])
    rows = {"sheetId": tab.sheet, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
    answer = tab.batch(
        {"insertDimension": {"range": rows}},
        write(tab.area(3, 1), "written"),
        includeSpreadsheetInResponse=True,
        responseIncludeGridData=True,
        responseRanges=[f"{tab.title}!3:4"],
    )
    (sheet,) = answer["updatedSpreadsheet"]["sheets"]
    (data,) = sheet["data"]
    assert data["startRow"] == 2
    texts = [
        [cell.get("userEnteredValue", {}).get("stringValue", "") for cell in row["values"]]
        for row in data["rowData"]
    ]
    assert [row[0] for row in texts] == ["two", "three"]
    assert texts[1][1] == "written"


def test_cell__holds_fifty_thousand_characters(tab: Tab) -> None:
    """Doc: the limit of a cell, and the words beyond it [H]."""
    tab.put("A1", [["x" * 50_000]])
    with pytest.raises(gspread.exceptions.APIError) as refusal:
        tab.put("A2", [["x" * 50_001]])
    words = "Your input contains more than the maximum of 50000 characters in a single cell."
    assert words in said(refusal.value.response)
    assert len(tab.get()) == 1


def protect(area: dict[str, int], *users: str) -> dict[str, object]:
    """An addProtectedRange request; without users for the caller (and the owner) alone."""
    editors = {"editors": {"users": list(users)}} if users else {}
    return {"addProtectedRange": {"protectedRange": {"range": area, **editors}}}


def test_protection__refuses_in_google_s_words(tab: Tab) -> None:
    """Doc: whoever is not among the editors gets 400 and these words [H]."""
    other = tab.other()
    tab.put("A1:B1", [["kept", "free"]])
    tab.batch(protect(tab.area(0, 0)))
    assert PROTECTED in tab.refused(write(tab.area(0, 0), "taken"), by=other)
    tab.batch(write(tab.area(0, 1), "taken"), by=other)
    assert tab.get() == [["kept", "taken"]]


def test_protection__nobody_locks_themselves_out(tab: Tab) -> None:
    """Doc: a protection whose editors leave out the caller, who is not the owner, is refused [H]."""
    words = tab.refused(protect(tab.area(0, 0), "somebody.else@firm.example"))
    assert "You can't remove yourself as an editor" in words


def test_protection__a_protected_column_blocks_a_sort_but_no_insert(tab: Tab) -> None:
    """M: protected columns can block people's sorts [Md]."""
    other = tab.other()
    tab.put("A1:B2", [["b", 1], ["a", 2]])
    column = {"sheetId": tab.sheet, "startColumnIndex": 1, "endColumnIndex": 2}
    tab.batch(protect(column))
    sort = {"sortRange": {"range": tab.area(0, 0, 2, 2), "sortSpecs": [{"dimensionIndex": 0}]}}
    assert PROTECTED in tab.refused(sort, by=other)
    rows = {"sheetId": tab.sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    tab.batch({"insertDimension": {"range": rows}}, by=other)
    assert tab.get() == [["b", 1], [], ["a", 2]]


def test_api__writes_fire_no_trigger(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doc: "Script executions and API requests do not cause triggers to run" [H]."""
    if tab.emulator is None:
        pytest.skip("a trigger cannot be installed over the API")
    fired: list[Edit] = []

    def hear(edit: Edit) -> list[Run]:
        fired.append(edit)
        return []

    monkeypatch.setattr(tab.emulator.scripts, "edited", hear)
    tab.put("A1", [["by a program"]])
    tab.batch(write(tab.area(1, 0), "by a program"))
    assert fired == []
    tab.emulator.hand.type(OWNER, tab.spreadsheet, f"{tab.title}!A3", "by hand")
    assert [(edit.box, edit.value) for edit in fired] == [((3, 1, 1, 1), "by hand")]
