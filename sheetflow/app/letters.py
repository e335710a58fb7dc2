"""From a decided letter to a mail that can be sent: headers that cannot be forged, texts in both forms.

Decided here: how facts are shown (money, dates, labels), and what may stand in a header. Not decided: who is
told what (`core.consequences`), the words (`sheet_templates/`), how it is sent (`adapters`).

Whatever comes from a cell may try to be something else: a header, a tag, a template, a line of ours. Control
and direction-changing characters are dropped, lines are joined wherever a line of our own stands, HTML is
escaped, and facts are only ever values of a template.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import parseaddr
from types import MappingProxyType
from typing import Any

from sheetflow.app.cautions import cautions
from sheetflow.app.mail_templates import MailTemplates, one_line
from sheetflow.core.attention.standing import DIGEST
from sheetflow.core.consequences import MOST_ITEMS
from sheetflow.core.rulebook import Words
from sheetflow.model.invalid import Invalid, shown
from sheetflow.model.money import Money, format_money
from sheetflow.model.snapshot import Letter

REFERENCE_HEADER = "X-Sheetflow-Reference"
LONGEST_SUBJECT = 160
LONGEST_FACT = 2_000

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HIDDEN = dict.fromkeys(
    (
        *range(9), 11, 12, *range(14, 32), *range(127, 160), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F),
        *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xD800, 0xE000),
        *range(0xE0000, 0xE0080),
    )
)  # fmt: skip
"""Control characters, lone surrogates, tags, and what turns the direction of the text around it."""
_LINE_ENDS = {0x85: "\n", 0x2028: "\n", 0x2029: "\n"}

_MONEY = {"amount", "paid", "just_paid", "open"}
_DATES = {"pay_by", "invoice_date"}
_LABELS = {"status": "statuses", "target": "statuses"}


def reference_of(letter_id: str) -> str:
    """The short text by which a sent mail is found again: SF and ten capitals or digits 2 to 9.

    >>> reference_of("0a1b2c")
    'SFADVPKBJR9C'
    """
    number = int.from_bytes(hashlib.sha256(letter_id.encode()).digest())
    signs = []
    for _ in range(10):
        number, place = divmod(number, len(_ALPHABET))
        signs.append(_ALPHABET[place])
    return "SF" + "".join(signs)


def compose(
    letter: Letter,
    words: Mapping[str, Words],
    templates: MailTemplates,
    sender: str,
    link: str,
    reference: str,
    *,
    zone: tzinfo = UTC,
    waiting: str = "",
    payment: str = "",
    calendar: str = "",
    unsubscribe: str = "",
    more: Mapping[str, Any] = MappingProxyType({}),
    registry: str = "",
) -> EmailMessage:
    """Make the mail of a letter.

    Args:
        letter: with `facts["language"]`, a key of `words`; an unknown one gives the first.
        words: by language.
        templates: where the texts are.
        sender: an address, or "Name <address>".
        link: the request page, https (http on this machine); "" for none. Contractors' letters never show it.
        reference: what `reference_of` gave; it stands in both parts and in a header.
        zone: the company's, for the day on which something happened.
        waiting: the page of all that waits for the recipient; "" for none.
        payment: the contractor's page of the payment that the letter is about; "" for none.
        calendar: the payment calendar of the recipient; "" for none.
        unsubscribe: where the recipient says that they do not want what they need not act on; "" for none.
        more: further facts for the template, ready to be read.
        registry: the spreadsheet's id: requests of several have the same numbers.

    Raises:
        Invalid: "email-malformed": the recipient or the sender is not exactly one plain address.
        ConfigError: the letter has no template, or a broken one.
        ValueError: a link is no web address.
    """
    links = {
        "link": link,
        "waiting_link": waiting,
        "payment_link": payment,
        "news_link": unsubscribe,
        "calendar_link": calendar,
    }
    for address in filter(None, links.values()):
        if not re.fullmatch(r"https?://[^\s\"'<>]+", address):
            raise ValueError(f"not a web address: {shown(address)}")
    theirs = words.get(str(letter.facts.get("language", ""))) or next(iter(words.values()))
    facts = facts_shown(letter, theirs, zone) | links | {"reference": reference} | dict(more)
    made = templates.render(theirs.language, letter.template, facts)
    name, address = parseaddr(sender)
    company = clean(name, lines=False) or str(facts["company"])
    own = address_of(address)

    message = EmailMessage(policy=SMTP)
    message["Subject"] = Subject(subject_of(letter.request, made.subject))
    message["From"] = Address(company, addr_spec=own)
    message["To"] = Address(addr_spec=address_of(letter.to))
    if answer_to := str(letter.facts.get("reply_to", "")):
        message["Reply-To"] = Address(addr_spec=address_of(answer_to))
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange does not look at the header above
    message[REFERENCE_HEADER] = reference
    message["Content-Language"] = theirs.language
    if unsubscribe:  # RFC 8058: a mail client's own button posts to it at once
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if letter.request or letter.template == DIGEST:
        # Mails about one request share an ancestor, so that clients show them together; so do digests.
        kind, about = ("request", letter.request) if letter.request else (DIGEST, letter.to)
        root = root_of(registry, about)
        message["References"] = f"<{kind}-{root}@{own.partition('@')[2]}>"
    message.set_content(made.text, cte="base64")
    message.add_alternative(made.html, subtype="html", cte="base64")
    return message


def root_of(registry: str, about: str) -> str:
    """What mails about one request have in common: the first part of the message id that all refer to."""
    return hashlib.sha256(f"{registry}\n{about}".encode()).hexdigest()[:20]


class Subject(str):
    """A subject line that folds as RFC 2047 wants it.

    The standard library's own folding loses the space between two words where the first is moved to a new
    line and both have to be encoded.
    """

    __slots__ = ()
    name = "Subject"

    def fold(self, *, policy: Policy[EmailMessage]) -> str:
        """The header as it is sent."""
        charset = "us-ascii" if self.isascii() else "utf-8"
        lines = Header(str(self), charset, header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {lines}{policy.linesep}"


def address_of(text: str) -> str:
    """One plain address, its domain in ASCII.

    Raises:
        Invalid: "email-malformed" for anything that is more, or less, than one address.

    >>> address_of("ann@почта.example")
    'ann@xn--80a1acny.example'
    >>> address_of("ann@firm.example, bob@firm.example")
    Traceback (most recent call last):
    sheetflow.model.invalid.Invalid: email-malformed (value='ann@firm.example, bob@firm.example')
    """
    local, at, domain = text.strip(" ").rpartition("@")
    try:
        found = local + at + domain.encode("idna").decode("ascii")
        if _ADDRESS.fullmatch(found):
            Address(addr_spec=found)
            return found
    except (UnicodeError, ValueError, IndexError):
        pass
    raise Invalid("email-malformed", {"value": shown(text)})


def subject_of(request: str, subject: str) -> str:
    """The subject line: the request's number first, the same in all of its mails."""
    text = clean(f"[{request}] {subject}" if request else subject, lines=False)
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1].rstrip() + "…"


