"""`sheetflow import`: another registry's file becomes requests, each row right or listed with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetflow.cli.laws import LOCALES
from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen

if TYPE_CHECKING:
    from sheetflow.app.importing import Imported, Source
    from sheetflow.cli.import_words import ImportWords
    from sheetflow.core.migration.headers import Guess, Header
    from sheetflow.core.migration.rows import Judged
    from sheetflow.core.migration.table import Table, Vocabulary
    from sheetflow.runtime import Runtime


@dataclass(slots=True)
class _Reading:
    """A file as it is understood."""

    table: Table
    header: Header
    guesses: Sequence[Guess]
    words: Vocabulary

    @property
    def columns(self) -> dict[str, int]:
        return {one.key: one.place for one in self.guesses if one.key}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", default="", help="The workbook's sheet; needed where several could be it.")
@click.option(
    "--map", "maps", multiple=True, metavar="TITLE=COLUMN",
    help="What a title means: a column's key or name here; nothing after = leaves it out. Repeatable.",
)  # fmt: skip
@click.option(
    "--status", "statuses", multiple=True, metavar="WORD=STATUS",
    help="What a status of theirs means here. Repeatable.",
)  # fmt: skip
@click.option("--as", "actor", default="", metavar="EMAIL", help="The admin who imports, for the history.")
@click.option(
    "--trust-payees", is_flag=True,
    help="Take the payees of paid rows into the contractor book: their accounts count as known. Needs --as.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Look at everything, write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask whether the columns are right.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV file to write: every row, what became of it, why, and the cells it had.",
)  # fmt: skip
@click.option("--language", type=LOCALES, help="Of what is said; the registry's own without it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; needs --yes or --dry-run.")
@workspace_option
def import_command(
    file: Path,
    sheet: str,
    maps: Sequence[str],
    statuses: Sequence[str],
    actor: str,
    report: Path | None,
    language: str | None,
    workspace: str,
    env: str,
    *,
    trust_payees: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Bring the requests of FILE, another registry as .xlsx or .csv, into this one.

    Open requests become drafts: nobody approved them here. Paid, rejected and cancelled ones are kept as they
    are. Run again it brings only what is not here yet.
    """
    from sheetflow.app.anchoring import place_of, stopped, stops
    from sheetflow.app.importing import Source, acting, take_stock
    from sheetflow.core.company import read_company
    from sheetflow.core.migration.known import sift
    from sheetflow.core.migration.rows import judge_rows

    if as_json and not (yes or dry_run):
        raise click.UsageError("--json asks no questions: it needs --yes or --dry-run")
    if trust_payees and not actor:
        raise click.UsageError("--trust-payees is an admin's decision: say whose with --as")
    runtime = runtime_for(workspace, env)
    words = _words(runtime, language)
    reading = _read(runtime, words, file, sheet, maps, statuses)
    anchor = runtime.anchors().known()
    snapshot, known = take_stock(runtime.sheet(), place_of(anchor))
    if not dry_run and stops(snapshot, anchor):
        raise stopped()
    company = read_company(snapshot.people, snapshot.settings, runtime.book)
    table, header = reading.table, reading.header
    judged = judge_rows(table, header.last + 1, reading.columns, reading.words, company)
    sift(judged, table.sha256, known)
    source = Source(table.file, table.sha256, acting(actor, company), trust_payees)
    screen = Screen()
    if not as_json:
        _show(screen, words, reading, judged)
        if not (yes or dry_run):
            click.confirm(words.say("confirm"), abort=True)
    done = None if dry_run else _bring(runtime, judged, source, None if as_json else (screen, words))
    if report is not None:
        words.write_report(report, table, header, judged, dry=dry_run)
    if as_json:
        click.echo(json.dumps(_as_json(words, reading, judged, done, report), ensure_ascii=False))
    else:
        _conclude(screen, words, reading, judged, done, report)


def _words(runtime: Runtime, language: str | None) -> ImportWords:
    from sheetflow.cli.import_words import ImportWords
    from sheetflow.core.rulebook import LANGUAGES
    from sheetflow.templates.texts import load_texts

    chosen = language or runtime.config.language
    texts = load_texts(runtime.folder, "import.toml", LANGUAGES)
    return ImportWords(runtime.words[chosen], texts[chosen])


