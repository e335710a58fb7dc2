"""Plan and apply wired to a spreadsheet: the places there are, and whom the functions act as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sheetflow.cli.place import runtime_for
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.app.drive_place import DrivePlace
    from sheetflow.app.form_place import FormPlace
    from sheetflow.app.upkeep import Surveyor, Upkeep
    from sheetflow.runtime import Runtime
    from sheetflow.templates.plan import Place

LOCAL = "local:"
"""What tokens of a local workspace begin with."""


def upkeep_for(workspace: str, env: str = "") -> Upkeep:
    """The use case for a running local workspace, or for what the settings say.

    Raises:
        ConfigError: settings or templates that cannot be used.
    """
    from sheetflow.adapters import http
    from sheetflow.adapters.sheet_schema import SheetSchema
    from sheetflow.app.provision import begin, checked
    from sheetflow.app.registry import RegistryPlace
    from sheetflow.app.upkeep import Upkeep
    from sheetflow.templates.schema import read_template

    runtime = runtime_for(workspace, env)
    config, book = runtime.config, runtime.book
    file = runtime.folder / "payments.toml"
    template = read_template(file.read_text("utf-8"), file.name)
    client = http.client(runtime.credentials, config.api_root or None, runtime.clock, runtime.nonces)
    nobody: Sequence[dict[str, str]] = []
    registry = RegistryPlace(
        SheetSchema(client), config.spreadsheet, template, book, runtime.nonces,
        service_account=service_account(runtime, env),
        first=begin(book.own, *checked(template, book.own, nobody, {})),
    )  # fmt: skip
    places: dict[Place, Surveyor] = {"drive": drive_place(runtime)}
    form = form_place(runtime)
    if form is not None:
        places["form"] = form
    return Upkeep(registry, places, runtime.anchors().hold)


def drive_place(runtime: Runtime) -> DrivePlace:
    """The company's folders and who may open what."""
    from sheetflow.app.drive_place import DrivePlace

    permissions = runtime.permissions()
    return DrivePlace(permissions, permissions.folders, runtime.config.folder)


def form_place(runtime: Runtime) -> FormPlace | None:
    """The form as a place, None where there is none. It asks for a right that no pass has: to change it."""
    from sheetflow.adapters.form_care import SCOPE, FormCare
    from sheetflow.app.form import load_form_texts
    from sheetflow.app.form_place import FormPlace
    from sheetflow.runtime import credentials

    config = runtime.config
    if not config.form:
        return None
    account = credentials(config.access_token, scopes=(SCOPE,))
    care = FormCare(account, config.api_root or None, config.form, runtime.clock, runtime.nonces)
    return FormPlace(care, config.form, runtime.words, load_form_texts(runtime.folder))


def service_account(runtime: Runtime, env: str = "") -> str:
    """The address that the functions act under: the settings', or that of the credentials in use.

    Raises:
        ConfigError: neither says it.
    """
    from sheetflow.cli.settings import settings

    token = runtime.config.access_token
    if token.startswith(LOCAL):
        return token.removeprefix(LOCAL)
    found = settings(env).functions_address or getattr(runtime.credentials, "service_account_email", "")
    if "@" not in found:
        raise ConfigError(["SHEETFLOW_SERVICE_ACCOUNT is not set: the account that the functions run as"])
    return str(found)
