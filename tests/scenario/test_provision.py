"""A registry is made over real HTTP, and people find in it what they should, and are held off the rest."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gspread
import pytest
from google.oauth2.credentials import Credentials
from gspread.utils import ValueRenderOption

from sheetflow.adapters.http import SheetsHttp
from sheetflow.adapters.sheet_schema import SheetSchema
from sheetflow.core.projection import seal_text
from sheetflow.core.rulebook import Words
from sheetflow.core.tabs import TOKEN_NAME, read_token
from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.server import Server
from sheetflow.emulator.wire import GoogleError
from sheetflow.errors import ConfigError, NotFound, PortError
from sheetflow.model.cells import Cell
from sheetflow.model.columns import COLUMNS, SHOWN
from sheetflow.templates.schema import Template, read_template
from tests.registry import Registry, make_registry

ROBOT = "robot@firm.example"
SERVICE = "sheetflow@firm-example.iam.gserviceaccount.com"
MIA, OLEG, ANNA, ADA = (f"{name}@firm.example" for name in ("mia", "oleg", "anna", "ada"))
PEOPLE: list[dict[str, Any]] = [
    {"email": MIA, "name": "Mia", "roles": ["manager"]},
    {
        "email": OLEG,
        "name": "Oleg",
        "roles": ["approver"],
        "limit": "500000 RUB",
        "aliases": ["o@firm.example"],
    },
    {"email": ANNA, "name": "Anna", "roles": "accountant, manager"},
    {"email": ADA, "name": "Ada", "roles": ["admin"], "language": "en"},
]
SETTINGS = {"company": "Firm", "departments": "Sales, Service"}
TEXT = Path("sheet_templates/payments.toml").read_text("utf-8")
PLACES = {column.key: place for place, column in enumerate(COLUMNS)}


class Place:
    """A workspace with one registry in it."""

    def __init__(self, emulator: Emulator, server: Server, language: str) -> None:
        self.emulator, self.language = emulator, language
        self.clients: dict[str, gspread.Client] = {}
        self._root = server.url
        labels = tomllib.loads(Path(f"sheet_templates/{language}/labels.toml").read_text("utf-8"))
        self.words = Words(language, labels, {})
        self.made: Registry | None = None

    def client(self, email: str) -> gspread.Client:
        """A gspread client that calls as somebody."""
        if email not in self.clients:

            def http(auth: Any, session: Any = None) -> SheetsHttp:
                return SheetsHttp(auth, session, api_root=self._root)

            credentials = Credentials(token=f"local:{email}")  # type: ignore[no-untyped-call]
            self.clients[email] = gspread.Client(credentials, http_client=http)  # type: ignore[arg-type]
        return self.clients[email]

    def make(self, template: Template, **changed: Any) -> Registry:
        """Create the registry as the robot."""
        given: dict[str, Any] = {"people": PEOPLE, "settings": SETTINGS, **changed}
        self.made = make_registry(
            self.client(ROBOT), template, self.words,
            owner=ROBOT, service_account=SERVICE, nonce="abc", **given,
        )  # fmt: skip
        return self.made

    def tab(self, email: str, key: str = "registry") -> gspread.Worksheet:
        """A tab as somebody opens it."""
        assert self.made is not None
        book = self.client(email).open_by_key(self.made.spreadsheet_id)
        return book.get_worksheet_by_id(self.made.sheets[key])

    def type_row(self, email: str, row: int, cells: dict[str, Cell]) -> None:
        """Type cells of the Registry, as a person's keys do; blank ones are left alone."""
        tab = self.tab(email)
        data = [
            {"range": gspread.utils.rowcol_to_a1(row, PLACES[key] + 1), "values": [[cell]]}
            for key, cell in cells.items()
        ]
        tab.batch_update(data, value_input_option="USER_ENTERED")  # type: ignore[arg-type]

    def remember(self, *rows: list[Cell]) -> None:
        """Write rows of the State tab, as the system does."""
        self.tab(SERVICE, "state").update(list(rows), "A3", value_input_option="RAW")  # type: ignore[arg-type]

    def shown(self, email: str, key: str) -> list[str]:
        """A column of the Registry as somebody sees it, from the header on, up to the last row in use."""
        header, *rows = self.tab(email).get_all_values()
        place = header.index(self.words.label("columns", key))
        used = max((n for n, row in enumerate(rows, start=1) if row[0]), default=0)
        return [header[place], *(row[place] for row in rows[:used])]


