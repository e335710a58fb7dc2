"""The workspace's public doors, as any tool on this machine uses them: HTTP, plain gspread, Gmail's API.

Nothing here reaches into the product. A person is an e-mail address, told to Google's paths as the bearer
token `local:<email>`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, TypeVar

import gspread
import requests
from google.oauth2.credentials import Credentials

from sheetflow.errors import AccessDenied, NotFound, PortError, Unavailable

GOOGLE = "https://sheets.googleapis.com"
TIMEOUT = 60
"""Seconds for one answer: an edit's comes when the trigger, and the pass that it asked for, are done."""

T = TypeVar("T")

_LINK = re.compile(r"https?://\S+[?&]t=[\w.~-]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as its reader has it. `link`: the request page, "" where the mail has none."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    link: str


@dataclass(slots=True)
class Page:
    """The request page. `acts`: act -> the fields of its form. `text`: what one reads on it."""

    status: int
    text: str
    acts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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
        answer = self._json("GET", f"/gmail/v1/users/me/messages/{mail_id}", person=address)
        headers = {each["name"].lower(): each["value"] for each in answer["payload"]["headers"]}
        text = _plain(answer["payload"])
        link = _LINK.search(text)
        return Mail(
            mail_id, headers.get("from", ""), headers.get("to", ""), headers.get("subject", ""), text,
            link[0] if link else "",
        )  # fmt: skip

    # --- the request page

    def page(self, link: str) -> Page:
        """Open a link, as a browser does."""
        return _read_page(self._answer("GET", link, whole=True))

    def choose(self, link: str, act: str, comment: str = "") -> Page:
        """Open a link, fill in the form of one act and send it.

        Raises:
            NotFound: the page offers no such act.
        """
        seen = self.page(link)
        if act not in seen.acts:
            raise NotFound("request page", f"it offers {', '.join(seen.acts) or 'nothing'}, not {act}")
        form = {**seen.acts[act], "comment": comment}
        return _read_page(self._answer("POST", link.partition("?")[0], data=form, whole=True))

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
        self, method: str, url: str, *, person: str = "", whole: bool = False, **more: Any
    ) -> requests.Response:
        """An answer; `whole`: whatever its status."""
        headers = {"Authorization": f"Bearer local:{person}"} if person else {}
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


def _plain(part: Mapping[str, Any]) -> str:
    """The text/plain part of a Gmail message."""
    if part.get("mimeType") == "text/plain":
        data = part.get("body", {}).get("data", "")
        text = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)).decode("utf-8", "replace")
        return text.replace("\r\n", "\n")
    return next(filter(None, map(_plain, part.get("parts", []))), "")


def _read_page(answer: requests.Response) -> Page:
    answer.encoding = "utf-8"
    reader = _Forms()
    reader.feed(answer.text)
    acts = {form["act"]: form for form in reader.forms if "act" in form}
    return Page(answer.status_code, " ".join(" ".join(reader.words).split()), acts)


class _Forms(HTMLParser):
    """The hidden fields of each form, and the words outside of the style sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.words: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and given.get("type") == "hidden" and self.forms:
            self.forms[-1][given.get("name") or ""] = given.get("value") or ""
        self._silent = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own signature
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
