from __future__ import annotations

from collections.abc import Sequence

import pytest

from sheetflow.core.inbox import RowEdit
from sheetflow.core.places import Places, inputs_of, locate
from sheetflow.core.projection import FIRST_INPUT, WIDTH
from sheetflow.model.cells import Cell
from sheetflow.model.columns import COLUMNS, INPUTS
from sheetflow.model.events import CellEdit
from sheetflow.model.snapshot import Registry, Row
from tests import tables
from tests.desk import GOOD, MIA, START, Desk

KEYS = [column.key for column in COLUMNS]


def registry(text: str, keys: Sequence[str] = KEYS) -> Registry:
    """The Registry of a table of id, subject and amount; `keys`: the order of the columns."""
    columns = {key: place for place, key in enumerate(keys)}
    rows: list[list[Cell]] = []
    for record in tables.records(text):
        cells: list[Cell] = [""] * len(keys)
        for key, value in record.items():
            cells[columns[key]] = value
        rows.append(cells)
    return Registry(columns, rows, len(keys))


def state(text: str) -> dict[str, Row]:
    """State rows of accepted requests, by id."""
    found: dict[str, Row] = {}
    for record in tables.records(text):
        row: list[Cell] = [record["id"], *[""] * (WIDTH - 1)]
        for key, value in record.items():
            if key in INPUTS:
                row[FIRST_INPUT + INPUTS.index(key)] = value
        found[record["id"]] = row
    return found


def typed(old: str, new: str) -> RowEdit:
    """Mia typed over an id."""
    edit = CellEdit("u1", START, MIA, new, "id", old, new, exact=True)
    return RowEdit("u1", START, MIA, 100, new, (), (edit,))


def find(
    rows: Registry, known: dict[str, Row], *edits: RowEdit, last_id: int = 0, deleted: Sequence[str] = ()
) -> Places:
    return locate(rows, known, edits, prefix="PR-", last_id=last_id, deleted=lambda rid: rid in deleted)


KNOWN = """
id        | subject | amount
PR-000002 | Paper   | 5
PR-000004 | Pens    | 7
"""


def test_locate__rows_where_they_are() -> None:
    places = find(registry(KNOWN), state(KNOWN))
    assert places == Places(of={"PR-000002": 0, "PR-000004": 1})


def test_locate__sorted_rows() -> None:
    rows = registry("""
        id        | subject | amount
        PR-000004 | Pens    | 7
        PR-000002 | Paper   | 5
    """)
    assert find(rows, state(KNOWN)) == Places(of={"PR-000004": 0, "PR-000002": 1})


def test_locate__columns_in_another_order() -> None:
    rows = registry(KNOWN, [*reversed(KEYS)])
    assert find(rows, state(KNOWN)).of == {"PR-000002": 0, "PR-000004": 1}
    assert inputs_of(rows.rows[1], rows) == {"subject": "Pens", "amount": "7"}


def test_locate__blank_rows_between_are_nothing() -> None:
    rows = registry("""
        id        | subject | amount
        PR-000002 | Paper   | 5
                  |         |
        PR-000004 | Pens    | 7
    """)
    rows.rows.append([])
    rows.rows.append(["", "", "", False, "  "])
    assert find(rows, state(KNOWN)) == Places(of={"PR-000002": 0, "PR-000004": 2})


def test_locate__the_triggers_new_row_keeps_its_even_number() -> None:
    rows = registry(KNOWN + "PR-000006 | Chairs | 9")
    places = find(rows, state(KNOWN))
    assert (places.of["PR-000006"], places.newborn, places.renamed) == (2, ["PR-000006"], {})


@pytest.mark.parametrize(
    ("last_id", "given"),
    [(0, "PR-000005"), (4, "PR-000005"), (5, "PR-000007"), (6, "PR-000007"), (1_000_001, "PR-1000003")],
)
def test_locate__a_row_without_one_gets_the_next_odd_number(last_id: int, given: str) -> None:
    places = find(registry(KNOWN + " | Chairs | 9"), state(KNOWN), last_id=last_id)
    assert places.renamed == {2: given}
    assert places.of[given] == 2
    assert places.last_id == int(given[3:])


