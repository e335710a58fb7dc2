"""The operators of Gmail's search box, as conditions in SQL over the columns of `mails`.

The table keeps, for each field, its words between single spaces (`words`), so that a phrase is a plain
substring. Words are matched whole and without case. Source: Google's help on search operators, and its guide
on filtering messages for dates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

_WORD = re.compile(r"[^\W_]+")
_LABELS = {
    "inbox": "INBOX",
    "sent": "SENT",
    "draft": "DRAFT",
    "drafts": "DRAFT",
    "trash": "TRASH",
    "spam": "SPAM",
    "starred": "STARRED",
    "important": "IMPORTANT",
    "unread": "UNREAD",
    "chat": "CHAT",
    "chats": "CHAT",
}
_FIELDS = {
    "from": ("sender",),
    "to": ("receivers", "copied", "blind"),
    "cc": ("copied",),
    "bcc": ("blind",),
    "subject": ("subject",),
    "filename": ("attached",),
    "list": ("listed",),
    "deliveredto": ("delivered",),
}
"""`to:` finds those in Cc and Bcc too, as Google's reference says of the same field of a filter."""
_PEOPLE = frozenset({"from", "to", "cc", "bcc", "deliveredto"})
_LINKS = {
    "drive": ("drive google com", "docs google com"),
    "document": ("docs google com document",),
    "spreadsheet": ("docs google com spreadsheets",),
    "presentation": ("docs google com presentation",),
    "youtube": ("youtube com", "youtu be"),
}
_CATEGORIES = {
    "primary": "PERSONAL",
    "social": "SOCIAL",
    "promotions": "PROMOTIONS",
    "updates": "UPDATES",
    "forums": "FORUMS",
}
_NEVER_HERE = frozenset({"muted", "snoozed", "scheduled"})
_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30, "y": 365}
_BYTES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}

PACIFIC = timezone(timedelta(hours=-8))
"""Dates in a query are midnights in Pacific standard time, Google's guide says."""


@dataclass(frozen=True)
class Condition:
    """A piece of SQL with its parameters; `trash` says that it asks for mails in trash or spam."""

    sql: str
    parameters: tuple[object, ...] = ()
    trash: bool = False


NOTHING_ASKED = Condition("1")
NEVER = Condition("0")


@dataclass(frozen=True)
class Searcher:
    """Who searches, and when; `labels` are the box's own, their ids by `label_key` of their names."""

    owner: str
    now: datetime
    labels: Mapping[str, str] = field(default_factory=dict)


def words(text: str) -> str:
    """The words of a text, case folded, between single spaces, with one at either end."""
    return " " + " ".join(word.casefold() for word in _WORD.findall(text)) + " "


