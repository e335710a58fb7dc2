"""Gmail's search box: a query becomes a condition on the table of mails.

Words are matched whole and without case, a phrase is neighbouring words; operators are `in: is: label: from:
to: cc: bcc:
subject: rfc822msgid: after: before: newer: older: newer_than: older_than: has:attachment filename:`; `-`
negates, `OR`, `( )` and `{ }` combine. What is no operator is searched for as text. Source: Google's help on
search operators.

The table keeps, for each field, its words between single spaces (`words`), so that a phrase is a plain
substring.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(
    r'-?[A-Za-z0-9_]+:"[^"]*"|-?[A-Za-z0-9_]+:[^\s(){}"]+|-?"[^"]*"|[(){}]|-(?=[({])|[^\s(){}"]+'
)
_PLACES = {
    "inbox": "INBOX",
    "sent": "SENT",
    "drafts": "DRAFT",
    "draft": "DRAFT",
    "trash": "TRASH",
    "spam": "SPAM",
}
_STATES = {
    "unread": "UNREAD",
    "starred": "STARRED",
    "important": "IMPORTANT",
    "sent": "SENT",
    "draft": "DRAFT",
}
_FIELDS = {
    "from": "sender",
    "to": "receivers",
    "cc": "copied",
    "bcc": "blind",
    "subject": "subject",
    "filename": "body",
}
_CLOSING = {"(": ")", "{": "}"}
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}

PACIFIC = timezone(timedelta(hours=-8))
"""Dates in a query are midnights in Pacific standard time, Google's guide says."""


@dataclass
class Condition:
    """A piece of SQL over the columns of `mails`, with its parameters."""

    sql: str
    parameters: list[object] = field(default_factory=list)


@dataclass(frozen=True)
class Searcher:
    """Who searches, and when: what `me` and `newer_than:` mean."""

    owner: str
    now: datetime


def words(text: str) -> str:
    """The words of a text, case folded, between single spaces, with one at either end."""
    return " " + " ".join(word.casefold() for word in _WORD.findall(text)) + " "


def mentions_trash(query: str) -> bool:
    """Whether the query asks for mails that are otherwise left out: those in trash and spam."""
    return re.search(r"(?:^|[\s({])(?:in|label):(?:trash|spam|anywhere)\b", query, re.IGNORECASE) is not None


def condition(query: str, searcher: Searcher) -> Condition:
    """The condition of a query; an empty one is always true."""
    tokens = _TOKEN.findall(query)
    parsed, _ = _all(tokens, 0, searcher, closing="")
    return parsed


def _all(tokens: list[str], at: int, searcher: Searcher, closing: str) -> tuple[Condition, int]:
    """Terms up to `closing`; `a OR b` binds tighter than neighbourhood. In braces all are alternatives."""
    groups: list[list[Condition]] = []
    joined = False
    while at < len(tokens) and tokens[at] != closing:
        if tokens[at] in ("OR", "|") and groups:
            joined = True
            at += 1
            continue
        if tokens[at] in (")", "}"):
            at += 1
            continue
        term, at = _term(tokens, at, searcher)
        if joined:
            groups[-1].append(term)
        else:
            groups.append([term])
        joined = False
    conditions = [_combine(group, " OR ") for group in groups]
    return _combine(conditions, " OR " if closing == "}" else " AND "), at + 1


def _term(tokens: list[str], at: int, searcher: Searcher) -> tuple[Condition, int]:
    token = tokens[at]
    if token == "-":  # noqa: S105 - no secret: a minus sign before a group
        inner, at = _term(tokens, at + 1, searcher)
        return _negate(inner), at
    if token in _CLOSING:
        return _all(tokens, at + 1, searcher, closing=_CLOSING[token])
    negated = token.startswith("-") and len(token) > 1
    found = _single(token[1:] if negated else token, searcher)
    return (_negate(found) if negated else found), at + 1


def _single(token: str, searcher: Searcher) -> Condition:
    name, colon, value = token.partition(":")
    if colon and not token.startswith('"'):
        found = _operator(name.lower(), value.strip('"'), searcher)
        if found is not None:
            return found
    return _phrase(["subject", "body", "sender", "receivers", "copied"], token.strip('"'))


def _operator(name: str, value: str, searcher: Searcher) -> Condition | None:
    lower = value.lower()
    result: Condition | None = None
    if name == "in" and lower in ("anywhere", "all"):
        result = Condition("1")
    elif name in ("in", "label"):
        result = _label(_PLACES.get(lower, value.upper() if value.islower() else value))
    elif name == "is" and lower == "read":
        result = _negate(_label("UNREAD"))
    elif name == "is" and lower in _STATES:
        result = _label(_STATES[lower])
    elif name == "has" and lower == "attachment":
        result = Condition("files = 1")
    elif name in _FIELDS:
        result = _phrase([_FIELDS[name]], searcher.owner if lower == "me" and name != "subject" else value)
    elif name == "rfc822msgid":
        result = Condition("message_id = ?", [f"<{value.strip('<>')}>"])
    elif name in ("after", "newer", "before", "older", "newer_than", "older_than"):
        result = _time(name, value, searcher.now)
    return result


def _time(name: str, value: str, now: datetime) -> Condition | None:
    if name.endswith("_than"):
        match = re.fullmatch(r"(\d+)([dwmy])", value.lower())
        moment = now - timedelta(days=int(match[1]) * _UNITS[match[2]]) if match else None
    elif re.fullmatch(r"\d{9,}", value):
        moment = datetime.fromtimestamp(int(value), PACIFIC)
    else:
        match = re.fullmatch(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", value)
        moment = _midnight(int(match[1]), int(match[2]), int(match[3])) if match else None
    if moment is None:
        return None
    later = name in ("after", "newer", "newer_than")
    return Condition(f"at_ms {'>=' if later else '<'} ?", [int(moment.timestamp() * 1000)])


def _midnight(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=PACIFIC)
    except ValueError:
        return None


def _label(label: str) -> Condition:
    return Condition("instr(labels, ?) > 0", [f" {label} "])


def _phrase(columns: list[str], text: str) -> Condition:
    wanted = words(text)
    if not wanted.strip():
        return Condition("1")
    tests = " OR ".join(f"instr({column}, ?) > 0" for column in columns)
    return Condition(f"({tests})", [wanted] * len(columns))


def _negate(found: Condition) -> Condition:
    return Condition(f"NOT ({found.sql})", found.parameters)


def _combine(found: list[Condition], operator: str) -> Condition:
    if not found:
        return Condition("1")
    sql = "(" + operator.join(one.sql for one in found) + ")"
    return Condition(sql, [parameter for one in found for parameter in one.parameters])