Opened = Callable[[str], Place]


@pytest.fixture(scope="module")
def template() -> Template:
    return read_template(TEXT)


@pytest.fixture(scope="module")
def short() -> Template:
    """The same with fewer rows, which are made faster."""
    return read_template(TEXT.replace("rows = 1000", "rows = 60").replace("rows = 200", "rows = 60"))


@pytest.fixture
def open_place(tmp_path: Path) -> Iterator[Opened]:
    emulator = Emulator(tmp_path)
    server = serve(create_app(emulator), 0)
    places: list[Place] = []

    def opened(language: str) -> Place:
        places.append(Place(emulator, server, language))
        return places[-1]

    yield opened
    for place in places:
        for client in place.clients.values():
            client.http_client.session.close()
    server.shutdown()
    emulator.close()


@pytest.fixture
def place(open_place: Opened, short: Template) -> Place:
    """An English registry."""
    opened = open_place("en")
    opened.make(short)
    return opened


REQUEST: dict[str, Cell] = {
    "id": "PR-000124", "status": "Approved", "subject": "Paper", "contractor": "Paper Ltd", "amount": 12500.5,
    "currency": "RUB", "pay_by": "2026-12-01", "details": "Bank", "inn": "0077380680", "bik": "044525225",
    "account": "40702810500000012345", "purpose": "Invoice 7", "vat": "20 %",
}  # fmt: skip


def state_row(cells: dict[str, Cell], label: str, *, comma: bool = False) -> list[Cell]:
    seal = seal_text(cells, comma=comma)
    return [
        cells["id"], label, seal, "", "Mia", "Oleg", 46350.5, 2500.25,
        "https://docs.google.com/spreadsheets/d/x/edit#gid=105&range=A7",
    ]  # fmt: skip


# --- making it


def test_fill__takes_two_reads_and_one_batch(open_place: Opened, template: Template) -> None:
    opened = open_place("en")
    opened.make(template)
    counts = opened.emulator.calls.counts()
    assert counts == {
        "sheets.create": 1, "sheets.get": 2, "sheets.batchUpdate": 1, "drive.permissions.create": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "title", "locale", "first"),
    [
        ("en", "Payment requests", "en_US",
         ["ID", "Status", "Confirmed", "What for", "Contractor", "Amount"]),
        ("ru", "Заявки на оплату", "ru_RU",
         ["№ заявки", "Статус", "Подтверждено", "За что платим", "Подрядчик", "Сумма счета"]),
    ],
)  # fmt: skip
def test_fill__speaks_its_language(
    open_place: Opened, template: Template, language: str, title: str, locale: str, first: list[str]
) -> None:
    opened = open_place(language)
    made = opened.make(template, settings={"time_zone": "Asia/Yekaterinburg"})
    book = opened.client(MIA).open_by_key(made.spreadsheet_id)
    assert (book.title, book.locale, book.timezone) == (title, locale, "Asia/Yekaterinburg")
    tabs = [(tab.title, tab.isSheetHidden) for tab in book.worksheets()]
    visible = [
        opened.words.label("tabs", key)
        for key in (
            "registry",
            "contractors",
            "people",
            "settings",
            "policy",
            "recurring",
            "calendar",
            "bank",
            "history",
        )
    ]
    assert tabs == [
        *((name, False) for name in visible),
        ("Inbox", True),
        ("State", True),
        ("Banks", True),
        ("Outbox", True),
    ]
    header = opened.tab(ANNA).row_values(1)
    assert header[:6] == first
    assert header == [opened.words.label("columns", column.key) for column in COLUMNS]
    note = opened.tab(ANNA).get_note("C1")
    assert note == opened.words.label("column_help", "confirmed")


