"""Smart chips: people and Drive files in a cell's text.

Decided here: what can be written, and how runs are read: a chip takes one character, `@` in the text that was
entered, and what is between chips is a run without one. Source: Google's reference.
"""

from __future__ import annotations

from sheetflow.emulator.wire import Json, invalid

PLACEHOLDER = "@"
_LONGEST = 2000
_DRIVE = ("https://drive.google.com/", "https://docs.google.com/")


def runs(given: list[Json], text: str) -> list[Json]:
    """The chip runs of a cell as they are kept and read, from those that were written.

    Args:
        given: ChipRuns with chips.
        text: the text that was entered.

    Raises:
        GoogleError: 400 for a chip that cannot be written, or does not stand on a placeholder.
    """
    chips = sorted((run for run in given if run.get("chip")), key=lambda run: int(run.get("startIndex", 0)))
    units = text.encode("utf-16-le")
    found: list[Json] = []
    end = 0
    for run in chips:
        start = int(run.get("startIndex", 0))
        _check(run["chip"])
        if units[2 * start : 2 * start + 2] != PLACEHOLDER.encode("utf-16-le") or start < end:
            raise invalid(
                f"A chip must stand on a placeholder '{PLACEHOLDER}' of the text, at {start} is none."
            )
        if start > end:
            found.append({**({"startIndex": end} if end else {}), "chip": {}})
        found.append({**({"startIndex": start} if start else {}), "chip": run["chip"]})
        end = start + 1
    if found and 2 * end < len(units):
        found.append({"startIndex": end, "chip": {}})
    return found


def _check(chip: Json) -> None:
    person, link = chip.get("personProperties"), chip.get("richLinkProperties")
    if (person is None) == (link is None):
        raise invalid("A chip must be either a person or a rich link.")
    if person is not None and not person.get("email"):
        raise invalid("The email address of a person chip must be specified.")
    if link is not None:
        uri = link.get("uri", "")
        if len(uri.encode()) > _LONGEST:
            raise invalid(f"The URI of a chip cannot exceed {_LONGEST} bytes.")
        if not uri.startswith(_DRIVE):
            raise invalid("Only Drive files can be written as rich link chips.")
