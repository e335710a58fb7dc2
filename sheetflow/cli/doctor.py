"""`sheetflow doctor`: everything that can die in silence, looked at."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from sheetflow.cli.place import runtime_for, workspace_option
from sheetflow.cli.screen import Screen

if TYPE_CHECKING:
    from email.message import EmailMessage

    from sheetflow.app.checkup import Finding, Ward
    from sheetflow.app.upkeep import Upkeep
    from sheetflow.runtime import Runtime
    from sheetflow.templates.texts import Texts

FILE = "doctor.toml"
SIGNS: Mapping[str, tuple[str, str]] = {
    "ok": ("+", "green"), "off": (".", "dim"), "warn": ("!", "yellow"), "bad": ("x", "red"),
}  # fmt: skip
"""How each state is shown: sign and colour."""


@click.command()
@workspace_option
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object: every finding, and whether all is well."
)
@click.option("--language", metavar="CODE", default="", help="en or ru; the registry's own without it.")
@click.option(
    "--no-mail", is_flag=True, help="Send no mail to the sender's own address; only open the mailbox."
)
@click.pass_context
def doctor(
    ctx: click.Context, workspace: str, env: str, language: str, *, as_json: bool, no_mail: bool
) -> None:
    """Look at everything that can die in silence, and say what to do. Nothing is changed; one mail is sent.

    Ends with 0 when nothing is bad, with 1 when something is: for monitoring.
    """
    from sheetflow.app.doctor import examine, is_well
    from sheetflow.cli.upkeep import upkeep_for
    from sheetflow.core.rulebook import LANGUAGES
    from sheetflow.templates.texts import load_texts

    runtime = runtime_for(workspace, env)
    language = language or runtime.config.language
    texts = load_texts(runtime.folder, FILE, LANGUAGES)
    if language not in texts:
        raise click.UsageError(f"--language is {language!r}; it must be one of {', '.join(sorted(texts))}")
    screen, words = Screen(), texts[language]
    told = _silent if as_json else lambda finding: _show(screen, words, finding)
    findings = examine(
        ward(runtime, upkeep_for(workspace, env)), words, language, send_mail=not no_mail, told=told
    )
    well = is_well(findings)
    if as_json:
        found = {"well": well, "findings": [finding.as_dict() for finding in findings]}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        screen.say("")
        screen.say(_summary(words, findings, well=well))
    if not well:
        ctx.exit(1)


def ward(runtime: Runtime, upkeep: Upkeep) -> Ward:
    """What the doctor looks at, wired to the world."""
    from email.utils import parseaddr

    from sheetflow.adapters.checkup import Account, page_answers
    from sheetflow.app.checkup import Ward
    from sheetflow.app.letters import reference_of
    from sheetflow.errors import ConfigError
    from sheetflow.runtime import DRIVE_SCOPES, FORM_SCOPES, SCOPES

    config, sheet = runtime.config, runtime.sheet()
    try:
        mail = runtime.mail()
    except ConfigError:  # its secret is the functions', and need not be on this machine
        mail = None
    forms = runtime.forms()
    reach: dict[str, Callable[[], object] | None] = {
        "sheets": lambda: sheet.http.fetch_sheet_metadata(config.spreadsheet, {"fields": "spreadsheetId"}),
        "drive": lambda: runtime.permissions().me,
        "mail": (lambda: mail.find(reference_of("doctor"))) if mail else None,
        "form": forms.look if forms else None,
        "tasks": lambda: runtime.tasks().look(parseaddr(config.sender)[1]),
        "chat": (lambda: _webhook(config.chat_webhook, config.api_root)) if config.chat_webhook else None,
    }
    return Ward(
        registry=sheet,
        upkeep=upkeep,
        book=runtime.book,
        clock=runtime.clock,
        account=Account(runtime.credentials, config.api_root or None),
        needed=[SCOPES[0], *DRIVE_SCOPES, *(FORM_SCOPES if config.form else ())],
        reach=reach,
        mail=mail,
        letter=lambda: _letter(runtime),
        page=lambda: page_answers(config.page_url) if config.page_url else None,
        told_at=lambda: sheet.http.told_at,
        anchors=runtime.anchor_place(),
    )


def _webhook(address: str, api_root: str) -> None:
    """Raises ConfigError where the address is no webhook of Google Chat."""
    from sheetflow.adapters.chat import webhook_problem
    from sheetflow.errors import ConfigError

    if problem := webhook_problem(address, api_root):
        raise ConfigError([problem])


def _letter(runtime: Runtime) -> tuple[EmailMessage, str]:
    """A mail to the sender's own address, and the reference to find it by."""
    from email.utils import parseaddr

    from sheetflow.app import letters
    from sheetflow.core.history import instant
    from sheetflow.model.snapshot import Letter

    facts = {"at": instant(runtime.clock.now()), "language": runtime.config.language}
    letter = Letter(runtime.nonces.nonce(), "self-test", parseaddr(runtime.config.sender)[1], "", facts)
    return runtime.compose(letter), letters.reference_of(letter.id)


def _show(screen: Screen, words: Texts, finding: Finding) -> None:
    sign, style = SIGNS[finding.state]
    screen.say(f"{sign} {finding.title}: {finding.says}", style)
    if finding.todo and finding.state in ("warn", "bad"):
        screen.say(f"    {words['summary']['next']}: {finding.todo}")


def _summary(words: Texts, findings: list[Finding], *, well: bool) -> str:
    from sheetflow.templates.texts import fill

    counts = Counter(dict.fromkeys(SIGNS, 0))
    counts.update(str(finding.state) for finding in findings)
    facts = {state: str(count) for state, count in counts.items()}
    return fill(words["summary"]["well" if well else "unwell"], **facts)


def _silent(_finding: Finding) -> None:
    pass
