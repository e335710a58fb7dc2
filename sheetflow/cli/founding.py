"""The first `sheetflow apply`, where no spreadsheet is named yet: what it asks, and whom it acts as."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from sheetflow.app.ownership import refusal
from sheetflow.cli.laws import LOCALES
from sheetflow.errors import AccessDenied, ConfigError

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.app.founding import Answers, Charter, Founded
    from sheetflow.app.ownership import Owner
    from sheetflow.core.rulebook import Rulebook

_F = TypeVar("_F", bound=Callable[..., Any])
OWNER_HELP = (
    "Who is to own the spreadsheet: shared-drive:ID, user:ADDRESS (the service account acts as that user, by "
    "domain-wide delegation), or existing:ID (an empty spreadsheet, shared with the service account)."
)
ZONE = "Europe/Moscow"


def founding_options(command: _F) -> _F:
    """What the first apply may be told instead of asking."""
    options = (
        click.option("--owner", metavar="KIND:ID", default="", help=OWNER_HELP),
        click.option("--language", type=LOCALES, default=None, help="A new registry's language."),
        click.option("--company", metavar="NAME", default="", help="The company's name."),
        click.option(
            "--time-zone", metavar="ZONE", default="", help=f"Where its day begins, such as {ZONE}."
        ),
        click.option(
            "--people",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A CSV file with the People tab's columns: who works there, at least one admin.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def founds(workspace: str, env: str = "") -> bool:
    """Whether there is a registry to be founded, or a founding to be completed."""
    if workspace:
        return False
    kept = _kept(env)
    begun = kept.get("SHEETFLOW_FOUNDING") or not kept.get("SHEETFLOW_SPREADSHEET")
    return bool(begun and not kept.get("SHEETFLOW_WORKSPACE"))


def found(env: str, told: Mapping[str, Any], *, yes: bool, as_json: bool) -> Founded:
    """Found a registry, or complete what was begun, and keep its settings in `sheetflow.env`.

    Args:
        env: the file, "" for the usual one.
        told: the values of `founding_options`, by their parameters' names.
        yes: never ask.
        as_json: one JSON object, and no progress.

    Raises:
        ConfigError: something has to be answered or put right first.
        PortError: what was made stays; the same command completes it.
    """
    from sheetflow.adapters.clock import SystemClock, SystemNonces
    from sheetflow.adapters.credentials import credentials
    from sheetflow.adapters.documents import SCOPES, founding_ports
    from sheetflow.adapters.env_file import keep
    from sheetflow.app.founding import Founding
    from sheetflow.cli.screen import Screen
    from sheetflow.cli.settings import ENV_FILE

    kept, path, screen = _kept(env), Path(env or ENV_FILE), Screen()
    api_root = kept.get("SHEETFLOW_API_ROOT") or None
    own = credentials(kept.get("SHEETFLOW_ACCESS_TOKEN", ""), scopes=SCOPES)
    clock, nonces = SystemClock(), SystemNonces()
    with founding_ports(own, api_root, (), clock, nonces) as ports:
        me = _let_in(ports.documents.me)
    charter = _charter(kept, told, me, yes=yes)
    owner = charter.owner
    acting = own if owner.kind != "user" or owner.id == me else _as_user(own, owner)
    free = [charter.service_account, me, *(kept.get(f"SHEETFLOW_{name}", "") for name in _ACCOUNTS)]
    with founding_ports(acting, api_root, free, clock, nonces) as ports:
        if acting is not own:
            _delegated(ports.documents.me, owner, own)
        say = (lambda _text: None) if as_json else (lambda text: screen.step("", text))
        done = Founding(ports, charter, kept, lambda values: keep(path, values), say).run()
    _show(screen, done, path, as_json=as_json)
    return done


_ACCOUNTS = ("SENDER", "TRIGGER_ACCOUNT", "SCHEDULER_ACCOUNT")


def _kept(env: str) -> dict[str, str]:
    """The settings there are; a file that is named and is not there yet will be made."""
    from sheetflow.cli.settings import PREFIX, environment

    if env and not Path(env).exists():
        return {name: value for name, value in os.environ.items() if name.startswith(PREFIX) and value}
    return environment(env)


def _charter(kept: Mapping[str, str], told: Mapping[str, Any], me: str, *, yes: bool) -> Charter:
    from sheetflow.app.form import load_form_texts
    from sheetflow.app.founding import Charter
    from sheetflow.app.ownership import read_owner
    from sheetflow.cli.settings import Settings
    from sheetflow.core.rulebook import Rulebook
    from sheetflow.runtime import load_rulebook_words, templates_folder
    from sheetflow.templates.schema import read_template

    problems: list[str] = []
    owner = told["owner"] or kept.get("SHEETFLOW_OWNER", "")
    language = told["language"] or kept.get("SHEETFLOW_LANGUAGE", "")
    if not owner and not yes:
        owner = click.prompt("Who is to own the spreadsheet (shared-drive:ID, user:ADDRESS, existing:ID)")
    if not language and not yes:
        language = click.prompt("The registry's language", type=LOCALES)
    problems += [] if owner else ["--owner is missing: " + OWNER_HELP]
    problems += [] if language else ["--language is missing: en or ru"]
    account = Settings().functions_address or (me if me.endswith(".gserviceaccount.com") else "")
    if not account:
        problems.append(
            f"SHEETFLOW_SERVICE_ACCOUNT is not set: the account that the functions will run as (you are {me})"
        )
    if problems:
        raise ConfigError(problems)
    folder = templates_folder(kept.get("SHEETFLOW_TEMPLATES", ""))
    file = folder / "payments.toml"
    book = Rulebook(language, load_rulebook_words(folder), "")
    return Charter(
        read_owner(owner), read_template(file.read_text("utf-8"), file.name), book,
        load_form_texts(folder)[language], account, lambda: _answers(told, book, yes=yes),
    )  # fmt: skip


def _answers(told: Mapping[str, Any], book: Rulebook, *, yes: bool) -> Answers:
    """Company, time zone and people: as told, else asked for."""
    from sheetflow.app.founding import Answers
    from sheetflow.core.people_file import read_people

    company, zone, file = told["company"], told["time_zone"], told["people"]
    if yes:
        missing = [
            f"--{name} is missing: {what}"
            for name, given, what in (
                ("company", company, "the company's name"),
                ("people", file, "a CSV file with at least one admin"),
            )
            if not given
        ]
        if missing:
            raise ConfigError(missing)
    company = company or click.prompt("The company's name")
    zone = zone or (ZONE if yes else click.prompt("Its time zone", default=ZONE))
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise ConfigError([f"{zone!r} is no time zone; one is such as {ZONE}"]) from None
    people: list[dict[str, object]]
    if file is not None:
        people = read_people(_text(file), book, file.name)
    else:
        address = click.prompt("The first admin's e-mail address (others can be added on the People tab)")
        lines = [book.own.label("people", key) for key in ("email", "name", "roles")]
        name = click.prompt("Their name")
        table = [lines, [address, name, book.own.label("roles", "admin")]]
        people = read_people("\n".join("\t".join(row) for row in table), book, "the first admin")
    return Answers(people, {"company": company, "time_zone": zone})


def _text(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def _let_in(me: Callable[[], str]) -> str:
    try:
        return me()
    except AccessDenied as error:
        raise refusal(
            f"Google does not let the credentials in ({error}):",
            "GOOGLE_APPLICATION_CREDENTIALS names their file",
        ) from error


def _as_user(own: Credentials, owner: Owner) -> Credentials:
    if not hasattr(own, "with_subject"):
        raise refusal(
            f"these credentials cannot act as {owner.id}: they are no service account's key.",
            "Set GOOGLE_APPLICATION_CREDENTIALS to one, or let another own it (--owner)",
        )
    return own.with_subject(owner.id)  # type: ignore[no-any-return]


def _delegated(me: Callable[[], str], owner: Owner, own: Credentials) -> None:
    """Look whether the service account may act as the user, by a first read."""
    from sheetflow.adapters.documents import SCOPES

    try:
        me()
    except AccessDenied as error:
        account = getattr(own, "service_account_email", "the service account")
        raise refusal(
            f"{account} may not act as {owner.id} ({error}).",
            "In the admin console open Security, Access and data control, API controls, Manage domain-wide",
            f"delegation, and add the unique id of {account} (client_id in its key file)",
            f"with these scopes: {','.join(SCOPES)}. It may take some minutes until it holds.",
            "Without delegation a shared drive can own it: --owner shared-drive:ID",
        ) from error


def _show(screen: Any, done: Founded, path: Path, *, as_json: bool) -> None:
    url = f"https://docs.google.com/spreadsheets/d/{done.spreadsheet}/edit"
    if as_json:
        told = {
            "spreadsheet": done.spreadsheet, "url": url, "folders": dict(done.folders), "form": done.form,
            "notes": list(done.notes), "settings": str(path),
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    screen.got(f"the registry: {url}")
    if done.form:
        screen.got(f"the form: https://docs.google.com/forms/d/{done.form}/edit")
    screen.got(f"its settings are kept in {path}; `sheetflow plan` looks whether it is whole")
    if done.notes:
        screen.listing("what you should know or have to do", done.notes)
