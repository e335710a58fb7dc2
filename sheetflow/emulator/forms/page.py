"""The respondent's page: the form as HTML, what it sends, and what it answers.

Paths and field names are Google's (`/forms/d/e/…/viewform`, `formResponse`, `entry.<n>`, `__other_option__`,
`edit2`), so that prefilled links and scripts that post to a form work. The page needs no script: the one that
it has checks answers as they are typed, shows the files that were chosen and how far they are sent.

Google's sign-in has a stand-in, of use on loopback alone: `Authorization: Bearer local:<email>`, a field or
parameter `as`, or the cookie `local_account`.
"""

from __future__ import annotations

import functools
from importlib.resources import files as resource_files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import jinja2
from flask import Blueprint, Response, jsonify, request

from sheetflow.emulator.control_routes import LOCAL_NAMES
from sheetflow.emulator.forms import words
from sheetflow.emulator.forms.answers import EMAIL, Given, Upload, max_size
from sheetflow.emulator.forms.fields import OTHER, blocks, cards
from sheetflow.emulator.forms.intake import InvalidAnswers, Refusal
from sheetflow.emulator.wire import GoogleError

if TYPE_CHECKING:
    from sheetflow.emulator.emulator import Emulator
    from sheetflow.emulator.forms.answers import Problem
    from sheetflow.emulator.forms.items import Question
    from sheetflow.emulator.forms.model import Form
    from sheetflow.emulator.forms.responses import Response as Kept

