"""The payment calendar as formulas: what falls due on which day, by currency, straight from the Registry.

One array formula a column in the header cell, as the Registry's shown columns: it is right at any moment,
with every function dead. Sums of different currencies are never added up. What is counted is what the system
confirmed: submitted and approved, less what was paid already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheetflow.templates.formulas import tab_reference, text_literal
from sheetflow.workflow.table import Status

DAY = "day"
"""The key of the first column."""
BACK = 7
"""Days before today that it begins with: what is overdue."""
MOST = 8
"""Currencies."""
OPEN = (Status.SUBMITTED, Status.APPROVED, Status.PART_PAID)
"""Statuses that ask for money still to be paid."""


def formulas(
    day: str, currencies: Sequence[str], registry: str, columns: Mapping[str, str], statuses: Sequence[str],
    rows: int,
) -> dict[str, str]:  # fmt: skip
    """The header cells' formulas, by column key.

    Args:
        day: the first column's header.
        currencies: the others' keys and headers.
        registry: the Registry's title.
        columns: Registry column key -> A1 letter.
        statuses: labels of `OPEN`.
        rows: of the tab, the header's included.
    """
    number = "ROW($A$1:$A)"
    date = f"TODAY()+{number}-{BACK + 2}"
    found = {DAY: _column(number, rows, day, f'TEXT({date};"yyyy-mm-dd")')}

    def cells(key: str) -> str:
        return f"{tab_reference(registry)}!${columns[key]}$1:${columns[key]}"

    is_open = "+".join(f"({cells('confirmed')}={text_literal(status)})" for status in statuses)
    keys = f'IF({is_open};{cells("pay_by")};"")&"|"&{cells("currency")}'
    for code in currencies:
        wanted = f"({date})&{text_literal('|' + code)}"
        asked, paid = (f"SUMIF({keys};{wanted};{cells(column)})" for column in ("amount", "paid"))
        found[code] = _column(number, rows, code, f"{asked}-{paid}")
    return found


def _column(number: str, rows: int, header: str, value: str) -> str:
    return f"=ARRAYFORMULA(IF({number}=1;{text_literal(header)};IF({number}<={rows};{value};)))"
