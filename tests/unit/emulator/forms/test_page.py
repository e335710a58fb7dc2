"""The respondent's page over HTTP: what it shows, what it takes, and what it will not run."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sheetflow.emulator.forms.model import FORM
from tests.unit.emulator.forms.office import ANNA, BORIS, Office, asking, choice, entry, text, words

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{191919*7}}"


SCRIPT = "/forms/static/form.js"


class Fields(HTMLParser):
    """A page's fields, labels and links; its tags without the script that it is served with."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[dict[str, str]] = []
        self.labels: set[str] = set()
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.described: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        about = {name: value or "" for name, value in attrs}
        if about.get("src") != SCRIPT:
            self.tags.append(tag)
        assert not any(name.startswith("on") or name == "style" for name in about), about
        if tag in ("input", "select", "textarea"):
            self.fields.append({"tag": tag, **about})
        if tag == "label" and "for" in about:
            self.labels.add(about["for"])
        if tag == "a":
            self.links.append(about["href"])
        if "id" in about:
            assert about["id"] not in self.ids
            self.ids.add(about["id"])
        self.described += about.get("aria-describedby", "").split()

    def named(self, name: str) -> list[dict[str, str]]:
        """The fields of that name."""
        return [one for one in self.fields if one.get("name") == name]


@pytest.fixture
def form(office: Office) -> str:
    form = office.create("Payment request")
    office.add(
        form,
        text("What for", required=True, description="In one line"),
        text("Purpose", paragraph=True),
        choice("Currency", "DROP_DOWN", "RUB", "USD"),
        choice("Tags", "CHECKBOX", "a", "b", other=True),
        choice("Send", "RADIO", "now", "later", required=True),
        asking("Pay by", dateQuestion={"includeYear": True}),
        asking("How sure", scaleQuestion={"low": 1, "high": 3, "lowLabel": "not", "highLabel": "very"}),
        {"title": "Section", "description": "More", "pageBreakItem": {}},
        asking("Birthday", dateQuestion={}),
    )
    return form


def _ids(office: Office, form: str) -> list[str]:
    return [question.id for question in office.emulator.forms.form(form).questions]


def _view(form: str) -> str:
    return f"/forms/d/e/{form}/viewform"


def test_page__shows_every_question_with_a_label(office: Office, form: str) -> None:
    page = office.page(_view(form), who=ANNA)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    found = Fields(page.text)
    what, purpose, currency, tags, send, by, sure, birthday = _ids(office, form)
    for question in (what, purpose, currency, by, birthday):
        (field,) = found.named(entry(question))
        assert field["id"] in found.labels
    assert found.named(entry(what))[0]["aria-required"] == "true"
    assert found.named(entry(purpose))[0]["tag"] == "textarea"
    assert found.named(entry(by))[0]["type"] == "date"
    assert [one["value"] for one in found.named(entry(tags))] == ["a", "b", "__other_option__"]
    assert {one["type"] for one in found.named(entry(send))} == {"radio"}
    assert [one["value"] for one in found.named(entry(sure))] == ["1", "2", "3"]
    assert set(found.described) <= found.ids
    shown = words(page)
    for wanted in (
        "Payment request",
        "In one line",
        "Section",
        "More",
        "not",
        "very",
        f"{ANNA} will be recorded",
    ):
        assert wanted in shown
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page.text
    assert '<html lang="en">' in page.text


def test_page__is_reached_by_all_its_addresses(office: Office, form: str) -> None:
    public = urlsplit(office.form(form)["responderUri"]).path
    pages = [office.page(path, who=ANNA) for path in (public, _view(form), f"/forms/d/{form}/viewform")]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert len({page.text for page in pages}) == 1
    lost = office.page(_view("nothing"))
    assert lost.status_code == 404
    assert "There is no such form." in lost.text


