"""The calendar page's content: the product's own, made of what the chosen person may read at Google.

The spreadsheet is read over the Sheets API as that person, as any program of theirs would read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from markupsafe import Markup

from sheetflow import runtime
from sheetflow.adapters import http
from sheetflow.adapters.clock import SystemClock, SystemNonces
from sheetflow.adapters.sheets import Sheets
from sheetflow.core.calendar import open_requests
from sheetflow.core.company import read_company
from sheetflow.errors import SheetflowError
from sheetflow.model.snapshot import Snapshot
from sheetflow.pages.calendar import may_read
from sheetflow.pages.calendar_view import Places, Wanted, calendar_view
from sheetflow.pages.headers import CALENDAR_CSS, WHAT_IF
from sheetflow.pages.render import Pages

if TYPE_CHECKING:
    from sheetflow.workspace.local import LocalWorkspace


@dataclass(frozen=True, slots=True)
class Part:
    """What the page shows, or the reason why it cannot."""

    html: Markup = field(default_factory=Markup)
    problem: str = ""


class CalendarPart:
    """The calendar of one workspace."""

    def __init__(self, workspace: LocalWorkspace) -> None:
        self._workspace = workspace

    @cached_property
    def _runtime(self) -> runtime.Runtime:
        return self._workspace.runtime()

    @cached_property
    def _pages(self) -> Pages:
        return Pages(runtime.templates_folder())

    def show(self, email: str, language: str) -> Part:
        """The calendar for somebody, as the address of the page says they want it."""
        try:
            snapshot = self._read(email)
            return Part(html=self._html(snapshot, email, language))
        except SheetflowError as error:
            return Part(problem=str(error))

    def _read(self, email: str) -> Snapshot:
        workspace, book = self._workspace, self._runtime.book
        credentials = runtime.credentials(f"local:{email}")
        client = http.client(credentials, workspace.url, SystemClock(), SystemNonces())
        spreadsheet, titles = workspace.settled.spreadsheet, book.own.labels["tabs"]
        return Sheets(client, spreadsheet, titles, book.headers, SystemClock()).read()

    def _html(self, snapshot: Snapshot, email: str, language: str) -> Markup:
        book, links = self._runtime.book, self._runtime.links
        company = read_company(snapshot.people, snapshot.settings, book)
        reader = may_read(company.people.find(email))
        sheet, nonce = snapshot.token.sheets["registry"], SystemNonces().nonce()

        def page(rid: str) -> str:
            return links.make(rid, email, nonce, "", snapshot.now) if reader else ""

        places = Places(
            lambda row: "" if row is None else f"/sheet#gid={sheet}&range=A{row}",
            page,
            lambda wanted: f"?{wanted.query}",
        )
        wanted = Wanted.read(request.args.get("by", ""), request.args.get("show", ""))
        today = snapshot.now.astimezone(company.settings.zone).date()
        dues = open_requests(snapshot.state, snapshot.registry)
        texts, words = self._pages.texts[language], book.for_person(language)
        return self._pages.calendar_part(language, calendar_view(dues, today, wanted, words, texts, places))


def serve(routes: Blueprint) -> None:
    """Add the product's own style and script of the calendar to the pages' files."""

    @routes.get("/workspace/pages/calendar.css")
    def style() -> Response:
        return Response(CALENDAR_CSS, content_type="text/css; charset=utf-8")

    @routes.get("/workspace/pages/what_if.js")
    def script() -> Response:
        return Response(WHAT_IF, content_type="text/javascript; charset=utf-8")
