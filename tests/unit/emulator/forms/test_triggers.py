"""Form-submit triggers of a linked spreadsheet, and FormApp, as scripts see them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sheetflow.emulator.apps_script.runtime import Run
from tests.unit.emulator.forms.office import ANNA, BORIS, OWNER, Office, asking, choice, entry, text

SCRIPT = "script@firm.example"
INSTALL = (
    "function install() { ScriptApp.newTrigger('submitted').forSpreadsheet(%r).onFormSubmit().create(); }"
)
TELL = (
    "function submitted(e) { const r = e.range; const p = PropertiesService.getScriptProperties();"
    " p.setProperty('told', JSON.stringify({keys: Object.keys(e).sort(), values: e.values,"
    " named: e.namedValues, range: r.getA1Notation(), tab: r.getSheet().getName(), cell: r.getValues()[0][2],"
    " owner: Session.getEffectiveUser().getEmail()})); }"
)


@pytest.fixture
def form(office: Office) -> str:
    form = office.create()
    office.add(
        form,
        text("What for", description="shortly"),
        choice("Tags", "CHECKBOX", "a", "b"),
        asking("Pay by", dateQuestion={"includeYear": True}),
    )
    office.emulator.files.share(form, SCRIPT, "writer")
    return form


def _told(office: Office) -> Any:
    project = office.emulator.scripts.projects.named("p")
    return json.loads(office.emulator.scripts.projects.properties(project.id)["told"])


def _install(office: Office, sheet: str, source: str = TELL) -> None:
    office.emulator.sheets.share(sheet, SCRIPT, "writer")
    office.emulator.scripts.deploy("p", SCRIPT, source + INSTALL % sheet)
    assert office.emulator.scripts.run("p", "install").ok


def _run(office: Office, body: str, owner: str = SCRIPT) -> Run:
    office.emulator.scripts.deploy("q", owner, f"function main() {{ {body} }}")
    return office.emulator.scripts.run("q", "main")


def _value(office: Office, body: str) -> Any:
    run = _run(office, body)
    assert run.error is None, run.error
    return run.value


def test_trigger__is_told_of_a_response(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    _install(office, sheet)
    answer = office.respond(ANNA, {"What for": "paper", "Tags": ["b", "a"], "Pay by": "2026-12-31"})
    (run,) = answer["triggers"]
    assert (run["project"], run["function"], run["ok"], run["error"]) == ("p", "submitted", True, None)
    told = _told(office)
    stamp = office.cells(sheet, "'Form responses 1'!A2")[0][0]
    assert told == {
        "keys": ["authMode", "namedValues", "range", "triggerUid", "values"],
        "values": [stamp, ANNA, "paper", "b, a", "12/31/2026"],
        "named": {
            "Timestamp": [stamp],
            "Email address": [ANNA],
            "What for": ["paper"],
            "Tags": ["b, a"],
            "Pay by": ["12/31/2026"],
        },
        "range": "A2:E2",
        "tab": "Form responses 1",
        "cell": "paper",
        "owner": SCRIPT,
    }


def test_trigger__of_an_edit_is_told_only_what_changed(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.configure(form, allow_edits=True)
    office.emulator.forms.link(form, sheet)
    _install(office, sheet)
    sent = office.respond(ANNA, {"What for": "paper", "Tags": ["a"]})["responseId"]
    office.respond(BORIS, {"What for": "ink"})
    office.respond(ANNA, {"What for": "more paper"}, edit=sent)
    told = _told(office)
    assert told["range"] == "A2:E2"
    assert told["values"][1:] == ["", "more paper", "", ""]


def test_trigger__that_fails_does_not_lose_the_response(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    _install(office, sheet, "function submitted() { throw new Error('no'); }")
    (run,) = office.respond(ANNA, {"What for": "x"})["triggers"]
    assert not run["ok"]
    assert "no" in run["error"]
    assert len(office.responses(form)["responses"]) == 1


def test_trigger__need_not_be_waited_for(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.forms.link(form, sheet)
    _install(office, sheet)
    assert office.respond(ANNA, {"What for": "x"}, wait=False)["triggers"] == []
    office.emulator.hand.settle()
    assert _told(office)["cell"] == "x"


def test_trigger__edits_by_hand_and_forms_by_other_sheets_do_not_fire_it(office: Office, form: str) -> None:
    sheet, other = office.spreadsheet(), office.spreadsheet()
    office.emulator.forms.link(form, other)
    _install(office, sheet)
    assert office.respond(ANNA, {"What for": "x"})["triggers"] == []
    assert office.emulator.hand.type(OWNER, sheet, "Sheet1!A1", "x")["triggers"] == []


def test_form_app__links_and_configures(office: Office, form: str) -> None:
    sheet = office.spreadsheet()
    office.emulator.sheets.share(sheet, SCRIPT, "writer")
    assert _value(
        office,
        f"const f = FormApp.openById({form!r}); const before = f.getDestinationType();"
        f" f.setDestination(FormApp.DestinationType.SPREADSHEET, {sheet!r}).setAllowResponseEdits(true)"
        ".setConfirmationMessage('Спасибо').setTitle('New').setCollectEmail(true);"
        f" const tab = SpreadsheetApp.openById({sheet!r}).getSheets()[0].getName();"
        " return [before, f.getDestinationType(), f.getDestinationId(), tab, f.canEditResponse(),"
        " f.getConfirmationMessage(), f.getTitle(), f.collectsEmail(), f.isAcceptingResponses()]",
    ) == [None, "SPREADSHEET", sheet, "Form responses 1", True, "Спасибо", "New", True, True]
    shown = office.form(form)
    assert (shown["linkedSheetId"], shown["info"]["title"]) == (sheet, "New")
    _value(office, f"FormApp.openById({form!r}).removeDestination().setAcceptingResponses(false)")
    assert office.respond(ANNA, {"What for": "x"}, status=400)


def test_form_app__reads_items_and_responses(office: Office, form: str) -> None:
    first = office.respond(ANNA, {"What for": "paper", "Tags": ["a", "b"]})["responseId"]
    items = _value(
        office,
        f"return FormApp.openById({form!r}).getItems()"
        ".map((i) => [i.getTitle(), i.getHelpText(), String(i.getType()), i.getIndex()])",
    )
    assert items == [
        ["What for", "shortly", "TEXT", 0],
        ["Tags", "", "CHECKBOX", 1],
        ["Pay by", "", "DATE", 2],
    ]
    answers = (
        "const tell = (r) => [r.getId(), r.getRespondentEmail(), r.getTimestamp().getTime() > 0,"
        " r.getItemResponses().map((i) => [i.getItem().getTitle(), i.getResponse()])];"
    )
    told = [first, ANNA, True, [["What for", "paper"], ["Tags", ["a", "b"]]]]
    opened = f"const f = FormApp.openById({form!r});"
    assert _value(office, f"{answers}{opened} return f.getResponses().map(tell)") == [told]
    assert _value(office, f"{answers}{opened} return tell(f.getResponse({first!r}))") == told
    assert _value(office, f"{opened} return f.getResponses(new Date(Date.now() + 1000)).length") == 0


def test_form_app__prefills_an_address_that_the_page_understands(office: Office, form: str) -> None:
    url = _value(
        office,
        f"const f = FormApp.openById({form!r}); const [what, tags] = f.getItems();"
        " return f.createResponse().withItemResponse(what.asTextItem().createResponse('a & b'))"
        ".withItemResponse(tags.asCheckboxItem().createResponse(['a', 'b'])).toPrefilledUrl()",
    )
    parts = urlsplit(url)
    what, tags, _ = (question.id for question in office.emulator.forms.form(form).questions)
    assert parse_qsl(parts.query) == [
        *[("usp", "pp_url"), (entry(what), "a & b")],
        *[(entry(tags), "a"), (entry(tags), "b")],
    ]
    page = office.page(f"{parts.path}?{parts.query}", who=ANNA)
    assert 'value="a &amp; b"' in page.text
    assert page.text.count(" checked") == 2


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("items[0].createResponse('x')", "not a function"),
        ("items[0].isRequired()", "not a function"),
        ("items[0].asListItem()", "Invalid conversion for item type: TEXT."),
        (
            "items[1].asCheckboxItem().createResponse(['a', 'other'])",
            "Invalid response submitted to question",
        ),
    ],
)
def test_form_app__an_item_has_to_be_taken_for_what_it_is(
    office: Office, form: str, asked: str, told: str
) -> None:
    run = _run(office, f"const items = FormApp.openById({form!r}).getItems(); {asked}")
    assert told in str(run.error)


def test_form_app__is_shut_to_those_who_may_not_edit(office: Office, form: str) -> None:
    run = _run(office, f"FormApp.openById({form!r})", owner=BORIS)
    assert "No item with the given ID could be found, or you do not have permission" in str(run.error)


def test_shim__leaves_nothing_of_its_own_to_scripts(office: Office) -> None:
    assert _value(office, "return typeof shim_ + typeof call_python") == "undefinedundefined"


def test_trigger__of_the_form_itself_has_the_response(office: Office, form: str) -> None:
    source = (
        f"function install() {{ ScriptApp.newTrigger('came').forForm({form!r}).onFormSubmit().create(); }}"
        " function came(e) { PropertiesService.getScriptProperties().setProperty('told', JSON.stringify("
        "[Object.keys(e).sort(), e.source.getId(), e.response.getId(), e.response.getRespondentEmail(),"
        " e.response.getItemResponses().map((i) => i.getResponse()),"
        " ScriptApp.getProjectTriggers().map((t) => t.getTriggerSource())])); }"
    )
    office.emulator.scripts.deploy("p", SCRIPT, source)
    assert office.emulator.scripts.run("p", "install").ok
    answer = office.respond(ANNA, {"What for": "paper"})
    assert [run["ok"] for run in answer["triggers"]] == [True]
    keys = ["authMode", "response", "source", "triggerUid"]
    assert _told(office) == [keys, form, answer["responseId"], ANNA, ["paper"], ["FORMS"]]
