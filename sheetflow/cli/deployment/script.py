"""The steps as a shell script that may be read, copied and run, again and again, by whoever prefers that."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from sheetflow.cli.deployment.commands import SOURCE, Command
from sheetflow.cli.deployment.declaration import Deployment
from sheetflow.cli.deployment.steps import RANDOM, Step

FOLDER = "sheetflow-functions"
"""Where the script puts what it uploads, in the working folder."""
FILES = {"mail_credentials": "mail-credentials.json", "chat_webhook": "chat-webhook.txt"}
"""Where the script looks for secrets that have to be brought, in the working folder."""
_QUIET = ">/dev/null 2>&1"


def script(whole: Deployment, steps: Sequence[Step], options: str = "") -> str:
    """The script. `options`: what `sheetflow deploy` was told besides, such as "--env acme.env"."""
    uploads = any(SOURCE in word for step in steps for word in step.make)
    lines = [
        "#!/bin/sh",
        f"# The deployment of sheetflow to the project {whole.project}, region {whole.region}.",
        "# Made by `sheetflow deploy`, which runs the same with --run. Running it again does no harm.",
        "set -eu",
    ]
    if uploads:
        stage = f"sheetflow deploy {options} --stage {FOLDER}".replace("  ", " ")
        lines += ["", "# what is uploaded: the functions, the package, the templates", stage]
    for step in steps:
        lines += ["", f"# {step.name}: {step.why}", *_lines(step, whole.project)]
    return "\n".join(lines) + "\n"


def _lines(step: Step, project: str) -> Iterator[str]:
    make, look = _gcloud(step.make, project), _gcloud(step.look, project)
    if step.feed:
        # Not asked within the test: there a failure would pass for "no value".
        yield f"value=$({_flat(look)} --limit=1 '--format=value(name)')"
        source = "openssl rand -hex 32 | tr -d '\\n' | " if step.feed == RANDOM else ""
        yield f'[ -n "$value" ] || {source}{_flat(make)}' + ("" if source else f" < {FILES[step.feed]}")
    elif step.listed and step.mend:
        name, where = step.listed
        yield f"listed=$({_flat(look)} '--format=value({where})')"
        yield f'case ";$listed;" in *";{name};"*)'
        yield _gcloud(step.mend, project, "  ") + " ;;"
        yield "*)"
        yield _gcloud(step.make, project, "  ") + " ;;"
        yield "esac"
    elif step.repeatable:
        yield make
    elif step.mend is None:
        yield f"{_flat(look)} {_QUIET} || \\"
        yield make
    else:
        yield f"if {_flat(look)} {_QUIET}; then"
        yield _gcloud(step.mend, project, "  ")
        yield "else"
        yield _gcloud(step.make, project, "  ")
        yield "fi"


def _gcloud(command: Command, project: str, indent: str = "") -> str:
    """One command, a flag a line where it would be long. `$` and the like in values stay what they are."""
    words = [word.replace(SOURCE, FOLDER) for word in command]
    flags = [_quoted(word) for word in (*words, f"--project={project}", "--quiet")]
    first = next(at for at, word in enumerate(flags) if word.startswith("--"))
    head = " ".join(["gcloud", *flags[:first]])
    whole = " ".join([head, *flags[first:]])
    if len(indent + whole) <= 110:
        return indent + whole
    return f" \\\n{indent}    ".join([indent + head, *flags[first:]])


def _flat(command: str) -> str:
    return re.sub(r" \\\n\s*", " ", command)


def _quoted(word: str) -> str:
    """--flag='its value': the quotes where a reader expects them."""
    name, equals, value = word.partition("=")
    if equals and re.fullmatch(r"--[a-z-]+", name):
        return f"{name}={shlex.quote(value)}"
    return shlex.quote(word)
