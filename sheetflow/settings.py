"""The settings of a deployment: what they are called, and how they are read from the environment.

Secrets are among them: Cloud Functions mounts them from Secret Manager as variables of the environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sheetflow.core.rulebook import LANGUAGES
from sheetflow.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Config:
    """Settings, from the environment.

    Keys shorter than 32 characters are refused. `access_token`: a ready token, for a local workspace;
    without it the credentials are Google's application default ones.
    """

    spreadsheet: str
    language: str
    inbox_key: str
    link_key: str
    form: str = ""
    folder: str = ""
    sender: str = ""
    page_url: str = ""
    audience: str = ""
    trigger_account: str = ""
    scheduler_account: str = ""
    queue: str = ""
    schedule_url: str = ""
    sign_in_client: str = ""
    certs_url: str = ""
    api_root: str = ""
    access_token: str = ""
    mail_token: str = ""
    mail_credentials: str = ""
    templates: str = ""
    person_tokens: str = ""
    chat_webhook: str = ""
    acts_for: str = ""


VARIABLES: Mapping[str, str] = {
    "spreadsheet": "the id of the registry's spreadsheet",
    "language": "the registry's language: en or ru",
    "inbox_key": "the secret that the edit trigger signs with (32 characters or more)",
    "link_key": "the secret that request-page links are signed with (32 characters or more)",
    "form": "the id of the form that requests are asked for in, where there is one",
    "folder": "the id of the Drive folder that invoices and payment orders are put into, where there is one",
    "sender": "the address that mail is sent from",
    "page_url": "where the request page is served",
    "audience": "the audience of the tokens that the trigger and the scheduler send",
    "trigger_account": "the service user that owns the edit trigger",
    "scheduler_account": "the service account that Cloud Scheduler calls as",
    "queue": "the Cloud Tasks queue that unfinished work is handed on by: projects/…/locations/…/queues/…",
    "schedule_url": "where `on_schedule` is served: what is handed on is done there",
    "sign_in_client": "Google's client id for signing in on the pages; without it a link alone counts",
    "certs_url": "where token certificates are (Google's when empty)",
    "api_root": "the root of a local workspace (Google's APIs when empty)",
    "access_token": "a ready access token, for a local workspace",
    "mail_token": "a ready access token of the sender's mailbox, for a local workspace",
    "mail_credentials": "the sender's OAuth credentials as JSON, for a service account has no mailbox",
    "templates": "the folder of the templates (the bundled ones when empty)",
    "person_tokens": "what a person's ready access token begins with, for a local workspace",
    "chat_webhook": "the address of the Chat space's webhook, with its key and token, where there is one",
    "acts_for": "accountants whom the service account may act for at the command line, with commas between",
}
"""Every setting: SHEETFLOW_ and the name in capitals."""

REQUIRED = ("spreadsheet", "inbox_key", "link_key")


def config_from(environment: Mapping[str, str], required: Sequence[str] = REQUIRED) -> Config:
    """Read the settings; `required` are those that must be there.

    Raises:
        ConfigError: every problem at once.
    """
    values = {name: environment.get(f"SHEETFLOW_{name.upper()}", "").strip() for name in VARIABLES}
    values["language"] = values["language"] or "en"
    problems = [
        f"SHEETFLOW_{name.upper()} is not set: it is {VARIABLES[name]}"
        for name in required
        if not values[name]
    ]
    problems += [
        f"SHEETFLOW_{name.upper()} is too short: {VARIABLES[name]}"
        for name in ("inbox_key", "link_key")
        if values[name] and len(values[name]) < 32
    ]
    if values["language"] not in LANGUAGES:
        problems.append(
            f"SHEETFLOW_LANGUAGE is {values['language']!r}; it must be one of {', '.join(LANGUAGES)}"
        )
    if problems:
        raise ConfigError(problems)
    return Config(**values)