def test_fill__people_and_settings_stand_on_their_tabs(place: Place) -> None:
    people = place.tab(OLEG, "people").get_all_values()
    assert [row[:6] for row in people[:4]] == [
        ["E-mail", "Name", "Roles", "Approves up to", "Language", "Other addresses"],
        [MIA, "Mia", "manager", "", "", ""],
        [OLEG, "Oleg", "approver", "500000 RUB", "", "o@firm.example"],
        [ANNA, "Anna", "accountant, manager", "", "", ""],
    ]
    settings = {row[0]: row[1] for row in place.tab(OLEG, "settings").get_all_values()}
    assert settings["Setting"] == "Value"
    assert settings["Company"] == "Firm"
    assert settings["Departments"] == "Sales, Service"
    assert settings["Time zone"] == "Europe/Moscow"


def test_fill__begins_with_the_first_token(place: Place) -> None:
    token = read_token(str(place.tab(SERVICE, "state").acell("A1").value))
    assert (token.revision, token.seq, token.range_id) == (0, 0, "sf_0_abc")
    assert place.made is not None
    assert token.sheets == place.made.sheets
    named = place.client(MIA).open_by_key(place.made.spreadsheet_id).list_named_ranges()
    assert {one["name"]: one["namedRangeId"] for one in named}[TOKEN_NAME] == "sf_0_abc"


def test_fill__is_nobody_elses(place: Place) -> None:
    assert place.made is not None
    with pytest.raises(PortError):
        place.client("eve@elsewhere.example").open_by_key(place.made.spreadsheet_id)


def test_fill__problems_are_all_told_and_nothing_is_made(open_place: Opened, template: Template) -> None:
    opened = open_place("en")
    people = [{"email": "mia", "roles": "boss"}, {"email": MIA, "shoe": "42"}, {"email": MIA.upper()}]
    with pytest.raises(ConfigError) as caught:
        opened.make(template, people=people, settings={"colour": "blue"})
    assert caught.value.problems == (
        "mia: an e-mail address is needed",
        "mia: there is no role 'boss'",
        f"{MIA}: nothing is known of 'shoe'",
        f"{MIA}: this address is given twice",
        "settings: there is no setting 'colour'",
    )
    assert opened.emulator.calls.counts() == {}


def test_sheet_schema__a_batch_is_all_or_nothing(place: Place) -> None:
    assert place.made is not None
    schema = SheetSchema(place.client(ROBOT))
    requests: list[dict[str, Any]] = [
        {"addSheet": {"properties": {"title": "Mine"}}},
        {"deleteSheet": {"sheetId": 9}},
    ]
    with pytest.raises(PortError, match="No sheet with id: 9"):
        schema.batch(place.made.spreadsheet_id, requests)
    assert len(place.client(ROBOT).open_by_key(place.made.spreadsheet_id).worksheets()) == 13
    with pytest.raises(NotFound):
        schema.share("no-such-file", MIA, "writer")


# --- who may write where


def refused(place: Place, email: str, tab: str, cell: str) -> bool:
    """Whether a person's hand is held off a cell."""
    title = place.words.label("tabs", tab)
    edit = {"as": email, "range": f"'{title}'!{cell}", "value": "x", "wait": False}
    try:
        place.emulator.hand.edit_request(edit)
    except GoogleError as error:
        return error.message.startswith("You are trying to edit a protected cell or object.")
    return False


@pytest.mark.parametrize("email", [MIA, OLEG, ANNA, ADA])
def test_protections__hold_people_off_what_is_the_systems(place: Place, email: str) -> None:
    for key in SHOWN:
        assert refused(place, email, "registry", gspread.utils.rowcol_to_a1(7, PLACES[key] + 1)), key
    for tab, cell in (
        ("registry", "D1"),
        ("state", "A3"),
        ("inbox", "A2"),
        ("outbox", "A2"),
        ("history", "A2"),
    ):
        assert refused(place, email, tab, cell), tab
    for key in ("status", "subject", "account", "comment"):
        assert not refused(place, email, "registry", gspread.utils.rowcol_to_a1(7, PLACES[key] + 1)), key


def test_protections__the_id_only_warns(place: Place) -> None:
    assert not refused(place, MIA, "registry", "A7")


@pytest.mark.parametrize(("email", "held"), [(MIA, True), (OLEG, True), (ANNA, True), (ADA, False)])
def test_protections__people_and_settings_are_for_admins(place: Place, email: str, held: bool) -> None:
    assert refused(place, email, "people", "A9") is held
    assert refused(place, email, "settings", "B2") is held


