"""pygsheets, with discovery documents of its own: the `http` that it takes points it at the emulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httplib2
import pandas as pd
import pygsheets
import pytest
from pygsheets.client import Client
from pygsheets.exceptions import CannotRemoveOwnerError

from sheetflow.emulator.testing import LocalGoogle

ANNA, BORIS = "anna@example.com", "boris@example.com"
Opener = Callable[..., Client]


@pytest.fixture
def client(google: LocalGoogle) -> Iterator[Opener]:
    """pygsheets for somebody."""

    class Local(httplib2.Http):  # type: ignore[misc]
        def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
            return super().request(google.url + uri.partition("googleapis.com")[2], *args, **kwargs)

    opened: list[Local] = []

    def open_for(email: str = ANNA) -> Client:
        opened.append(Local(timeout=20))
        return pygsheets.authorize(custom_credentials=google.credentials(email), http=opened[-1])

    yield open_for
    for one in opened:
        one.close()


@pytest.fixture
def sheet(client: Opener) -> pygsheets.Worksheet:
    """The first tab of a new spreadsheet of Anna's."""
    return client().create("Budget").sheet1


def test_pygsheets__a_frame_comes_back_as_it_was(sheet: pygsheets.Worksheet) -> None:
    frame = pd.DataFrame({"item": ["Rent", "Food"], "sum": [900.5, 250.0], "count": [1, 2]})
    sheet.set_dataframe(frame, "B2", fit=True)
    assert (sheet.rows, sheet.cols) == (4, 4)
    pd.testing.assert_frame_equal(sheet.get_as_df(start="B2"), frame, check_dtype=False)
    assert sheet.get_all_records(head=2)[1]["item"] == "Food"


def test_pygsheets__values_rows_and_search(sheet: pygsheets.Worksheet) -> None:
    sheet.update_values("A1", [["item", "sum"], ["Rent", 900], ["Food", 250]])
    sheet.append_table([["Gas", 60], ["Total", "=SUM(B2:B4)"]])
    assert sheet.get_value("B5") == "1210"
    assert sheet.cell("B5").formula == "=SUM(B2:B4)"
    sheet.insert_rows(2, number=1, values=["Water", 15])
    assert sheet.get_col(2, include_tailing_empty=False) == ["sum", "900", "15", "250", "60", "1225"]
    sheet.delete_rows(2)
    sheet.sort_range("A2", "B4", basecolumnindex=1, sortorder="ASCENDING")
    assert sheet.get_values("A2", "A4") == [["Water"], ["Gas"], ["Food"]]
    assert [cell.label for cell in sheet.find("Gas")] == ["A3"]
    sheet.replace("Gas", "Heat")
    assert sheet.get_value("A3") == "Heat"
    sheet.update_values_batch(["D1:D1", "E1:E2"], [[["note"]], [["by"], ["Anna"]]])
    assert sheet.get_values_batch(["D1:D1", "E1:E2"]) == [[["note"]], [["by"], ["Anna"]]]
    sheet.clear("D1", "E2")
    assert sheet.get_row(1, include_tailing_empty=False) == ["item", "sum"]


def test_pygsheets__cells_and_their_looks(sheet: pygsheets.Worksheet) -> None:
    cell = sheet.cell("A1")
    cell.value = "Total"
    cell.set_text_format("bold", True).color = (1, 0.9, 0.5, 0)
    cell.note = "of everything"
    again = sheet.cell("A1")
    again.fetch()
    assert (again.value, again.note, again.text_format["bold"]) == ("Total", "of everything", True)
    assert again.color[:3] == (1, 0.9, 0.5)
    number = sheet.cell("B1").set_number_format(pygsheets.FormatType.NUMBER, "0.00")
    number.value = 5
    assert sheet.get_value("B1") == "5.00"
    model = pygsheets.Cell("A1").set_horizontal_alignment(pygsheets.custom_types.HorizontalAlignment.CENTER)
    sheet.get_values("A2", "B3", returnas="range").apply_format(model)
    block = pygsheets.DataRange("A2", "B3", worksheet=sheet)
    block.merge_cells()
    sheet.refresh()
    assert [one.label for one in sheet.merged_ranges] == ["'Sheet1'!A2:B3"]
    block.update_borders(top=True, style="SOLID")
    day = sheet.cell("C1")
    day.set_number_format(pygsheets.FormatType.DATE, "yyyy-mm-dd").value = str(dt.date(2026, 11, 24))
    assert sheet.get_value("C1") == "2026-11-24"


