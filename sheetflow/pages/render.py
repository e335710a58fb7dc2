"""The pages as HTML. Autoescaped; whatever is no text of a template is a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sheetflow.core.mentions import handles
from sheetflow.core.options import Option
from sheetflow.core.policy.steps import needed
from sheetflow.core.rulebook import Rulebook, Words
from sheetflow.model.events import Event, Refusal
from sheetflow.model.money import format_money
from sheetflow.model.people import Person
from sheetflow.pages import headers
from sheetflow.pages.approvals import stands_in, steps_shown
from sheetflow.pages.bank_files import made_shown
from sheetflow.pages.headers import HEADERS as HEADERS
from sheetflow.pages.headers import TEMPLATES
from sheetflow.pages.knock import Visitor
from sheetflow.pages.papers import LARGEST_IN, LARGEST_OUT, PREVIEWED, TAKEN
from sheetflow.pages.texts import Texts, fill, load_texts
from sheetflow.pages.timeline import timeline
from sheetflow.pages.view import Kept, Visit, request_view, written_date
from sheetflow.pages.waiting_view import done_shown, sections_shown

if TYPE_CHECKING:
    from sheetflow.app.bank_files import Made
    from sheetflow.pages.calendar_view import CalendarView
    from sheetflow.pages.contractor import Payment
    from sheetflow.pages.waiting import Done, Section


@dataclass(frozen=True, slots=True)
class Undone:
    """A step that takes back what was just done: its act, its form's token, for how long."""

    act: str
    token: str
    within: timedelta


