"""What comes to the pages and what goes out, without any web framework: a knock, a visitor, an answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sheetflow.app.process import PassReport

UNDO = "~"
"""Divides the nonce of a link from what its own page adds: a form that takes back what was just done."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that came with a form: its name as the browser gave it, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Knock:
    """A request of a browser, as far as it counts here.

    `query`, `fields`: of the address and of the form; a name may stand there several times. `origin`: whether
    the form is of a page of ours, as far as the browser says. `secure`: it came by https, or is to.
    """

    method: str
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    paper: Paper | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    ours: bool = True
    secure: bool = True

    @property
    def acts(self) -> bool:
        """Whether it asks for anything to be done: looking never does."""
        return self.method == "POST"

    @property
    def token(self) -> str:
        """The link's token, or the form's."""
        if self.acts and not self.one_click:
            return self.field("token")
        return self.query.get("t", "")

    @property
    def one_click(self) -> bool:
        """Whether a mail client unsubscribes on a person's behalf (RFC 8058): by the link alone."""
        return self.acts and list(self.fields) == ["List-Unsubscribe"]

    def field(self, name: str) -> str:
        """A field of the form, its last value."""
        return (self.fields.get(name) or [""])[-1]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is before the browser, as far as it tells.

    `visit`: digest of the cookie that forms are bound to. `client`: Google's id for signing in, "" where the
    link alone counts. `signed_in`: the address that Google vouched for.
    """

    visit: str = ""
    client: str = ""
    signed_in: str = ""


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie for the browser to keep, never shown to scripts. `lasts`: seconds."""

    name: str
    value: str
    lasts: int
    same_site: str = "Strict"


@dataclass(frozen=True, slots=True)
class Answer:
    """A page or a file, its HTTP status, and the pass that an act ran.

    `headers`: those that differ from a page's own. `content`: of a file. `cookies` to be set.
    """

    status: int
    html: str = ""
    report: PassReport | None = None
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[Cookie, ...] = ()


def cookie_name(nonce: str) -> str:
    """The name of the cookie that goes with a link: each has its own, so that many can be open at once."""
    return "sf_" + hashlib.sha256(nonce.partition(UNDO)[0].encode()).hexdigest()[:12]


def digest_of(cookie: str) -> str:
    """What a form says of the cookie that it was shown with, "" for none."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()[:32] if cookie else ""