def test_pygsheets__rules_ranges_and_charts(sheet: pygsheets.Worksheet) -> None:
    sheet.update_values("A1", [["status", "sum"], ["Draft", 1], ["Paid", 2]])
    sheet.set_data_validation("A2", "A9", "ONE_OF_LIST", ["Draft", "Paid"], strict=True, showCustomUi=True)
    look = {"backgroundColor": {"red": 1}}
    sheet.add_conditional_formatting("A2", "A9", "TEXT_EQ", look, ["Paid"])
    sheet.create_named_range("sums", "B2", "B3", returnas="json")
    assert [one.name for one in sheet.get_named_ranges()] == ["sums"]
    sheet.delete_named_range("sums")
    kept = sheet.create_protected_range("B1", "B9")
    assert len(sheet.get_protected_ranges()) == 1
    sheet.remove_protected_range(kept.protect_id)
    sheet.set_basic_filter("A1", "B3")
    whole = {"startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    shown = sheet.client.sheet.get(sheet.spreadsheet.id, fields="sheets/basicFilter")
    assert shown["sheets"][0]["basicFilter"] == {"range": whole}  # though it sent sort specs, none
    sheet.clear_basic_filter()
    sheet.add_chart(("A2", "A3"), [("B2", "B3")], "Sums")
    (chart,) = sheet.get_charts()
    assert (chart.title, chart.font_name, chart.title_font_family) == ("Sums", "Roboto", "Roboto")
    chart.title = "All sums"
    assert [one.title for one in sheet.get_charts()] == ["All sums"]
    chart.delete()
    sheet.create_developer_metadata("origin", "bank")
    assert [(one.key, one.value) for one in sheet.get_developer_metadata("origin")] == [("origin", "bank")]
    sheet.frozen_rows = 1
    sheet.adjust_column_width(1, 2, 150)
    sheet.adjust_row_height(1, 1, 40)
    sheet.hide_dimensions(3, 3, "COLUMNS")
    sheet.title = "Register"
    sheet.refresh()
    assert (sheet.title, sheet.frozen_rows) == ("Register", 1)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # pygsheets leaves its export open
def test_pygsheets__files_are_found_shared_copied_and_exported(client: Opener, tmp_path: Path) -> None:
    anna = client()
    book = anna.create("A budget of pygsheets")
    book.sheet1.update_values("A1", [["a", "b"], [1, 2]])
    book.share(BORIS, role="reader", type="user", sendNotificationEmail=False)
    assert {one["emailAddress"]: one["role"] for one in book.permissions} == {ANNA: "owner", BORIS: "reader"}
    theirs = client(BORIS).open("A budget of pygsheets")
    assert theirs.sheet1.get_all_values(include_tailing_empty_rows=False)[0][:2] == ["a", "b"]
    other = book.add_worksheet("Other", rows=5, cols=3)
    assert book.sheet1.copy_to(book.id).title == "Copy of Sheet1"
    book.fetch_properties()
    assert [one.title for one in book.worksheets()] == ["Sheet1", "Other", "Copy of Sheet1"]
    book.del_worksheet(other)
    book.sheet1.export(pygsheets.ExportType.CSV, filename="budget", path=f"{tmp_path}/")
    assert (tmp_path / "budget.csv").read_text("utf-8").splitlines() == ["a,b", "1,2"]
    copy = anna.create("Copy of it", template=book)
    assert copy.sheet1.get_value("A2") == "1"
    book.title = "Renamed"
    assert "Renamed" in anna.spreadsheet_titles()
    folder = anna.drive.create_folder("Budgets")
    anna.drive.move_file(book.id, "root", folder)
    assert [one["name"] for one in anna.drive.list(q=f"'{folder}' in parents")] == ["Renamed"]
    book.remove_permission(BORIS)
    with pytest.raises(CannotRemoveOwnerError):
        book.remove_permission("", permission_id=book.permissions[0]["id"])
    book.delete()
    assert "Renamed" not in anna.spreadsheet_titles()


def test_pygsheets__several_changes_in_one_batch(client: Opener) -> None:
    anna = client()
    book = anna.create("Batched")
    anna.set_batch_mode(True)
    book.sheet1.frozen_rows = 2
    book.sheet1.resize(20, 5)
    anna.run_batch()
    anna.set_batch_mode(False)
    found = anna.open_by_key(book.id).sheet1
    assert (found.frozen_rows, found.rows, found.cols) == (2, 20, 5)
