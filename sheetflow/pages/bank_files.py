"""The accountant's button: make the bank file of what is ticked in To pay, and give it out.

The rules of paying hold: whoever approved a request does not bring it to the bank. The file is given out by
the page itself, made once more from what is recorded, for as long as its requests stand in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheetflow.app.bank_files import BankFiles, Made
from sheetflow.core.bank import daily
from sheetflow.core.rulebook import Words
from sheetflow.errors import ConfigError
from sheetflow.model.people import Person, Role
from sheetflow.pages.knock import Answer
from sheetflow.pages.papers import served
from sheetflow.pages.texts import fill

if TYPE_CHECKING:
    from sheetflow.pages.texts import Texts

MAKE = "bank-file"
"""The act of the button's form."""


def may_make(person: Person, files: BankFiles | None) -> bool:
    """Whether the button is theirs."""
    return files is not None and person.has(Role.ACCOUNTANT)


def made_shown(made: Made, words: Words, texts: Texts) -> dict[str, Any]:
    """What came of it: the files, those that requests stand in already, and what is held and why."""
    text = texts["bank_files"]
    export = made.export
    files = [
        {"name": name, "says": says, "stored": name in made.stored}
        for name, says in daily.rows(export, words)
    ]
    standing: dict[str, list[str]] = {}
    for rid, file in export.standing:
        standing.setdefault(file, []).append(rid)
    return {
        "title": fill(text["made"], count=str(len(files))) if files else text["none"],
        "text": text,
        "files": files,
        "held": daily.held(export, words),
        "standing": [{"name": name, "count": str(len(rids))} for name, rids in standing.items()],
    }


def given_out(files: BankFiles, name: str) -> Answer | None:
    """The file, to be kept by the browser; None where no request stands in one of that name.

    Raises:
        PortError: the spreadsheet is out of reach.
    """
    try:
        file = files.again(name)
    except ConfigError:
        return None
    return served(file.content, "", file.name)
