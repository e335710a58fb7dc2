"""What an admin's commands are set up by: SHEETFLOW_… variables, of the environment and of `sheetflow.env`.

The process environment comes first, then the file. A value that is blank is not set. The functions read the
same names by `sheetflow.settings.config_from`, which knows neither this file nor pydantic; what those names
mean is told in `sheetflow.settings.VARIABLES` alone. What the commands need besides is declared here. No
secret stands in the file.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Mapping
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any

import click
from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from sheetflow.core.rulebook import LANGUAGES
from sheetflow.errors import ConfigError
from sheetflow.settings import VARIABLES

PREFIX = "SHEETFLOW_"
ENV_FILE = "sheetflow.env"
"""Read from the working folder where it is there and no other is named."""
ENCODING = "utf-8-sig"
"""UTF-8, with or without the mark that a Windows editor puts first."""
SECRETS = ("inbox_key", "link_key", "mail_credentials")
"""What Secret Manager keeps; the functions get these as variables, and no file has them."""
WEBHOOK = "chat_webhook"
"""A secret too, where there is a Chat space."""
TOKENS = ("access_token", "mail_token", "person_tokens")
"""Secret as well, but for the tokens of a local workspace, which anybody may write down."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHAPES: Mapping[str, tuple[str, str]] = {
    "project": (r"[a-z][a-z0-9-]{4,28}[a-z0-9]", "a project's id, such as acme-payments-1"),
    "region": (r"[a-z]+(-[a-z]+)+\d+", "a region, such as europe-west1"),
    "prefix": (r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?", "small letters, digits and hyphens, 20 at most"),
    "memory": (r"[1-9]\d*(Mi|Gi)", "an amount such as 512Mi or 1Gi"),
    "schedule": (r"(\S+\s+){4}\S+", "five fields, as crontab has them, such as */5 * * * *"),
    "page_url": (r"https?://\S+", "an address that begins with https://"),
}  # fmt: skip
"""What a text must look like as a whole, and how that is said."""


def _theirs(name: str, *needed_for: str) -> Any:
    """A setting of the functions: `VARIABLES` says what it is."""
    return _ours("en" if name == "language" else "", VARIABLES[name], *needed_for)


def _ours(default: object, description: str, *needed_for: str, **limits: Any) -> Any:
    """A setting of the commands alone. `needed_for`: the commands that cannot do without it."""
    extra: dict[str, Any] = {"needed_for": list(needed_for)}
    return Field(default, description=description, json_schema_extra=extra, **limits)


class Settings(BaseSettings):
    """Every setting, checked. Made by `settings`, which says all that is wrong at once."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding=ENCODING,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    # What the functions are set up by.
    spreadsheet: str = _theirs("spreadsheet", "deploy")
    language: str = _theirs("language")
    inbox_key: str = _theirs("inbox_key")
    link_key: str = _theirs("link_key")
    form: str = _theirs("form")
    folder: str = _theirs("folder")
    sender: str = _theirs("sender", "deploy")
    page_url: str = _theirs("page_url")
    audience: str = _theirs("audience", "deploy")
    trigger_account: str = _theirs("trigger_account", "deploy")
    scheduler_account: str = _theirs("scheduler_account")
    queue: str = _theirs("queue")
    schedule_url: str = _theirs("schedule_url")
    sign_in_client: str = _theirs("sign_in_client")
    certs_url: str = _theirs("certs_url")
    api_root: str = _theirs("api_root")
    access_token: str = _theirs("access_token")
    mail_token: str = _theirs("mail_token")
    mail_credentials: str = _theirs("mail_credentials")
    templates: str = _theirs("templates")
    person_tokens: str = _theirs("person_tokens")
    chat_webhook: str = _theirs("chat_webhook")
    acts_for: str = _theirs("acts_for")

    # What the commands need besides.
    workspace: str = _ours("", "a running local workspace that the commands talk to instead of Google")
    owner: str = _ours(
        "", "who owns what `apply` makes: a shared drive's id, or a service user's address (by delegation)"
    )
    founding: str = _ours("", "set while a founding is not complete: what it made is known by it")
    service_account: str = _ours(
        "", "the account that the functions run as (PREFIX-functions of the project when empty)"
    )
    project: str = _ours("", "the Google Cloud project's id", "deploy")
    region: str = _ours("europe-west1", "where the functions run")
    prefix: str = _ours("sheetflow", "what the names of everything deployed begin with")
    min_instances: int = _ours(
        0,
        "instances of each function that people wait for, kept warm: 0 costs nothing while idle",
        ge=0,
        le=100,
    )
    max_instances: int = _ours(3, "instances of each function at most", ge=1, le=100)
    concurrency: int = _ours(8, "requests that one instance serves at once", ge=1, le=80)
    memory: str = _ours("512Mi", "memory of an instance")
    schedule: str = _ours("* * * * *", "when the scheduled pass runs, as crontab says it")
    chat: str = _ours(
        "", "yes: a Chat space is told of what happens; its webhook is a secret that `deploy` is given"
    )
    tasks: str = _ours("", "yes: people have tasks, so the functions' account may have IAM sign for it")
    script: str = _ours("", "the id of the trigger's Apps Script project, for clasp")

    @field_validator(*_SHAPES)
    @classmethod
    def _has_its_shape(cls, value: str, info: Any) -> str:
        shape, told = _SHAPES[info.field_name]
        if value and not re.fullmatch(shape, value):
            raise ValueError(f"must be {told}")
        return value

    @field_validator("trigger_account", "scheduler_account", "service_account")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("must be an e-mail address")
        return value

    @field_validator("sender")
    @classmethod
    def _has_an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(parseaddr(value)[1]):
            raise ValueError("must be an e-mail address, with or without a name before it")
        return value

    @field_validator("chat", "tasks")
    @classmethod
    def _is_yes_or_nothing(cls, value: str) -> str:
        if value not in ("", "yes"):
            raise ValueError("must be yes, or blank")
        return value

    @field_validator("language")
    @classmethod
    def _is_a_language(cls, value: str) -> str:
        if value not in LANGUAGES:
            raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
        return value

    @field_validator("max_instances")
    @classmethod
    def _is_not_below_the_least(cls, value: int, info: Any) -> int:
        least = info.data.get("min_instances", 0)
        if value < least:
            raise ValueError(f"must not be below {variable('min_instances')}, which is {least}")
        return value

    @property
    def functions_address(self) -> str:
        """The account that the functions run as; "" where neither it nor a project is named."""
        return self.service_account or self._account("functions")

    @property
    def scheduler_address(self) -> str:
        """The account that Cloud Scheduler calls as; "" where neither it nor a project is named."""
        return self.scheduler_account or self._account("scheduler")

    def _account(self, of: str) -> str:
        return f"{self.prefix}-{of}@{self.project}.iam.gserviceaccount.com" if self.project else ""


def variable(name: str) -> str:
    """A setting's variable: SHEETFLOW_PROJECT of "project"."""
    return PREFIX + name.upper()