@pytest.mark.parametrize("email", [SERVICE, ROBOT])
def test_protections__leave_the_system_free(place: Place, email: str) -> None:
    for tab in ("state", "inbox", "outbox", "history", "people", "settings"):
        assert not refused(place, email, tab, "A40"), tab
    assert not refused(place, email, "registry", "C40")


# --- what typing becomes, and what is shown


def test_registry__texts_stay_as_they_were_typed(place: Place) -> None:
    place.type_row(MIA, 2, {**REQUEST, "kpp": "007", "department": "1/2", "invoice_no": "12.10"})
    (cells,) = place.tab(MIA).get("A2:AF2", value_render_option=ValueRenderOption.unformatted)
    row: dict[str, Any] = dict(zip(PLACES, cells, strict=False))
    typed = ("inn", "kpp", "account", "vat", "department", "invoice_no")
    assert [row[key] for key in typed] == [
        "0077380680", "007", "40702810500000012345", "20 %", "1/2", "12.10",
    ]  # fmt: skip
    assert (row["amount"], row["pay_by"]) == (12500.5, 46357)
    assert place.tab(MIA).acell("H2").value == "2026-12-01"


def test_shown__every_column_tells_the_state(place: Place) -> None:
    place.type_row(MIA, 2, REQUEST)
    place.remember(state_row(REQUEST, "Approved"))
    assert {key: place.shown(ANNA, key)[1] for key in SHOWN} == {
        "confirmed": "Approved", "paid": "2,500.25", "checks": "", "requester": "Mia", "approver": "Oleg",
        "updated": "2026-11-24 12:00", "history": "History",
    }  # fmt: skip
    assert place.shown(ANNA, "confirmed") == ["Confirmed", "Approved"]


@pytest.mark.parametrize("key", [column.key for column in COLUMNS if column.sealed])
def test_confirmed__is_blank_where_a_sealed_cell_differs(place: Place, key: str) -> None:
    other: Cell = 12500.51 if key == "amount" else str(REQUEST.get(key, "")) + "1"
    place.type_row(MIA, 2, {**REQUEST, key: other})
    place.remember(state_row(REQUEST, "Approved"))
    assert place.shown(ANNA, "confirmed")[1:] == [""]
    assert place.shown(ANNA, "requester")[1:] == ["Mia"]


def test_confirmed__a_digit_of_the_account_takes_it_away_at_once(place: Place) -> None:
    place.type_row(MIA, 2, REQUEST)
    place.remember(state_row(REQUEST, "Approved"))
    assert place.shown(ANNA, "confirmed")[1:] == ["Approved"]
    place.type_row(MIA, 2, {"account": "40702810500000012346"})
    assert place.shown(ANNA, "confirmed")[1:] == [""]
    place.type_row(MIA, 2, {"account": REQUEST["account"]})
    assert place.shown(ANNA, "confirmed")[1:] == ["Approved"]


def test_confirmed__is_blank_twice_where_an_id_stands_twice(place: Place) -> None:
    other = {**REQUEST, "id": "PR-000126", "contractor": "Ink Ltd"}
    place.type_row(MIA, 2, REQUEST)
    place.type_row(MIA, 3, other)
    place.type_row(MIA, 4, REQUEST)
    place.remember(state_row(REQUEST, "Approved"), state_row(other, "Paid"))
    assert place.shown(ANNA, "confirmed")[1:] == ["", "Paid", ""]


@pytest.mark.parametrize("rid", ["PR-00012?", "PR-*", "*", "~PR-000124", "pr-000124 "])
def test_confirmed__an_id_is_no_pattern(place: Place, rid: str) -> None:
    place.type_row(MIA, 2, REQUEST)
    place.type_row(MIA, 3, {**REQUEST, "id": rid})
    place.remember(state_row(REQUEST, "Approved"))
    assert place.shown(ANNA, "confirmed")[1:] == ["Approved", ""]


@pytest.mark.parametrize("amount", ["'12500.5", "12500.5 RUB"])
def test_confirmed__is_blank_where_the_amount_is_a_text(place: Place, amount: str) -> None:
    cells = {**REQUEST, "amount": amount}
    place.type_row(MIA, 2, cells)
    place.type_row(MIA, 3, {**REQUEST, "id": "PR-000126"})
    place.remember(
        state_row({**cells, "amount": amount.strip("'")}, "Draft"),
        state_row({**REQUEST, "id": "PR-000126"}, "Approved"),
    )
    assert place.shown(ANNA, "confirmed")[1:] == ["", "Approved"]


