"""A firm at its local workspace, driven from outside alone: real clients, real HTTP, one `Hand` a person.

`Firm` looks at what stands in the spreadsheet and in the mailboxes; a `Hand` is one person's keyboard,
gspread script and mailbox. Nothing here reaches into the product, but for running a pass as a function would.
"""

from __future__ import annotations

import base64
import email
import email.policy
import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from functools import cached_property
from typing import Any
from urllib.parse import quote

import gspread
import requests
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build, build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload

from sheetflow.adapters.clock import SystemClock
from sheetflow.app.process import PassReport
from sheetflow.core import folding, history
from sheetflow.core.projection import CONFIRMED, FIRST_INPUT, STATUS, WIDTH
from sheetflow.core.tabs import read_token
from sheetflow.model.cells import Cell, canonical
from sheetflow.model.columns import INPUTS
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Token
from sheetflow.runtime import Runtime, from_environment
from sheetflow.workspace import cast
from sheetflow.workspace.local import LocalWorkspace
from tests.discovery import discovery

GOOD: Mapping[str, Cell] = {
    "subject": "Paper", "contractor": "ООО «Ромашка»", "amount": 12500, "currency": "RUB",
    "pay_by": "2027-04-23", "details": "Sberbank", "inn": "7707083893", "kpp": "773601001",
    "bik": "049805746", "account": "40602810700000000025", "purpose": "Payment for paper, invoice 17",
    "vat": "20 %", "contractor_email": "pay@romashka.example",
}  # fmt: skip
"""A request that may be submitted, typed in a way that reads alike in both locales."""
OTHER_ACCOUNT = "40702810638050013199"
"""Somebody else's account."""
BLOCK = ("subject", "contractor_email")
"""The first and the last column of what is pasted as one block; they follow one another in the template."""
LETTERS_AT_ONCE: Mapping[str, str] = {"digest": "no"}
"""A company without digests: for tests that are about something else, and look at who is written to."""
GOOGLE_ROOTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")


class QuickClock(SystemClock):
    """A clock whose waits are short: what is tested is what follows them."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Remember the wait; do not keep the tests waiting."""
        self.slept.append(seconds)


class Elsewhere(gspread.HTTPClient):
    """gspread's own client with another endpoint, as a stranger's script has it. Nothing else is changed."""

    root = ""

    def request(self, method: str, endpoint: str, *args: Any, **more: Any) -> requests.Response:
        for google in GOOGLE_ROOTS:
            endpoint = endpoint.replace(google, self.root, 1)
        return super().request(method, endpoint, *args, **more)


