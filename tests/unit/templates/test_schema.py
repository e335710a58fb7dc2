from __future__ import annotations

from pathlib import Path

import pytest

from sheetflow.errors import ConfigError
from sheetflow.model.columns import COLUMNS, Kind, Writer
from sheetflow.templates.schema import Template, read_template
from sheetflow.workflow.table import Status

TEXT = Path("sheet_templates/payments.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template(TEXT)


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_template(text)
    return list(caught.value.problems)


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def test_read_template__has_the_fixed_sheet_ids(template: Template) -> None:
    assert template.sheets == {
        "registry": 100, "contractors": 101, "people": 102, "settings": 103, "policy": 106,
        "recurring": 107,
        "calendar": 104, "history": 105, "inbox": 110,
        "state": 111, "outbox": 112, "banks": 113, "bank": 108,
    }  # fmt: skip


def test_read_template__columns_stand_in_the_order_of_the_model(template: Template) -> None:
    assert [column.key for column in template.columns] == [column.key for column in COLUMNS]


def test_read_template__what_people_type_as_text_stays_text(template: Template) -> None:
    formats = {column.key: column.format for column in template.columns}
    typed = [
        c for c in COLUMNS if c.writer is not Writer.SHOWN and c.kind in (Kind.TEXT, Kind.CHOICE, Kind.LINK)
    ]
    assert len(typed) == 21
    assert {formats[column.key] for column in typed} == {"text"}
    others = ("amount", "paid", "pay_by", "invoice_date", "updated", "to_pay")
    assert {key: formats[key] for key in others} == {
        "amount": "amount", "paid": "amount", "pay_by": "date", "invoice_date": "date", "updated": "moment",
        "to_pay": "",
    }  # fmt: skip


def test_read_template__every_status_has_its_colours(template: Template) -> None:
    assert [mark.status for mark in template.marks if mark.status] == [status.value for status in Status]


def test_read_template__tells_all_problems_at_once_with_file_and_key() -> None:
    text = changed(
        'locale = { en = "en_US", ru = "ru_RU" }', 'locale = { en = "en_US", ru = "ru_RU", de = "de_DE" }'
    )
    text = text.replace('type = "NUMBER"', 'type = "MONEY"', 1)
    text = text.replace('key = "people"\nsheet_id = 102', 'key = "people"\nsheet_id = 100')
    text = text.replace('key = "subject"\nwidth = 240', 'key = "subjct"\nwidth = 5')
    text = text.replace('status = "Cancelled"', 'status = "Canceled"')
    text = text.replace("LEN({checks})>0)'\nbackground", "LEN({cheks})>0)'\nbackground")
    text = text.replace('key = "waiting"', 'key = "accounting"')
    assert problems_of(text) == [
        "payments.toml: formats.amount.type: input should be 'TEXT', 'NUMBER', 'DATE' or 'DATE_TIME'",
        "payments.toml: columns[4].key: there is no column 'subjct'",
        "payments.toml: columns[4].width: input should be greater than or equal to 20",
        "payments.toml: marks[3].formula: there is no column 'cheks'",
        "payments.toml: marks[11].status: there is no status 'Canceled'",
        "payments.toml: tabs: sheet_id '100' stands there 2 times",
        "payments.toml: views: key 'accounting' stands there 2 times",
        "payments.toml: columns: the column 'subject' is missing",
        "payments.toml: spreadsheet.title: there is no text for the language 'de'",
        "payments.toml: tabs[4].headers: there is no text for the language 'de'",
        *(f"payments.toml: views[{n}].title: there is no text for the language 'de'" for n in range(1, 12)),
        "payments.toml: charts[1].title: there is no text for the language 'de'",
        "payments.toml: formats.date.pattern: there is no text for the language 'de'",
        "payments.toml: formats.moment.pattern: there is no text for the language 'de'",
        "payments.toml: settings.vat_rates: there is no text for the language 'de'",
        "payments.toml: settings.contractor_notice: there is no text for the language 'de'",
        "payments.toml: settings.digest: there is no text for the language 'de'",
        "payments.toml: settings.working_days: there is no text for the language 'de'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('key = "checks"\nwidth = 300\nwrap = true\nprotect = "system"', 'key = "checks"\nwidth = 300',
         'columns[28].protect: a shown column must be protected for the "system"'),
        ('checkbox = true', 'checkbox = true\nchoices = "statuses"',
         "columns[24]: a column has either a checkbox or choices"),
        ('key = "bik"\nwidth = 95\nformat = "text"', 'key = "bik"\nwidth = 95\nformat = "txt"',
         "columns[12].format: there is no format 'txt'"),
        ('status = "Submitted" },\n]', 'status = "Submitted", formula = "=1" },\n]',
         "views[7].where[1]: give either a status or a formula"),
        ("formula = '=LEN({checks})>0' }]", "formula = 'LEN({checks})>0' }]",
         "views[11].where[1].formula: a formula begins with '='"),
        ('key = "outbox"', 'key = "outboxes"', "tabs: the tab 'outbox' is missing"),
        ("frozen_columns = 3", "frozen = 3", "tabs[1].frozen: extra inputs are not permitted"),
        ("[header]", "[hat]", "header: field required"),
        ('tab = "calendar"', 'tab = "calender"', "charts[1].tab: there is no tab 'calender'"),
        ('each = "manager"\n', "", "views[9]: {me} is somebody only in a view that says `each`"),
        ('name = "REQUEST_PAID"', 'name = "paid so far"',
         "names[5].name: string should match pattern '^[A-Z][A-Z0-9_]{2,60}$'"),
    ],
)  # fmt: skip
def test_read_template__contradiction(old: str, new: str, problem: str) -> None:
    assert f"payments.toml: {problem}" in problems_of(changed(old, new))


def test_read_template__broken_toml_names_the_file_and_the_line() -> None:
    (problem,) = problems_of("[spreadsheet\n")
    assert problem.startswith("payments.toml: ")
    assert "line 1" in problem


def test_read_template__parts_of_the_wrong_kind_are_problems_too() -> None:
    problems = problems_of("spreadsheet = 1\ntabs = {}\ncolumns = [3]\nformats = []\n")
    assert (
        "payments.toml: columns[1]: input should be a valid dictionary or instance of RegistryColumn"
        in problems
    )
    assert "payments.toml: tabs: input should be a valid tuple" in problems
