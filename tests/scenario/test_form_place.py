"""What plan says of the form and apply puts right, over HTTP: each drift by its owner's hand."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

from sheetflow.adapters.form_care import FormCare
from sheetflow.app.form import item_id, load_form_texts, question_id
from sheetflow.app.form_place import FormPlace
from sheetflow.app.upkeep import Known
from sheetflow.cli import main
from sheetflow.core.company import read_company
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.emulator.files import permission_id
from sheetflow.errors import StalePlan
from sheetflow.runtime import credentials
from sheetflow.templates.formulas import letter
from sheetflow.templates.plan import Change
from sheetflow.templates.prefill import PREFILLED
from sheetflow.workspace import cast
from sheetflow.workspace.local import TRIGGER
from tests.conftest import Opener
from tests.firm import Firm

OWN: dict[str, Any] = {
    "itemId": "00abcdef", "title": "Cost centre", "description": "Mia's own",
    "questionItem": {"question": {"questionId": "00abcdee", "textQuestion": {}}},
}  # fmt: skip
"""A question of people's own, which stands among ours."""
PLACE = 4


class Editor:
    """A firm's form as its owner edits it, and as plan and apply see it."""

    def __init__(self, firm: Firm) -> None:
        self.firm, self.id = firm, firm.place.settled.form
        token = Credentials(token=f"local:{cast.OWNER}")  # type: ignore[no-untyped-call]
        self.api = build("forms", "v1", credentials=token, client_options={"api_endpoint": firm.url})
        runtime = firm.runtime
        self.words, self.texts = runtime.words, load_form_texts(runtime.folder)
        self.care = FormCare(
            credentials(f"local:{cast.SERVICE_ACCOUNT}"), firm.url, self.id, runtime.clock, runtime.nonces
        )
        self.place = FormPlace(self.care, self.id, self.words, self.texts)

    def close(self) -> None:
        self.api.close()
        self.care.close()

    # --- the owner's hand

    def form(self) -> Any:
        return self.api.forms().get(formId=self.id).execute()

    def batch(self, *changes: Any) -> None:
        self.api.forms().batchUpdate(formId=self.id, body={"requests": list(changes)}).execute()

    def at(self, key: str) -> int:
        """Where an item stands: a column key, "section payee", "upload", or an item's own id."""
        ids = {item_id(key), question_id(key), key}
        for place, item in enumerate(self.form()["items"]):
            upload = "fileUploadQuestion" in item.get("questionItem", {}).get("question", {})
            if item["itemId"] in ids or (upload and key == "upload"):
                return place
        raise AssertionError(f"no item {key}")

    def item(self, key: str) -> Any:
        return self.form()["items"][self.at(key)]

    def sets(self, key: str, mask: str, **fields: Any) -> None:
        self.batch({"updateItem": {"item": fields, "location": {"index": self.at(key)}, "updateMask": mask}})

    def asks(self, key: str, mask: str, **fields: Any) -> None:
        """Change a question."""
        self.sets(key, f"questionItem.question.{mask}", questionItem={"question": fields})

    def removes(self, key: str) -> None:
        self.batch({"deleteItem": {"location": {"index": self.at(key)}}})

    def moves(self, key: str, to: int) -> None:
        self.batch({"moveItem": {"originalLocation": {"index": self.at(key)}, "newLocation": {"index": to}}})

    def adds(self, item: Any, at: int) -> None:
        self.batch({"createItem": {"item": item, "location": {"index": at}}})

    def settles(self, kind: str) -> None:
        update = {"settings": {"emailCollectionType": kind}, "updateMask": "emailCollectionType"}
        self.batch({"updateSettings": update})

    def titles(self, field: str, text: str) -> None:
        self.batch({"updateFormInfo": {"info": {field: text}, "updateMask": field}})

    def publishes(self, *, published: bool, accepting: bool) -> None:
        state = {"isPublished": published, "isAcceptingResponses": accepting}
        body = {"publishSettings": {"publishState": state}}
        self.api.forms().setPublishSettings(formId=self.id, body=body).execute()

    # --- plan and apply

    def known(self) -> Known:
        firm = self.firm
        people, settings = (firm.values("", tab=tab) for tab in ("people", "settings"))
        company = read_company(people, settings, firm.runtime.book)
        return Known(
            firm.spreadsheet, firm.runtime.book, company, firm.token(), cast.SERVICE_ACCOUNT, cast.OWNER
        )

    def plan(self) -> list[Change]:
        return list(self.place.survey(self.known()))

    def apply(self) -> list[Change]:
        done: list[Change] = []
        self.place.carry_out(self.plan(), done.append)
        return done

    def name(self, key: str) -> str:
        """What a question is called."""
        language = self.firm.place.language
        titles = self.texts[language]["titles"]
        return titles.get(key) or self.words[language].label("columns", key)


