"""`sheetflow policy`: what the approval policy says, whether it can work, and who is asked for what."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.core.company import Company
    from sheetflow.core.policy.explaining import Told
    from sheetflow.core.rulebook import Words
    from sheetflow.model.snapshot import Snapshot
    from sheetflow.runtime import Runtime

_F = TypeVar("_F", bound=Callable[..., Any])


def _options(command: _F) -> _F:
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object.")(command)
    command = click.option(
        "--language", metavar="CODE", default="", help="en or ru; the registry's own without it."
    )(command)
    return workspace_option(command)


class _Place:
    """A registry as it stands: one read."""

    def __init__(self, workspace: str, env: str, language: str) -> None:
        from sheetflow.core.company import read_company

        runtime: Runtime = runtime_for(workspace, env)
        language = language or runtime.config.language
        if language not in runtime.book.words:
            known = ", ".join(sorted(runtime.book.words))
            raise click.UsageError(f"--language is {language!r}; it must be one of {known}")
        self.runtime = runtime
        self.snapshot: Snapshot = runtime.sheet().read()
        self.words: Words = runtime.book.for_person(language)
        seen = self.snapshot
        self.company: Company = read_company(seen.people, seen.settings, runtime.book, seen.policy)

    def say(self, key: str, **facts: str) -> str:
        """A sentence of the command itself."""
        return self.words.sentence("policy_says", key, facts)


@click.group()
def policy() -> None:
    """The approval policy: the tab that says who has to approve what."""


@policy.command()
@_options
@click.pass_context
def check(ctx: click.Context, workspace: str, env: str, language: str, *, as_json: bool) -> None:
    """Look for rules that cannot be read, never count or ask what nobody can do, and for gaps between them.

    Ends with 1 where a rule is at fault; what is only worth knowing changes nothing.
    """
    from sheetflow.core.policy.boxes import Space
    from sheetflow.core.policy.findings import findings

    place = _Place(workspace, env, language)
    found = findings(place.company, place.snapshot.now)
    space, rules = Space(place.company), place.company.policy.rules
    faults = [one for one in found if one.fault]
    told = [(one, one.says(place.words, space)) for one in found]
    if as_json:
        items = [{"kind": one.key, "rule": one.rule, "fault": one.fault, "says": says} for one, says in told]
        click.echo(json.dumps({"rules": len(rules), "findings": items}, ensure_ascii=False))
    else:
        screen = Screen()
        if not rules:
            screen.say(place.say("none"))
        elif not faults:
            screen.say(place.say("well", count=str(len(rules))), "green")
        for one, says in told:
            screen.say(f"{'x' if one.fault else '!'} {says}", "red" if one.fault else "yellow")
        if faults:
            screen.say(place.say("faults", count=str(len(faults))))
    if faults:
        ctx.exit(1)


@policy.command()
@click.argument("request_id", metavar="REQUEST")
@_options
def explain(request_id: str, workspace: str, env: str, language: str, *, as_json: bool) -> None:
    """Say which rule REQUEST took along when it was sent, what of it is done, and who is asked now.

    REQUEST is its number, such as PR-000123.
    """
    from sheetflow.core.folding import fold
    from sheetflow.core.policy import explaining
    from sheetflow.core.projection import WIDTH, archive_link, from_row

    place = _Place(workspace, env, language)
    row = next((row for row in place.snapshot.state if row and row[0] == request_id.upper()), None)
    if row is None:
        raise ConfigError([place.say("unknown-request", request=request_id)])
    request = from_row([*row, *[""] * (WIDTH - len(row))])
    if request.archived:  # the State has but a trace of it
        events = place.runtime.sheet().read_history()[1]
        request = fold([event for event in events if event.request == request.id])[request.id]
    told = explaining.explain(request, place.company, place.snapshot.now, place.words)
    sent = bool(request.fingerprint)
    if as_json:
        head = {"request": request.id, "status": request.status, "sent": sent}
        if request.archived:
            head["archived"] = archive_link(request)
        click.echo(json.dumps(head | told.as_dict(), ensure_ascii=False))
        return
    screen = Screen()
    if not sent:
        screen.say(place.say("not-sent", request=request.id))
        return
    status = place.words.label("statuses", request.status)
    screen.say(place.say("taken", request=request.id, status=status, rule=_rule(place, told.rule)))
    _steps(place, screen, told)
    if request.archived:
        screen.say(place.say("archived", link=archive_link(request)))


@policy.command("try")
@click.option("--amount", required=True, help="Such as 120000 or 99.50.")
@click.option("--currency", default="", help="Such as USD; the base currency without it.")
@click.option("--department", default="", help="As in the request.")
@click.option("--category", default="", help="As in the request.")
@click.option(
    "--contractor", type=click.Choice(["new", "known"]), default="new", show_default=True,
    help="Whether the payee stands in the contractor book.",
)  # fmt: skip
@click.option(
    "--requester", metavar="ADDRESS", default="", help="Who would send it; they approve nothing of it."
)
@_options
def try_it(
    amount: str,
    currency: str,
    department: str,
    category: str,
    contractor: str,
    requester: str,
    workspace: str,
    env: str,
    language: str,
    *,
    as_json: bool,
) -> None:
    """Say who would be asked, and in which order, if such a request were sent now. Nothing is changed."""
    from sheetflow.core.policy import explaining
    from sheetflow.core.policy.matching import Asked
    from sheetflow.model.invalid import Invalid
    from sheetflow.model.money import parse_money

    place = _Place(workspace, env, language)
    try:
        money = parse_money(amount, currency or place.company.settings.base_currency)
    except Invalid as problem:
        raise click.UsageError(f"--amount, --currency: {problem}") from problem
    asked = Asked(money.amount, money.currency, department, category, contractor == "known")
    rule, told = explaining.attempt(asked, place.company, place.snapshot.now, place.words, requester)
    if as_json:
        row = {"row": rule.row if rule else 0}
        click.echo(json.dumps(row | told.as_dict(), ensure_ascii=False))
        return
    screen = Screen()
    screen.say(place.say("would", rule=_rule(place, told.rule)))
    _steps(place, screen, told)


def _rule(place: _Place, name: str) -> str:
    return place.say("rule", name=name) if name else place.say("no-rule")


def _steps(place: _Place, screen: Screen, told: Told) -> None:
    from sheetflow.core.policy.telling import approval_text

    people = place.company.people
    for fault in told.held:
        screen.say(f"x {fault}", "red")
    for step in told.steps:
        sign, style = {"done": ("+", "green"), "open": (">", "bold"), "later": (".", "dim")}[step.state]
        given = ", ".join(approval_text(one, people, place.words) for one in step.approvals)
        screen.say(f"{sign} {place.say('step', number=str(step.number), needs=step.needs)}", style)
        if given:
            screen.say(f"    {given}")
        if step.state != "done":
            whom = ", ".join(people.name(address) for address in step.asked) or place.say("nobody")
            screen.say(f"    {place.say('asked' if step.state == 'open' else 'could', whom=whom)}")
