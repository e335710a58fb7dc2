"""Which spreadsheet a command talks to: a running local workspace, or what the settings say."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sheetflow.errors import ConfigError, Unavailable

if TYPE_CHECKING:
    from sheetflow.runtime import Runtime

_F = TypeVar("_F", bound=Callable[..., Any])
TIMEOUT = 10
"""Seconds."""


def workspace_option(command: _F) -> _F:
    """`--workspace URL`, or SHEETFLOW_WORKSPACE; and `--env FILE`."""
    command = env_option(command)
    return click.option(
        "--workspace",
        metavar="URL",
        envvar="SHEETFLOW_WORKSPACE",
        default="",
        help="A running local workspace, such as http://127.0.0.1:8765 (or SHEETFLOW_WORKSPACE). "
        "Without it the SHEETFLOW_… settings count.",
    )(command)


def env_option(command: _F) -> _F:
    """`--env FILE`, or SHEETFLOW_ENV."""
    return click.option(
        "--env",
        metavar="FILE",
        envvar="SHEETFLOW_ENV",
        default="",
        help="The file with the SHEETFLOW_… settings (or SHEETFLOW_ENV); sheetflow.env of the working "
        "folder, where there is one and no other is named. The environment comes first.",
    )(command)


def runtime_for(workspace: str, env: str = "") -> Runtime:
    """The product wired to that workspace, acting as its service account; else as the settings say.

    Secrets are not asked for: what signs and sends is the functions' business.

    Raises:
        ConfigError: settings are missing, or what answers there is no workspace.
        Unavailable: nothing answers there.
    """
    from sheetflow.runtime import Runtime
    from sheetflow.settings import Config, config_from

    if not workspace:
        from sheetflow.cli.settings import environment

        found = environment(env)
        workspace = found.get("SHEETFLOW_WORKSPACE", "")
        if not workspace:
            return Runtime(config_from(found, required=("spreadsheet",)))
    root = workspace.rstrip("/")
    place = _described(root)
    try:
        config = Config(
            spreadsheet=place["spreadsheet"]["id"],
            language=place["locale"],
            inbox_key="",
            link_key="",
            api_root=root,
            access_token=f"local:{place['service_account']}",
            mail_token=f"local:{place['owner']}",
            person_tokens="local:",
            sender=place["owner"],
            trigger_account=place["owner"],
            form=place["form"]["id"],
            folder=place["folders"]["root"]["id"],
            page_url=place["functions"]["request_page"],
        )
    except (KeyError, TypeError) as error:
        raise ConfigError([f"{root}: what answers there is no local workspace"]) from error
    return Runtime(config)


def _described(root: str) -> dict[str, Any]:
    if not root.startswith(("http://", "https://")):
        raise ConfigError([f"{root}: a workspace's address begins with http://"])
    try:
        with urllib.request.urlopen(f"{root}/workspace", timeout=TIMEOUT) as answer:  # noqa: S310 - checked
            found = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        raise ConfigError([f"{root}: what answers there is no local workspace ({error.code})"]) from error
    except OSError as error:
        raise Unavailable(
            "workspace", f"nothing answers at {root}; start one with `sheetflow local`"
        ) from error
    except ValueError as error:
        raise ConfigError([f"{root}: what answers there is no local workspace"]) from error
    if not isinstance(found, dict):
        raise ConfigError([f"{root}: what answers there is no local workspace"])
    return found