@pytest.fixture(scope="module")
def editors(opened: Opener) -> Iterator[dict[str, Editor]]:
    with ExitStack() as stack:
        found = {}
        for language in LANGUAGES:
            editor = found[language] = Editor(opened(language))
            stack.callback(editor.close)
            editor.adds(OWN, PLACE)
            assert editor.plan() == []
        yield found


@pytest.fixture(params=LANGUAGES)
def editor(request: pytest.FixtureRequest, editors: dict[str, Editor]) -> Editor:
    return editors[request.param]


def options(*values: str) -> dict[str, Any]:
    return {"type": "DROP_DOWN", "options": [{"value": value} for value in values]}


Act = Callable[[Editor], object]
INNER = "questionItem.question."
DRIFTS: Mapping[str, tuple[Act, str, str, str, str]] = {
    "the form is retitled": (lambda e: e.titles("title", "Pay me"), "change", "form", "title", "'Pay me'"),
    "its description is gone": (
        lambda e: e.titles("description", ""), "change", "form", "description", "blank"),
    "no address is taken": (
        lambda e: e.settles("DO_NOT_COLLECT"), "change", "form", "e-mail addresses", "nobody knows"),
    "an address is typed": (
        lambda e: e.settles("RESPONDER_INPUT"), "change", "form", "e-mail addresses", "in another's name"),
    "closed": (
        lambda e: e.publishes(published=True, accepting=False), "change", "form", "answers", "no answers"),
    "unpublished": (
        lambda e: e.publishes(published=False, accepting=False), "change", "form", "answers", "not pub"),
    "a question is gone": (lambda e: e.removes("inn"), "add", "question", "inn", "missing"),
    "the last question is gone": (lambda e: e.removes("send"), "add", "question", "send", "missing"),
    "a question is retitled": (
        lambda e: e.sets("amount", "title", title="How much"), "change", "question", "amount", "'How much'"),
    "a help text is changed": (
        lambda e: e.sets("bik", "description", description="?"), "change", "question", "bik", "help text"),
    "a help text is gone": (
        lambda e: e.sets("kpp", "description"), "change", "question", "kpp", "no help text"),
    "what was required is not": (
        lambda e: e.asks("amount", "required", required=False), "change", "question", "amount", "need not"),
    "what was not required is": (
        lambda e: e.asks("kpp", "required", required=True), "change", "question", "kpp", "must be answered"),
    "a short text is long": (
        lambda e: e.asks("account", "textQuestion", textQuestion={"paragraph": True}),
        "change", "question", "account", "many lines"),
    "a long text is short": (
        lambda e: e.asks("purpose", "textQuestion", textQuestion={}),
        "change", "question", "purpose", "one line"),
    "a list is a text": (
        lambda e: e.asks("vat", "textQuestion", textQuestion={}),
        "change", "question", "vat", "a text, not for a list"),
    "a date is a text": (
        lambda e: e.asks("pay_by", "textQuestion", textQuestion={}),
        "change", "question", "pay_by", "a text, not for a date"),
    "a date has a time": (
        lambda e: e.asks("pay_by", "dateQuestion", dateQuestion={"includeYear": True, "includeTime": True}),
        "change", "question", "pay_by", "a time too"),
    "a choice is missing": (
        lambda e: e.asks("currency", "choiceQuestion", choiceQuestion=options("RUB", "USD")),
        "change", "question", "currency", "lacks 'EUR', 'CNY'"),
    "a choice was added": (
        lambda e: e.asks("currency", "choiceQuestion",
                         choiceQuestion=options("RUB", "USD", "EUR", "CNY", "GBP")),
        "change", "question", "currency", "offers 'GBP'"),
    "choices stand otherwise": (
        lambda e: e.asks("currency", "choiceQuestion", choiceQuestion=options("USD", "RUB", "EUR", "CNY")),
        "change", "question", "currency", "another order"),
    "a list became buttons": (
        lambda e: e.asks("currency", "choiceQuestion.type", choiceQuestion={"type": "RADIO"}),
        "change", "question", "currency", "one of several buttons"),
    "a question was moved": (lambda e: e.moves("subject", 9), "move", "question", "subject", "in its order"),
    "the upload question was moved": (lambda e: e.moves("upload", 0), "move", "question", "invoice", "order"),
    "the upload question is retitled": (
        lambda e: e.sets("upload", "title", title="Scan"), "change", "question", "invoice", "'Scan'"),
    "a section is gone": (lambda e: e.removes("section payee"), "add", "section", "payee", "missing"),
    "a section is retitled": (
        lambda e: e.sets("section more", "title", title="…"), "change", "section", "more", "'…'"),
    "a section was moved": (lambda e: e.moves("section payee", 0), "move", "section", "payee", "order"),
}  # fmt: skip


