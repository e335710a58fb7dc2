"""The folder of an export: written whole, its manifest last, and read back.

A folder without a manifest was never finished. The files' digests stand in it, so that what was changed since
is told before anything is brought back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sheetflow import __version__
from sheetflow.adapters.csv_files import read_csv, write_csv
from sheetflow.core import history
from sheetflow.core.migration.archive import (
    FORMAT,
    RECORDS,
    Archive,
    Everything,
    Head,
    as_record,
    from_record,
)
from sheetflow.core.tabs import is_open
from sheetflow.errors import ConfigError, HistoryBroken
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.columns import BY_KEY, Kind
from sheetflow.model.events import Event
from sheetflow.model.snapshot import Row

HISTORY, STATE, OUTBOX, MANIFEST = "history.jsonl", "state.jsonl", "outbox.jsonl", "manifest.json"
BOOK = "registry.xlsx"
TABLES = ("registry", "contractors", "people", "settings")
"""People's tabs that a CSV file is written of."""
RECURRING = "recurring"
"""And of this one, where a registry has it."""
DATES = {"en": "yyyy-mm-dd", "ru": "dd.mm.yyyy"}


def write_export(
    folder: Path,
    everything: Everything,
    language: str,
    spreadsheet: str,
    keys: Mapping[str, str],
    at: datetime,
    *,
    workbook: bool = True,
) -> dict[str, Any]:
    """Write everything into an empty folder; gives the manifest.

    Args:
        folder: made where it is missing.
        everything: what was read.
        language: the registry's.
        spreadsheet: its id.
        keys: header text in any language, lower case -> column key.
        at: when it was read.
        workbook: the Excel file for people too.

    Raises:
        ConfigError: the folder holds something, or cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigError([f"{folder} is not empty; an export gets a folder of its own"])
        registry = everything.tabs["registry"]
        kinds = _kinds(registry, keys)
        for name in _tables(everything):
            rows = everything.tabs[name]
            write_csv(folder / f"{name}.csv", _dated(rows, kinds) if name == "registry" else rows)
        if workbook:
            dates = DATES.get(language, DATES["en"])
            write_workbook(folder / BOOK, everything.tabs, everything.titles, kinds, dates)
        events = [history.from_row(row, place) for place, row in enumerate(everything.history, start=1)]
        _write_lines(folder / HISTORY, [history.to_line(event) for event in events])
        state = _as_shown(everything.state, registry, keys)
        for name, rows in (("state", state), ("outbox", everything.outbox)):
            records = [history.dumps(as_record(row, RECORDS[name])) for row in rows if row and row[0] != ""]
            _write_lines(folder / f"{name}.jsonl", records)
        manifest = _manifest(folder, everything, language, spreadsheet, at)
        (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise ConfigError([f"{folder}: it cannot be written ({error})"]) from error
    return manifest


def _tables(everything: Everything) -> list[str]:
    return [*TABLES, *([RECURRING] if RECURRING in everything.tabs else [])]


def _manifest(
    folder: Path, everything: Everything, language: str, spreadsheet: str, at: datetime
) -> dict[str, Any]:
    token = everything.token
    files = sorted(path.name for path in folder.iterdir())
    return {
        "format": FORMAT,
        "sheetflow": __version__,
        "exported_at": history.instant(at),
        "spreadsheet": spreadsheet,
        "language": language,
        "head": token.head,
        "seq": token.seq,
        "last_id": token.last_id,
        "people": token.people,
        "settings": token.settings,
        "form": dict(token.form),
        "counts": {
            "requests": sum(1 for row in everything.state if row and row[0] != ""),
            "events": len(everything.history),
            "letters_waiting": sum(is_open(row) for row in everything.outbox),
            **{name: max(len(everything.tabs[name]) - 1, 0) for name in _tables(everything)},
        },
        "files": {name: _digest(folder / name) for name in files},
    }


def read_export(folder: Path) -> Archive:
    """Read what `write_export` wrote.

    Raises:
        ConfigError: it was never finished, was changed since, or cannot be read.
        HistoryBroken: a line of the history that cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if int(manifest["format"]) > FORMAT:
            raise ConfigError(
                [f"{folder}: a newer sheetflow wrote it ({manifest['sheetflow']}); update this one"]
            )
        changed = [name for name, digest in manifest["files"].items() if _digest(folder / name) != digest]
        if HISTORY in changed:  # the chain itself says best what is wrong
            events = read_history(folder / HISTORY)
            history.verify(events, head=manifest["head"], seq=manifest["seq"])
        if changed:
            raise ConfigError([f"{folder / name}: it was changed since the export" for name in changed])
        people, settings, contractors = (
            read_csv(folder / f"{name}.csv") for name in ("people", "settings", "contractors")
        )
        return Archive(
            Head(
                manifest["head"], manifest["seq"], manifest["last_id"],
                manifest["people"], manifest["settings"], manifest["form"],
            ),
            manifest["language"],
            read_history(folder / HISTORY),
            _records(folder / STATE, RECORDS["state"]),
            _records(folder / OUTBOX, RECORDS["outbox"]),
            people,
            settings,
            contractors,
            read_csv(folder / f"{RECURRING}.csv") if f"{RECURRING}.csv" in manifest["files"] else (),
        )  # fmt: skip
    except OSError as error:
        problem = f"{folder}: it is no finished export ({error.strerror or error}: {error.filename})"
        raise ConfigError([problem]) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError([f"{folder}: it cannot be read ({error})"]) from error