COOKIE = "local_account"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("sheetflow.emulator.forms"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def blueprint(emulator: Emulator) -> Blueprint:
    """The pages, over `emulator`."""
    routes = Blueprint("forms_page", __name__, url_prefix="/forms")
    forms = emulator.forms

    @routes.after_request
    def sealed(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @routes.errorhandler(GoogleError)
    def refused(error: GoogleError) -> Response:
        text = words.PAGE["en"]["not_found"] if error.code == 404 else error.message
        return _message("en", text, "", status=error.code)

    @routes.get("/static/<any('form.css','form.js'):name>")
    def static(name: str) -> Response:
        data = resource_files("sheetflow.emulator.forms").joinpath(f"templates/{name}").read_bytes()
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return Response(data, content_type=f"{kind}; charset=utf-8")

    @routes.get("/static/words.json")
    def spoken() -> Response:
        return jsonify(words.of_script(request.args.get("hl", "")))

    @routes.get("/d/e/<form_id>/viewform")
    @routes.get("/d/<form_id>/viewform")
    def viewed(form_id: str) -> Response:
        visit = _Visit(emulator, forms.form(form_id))
        try:
            forms.intake.admit(visit.form, visit.person, visit.edited)
        except Refusal as refusal:
            return visit.refused(refusal, sending=False)
        return visit.page(visit.prefilled(), {})

    @routes.post("/d/e/<form_id>/formResponse")
    @routes.post("/d/<form_id>/formResponse")
    def sent(form_id: str) -> Response:
        _guard_origin()
        visit = _Visit(emulator, forms.form(form_id))
        given = visit.given()
        try:
            done, _ = emulator.respondent.send(visit.form.id, visit.person, given, visit.edited, wait=False)
        except Refusal as refusal:
            return visit.refused(refusal, sending=True)
        except InvalidAnswers as problem:
            return visit.page(given, problem.problems)
        return visit.confirmed(done.response)

    return routes


def _guard_origin() -> None:
    """A page of another site must not answer in somebody's name: here the name alone is the key.

    Raises:
        GoogleError: 403.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise GoogleError(403, "PERMISSION_DENIED", f"Not from this site: {origin}")


class _Visit:
    """One request for a form by one respondent.

    Attributes:
        form: what is asked for.
        person: who is signed in, "" for nobody.
        edited: the response that `edit2` leads to.
    """

    def __init__(self, emulator: Emulator, form: Form) -> None:
        self.form = form
        self._emulator = emulator
        self._named = request.values.get("as", "").strip().lower()
        self.person = self._who()
        self._token = request.values.get("edit2", "")
        self.edited: Kept | None = None
        if self._token:
            self.edited = emulator.forms.responses.editable(form.id, self._token)
            if self.edited is None:
                raise GoogleError(404, "NOT_FOUND", "Requested entity was not found.")
        self.language = words.language_of(request.args.get("hl") or form.options.language)

    def _who(self) -> str:
        header = request.headers.get("Authorization")
        if header:
            return self._emulator.identity.caller(header)
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        told = self._named or request.cookies.get(COOKIE, "").strip().lower()
        return told if name.lower() in LOCAL_NAMES and EMAIL.fullmatch(told) else ""

    def url(self, action: str, **query: str) -> str:
        """An address of this form, which keeps who was named in the address."""
        if self._named:
            query["as"] = self._named
        path = f"/forms/d/e/{self.form.published_id}/{action}"
        return f"{path}?{urlencode(query)}" if query else path

    def page(self, given: Given, problems: dict[str, Problem]) -> Response:
        """The form, with what was given and what is wrong with it."""
        told = {key: words.sentence(problem, self.language) for key, problem in problems.items()}
        return self._render(
            "viewform.html",
            400 if problems else 200,
            action=self.url("formResponse"),
            switch=f"/forms/d/e/{self.form.published_id}/viewform" if self._named else "",
            named=self._named,
            token=self._token,
            person=self.person,
            email=given.email,
            email_problem=told.get("email", ""),
            cards=cards(blocks(self.form.items, given, told, self.edited)),
            problems=told,
            has_files=any(question.kind == "file" for question in self.form.questions),
            collection=self.form.email_collection,
        )

    def confirmed(self, response: Kept) -> Response:
        """What stands there after a response was taken."""
        options = self.form.options
        edit = self.url("viewform", edit2=response.edit_token) if options.allow_edits else ""
        another = self.url("viewform") if options.show_another and not options.limit_one else ""
        text = options.confirmation or self._words["confirmation"]
        return self._render("message.html", 200, text=text, help="", done=True, edit=edit, another=another)

    def refused(self, refusal: Refusal, *, sending: bool) -> Response:
        """Why somebody cannot respond; who is not signed in is asked who it is."""
        if refusal.word == "sign_in":
            kept = [(n, v) for n, v in request.args.items(multi=True) if n not in ("as", "hl")]
            target = f"/forms/d/e/{self.form.published_id}/viewform"
            return self._render("sign_in.html", 401, action=target, kept=kept)
        helping = self._words.get(f"{refusal.word}_help", "")
        status = 403 if sending else 200
        text = self._words[refusal.word]
        return self._render("message.html", status, text=text, help=helping, done=False, edit="", another="")

    def given(self) -> Given:
        """What the page sent."""
        given = Given(email=request.form.get("emailAddress", ""))
        for question in self.form.questions:
            name = f"entry.{question.entry}"
            if question.kind == "file":
                uploads = [one for one in request.files.getlist(name) if one.filename]
                limit = max_size(question) + 1
                given.files[question.id] = [
                    Upload(one.filename or "", one.content_type or "", one.stream.read(limit))
                    for one in uploads
                ]
                given.kept[question.id] = request.form.getlist(f"{name}.keep")
            else:
                given.values[question.id] = _values(question, request.form)
        return given

    def prefilled(self) -> Given:
        """What the address fills in, or what the response to be edited holds."""
        given = Given(email=request.args.get("emailAddress", ""))
        if self.edited is not None:
            given.email = self.edited.email
            for key, answer in self.edited.answers.items():
                texts = answer.get("textAnswers", {}).get("answers", ())
                given.values[key] = [one.get("value", "") for one in texts]
                given.kept[key] = [
                    one["fileId"] for one in answer.get("fileUploadAnswers", {}).get("answers", ())
                ]
        for question in self.form.questions:
            if values := _values(question, request.args):
                given.values[question.id] = values
        return given

    @property
    def _words(self) -> Any:
        return words.PAGE[self.language]

    def _render(self, template: str, status: int, **values: Any) -> Response:
        html = (
            _environment()
            .get_template(template)
            .render(form=self.form, title=self.form.title, language=self.language, say=self._words, **values)
        )
        return Response(html, status, content_type="text/html; charset=utf-8")


def _values(question: Question, sent: Any) -> list[str]:
    """The texts of a question in a form's fields or an address."""
    name = f"entry.{question.entry}"
    values = list(sent.getlist(name))
    if OTHER in values:
        own = sent.getlist(f"{name}.other_option_response")
        values = [value for value in values if value != OTHER] + own
    if not values and question.kind == "date" and sent.get(f"{name}_month"):
        parts = [sent.get(f"{name}_{part}", "") for part in ("year", "month", "day")]
        time = [sent.get(f"{name}_{part}", "").zfill(2) for part in ("hour", "minute")]
        text = "-".join(part.zfill(2) for part in parts if part)
        values = [f"{text} {':'.join(time)}" if sent.get(f"{name}_hour") else text]
    if not values and question.kind == "time" and sent.get(f"{name}_hour"):
        values = [f"{sent.get(f'{name}_hour')}:{sent.get(f'{name}_minute', '0').zfill(2)}"]
    return values


def _message(language: str, text: str, helping: str, *, status: int) -> Response:
    """A page about no form in particular."""
    html = (
        _environment()
        .get_template("message.html")
        .render(
            form=None,
            title=text,
            language=language,
            say=words.PAGE[language],
            text=text,
            help=helping,
            done=False,
            edit="",
            another="",
        )
    )
    return Response(html, status, content_type="text/html; charset=utf-8")
