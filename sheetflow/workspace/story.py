"""The demo's story, as data: who does what, what comes of it, and how it is told in both languages.

`demo.Player` plays it through the public doors and checks every outcome that is stated here. Nothing of this
is known to the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetflow.workspace.cast import DOMAIN


@dataclass(frozen=True, slots=True)
class Told:
    """A text in both languages."""

    en: str
    ru: str

    def __getitem__(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class Day:
    """A date so many days from now, typed as people of the registry's country type it."""

    ahead: int


Value = str | Told | Day


@dataclass(frozen=True, slots=True)
class Fill:
    """A person fills a new row: cell by cell, or pastes it at once."""

    request: str
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """A person picks a status in the sheet, for one request or for several whose rows are neighbours."""

    requests: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Write:
    """A person types into another cell."""

    request: str
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Swap:
    """A script with a person's token writes a cell over the API, where no trigger sees it."""

    request: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Decide:
    """A person opens the link in their newest mail about the request, and chooses there."""

    request: str
    act: str
    comment: Value = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """An admin types somebody's roles on the People tab."""

    person: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Govern:
    """An admin writes the first rule of the approval policy. `steps`: roles, one a step."""

    name: Told
    amount_from: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """Time goes by (an ISO 8601 duration), and the schedule runs. `request`: what is looked at then."""

    time: str
    request: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """A person opens the form."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A person fills in the form's page with little, hands in a paper, and sends it for approval at once."""

    request: str
    paper: str


@dataclass(frozen=True, slots=True)
class HandIn:
    """A person puts a paper into the accountants' folder in Drive, and pastes its link into a cell."""

    request: str
    key: str
    paper: str


@dataclass(frozen=True, slots=True)
class Review:
    """Nobody does anything: what there is about a request is looked at."""

    request: str


Doing = Fill | Pick | Write | Swap | Decide | Grant | Govern | Later | Open | Answer | HandIn | Review


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does, and what has to come of it.

    `who`: a login of the cast, or an address. `confirmed`: what the system then shows for the request, ""
    for blank, None where nothing is checked. `put_back`: (column, rule): the cell has a note with the
    rule's id. `mails`: who gets one mail each; `full`: whether it is shown whole. `checks`: whether Checks
    then says something; `warned`: the warning that it then has. `barred`: Google itself refuses it.
    `filled`: cells that were completed, each with its note. `filed`: papers that lie in the request's folder
    as they were handed in, their hashes in History. `attached`: the paper that one of the mails has with it;
    an answer to that mail goes to `who`. `written`: everybody who was written to about the request so far.
    """

    who: str
    says: Told
    does: Doing
    confirmed: str | None = None
    put_back: tuple[str, str] | None = None
    mails: tuple[str, ...] = ()
    full: bool = False
    checks: bool = False
    barred: bool = False
    warned: str = ""
    filled: tuple[str, ...] = ()
    filed: tuple[str, ...] = ()
    attached: str = ""
    written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the story."""

    title: Told
    steps: Sequence[Step]


def address(who: str) -> str:
    """The e-mail address of a login of the cast; an address is its own."""
    return who if "@" in who else f"{who}@{DOMAIN}"