@pytest.mark.parametrize("drift", list(DRIFTS))
def test_plan__names_what_a_hand_changed_and_apply_puts_it_right(editor: Editor, drift: str) -> None:
    act, action, kind, key, says = DRIFTS[drift]
    before = editor.form()
    act(editor)
    name = key
    if kind == "question":
        name = editor.name(key)
    elif kind == "section":
        name = editor.texts[editor.firm.place.language]["sections"][key]
    (change,) = editor.plan()
    assert (change.action, change.kind, change.name) == (action, kind, name)
    assert says in change.detail
    assert not change.by_hand
    assert editor.apply() == [change]
    assert editor.plan() == []
    after = editor.form()
    kept = {**before, "revisionId": after["revisionId"]}
    order = [[item["itemId"] for item in form["items"]] for form in (after, kept)]
    assert [one for one in order[0] if one != OWN["itemId"]] == [
        one for one in order[1] if one != OWN["itemId"]
    ]
    assert sorted(after["items"], key=lambda item: item["itemId"]) == sorted(
        kept["items"], key=lambda item: item["itemId"]
    )
    assert {**after, "items": []} == {**kept, "items": []}


def test_plan__all_drifts_together_are_one_batch(editor: Editor) -> None:
    before = editor.form()
    for drift in DRIFTS:
        try:
            DRIFTS[drift][0](editor)
        except AssertionError:  # what another drift took away cannot be changed
            continue
    first = editor.firm.last_call()
    done = editor.apply()
    calls = [call for call in editor.firm.calls(first) if call.startswith("forms.")]
    assert calls == ["forms.get", "forms.batchUpdate", "forms.setPublishSettings"]
    assert len(done) > 12
    assert editor.plan() == []
    after = editor.form()
    assert editor.item(OWN["itemId"]) == OWN
    assert {item["itemId"] for item in after["items"]} == {item["itemId"] for item in before["items"]}


# --- what follows the settings, what stands in, what is people's own


def test_plan__lists_follow_the_settings_tab(editor: Editor) -> None:
    firm = editor.firm
    names = [row[0] if row else "" for row in firm.values("A1:A", tab="settings")]
    label = firm.runtime.book.own.label("settings", "departments")
    where = f"{firm.title('settings')}!B{names.index(label) + 1}"
    firm.ivan.enters(where, "Sales, Works", wait=False)
    (change,) = editor.plan()
    assert (change.kind, change.name) == ("question", editor.name("department"))
    editor.apply()
    asked = editor.item("department")["questionItem"]["question"]
    assert [one["value"] for one in asked["choiceQuestion"]["options"]] == ["Sales", "Works"]
    firm.ivan.enters(where, "", wait=False)
    assert "a text" in editor.plan()[0].detail
    editor.apply()
    assert editor.plan() == []


def test_plan__a_question_made_again_under_its_title_stands_in_for_ours(editor: Editor) -> None:
    at, item = editor.at("inn"), copy.deepcopy(editor.item("inn"))
    editor.removes("inn")
    del item["itemId"], item["questionItem"]["question"]["questionId"]
    editor.adds({**item, "title": item["title"].upper(), "description": "Digits"}, at)
    (change,) = editor.plan()
    assert change.name == editor.name("inn")
    assert "help text" in change.detail
    editor.apply()
    assert editor.plan() == []
    (again,) = [one for one in editor.form()["items"] if one["title"] == item["title"]]
    assert again["itemId"] != item_id("inn")
    editor.batch({"deleteItem": {"location": {"index": editor.at(again["itemId"])}}})
    editor.apply()
    assert editor.plan() == []


def test_apply__finds_its_places_anew_where_the_form_was_changed_meanwhile(editor: Editor) -> None:
    editor.sets("inn", "title", title="?")
    changes = editor.plan()
    second = {"title": "Second of mine", "questionItem": {"question": {"textQuestion": {}}}}
    editor.adds(second, 0)
    editor.place.carry_out(changes, lambda _change: None)
    assert editor.plan() == []
    assert editor.form()["items"][0]["title"] == "Second of mine"
    editor.batch({"deleteItem": {"location": {"index": 0}}})


