"""`sheetflow export` writes a company's whole data; `sheetflow restore` makes a registry of it again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen


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


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--spreadsheet", default="", metavar="ID", help="The new registry, where it is another.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@workspace_option
def restore(folder: Path, spreadsheet: str, workspace: str, env: str, *, as_json: bool) -> None:
    """Fill a new, empty registry from FOLDER, an export: history, requests, people, settings, contractors.

    Numbers and history stay as they were. Run again it goes on where it was stopped.
    """
    from sheetflow.adapters.export_files import read_export
    from sheetflow.app.restoring import Restorer
    from sheetflow.runtime import Runtime

    archive = read_export(folder)
    runtime = runtime_for(workspace, env)
    if spreadsheet:
        runtime = Runtime(replace(runtime.config, spreadsheet=spreadsheet))
    screen = Screen()

    def told(done: int, total: int) -> None:
        if not as_json:
            screen.progress(done, total, "restored")

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
