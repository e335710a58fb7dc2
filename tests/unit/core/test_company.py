from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sheetflow.core.company import Company, cell_of, read_company, tab_content, tab_digest
from sheetflow.model.cells import Cell
from sheetflow.model.people import Role
from tests import tables
from tests.desk import GOOD, HEAD, MIA, Desk, book


def company(people: str = "", settings: dict[str, Cell] | None = None, language: str = "en") -> Company:
    rows: list[list[Cell]] = [list(row) for row in tables.parse(people)] if people.strip() else []
    given: list[list[Cell]] = [["Setting", "Value"], *[[k, v] for k, v in (settings or {}).items()]]
    return read_company(rows, given, book(language))


# --- People


def test_read_company__a_person() -> None:
    found = company("""
        E-mail            | Name | Roles             | Limit                | Language | Other addresses
        Olga@Firm.example | Olga | Approver, manager | 500 RUB; 5000,50 EUR | RU       | a@b.ex, O@b.ex
    """)
    person = found.people.find("OLGA@firm.example ")
    assert person is not None
    assert person.roles == {Role.APPROVER, Role.MANAGER}
    assert person.limits["EUR"] == Decimal("5000.50")
    assert (person.language, person.aliases) == ("ru", frozenset({"a@b.ex", "o@b.ex"}))
    assert found.people.find("o@B.ex") is person
    assert found.problems == ()


def test_read_company__in_russian_and_in_any_order_of_columns() -> None:
    found = company("""
        Роли                       | Имя  | E-mail
        согласующий; бухгалтер     | Ольга | olga@firm.example
    """, language="ru")  # fmt: skip
    person = found.people.find(HEAD)
    assert person is not None
    assert person.roles == {Role.APPROVER, Role.ACCOUNTANT}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("olga@firm.example | Olga | boss", "unknown role 'boss'"),
        ("olga@firm.example | Olga | bank", "unknown role 'bank'"),
        ("olga@firm.example | Olga | requester", "unknown role 'requester'"),
        ("olga@firm.example | Olga | =ROW()", "unknown role"),
    ],
)
def test_read_company__an_unknown_role_gives_none_and_is_reported(line: str, problem: str) -> None:
    found = company(f"E-mail | Name | Roles\n{line}")
    person = found.people.find(HEAD)
    assert person is not None
    assert person.roles == frozenset()
    assert problem in found.problems[0]


@pytest.mark.parametrize(
    "limit", ["much", "1,234 RUB", "-5 RUB", "0", "100 XXX", "500000 RUB; oops", "1e9 RUB", "=1"]
)
def test_read_company__a_limit_that_cannot_be_read_covers_nothing_and_is_reported(limit: str) -> None:
    found = company(f"E-mail | Name | Roles | Limit\nolga@firm.example | Olga | approver | {limit}")
    person = found.people.find(HEAD)
    assert person is not None
    assert not person.covers(Decimal("0.01"), "RUB")
    assert not person.covers(Decimal("0.01"), "EUR")
    assert HEAD in found.problems[0]


@pytest.mark.parametrize(
    "second",
    [
        "olga@firm.example | Not Olga | director |",
        "OLGA@firm.example | Not Olga | director |",
        "eve@firm.example | Eve | director | olga@firm.example",
        "o@home.example | Eve | director |",
        "eve@firm.example | Eve | director | o@home.example",
    ],
)
def test_read_company__an_address_that_is_taken_belongs_to_the_first(second: str) -> None:
    found = company(
        f"E-mail | Name | Roles | Other addresses\n{HEAD} | Olga | approver | o@home.example\n{second}"
    )
    for address in (HEAD, "o@home.example"):
        person = found.people.find(address)
        assert person is not None
        assert person.name == "Olga"
        assert person.roles == {Role.APPROVER}
    assert len(found.problems) == 1
    assert found.people.with_role(Role.DIRECTOR) == []


@pytest.mark.parametrize("address", ["", "olga", "firm.example", "@firm.example", "o@a.example, b@a.example"])
def test_read_company__a_row_without_an_address_is_nobody(address: str) -> None:
    found = company(f"E-mail | Name | Roles\n{address} | Olga | director")
    assert found.people.find(address) is None
    assert len(found.problems) == (1 if address else 0)
    assert found.people.with_role(Role.DIRECTOR) == []


@pytest.mark.parametrize(
    "people", ["", "E-mail | Name | Roles", "a | b | c\nolga@firm.example | Olga | director"]
)
def test_read_company__without_a_readable_tab_nobody_may_do_anything(people: str) -> None:
    assert company(people).people.all == ()