def test_apply__is_stale_where_something_else_is_to_be_done_now(editor: Editor) -> None:
    editor.sets("inn", "title", title="?")
    changes = editor.plan()
    editor.sets("kpp", "title", title="?")
    with pytest.raises(StalePlan, match="sheetflow plan"):
        editor.place.carry_out(changes, lambda _change: None)
    assert [item["title"] for item in (editor.item("inn"), editor.item("kpp"))] == ["?", "?"]
    editor.apply()


# --- what no API can do


def test_upload__that_is_gone_is_left_to_a_hand_and_named(opened: Opener) -> None:
    editor = Editor(opened("ru"))
    editor.removes("upload")
    (change,) = editor.plan()
    assert (change.action, change.kind, change.name) == ("add", "question", "Эл. версия счета")
    assert change.by_hand
    assert "тип" in change.detail
    assert f"https://docs.google.com/forms/d/{editor.id}/edit" in change.detail
    assert editor.apply() == []
    assert [one.by_hand for one in editor.plan()] == [True]
    editor.close()


def test_link__that_is_gone_is_named_and_the_script_makes_it(fresh: Firm) -> None:
    editor = Editor(fresh)
    scripts = fresh.place.emulator.scripts
    fresh.place.emulator.forms.unlink(editor.id)
    (change,) = editor.plan()
    assert (change.name, change.by_hand) == ("link to the spreadsheet", True)
    assert "setUp" in change.detail
    plain = CliRunner().invoke(main, ["apply", "--workspace", fresh.url, "--yes"])
    assert plain.exit_code == 2, plain.output
    assert "what is left to do by hand:\n+ form  link to the spreadsheet: by hand: " in plain.output
    assert "1 by hand; checksum" in plain.output
    doctor = CliRunner().invoke(main, ["doctor", "--workspace", fresh.url, "--no-mail", "--json"])
    assert ("form", "bad") in {(one["check"], one["state"]) for one in json.loads(doctor.output)["findings"]}
    assert scripts.run(TRIGGER, "setUpForm").ok
    assert editor.plan() == []
    editor.close()


def test_form__that_is_closed_to_the_account_is_named_and_the_rest_is_looked_at(fresh: Firm) -> None:
    editor = Editor(fresh)
    fresh.place.emulator.drive.files.revoke(editor.id, permission_id(cast.SERVICE_ACCOUNT))
    told = CliRunner().invoke(main, ["plan", "--workspace", fresh.url, "--json"])
    assert told.exit_code == 2, told.output
    (change,) = [one for one in json.loads(told.output)["changes"] if one["place"] == "form"]
    assert (change["name"], change["by_hand"]) == ("access", True)
    assert cast.SERVICE_ACCOUNT in change["detail"]
    editor.close()


# --- links with the answers filled in


