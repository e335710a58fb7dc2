"""The generated parts of docs/emulator.md: filled with `fill`, held up to date by `check`.

The snippets are those that `sheetflow emulator` prints. What is covered is read off the routes and the tables
of request kinds, and held against the discovery documents that googleapiclient bundles.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from sheetflow.cli.emulator import SNIPPETS, TITLES
from sheetflow.emulator.app import create_app
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.forms.batch import KINDS as FORMS_KINDS
from sheetflow.emulator.sheets.kinds import KINDS as SHEETS_KINDS
from tests.discovery import discovery
from tests.methods import DOCUMENTS, is_served, methods

PAGE = Path(__file__).parent.parent / "docs" / "emulator.md"
NAMES = {
    "sheets.v4": "Sheets v4",
    "drive.v3": "Drive v3",
    "gmail.v1": "Gmail v1",
    "forms.v1": "Forms v1",
    "tasks.v1": "Tasks v1",
    "chat.v1": "Chat v1",
}
HEADING = "| | served | not served |\n| --- | --- | --- |"


def _snippets() -> str:
    parts = [f"{TITLES[name]}:\n\n```{each.language}\n{each.text}```" for name, each in SNIPPETS.items()]
    return "\n\n".join(parts)


def _line(name: str, wanted: Collection[str], served: Collection[str]) -> str:
    lacking = [each for each in wanted if each not in served]
    found = [each for each in wanted if each in served]
    return f"| {name} | {', '.join(found) or '–'} | {', '.join(lacking) or '–'} |"


def _methods() -> str:
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder))
        app = create_app(emulator)
        emulator.close()
    for document in DOCUMENTS:
        table: dict[str, dict[str, bool]] = {}
        for method in methods():
            if method.document == document:
                resource, _, name = method.id.partition(".")[2].rpartition(".")
                row = table.setdefault(resource, {})
                row[name] = row.get(name, False) or is_served(method, app)
        every = [done for row in table.values() for done in row.values()]
        lines += [f"**{NAMES[document]}**: {sum(every)} of {len(every)} methods", "", HEADING]
        lines += [_line(f"`{name}`", row, [one for one in row if row[one]]) for name, row in table.items()]
        lines.append("")
    return "\n".join(lines).rstrip()


def _kinds() -> str:
    lines = []
    for document, table in (("sheets.v4", SHEETS_KINDS), ("forms.v1", FORMS_KINDS)):
        wanted = sorted(discovery(document)["schemas"]["Request"]["properties"])
        refused = [kind for kind in wanted if kind in table and table[kind].__module__.endswith(".absent")]
        served = [kind for kind in wanted if kind in table and kind not in refused]
        lacking = [kind for kind in wanted if kind not in table]
        lines += [
            f"**{NAMES[document]}, batchUpdate**: {len(served)} of {len(wanted)} kinds of requests",
            "",
            _row("served", served),
            *([_row("answered as where there is no data source", refused)] if refused else []),
            *([_row("not served (501 `UNIMPLEMENTED`)", lacking)] if lacking else []),
            "",
        ]
    return "\n".join(lines).rstrip()


def _row(title: str, kinds: Collection[str]) -> str:
    return f"- {title}: {', '.join(f'`{kind}`' for kind in kinds)}"


PARTS: Mapping[str, Callable[[], str]] = {"snippets": _snippets, "methods": _methods, "kinds": _kinds}


def filled(text: str) -> str:
    """The page with every part as the program now gives it."""
    for name, make in PARTS.items():
        head, opened, rest = text.partition(f"<!-- {name} -->\n")
        _, closed, tail = rest.partition(f"\n<!-- /{name} -->")
        if not opened or not closed:
            sys.exit(f"docs/emulator.md has no part {name!r}")
        text = head + opened + make() + closed + tail
    return text


if __name__ == "__main__":
    now = PAGE.read_text("utf-8")
    wanted = filled(now)
    if sys.argv[1:] == ["fill"]:
        PAGE.write_text(wanted, "utf-8")
    elif now != wanted:
        sys.exit("docs/emulator.md: a generated part is out of date; run `make format`")
