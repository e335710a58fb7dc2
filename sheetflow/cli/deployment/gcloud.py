"""Runs gcloud, and says what it said."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from sheetflow.errors import ConfigError, PortError

SECONDS = 1200
"""How long one command may take. Building a function takes two or three minutes."""
NO_GCLOUD = (
    "gcloud is not installed (or not on PATH): install Google's Cloud SDK, or use Cloud Shell, which has it. "
    "The script that `sheetflow deploy` prints can be run there"
)
_MISSING = re.compile(r"NOT_FOUND|not found|could not be found|cannot find|does not exist", re.IGNORECASE)
_THERE = re.compile(r"ALREADY_EXISTS|already exists", re.IGNORECASE)


class GcloudFailed(PortError):
    """A command failed. `words`: what gcloud said, without its decoration."""

    def __init__(self, command: Sequence[str], words: str) -> None:
        self.command, self.words = tuple(command), words
        super().__init__("gcloud", words)

    @property
    def missing(self) -> bool:
        """Whether it says that something is not there."""
        return bool(_MISSING.search(self.words))

    @property
    def there_already(self) -> bool:
        """Whether it says that the thing to make is there."""
        return bool(_THERE.search(self.words))


class Gcloud:
    """gcloud for one project, never asking anything."""

    def __init__(self, project: str) -> None:
        self.project = project
        program = shutil.which("gcloud")
        if program is None:
            raise ConfigError([NO_GCLOUD])
        self._program = program

    def show(self, *words: str) -> Any:
        """Run a command that only reads; gives its JSON.

        Raises:
            GcloudFailed: also where the thing is not there (`missing`).
        """
        text = self.do((*words, "--format=json"))
        try:
            return json.loads(text or "null")
        except ValueError:
            raise GcloudFailed(words, f"gave no JSON: {text[:200]}") from None

    def do(self, words: Sequence[str], feed: str | None = None) -> str:
        """Run a command; gives its standard output. `feed` goes to its standard input, not to its words."""
        command = [self._program, *words, f"--project={self.project}", "--quiet"]
        try:
            code, out, error_text = call(command, feed)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GcloudFailed(words, str(error)) from error
        if code:
            raise GcloudFailed(words, _words(error_text))
        return out


def call(command: Sequence[str], feed: str | None) -> tuple[int, str, str]:
    """Run a program; gives its exit code, output and errors. Raises OSError, TimeoutExpired."""
    done = subprocess.run(
        command, input=feed or "", capture_output=True, text=True, timeout=SECONDS, check=False
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def ready(gcloud: Gcloud) -> list[str]:
    """What is in the way of deploying, in words. Asks three things."""
    if not gcloud.show("auth", "list", "--filter=status:ACTIVE"):
        return ["nobody is logged in to gcloud: run `gcloud auth login`"]
    try:
        found = gcloud.show("projects", "describe", gcloud.project)
    except GcloudFailed as error:
        make = f"make it with `gcloud projects create {gcloud.project}`, or log in as somebody who may see it"
        return [f"the project {gcloud.project} is out of reach ({error.words}): {make}"]
    if found.get("lifecycleState") != "ACTIVE":
        return [f"the project {gcloud.project} is {found.get('lifecycleState')}, not ACTIVE"]
    try:
        billed = gcloud.show("billing", "projects", "describe", gcloud.project).get("billingEnabled")
    except GcloudFailed:
        return []  # whoever deploys may lack the right to see it; the first step that costs will say so
    if billed:
        return []
    link = f"gcloud billing projects link {gcloud.project} --billing-account=ID"
    accounts = "`gcloud billing accounts list` shows the ids"
    return [
        f"the project {gcloud.project} has no billing account, and functions need one: `{link}`; {accounts}"
    ]


def _words(text: str) -> str:
    """The error alone: gcloud tells what it is doing on the same stream, and wraps what it says."""
    _, marker, error = text.rpartition("ERROR: ")
    kept = " ".join((error if marker else text).split())
    return re.sub(r"^\(gcloud[\w.-]*\) ", "", kept) or "failed without a word"
