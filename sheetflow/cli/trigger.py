"""`sheetflow trigger`: the trigger's Apps Script project as a folder that clasp pushes.

The settings stand in the folder, the secret does not: whoever may read it in Secret Manager pastes it into
the script's properties.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetflow.cli.place import env_option
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.cli.settings import Settings

FILES = ("appsscript.json", "trigger.js", "form.js", "setup.js", ".claspignore")
"""What is copied as it is."""
CLASP = ".clasp.json"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@env_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def trigger(folder: Path, env: str, *, as_json: bool) -> None:
    """Write the trigger's Apps Script project into FOLDER, ready for clasp, and say what to do with it.

    Write it again whenever a setting changes; what clasp keeps in the folder stays.
    """
    properties, steps = write_project(folder, env)
    if as_json:
        told = {"folder": str(folder), "properties": properties, "steps": steps}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"The trigger's project is in {folder}. What is left to do:")
    for number, step in enumerate(steps, 1):
        click.echo(f"{number}. {step}")


def write_project(folder: Path, env: str) -> tuple[dict[str, str], list[str]]:
    """Write the project; gives its script properties, and what is left to do with it.

    Raises:
        ConfigError: settings that are missing, or a folder that belongs to another script.
    """
    from sheetflow.cli.deployment.declaration import declared
    from sheetflow.cli.settings import settings

    found = settings(env, needs=("project", "spreadsheet"))
    whole = declared(found)
    secret = next(each.name for each in whole.secrets if each.setting == "inbox_key")
    access = f"gcloud secrets versions access latest --secret={secret} --project={whole.project}"
    urls = {each.entry_point: each.url for each in whole.functions}
    properties = _properties(found, urls)
    _write(folder, properties, access, found.script)
    return properties, _steps(folder, found, access)


def _properties(settings: Settings, urls: Mapping[str, str]) -> dict[str, str]:
    from sheetflow.app.form import load_form_texts
    from sheetflow.app.trigger import properties
    from sheetflow.runtime import load_rulebook_words, templates_folder
    from sheetflow.templates.schema import read_template

    templates = templates_folder(settings.templates)
    return properties(
        settings.spreadsheet,
        read_template((templates / "payments.toml").read_text("utf-8")).sheets,
        load_rulebook_words(templates),
        urls["on_edit"],
        form=settings.form,
        form_endpoint=urls["on_form_submit"],
        confirmation=load_form_texts(templates)[settings.language]["form"]["confirmation"],
    )


def _write(folder: Path, properties: Mapping[str, str], access: str, script: str) -> None:
    """Write the files. Raises ConfigError where the folder belongs to another script."""
    from sheetflow.workspace.functions import source

    clasp = folder / CLASP
    kept = _script_of(clasp)
    if script and kept and kept != script:
        problem = f"{clasp} belongs to the script {kept}, and SHEETFLOW_SCRIPT names {script}"
        raise ConfigError([f"{problem}: one of the two is wrong"])
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(source().parent / "trigger" / name, folder / name)
    lines = [
        "// Written by `sheetflow trigger`; write it again instead of editing it. There is no secret in it.",
        f"const SETTINGS = {json.dumps(properties, ensure_ascii=False, indent=2)};",
        f"const SECRET_COMMAND = {json.dumps(access)};",
    ]
    (folder / "settings.js").write_text("\n".join(lines) + "\n", "utf-8")
    if script and not kept:
        clasp.write_text(json.dumps({"scriptId": script, "rootDir": "."}, indent=2) + "\n", "utf-8")


def _script_of(clasp: Path) -> str:
    try:
        found = json.loads(clasp.read_text("utf-8")) if clasp.exists() else {}
    except ValueError as error:
        raise ConfigError([f"{clasp} is no JSON: delete it, and write the project again"]) from error
    return str(found.get("scriptId", "")) if isinstance(found, dict) else ""


def _steps(folder: Path, settings: Settings, access: str) -> list[str]:
    """What only the project's owner can do: Apps Script takes no service account."""
    owner = settings.trigger_account or "the service user that is to own the trigger"
    steps = []
    if not settings.script and not _script_of(folder / CLASP):
        steps.append(
            f"As {owner}, make an empty project at https://script.google.com/create (never from the "
            "spreadsheet's menu), set SHEETFLOW_SCRIPT to its id (Project settings), and run this again."
        )
    steps.append(f"As {owner}: cd {folder} && clasp login && clasp push --force")
    if not settings.audience:
        steps.append(
            "Run the function showAudience in the editor; put the line that it logs into sheetflow.env. "
            "Then `sheetflow deploy --run`."
        )
    steps.append(
        "In Project settings, Script properties, add SF_SECRET with what this prints, once the functions are "
        f"deployed: {access}"
    )
    triggers = "both triggers" if settings.form else "the trigger"
    steps.append(f"Run the function setUp in the editor and grant what it asks for: it installs {triggers}.")
    return steps