def test_locate__each_new_row_another_number_above_all_that_were_ever_seen() -> None:
    rows = registry(KNOWN + "| Chairs | 9\n | Lamps | 1")
    known = state(KNOWN + "PR-000010 | gone | 1")
    assert find(rows, known, deleted=["PR-000010"]).renamed == {2: "PR-000011", 3: "PR-000013"}


@pytest.mark.parametrize("junk", ["mine", "PR-", "PR-12x", "pr-000002", "=ROW()", "PR-٣"])
def test_locate__a_new_row_with_a_junk_id_is_numbered(junk: str) -> None:
    places = find(registry(KNOWN + f"{junk} | Chairs | 9"), state(KNOWN))
    assert places.renamed == {2: "PR-000005"}
    assert places.restored_ids == []


def test_locate__a_number_as_id_is_junk_too() -> None:
    rows = registry(KNOWN + " | Chairs | 9")
    rows.rows[2][0] = 17
    assert find(rows, state(KNOWN)).renamed == {2: "PR-000005"}


# --- typed over


@pytest.mark.parametrize("text", ["", "mine", "PR-000099", "PR-000004"])
def test_locate__a_typed_over_id_is_known_by_the_rows_content(text: str) -> None:
    rows = registry(KNOWN)
    rows.rows[0][0] = text
    places = find(rows, state(KNOWN))
    assert places.of == {"PR-000002": 0, "PR-000004": 1}
    assert (places.renamed, places.restored_ids, places.missing) == ({0: "PR-000002"}, ["PR-000002"], [])


@pytest.mark.parametrize("text", ["", "mine", "PR-000099"])
def test_locate__or_by_the_edit_where_the_content_changed_too(text: str) -> None:
    rows = registry(KNOWN)
    rows.rows[0][0], rows.rows[0][KEYS.index("subject")] = text, "Paper, A4"
    places = find(rows, state(KNOWN), typed("PR-000002", text))
    assert places.of == {"PR-000002": 0, "PR-000004": 1}
    assert places.restored_ids == ["PR-000002"]


def test_locate__typed_over_twice() -> None:
    rows = registry(KNOWN)
    rows.rows[0][0], rows.rows[0][KEYS.index("subject")] = "b", "Paper, A4"
    places = find(rows, state(KNOWN), typed("PR-000002", "a"), typed("a", "b"))
    assert places.of["PR-000002"] == 0


def test_locate__typed_in_a_circle_ends() -> None:
    rows = registry(KNOWN + "a | Chairs | 9")
    places = find(rows, state(KNOWN), typed("a", "b"), typed("b", "a"))
    assert places.renamed == {2: "PR-000005"}


def test_locate__two_emptied_ids_each_find_their_own() -> None:
    rows = registry(KNOWN)
    rows.rows[0][0] = rows.rows[1][0] = ""
    places = find(rows, state(KNOWN), typed("PR-000002", ""), typed("PR-000004", ""))
    assert places.of == {"PR-000002": 0, "PR-000004": 1}


def test_locate__of_two_alike_each_by_its_edit() -> None:
    alike = "id | subject | amount\nPR-000002 | Paper | 5\nPR-000004 | Paper | 5"
    rows = registry(alike)
    rows.rows[0][0], rows.rows[1][0] = "b", "a"
    places = find(rows, state(alike), typed("PR-000002", "b"), typed("PR-000004", "a"))
    assert places.of == {"PR-000002": 0, "PR-000004": 1}


def test_locate__a_new_row_like_a_draft_that_was_deleted_is_new() -> None:
    rows = registry("id | subject | amount\nPR-000006 | Paper | 5\n | Pens | 7")
    places = find(rows, state(KNOWN), deleted=["PR-000002", "PR-000004"])
    assert places.of == {"PR-000006": 0, "PR-000007": 1}
    assert places.restored_ids == []


