"""When people are away, and who decides for them: the column Absent of the People tab.

"2026-12-01..2026-12-14: boris@firm.example", several separated by semicolons; days also as 01.12.2026,
one day alone is a day off. Without an address nobody stands in, and by what cannot be read nobody does.
"""

from __future__ import annotations

import re

from sheetflow.model.dates import parse_date
from sheetflow.model.invalid import Invalid
from sheetflow.model.people import Absence

_DASH = re.compile(r"\.\.+|…|\s*[–—−]\s*|\s+-\s+")
"""Between two days; a hyphen alone stands within an ISO date."""
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")


def read_absences(text: str, whose: str, problems: list[str]) -> tuple[Absence, ...]:
    """The absences in a cell. `problems`: gets a sentence for each that cannot be read."""
    found = []
    for part in re.split(r"[;\n]", text):
        if part.strip():
            try:
                found.append(_absence(part.strip()))
            except Invalid:
                problems.append(
                    f"{whose}: the absence {part.strip()!r} is none such as "
                    "2026-12-01..2026-12-14: boris@firm.example, so nobody stands in"
                )
    return tuple(found)


def _absence(text: str) -> Absence:
    days, _, substitute = (piece.strip() for piece in text.partition(":"))
    ends = [parse_date(piece.strip()) for piece in _DASH.split(days)]
    start, end = ends[0], ends[-1]
    if len(ends) > 2 or end < start or (substitute and not _ADDRESS.fullmatch(substitute)):
        raise Invalid("date-not-a-date", {"value": text})
    return Absence(start, end, substitute.lower())
