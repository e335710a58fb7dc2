"""`sheetflow form`: links to the form with a contractor's answers filled in."""

from __future__ import annotations

import json

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen
from sheetflow.errors import ConfigError


@click.group()
def form() -> None:
    """The form that requests are asked for in."""


@form.command()
@workspace_option
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object: contractor, account and link of each."
)
def links(workspace: str, env: str, *, as_json: bool) -> None:
    """Show a link for each payee of the contractor book: the form with what is known of them filled in.

    They are those of the Contractors tab.
    """
    from sheetflow.core.company import read_company
    from sheetflow.core.contractors import Book
    from sheetflow.templates.prefill import PREFILLED, SETTING, prefilled

    runtime = runtime_for(workspace, env)
    snapshot, book = runtime.sheet().read(), runtime.book
    template = read_company(snapshot.people, snapshot.settings, book).settings.values[SETTING]
    if not template:
        name = book.own.label("settings", SETTING)
        problem = f"the setting {name!r} is blank, so there are no links yet"
        raise ConfigError([f"{problem}: run setUpForm in the trigger's project, which writes it"])
    found = [
        {
            "contractor": entry.text("contractor"),
            "account": entry.text("account"),
            "link": prefilled(template, {key: entry.text(key) for key in PREFILLED}),
        }
        for entry in Book(snapshot.contractors, book.headers).known()
    ]
    if as_json:
        click.echo(json.dumps({"links": found}, ensure_ascii=False))
        return
    screen = Screen()
    for one in found:
        screen.say(f"{one['contractor']}, {one['account']}: {one['link']}")
    if not found:
        screen.say("the contractor book is empty: it fills with what is approved")