def test_confirmed__an_error_in_one_row_spoils_no_other(place: Place) -> None:
    place.type_row(MIA, 2, {**REQUEST, "contractor": "=1/0"})
    place.type_row(MIA, 3, {**REQUEST, "id": "PR-000126"})
    place.remember(state_row({**REQUEST, "id": "PR-000126"}, "Approved"))
    assert place.shown(ANNA, "confirmed")[1:] == ["", "Approved"]


def test_confirmed__a_draft_without_an_amount_is_shown(place: Place) -> None:
    cells: dict[str, Cell] = {"id": "PR-000124", "subject": "Paper"}
    place.type_row(MIA, 2, cells)
    place.remember(state_row(cells, "Draft"))
    assert place.shown(ANNA, "confirmed")[1:] == ["Draft"]


@pytest.mark.parametrize(("start", "end", "to"), [(12, 13, 1), (0, 1, 8), (5, 7, 32), (2, 3, 20)])
def test_shown__stays_right_where_columns_were_moved(place: Place, start: int, end: int, to: int) -> None:
    place.type_row(MIA, 2, REQUEST)
    place.remember(state_row(REQUEST, "Approved"))
    move = {
        "source": {"sheetId": 100, "dimension": "COLUMNS", "startIndex": start, "endIndex": end},
        "destinationIndex": to,
    }
    tab = place.tab(ROBOT)
    tab.spreadsheet.batch_update({"requests": [{"moveDimension": move}]})
    header, row, *_ = place.tab(ANNA).get_all_values()
    seen = dict(zip(header, row, strict=True))
    assert (seen["Confirmed"], seen["Requester"], seen["Paid amount"]) == ("Approved", "Mia", "2,500.25")
    account = gspread.utils.rowcol_to_a1(2, header.index("Account") + 1)
    place.tab(MIA).update([["40702810500000012346"]], account, value_input_option="USER_ENTERED")  # type: ignore[arg-type]
    row = place.tab(ANNA).row_values(2)
    assert dict(zip(header, row, strict=False))["Confirmed"] == ""


def test_shown__rows_inserted_and_sorted_keep_what_is_theirs(place: Place) -> None:
    other = {**REQUEST, "id": "PR-000126", "contractor": "Ink Ltd", "amount": 7}
    place.type_row(MIA, 2, REQUEST)
    place.type_row(MIA, 3, other)
    place.remember(state_row(REQUEST, "Approved"), state_row(other, "Submitted"))
    tab = place.tab(ROBOT)
    tab.insert_row([], index=2)
    assert place.shown(ANNA, "confirmed")[1:] == ["", "Approved", "Submitted"]
    tab.sort((PLACES["amount"] + 1, "asc"))
    assert place.shown(ANNA, "id")[1:] == ["PR-000126", "PR-000124"]
    assert place.shown(ANNA, "confirmed")[1:] == ["Submitted", "Approved"]


def test_shown__a_russian_registry_joins_with_its_comma(open_place: Opened, template: Template) -> None:
    opened = open_place("ru")
    opened.make(template)
    cells = {**REQUEST, "amount": 12500.55, "pay_by": "01.12.2026", "status": "Согласован к оплате"}
    opened.type_row(MIA, 2, {**cells, "amount": "12500,55"})
    # A purpose that the API wrote as a number is joined with the locale's comma, by formula and seal alike.
    opened.tab(SERVICE).update([[0.5]], "O2", value_input_option="RAW")  # type: ignore[arg-type]
    opened.remember(state_row({**cells, "purpose": 0.5}, "Согласован к оплате", comma=True))
    assert opened.shown(ANNA, "confirmed") == ["Подтверждено", "Согласован к оплате"]
    assert opened.shown(ANNA, "paid")[1:] == ["2\u00a0500,25"]
    assert opened.shown(ANNA, "updated")[1:] == ["24.11.2026 12:00"]
    assert opened.shown(ANNA, "history") == ["История", "История"]
    opened.remember(state_row({**cells, "purpose": 0.5}, "Согласован к оплате", comma=False))
    assert opened.shown(ANNA, "confirmed")[1:] == [""]
