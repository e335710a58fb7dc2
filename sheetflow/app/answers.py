"""An answer to a mail of ours, read out of its bytes: who vouches for its author, and what they wrote.

From is believed only where Gmail's own Authentication-Results vouch for its domain: the topmost such header,
of mx.google.com, below a Received line of that server, with dmarc=pass for the domain of From, or with
dkim=pass or spf=pass for exactly that domain. Anything else is nobody's mail, also one without such a header:
Gmail writes none on what a mailbox sends to itself. Deny by default.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Protocol

from sheetflow.app.letters import REFERENCE_HEADER, clean, root_of
from sheetflow.core.correspondence import MAIL
from sheetflow.model.events import Act, Arrived, Returned
from sheetflow.model.snapshot import Snapshot

AUTHORITY = "mx.google.com"
LONGEST = 2_000
"""Characters of a comment, as on the page."""
MOST_REFERENCES = 50

_REFERENCE = re.compile(r"\bSF[A-Z2-9]{10}\b")
_COMMENT = re.compile(r"\([^()]*\)")
_AUTOMATIC = ("precedence", "list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-loop")
_QUOTED = (
    re.compile(r"\s*>"),
    re.compile(
        r"\s*-{2,}\s*(original|forwarded|исходное|пересылаемое) (message|сообщение)",
        re.IGNORECASE,
    ),
    re.compile(r"\s*_{10,}\s*$"),
    re.compile(r"--\s?$"),
    re.compile(r"\s*(sent from my |отправлено с |отправлено из )", re.IGNORECASE),
)
_INTRODUCED = re.compile(
    r"\s*(on\b.{0,200}\d.{0,200}\bwrote|.{0,200}\d.{0,200}(<\S+@\S+>"
    r"|\b(wrote|пишет|написала?|писала?)(\s*\(а\))?))\s*:\s*$",
    re.IGNORECASE,
)
"""What a mail program writes above a quotation: when, who, and that they wrote."""
_HEAD = re.compile(r"\s*\*?(from|от|от кого|de|von)\s*:\*?\s*\S", re.IGNORECASE)
_HEADS = re.compile(r"\s*\*?(sent|date|to|subject|отправлено|дата|кому|тема)\s*:", re.IGNORECASE)


class MailroomPort(Protocol):
    """What arrives in the mailbox that messages are sent from."""

    def arrived(self) -> tuple[Sequence[Returned], Sequence[Arrived]]:
        """Mails of ours that came back, and answers, as far as nobody was told of them yet."""
        ...

    def told(self, returned: Collection[str], strange: Collection[str]) -> None:
        """All of them were recorded; the ids of what came back, and of answers that were not taken."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered.

    `user`: whom Gmail vouches for, "" for nobody. `ancestors`: the message ids that it follows;
    `references`: ours, in what it quotes. `automatic`: no person wrote it.
    """

    message: str
    at: datetime
    user: str
    text: str
    ancestors: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    automatic: bool = False
    files: bool = False
    long: bool = False


def read_answer(arrived: Arrived) -> Answer:
    """Read a mail, whatever it is."""
    message = email.message_from_bytes(arrived.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes them
    whole, html, files = _bodies(message)
    text = above_quotation(whole) if whole.strip() else above_quotation(text_of_html(html))
    long, text = len(text) > LONGEST, clean(text, lines=True)
    ancestors = re.findall(
        r"<[^<>\s]+>", " ".join(_values(message, "References") + _values(message, "In-Reply-To"))
    )
    return Answer(
        arrived.message,
        arrived.at,
        author(message),
        text,
        tuple(ancestors[:MOST_REFERENCES]),
        tuple(dict.fromkeys(_REFERENCE.findall(whole + html)))[:MOST_REFERENCES],
        is_automatic(message),
        files,
        long,
    )


def author(message: EmailMessage) -> str:
    """The one address of From where Gmail vouches for its domain, else ""."""
    fields = message.get_all("From") or []
    addresses: Sequence[Address] = getattr(fields[0], "addresses", ()) if len(fields) == 1 else ()
    if len(addresses) != 1 or not addresses[0].domain:
        return ""
    address = str(addresses[0].addr_spec).lower()
    domain = address.rpartition("@")[2]
    return address if _vouched(message, domain) else ""


def _vouched(message: EmailMessage, domain: str) -> bool:
    seen = False
    for name, value in message.items():
        if name.lower() == "received" and re.search(rf"\bby {re.escape(AUTHORITY)}\b", str(value)):
            seen = True
        if name.lower() == "authentication-results":
            return seen and _passes(str(value), domain)
    return False


def _passes(header: str, domain: str) -> bool:
    """Whether a header's results vouch for a domain."""
    plain = header
    while (bare := _COMMENT.sub(" ", plain)) != plain:
        plain = bare
    authority, *results = [part.strip() for part in plain.split(";")]
    if authority.split()[:1] != [AUTHORITY]:
        return False
    vouched = False
    for result in results:
        method, _, rest = result.partition("=")
        verdict, *properties = rest.split() or [""]
        facts = dict(one.lower().partition("=")[::2] for one in properties)
        if method.strip().lower() == "dmarc":
            if verdict.lower() != "pass":
                return False
            vouched = vouched or facts.get("header.from", "") == domain
        elif verdict.lower() == "pass" and method.strip().lower() in ("spf", "dkim"):
            names = ("smtp.mailfrom",) if method.strip().lower() == "spf" else ("header.i", "header.d")
            vouched = vouched or any(facts.get(key, "").rpartition("@")[2] == domain for key in names)
    return vouched