# --- copied


@pytest.mark.parametrize("above", [True, False])
def test_locate__of_several_rows_the_one_most_like_the_request_is_it(above: bool) -> None:
    lines = ["PR-000002 | Paper | 5", "PR-000002 | Paper | 999"]
    body = "\n".join(reversed(lines) if above else lines)
    rows = registry(f"id | subject | amount\n{body}\nPR-000004 | Pens | 7")
    places = find(rows, state(KNOWN))
    copy = 0 if above else 1
    assert places.of == {"PR-000002": 1 - copy, "PR-000004": 2, "PR-000005": copy}
    assert places.copies == {"PR-000002": [(copy, "PR-000005")]}
    assert places.renamed == {copy: "PR-000005"}
    assert places.restored_ids == []


def test_locate__three_of_a_new_one() -> None:
    rows = registry("id | subject | amount\nPR-000006 | a | 1\nPR-000006 | a | 1\nPR-000006 | a | 1")
    places = find(rows, {})
    assert places.of == {"PR-000006": 0, "PR-000007": 1, "PR-000009": 2}


def test_locate__a_row_pasted_over_another_leaves_that_one_missing() -> None:
    rows = registry("id | subject | amount\nPR-000002 | Paper | 5\nPR-000002 | Paper | 5")
    places = find(rows, state(KNOWN))
    assert places.missing == ["PR-000004"]
    assert places.of == {"PR-000002": 0, "PR-000005": 1}


def test_locate__two_rows_under_one_new_number_one_of_them_an_old_request() -> None:
    rows = registry(
        "id | subject | amount\nPR-000099 | Paper | 5\nPR-000099 | Chairs | 9\nPR-000004 | Pens | 7"
    )
    places = find(rows, state(KNOWN))
    assert places.of == {"PR-000002": 0, "PR-000099": 1, "PR-000004": 2}
    assert places.renamed == {0: "PR-000002"}
    assert all(rid in places.of for rid in places.copies)


# --- gone


def test_locate__a_lost_row_is_missing_and_a_deleted_draft_is_not() -> None:
    rows = registry("id | subject | amount\nPR-000006 | x | 1")
    assert find(rows, state(KNOWN)).missing == ["PR-000002", "PR-000004"]
    assert find(rows, state(KNOWN), deleted=["PR-000004"]).missing == ["PR-000002"]


def test_inputs_of__leaves_out_blanks_and_unticked_boxes() -> None:
    rows = registry("id | subject\nPR-000002 | x")
    rows.rows[0][KEYS.index("to_pay")] = False
    rows.rows[0][KEYS.index("checks")] = "shown"
    assert inputs_of(rows.rows[0], rows) == {"subject": "x"}
    assert inputs_of([], rows) == {}


def test_locate__a_draft_that_changed_when_its_number_was_written_over_is_found_by_likeness() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    row = desk.sheet.rows[desk.row_of(rid)]
    row[desk.sheet.columns()["id"]] = "PR-000999"
    row[desk.sheet.columns()["subject"]] = "Pencils"
    desk.run()
    assert desk.cell(rid, "subject") == "Pencils"
    assert [str(kept[0]) for kept in desk.sheet.state if kept] == [rid]


def test_locate__a_new_row_is_no_draft_that_was_deleted_unless_it_nearly_is() -> None:
    desk = Desk()
    rid = desk.type(MIA, **GOOD)
    desk.run()
    row = desk.sheet.rows.pop(desk.row_of(rid))
    places = desk.sheet.columns()
    new = list(row)
    new[places["id"]] = ""
    for key in ("subject", "contractor", "inn", "account", "amount"):
        new[places[key]] = "other"
    desk.sheet.rows.append(new)
    desk.run()
    assert desk.last_row() != rid
