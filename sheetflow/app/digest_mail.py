"""A digest's facts as people read them: its sections, their sums, and a few lines for each request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from sheetflow.app.letters import clean, compose, facts_shown, money_text, reference_of
from sheetflow.app.links import CALENDAR, NEWS, REQUEST, WAITING, Links
from sheetflow.app.mail_templates import MailTemplates
from sheetflow.core.history import moment
from sheetflow.core.rulebook import Words
from sheetflow.model.snapshot import Letter

SECTIONS = ("waiting", "pay", "returned", "drafts", "escalated", "comments", "news", "troubles")
"""What needs its reader comes first."""

TOLD = ("comments", "news")
"""Sections that only tell: what makes a request unusual is no longer their reader's matter."""

LinkOf = Callable[[str, str], str]
"""The link to a request, by its id and what of it is shown; "" for none."""


def compose_digest(
    letter: Letter,
    words: Mapping[str, Words],
    templates: MailTemplates,
    sender: str,
    links: Links | None,
    spreadsheet: str,
) -> EmailMessage:
    """Make the mail of a digest: with a link to each request, and to the page where all of it waits.

    Args:
        letter: what `core.attention.digest` made.
        words: by language.
        templates: where the texts are.
        sender: an address, or "Name <address>".
        links: None where no pages are served; then it leads to the spreadsheet alone.
        spreadsheet: its id.

    Raises:
        Invalid, ConfigError: as `letters.compose`.
    """
    at = moment(str(letter.facts["at"]))

    def link(request: str, fingerprint: str, kind: str) -> str:
        return links.make(request, letter.to, letter.id, fingerprint, at, kind=kind) if links else ""

    theirs = words.get(str(letter.facts.get("language", ""))) or next(iter(words.values()))
    return compose(
        letter, words, templates, sender, f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit",
        reference_of(letter.id), zone=ZoneInfo(str(letter.facts.get("time_zone") or "UTC")),
        waiting=link("", "", WAITING), unsubscribe=link("", "", NEWS), calendar=link("", "", CALENDAR),
        more=digest_shown(letter, theirs, lambda request, seen: link(request, seen, REQUEST)),
    )  # fmt: skip


def digest_shown(letter: Letter, words: Words, link_of: LinkOf) -> dict[str, Any]:
    """What a digest's template may mention, besides what every letter's may.

    `sections`: each {key, lines, left, count, total}, those without a line left out. `counts`: key -> number
    of requests. `outlook`: (when, sums) of what is to be paid.
    `month`: {month, got, needed} where there is a month to look back on, else None.
    """
    raw = letter.facts
    left, totals = _mapping(raw.get("unlisted")), _mapping(raw.get("totals"))
    sections = []
    for key in SECTIONS:
        weighed = key not in TOLD
        lines = [
            _line(each, words, link_of, weighed=weighed)
            for each in _list(_mapping(raw.get("sections")).get(key))
        ]
        if lines:
            more = int(str(left.get(key, 0)))
            sums = [
                money_text(str(amount), str(currency), words.language)
                for amount, currency in totals.get(key, ())
            ]
            sections.append(
                {
                    "key": key,
                    "lines": lines,
                    "left": more,
                    "count": len(lines) + more,
                    "total": " + ".join(sums),
                }
            )
    month = {name: clean(str(value), lines=False) for name, value in _mapping(raw.get("month")).items()}
    if month:
        month["name"] = words.label("months_in", month["month"])
    return {
        "sections": sections,
        "counts": dict.fromkeys(SECTIONS, 0) | {one["key"]: one["count"] for one in sections},
        "totals": dict.fromkeys(SECTIONS, "") | {one["key"]: one["total"] for one in sections},
        "outlook": _outlook(raw.get("outlook"), words),
        "month": month or None,
        "needed": bool(raw.get("needed")),
        "quiet": bool(raw.get("quiet")),
    }


def _outlook(raw: object, words: Words) -> list[tuple[str, str]]:
    """Overdue, today and later this week: a line each, the currencies side by side."""
    sums: dict[str, list[str]] = {}
    for when, amount, currency in raw if isinstance(raw, list) else ():
        sums.setdefault(str(when), []).append(money_text(str(amount), str(currency), words.language))
    return [(words.label("report", when), " + ".join(own)) for when, own in sums.items()]


def _line(raw: Mapping[str, Any], words: Words, link_of: LinkOf, *, weighed: bool) -> dict[str, Any]:
    facts = {key: value for key, value in raw.items() if isinstance(value, str)}
    shown = facts_shown(Letter("", "digest", "", str(raw.get("request", "")), facts), words)
    warnings = (
        words.sentence("warnings", str(key), _texts(own))
        for key, own in (raw.get("cautions", ()) if weighed else ())
    )
    return {
        "trouble": "", "to": "", "comment": "", "comment_by": "", "by": "", "waited": "0", "new": "",
        "overdue": "",
        **{key: clean(value, lines=False) for key, value in shown.items() if isinstance(value, str)},
        "state": str(raw.get("status", "")),
        "warnings": [text for text in warnings if text],
        "link": link_of(str(raw.get("request", "")), str(raw.get("fingerprint", ""))),
    }  # fmt: skip


def _texts(facts: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): clean(str(value), lines=False) for key, value in facts.items()}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
