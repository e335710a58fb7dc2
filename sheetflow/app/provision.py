"""What a new registry begins with, checked, and a spreadsheet filled with it.

One atomic batch makes all of it: nobody sees it half made. Not decided here: what a registry looks like
(`sheet_templates/payments.toml`), who owns the file and who may open it (`app.founding`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sheetflow.app.reading import First, look
from sheetflow.app.registry import SYSTEM_HEADERS, guarded, viewers
from sheetflow.core import access, tabs
from sheetflow.core.company import DEFAULTS
from sheetflow.core.rulebook import Words
from sheetflow.errors import ConfigError
from sheetflow.model.people import People, Person, Role
from sheetflow.ports import LayoutPort
from sheetflow.templates.diff import compare
from sheetflow.templates.diff_tabs import setting_row
from sheetflow.templates.schema import Template
from sheetflow.templates.target import PEOPLE, Target, split


def checked(
    template: Template, words: Words, people: Sequence[Mapping[str, Any]], settings: Mapping[str, str]
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The rows of the People tab and every setting's value.

    Args:
        template: what the registry is made by.
        words: the registry's own language.
        people: each a row of the People tab by its keys; only the address is needed.
            Roles and aliases are lists or texts with commas, roles by key or label.
        settings: setting key -> text; those that are not named get the template's or the program's value.

    Raises:
        ConfigError: people, settings, labels or template that cannot be used.
    """
    own = {"time_zone": template.spreadsheet.time_zone, **template.first_settings(words.language)}
    values = {**DEFAULTS, **own, **settings}
    rows = [_person(person, words) for person in people]
    problems = [*_people_problems(rows, people, words), *_settings_problems(template, values)]
    if problems:
        raise ConfigError(problems)
    return rows, values


def fill(
    port: LayoutPort,
    spreadsheet: str,
    template: Template,
    words: Words,
    people: Sequence[Mapping[str, Any]],
    settings: Mapping[str, str],
    *,
    owner: str,
    service_account: str,
    nonce: str,
) -> Mapping[str, int]:
    """Make a registry of an empty spreadsheet, in one atomic batch; gives tab key -> sheetId.

    Locale and time zone are set by the same batch, for a file made over the Drive API has others.

    Args:
        port: may edit the spreadsheet and its protections.
        spreadsheet: its id.
        template: what to make of it.
        words: as `checked` takes them, people and settings too.
        people: who works there.
        settings: what differs from the defaults.
        owner: whose file it is, "" for nobody's: protections never bind them, so they should have no role.
        service_account: the address that the functions act under.
        nonce: for the first token: letters and digits that nobody can guess.

    Raises:
        ConfigError: as `checked`; or it is a registry already. Nothing was changed.
    """
    rows, values = checked(template, words, people, settings)
    owner, service_account = owner.strip().lower(), service_account.strip().lower()
    token = replace(
        tabs.first_token(template.sheets, nonce), access=access.wanted(people_of(rows, words)).digest
    )
    free = {
        "system": _once(filter(None, [owner, service_account])),
        "admins": _once(filter(None, [owner, service_account, *_with(Role.ADMIN, rows, words)])),
        "accountants": _once(filter(None, [owner, service_account, *_with(Role.ACCOUNTANT, rows, words)])),
    }
    begins = begin(words, rows, values)
    first = {"people": begins.people[1:], "settings": begins.settings[1:]}
    target = Target(
        template, words, [words], SYSTEM_HEADERS, values, free, values["time_zone"], owner, first,
        viewers(people_of(rows, words)),
    )  # fmt: skip
    actual = look(port, spreadsheet)
    if any(actual.sheet(number) is not None for number in template.sheets.values()):
        problem = "it is a registry already: look at it with `sheetflow plan`"
        raise ConfigError([f"{spreadsheet}: {problem}"])
    requests = [one for change in compare(target, actual) for one in change.requests]
    port.batch(spreadsheet, [*requests, *guarded("", token)])
    return token.sheets


def begin(words: Words, rows: Sequence[Mapping[str, str]], values: Mapping[str, str]) -> First:
    """What `checked` gave, as the two tabs hold it: headers first. Labels that are missing are blank."""
    people = [[words.labels.get("people", {}).get(key, "") for key in PEOPLE]]
    people += [[row.get(key, "") for key in PEOPLE] for row in rows]
    return First(people, [["", ""], *(setting_row(words, key, value) for key, value in values.items())])


def people_of(rows: Iterable[Mapping[str, str]], words: Words) -> People:
    """Rows of the People tab as `core.company` reads them, as far as access goes."""
    return People(
        Person(
            row["email"],
            row["name"] or row["email"],
            frozenset(role for role in Role if words.label("roles", role) in split(row["roles"])),
            aliases=frozenset(alias.lower() for alias in split(row["aliases"])),
        )
        for row in rows
    )


def _person(person: Mapping[str, Any], words: Words) -> dict[str, str]:
    """A row of the People tab, as texts, roles by their labels."""
    row = dict.fromkeys(PEOPLE, "")
    for key, value in person.items():
        parts = [str(part).strip() for part in value] if isinstance(value, (list, tuple)) else None
        row[key] = ", ".join(parts) if parts is not None else str(value or "").strip()
    row["email"] = row["email"].lower()
    row["roles"] = ", ".join(words.label("roles", role) for role in split(row["roles"]))
    return row


def _people_problems(
    rows: Sequence[Mapping[str, str]], people: Sequence[Mapping[str, Any]], words: Words
) -> Iterable[str]:
    roles = {words.label("roles", role) for role in Role}
    taken: set[str] = set()
    for place, (row, person) in enumerate(zip(rows, people, strict=True), start=1):
        where = row["email"] or f"person {place}"
        for key in person:
            if key not in PEOPLE:
                yield f"{where}: nothing is known of {key!r}"
        if "@" not in row["email"]:
            yield f"{where}: an e-mail address is needed"
        elif row["email"] in taken:
            yield f"{where}: this address is given twice"
        taken.add(row["email"])
        for role in split(row["roles"]):
            if role not in roles:
                yield f"{where}: there is no role {role!r}"


def _settings_problems(template: Template, values: Mapping[str, str]) -> Iterable[str]:
    for key in values:
        if key not in DEFAULTS:
            yield f"settings: there is no setting {key!r}"
    for column in template.columns:
        if column.choices not in ("", "statuses", *DEFAULTS):
            yield f"payments.toml: columns: {column.key}: there is no setting {column.choices!r}"


def _with(role: Role, rows: Iterable[Mapping[str, str]], words: Words) -> list[str]:
    label = words.label("roles", role)
    return [row["email"] for row in rows if label in split(row["roles"])]


def _once(addresses: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(addresses))