class Hand:
    """One person: what they type, run as a script, and read."""

    def __init__(self, firm: Firm, address: str) -> None:
        self.firm, self.address = firm, address

    def __repr__(self) -> str:
        return self.address

    def close(self) -> None:
        """Close the connections that were opened."""
        for service in ("gmail", "drive"):
            if service in self.__dict__:
                getattr(self, service).close()
        if "script" in self.__dict__:
            self.script.http_client.session.close()

    # --- the keyboard

    def types(self, column: str, rid: str, value: Cell, **more: Any) -> Mapping[str, Any]:
        """Type into a request's cell; the edit trigger hears of it."""
        return self.enters(self.firm.cell_of(rid, column), value, **more)

    def picks(self, status: str, rid: str, **more: Any) -> Mapping[str, Any]:
        """Pick a status from the dropdown, by its label in the registry's language."""
        return self.types("status", rid, self.firm.label(status), **more)

    def enters(self, where: str, value: Cell, **more: Any) -> Mapping[str, Any]:
        """Type into a cell of any tab, in A1 notation."""
        edit = {"as": self.address, "range": where, "value": value, **more}
        told: Mapping[str, Any] = self.firm.post("/workspace/edit", edit)
        return told

    def pastes(self, where: str, values: Sequence[Sequence[Cell]], **more: Any) -> Mapping[str, Any]:
        """Paste a block."""
        block = [list(row) for row in values]
        edit = {"as": self.address, "range": where, "values": block, **more}
        told: Mapping[str, Any] = self.firm.post("/workspace/edit", edit)
        return told

    def drafts(self, **changes: Cell) -> str:
        """Paste a new request below the others, as one block; gives the number that the trigger gave it."""
        cells = {**GOOD, "subject": f"Paper {next(self.firm.count)}", **changes}
        places = self.firm.columns()
        first, last = (places[key] for key in BLOCK)
        keys = {place: key for key, place in places.items()}
        row = self.firm.end() + 1
        block = [cells.get(keys[place], "") for place in range(first, last + 1)]
        self.pastes(self.firm.a1(row, first), [block])
        return str(self.firm.table()[row - 2][places["id"]])

    def submits(self, **changes: Cell) -> str:
        """Draft a request and pick Submitted; no pass has run yet."""
        rid = self.drafts(**changes)
        self.picks("Submitted", rid)
        return rid

    # --- a script

    @cached_property
    def script(self) -> gspread.Client:
        """Plain gspread, told who it is and where Google is."""
        client = type("Client", (Elsewhere,), {"root": self.firm.url})
        credentials = Credentials(token=f"local:{self.address}")  # type: ignore[no-untyped-call]
        return gspread.Client(credentials, http_client=client)

    def tab(self, key: str = "registry") -> gspread.Worksheet:
        """A tab, opened by gspread."""
        book = self.script.open_by_key(self.firm.spreadsheet)
        return book.get_worksheet_by_id(self.firm.sheets[key])

    def batch(self, *changes: Mapping[str, Any]) -> Any:
        """A batchUpdate over the API, as the person."""
        return self.script.http_client.batch_update(self.firm.spreadsheet, {"requests": list(changes)})

    def writes(self, column: str, rid: str, value: Cell) -> None:
        """Write a request's cell over the API, by which no trigger is fired."""
        where = self.firm.cell_of(rid, column)
        self.script.http_client.values_update(
            self.firm.spreadsheet, where, {"valueInputOption": "RAW"}, {"values": [[value]]}
        )

    # --- the Drive

    @cached_property
    def drive(self) -> Any:
        """Google's own client of the Drive API."""
        credentials = Credentials(token=f"local:{self.address}")  # type: ignore[no-untyped-call]
        document = {**discovery("drive.v3"), "rootUrl": self.firm.url + "/"}  # uploads go there, too
        return build_from_document(document, credentials=credentials)

    def uploads(self, name: str, data: bytes, folder: str = "", kind: str = "application/pdf") -> str:
        """Put a file into a folder, or into My Drive; gives the link that Drive shows for it."""
        body = {"name": name, "mimeType": kind, **({"parents": [folder]} if folder else {})}
        media = MediaInMemoryUpload(data, mimetype=kind)
        made = self.drive.files().create(body=body, media_body=media, fields="webViewLink").execute()
        return str(made["webViewLink"])

    def sees(self, file: str) -> bool:
        """Whether the person may open a file."""
        try:
            self.drive.files().get(fileId=file, fields="id").execute()
        except HttpError as error:
            if error.status_code != 404:
                raise
            return False
        return True

    # --- the mailbox

    @cached_property
    def gmail(self) -> Any:
        """Google's own client of the Gmail API."""
        credentials = Credentials(token=f"local:{self.address}")  # type: ignore[no-untyped-call]
        options = {"api_endpoint": self.firm.url}
        return build("gmail", "v1", credentials=credentials, client_options=options, static_discovery=True)

    def mails(self, query: str = "in:inbox") -> list[EmailMessage]:
        """What lies in the mailbox, oldest first."""
        messages = self.gmail.users().messages()
        found = messages.list(userId="me", q=query, maxResults=500).execute().get("messages", [])
        raws = [messages.get(userId="me", id=mail["id"], format="raw").execute()["raw"] for mail in found]
        parsed = [
            email.message_from_bytes(base64.urlsafe_b64decode(raw), policy=email.policy.default)
            for raw in raws
        ]
        return [mail for mail in reversed(parsed) if isinstance(mail, EmailMessage)]

    def subjects(self, about: str = "") -> list[str]:
        """The subjects of the mails that lie in the inbox; `about`: only of those whose text has it."""
        return [str(mail["Subject"]) for mail in self.mails() if about in text_of(mail)]