def test_page__runs_its_own_script_alone_and_loads_nothing_foreign(office: Office, form: str) -> None:
    page = office.page(_view(form), who=ANNA)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    for kind in ("script-src", "style-src", "connect-src", "form-action", "frame-ancestors"):
        assert policy[kind] == "'self'"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert not {"script", "style", "iframe"} & set(Fields(page.text).tags)
    for name, kind in (("form.css", "text/css"), ("form.js", "text/javascript")):
        found = office.page(f"/forms/static/{name}")
        assert (found.status_code, found.headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert office.page("/forms/static/base.html").status_code == 404


def test_script__has_its_words_in_the_pages_language(office: Office) -> None:
    said = {hl: office.page("/forms/static/words.json", hl=hl).json() for hl in ("en", "ru", "xx")}
    assert said["xx"] == said["en"]
    assert said["en"].keys() == said["ru"].keys()
    assert said["ru"]["required"] == "Это обязательный вопрос."
    for name in re.findall(r"\bsay\.(\w+)", office.page(SCRIPT).text):
        assert name in said["en"]


def test_page__speaks_the_forms_language(office: Office, form: str) -> None:
    office.emulator.forms.configure(form, language="ru")
    page = office.page(_view(form), who=ANNA)
    assert '<html lang="ru">' in page.text
    assert "Отправить" in page.text
    assert "Это обязательный вопрос." in office.send(form, {}, who=ANNA).text
    assert "Submit" in office.page(_view(form), who=ANNA, hl="en").text


def test_send__keeps_a_response(office: Office, form: str) -> None:
    what, purpose, currency, tags, send, by, sure, birthday = _ids(office, form)
    page = office.send(
        form,
        {
            entry(what): " Paper & ink ",
            entry(purpose): "two\r\nlines",
            entry(currency): "RUB",
            entry(tags): ["a", "__other_option__"],
            f"{entry(tags)}.other_option_response": "mine",
            entry(send): "now",
            entry(by): "2026-12-31",
            entry(sure): "2",
            entry(birthday): "5-9",
        },
        who=ANNA,
    )
    assert page.status_code == 200
    assert "Your response has been recorded." in page.text
    (one,) = office.responses(form)["responses"]
    assert one["respondentEmail"] == ANNA
    assert {key: [v["value"] for v in a["textAnswers"]["answers"]] for key, a in one["answers"].items()} == {
        what: [" Paper & ink "],
        purpose: ["two\nlines"],
        currency: ["RUB"],
        tags: ["a", "mine"],
        send: ["now"],
        by: ["2026-12-31"],
        sure: ["2"],
        birthday: ["05-09"],
    }


def test_send__says_what_is_wrong_beside_it_and_keeps_the_rest(office: Office, form: str) -> None:
    what, purpose, currency, tags, _, by, *_ = _ids(office, form)
    page = office.send(
        form,
        {
            entry(purpose): "kept <b>",
            entry(currency): "EUR",
            entry(tags): ["b", "__other_option__"],
            f"{entry(tags)}.other_option_response": "mine",
            entry(by): "yesterday",
        },
        who=ANNA,
    )
    assert page.status_code == 400
    assert office.responses(form) == {}
    found = Fields(page.text)
    for question in (what, currency, by):
        (field,) = found.named(entry(question))
        assert field["aria-invalid"] == "true"
        assert f"{field['id']}-problem" in field["aria-describedby"]
        assert f"{field['id']}-problem" in found.ids
    assert f"#{found.named(entry(what))[0]['id']}-row" in found.links
    assert page.text.count("This is a required question.") == 2
    assert "EUR is not one of the options." in page.text
    assert "kept &lt;b&gt;" in page.text
    checked = [one["value"] for one in found.named(entry(tags)) if "checked" in one]
    assert checked == ["b", "__other_option__"]
    assert found.named(f"{entry(tags)}.other_option_response")[0]["value"] == "mine"


def test_sign_in__is_asked_where_the_form_wants_a_person(office: Office, form: str) -> None:
    what, *_ = _ids(office, form)
    page = office.page(_view(form), **{"usp": "pp_url", entry(what): "kept"})
    assert page.status_code == 401
    found = Fields(page.text)
    assert found.named("as")[0]["id"] in found.labels
    assert found.named(entry(what))[0]["value"] == "kept"
    signed = office.page(_view(form), **{"as": ANNA, entry(what): "kept"})
    assert signed.status_code == 200
    assert Fields(signed.text).named("as")[0]["value"] == ANNA
    assert office.send(form, {entry(what): "x"}).status_code == 401
    by_cookie = office.session.get(office.root + _view(form), headers={"Cookie": f"local_account={ANNA}"})
    assert f"{ANNA} will be recorded" in words(by_cookie)


def test_sign_in__by_name_works_on_this_machine_only(office: Office, form: str) -> None:
    headers = {"Host": "evil.example"}
    page = office.session.get(office.root + _view(form), params={"as": ANNA}, headers=headers)
    assert page.status_code == 401
    assert office.page(_view(form), **{"as": "not an address"}).status_code == 401


def test_send__from_another_site_is_refused(office: Office, form: str) -> None:
    what, _, _, _, send, *_ = _ids(office, form)
    fields = {"as": ANNA, entry(what): "x", entry(send): "now"}
    assert office.send(form, fields, Origin="https://evil.example").status_code == 403
    assert office.responses(form) == {}
    assert office.send(form, fields, Origin=office.root).status_code == 200


def test_emails__that_respondents_type(office: Office) -> None:
    form = office.create()
    (question,) = office.add(form, text("Q"))
    settings = {"settings": {"emailCollectionType": "RESPONDER_INPUT"}, "updateMask": "*"}
    office.batch(form, {"updateSettings": settings})
    page = office.page(_view(form))
    assert page.status_code == 200
    assert Fields(page.text).named("emailAddress")[0]["type"] == "email"
    wrong = office.send(form, {"emailAddress": "nope", entry(question): "x"})
    assert wrong.status_code == 400
    assert "Must be a valid email address." in wrong.text
    assert office.send(form, {"emailAddress": "a@b.example", entry(question): "x"}).status_code == 200
    (one,) = office.responses(form)["responses"]
    assert one["respondentEmail"] == "a@b.example"


def test_prefill__fills_the_fields(office: Office, form: str) -> None:
    what, _, currency, tags, send, by, sure, _ = _ids(office, form)
    query = {
        "usp": "pp_url",
        entry(what): NASTY,
        entry(currency): "USD",
        entry(tags): ["a", "__other_option__"],
        f"{entry(tags)}.other_option_response": "mine",
        entry(send): "later",
        f"{entry(by)}_year": "2026",
        f"{entry(by)}_month": "3",
        f"{entry(by)}_day": "4",
        entry(sure): "3",
    }
    page = office.page(_view(form), who=ANNA, **query)
    found = Fields(page.text)
    assert found.named(entry(what))[0]["value"] == NASTY
    assert found.named(entry(by))[0]["value"] == "2026-03-04"
    assert '<option value="USD" selected>' in page.text
    for question, values in ((tags, ["a", "__other_option__"]), (send, ["later"]), (sure, ["3"])):
        assert [one["value"] for one in found.named(entry(question)) if "checked" in one] == values
    assert found.named(f"{entry(tags)}.other_option_response")[0]["value"] == "mine"


def test_nothing__that_people_write_becomes_markup(office: Office) -> None:
    form = office.create(NASTY)
    graded = {
        "grid": {"columns": {"type": "RADIO", "options": [{"value": NASTY}]}},
        "questions": [{"rowQuestion": {"title": NASTY}}],
    }
    scale = {"low": 1, "high": 2, "lowLabel": NASTY, "highLabel": NASTY}
    ids = office.add(
        form,
        text(NASTY, description=NASTY),
        text(NASTY, paragraph=True),
        choice(NASTY, "RADIO", NASTY, other=True),
        choice(NASTY, "CHECKBOX", NASTY),
        choice(NASTY, "DROP_DOWN", NASTY),
        asking(NASTY, scaleQuestion=scale),
        {"title": NASTY, "description": NASTY, "pageBreakItem": {}},
        {"title": NASTY, "textItem": {}},
        {"title": NASTY, "imageItem": {"image": {"altText": NASTY}}},
        {"title": NASTY, "questionGroupItem": graded},
    )
    office.emulator.forms.add_upload_question(form, NASTY)
    info = {"info": {"description": NASTY}, "updateMask": "description"}
    office.batch(form, {"updateFormInfo": info})
    office.emulator.forms.configure(form, allow_edits=True, confirmation=NASTY)
    wrong = {entry(ids[3]): ["<i>no</i>"]}
    good = {entry(ids[0]): NASTY, entry(ids[1]): NASTY, entry(ids[2]): ["__other_option__"]}
    good[f"{entry(ids[2])}.other_option_response"] = "<u>own</u>"
    upload = {entry(office.emulator.forms.form(form).questions[-1].id): ("<b>.txt", b"x", "text/plain")}
    pages = [
        office.page(_view(form), who=ANNA),
        office.page(_view(form)),
        office.send(form, wrong, who=ANNA),
        office.send(form, good, who=ANNA, files=upload),
    ]
    pages.append(office.page(Fields(pages[-1].text).links[0], who=ANNA))
    assert [page.status_code for page in pages] == [200, 401, 400, 200, 200]
    for page in pages:
        assert not {"script", "img", "i", "u", "b"} & set(Fields(page.text).tags)
        assert "1343433" not in page.text
        assert html.escape("<script>", quote=False) in page.text


def test_edit__by_the_link_that_the_page_gives(office: Office, form: str) -> None:
    office.emulator.forms.configure(form, allow_edits=True)
    what, _, _, tags, send, *_ = _ids(office, form)
    fields = {entry(what): "x", entry(tags): ["b"], entry(send): "now"}
    done = office.send(form, fields, who=ANNA)
    link = Fields(done.text).links[0]
    token = parse_qs(urlsplit(link).query)["edit2"][0]
    page = office.page(link, who=ANNA)
    found = Fields(page.text)
    assert found.named(entry(what))[0]["value"] == "x"
    assert [one["value"] for one in found.named(entry(tags)) if "checked" in one] == ["b"]
    assert found.named("edit2")[0]["value"] == token
    assert office.send(form, {**fields, entry(what): "y", "edit2": token}, who=ANNA).status_code == 200
    (one,) = office.responses(form)["responses"]
    assert one["answers"][what]["textAnswers"]["answers"] == [{"value": "y"}]
    assert one["lastSubmittedTime"] > one["createTime"]
    assert office.send(form, {**fields, "edit2": token}, who=BORIS).status_code == 403
    assert "may not edit" in office.page(link, who=BORIS).text
    assert office.page(_view(form), who=ANNA, edit2="wrong").status_code == 404


def test_edit__has_no_link_where_the_form_does_not_allow_it(office: Office, form: str) -> None:
    what, _, _, _, send, *_ = _ids(office, form)
    done = office.send(form, {"as": ANNA, entry(what): "x", entry(send): "now"})
    assert [link for link in Fields(done.text).links if "edit2" in link] == []
    office.emulator.forms.configure(form, confirmation="Thanks!\nSee you", show_another=False)
    done = office.send(form, {"as": ANNA, entry(what): "x", entry(send): "now"})
    assert "Thanks!\nSee you" in done.text
    assert Fields(done.text).links == []


def test_closed__says_so(office: Office, form: str) -> None:
    body = {"publishSettings": {"publishState": {"isPublished": False, "isAcceptingResponses": False}}}
    office.api().setPublishSettings(formId=form, body=body).execute()
    page = office.page(_view(form), who=ANNA)
    assert page.status_code == 200
    assert "no longer accepting responses" in page.text
    assert Fields(page.text).fields == []
    assert office.send(form, {}, who=ANNA).status_code == 403


def test_once__is_told_before_the_form_is_filled(office: Office, form: str) -> None:
    office.emulator.forms.configure(form, limit_one=True)
    what, _, _, _, send, *_ = _ids(office, form)
    done = office.send(form, {entry(what): "x", entry(send): "now"}, who=ANNA)
    assert Fields(done.text).links == []
    assert "already responded" in words(office.page(_view(form), who=ANNA))


def test_files__are_taken_kept_and_refused(office: Office) -> None:
    form = office.create("F")
    office.emulator.forms.add_upload_question(
        form, "Invoice", required=True, types=("PDF", "IMAGE"), max_files=2, max_file_size=1024 * 1024
    )
    office.emulator.forms.configure(form, allow_edits=True)
    (question,) = _ids(office, form)
    page = office.page(_view(form), who=ANNA)
    (field,) = Fields(page.text).named(entry(question))
    assert "multiple" in field
    assert ".pdf" in field["accept"]
    assert "image/*" in field["accept"]
    assert "Up to 2 file(s), 1 MB each." in page.text

    pdf = ("Счёт 1.pdf", b"%PDF-1.7", "application/pdf")
    too_long = ("big.pdf", b"x" * (1024 * 1024 + 1), "application/pdf")
    program = ("run.exe", b"MZ", "application/octet-stream")
    for files, told in (([], "required question"), ([too_long], "too large"), ([program], "accepted type")):
        wrong = office.send(
            form, {"x": "y"}, who=ANNA, files=[(entry(question), one) for one in files] or None
        )
        assert wrong.status_code == 400
        assert told in wrong.text
        assert "Files have to be chosen again." in wrong.text
    done = office.send(form, {}, who=ANNA, files=[(entry(question), pdf)])
    assert done.status_code == 200
    (one,) = office.responses(form)["responses"]
    (file,) = one["answers"][question]["fileUploadAnswers"]["answers"]
    assert (file["fileName"], file["mimeType"]) == ("Счёт 1 - anna.pdf", "application/pdf")
    assert office.emulator.drive.bytes(file["fileId"]) == b"%PDF-1.7"

    edit = office.page(Fields(done.text).links[0], who=ANNA)
    (kept,) = Fields(edit.text).named(f"{entry(question)}.keep")
    assert (kept["value"], "checked" in kept) == (file["fileId"], True)
    fields = {"edit2": Fields(edit.text).named("edit2")[0]["value"], kept["name"]: kept["value"]}
    assert (
        office.send(
            form, fields, who=ANNA, files=[(entry(question), pdf), (entry(question), pdf)]
        ).status_code
        == 400
    )
    assert office.send(form, fields, who=ANNA, files=[(entry(question), pdf)]).status_code == 200
    (one,) = office.responses(form)["responses"]
    assert len(one["answers"][question]["fileUploadAnswers"]["answers"]) == 2
    stranger = {**fields, kept["name"]: "another"}
    assert office.send(form, stranger, who=ANNA).status_code == 400


def test_page__draws_rows_of_a_grid(office: Office) -> None:
    form = office.create()
    grid = {
        "grid": {"columns": {"type": "RADIO", "options": [{"value": "1"}, {"value": "2"}]}},
        "questions": [
            {"rowQuestion": {"title": "Speed"}, "required": True},
            {"rowQuestion": {"title": "Price"}},
        ],
    }
    speed, price = office.add(form, {"title": "Rate us", "questionGroupItem": grid})
    page = office.send(form, {entry(price): "1"}, who=ANNA)
    assert page.status_code == 400
    legends = re.findall(r"<legend>(.*?)</legend>", page.text)
    assert [re.sub(r"\s*<.*", "", legend) for legend in legends] == ["Speed", "Price"]
    assert office.send(form, {entry(price): "1", entry(speed): "2"}, who=ANNA).status_code == 200


def test_page__a_form_of_drives_own_making_is_blank(office: Office) -> None:
    made = office.emulator.files.add("New", FORM, "owner@firm.example")
    assert office.form(made.id)["info"] == {"documentTitle": "New"}
    assert office.page(_view(made.id), who=ANNA).status_code == 200