def read_history(path: Path) -> list[Event]:
    """The events of an exported history. Raises OSError, and HistoryBroken for a line that is none."""
    try:
        lines = _lines(path)
    except UnicodeDecodeError as error:
        raise HistoryBroken(1, f"the file cannot be read: {error}") from error
    return [history.from_line(line, place) for place, line in enumerate(lines, start=1)]


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def _records(path: Path, headers: Sequence[str]) -> list[Row]:
    return [from_record(json.loads(line), headers) for line in _lines(path)]


def _lines(path: Path) -> list[str]:
    """Lines as they were written: a text may hold signs that other readers of lines break at."""
    text = path.read_bytes().decode("utf-8", errors="surrogatepass")
    return text.removesuffix("\n").split("\n") if text else []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _kinds(registry: Sequence[Row], keys: Mapping[str, str]) -> list[str]:
    """What each column of the Registry holds: "date", "moment", "amount", "text", "" for any other."""
    found = []
    for title in registry[0] if registry else ():
        key = keys.get(text_of(title).lower(), "")
        kind = BY_KEY[key].kind if key in BY_KEY else None
        by_kind = {Kind.DATE: "date", Kind.AMOUNT: "amount", Kind.TEXT: "text"}
        found.append("moment" if key == "updated" else by_kind.get(kind, "") if kind else "")
    return found


def _dated(rows: Sequence[Row], kinds: Sequence[str]) -> list[list[Cell]]:
    """Rows for a CSV file: serial numbers as ISO dates."""
    return [[_iso(cell, kinds[at] if at < len(kinds) else "") for at, cell in enumerate(row)] for row in rows]


def _as_shown(state: Sequence[Row], registry: Sequence[Row], keys: Mapping[str, str]) -> list[Row]:
    """State rows in the order that the Registry has its rows in."""
    titles = [keys.get(text_of(title).lower(), "") for title in (registry[0] if registry else ())]
    column = titles.index("id") if "id" in titles else -1
    ids = [text_of(row[column]) for row in registry[1:] if 0 <= column < len(row)]
    places = {rid: place for place, rid in enumerate(ids)}
    return sorted(state, key=lambda row: places.get(text_of(row[0]) if row else "", len(places)))


def _iso(cell: Cell, kind: str) -> Cell:
    moment = _moment(cell) if kind in ("date", "moment") else None
    if moment is None:
        return cell
    return moment.date().isoformat() if kind == "date" else moment.isoformat(sep=" ", timespec="seconds")


def _moment(cell: Cell) -> datetime | None:
    from openpyxl.utils.datetime import from_excel

    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or not 1 <= cell < 2_958_466:
        return None  # no date of a spreadsheet
    found = from_excel(cell)
    return found if isinstance(found, datetime) else None


def write_workbook(
    path: Path,
    tabs: Mapping[str, Sequence[Row]],
    titles: Mapping[str, str],
    kinds: Sequence[str],
    date_format: str,
) -> None:
    """Write tabs as a workbook: dates real, amounts numbers, texts texts whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    formats = {"date": date_format, "moment": f"{date_format} hh:mm", "amount": "#,##0.00", "text": "@"}
    book = Workbook()
    book.remove(book.worksheets[0])
    for key, rows in tabs.items():
        sheet: Any = book.create_sheet(titles[key][:31])
        sheet.freeze_panes = "A2"
        for line, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if value == "":
                    continue
                cell = sheet.cell(line, place + 1)
                kind = kinds[place] if key == "registry" and line > 1 and place < len(kinds) else ""
                moment = _moment(value) if kind in ("date", "moment") else None
                cell.value = moment or (
                    ILLEGAL_CHARACTERS_RE.sub("\ufffd", value) if isinstance(value, str) else value
                )
                if isinstance(value, str):
                    cell.data_type = "s"  # never a formula
                if kind in formats and (kind in ("text", "amount") or moment):
                    cell.number_format = formats[kind]
                if line == 1:
                    cell.font = Font(bold=True)
    book.save(path)
