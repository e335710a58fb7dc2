"""`sheetflow report`: what is due, open, spent, and how long it took, from the registry as it stands."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.app.reports import Report
    from sheetflow.core.rulebook import Words
    from sheetflow.runtime import Runtime

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
NBSP, NONE = "\u00a0", "–"
TEXTS = frozenset({"when", "currency", "account", "status", "month", "category", "by", "name"})
"""Columns that are no numbers."""
VALUES = ("when", "by")
"""Columns whose values are words of ours; the statuses have labels of their own."""


@click.command()
@click.option("--month", default="", metavar="YYYY-MM", help="Spend and times of that month alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--csv", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="A CSV file a table, written into DIR.",
)  # fmt: skip
@click.option(
    "--html", "page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="One page with tables and bars, for a browser or a printer.",
)  # fmt: skip
@click.option("--language", metavar="CODE", default="", help="en or ru; the registry's own without it.")
@workspace_option
def report(
    month: str, folder: Path | None, page: Path | None, language: str, workspace: str, env: str,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Say what is due today and this week and overdue, what is open, what was spent, how long it took.

    Spend counts payments that stand, by category and month. Times are days from the first submit to the
    approval and to the payment in full: the median, and what nine of ten stay below. Sums of different
    currencies are never added up; an equivalent by the setting `rates` stands beside them.
    """
    if month and not MONTH.fullmatch(month):
        raise click.UsageError(f"--month is {month!r}; a month is written as 2026-11")
    runtime = runtime_for(workspace, env)
    language = language or runtime.config.language
    if language not in runtime.book.words:
        known = ", ".join(sorted(runtime.book.words))
        raise click.UsageError(f"--language is {language!r}; it must be one of {known}")
    words, found = runtime.book.for_person(language), _made(runtime, month)
    try:
        if folder:
            _write_csv(folder, found)
        if page:
            from sheetflow.cli.report_page import html

            page.write_text(html(found, titled(found, words), words, language), "utf-8")
    except OSError as error:
        raise ConfigError([f"{error.filename}: it cannot be written ({error.strerror})"]) from error
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    elif not folder and not page:
        _show(titled(found, words), words, equivalent(found, words))


def _made(runtime: Runtime, month: str) -> Report:
    """Two reads. Raises PortError, ConfigError and HistoryBroken."""
    from sheetflow.app import reports
    from sheetflow.core.company import read_company

    sheet = runtime.sheet()
    seen = sheet.read()
    _, events = sheet.read_history()
    settings = read_company(seen.people, seen.settings, runtime.book, seen.policy).settings
    today = seen.now.astimezone(settings.zone).date()
    return reports.report(seen.state, events, settings, runtime.book, today, month)


def titled(found: Report, words: Words) -> list[tuple[str, list[str], list[list[str]]]]:
    """Each table as people read it: its key, its headers, its rows. An empty equivalent is left out."""
    from sheetflow.app.reports import TABLES

    tables = []
    for key, columns in TABLES.items():
        rows = found.tables[key]
        shown = [name for name in columns if name != "equivalent" or any(row[name] for row in rows)]
        headers = [words.label("report", f"{name}_column").format(base=found.base) for name in shown]
        tables.append((key, headers, [[_value(name, row[name], words) for name in shown] for row in rows]))
    return tables


def number(text: str, language: str) -> str:
    """A number as people of a language read it: 12,500.50, or 12 500,50 with no-break spaces."""
    shown = f"{Decimal(text):,f}"
    return shown.replace(",", NBSP).replace(".", ",") if language == "ru" else shown


def equivalent(found: Report, words: Words) -> str:
    """By which rates the equivalents are, and since when the Settings tab says so; "" without any."""
    if not any(row.get("equivalent") for rows in found.tables.values() for row in rows):
        return ""
    rates = "; ".join(f"1 {currency} = {rate} {found.base}" for currency, rate in found.rates.items())
    return words.label("report", "rates").format(rates=rates, since=found.since or "?")


def _value(column: str, value: str, words: Words) -> str:
    if column == "status":
        return words.label("statuses", value)
    if column in VALUES:
        return words.label("report", value)
    if column in TEXTS:
        return value or NONE
    return number(value, words.language) if value else ""


def _write_csv(folder: Path, found: Report) -> None:
    from sheetflow.app.reports import TABLES

    folder.mkdir(parents=True, exist_ok=True)
    for key, columns in TABLES.items():
        with (folder / f"{key}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([_harmless(row[name]) for name in columns] for row in found.tables[key])


def _harmless(text: str) -> str:
    """No cell of the file is a formula, whatever somebody named a category."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) and not NUMBER.fullmatch(text) else text


def _show(tables: list[tuple[str, list[str], list[list[str]]]], words: Words, note: str) -> None:
    screen = Screen()
    for key, headers, rows in tables:
        screen.say(words.label("report", f"{key}_title"), "bold")
        if rows:
            screen.table(headers, rows)
        else:
            screen.say(words.label("report", "nothing"))
    if note:
        screen.say(note)
