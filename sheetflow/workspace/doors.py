"""The workspace's public doors, as any tool here uses them: HTTP, plain gspread, Google's APIs, the pages.

Nothing here reaches into the product. A person is an e-mail address, told to Google's paths as the bearer
token `local:<email>`.
"""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, TypeVar
from urllib.parse import urljoin

import gspread
import requests
from google.oauth2.credentials import Credentials

from sheetflow.errors import AccessDenied, NotFound, PortError, Unavailable
from sheetflow.workspace.web_pages import FormPage, Page, read_form, read_page

GOOGLE = "https://sheets.googleapis.com"
TIMEOUT = 60
"""Seconds for one answer: an edit's comes when the trigger, and the pass that it asked for, are done."""

T = TypeVar("T")

_LINK = re.compile(r"https?://\S+[?&]t=[\w.~-]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as its reader has it. `link`: the request page, `reply_to`: an address; "" where it has none."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    link: str
    reply_to: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file with its content: handed in, or attached to a mail."""

    name: str
    data: bytes


class Doors:
    """One running workspace, by its address.

    Raises:
        Unavailable: nothing answers there.
        AccessDenied: this person may not do that.
        NotFound: there is no such thing.
        PortError: whatever else was refused.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._tabs: dict[str, gspread.Worksheet] = {}
        self._place: dict[str, Any] = {}

    # --- the workspace's own

    def describe(self) -> dict[str, Any]:
        """What is here: spreadsheet, people, functions, locale, now."""
        self._place = self._json("GET", "/workspace")
        return self._place

    def edit(self, person: str, where: str, value: object) -> dict[str, Any]:
        """A hand types a value into a range, or pastes a block (a list of rows) at its corner."""
        body = {"as": person, "range": where, "values" if isinstance(value, list) else "value": value}
        return self._json("POST", "/workspace/edit", body)

    def move_clock(self, **how: object) -> None:
        """`advance="PT15M"` or `set="2026-11-24T09:00:00Z"`."""
        self._json("POST", "/workspace/clock", how)

    def run_schedule(self) -> dict[str, Any]:
        """What Cloud Scheduler does every minute."""
        return self._json("POST", "/workspace/schedule", {})

    def call_counts(self) -> Mapping[str, int]:
        """How many API calls of each kind there were since the workspace started."""
        counts: Mapping[str, int] = self._json("GET", "/workspace/calls?since=1000000000")["counts"]
        return counts

    # --- Sheets, by plain gspread

    def tab(self, person: str, title: str) -> gspread.Worksheet:
        """A tab, opened by a person with plain gspread."""
        key = f"{person}\n{title}"
        if key not in self._tabs:
            credentials = Credentials(token=f"local:{person}")  # type: ignore[no-untyped-call]
            client = gspread.Client(credentials, http_client=_endpoint(self.url))
            place = self._place or self.describe()
            self._tabs[key] = told(lambda: client.open_by_key(place["spreadsheet"]["id"]).worksheet(title))
        return self._tabs[key]

    # --- Gmail

    def mails(self, address: str, query: str = "in:inbox", known: Sequence[str] = ()) -> list[Mail]:
        """Somebody's mails, oldest first, without those whose ids are `known`."""
        found = [each for each in self._mail_ids(address, query) if each not in known]
        return [self._mail(address, each) for each in reversed(found)]

    def count_mails(self, address: str, query: str) -> int:
        """How many of somebody's mails a search finds."""
        return len(self._mail_ids(address, query))

    def _mail_ids(self, address: str, query: str) -> list[str]:
        found: list[str] = []
        page = ""
        while True:
            asked = {"q": query, "maxResults": "500"} | ({"pageToken": page} if page else {})
            answer = self._json("GET", "/gmail/v1/users/me/messages", params=asked, person=address)
            found += [each["id"] for each in answer.get("messages", [])]
            page = answer.get("nextPageToken", "")
            if not page:
                return found

    def _mail(self, address: str, mail_id: str) -> Mail:
        path = f"/gmail/v1/users/me/messages/{mail_id}"
        answer = self._json("GET", path, params={"format": "raw"}, person=address)
        raw = base64.urlsafe_b64decode(answer["raw"])
        mail = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
        body = mail.get_body(("plain",))
        text = str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
        link = _LINK.search(text)
        files = tuple(
            File(part.get_filename("") or "", bytes(part.get_content())) for part in mail.iter_attachments()
        )
        sender, to, subject, reply_to = (
            str(mail[name] or "") for name in ("From", "To", "Subject", "Reply-To")
        )
        return Mail(mail_id, sender, to, subject, text, link[0] if link else "", reply_to, files)

    # --- Drive

    def upload(self, person: str, file: File, folder: str, kind: str = "application/pdf") -> str:
        """Put a file into a folder; gives the link that Drive shows for it."""
        meta = json.dumps({"name": file.name, "mimeType": kind, "parents": [folder]})
        mark = hashlib.sha256(file.data).hexdigest()
        head = f"--{mark}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{meta}\r\n"
        head += f"--{mark}\r\nContent-Type: {kind}\r\n\r\n"
        answer = self._answer(
            "POST",
            f"{self.url}/upload/drive/v3/files",
            params={"uploadType": "multipart", "fields": "webViewLink"},
            data=head.encode() + file.data + f"\r\n--{mark}--".encode(),
            content_type=f"multipart/related; boundary={mark}",
            person=person,
        )
        return str(answer.json()["webViewLink"])

    def file(self, person: str, file_id: str) -> Mapping[str, Any]:
        """What Drive shows of a file or a folder. Raises NotFound where the person may not see it."""
        asked = {"fields": "id,name,parents"}
        return self._json("GET", f"/drive/v3/files/{file_id}", params=asked, person=person)

    def files(self, person: str, folder: str) -> list[Mapping[str, Any]]:
        """What lies in a folder: id, name, size (as text), link; by name."""
        asked = {
            "q": f"'{folder}' in parents and trashed = false",
            "orderBy": "name",
            "fields": "files(id,name,size,webViewLink)",
        }
        found: list[Mapping[str, Any]] = self._json("GET", "/drive/v3/files", params=asked, person=person)[
            "files"
        ]
        return found

    def content(self, person: str, file_id: str) -> bytes:
        """A file's bytes."""
        url = f"{self.url}/drive/v3/files/{file_id}"
        return self._answer("GET", url, params={"alt": "media"}, person=person).content

    # --- the form

    def form(self, person: str) -> FormPage:
        """The form, as a signed-in person's browser shows it."""
        url = str((self._place or self.describe())["form"]["url"])
        answer = self._answer("GET", url, person=person)
        page = read_form(answer.status_code, answer.text)
        page.action = urljoin(url, page.action)
        return page

    def answer(
        self, person: str, page: FormPage, given: Mapping[str, str], files: Mapping[str, File]
    ) -> FormPage:
        """Fill in the form's page, texts and files by the titles of the questions, and send it."""
        texts = {page.questions[title]: text for title, text in given.items()}
        handed = [(page.questions[title], (f.name, f.data, "application/pdf")) for title, f in files.items()]
        answer = self._answer("POST", page.action, data=texts, files=handed, person=person, whole=True)
        return read_form(answer.status_code, answer.text)

    # --- the request page

    def page(self, link: str) -> Page:
        """Open a link, as a browser does."""
        return self._page("GET", link)

    def choose(self, link: str, act: str, comment: str = "") -> Page:
        """Open a link, fill in the form of one act and send it.

        Raises:
            NotFound: the page offers no such act.
        """
        seen = self.page(link)
        if act not in seen.acts:
            raise NotFound("request page", f"it offers {', '.join(seen.acts) or 'nothing'}, not {act}")
        form = {**seen.acts[act], "comment": comment}
        return self._page("POST", link.partition("?")[0], data=form)

    def _page(self, method: str, url: str, **more: Any) -> Page:
        answer = self._answer(method, url, whole=True, **more)
        answer.encoding = "utf-8"
        return read_page(answer.status_code, answer.text)

    # --- HTTP

    def _json(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        person: str = "",
    ) -> dict[str, Any]:
        answer = self._answer(method, self.url + path, json=body, params=params, person=person)
        found: dict[str, Any] = answer.json()
        return found

    def _answer(
        self,
        method: str,
        url: str,
        *,
        person: str = "",
        whole: bool = False,
        content_type: str = "",
        **more: Any,
    ) -> requests.Response:
        """An answer; `whole`: whatever its status."""
        headers = {"Authorization": f"Bearer local:{person}"} if person else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        try:
            answer = self._session.request(method, url, headers=headers, timeout=TIMEOUT, **more)
        except requests.RequestException as error:
            raise Unavailable("workspace", f"no answer at {self.url} ({type(error).__name__})") from error
        if not whole and not answer.ok:
            raise _refused(answer)
        return answer


def _endpoint(url: str) -> Any:
    """The client of gspread itself with another host: all that a script changes."""

    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *more: Any, **others: Any) -> requests.Response:
            return super().request(method, endpoint.replace(GOOGLE, url), *more, **others)

    return Local


def told(call: Callable[[], T]) -> T:
    """Call gspread; its errors become ours."""
    try:
        return call()
    except gspread.exceptions.APIError as error:
        raise _refused(error.response) from error
    except PermissionError as error:  # gspread makes one of Google's 403
        raise AccessDenied("Sheets", str(error.__cause__ or error)) from error


def _refused(answer: requests.Response) -> PortError:
    try:
        message = str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        message = answer.reason
    kind = {401: AccessDenied, 403: AccessDenied, 404: NotFound}.get(answer.status_code, PortError)
    return kind("workspace", f"{answer.status_code} {message}")
