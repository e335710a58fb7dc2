"""A small office for the trigger's tests: a registry, an Inbox, people, and the trigger installed on them."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.wire import Json

TRIGGER = Path(__file__).parents[3] / "functions" / "trigger" / "trigger.js"
OWNER, SCRIPT, ANNA, BOB = "owner@example.com", "trigger@example.com", "anna@example.com", "bob@example.com"
SECRET = "a secret, ключ"
REGISTRY, INBOX, PEOPLE, NOTES = 0, 11, 12, 13
HEADERS = ["ID", "Subject", "Amount", "Due", "Urgent", "Status"]


class Endpoint:
    """Stands for the deployed function: keeps what it is sent, answers with `status`."""

    def __init__(self) -> None:
        self.nudges: list[Json] = []
        self.tokens: list[str] = []
        self.status = 200
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.nudges.append(json.loads(body))
                endpoint.tokens.append(self.headers["Authorization"])
                self.send_response(endpoint.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/on_edit"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Event:
    """One row of the Inbox."""

    uuid: str
    at: str
    user: str
    sheet_id: int
    body: Json
    signature: str
    raw: list[Any] = field(repr=False)


class Office:
    """An emulator with a spreadsheet on which the trigger is installed."""

    def __init__(self, folder: Path, *, zone: str = "Europe/Moscow", locale: str = "en_US") -> None:
        self.emulator = Emulator(folder)
        self.endpoint = Endpoint()
        sheets = self.emulator.sheets
        tabs = [(REGISTRY, "Registry"), (INBOX, "Inbox"), (PEOPLE, "People"), (NOTES, "Notes")]
        body = {
            "properties": {"title": "Payments", "locale": locale, "timeZone": zone},
            "sheets": [{"properties": {"sheetId": n, "title": title}} for n, title in tabs],
        }
        self.id: str = sheets.create(OWNER, body)["spreadsheetId"]
        for email in (SCRIPT, ANNA, BOB):
            sheets.share(self.id, email, "writer")
        self.write("Registry!A1", [HEADERS])
        self.write("Inbox!A1", [["Event", "At", "User", "Tab", "Body", "Signature", "Consumed"]])
        self.write("People!A1", [["Email", "Role"], ["anna@example.com", "manager"]])
        layout = {
            "registry": REGISTRY,
            "inbox": INBOX,
            "id": ["ID", "№ заявки"],
            "prefix": "PR-",
            "watched": [REGISTRY, PEOPLE],
        }
        self.properties = {
            "SF_SECRET": SECRET,
            "SF_ENDPOINT": self.endpoint.url,
            "SF_SPREADSHEET": self.id,
            "SF_LAYOUT": json.dumps(layout),
        }
        self.project = self.emulator.scripts.deploy(
            "trigger", SCRIPT, TRIGGER.read_text("utf-8"), self.properties, "client-1"
        )
        assert self.emulator.scripts.run("trigger", "install").ok

    def close(self) -> None:
        self.endpoint.close()
        self.emulator.close()

    def write(self, where: str, block: list[list[Any]], *, entered: bool = False) -> None:
        """Write as the API does: no trigger runs."""
        sheets = self.emulator.sheets
        sheets.write_values(sheets.open(self.id, OWNER, write=True), OWNER, where, block, entered=entered)

    def batch(self, *requests: Json) -> None:
        sheets = self.emulator.sheets
        sheets.batch_update(sheets.open(self.id, OWNER, write=True), OWNER, {"requests": list(requests)})

    def read(self, where: str) -> list[list[Any]]:
        sheets = self.emulator.sheets
        doc = sheets.open(self.id, OWNER)
        with doc.lock:
            area = doc.book.area(where)
            view = sheets.shown(doc, area.sheet_id)
            return view.texts(doc.book.box(area), "FORMULA", "SERIAL_NUMBER")

    def type(self, who: str, where: str, value: Any) -> Json:
        """Type into a cell; every trigger has to end well."""
        answer = self.emulator.hand.type(who, self.id, where, value)
        assert [run["error"] for run in answer["triggers"]] == [None]
        return answer

    def paste(self, who: str, where: str, block: list[list[Any]]) -> Json:
        answer = self.emulator.hand.paste(who, self.id, where, block)
        assert [run["error"] for run in answer["triggers"]] == [None]
        return answer

    def events(self) -> list[Event]:
        """What is in the Inbox; every signature has to hold."""
        found = []
        for row in self.read("Inbox!A2:G"):
            uuid, at, user, sheet_id, body, signature = row[:6]
            signed = "\n".join([uuid, at, user, self.id, str(sheet_id), body])
            expected = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
            assert signature == expected
            found.append(Event(uuid, at, user, sheet_id, json.loads(body), signature, row))
        return found

    def event(self) -> Event:
        """The only event."""
        (event,) = self.events()
        return event
