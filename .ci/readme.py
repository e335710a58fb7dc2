"""The generated parts of the README: filled with `fill`, held up to date by `check`.

Each part stands between `<!-- name -->` and `<!-- /name -->` and comes from the program itself.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from click.testing import CliRunner

from sheetflow.cli import main
from sheetflow.cli.settings import Settings, needed_for, variable
from sheetflow.settings import REQUIRED, VARIABLES
from tests.torture.tally import table

COMMANDS = ("deploy",)
"""Those that some settings are needed for."""
README = Path(__file__).parent.parent / "README.md"
TORTURE = README.parent / "docs" / "torture.json"


def _command(*words: str) -> str:
    done = CliRunner().invoke(main, list(words))
    if done.exit_code:
        sys.exit(f"sheetflow {' '.join(words)} failed:\n{done.output}")
    return done.output.strip()


def _settings() -> str:
    lines = ["| variable | what it is |", "| --- | --- |"]
    lines += [
        f"| `SHEETFLOW_{name.upper()}`{' *' if name in REQUIRED else ''} | {text} |"
        for name, text in VARIABLES.items()
    ]
    return "\n".join(lines)


def _own_settings() -> str:
    lines = ["| variable | default | needed for | what it is |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        commands = ", ".join(f"`{command}`" for command in COMMANDS if name in needed_for(command))
        if name not in VARIABLES:
            default = "" if field.default == "" else f"`{field.default}`"
            lines.append(f"| `{variable(name)}` | {default} | {commands} | {field.description} |")
    return "\n".join(lines)


PARTS: Mapping[str, Callable[[], str]] = {
    "rules": lambda: _command("rules", "--markdown"),
    "workflow": lambda: "```mermaid\n" + _command("workflow") + "\n```",
    "settings": _settings,
    "own-settings": _own_settings,
    "torture": lambda: table(json.loads(TORTURE.read_text("utf-8"))),
}


def filled(text: str) -> str:
    """The README with every part as the program now gives it."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            sys.exit(f"README.md has no part {name!r}")
        part = make()
        text = pattern.sub(lambda found, part=part: found.group(1) + part + found.group(2), text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    now = README.read_text("utf-8")
    wanted = filled(now)
    if sys.argv[1:] == ["fill"]:
        README.write_text(wanted, "utf-8")
    elif now != wanted:
        sys.exit("README.md: a generated part is out of date; run `make format`")