class Fields(HTMLParser):
    """The fields of a page: name -> what stands in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._open, self._begun = "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if name.startswith("entry.") and tag in ("input", "textarea"):
            self.values[name] = given.get("value") or ""
            self._open = name if tag == "textarea" else ""
            self._begun = False

    def handle_data(self, data: str) -> None:
        if self._open:  # a line break right behind the tag is none
            self.values[self._open] += data if self._begun else data.removeprefix("\n")
            self._begun = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._open = ""


PAYEE = {
    "contractor": "ООО «Рога & Копыта» + 100 %", "inn": "7707083893", "kpp": "773601001", "bik": "049805746",
    "account": "40602810700000000025", "details": 'Сбербанк, "счет" = ?#/~',
    "contractor_email": "a+b@x.example",
}  # fmt: skip


def links(firm: Firm) -> list[tuple[str, str]]:
    """What the column of links shows, below its header: text and address."""
    row = firm.values("1:1", tab="contractors")[0]
    at = row.index(firm.runtime.book.own.label("book", "form_link"))
    found = firm.robot.script.http_client.fetch_sheet_metadata(
        firm.spreadsheet,
        {
            "fields": "sheets.data.rowData.values(hyperlink,formattedValue)",
            "ranges": [f"'{firm.title('contractors')}'!{letter(at)}2:{letter(at)}9"],
        },
    )
    rows = found["sheets"][0]["data"][0].get("rowData", [])
    cells = [(row.get("values") or [{}])[0] for row in rows]
    return [(cell.get("formattedValue", ""), cell.get("hyperlink", "")) for cell in cells if cell]


@pytest.mark.parametrize("language", LANGUAGES)
def test_link__of_a_contractor_opens_the_form_filled_in(opened: Opener, language: str) -> None:
    firm = opened(language)
    rid = firm.mia.submits(**PAYEE)
    firm.settle()
    assert links(firm) == []
    firm.olga.picks("Approved", rid)
    firm.settle()
    ((text, link),) = links(firm)
    assert text == firm.runtime.book.own.label("book", "form_link_text")
    parts = urlsplit(link)
    asked = requests.get(
        f"{firm.url}{parts.path}?{parts.query}",
        headers={"Authorization": f"Bearer local:{firm.mia.address}"},
        timeout=30,
    )
    assert asked.ok
    shown = Fields(asked.text).values
    found = {key: shown[f"entry.{int(question_id(key), 16)}"] for key in PREFILLED}
    assert found == {"corr_account": "", **PAYEE}
    told = CliRunner().invoke(main, ["form", "links", "--workspace", firm.url, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["links"] == [
        {"contractor": PAYEE["contractor"], "account": PAYEE["account"], "link": link}
    ]


def test_link__there_is_none_while_nobody_wrote_the_address_down(fresh: Firm) -> None:
    rid = fresh.mia.submits()
    fresh.settle()
    fresh.olga.picks("Approved", rid)
    fresh.settle()
    names = [row[0] for row in fresh.values("A1:A", tab="settings")]
    row = names.index(fresh.runtime.book.own.label("settings", "form_prefill")) + 1
    fresh.ivan.enters(f"{fresh.title('settings')}!B{row}", "", wait=False)
    assert links(fresh) == []
    second = fresh.mia.submits(
        account="40702810638050013199", bik="044525225", contractor="ООО «Лютик»", inn="7736207543"
    )
    fresh.settle()
    fresh.olga.picks("Approved", second)
    fresh.settle()
    assert [row[0] for row in fresh.values("A2:A", tab="contractors")] == ["ООО «Ромашка»", "ООО «Лютик»"]
    told = CliRunner().invoke(main, ["form", "links", "--workspace", fresh.url])
    assert told.exit_code == 1
    assert "setUpForm" in told.output
    assert fresh.place.emulator.scripts.run(TRIGGER, "setUpForm").ok
    assert len(links(fresh)) == 2
    done = CliRunner().invoke(main, ["apply", "--workspace", fresh.url, "--yes", "--json"])
    assert [one["name"] for one in json.loads(done.output)["applied"]] == ["Registry (size)"]
    plan = CliRunner().invoke(main, ["plan", "--workspace", fresh.url, "--json"])
    assert (plan.exit_code, json.loads(plan.output)["changes"]) == (0, [])


def test_link__the_column_comes_to_a_registry_that_has_none(fresh: Firm) -> None:
    sheet = fresh.sheets["contractors"]
    row = fresh.values("1:1", tab="contractors")[0]
    at = row.index(fresh.runtime.book.own.label("book", "form_link"))
    span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    fresh.robot.batch({"deleteDimension": {"range": span}})
    runner = CliRunner()
    told = json.loads(runner.invoke(main, ["plan", "--workspace", fresh.url, "--json"]).output)
    assert ("change", "formula", "Contractors / Request form") in {
        (one["action"], one["kind"], one["name"]) for one in told["changes"]
    }
    done = runner.invoke(main, ["apply", "--workspace", fresh.url, "--yes", "--json"])
    assert done.exit_code == 0, done.output
    assert fresh.values("1:1", tab="contractors")[0] == row


def test_set_up__that_may_not_write_the_setting_says_what_to_paste(fresh: Firm) -> None:
    service = "triggers@firm.example"
    emulator = fresh.place.emulator
    for file in (fresh.spreadsheet, fresh.place.settled.form):
        emulator.drive.files.share(file, service, "writer")
    names = [row[0] for row in fresh.values("A1:A", tab="settings")]
    row = names.index(fresh.runtime.book.own.label("settings", "form_prefill")) + 1
    cell = f"{fresh.title('settings')}!B{row}"
    fresh.ivan.enters(cell, "", wait=False)
    projects = emulator.scripts.projects
    mine = projects.named(TRIGGER)
    emulator.scripts.deploy("other", service, mine.source, projects.properties(mine.id), "client")
    run = emulator.scripts.run("other", "setUpForm")
    assert run.ok, run.error
    assert any("paste https://" in line and "by hand" in line for line in run.log)
    assert fresh.values(f"B{row}", tab="settings") == []