def is_automatic(message: EmailMessage) -> bool:
    """Whether a machine sent it: an absence notice, a mailing list, a notice of delivery, a mail of ours."""
    said = " ".join(_values(message, "Auto-Submitted")).strip().lower()
    empty = any(value.strip() == "<>" for value in _values(message, "Return-Path"))
    named = any(message.get(name) for name in (*_AUTOMATIC, REFERENCE_HEADER, "X-Auto-Response-Suppress"))
    return said not in ("", "no") or empty or named or message.get_content_type() == "multipart/report"


def above_quotation(text: str) -> str:
    """What stands above the quotation and the signature."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place, line in enumerate(lines):
        if any(mark.match(line) for mark in _QUOTED) or _begins(lines, place):
            return "\n".join(lines[:place]).strip()
    return text.strip()


def _begins(lines: Sequence[str], place: int) -> bool:
    """Whether a quotation is introduced here: in words, which mail programs wrap, or by its headers."""
    if _HEAD.match(lines[place]):
        return any(_HEADS.match(line) for line in lines[place + 1 : place + 4])
    joined = lines[place]
    if _INTRODUCED.match(joined):
        return True
    for line in lines[place + 1 : place + 3]:  # wrapped
        if not joined.strip() or not line.strip() or _INTRODUCED.match(line):
            return False
        joined += " " + line
        if re.match(r"\s*(on\b|\S.*\d)", lines[place], re.IGNORECASE) and _INTRODUCED.match(joined):
            return True
    return False


def text_of_html(html: str) -> str:
    """The text of an HTML part, what it quotes left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Keeps the words; `skipped` counts the open tags of what is left out."""

    VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "wbr"})
    BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "hr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = " ".join(value or "" for key, value in attrs if key in ("class", "id"))
        quoted = "gmail_quote" in named or "gmail_signature" in named or "divRplyFwdMsg" in named
        if tag not in self.VOID and (
            self.skipped or quoted or tag in ("blockquote", "style", "script", "head", "title")
        ):
            self.skipped.append(tag)
        elif tag in self.BREAKS and not self.skipped:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.skipped:
            while self.skipped.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.parts.append(re.sub(r"\s+", " ", data))


def _bodies(message: EmailMessage) -> tuple[str, str, bool]:
    """The plain text, the HTML, and whether files hang on it."""
    plain: list[str] = []
    html: list[str] = []
    files = False
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or part.get_filename():
            files = files or not kind.startswith("application/pkcs7")
        elif kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else html).append(_text(part))
    return "\n".join(plain), "\n".join(html), files


def _text(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    content = data if isinstance(data, bytes) else b""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "cp1251"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", "replace")


def _values(message: EmailMessage, name: str) -> list[str]:
    return [str(value) for value in message.get_all(name) or []]


def acts_of(
    answers: Iterable[Answer], snapshot: Snapshot, registry: str, reference: Callable[[str], str]
) -> list[Act]:
    """The answers that follow a mail about a request of this registry, as comments to be judged."""
    found = [one for one in answers if one.user and not one.automatic]
    if not found:
        return []
    roots = {f"request-{root_of(registry, str(row[0]))}": str(row[0]) for row in snapshot.state if row}
    sent: dict[str, str] = {}
    for row in snapshot.outbox:
        if len(row) > 7 and row[0] and row[7]:
            sent[reference(str(row[0]))] = str(row[7])
    acts = []
    for one in found:
        if request := _about(one, roots, sent):
            facts = {key: "yes" for key, there in (("files", one.files), ("long", one.long)) if there}
            acts.append(
                Act(
                    one.message, min(one.at, snapshot.now), one.user, request, "comment", comment=one.text,
                    link=one.message, facts=facts, via=MAIL,
                )
            )  # fmt: skip
    return acts


def _about(answer: Answer, roots: Mapping[str, str], sent: Mapping[str, str]) -> str:
    """The request: by what the answer follows, else by the reference in what it quotes."""
    for ancestor in answer.ancestors:
        if request := roots.get(ancestor.strip("<>").partition("@")[0]):
            return request
    return next((sent[one] for one in answer.references if one in sent), "")
