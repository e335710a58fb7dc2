"""The pages' frame over HTTP: `/`, `/sheet`, …, their static files, and the events that keep them live.

A page is a template of its own name in `templates/`, its words a group of that name in `workspace.toml`, its
script and style `static/<name>/`. What it shows, its script asks Google's own paths for.

Nothing inline is allowed to run or to style, nothing comes from elsewhere, and no foreign page may frame it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sheetflow import runtime
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.emulator.control_routes import guard_host, guard_loopback
from sheetflow.emulator.wire import GoogleError
from sheetflow.templates.texts import Texts, load_texts
from sheetflow.workspace import cast
from sheetflow.workspace.web import calendar

if TYPE_CHECKING:
    from sheetflow.workspace.local import LocalWorkspace

PAGES = ("sheet", "form", "mail", "drive", "calendar", "tasks", "activity")
"""The pages beside the first one, in the bar's order; one without a template is not there."""
PERSON, LANGUAGE, THEME = "local_account", "workspace_language", "workspace_theme"
"""Cookies: who somebody is (the form's page knows it too), and how they like the pages."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self' blob:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOLDER = Path(__file__).parent
FILE = "workspace.toml"


class Pages:
    """The pages of one workspace."""

    def __init__(self, workspace: LocalWorkspace, folder: Path = FOLDER) -> None:
        self._workspace, self._folder = workspace, folder
        templates = runtime.templates_folder()
        self.texts: dict[str, Texts] = load_texts(templates, FILE, LANGUAGES)
        self._events = {
            language: texts["events"]
            for language, texts in load_texts(templates, "page.toml", LANGUAGES).items()
        }
        self._rules = {
            language: {rule: sentence["says"] for rule, sentence in words.sentences["rules"].items()}
            for language, words in runtime.load_rulebook_words(templates).items()
        }
        self._calendar = calendar.CalendarPart(workspace)
        self._environment = Environment(
            loader=FileSystemLoader(folder / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    @property
    def names(self) -> list[str]:
        """The pages that there are."""
        return [name for name in PAGES if (self._folder / "templates" / f"{name}.html").exists()]

    def page(self, name: str) -> str:
        """A page as this request's person likes it."""
        place = {**self._workspace.describe(), "time_zone": self._workspace.time_zone}
        texts, theme = self.texts[self.language], request.cookies.get(THEME)
        people, me = self._people(texts), request.cookies.get(PERSON, "")
        person = next((each for each in people if each["email"] == me), people[0])
        return self._environment.get_template(f"{name}.html").render(
            name=name,
            pages=self.names,
            text=texts,
            words={"shell": texts["shell"], **texts.get("words", {}), **self._told(name), name: texts[name]},
            language=self.language,
            languages=[(each, self.texts[each]["shell"]["language"]) for each in LANGUAGES],
            theme=theme if theme in ("light", "dark") else "auto",
            place=place,
            company=cast.COMPANY[self._workspace.language],
            people=people,
            me=person,
            part=self._calendar.show(str(person["email"]), self.language) if name == "calendar" else None,
            vendored=(self._folder / "static" / "vendor" / "tabulator").is_dir(),
        )  # fmt: skip

    def _told(self, name: str) -> dict[str, Mapping[str, str]]:
        """What a page's script says beside the words of its own: Activity names events and rules."""
        if name != "activity":
            return {}
        return {"events": self._events[self.language], "rules": self._rules[self.language]}

    @property
    def language(self) -> str:
        """The language that was chosen here, or the registry's."""
        chosen = request.cookies.get(LANGUAGE)
        return chosen if chosen in self.texts else self._workspace.language

    def _people(self, texts: Texts) -> list[dict[str, Any]]:
        """Everybody, with their roles in words, initials and one of eight colours."""
        found = [
            {
                "email": str(each["email"]),
                "name": str(each["name"]),
                "role": ", ".join(texts["roles"][role] for role in each["roles"]),  # type: ignore[attr-defined]
                "initials": "".join(part[0] for part in str(each["name"]).split()[:2]),
            }
            for each in cast.people(self._workspace.language)
        ]
        robot = {"email": cast.OWNER, "name": texts["roles"]["robot_name"], "role": texts["roles"]["robot"]}
        return [
            {**each, "color": number % 8}
            for number, each in enumerate([*found, {**robot, "initials": "⚙"}])
        ]  # fmt: skip


def blueprint(workspace: LocalWorkspace) -> Blueprint:
    """The routes of all pages over one workspace."""
    routes = Blueprint(
        "workspace_pages", __name__, static_folder=FOLDER / "static", static_url_path="/workspace/static"
    )
    pages = Pages(workspace)
    calendar.serve(routes)
    routes.before_request(guard_loopback)
    routes.before_app_request(guard_host)  # Google's paths too: with pages there are browsers

    @routes.after_request
    def sealed(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Cache-Control"] = "no-cache"
        return response

    @routes.get("/")
    def home() -> str:
        return pages.page("home")

    @routes.get("/<name>")
    def page(name: str) -> str:
        if name not in pages.names:
            raise GoogleError(404, "NOT_FOUND", f"There is no page /{name}.")
        return pages.page(name)

    @routes.get("/workspace/events")
    def events() -> Response:
        after = request.headers.get("Last-Event-ID") or request.args.get("after", "")
        stream = Response(workspace.stream.since(after), content_type="text/event-stream; charset=utf-8")
        stream.headers["X-Accel-Buffering"] = "no"
        return stream

    @routes.get("/workspace/passes")
    def passes() -> Response:
        since = request.args.get("since", default=0, type=int)
        return jsonify(passes=workspace.passes.since(since))

    return routes