def _read(
    runtime: Runtime,
    words: ImportWords,
    file: Path,
    sheet: str,
    maps: Sequence[str],
    statuses: Sequence[str],
) -> _Reading:
    """Read the file and guess its columns. What has to be said first ends as a wrong usage, all at once."""
    from sheetflow.cli.import_words import parse_map, parse_statuses
    from sheetflow.core.migration.headers import guess, unknown_titles, with_given
    from sheetflow.core.migration.table import plain, vocabulary
    from sheetflow.core.rulebook import LANGUAGES
    from sheetflow.templates.texts import load_texts

    known = vocabulary(runtime.book, load_texts(runtime.folder, "import.toml", LANGUAGES))
    given, problems = parse_map(maps, words)
    meant, more = parse_statuses(statuses, runtime.book.statuses, words)
    if problems or more:
        raise click.UsageError("\n".join([*problems, *more]))
    known = replace(
        known, statuses={**known.statuses, **{plain(word): status for word, status in meant.items()}}
    )
    table, header = _find_table(file, sheet, with_given(known, given), words)
    guesses = guess(header, known, given)
    if problems := words.problems(guesses, unknown_titles(header, given)):
        Screen().table(words.say("columns").split(" | "), words.guesses(guesses, table, header))
        raise click.UsageError("\n".join(problems))
    return _Reading(table, header, guesses, known)


def _find_table(file: Path, sheet: str, known: Vocabulary, words: ImportWords) -> tuple[Table, Header]:
    from sheetflow.adapters.workbook import read_table, sheet_names
    from sheetflow.core.migration.headers import find_header

    found = []
    for name in [sheet] if sheet else sheet_names(file):
        table = read_table(file, name)
        if header := find_header(table, known):
            found.append((table, header))
    if not found:
        raise click.UsageError(words.say("no-header", file=file.name))
    if len(found) > 1:
        names = ", ".join(table.sheet for table, _ in found)
        raise click.UsageError(words.say("several-sheets", file=file.name, sheets=names))
    return found[0]


def _show(screen: Screen, words: ImportWords, reading: _Reading, judged: Sequence[Judged]) -> None:
    from sheetflow.cli.import_words import counts

    table, header = reading.table, reading.header
    rows = str(len(table.rows) - header.last)
    screen.say(words.say("found", file=table.file, row=str(header.last), rows=rows))
    screen.table(words.say("columns").split(" | "), words.guesses(reading.guesses, table, header))
    numbers = {key: str(number) for key, number in counts(table, header, judged).items()}
    screen.say(words.say("counts", **numbers))


def _bring(
    runtime: Runtime, judged: Sequence[Judged], source: Source, shown: tuple[Screen, ImportWords] | None
) -> Imported:
    from sheetflow.app.importing import Importer

    def told(done: int, total: int) -> None:
        if shown is not None:
            screen, words = shown
            screen.progress(done, total, words.say("progress"))

    return Importer(runtime.sheet(), runtime.book, runtime.clock, runtime.nonces).run(judged, source, told)


def _conclude(
    screen: Screen,
    words: ImportWords,
    reading: _Reading,
    judged: Sequence[Judged],
    done: Imported | None,
    report: Path | None,
) -> None:
    from sheetflow.cli.import_words import counts

    for one in judged:
        if one.outcome in ("refused", "skipped"):
            line = words.say("row", row=str(one.row), words=words.remarks(one))
            (screen.refused if one.outcome == "refused" else screen.say)(line)
    numbers = {key: str(number) for key, number in counts(reading.table, reading.header, judged).items()}
    if done is None:
        screen.say(words.say("dry"))
    else:
        screen.say(words.say("done", **numbers))
        if done.contractors:
            screen.say(words.say("book", count=str(done.contractors)))
        elif done.requests:
            screen.say(words.say("untrusted"))
    if report is not None:
        screen.say(words.say("reported", path=str(report)))


def _as_json(
    words: ImportWords,
    reading: _Reading,
    judged: Sequence[Judged],
    done: Imported | None,
    report: Path | None,
) -> Mapping[str, object]:
    from sheetflow.cli.import_words import counts

    return {
        "file": reading.table.file,
        "sha256": reading.table.sha256,
        "sheet": reading.table.sheet,
        "header_row": reading.header.last,
        "columns": [{"title": one.title, "key": one.key, "how": one.how} for one in reading.guesses],
        **counts(reading.table, reading.header, judged),
        "dry_run": done is None,
        "commits": done.commits if done else 0,
        "contractors": done.contractors if done else 0,
        "rows": [
            {
                "row": one.row,
                "outcome": one.outcome,
                "request": one.request,
                "codes": [remark.code for remark in one.remarks],
                "words": words.remarks(one),
            }
            for one in judged
        ],
        "report": str(report) if report else "",
    }
