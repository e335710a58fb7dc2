"""Which spreadsheet a command talks to: a running local workspace, or what the environment says."""

from __future__ import annotations

import json
import os
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
    """`--workspace URL`, or SHEETFLOW_WORKSPACE."""
    return click.option(
        "--workspace",
        metavar="URL",
        envvar="SHEETFLOW_WORKSPACE",
        default="",
        help="A running local workspace, such as http://127.0.0.1:8765 (or SHEETFLOW_WORKSPACE). "
        "Without it the SHEETFLOW_… settings of the environment count.",
    )(command)


def runtime_for(workspace: str) -> Runtime:
    """The product wired to that workspace, acting as its service account; else as the environment says.

    Raises:
        ConfigError: settings are missing, or what answers there is no workspace.
        Unavailable: nothing answers there.
    """
    from sheetflow.runtime import Config, Runtime, from_environment

    if not workspace:
        return from_environment(os.environ)
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
