"""A report as one page that needs nothing else: tables, and bars drawn as SVG with their numbers as text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from sheetflow.cli.report import NONE, TEXTS, equivalent, number

if TYPE_CHECKING:
    from sheetflow.app.reports import Report
    from sheetflow.core.rulebook import Words

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#202124;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}h3{font-size:.95rem;margin:1rem 0 .25rem}
table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;border-bottom:1px solid #dadce0}
th{text-align:left;font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
svg{max-width:100%;height:auto}p{color:#5f6368}
"""
WIDTH, LABEL, BAR, ROOM = 720, 230, 22, 150
"""Pixels: of a picture, of the names at its left, of a bar with its space, of the numbers at its right."""
BARRED = {"due": "when", "spend": "category"}
"""Tables with bars, and the column that names a bar."""


def html(
    found: Report, tables: Sequence[tuple[str, list[str], list[list[str]]]], words: Words, language: str
) -> str:
    """The page. `tables`: as `cli.report.titled` gives them."""
    from sheetflow.app.reports import TABLES

    title = f"{words.label('report', 'title')}, {found.month or found.today.isoformat()}"
    parts = [
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
    ]
    for key, headers, rows in tables:
        parts.append(f"<h2>{escape(words.label('report', f'{key}_title'))}</h2>")
        if not rows:
            parts.append(f"<p>{escape(words.label('report', 'nothing'))}</p>")
            continue
        if key in BARRED:
            parts += _bars(key, found, words)
        marks = ["" if name in TEXTS else ' class="n"' for name in TABLES[key]]
        head = "".join(f"<th{mark}>{escape(one)}</th>" for mark, one in zip(marks, headers, strict=False))
        parts.append(f"<table><tr>{head}</tr>")
        for row in rows:
            cells = (f"<td{mark}>{escape(one)}</td>" for mark, one in zip(marks, row, strict=False))
            parts.append(f"<tr>{''.join(cells)}</tr>")
        parts.append("</table>")
    if note := equivalent(found, words):
        parts.append(f"<p>{escape(note)}</p>")
    return "".join(parts)


def _bars(key: str, found: Report, words: Words) -> list[str]:
    """A picture a currency, for bars of different currencies cannot be compared."""
    sums: dict[str, dict[str, Decimal]] = {}
    for row in found.tables[key]:
        name = words.label("report", row["when"]) if key == "due" else row["category"] or NONE
        own = sums.setdefault(row["currency"], {})
        own[name] = own.get(name, Decimal(0)) + Decimal(row["amount"])
    parts = []
    for currency, own in sorted(sums.items()):
        parts += [f"<h3>{escape(currency)}</h3>", _picture(currency, own, words.language)]
    return parts


def _picture(currency: str, sums: dict[str, Decimal], language: str) -> str:
    most = max([abs(value) for value in sums.values()], default=Decimal(0)) or Decimal(1)
    told = "; ".join(f"{name}: {number(str(value), language)} {currency}" for name, value in sums.items())
    lines = []
    for place, (name, value) in enumerate(sums.items()):
        top, long = place * BAR, int((WIDTH - LABEL - ROOM) * abs(value) / most)
        short = name if len(name) <= 30 else f"{name[:29]}…"
        lines.append(
            f'<text x="{LABEL - 8}" y="{top + 15}" text-anchor="end">{escape(short)}</text>'
            f'<rect x="{LABEL}" y="{top + 3}" width="{max(long, 1)}" height="{BAR - 6}" fill="#1a73e8"/>'
            f'<text x="{LABEL + long + 8}" y="{top + 15}">{number(str(value), language)}</text>'
        )
    return (
        f'<svg viewBox="0 0 {WIDTH} {len(sums) * BAR}" width="{WIDTH}" role="img" font-size="13" '
        f'aria-label="{escape(told)}">{"".join(lines)}</svg>'
    )
