"""The pages as HTML. Autoescaped, without scripts, the one stylesheet allowed by its hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sheetflow.core.options import Option
from sheetflow.core.rulebook import Rulebook
from sheetflow.model.events import Event, Refusal
from sheetflow.pages.texts import Texts, fill, load_texts
from sheetflow.pages.timeline import timeline
from sheetflow.pages.view import Visit, request_view

_TEMPLATES = Path(__file__).parent / "templates"
_CSS = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
_CSS_HASH = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_CSS_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, nofollow",
}
"""What every page is sent with: it may load nothing, be framed by nobody and be kept by no cache."""


class Pages:
    """The request page and the short pages that answer an act. `folder`: where the templates' words are."""

    def __init__(self, folder: Path) -> None:
        self.texts: dict[str, Texts] = load_texts(folder)
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._environment.globals["css"] = Markup(_CSS)  # noqa: S704 - our own file

    def request(
        self,
        visit: Visit,
        steps: Sequence[Option],
        *,
        link_token: str,
        form_token: str,
        events: Sequence[Event] | None = None,
    ) -> str:
        """The request page.

        Args:
            visit: who looks at what.
            steps: what they may do, from `core.options`.
            link_token: the link that they came by, for the links on the page.
            form_token: the same link, saying what this page shows: it goes with every act.
            events: the whole history, None where it was not asked for.
        """
        text = visit.text["page"]
        view = request_view(visit, steps)
        return self._environment.get_template("request.html.j2").render(
            language=visit.language,
            title=fill(text["title"], id=view.id),
            text=text,
            view=view,
            used=visit.used,
            amount_help=fill(text["amount_help"], currency=view.currency),
            moments=None if events is None else timeline(visit, events),
            link_token=link_token,
            form_token=form_token,
        )

    def done(self, visit: Visit, act: str, *, link_token: str, asked: bool = False) -> str:
        """After an act was accepted. `asked`: it waits for a second person."""
        results, words = visit.text["results"], visit.words
        facts = {"id": visit.request.id, "act": words.label("acts", act)}
        key = "asked" if asked else "done_comment" if act == "comment" else "done"
        return self._message(
            visit.language,
            results["asked_title" if asked else "done_title"],
            [fill(results[key], **facts), results["done_close"]],
            link_token=link_token,
            link_label=results["show_request"],
        )

    def refused(self, visit: Visit, refusal: Refusal, *, link_token: str) -> str:
        """After an act was refused: the rule's own words."""
        results = visit.text["results"]
        return self._message(
            visit.language,
            results["not_done_title"],
            visit.words.refusal(refusal),
            rule=refusal.rule,
            link_token=link_token,
            link_label=results["show_request"],
        )

    def link_refused(self, language: str, book: Rulebook, rule: str, request: str = "") -> str:
        """A link that opens nothing."""
        lines = book.for_person(language).refusal(Refusal(rule, request, "", {}))
        return self._message(language, self.texts[language]["results"]["refused_title"], lines, rule=rule)

    def notice(self, language: str, key: str, title: str = "", **facts: str) -> str:
        """One of the sentences in [results] under its title."""
        results = self.texts[language]["results"]
        return self._message(language, results[f"{title or key}_title"], [fill(results[key], **facts)])

    def _message(
        self,
        language: str,
        title: str,
        lines: Sequence[str],
        *,
        rule: str = "",
        link_token: str = "",
        link_label: str = "",
    ) -> str:
        return self._environment.get_template("message.html.j2").render(
            language=language,
            title=title,
            lines=lines,
            rule=rule,
            link_token=link_token,
            link_label=link_label,
        )  # fmt: skip
