"""`sheetflow recurring`: what the Recurring tab makes next, and what of it cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen

if TYPE_CHECKING:
    from sheetflow.core.recurring.table import Template
    from sheetflow.runtime import Runtime

_F = TypeVar("_F", bound=Callable[..., Any])


def _options(command: _F) -> _F:
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object.")(command)
    command = click.option(
        "--language", metavar="CODE", default="", help="en or ru; the registry's own without it."
    )(command)
    return workspace_option(command)


class _Place:
    """A registry's templates as they stand: one read."""

    def __init__(self, workspace: str, env: str, language: str) -> None:
        from sheetflow.core.company import read_company
        from sheetflow.core.recurring.table import faults_said, read_templates

        runtime: Runtime = runtime_for(workspace, env)
        language = language or runtime.config.language
        if language not in runtime.book.words:
            known = ", ".join(sorted(runtime.book.words))
            raise click.UsageError(f"--language is {language!r}; it must be one of {known}")
        self.snapshot = runtime.sheet().read()
        self.words = runtime.book.for_person(language)
        self.company = read_company(self.snapshot.people, self.snapshot.settings, runtime.book)
        self.templates: list[Template] = read_templates(self.snapshot.recurring, self.company, runtime.book)
        self.faults = {one.row: faults_said(one, self.words) for one in self.templates if one.faults}

    def say(self, key: str, **facts: str) -> str:
        """A sentence of the command itself."""
        return self.words.sentence("recurring_says", key, facts)

    def tell_faults(self, screen: Screen) -> None:
        """Say of each row what is wrong with it, and where there is none why."""
        for one in self.templates:
            if one.row in self.faults:
                faults = "; ".join(self.faults[one.row])
                screen.say(f"x {self.say('row', row=str(one.row), name=one.name, faults=faults)}", "red")
        if self.faults:
            screen.say(self.say("faults"))
        elif not self.templates:
            screen.say(self.say("none" if self.snapshot.recurring else "no-tab"))


@click.group()
def recurring() -> None:
    """Recurring requests: templates on a tab, each of which makes a draft some days before it is due."""


@recurring.command()
@_options
@click.pass_context
def check(ctx: click.Context, workspace: str, env: str, language: str, *, as_json: bool) -> None:
    """Look for rows that cannot be read; they make no drafts. Ends with 1 where there are any."""
    place = _Place(workspace, env, language)
    if as_json:
        wrong = [
            {"row": one.row, "name": one.name, "says": place.faults[one.row]}
            for one in place.templates
            if one.row in place.faults
        ]
        click.echo(json.dumps({"rows": len(place.templates), "faults": wrong}, ensure_ascii=False))
    else:
        screen = Screen()
        place.tell_faults(screen)
        if place.templates and not place.faults:
            screen.say(place.say("well", count=str(len(place.templates))), "green")
    if place.faults:
        ctx.exit(1)


@recurring.command("list")
@_options
def list_next(workspace: str, env: str, language: str, *, as_json: bool) -> None:
    """Show when each template makes its next draft, and by when that is to be paid: the soonest first."""
    from sheetflow.core.recurring.due import coming

    place = _Place(workspace, env, language)
    settings, memory = place.company.settings, place.snapshot.token.recurring
    today = place.snapshot.now.astimezone(settings.zone).date()
    there = {one.key for one in place.templates}
    following = [
        (coming(one, memory, there, today, settings.budget.calendar), one)
        for one in place.templates
        if not one.faults
    ]
    following.sort(key=lambda pair: (pair[0] is None, pair[0].made if pair[0] else today, pair[1].row))
    if as_json:
        items = [
            {
                "name": one.name,
                "row": one.row,
                "requester": one.requester,
                "draft": max(found.made, today).isoformat() if found else None,
                "due": found.due.isoformat() if found else None,
                "pay_by": found.pay_by.isoformat() if found else None,
            }
            for found, one in following
        ]
        held = [{"row": row, "says": says} for row, says in place.faults.items()]
        click.echo(json.dumps({"next": items, "held": held}, ensure_ascii=False))
        return
    screen = Screen()
    for found, one in following:
        if found is None:
            screen.say(place.say("over", name=one.name), "dim")
            continue
        made, pay_by = max(found.made, today).isoformat(), found.pay_by.isoformat()
        screen.say(place.say("next", made=made, name=one.name, pay_by=pay_by, requester=one.requester))
    place.tell_faults(screen)
