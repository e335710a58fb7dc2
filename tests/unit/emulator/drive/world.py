"""Drive over HTTP as programs see it: stock clients, and raw requests held to the schema."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httplib2
import requests
from google.auth.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.server import Server
from tests.discovery import assert_fits, discovery

ANNA, BORIS, VERA = "anna@example.com", "boris@example.com", "vera@example.com"
ROBOT = "robot@example.iam.gserviceaccount.com"
FOLDER = "application/vnd.google-apps.folder"
SHEET = "application/vnd.google-apps.spreadsheet"
FILES, UPLOAD = "/drive/v3/files", "/upload/drive/v3/files"
_ID = r"[\w-]+"
_SCHEMAS = (
    (rf"(POST|PATCH|PUT) (/upload)?{FILES}(/{_ID}|/{_ID}/copy)?", "File"),
    (rf"GET {FILES}", "FileList"),
    (rf"GET {FILES}/generateIds", "GeneratedIds"),
    (rf"GET {FILES}/{_ID}", "File"),
    (rf"GET {FILES}/{_ID}/permissions", "PermissionList"),
    (rf"(POST|GET|PATCH) {FILES}/{_ID}/permissions(/{_ID})?", "Permission"),
    (rf"GET {FILES}/{_ID}/revisions", "RevisionList"),
    (rf"(GET|PATCH) {FILES}/{_ID}/revisions/{_ID}", "Revision"),
    (rf"GET {FILES}/{_ID}/comments", "CommentList"),
    (rf"(POST|GET|PATCH) {FILES}/{_ID}/comments(/{_ID})?", "Comment"),
    (rf"GET {FILES}/{_ID}/comments/{_ID}/replies", "ReplyList"),
    (rf"(POST|GET|PATCH) {FILES}/{_ID}/comments/{_ID}/replies(/{_ID})?", "Reply"),
    (rf"GET {FILES}/{_ID}/accessproposals", "ListAccessProposalsResponse"),
    (rf"(POST {FILES}/{_ID}/download|GET /drive/v3/operations/{_ID})", "Operation"),
    (r"GET /drive/v3/about", "About"),
    (r"GET /drive/v3/changes", "ChangeList"),
    (r"GET /drive/v3/changes/startPageToken", "StartPageToken"),
    (rf"POST (/drive/v3/changes|{FILES}/{_ID})/watch", "Channel"),
    (r"GET /drive/v3/drives", "DriveList"),
    (rf"(POST|GET|PATCH) /drive/v3/drives(/{_ID})?", "Drive"),
)


class Local(Credentials):
    """A token that names its bearer."""

    def __init__(self, email: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.token = f"local:{email}"

    def refresh(self, request: object) -> None:
        """A local token does not expire."""


class Caller:
    """Somebody with a session; `ok` wants success, `refused` tells the reason."""

    def __init__(self, base: str, email: str, session: requests.Session) -> None:
        self.base, self.email, self._session = base, email, session

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request; an answer in JSON is held to its schema or to the shape of errors."""
        headers = {"Authorization": f"Bearer local:{self.email}", **more.pop("headers", {})}
        url = path if path.startswith("http") else self.base + path
        answer = self._session.request(method, url, headers=headers, timeout=20, **more)
        if "json" in answer.headers.get("Content-Type", "") and "alt=media" not in url:
            plain = url.removeprefix(self.base).partition("?")[0]
            hold(f"{method} {plain}", answer)
        return answer

    def ok(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of a call that must succeed; None for an empty answer."""
        answer = self.call(method, path, json=body, **more)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str, str]:
        """(status, reason, message) of a call that must be refused."""
        answer = self.call(method, path, json=body, **more)
        assert answer.status_code >= 400, answer.text
        error = answer.json()["error"]
        return answer.status_code, error["errors"][0]["reason"], error["message"]

    def upload(self, name: str, data: bytes, *, kind: str = "application/pdf", **meta: Any) -> str:
        """A file with content; its id."""
        body = {"name": name, "mimeType": kind, **meta}
        parts = {
            "metadata": (None, json.dumps(body), "application/json"),
            "m": ("m", data, kind),
        }
        prepared = requests.Request("POST", self.base, files=parts).prepare()
        boundary = str(prepared.headers["Content-Type"]).partition("boundary=")[2]
        headers = {"Content-Type": f"multipart/related; boundary={boundary}"}
        url = f"{UPLOAD}?uploadType=multipart&supportsAllDrives=true"
        answer = self.call("POST", url, data=prepared.body, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def folder(self, name: str, *parents: str) -> str:
        """A folder's id."""
        body = {"name": name, "mimeType": FOLDER, "parents": list(parents)}
        return str(self.ok("POST", f"{FILES}?supportsAllDrives=true", body)["id"])

    def file(self, file_id: str, fields: str = "*") -> Any:
        """A file as this person sees it."""
        return self.ok("GET", f"{FILES}/{file_id}?supportsAllDrives=true&fields={fields}")

    def found(self, q: str = "", **more: Any) -> list[str]:
        """The names of what a search finds."""
        answer = self.call("GET", FILES, params={"q": q, **more})
        assert answer.status_code == 200, answer.text
        return [one["name"] for one in answer.json()["files"]]

    def share(self, file_id: str, email: str, role: str = "reader") -> Any:
        """Share by mail address."""
        body = {"type": "user", "role": role, "emailAddress": email}
        return self.ok("POST", f"{FILES}/{file_id}/permissions?supportsAllDrives=true&fields=*", body)

    def bytes(self, file_id: str) -> bytes:
        """A file's content."""
        answer = self.call("GET", f"{FILES}/{file_id}?alt=media&supportsAllDrives=true")
        assert answer.status_code == 200, answer.text
        return answer.content


def hold(call: str, answer: requests.Response) -> None:
    """Hold an answer to the discovery document, or to the shape of Drive's errors."""
    body = answer.json()
    if answer.status_code >= 400:
        error = body["error"]
        assert error["code"] == answer.status_code
        assert set(error) <= {"code", "message", "errors", "status", "details"}
        (entry,) = error["errors"]
        assert set(entry) <= {"message", "domain", "reason", "location", "locationType"}
        assert entry["message"] == error["message"]
        assert ("location" in entry) == ("locationType" in entry)
        return
    for pattern, schema in _SCHEMAS:
        if re.fullmatch(pattern, call):
            assert_fits(document="drive.v3", schema=schema, value=body)
            return
    raise AssertionError(f"no schema for {call}")


@dataclass
class World:
    """An emulator on a port, and people who call it."""

    emulator: Emulator
    server: Server
    session: requests.Session
    folder: Path
    clients: list[Any] = field(default_factory=list)

    def who(self, email: str = ANNA) -> Caller:
        """Somebody."""
        return Caller(self.server.url, email, self.session)

    @property
    def anna(self) -> Caller:
        return self.who(ANNA)

    @property
    def boris(self) -> Caller:
        return self.who(BORIS)

    @property
    def robot(self) -> Caller:
        return self.who(ROBOT)

    def stock(self, email: str = ANNA, service: str = "drive", version: str = "v3") -> Any:
        """Google's own client, unmodified but for endpoint and credentials."""
        plain = httplib2.Http(timeout=20)
        plain.redirect_codes = plain.redirect_codes - {
            308
        }  # as the client does with one that it makes itself
        http = AuthorizedHttp(Local(email), http=plain)
        # Uploads go to the document's rootUrl, which `api_endpoint` does not change.
        document = {**discovery(f"{service}.{version}"), "rootUrl": f"{self.server.url}/"}
        client = build_from_document(document, http=http)
        self.clients.append(client)
        return client

    def reopened(self) -> World:
        """The same folder under a new process, as it were."""
        self.close()
        return open_world(self.folder, self.session)

    def close(self) -> None:
        """Stop."""
        for client in self.clients:
            client.close()
        self.server.shutdown()
        self.emulator.close()


def open_world(folder: Path, session: requests.Session) -> World:
    """An emulator over a folder."""
    emulator = Emulator(folder)
    return World(emulator, serve(create_app(emulator), 0), session, folder)