def clean(text: str, *, lines: bool) -> str:
    r"""A text from a cell without what is not text. `lines`: its line ends stay.

    >>> clean("a\r\nBcc: b\u202e", lines=False)
    'a Bcc: b'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS).translate(_HIDDEN)
    if len(plain) > LONGEST_FACT:
        plain = plain[: LONGEST_FACT - 1] + "…"
    return plain.strip() if lines else one_line(plain)


def facts_shown(letter: Letter, words: Words, zone: tzinfo = UTC) -> dict[str, Any]:
    """A letter's facts as people read them, and what its template may call.

    `label(group, key)`; `rows(key, …)` gives (label, value) of the facts that are not blank;
    `status(key)`, a status's label.
    """
    raw = letter.facts
    facts: dict[str, Any] = {
        "company": "", "name": "", "approved_by": "", "urgent": "", "language": words.language,
    }  # fmt: skip
    for key, value in raw.items():
        if isinstance(value, str):
            facts[key] = clean(value, lines=key == "comment")
    for key in _MONEY & facts.keys():
        facts[key] = money_text(facts[key], str(raw.get("currency", "")), words.language)
    for key in _DATES & facts.keys():
        facts[key] = day_text(facts[key], words)
    for key, group in _LABELS.items():
        if key in facts:
            facts[key] = words.label(group, facts[key])
    at = _moment(str(raw.get("at", "")), zone)
    if at is not None:
        facts["at"] = _date(at.date(), words)
    if facts.get("by") == "bank":
        facts["by"] = words.label("roles", "bank")
    items = raw.get("items", ())
    if isinstance(items, Sequence):
        listed, over = _items(items)
        facts["items"], facts["more"] = listed, over + int(str(raw.get("left", 0)))
    if isinstance(counts := raw.get("counts"), Sequence):
        facts["counts"] = [tuple(clean(str(text), lines=False) for text in pair) for pair in counts]
    facts |= {
        "language": words.language,
        "request": clean(letter.request, lines=False),
        "warnings": _warnings(raw, at, facts, words),
        "label": words.label,
        "status_label": lambda key: words.label("statuses", key),
        "rows": _rows(facts, words),
    }
    return facts


def _rows(facts: Mapping[str, Any], words: Words) -> Callable[..., list[tuple[str, str]]]:
    def rows(*keys: str, **named: str) -> list[tuple[str, str]]:
        """Facts by key; `label=fact` shows a fact under a label of `[letters]`."""
        found = [(words.label("columns", key), str(facts[key])) for key in keys]
        found += [(words.label("letters", name), str(facts[key])) for name, key in named.items()]
        return [(label, value) for label, value in found if value]

    return rows


def _items(items: Sequence[object]) -> tuple[list[dict[str, str]], int]:
    """Each different item once, and how many more there are than a letter lists."""
    found: list[dict[str, str]] = []
    for item in items:
        if isinstance(item, Mapping):
            shown_item = {str(key): clean(str(value), lines=False) for key, value in item.items()}
            if shown_item not in found:
                found.append(shown_item)
    return found[:MOST_ITEMS], max(0, len(found) - MOST_ITEMS)


def _warnings(
    raw: Mapping[str, object], at: datetime | None, facts: Mapping[str, Any], words: Words
) -> list[str]:
    if at is None:
        return []
    known = {key: value for key, value in facts.items() if isinstance(value, str)}
    own_facts = [*cautions(raw, at.date()), *_remembered(raw)]
    told = (words.sentence("warnings", key, known | own) for key, own in own_facts)
    return [text for text in told if text]


def _remembered(raw: Mapping[str, object]) -> list[tuple[str, dict[str, str]]]:
    """What was noticed about the request while it was a draft."""
    found = raw.get("cautions")
    return (
        [(str(key), {k: clean(str(v), lines=False) for k, v in facts.items()}) for key, facts in found]
        if isinstance(found, list)
        else []
    )


def money_text(text: str, currency: str, language: str) -> str:
    """An amount as people read it; as it is where it is none."""
    if not text:
        return ""
    try:
        return format_money(Money(Decimal(text), currency), language if language in ("en", "ru") else "en")
    except (InvalidOperation, Invalid):
        return f"{text} {clean(currency, lines=False)}".strip()


def day_text(text: str, words: Words) -> str:
    """An ISO day as people read it; as it is where it is none."""
    try:
        return _date(date.fromisoformat(text), words)
    except ValueError:
        return text


def _date(day: date, words: Words) -> str:
    form = words.label("letters", "date")
    month = words.label("months", str(day.month))
    return form.format(day=day.day, month=month, year=day.year)


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(zone)
    except ValueError:
        return None
