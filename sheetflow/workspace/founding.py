"""The workspace's registry, founded as a company founds its own, by the robot that owns it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from sheetflow import runtime
from sheetflow.adapters.clock import SystemClock, SystemNonces
from sheetflow.adapters.documents import founding_ports
from sheetflow.adapters.env_file import keep, kept
from sheetflow.app.form import load_form_texts
from sheetflow.app.founding import Answers, Charter, Founded, Founding
from sheetflow.app.ownership import Owner
from sheetflow.core.rulebook import Rulebook
from sheetflow.templates.schema import read_template
from sheetflow.workspace import cast

ENV_FILE = "sheetflow.env"
"""In the workspace's folder: what the admin's commands have to know to work against it (`--env`)."""
SECRET = ("SHEETFLOW_INBOX_KEY", "SHEETFLOW_LINK_KEY", "SHEETFLOW_CHAT_WEBHOOK")
"""Of the functions' settings those that no file has."""


def found(
    folder: Path, url: str, language: str, settings: Mapping[str, str] = MappingProxyType({})
) -> Founded:
    """Found the registry, or complete what a start that was killed had begun.

    Args:
        folder: the workspace's.
        url: its root.
        language: of a new registry; one that was begun keeps its own.
        settings: of a new registry, where they are to differ from the template's.
    """
    env = folder / ENV_FILE
    before = kept(env)
    language = before.get("SHEETFLOW_LANGUAGE", language)
    templates = runtime.templates_folder()
    template = read_template((templates / "payments.toml").read_text("utf-8"))
    book = Rulebook(language, runtime.load_rulebook_words(templates), "")
    values = {
        "company": cast.COMPANY[language], "company_inn": cast.COMPANY_INN, "company_kpp": cast.COMPANY_KPP,
        "own_accounts": cast.OWN_ACCOUNTS, **settings,
    }  # fmt: skip
    charter = Charter(
        Owner("user", cast.OWNER), template, book, load_form_texts(templates)[language], cast.SERVICE_ACCOUNT,
        lambda: Answers(cast.people(language), values),
    )  # fmt: skip
    owner = runtime.credentials(f"local:{cast.OWNER}")
    free = (cast.OWNER, cast.SERVICE_ACCOUNT)
    with founding_ports(owner, url, free, SystemClock(), SystemNonces()) as ports:
        return Founding(ports, charter, before, lambda values: keep(env, values), lambda _text: None).run()


def remember(folder: Path, environment: dict[str, str]) -> None:
    """Keep the functions' settings for the admin's commands, but for the secrets among them."""
    plain = {name: value for name, value in environment.items() if name not in SECRET}
    keep(folder / ENV_FILE, {**plain, "SHEETFLOW_SERVICE_ACCOUNT": cast.SERVICE_ACCOUNT})
