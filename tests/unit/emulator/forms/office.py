"""A workspace with a form, served over HTTP, and Google's own client talking to it.

Every answer of the API is held against the discovery document, unknown fields forbidden.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.server import Server
from tests.discovery import assert_fits

OWNER, ANNA, BORIS = "owner@firm.example", "anna@firm.example", "boris@firm.example"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"


def text(title: str, *, required: bool = False, paragraph: bool = False, **more: Any) -> Any:
    """An item that asks for a text."""
    question = {"required": required, "textQuestion": {"paragraph": paragraph}}
    return {"title": title, "questionItem": {"question": question}, **more}


def choice(title: str, kind: str, *options: str, other: bool = False, required: bool = False) -> Any:
    """An item that asks to choose."""
    listed = [{"value": option} for option in options] + ([{"isOther": True}] if other else [])
    question = {"required": required, "choiceQuestion": {"type": kind, "options": listed}}
    return {"title": title, "questionItem": {"question": question}}


def asking(title: str, **kind: Any) -> Any:
    """An item of another kind: `dateQuestion={…}`."""
    return {"title": title, "questionItem": {"question": kind}}


@dataclass
class Office:
    """One emulator behind HTTP."""

    folder: Path
    emulator: Emulator = field(init=False)
    server: Server = field(init=False)
    session: requests.Session = field(default_factory=requests.Session)
    clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Start."""
        self.emulator = Emulator(self.folder)
        self.server = serve(create_app(self.emulator), 0)
        self.root = f"http://127.0.0.1:{self.server.port}"

    def close(self) -> None:
        """Stop."""
        for client in self.clients.values():
            client.close()
        self.clients.clear()
        self.server.shutdown()
        self.emulator.close()

    def restart(self) -> None:
        """Stop, and start over the same folder."""
        self.close()
        self.open()

    def api(self, who: str = OWNER) -> Any:
        """Google's client for Forms, unmodified but for endpoint and token."""
        if who not in self.clients:
            credentials = Credentials(token=f"local:{who}")  # type: ignore[no-untyped-call]
            options = {"api_endpoint": self.root}
            self.clients[who] = build("forms", "v1", credentials=credentials, client_options=options)
        return self.clients[who].forms()

    def create(self, title: str = "Payment request", **info: Any) -> str:
        """A new form; its id."""
        made = self.api().create(body={"info": {"title": title, **info}}).execute()
        assert_fits(document="forms.v1", schema="Form", value=made)
        return str(made["formId"])

    def batch(self, form: str, *requests_: Any, who: str = OWNER, **more: Any) -> Any:
        """A batchUpdate that must succeed."""
        body = {"requests": list(requests_), **more}
        assert_fits(document="forms.v1", schema="BatchUpdateFormRequest", value=body)
        answer = self.api(who).batchUpdate(formId=form, body=body).execute()
        assert_fits(document="forms.v1", schema="BatchUpdateFormResponse", value=answer)
        return answer

    def add(self, form: str, *items: Any) -> list[str]:
        """Put items at the end; the ids of their questions."""
        start = len(self.form(form).get("items", []))
        made = [
            {"createItem": {"item": one, "location": {"index": start + i}}} for i, one in enumerate(items)
        ]
        replies = self.batch(form, *made)["replies"]
        return [question for reply in replies for question in reply["createItem"].get("questionId", [])]

    def refused(self, form: str, *requests_: Any, **more: Any) -> HttpError:
        """The error of a batchUpdate that must be refused."""
        return refusal(self.api().batchUpdate(formId=form, body={"requests": list(requests_), **more}))

    def form(self, form: str) -> Any:
        """The form."""
        answer = self.api().get(formId=form).execute()
        assert_fits(document="forms.v1", schema="Form", value=answer)
        return answer

    def responses(self, form: str, **query: Any) -> Any:
        """One page of the form's responses."""
        answer = self.api().responses().list(formId=form, **query).execute()
        assert_fits(document="forms.v1", schema="ListFormResponsesResponse", value=answer)
        return answer

    def respond(self, who: str, answers: Any = None, *, status: int = 200, **more: Any) -> Any:
        """POST /workspace/respond."""
        body = {"as": who, "answers": answers or {}, **more}
        answer = self.session.post(f"{self.root}/workspace/respond", json=body, timeout=30)
        assert answer.status_code == status, answer.text
        return answer.json()

    def spreadsheet(self, locale: str = "en_US") -> str:
        """A new spreadsheet of the owner's."""
        properties = {"title": "Registry", "locale": locale, "timeZone": "Europe/Moscow"}
        made: str = self.emulator.sheets.create(OWNER, {"properties": properties})["spreadsheetId"]
        return made

    def cells(self, spreadsheet: str, where: str, option: str = "FORMATTED_VALUE") -> list[list[Any]]:
        """What stands in a range."""
        doc = self.emulator.sheets.open(spreadsheet, OWNER)
        with doc.lock:
            area = doc.book.area(where)
            view = self.emulator.sheets.shown(doc, area.sheet_id)
            return view.texts(doc.book.box(area), option, "SERIAL_NUMBER")

    def page(self, path: str, who: str = "", **query: Any) -> requests.Response:
        """GET a page of a form, as somebody or as nobody."""
        headers = {"Authorization": f"Bearer local:{who}"} if who else {}
        return self.session.get(f"{self.root}{path}", params=query, headers=headers, timeout=30)

    def send(
        self, form: str, fields: Any, who: str = "", files: Any = None, **headers: str
    ) -> requests.Response:
        """POST the page's form."""
        if who:
            headers["Authorization"] = f"Bearer local:{who}"
        url = f"{self.root}/forms/d/e/{form}/formResponse"
        return self.session.post(url, data=fields, files=files, headers=headers, timeout=30)


def refusal(call: Any) -> HttpError:
    """The error of a call that must fail."""
    try:
        answer = call.execute()
    except HttpError as error:
        return error
    raise AssertionError(f"not refused: {answer}")


def entry(question: str) -> str:
    """The name of a question's field on the page."""
    return f"entry.{int(question, 16)}"


def words(page: requests.Response) -> str:
    """A page's text without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