def label_key(name: str) -> str:
    """A label's name as a query writes it: what is no letter or digit is a hyphen."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")


def near(text: str, first: str, second: str, distance: int, in_order: int) -> bool:
    """Whether two words stand at most `distance` words apart in a text of words; a function for SQL."""
    found = text.split()
    firsts = [at for at, word in enumerate(found) if word == first]
    seconds = [at for at, word in enumerate(found) if word == second]
    return any(0 < (b - a if in_order else abs(b - a)) <= distance + 1 for a in firsts for b in seconds)


def asked(name: str, value: str, searcher: Searcher) -> Condition | None:
    """What an operator asks for; None where there is no such operator, or its value says nothing."""
    if name in _FIELDS:
        me = value.lower() == "me" and name in _PEOPLE
        return phrase(_FIELDS[name], searcher.owner if me else value)
    made = _OPERATORS.get(name)
    return made(value, searcher) if made is not None else None


def phrase(columns: Iterable[str], text: str) -> Condition:
    """That one of the columns has these words in a row."""
    wanted = words(text)
    if not wanted.strip():
        return NOTHING_ASKED
    columns = tuple(columns)
    tests = " OR ".join(f"instr({column}, ?) > 0" for column in columns)
    return Condition(f"({tests})", (wanted,) * len(columns))


def around(first: str, second: str, distance: int, *, in_order: bool) -> Condition:
    """That two words stand near each other in the subject or the text."""
    parameters = (words(first).strip(), words(second).strip(), distance, int(in_order))
    return Condition("mail_near(subject || body, ?, ?, ?, ?)", parameters)


def negated(found: Condition) -> Condition:
    """The opposite; who wants no trash did not ask for it."""
    return Condition(f"NOT ({found.sql})", found.parameters)


def combined(found: list[Condition], operator: str) -> Condition:
    """All of some conditions, or one of them."""
    if not found:
        return NOTHING_ASKED
    return Condition(
        "(" + operator.join(one.sql for one in found) + ")",
        tuple(parameter for one in found for parameter in one.parameters),
        any(one.trash for one in found),
    )


def labelled(label: str) -> Condition:
    """That a mail has a label."""
    return Condition("instr(labels, ?) > 0", (f" {label} ",), label in ("TRASH", "SPAM"))


def _state(value: str, searcher: Searcher) -> Condition:
    """`in:`, `is:` and `label:`, which Gmail takes one for another."""
    lower = value.lower()
    if lower in ("anywhere", "all"):
        return Condition("1", (), trash=True)
    if lower == "read":
        return negated(labelled("UNREAD"))
    if lower == "archive":
        return negated(
            combined([labelled(one) for one in ("INBOX", "SENT", "DRAFT", "TRASH", "SPAM")], " OR ")
        )
    if lower in _NEVER_HERE:
        return NEVER
    if lower in _LABELS:
        return labelled(_LABELS[lower])
    own = searcher.labels.get(label_key(value))
    return labelled(own) if own else labelled(value)


def _has(value: str, _searcher: Searcher) -> Condition:
    lower = value.lower()
    if lower == "attachment":
        return Condition("files = 1")
    if lower == "userlabels":
        return Condition("instr(labels, ' Label_') > 0")
    if lower == "nouserlabels":
        return Condition("instr(labels, ' Label_') = 0")
    if lower == "yellow-star":
        return labelled("STARRED")
    return (
        combined([phrase(("links",), text) for text in _LINKS[lower]], " OR ") if lower in _LINKS else NEVER
    )


def _category(value: str, _searcher: Searcher) -> Condition:
    name = _CATEGORIES.get(value.lower())
    return labelled(f"CATEGORY_{name}") if name else NEVER


def _message_id(value: str, _searcher: Searcher) -> Condition:
    return Condition("message_id = ?", (f"<{value.strip('<>')}>",))


def _size(sign: str) -> Callable[[str, Searcher], Condition | None]:
    def made(value: str, _searcher: Searcher) -> Condition | None:
        match = re.fullmatch(r"(\d{1,15})([kmg]?)b?", value.lower())
        return Condition(f"length(raw) {sign} ?", (int(match[1]) * _BYTES[match[2]],)) if match else None

    return made


def _time(*, later: bool) -> Callable[[str, Searcher], Condition | None]:
    def made(value: str, searcher: Searcher) -> Condition | None:
        moment = _moment(value, searcher.now)
        return Condition(f"at_ms {'>=' if later else '<'} ?", (moment,)) if moment is not None else None

    return made


def _moment(value: str, now: datetime) -> int | None:
    """The milliseconds since 1970 of a date, of seconds since 1970, or of an age such as `2d`."""
    if match := re.fullmatch(r"(\d{1,3})([hdwmy])", value.lower()):
        return int((now - timedelta(days=int(match[1]) * _DAYS[match[2]])).timestamp() * 1000)
    if re.fullmatch(r"\d{9,12}", value):
        return int(value) * 1000
    if match := re.fullmatch(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", value):
        year, month, day = match.groups()
    elif match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", value):
        month, day, year = match.groups()
    else:
        return None
    try:
        return int(datetime(int(year), int(month), int(day), tzinfo=PACIFIC).timestamp() * 1000)
    except ValueError:
        return None


_OPERATORS: Mapping[str, Callable[[str, Searcher], Condition | None]] = {
    "in": _state,
    "is": _state,
    "label": _state,
    "has": _has,
    "category": _category,
    "rfc822msgid": _message_id,
    "larger": _size(">"),
    "size": _size(">"),
    "smaller": _size("<"),
    "after": _time(later=True),
    "newer": _time(later=True),
    "newer_than": _time(later=True),
    "before": _time(later=False),
    "older": _time(later=False),
    "older_than": _time(later=False),
}