@cache
def needed_for(command: str) -> tuple[str, ...]:
    """The settings that a command cannot do without."""
    return tuple(
        name
        for name, field in Settings.model_fields.items()
        if isinstance(field.json_schema_extra, dict)
        and command in (field.json_schema_extra.get("needed_for") or ())  # type: ignore[operator]
    )


def environment(env_file: str = "") -> dict[str, str]:
    """The texts of all SHEETFLOW_… variables that are set: the process environment's, then the file's.

    Args:
        env_file: another file than `sheetflow.env` of the working folder; this one must be there.

    A variable of the file that nobody knows is warned about on standard error.

    Raises:
        ConfigError: the file is not there, cannot be read, or holds a secret.
    """
    found = _of_file(env_file)
    return found | {
        name: value for name, value in os.environ.items() if name.startswith(PREFIX) and value.strip()
    }


def settings(env_file: str = "", *, needs: Collection[str] = ()) -> Settings:
    """Every setting, checked.

    Args:
        env_file: as `environment` has it.
        needs: names of settings that must be set besides (`needed_for` says which a command needs).

    Raises:
        ConfigError: every problem at once, each with its variable's name.
    """
    problems: list[str] = []
    found: Settings | None = None
    try:
        environment(env_file)
    except ConfigError as error:
        problems += error.problems
    path = Path(env_file or ENV_FILE)
    source: dict[str, Any] = {"_env_file": path if path.is_file() else None}
    try:
        found = Settings(**source)
    except ValidationError as error:
        problems += [_plain(each) for each in error.errors()]
    except UnicodeDecodeError:
        pass  # told of by `environment`
    if found is not None:
        problems += [
            f"{variable(name)} is not set: it is {Settings.model_fields[name].description}"
            for name in needs
            if not getattr(found, name)
        ]
    if problems or found is None:
        raise ConfigError(problems)
    return found


def _plain(error: ErrorDetails) -> str:
    """A sentence of ours for one of pydantic's errors."""
    name = variable(str(error["loc"][0]))
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            what = str(context["error"])
        case "greater_than_equal":
            what = f"must be {context['ge']} or more"
        case "less_than_equal":
            what = f"must be {context['le']} or less"
        case _:
            what = "must be a whole number"
    return f"{name} {what}; it is {error['input']!r}"


def _of_file(env_file: str) -> dict[str, str]:
    path = Path(env_file or ENV_FILE)
    if not path.exists() and not env_file:
        return {}
    try:
        values = dotenv_values(path, encoding=ENCODING) if path.is_file() else None
        if values is None:
            raise ConfigError([f"{path}: there is no such file"])
        with path.open(encoding=ENCODING) as stream:
            broken = [
                f"{path}, line {each.original.line}: {each.original.string.strip()!r} is not understood; "
                f"write {PREFIX}NAME=value"
                for each in parse_stream(stream)
                if each.error or (each.key is not None and each.value is None)
            ]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path} cannot be read as a text in UTF-8: {error}"]) from error
    ours = {name: (value or "").strip() for name, value in values.items() if name.upper().startswith(PREFIX)}
    problems = [*broken, *_secrets(path, ours)]
    if problems:
        raise ConfigError(problems)
    known = [variable(name) for name in Settings.model_fields]
    for name in sorted(ours.keys() - set(known)):
        near = difflib.get_close_matches(name.upper().removeprefix(PREFIX).lower(), Settings.model_fields, 1)
        hint = f"; did you mean {variable(near[0])}?" if near else ""
        click.echo(f"{path}: {name} is no setting{hint}", err=True)
    return {name: value for name, value in ours.items() if name in known and value}


def _secrets(path: Path, values: Mapping[str, str]) -> list[str]:
    found = [variable(name) for name in (*SECRETS, WEBHOOK) if values.get(variable(name))]
    found += [
        variable(name) for name in TOKENS if not values.get(variable(name), "local:").startswith("local:")
    ]
    return [
        f"{path}: {name} is a secret and does not belong into a file; `sheetflow deploy` keeps it in Secret "
        "Manager. Where a command needs it, set it in the environment"
        for name in found
    ]
