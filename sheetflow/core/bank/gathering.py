"""Notices to one contractor that come of one commit are one mail: what was paid, each with what remains.

A statement pays a contractor's five invoices at once; five mails in a minute look like an error. What is
paid later the same day is a notice of its own: the earlier one has gone, and nobody is made to wait for a
day's end to know of their money.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sheetflow.core.bank.paper import ORDER
from sheetflow.core.consequences import brief, letter_id
from sheetflow.model.snapshot import Letter

GATHERED = "contractor-payments"
MOST = 12
"""Payments of one notice: it has to fit into a cell with all of their orders."""
_EACH = ("invoice_no", "invoice_date", "purpose", "amount", "open", "just_paid", "currency")
_SHARED = ("contractor", "company", "language", "at", "time_zone", "by", "name", "account", "reply_to")


def gathered(letters: Sequence[Letter]) -> list[Letter]:
    """The letters, with those to one contractor put together where the first of them stood."""
    found: list[Letter] = []
    places: dict[tuple[str, str], int] = {}
    groups: dict[int, list[Letter]] = {}
    for letter in letters:
        if not letter.template.startswith("contractor-"):
            found.append(letter)
            continue
        key = letter.to.lower(), str(letter.facts.get("account", ""))
        place = places.get(key)
        if place is None or len(groups[place]) == MOST:
            place = places[key] = len(found)
            groups[place] = []
            found.append(letter)
        groups[place].append(letter)
    for place, group in groups.items():
        if len(group) > 1:
            found[place] = _together(group)
    return found


def _together(group: Sequence[Letter]) -> Letter:
    first = group[0]
    payments: list[dict[str, Any]] = [
        {
            "request": one.request,
            "letter": one.id,
            **{key: brief(str(one.facts.get(key, ""))) for key in _EACH},
        }
        for one in group
    ]
    facts: dict[str, object] = {key: first.facts[key] for key in _SHARED if key in first.facts}
    facts["payments"] = payments
    facts["attachments"] = _files(group)
    facts["orders"] = [one.facts[ORDER] for one in group if ORDER in one.facts]
    cause = "\n".join(one.id for one in group)
    return Letter(letter_id(cause, first.to, GATHERED), GATHERED, first.to, first.request, facts)


def _files(group: Sequence[Letter]) -> list[str]:
    found: list[str] = []
    for one in group:
        wanted = one.facts.get("attachments")
        found += [str(file) for file in wanted] if isinstance(wanted, list) else []
    return list(dict.fromkeys(found))
