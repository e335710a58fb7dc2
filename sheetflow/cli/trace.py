"""`sheetflow trace`: a request's whole life, or what became of a letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.app.tracing import Trace
    from sheetflow.core.company import Company
    from sheetflow.runtime import Runtime

WORDS = {
    "en": {
        "none": "{asked}: no request and no letter is known by that; letters are kept for a week",
        "waits": "waits for", "due": "looked at again", "files": "files", "letter": "letter",
        "edit": "edit waits",
        "nobody": "nobody", "for": "for", "archived": "archived, its row stands in",
    },
    "ru": {
        "none": "{asked}: такой заявки или письма нет; письма хранятся неделю после отправки",
        "waits": "ждёт", "due": "будет рассмотрена", "files": "файлы", "letter": "письмо",
        "edit": "правка ждёт",
        "nobody": "никого", "for": "за", "archived": "в архиве, ее строка здесь",
    },
}  # fmt: skip


@click.command()
@click.argument("asked", metavar="REQUEST|REFERENCE")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--language", metavar="CODE", default="", help="en or ru; the registry's own without it.")
@workspace_option
def trace(asked: str, language: str, workspace: str, env: str, *, as_json: bool) -> None:
    """Tell a request's life in order: events, letters, edits that wait, what it waits for. One read.

    By the reference of a mail (SF…): which letter it is, for which role, when, and in what state.
    """
    from sheetflow.app.tracing import READ
    from sheetflow.app.tracing import trace as traced
    from sheetflow.core.company import read_company

    runtime = runtime_for(workspace, env)
    language = language or runtime.config.language
    if language not in WORDS:
        raise click.UsageError(f"--language is {language!r}; it must be one of {', '.join(sorted(WORDS))}")
    sheet, own = runtime.sheet(), WORDS[language]
    parts = dict(zip(READ, sheet.read_parts(READ), strict=True))
    company = read_company(parts["people"], parts["settings"], runtime.book, parts["policy"])
    found = traced(asked, parts, company, sheet.http.told_at or runtime.clock.now())
    if found is None:
        raise ConfigError([own["none"].replace("{asked}", asked)])
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    _show(found, runtime, company, language)


def _show(found: Trace, runtime: Runtime, company: Company, language: str) -> None:
    from sheetflow.app.tracing import at_of
    from sheetflow.pages.texts import load_texts

    screen, words, texts = Screen(), runtime.book.for_person(language), load_texts(runtime.folder)[language]
    own, zone = WORDS[language], company.settings.zone

    def when(line: dict[str, str]) -> str:
        return at_of(line).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

    def who(address: str) -> str:
        return texts["actors"].get(address) or company.people.name(address)

    def event_told(event: dict[str, str]) -> str:
        what = texts["events"].get(event["kind"], event["kind"])
        stead = f" ({own['for']} {who(event['for'])})" if event["for"] else ""
        return f"{who(event['by'])}{stead}: {what}" + (f" [{event['rule']}]" if event["rule"] else "")

    def letter_told(letter: dict[str, str]) -> str:
        state = f"{letter['state']} ({letter['tries']})"
        return f"{own['letter']} {letter['reference']} {letter['template']} > {letter['to']}: {state}"

    if found.status:
        status, waits = words.label("statuses", found.status), ", ".join(map(who, found.waits_for))
        screen.say(f"{found.request}: {status}; {own['waits']}: {waits or own['nobody']}", "bold")
    if found.archived:
        screen.say(f"{own['archived']}: {found.archived}")
    if found.due:
        screen.say(f"{own['due']}: {found.due}")
    if found.files:
        screen.say(f"{own['files']}: {', '.join(found.files)}")
    lines = [
        *((one, event_told(one)) for one in found.events),
        *((one, letter_told(one)) for one in found.letters),
        *((one, f"{own['edit']}: {who(one['by'])}") for one in found.edits),
    ]
    for line, text in sorted(lines, key=lambda pair: at_of(pair[0])):
        screen.say(f"{when(line)}  {text}")
