"""The page of all that waits as values for its templates: no HTML here, and nothing is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sheetflow.model.money import Money, format_money, totals
from sheetflow.pages.texts import Texts, fill
from sheetflow.pages.view import request_view

if TYPE_CHECKING:
    from sheetflow.pages.waiting import Done, Section


def sections_shown(
    sections: Sequence[Section], text: Mapping[str, str], language: str
) -> list[Mapping[str, Any]]:
    """Each section with its words, its rows and what they come to."""
    return [
        {
            "section": section,
            "title": text[f"{section.act}_title"],
            "do": text[f"{section.act}_do"],
            "rows": [request_view(row.visit, ()) for row in section.rows],
            "totals": written(section.totals(), language),
            "chosen": written(section.totals(chosen=True), language),
            "count": fill(text["chosen"], count=str(sum(row.chosen for row in section.rows))),
            "left": fill(text["left"], count=str(section.left)) if section.left else "",
        }
        for section in sections
    ]


def done_shown(act: str, done: Sequence[Done], texts: Texts, language: str) -> Mapping[str, Any]:
    """What came of each of the chosen, and of all together."""
    text = texts["waiting"]
    went = [one for one in done if one.refusal is None]
    partly = [one for one in went if one.step]
    rows = [
        {
            "view": request_view(one.visit, ()),
            "rule": one.refusal.rule if one.refusal else "",
            "says": " ".join(one.visit.words.refusal(one.refusal)) if one.refusal else "",
        }
        for one in done
    ]
    return {
        "title": fill(text[f"{act}_done"], count=str(len(went)), of=str(len(done))),
        "text": text,
        "went": [row for row in rows if not row["rule"]],
        "refused": [row for row in rows if row["rule"]],
        "totals": written(totals(one.due for one in went if one.due), language),
        "next": texts["next"].get(act, "") if went and len(partly) < len(went) else "",
        "partly": fill(text["approve_step"], count=str(len(partly))) if partly else "",
    }


def written(monies: Iterable[Money], language: str) -> list[str]:
    """Sums as they are read."""
    return [format_money(money, language) for money in monies]
