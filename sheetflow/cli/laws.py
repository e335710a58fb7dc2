"""`sheetflow rules` and `sheetflow workflow`: what the README's generated parts are made of."""

from __future__ import annotations

import inspect
import json

import click

LOCALES = click.Choice(["en", "ru"])


def table_of_rules(locale: str) -> list[dict[str, str]]:
    """Every rule: its id, the sentence that people see, what they should do, the function that says so."""
    from sheetflow.core.rules import RULES
    from sheetflow.runtime import load_rulebook_words, templates_folder

    sentences = load_rulebook_words(templates_folder())[locale].sentences["rules"]
    return [
        {
            "id": name,
            "says": sentences[name]["says"],
            "todo": sentences[name]["todo"],
            "function": f"{inspect.unwrap(rule).__module__}.{rule.__name__}",
        }
        for name, rule in RULES.items()
    ]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
@click.option("--markdown", is_flag=True, help="The table that stands in the README.")
@click.option("--locale", type=LOCALES, default="en", show_default=True, help="The sentences' language.")
def rules(locale: str, *, as_json: bool, markdown: bool) -> None:
    """Every rule that can refuse something, with its id, its sentence and where it is enforced."""
    table = table_of_rules(locale)
    if as_json:
        click.echo(json.dumps(table, ensure_ascii=False, indent=1))
    elif markdown:
        click.echo("| rule | what people are told | what to do then | where |\n|---|---|---|---|")
        for each in table:
            cells = [f"`{each['id']}`", each["says"], each["todo"], f"`{each['function']}`"]
            click.echo("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    else:
        for each in table:
            click.echo(f"{each['id']}\n  {each['says']}\n  {each['todo']}\n  {each['function']}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The transitions as a JSON list.")
def workflow(*, as_json: bool) -> None:
    """The statuses and who may move a request between them, as a Mermaid diagram."""
    from sheetflow.workflow.payments import TABLE, mermaid

    if not as_json:
        click.echo(mermaid(), nl=False)
        return
    moves = [
        {
            "act": move.act,
            "from": sorted(source.value for source in move.sources),
            "to": move.target.value,
            "who": sorted(party.value for party in move.parties),
            "event": move.event,
            "guards": list(move.guards),
        }
        for move in TABLE.transitions
    ]
    click.echo(json.dumps(moves, ensure_ascii=False, indent=1))
