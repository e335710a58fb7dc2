"""gspread and what stands on it, each doing a job of its kind: endpoint and token are all that is changed."""

from __future__ import annotations

from collections.abc import Callable

import gspread
import gspread_dataframe
import gspread_formatting as formatting
import pandas as pd
import pytest
from gspread.utils import ExportFormat, MergeType, ValidationConditionType
from gspread_formatting.dataframe import BasicFormatter, format_with_dataframe

from sheetflow.emulator.testing import LocalGoogle

ANNA, BORIS = "anna@example.com", "boris@example.com"
ROBOT = "robot@sample-project.iam.gserviceaccount.com"
Opener = Callable[..., gspread.Client]


@pytest.fixture
def client(google: LocalGoogle) -> Opener:
    """gspread for somebody."""

    class Local(gspread.HTTPClient):
        def request(self, method, endpoint, *args, **kwargs):  # type: ignore[no-untyped-def]
            path = endpoint.partition("googleapis.com")[2]
            return super().request(method, google.url + path, *args, **kwargs)

    def open_for(email: str = ANNA) -> gspread.Client:
        return gspread.Client(google.credentials(email), http_client=Local)

    return open_for


@pytest.fixture
def book(client: Opener) -> gspread.Spreadsheet:
    """A new spreadsheet of Anna's."""
    return client().create("Budget")


@pytest.fixture
def frame() -> pd.DataFrame:
    """What somebody spent: text, whole and broken numbers, days, truth, gaps."""
    return pd.DataFrame(
        {
            "item": ["Rent", "Food", "=not a formula", None],
            "sum": [900.5, 250, -3, None],
            "count": [1, 2, 3, 4],
            "day": pd.to_datetime(["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-30"]),
            "paid": [True, False, True, False],
        }
    )


def test_gspread__a_registers_whole_life(book: gspread.Spreadsheet) -> None:
    sheet = book.add_worksheet("Costs", rows=50, cols=8)
    sheet.update([["item", "sum"], ["Rent", 900], ["Food", 250]], "A1:B3")
    sheet.append_rows(
        [["Gas", 60], ["Total", "=SUM(B2:B4)"]],
        value_input_option=gspread.utils.ValueInputOption.user_entered,
    )
    assert sheet.get_all_records()[-1] == {"item": "Total", "sum": 1210}
    assert (
        sheet.acell("B5", value_render_option=gspread.utils.ValueRenderOption.formula).value == "=SUM(B2:B4)"
    )
    assert [(cell.row, cell.col) for cell in sheet.findall("Food")] == [(3, 1)]
    sheet.batch_update(
        [{"range": "C1:C2", "values": [["who"], ["Anna"]]}, {"range": "D1", "values": [["note"]]}]
    )
    assert sheet.batch_get(["A1:D1", "C2"]) == [[["item", "sum", "who", "note"]], [["Anna"]]]
    sheet.insert_rows([["Water", 15]], row=3)
    assert (
        sheet.acell("B6", value_render_option=gspread.utils.ValueRenderOption.formula).value == "=SUM(B2:B5)"
    )
    sheet.delete_rows(2)
    sheet.sort((2, "asc"), range="A2:D4")
    assert sheet.col_values(1) == ["item", "Water", "Gas", "Food", "Total"]
    cells = sheet.range("A2:A4")
    for cell in cells:
        cell.value = str(cell.value).upper()
    sheet.update_cells(cells)
    assert sheet.get("A2:A4") == [["WATER"], ["GAS"], ["FOOD"]]
    sheet.batch_clear(["A2", "C1:D9"])
    assert sheet.row_values(1) == ["item", "sum"]
    assert sheet.row_values(2) == ["", "15"]
    sheet.resize(rows=10, cols=4)
    assert (sheet.row_count, sheet.col_count) == (10, 4)
    copy = sheet.duplicate(new_sheet_name="Copy")
    assert [one.title for one in book.worksheets()] == ["Copy", "Sheet1", "Costs"]
    book.reorder_worksheets([book.worksheet("Costs"), copy, book.sheet1])
    book.del_worksheet(copy)
    assert "Copy" not in [one.title for one in book.worksheets()]