class Pages:
    """Every page and the short ones that answer an act. `folder`: where the templates' words are."""

    def __init__(self, folder: Path) -> None:
        self.texts: dict[str, Texts] = load_texts(folder)
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._environment.globals |= {
            "css": Markup(headers.CSS),  # noqa: S704 - our own files, all of these
            "choosing_script": Markup(headers.CHOOSING),  # noqa: S704
            "what_if_script": Markup(headers.WHAT_IF),  # noqa: S704
            "signing_in_script": Markup(headers.SIGNING_IN),  # noqa: S704
            "google": f"{headers.GOOGLE}client",
            "taken": ",".join(TAKEN),
        }

    def request(
        self,
        visit: Visit,
        steps: Sequence[Option],
        *,
        link_token: str,
        form_token: str,
        events: Sequence[Event] | None = None,
        visitor: Visitor | None = None,
        stranger: str = "",
        must_sign_in: bool = False,
        kept: Kept | None = None,
        history_open: bool = False,
    ) -> str:
        """The request page.

        Args:
            visit: who looks at what.
            steps: what they may do, from `core.options`.
            link_token: the link that they came by, for the links on the page.
            form_token: the same link, saying what this page shows: it goes with every act.
            events: the whole history, None where it was not read.
            visitor: who is before the browser.
            stranger: the address of who has signed in, where the link is somebody else's.
            must_sign_in: nothing may be done before the right person has signed in.
            kept: what was sent and could not be done: it is shown again, with what is wrong.
            history_open: the history was asked for.
        """
        text = visit.text["page"]
        view = request_view(visit, steps)
        return self._render(
            "request.html.j2",
            visit.language,
            title=fill(text["title"], id=view.id),
            text=text,
            view=view,
            used=visit.used,
            approvals=steps_shown(visit),
            stands_in=stands_in(visit),
            amount_help=fill(text["amount_help"], currency=view.currency),
            order_help=fill(text["order_help"], limit=str(LARGEST_IN)),
            named=handles(visit.company.people, visit.person.email),
            moments=None if events is None else timeline(visit, events),
            history_open=history_open,
            link_token=link_token,
            form_token=form_token,
            kept=kept,
            **self._signing_in(visit.language, visit.person, visitor, stranger, must_sign_in=must_sign_in),
        )

    def waiting(
        self,
        language: str,
        person: Person,
        sections: Sequence[Section],
        *,
        form_token: str,
        visitor: Visitor | None = None,
        stranger: str = "",
        must_sign_in: bool = False,
        nothing: bool = False,
        calendar: str = "",
        bank_file: bool = False,
    ) -> str:
        """All that waits for somebody. `nothing`: they sent the form with none chosen.

        `calendar`: the token of their payment calendar, "" where it is none of theirs. `bank_file`:
        they may make one.
        """
        text = self.texts[language]["waiting"]
        count = sum(len(section.rows) + section.left for section in sections)
        return self._render(
            "waiting.html.j2",
            language,
            title=fill(text["title"], count=str(count)) if count else text["none_title"],
            text=text,
            page=self.texts[language]["page"],
            sections=sections_shown(sections, text, language),
            form_token=form_token,
            nothing=nothing,
            calendar=calendar,
            bank_file=bank_file and not must_sign_in,
            files=self.texts[language]["bank_files"],
            display=_display(language),
            acting_as=fill(self.texts[language]["page"]["acting_as"], name=person.name, email=person.email),
            **self._signing_in(language, person, visitor, stranger, must_sign_in=must_sign_in),
        )

    def waiting_done(self, language: str, act: str, done: Sequence[Done], *, link_token: str) -> str:
        """What came of each of the chosen."""
        shown = done_shown(act, done, self.texts[language], language)
        return self._render("waiting_done.html.j2", language, link_token=link_token, **shown)

    def bank_files(self, made: Made, words: Words, *, link_token: str) -> str:
        """What came of making the bank file."""
        shown = {**made_shown(made, words, self.texts[words.language]), "link_token": link_token}
        return self._render("bank_files.html.j2", words.language, **shown)

    def calendar(self, language: str, view: CalendarView) -> str:
        """The payment calendar."""
        text = self.texts[language]["calendar"]
        css = Markup(headers.CSS + headers.CALENDAR_CSS)  # noqa: S704 - our own files
        shown = {
            "title": text["title"],
            "text": text,
            "view": view,
            "css": css,
            "display": _display(language),
        }
        return self._render("calendar.html.j2", language, **shown)

    def calendar_part(self, language: str, view: CalendarView) -> Markup:
        """The calendar without a page around it, for a page of somebody else's."""
        parts = self._environment.get_template("calendar_parts.html.j2").module
        made = parts.calendar(view, self.texts[language]["calendar"], _display(language))  # type: ignore[attr-defined]
        return Markup(made)  # noqa: S704 - made by an autoescaping template

    def payment(
        self,
        words: Words,
        payment: Payment,
        *,
        link_token: str,
        form_token: str,
        zone: tzinfo,
        files: bool,
        empty: bool = False,
    ) -> str:
        """The contractor's page. `empty`: the form came without a word."""
        language = words.language
        text = self.texts[language]["payment"]
        company = payment.company or text["payer"]
        return self._render(
            "payment.html.j2",
            language,
            title=fill(text["title"], company=company),
            text=text,
            payment=payment,
            amount=format_money(payment.amount, language) if payment.amount else "",
            day=written_date(payment.at.astimezone(zone).date(), words),
            company=company,
            orders=[
                {
                    "id": file["id"],
                    "name": file["name"],
                    "label": "",
                    "previewed": file["name"].lower().endswith(PREVIEWED),
                }
                for file in (payment.orders if files else ())
            ],
            link_token=link_token,
            form_token=form_token,
            empty=empty,
        )

    def objected(self, language: str, payment: Payment) -> str:
        """After a contractor's word was taken."""
        text = self.texts[language]["payment"]
        facts = {"company": payment.company or text["payer"], "id": payment.request}
        return self._message(
            language, text["objected_title"], [fill(text["objected"], **facts), text["objected_next"]]
        )

    def done(
        self,
        visit: Visit,
        act: str,
        *,
        link_token: str,
        asked: bool = False,
        waits: bool = False,
        step: bool = False,
        undone: Undone | None = None,
        unclear: str = "",
    ) -> str:
        """After an act was accepted. `asked`: it waits for a second person; `waits`: for its files.

        `step`: it is one of several approvals, and others have still to come. `unclear`: whom the comment
        names and who was not told.
        """
        results, words = visit.text["results"], visit.words
        facts = {"id": visit.request.id, "act": words.label("acts", act)}
        if step:
            given = len(visit.request.approvals) + 1
            facts |= {"given": str(given), "needed": str(needed(visit.request))}
        how = {"step": step, "asked": asked, "waits": waits, "done_comment": act == "comment"}
        key = next((name for name, holds in how.items() if holds), "done")
        after = "" if asked or waits else results["step_next"] if step else visit.text["next"].get(act, "")
        undo = None
        if undone is not None:
            minutes = str(undone.within // timedelta(minutes=1))
            undo = {
                "act": undone.act,
                "token": undone.token,
                "label": words.label("acts", undone.act),
                "says": fill(results["undo"], minutes=minutes),
            }
        title = results[f"{key}_title" if key in ("asked", "waits", "step") else "done_title"]
        lines = [fill(results[key], **facts), unclear, after, results["done_close"]]
        return self._message(
            visit.language, title, [line for line in lines if line], good=True, undo=undo,
            link_token=link_token, link_label=results["show_request"],
        )  # fmt: skip

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

    def link_refused(
        self, language: str, book: Rulebook, rule: str, facts: Mapping[str, str] | None = None
    ) -> str:
        """A link that opens nothing."""
        lines = book.for_person(language).refusal(Refusal(rule, "", "", facts or {}))
        return self._message(language, self.texts[language]["results"]["refused_title"], lines, rule=rule)

    def news(self, language: str, act: str, form_token: str, *, quiet: bool) -> str:
        """Whether somebody gets news of their own requests, and the button to change it."""
        text = self.texts[language]["news"]
        key, other = ("off", "on") if quiet else ("on", "off")
        button = {"act": act, "token": form_token, "label": text[f"{other}_act"], "says": text["again"]}
        return self._message(language, text[f"{key}_title"], [text[key], text["on_needs"]], undo=button)

    def no_file(self, language: str, key: str) -> str:
        """A file that cannot be shown: a key of `[papers]`."""
        papers = self.texts[language]["papers"]
        return self._message(language, papers["title"], [fill(papers[key], limit=str(LARGEST_OUT))])

    def notice(self, language: str, key: str, title: str = "", **facts: str) -> str:
        """One of the sentences in [results] under its title."""
        results = self.texts[language]["results"]
        return self._message(language, results[f"{title or key}_title"], [fill(results[key], **facts)])

    # --- parts of it

    def _message(
        self,
        language: str,
        title: str,
        lines: Sequence[str],
        *,
        rule: str = "",
        link_token: str = "",
        link_label: str = "",
        good: bool = False,
        undo: Mapping[str, str] | None = None,
    ) -> str:
        return self._render(
            "message.html.j2", language, title=title, lines=lines, rule=rule, link_token=link_token,
            link_label=link_label, good=good, undo=undo,
        )  # fmt: skip

    def _signing_in(
        self, language: str, person: Person, visitor: Visitor | None, stranger: str, *, must_sign_in: bool
    ) -> dict[str, Any]:
        """What the sign-in part of a page needs."""
        text = self.texts[language]["sign_in"]
        return {
            "must_sign_in": must_sign_in,
            "sign_in": text,
            "client": visitor.client if visitor else "",
            "nonce": visitor.visit if visitor else "",
            "whose": fill(text["whose"], name=person.name, email=person.email),
            "stranger": fill(text["stranger"], address=stranger) if stranger else "",
        }

    def _render(self, template: str, language: str, **values: Any) -> str:
        return self._environment.get_template(template).render(language=language, **values)


def _display(language: str) -> str:
    """How a script is to show currencies, to write money as `format_money` does."""
    return "code" if language == "en" else "narrowSymbol"