def test_read_company__ragged_rows() -> None:
    assert company("E-mail | Name | Roles\nolga@firm.example").people.find(HEAD) is not None


def test_decide__a_person_with_a_bad_row_has_no_right_in_a_pass() -> None:
    desk = Desk(f"E-mail | Name | Roles | Limit\n{MIA} | Mia | manager |\n{HEAD} | Olga | approver | much")
    rid = desk.submitted()
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert (desk.accepted(rid), desk.refusals) == ("Submitted", ["limit-covers-amount"])


def test_decide__rights_are_those_of_now() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.sheet.people = [row for row in desk.sheet.people if row[0] != HEAD]
    desk.status(HEAD, rid, "Approved")
    desk.run()
    assert (desk.accepted(rid), desk.refusals) == ("Submitted", ["known-person"])
    assert desk.sheet.read_history()[1][-2].kind == "PeopleChanged"


# --- Settings


def test_read_company__settings_by_key_or_label() -> None:
    settings = company(
        settings={"grace_seconds": 30, "hold_minutes": "5", "time_zone": "Asia/Tokyo"}
    ).settings
    assert (settings.grace, settings.hold) == (timedelta(seconds=30), timedelta(minutes=5))
    assert str(settings.zone) == "Asia/Tokyo"
    label = book("ru").own.label("settings", "hold_minutes")
    assert company(settings={label: "7"}).settings.hold == timedelta(minutes=7)


def test_read_company__without_settings_the_defaults_count() -> None:
    found = read_company([], [], book())
    settings = found.settings
    assert (settings.grace, settings.hold, settings.draft_life) == (
        timedelta(seconds=60), timedelta(minutes=10), timedelta(days=30),
    )  # fmt: skip
    assert settings.currencies == ("RUB", "USD", "EUR", "CNY")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("grace_seconds", "0", "grace_seconds is '0'"),
        ("grace_seconds", "-1", "grace_seconds is '-1'"),
        ("hold_minutes", "soon", "hold_minutes is 'soon'"),
        ("hold_minutes", "٣", "hold_minutes is"),
        ("draft_days", "1.5", "draft_days is '1.5'"),
        ("time_zone", "Mars/Base", "time_zone is 'Mars/Base'"),
        ("time_zone", "../../etc/passwd", "time_zone is"),
        ("base_currency", "doubloons", "'doubloons' is no currency"),
        ("currencies", "RUB, doubloons", "'doubloons' is no currency"),
        ("colour", "red", "unknown setting 'colour'"),
        ("hold_minutes", "9" * 30, "hold_minutes is"),
    ],
)
def test_read_company__a_setting_that_cannot_be_used_is_reported_and_the_default_counts(
    key: str, value: Cell, problem: str
) -> None:
    found = company(settings={key: value})
    assert problem in found.problems[0]
    assert (found.settings.grace, found.settings.hold) == (timedelta(seconds=60), timedelta(minutes=10))
    assert found.settings.base_currency == "RUB"


@pytest.mark.parametrize(
    ("text", "on"), [("yes", True), ("Да", True), (True, True), ("no", False), ("нет", False)]
)
def test_settings__a_yes_or_no(text: Cell, on: bool) -> None:
    assert company(settings={"contractor_notice": text}).settings.on("contractor_notice") is on


def test_settings__a_list() -> None:
    assert company(settings={"departments": " Sales,, IT ,"}).settings.items("departments") == ["Sales", "IT"]


# --- what history keeps of the tabs


def test_tab_digest__only_content_counts() -> None:
    rows: list[list[Cell]] = [["a", 1], ["b"]]
    same: list[list[Any]] = [["a", 1.0, ""], [], ["b", ""]]
    assert tab_digest(rows) == tab_digest(same)
    assert tab_digest(rows) != tab_digest([["a", 2], ["b"]])
    assert tab_content(same) == [["a", "1"], ["b"]]


def test_decide__a_change_of_people_is_recorded_once_with_its_author() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.sheet.people[1][3] = "1 RUB"
    desk.sheet.inbox.append(
        desk.event("ivan@firm.example", [(MIA, [("Limit", "", "1 RUB")])], exact=True, sheet=102)
    )
    desk.run()
    event = desk.sheet.read_history()[1][-1]
    assert (event.kind, event.actor) == ("PeopleChanged", "ivan@firm.example")
    commits = desk.sheet.commits
    desk.run()
    assert desk.sheet.commits == commits
    assert desk.cell(rid, "amount") == GOOD["amount"]


def test_cell_of__beyond_the_end() -> None:
    assert (cell_of(["a"], 0), cell_of(["a"], 1), cell_of(["a"], None), cell_of([], 0)) == ("a", "", "", "")