def test_gspread__looks_rules_and_names(client: Opener, book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.update([["status", "sum"], ["Draft", 1], ["Paid", 2]], "A1")
    sheet.format(
        "A1:B1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 1, "green": 0.9, "blue": 0.5}}
    )
    sheet.batch_format(
        [{"range": "B2:B3", "format": {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}}}]
    )
    assert sheet.get("B2:B3") == [["1.00"], ["2.00"]]
    sheet.add_validation("A2:A9", ValidationConditionType.one_of_list, ["Draft", "Paid"], showCustomUi=True)
    sheet.freeze(rows=1, cols=1)
    assert (sheet.frozen_row_count, sheet.frozen_col_count) == (1, 1)
    sheet.merge_cells("D1:E2", MergeType.merge_all)
    sheet.unmerge_cells("D1:E2")
    sheet.set_basic_filter("A1:B3")
    sheet.clear_basic_filter()
    sheet.update_note("A1", "what became of it")
    assert sheet.get_note("A1") == "what became of it"
    sheet.clear_note("A1")
    assert sheet.get_note("A1") == ""
    sheet.define_named_range("B2:B3", "sums")
    assert book.values_get("sums")["values"] == [["1.00"], ["2.00"]]
    assert [one["name"] for one in book.list_named_ranges()] == ["sums"]
    protected = sheet.add_protected_range("B:B", editor_users_emails=[ANNA], description="mine")
    identifier = protected["replies"][0]["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    assert [one["description"] for one in book.list_protected_ranges(sheet.id)] == ["mine"]
    sheet.delete_protected_range(identifier)
    sheet.columns_auto_resize(0, 2)
    sheet.hide_columns(1, 2)
    sheet.unhide_columns(1, 2)
    sheet.add_dimension_group_rows(1, 3)
    assert len(sheet.list_dimension_group_rows()) == 1
    sheet.update_tab_color("#ff0000")
    sheet.update_title("Register")
    book.update_title("Budget of 2026")
    book.update_locale("ru_RU")
    book.update_timezone("Europe/Moscow")
    again = client().open_by_key(book.id)
    assert (again.title, again.locale, again.timezone) == ("Budget of 2026", "ru_RU", "Europe/Moscow")
    assert again.sheet1.tab_color == "#FF0000"


def test_gspread__files_are_found_shared_copied_and_exported(client: Opener) -> None:
    anna = client()
    book = anna.create("A budget to share")
    book.sheet1.update([["a", "b"], [1, 2]], "A1")
    book.share(BORIS, perm_type="user", role="reader", notify=False)
    assert {one["emailAddress"]: one["role"] for one in book.list_permissions()} == {
        ANNA: "owner",
        BORIS: "reader",
    }
    boris = client(BORIS)
    assert book.id in [one["id"] for one in boris.list_spreadsheet_files()]
    theirs = boris.open("A budget to share")
    assert theirs.sheet1.get("A1:B2") == [["a", "b"], ["1", "2"]]
    with pytest.raises(gspread.exceptions.APIError, match="403"):
        theirs.sheet1.update_acell("A1", "mine")
    copy = boris.copy(book.id, title="Mine", copy_permissions=False)
    assert copy.sheet1.get("A2:B2") == [["1", "2"]]
    assert anna.export(book.id, ExportFormat.CSV) == b"a,b\r\n1,2"
    assert bytes(anna.export(book.id, ExportFormat.EXCEL))[:2] == b"PK"
    book.add_worksheet("Other", rows=5, cols=5)
    anna.import_csv(book.id, "x,y\n3,4\n")
    again = anna.open_by_key(book.id)
    assert [one.title for one in again.worksheets()] == ["Sheet1"]
    assert again.sheet1.get_all_values() == [["x", "y"], ["3", "4"]]
    book.remove_permissions(BORIS)
    with pytest.raises(PermissionError):
        boris.open_by_key(book.id)
    anna.del_spreadsheet(book.id)
    with pytest.raises(gspread.SpreadsheetNotFound):
        anna.open_by_key(book.id)


def test_gspread__a_service_account_by_its_key(client: Opener, book: gspread.Spreadsheet) -> None:
    book.share(ROBOT, perm_type="user", role="writer", notify=False)
    client(ROBOT).open_by_key(book.id).sheet1.update_acell("A1", "by a robot")
    assert book.sheet1.acell("A1").value == "by a robot"


def test_gspread_dataframe__a_frame_comes_back_as_it_was(
    book: gspread.Spreadsheet, frame: pd.DataFrame
) -> None:
    sheet = book.sheet1
    gspread_dataframe.set_with_dataframe(sheet, frame, resize=True, allow_formulas=False)
    assert (sheet.row_count, sheet.col_count) == (5, 5)
    back = gspread_dataframe.get_as_dataframe(sheet, parse_dates=["day"])
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)


