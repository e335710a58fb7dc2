"""Links to the form with a contractor's answers filled in: the template they are made from, and a formula.

Only Apps Script knows the numbers of a form's fields, so the trigger's script writes the template: the form's
own address with a mark for each field, `…/viewform?usp=pp_url&entry.5=sf.inn.&…`. It stands on the Settings
tab, and whoever makes a link puts the encoded answers in place of the marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from sheetflow.templates.formulas import tab_reference, text_literal

FORM_LINK = "form_link"
"""The key of the Contractors tab's column of links."""
SETTING = "form_prefill"
"""The key of the setting that the template stands in."""
PREFILLED: Sequence[str] = (
    "contractor", "inn", "kpp", "bik", "account", "corr_account", "details", "contractor_email",
)  # fmt: skip
"""What is filled in: column keys that both the form and the contractor book have, none with a list."""


def mark(key: str) -> str:
    """What stands for a column's answer: signs that no address encodes, none the beginning of another.

    >>> mark("inn")
    'sf.inn.'
    """
    return f"sf.{key}."


def prefilled(template: str, cells: Mapping[str, str]) -> str:
    """A link with these answers, by column key; "" where there is no template.

    >>> prefilled("https://x/viewform?entry.1=sf.inn.&entry.2=sf.kpp.", {"inn": "77 07"})
    'https://x/viewform?entry.1=77%2007&entry.2='
    """
    for key in PREFILLED:
        template = template.replace(mark(key), quote(cells.get(key, ""), safe=""))
    return template


def link_formula(columns: Mapping[str, str], header: str, text: str, *, settings: str, setting: str) -> str:
    """The Contractors tab's column of links, as one array formula in its header cell.

    Blank cells, not empty texts, where there is no contractor or no template: what is appended to the tab
    goes below the last content.

    Args:
        columns: column key -> A1 letter.
        header: the column's own header.
        text: what a link says.
        settings: the Settings tab's title.
        setting: the template's name there.
    """
    tab, names = tab_reference(settings), _column(columns["contractor"])
    link = template = f"XLOOKUP({text_literal(setting)};{tab}!$A$1:$A;{tab}!$B$1:$B)"
    for key in PREFILLED:
        cells = _column(columns[key])
        link = f'SUBSTITUTE({link};"{mark(key)}";IF({cells}="";"";ENCODEURL({cells})))'
    link = f'IF({template}="";;HYPERLINK({link};{text_literal(text)}))'
    return f'=ARRAYFORMULA(IF(ROW({names})=1;{text_literal(header)};IFERROR(IF({names}="";;{link}))))'


def _column(letter: str) -> str:
    return f"${letter}$1:${letter}"
