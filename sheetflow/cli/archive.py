"""`sheetflow export` writes a company's whole data; `sheetflow restore` makes a registry of it again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.core.migration.archive import Archive
    from sheetflow.runtime import Runtime


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new or empty folder; without it one in the working folder, called by the date.",
)
@click.option("--json", "as_json", is_flag=True, help="The manifest, and the folder, as one JSON object.")
@workspace_option
def export(out: Path | None, workspace: str, env: str, *, as_json: bool) -> None:
    """Write the company's whole data: Excel and CSV for people, the history and all else for `restore`.

    Three reads. The history verifies by itself: `sheetflow history verify --file history.jsonl`.
    """
    from sheetflow.adapters.export_files import write_export

    runtime = runtime_for(workspace, env)
    sheet = runtime.sheet()
    everything = sheet.read_everything()
    at = sheet.http.told_at or runtime.clock.now()
    folder = out or Path(f"sheetflow-export-{at:%Y-%m-%d-%H%M%S}")
    config = runtime.config
    manifest = write_export(folder, everything, config.language, config.spreadsheet, runtime.book.headers, at)
    if as_json:
        click.echo(json.dumps({"folder": str(folder), **manifest}, ensure_ascii=False))
        return
    counts = manifest["counts"]
    screen = Screen()
    screen.say(
        f"{counts['requests']} requests, {counts['events']} events, {counts['people']} people: {folder}"
    )
    if counts["letters_waiting"]:
        screen.say(f"{counts['letters_waiting']} messages were still on their way; they are in it, too.")


def _archive(runtime: Runtime, source: Path | None) -> Archive:
    """What is to be brought back: of a folder, of a packed one, or of the newest in Drive."""
    from sheetflow.adapters.backups import unpack
    from sheetflow.adapters.export_files import read_export

    if source is not None and source.is_dir():
        return read_export(source)
    if source is not None:
        content = source.read_bytes()
    else:
        backups = runtime.backups()
        if backups is None:
            raise ConfigError(["SHEETFLOW_FOLDER is not set: there are no backups in Drive"])
        _, content = backups.newest()
    with tempfile.TemporaryDirectory() as place:
        unpack(content, Path(place))
        return read_export(Path(place))


@click.command()
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--from-drive", is_flag=True, help="The newest nightly backup of the registry that is set.")
@click.option("--spreadsheet", default="", metavar="ID", help="The new registry, where it is another.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@workspace_option
def restore(
    source: Path | None, spreadsheet: str, workspace: str, env: str, *, from_drive: bool, as_json: bool
) -> None:
    """Fill a new, empty registry from SOURCE: an export's folder, or a nightly backup (.zip).

    Numbers and history stay as they were. Run again it goes on where it was stopped.
    """
    from sheetflow.app.restoring import Restorer
    from sheetflow.runtime import Runtime

    if (source is None) != from_drive:
        raise click.UsageError("name an export or a backup, or --from-drive")
    runtime = runtime_for(workspace, env)
    archive = _archive(runtime, source)
    if spreadsheet:
        runtime = Runtime(replace(runtime.config, spreadsheet=spreadsheet))
    screen = Screen()

    def told(done: int, total: int) -> None:
        if not as_json:
            screen.progress(done, total, "restored")

    runtime.anchors().guard(runtime.sheet())
    restorer = Restorer(runtime.sheet(), runtime.book, runtime.clock, runtime.nonces)
    done = restorer.run(archive, told)
    if as_json:
        found = {"requests": done.requests, "events": done.events, "commits": done.commits}
        click.echo(json.dumps({**found, "head": archive.head.head}))
    elif done.commits:
        screen.say(f"{done.requests} requests and {done.events} events are there again.")
        screen.say("Not in an export: the files in Drive, edits that no pass had seen, the bank directory.")
    else:
        screen.say("Everything was there already; nothing was written.")