class Firm:
    """What there is to see at a workspace, and a pass over it.

    `sheets`: tab key -> sheetId. `environment`: what its functions are deployed with.
    """

    def __init__(
        self,
        url: str,
        sheets: Mapping[str, int],
        environment: Mapping[str, str],
        place: LocalWorkspace | None = None,
    ) -> None:
        self.url, self.sheets, self.environment, self._place = url, sheets, environment, place
        self.spreadsheet = environment["SHEETFLOW_SPREADSHEET"]
        self.count = itertools.count(1)
        self.clock = QuickClock()
        self._session = requests.Session()
        self._hands: dict[str, Hand] = {}
        self.renamed: dict[str, str] = {}
        self.mia, self.max, self.olga, self.dora, self.anna, self.ada, self.ivan = (
            self.hand(f"{name}@{cast.DOMAIN}")
            for name in ("mia", "max", "olga", "dora", "anna", "ada", "ivan")
        )
        self.robot, self.service = self.hand(cast.OWNER), self.hand(cast.SERVICE_ACCOUNT)

    def hand(self, address: str) -> Hand:
        """Anybody, by address."""
        return self._hands.setdefault(address, Hand(self, address))

    @classmethod
    def at(cls, place: LocalWorkspace) -> Firm:
        """The firm of a workspace in this process."""
        return cls(place.url, place.settled.sheets, place.functions.environment, place)

    def shorten(self, rows: int = 60) -> Firm:
        """Leave so many rows of the Registry: whatever computes its columns has less to do."""
        sheet = self.sheets["registry"]
        spare = {"sheetId": sheet, "dimension": "ROWS", "startIndex": rows, "endIndex": 1000}
        self.robot.batch({"deleteDimension": {"range": spare}})
        return self

    @property
    def place(self) -> LocalWorkspace:
        """The workspace, where it is in this process."""
        assert self._place is not None
        return self._place

    def close(self) -> None:
        """Close every connection of ours. The workspace is closed by whoever opened it."""
        self._session.close()
        for hand in self._hands.values():
            hand.close()

    # --- doors

    def post(self, path: str, body: Any) -> Any:
        """POST to the workspace; raises AssertionError with Google's words where it is refused."""
        answer = self._session.post(self.url + path, json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """GET from the workspace."""
        return self._session.get(self.url + path, timeout=60).json()

    def forget_faults(self) -> None:
        """Let everything work again."""
        self._session.delete(self.url + "/workspace/faults", timeout=60)

    def later(self, duration: str = "PT6M") -> None:
        """Move the workspace's clock on."""
        self.post("/workspace/clock", {"advance": duration})

    def values(self, where: str, render: str = "FORMATTED_VALUE", tab: str = "registry") -> list[list[Cell]]:
        """Cells as the API gives them, read by the owner."""
        name = f"{self.title(tab)}!{where}" if where else self.title(tab)
        url = f"{self.url}/v4/spreadsheets/{self.spreadsheet}/values/{quote(name)}?valueRenderOption={render}"
        answer = self._session.get(url, headers={"Authorization": f"Bearer local:{cast.OWNER}"}, timeout=60)
        assert answer.ok, answer.text
        rows: list[list[Cell]] = answer.json().get("values", [])
        return rows

    # --- the pass

    @cached_property
    def runtime(self) -> Runtime:
        """The product as a deployed function wires it, without its waits."""
        runtime = from_environment(self.environment)
        runtime.clock = self.clock
        return runtime

    def run(self) -> PassReport:
        """One pass, in this process."""
        return self.runtime.process().run()

    def settle(self) -> None:
        """Passes until nothing is left to do."""
        for _ in range(20):
            report = self.run()
            if not report.commits:
                return
        raise AssertionError("the passes never come to rest")

    # --- the registry

    def title(self, tab: str) -> str:
        """A tab's title: the template's, or the one noted in `renamed`."""
        return self.renamed.get(tab) or self.runtime.book.own.label("tabs", tab)

    def label(self, status: str) -> str:
        """A status in the registry's language."""
        return self.runtime.book.status_labels[status]

    def table(self) -> list[list[str]]:
        """The Registry below its header, as it is shown; every row of the same width."""
        header, *rows = self.values("")
        width = len(header)
        return [[str(cell) for cell in row] + [""] * (width - len(row)) for row in rows]

    def columns(self) -> dict[str, int]:
        """Column key -> place, by the header."""
        header = [str(cell) for cell in self.values("1:1")[0]]
        labels = self.runtime.book.own.labels["columns"]
        return {key: header.index(label) for key, label in labels.items() if label in header}

    def end(self) -> int:
        """The number of the last row with a request or anything else in it."""
        filled = [n for n, row in enumerate(self.table(), start=2) if any(row)]
        return max(filled, default=1)

    def rows(self, rid: str) -> list[dict[str, str]]:
        """Every row with this number, column key -> what is shown."""
        places = self.columns()
        return [
            {key: row[place] for key, place in places.items()}
            for row in self.table()
            if row[places["id"]] == rid
        ]

    def row(self, rid: str) -> dict[str, str]:
        """The one row with this number."""
        (only,) = self.rows(rid)
        return only

    def confirmed(self, rid: str) -> list[str]:
        """What Confirmed shows in each row with this number."""
        return [row["confirmed"] for row in self.rows(rid)]

    def number(self, rid: str) -> int:
        """The place of a request's first row, from 1."""
        ids = [row[self.columns()["id"]] for row in self.table()]
        return ids.index(rid) + 2

    def cell_of(self, rid: str, column: str) -> str:
        """A request's cell in A1 notation, with the tab."""
        places = self.columns()
        ids = [row[places["id"]] for row in self.table()]
        return self.a1(ids.index(rid) + 2, places[column])

    def a1(self, row: int, place: int) -> str:
        """A cell of the Registry; `row` from 1, `place` from 0."""
        return f"{self.title('registry')}!{gspread.utils.rowcol_to_a1(row, place + 1)}"

    # --- the system tabs

    def token(self) -> Token:
        """The token."""
        return read_token(self.values("A1", "FORMULA", "state")[0][0])

    def state(self) -> dict[str, list[Cell]]:
        """The State tab, id -> row."""
        rows = self.values("A3:AZ", "UNFORMATTED_VALUE", "state")
        return {str(row[0]): [*row, *[""] * (WIDTH - len(row))] for row in rows if row and row[0]}

    def status(self, rid: str) -> str:
        """The accepted status."""
        return str(self.state()[rid][STATUS])

    def history(self) -> list[Event]:
        """All events."""
        rows = self.values("A2:I", "UNFORMATTED_VALUE", "history")
        return [history.from_row(row, place) for place, row in enumerate(rows, start=1)]

    def events(self, rid: str = "") -> list[tuple[str, str]]:
        """(event, actor), about one request or about all."""
        return [(e.kind, e.actor) for e in self.history() if (e.request == rid if rid else e.request)]

    def outbox(self) -> list[tuple[str, str, str]]:
        """(template, recipient, state) of every letter."""
        rows = self.values("A2:J", "UNFORMATTED_VALUE", "outbox")
        return [(str(row[5]), str(row[6]), str(row[1])) for row in rows if row and row[0]]

    def verify(self) -> None:
        """The chain holds, ends where the token says, and State is the fold of it."""
        token, events, state = self.token(), self.history(), self.state()
        history.verify(events, head=token.head, seq=token.seq)
        for rid, request in folding.fold(events).items():
            row = state[rid]
            assert row[STATUS] == request.status, rid
            assert row[CONFIRMED] == ("" if request.archived else self.label(request.status)), rid
            if request.archived:
                continue  # a trace is left of it
            if request.submitted and request.status not in ("Draft", "Returned"):
                kept = dict(zip(INPUTS, map(canonical, row[FIRST_INPUT:WIDTH]), strict=True))
                folded = {key: canonical(cell) for key, cell in request.cells.items()}
                assert {key: text for key, text in kept.items() if text} == folded, rid

    # --- the folder

    def folder(self, key: str) -> str:
        """The id of one of the company's folders."""
        return str(self.get("/workspace")["folders"][key]["id"])

    def papers(self) -> list[str]:
        """Everything in the company's folder that is no folder itself, each with its path."""
        fields = "files(id,name,mimeType,parents)"
        found = (
            self.robot.drive.files()
            .list(q="trashed = false", pageSize=1000, fields=fields)
            .execute()["files"]
        )
        known = {one["id"]: one for one in found}
        root = self.folder("root")

        def path(one: Mapping[str, Any]) -> str:
            (parent,) = one.get("parents", ("",))
            above = path(known[parent]) + "/" if parent in known and parent != root else ""
            return ("" if parent == root or above else "elsewhere/") + above + str(one["name"])

        folders = "application/vnd.google-apps.folder"
        paths = [path(one) for one in found if one["mimeType"] != folders]
        return sorted(one for one in paths if not one.startswith("elsewhere/"))

    # --- mail and calls

    def letters(self) -> Counter[tuple[str, str]]:
        """How often each (recipient, subject) arrived, in every mailbox that anybody was written to."""
        sent = self.robot.mails("in:sent")
        found: Counter[tuple[str, str]] = Counter()
        for address in {str(mail["To"]) for mail in sent}:
            found.update((address, str(mail["Subject"])) for mail in self.hand(address).mails())
        assert found.total() == len(sent)
        return found

    def calls(self, since: int = 0, by: str = "") -> list[str]:
        """The kinds of the calls after number `since`; `by`: only those of one account."""
        told = self.get(f"/workspace/calls?since={since}")["calls"]
        return [call["kind"] for call in told if by in ("", call["caller"])]

    def last_call(self) -> int:
        """The number of the latest call."""
        return int(self.get("/workspace/calls?since=999999999")["last"])


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def facts_of(event: Event) -> str:
    """An event's data as text, to look for words in it."""
    return json.dumps(dict(event.data), ensure_ascii=False)
