"""The formulas that the system's own columns stand on, and those of formats and views.

A shown column is one array formula in its header cell that looks each row's id up in the State tab. It uses
`;` between arguments and no array literals, so that it means the same in every locale.

The look-up is XLOOKUP in its exact mode, for VLOOKUP takes `*` and `?` in a key as wildcards: a copied row
whose id is typed as "PR-00012?" would show another request's state.

Where there is nothing to show the formula gives blank cells, not empty texts: those would count as content,
and whatever appends below the last row would do so at the foot of the grid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sheetflow.model.columns import SEAL_SIGN, SEALED, SHOWN

PLACEHOLDER = re.compile(r"\{(?:status:(?P<status>[^{}]*)|(?P<column>[^{}:]*))\}")
"""In a template's formula: `{pay_by}`, the column's cell in the row; `{status:Approved}`, its label."""


@dataclass(frozen=True, slots=True)
class StateTab:
    """Where formulas find the State: the tab's title, its first record's row (1 first), header -> letter."""

    title: str
    first_row: int
    letters: Mapping[str, str]

    def column(self, header: str) -> str:
        """A column of the records as an open range, e.g. `State!$A$3:$A`."""
        letter = self.letters[header]
        return f"{tab_reference(self.title)}!${letter}${self.first_row}:${letter}"


def shown_formulas(columns: Mapping[str, str], headers: Mapping[str, str], state: StateTab) -> dict[str, str]:
    """The formulas of the shown columns, by column key.

    Args:
        columns: Registry column key -> A1 letter, where the columns stand now.
        headers: column key -> header in the registry's language.
        state: where the State stands.
    """
    formulas = {key: _shown(columns, headers[key], _state(columns, state, key)) for key in SHOWN}
    formulas["confirmed"] = _shown(columns, headers["confirmed"], _confirmed(columns, state))
    link = _state(columns, state, "history")
    link = f'IF({link}="";;HYPERLINK({link};{text_literal(headers["history"])}))'
    formulas["history"] = _shown(columns, headers["history"], link)
    return formulas


def _shown(columns: Mapping[str, str], header: str, value: str) -> str:
    ids = _column(columns, "id")
    return f'=ARRAYFORMULA(IF(ROW({ids})=1;{text_literal(header)};IFERROR(IF({ids}="";;{value}))))'


def _state(columns: Mapping[str, str], state: StateTab, header: str) -> str:
    """What the State says of each row's request; an error where it knows no such id."""
    return f"XLOOKUP({_column(columns, 'id')};{state.column('id')};{state.column(header)})"


def _confirmed(columns: Mapping[str, str], state: StateTab) -> str:
    """The status, where the id stands once and the sealed cells are those that the State was sealed with.

    An amount that is a text is never confirmed: how it reads depends on the reader.
    """
    ids = _column(columns, "id")
    first = f"(XMATCH({ids};{ids};0)=ROW({ids}))"
    last = f"(XMATCH({ids};{ids};0;-1)=ROW({ids}))"
    number = f"(1-ISTEXT({_column(columns, 'amount')}))"
    seal = f'&"{SEAL_SIGN}"&'.join(_sealed(columns, key) for key in SEALED)
    same = f"EXACT({seal};{_state(columns, state, 'seal')})"
    return f"IF({first}*{last}*{number}*{same};{_state(columns, state, 'confirmed')};)"


def _sealed(columns: Mapping[str, str], key: str) -> str:
    """A sealed cell as `core.projection.seal_text` writes it: the amount in thousandths, the others plain."""
    cells = _column(columns, key)
    return f"ROUND({cells}*1000;0)" if key == "amount" else cells


def _column(columns: Mapping[str, str], key: str) -> str:
    letter = columns[key]
    return f"${letter}$1:${letter}"


def row_formula(
    text: str, columns: Mapping[str, str], statuses: Mapping[str, str], me: str = "", *, row: int = 2
) -> str:
    """A template's formula with its placeholders filled, for a row: the first one below the header.

    Args:
        text: such as `=AND({pay_by}<TODAY();{confirmed}={status:Approved})`.
        columns: column key -> A1 letter.
        statuses: status -> label.
        me: whose name `{me}` stands for.
        row: its number, 1 first.
    """

    def fill(status: str | None, column: str | None) -> str:
        if column == "me":
            return text_literal(me)
        return text_literal(statuses[status or ""]) if column is None else f"${columns[column]}{row}"

    return PLACEHOLDER.sub(lambda found: fill(found["status"], found["column"]), text)


def text_literal(text: str) -> str:
    """A text as a formula writes it."""
    return '"' + text.replace('"', '""') + '"'


def tab_reference(title: str) -> str:
    """A tab's title as a formula writes it, always quoted: a title may look like anything."""
    return "'" + title.replace("'", "''") + "'"


def letter(place: int) -> str:
    """The A1 letter of a column; 0 is A.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_PARTS = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<elsewhere>(?:'(?:[^']|'')*'|[^\W\d][\w.]*)!\$?[A-Za-z]{1,3}\$?\d*(?::\$?[A-Za-z]{1,3}\$?\d*)?)"""
    r"""|(?<![\w$])(?P<fixed>\$?)(?P<column>[A-Za-z]{1,3})(?=\$?\d|:|[^\w$(!]|$)(?P<row>\$?\d*)""",
)
"""What of a formula is no name of a function: a text, a reference to another tab, a reference to this one."""
_HEADER = re.compile(r'=\s*1\s*[;,]\s*"((?:[^"]|"")*)"')


def comparable(formula: str, keys: Mapping[str, str]) -> str:
    """A formula as it is compared: columns by their keys, so that it is the same wherever they stand.

    Spaces, the separator of arguments, the quotes of a tab's title and the case of functions do not count:
    Google shows them by the locale.

    Args:
        formula: as it stands in a cell or a rule.
        keys: A1 letter -> what stands in that column.

    >>> comparable("=and($B2<today(), 'State'!$A$3:$A=1)", {"B": "pay_by"})
    '=AND(${pay_by}2<TODAY();STATE!$A$3:$A=1)'
    """
    parts: list[str] = []
    end = 0

    def plain(text: str) -> str:
        return "".join(text.split()).replace(",", ";").upper()

    for found in _PARTS.finditer(formula):
        parts.append(plain(formula[end : found.start()]))
        end = found.end()
        if found["text"] is not None:
            parts.append(found["text"])
        elif found["elsewhere"] is not None:
            parts.append(found["elsewhere"].replace("'", "").upper())
        else:
            letters = found["column"].upper()
            parts.append(found["fixed"] + "{" + keys.get(letters, letters) + "}" + found["row"])
    parts.append(plain(formula[end:]))
    return "".join(parts)


def header_text(cell: object) -> str:
    """A header cell's text; where a shown column's formula stands there, the header that it gives itself."""
    text = str(cell)
    if not text.startswith("="):
        return text
    found = _HEADER.search(text)
    return found[1].replace('""', '"') if found else ""