def test_gspread_dataframe__several_headers_and_formulas(book: gspread.Spreadsheet) -> None:
    columns = pd.MultiIndex.from_product([["spring", "autumn"], ["plan", "spent"]])
    frame = pd.DataFrame(
        [[1, 2, 3, 4], [5, 6, 7, 8]], columns=columns, index=pd.Index(["Rent", "Food"], name="item")
    )
    gspread_dataframe.set_with_dataframe(book.sheet1, frame, include_index=True)
    book.sheet1.update_acell("E4", "=C4*5")
    back = gspread_dataframe.get_as_dataframe(book.sheet1, evaluate_formulas=True, header=[0, 1], index_col=0)
    assert back.loc["Rent"].tolist() == [1, 2, 3, 10]
    assert back.loc["Food"].tolist() == [5, 6, 7, 8]


def test_gspread_formatting__looks_come_back(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    look = formatting.CellFormat(
        backgroundColor=formatting.Color(1, 0.9, 0.9),
        textFormat=formatting.TextFormat(bold=True, foregroundColor=formatting.Color(1, 0, 1)),
        horizontalAlignment="CENTER",
        borders=formatting.Borders(bottom=formatting.Border("SOLID")),
    )
    with formatting.batch_updater(book) as batch:
        batch.format_cell_range(sheet, "A1:C1", look)
        batch.set_row_height(sheet, "1", 42)
        batch.set_column_width(sheet, "A:B", 210)
        batch.set_frozen(sheet, rows=1, cols=2)
    found = formatting.get_user_entered_format(sheet, "B1")
    assert found.textFormat.bold
    assert found.horizontalAlignment == "CENTER"
    assert found.borders.bottom.style == "SOLID"
    assert found.backgroundColor == formatting.Color(1, 0.9, 0.9)
    assert formatting.get_effective_format(sheet, "B1").textFormat.bold
    assert formatting.get_user_entered_format(sheet, "B2") is None
    assert (formatting.get_frozen_row_count(sheet), formatting.get_frozen_column_count(sheet)) == (1, 2)
    assert formatting.get_default_format(book).textFormat.fontSize == 10
    rows = book.fetch_sheet_metadata({"includeGridData": "true", "ranges": "A1:B1"})["sheets"][0]["data"][0]
    assert rows["rowMetadata"][0]["pixelSize"] == 42
    assert [one["pixelSize"] for one in rows["columnMetadata"]] == [210, 210]


def test_gspread_formatting__rules_come_back(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    wanted = formatting.DataValidationRule(
        formatting.BooleanCondition("ONE_OF_LIST", ["Draft", "Paid"]), showCustomUi=True, strict=True
    )
    formatting.set_data_validation_for_cell_range(sheet, "A2:A9", wanted)
    assert formatting.get_data_validation_rule(sheet, "A5") == wanted
    assert formatting.get_data_validation_rule(sheet, "B5") is None
    rules = formatting.get_conditional_format_rules(sheet)
    assert list(rules) == []
    rules.append(
        formatting.ConditionalFormatRule(
            ranges=[formatting.GridRange.from_a1_range("A2:A9", sheet)],
            booleanRule=formatting.BooleanRule(
                condition=formatting.BooleanCondition("TEXT_EQ", ["Paid"]),
                format=formatting.CellFormat(textFormat=formatting.TextFormat(bold=True)),
            ),
        )
    )
    rules.append(
        formatting.ConditionalFormatRule(
            ranges=[formatting.GridRange.from_a1_range("B2:B9", sheet)],
            gradientRule=formatting.GradientRule(
                minpoint=formatting.InterpolationPoint(color=formatting.Color(1, 0, 0), type="MIN"),
                maxpoint=formatting.InterpolationPoint(color=formatting.Color(0, 1, 0), type="MAX"),
            ),
        )
    )
    rules.save()
    kept = list(formatting.get_conditional_format_rules(sheet))
    assert [bool(one.gradientRule) for one in kept] == [False, True]
    assert kept[0].booleanRule.condition.values[0].userEnteredValue == "Paid"
    again = formatting.get_conditional_format_rules(sheet)
    del again[0]
    again.save()
    assert len(formatting.get_conditional_format_rules(sheet)) == 1


def test_gspread_formatting__a_frame_is_dressed(book: gspread.Spreadsheet, frame: pd.DataFrame) -> None:
    gspread_dataframe.set_with_dataframe(book.sheet1, frame)
    look = BasicFormatter.with_defaults(freeze_headers=True)
    format_with_dataframe(book.sheet1, frame, look, include_column_header=True)
    assert formatting.get_user_entered_format(book.sheet1, "A1").textFormat.bold
    assert formatting.get_frozen_row_count(book.sheet1) == 1
