"""The first people of a registry, from a CSV file with the People tab's columns; each mistake by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from sheetflow.core.company import read_company
from sheetflow.core.rulebook import Rulebook
from sheetflow.errors import ConfigError
from sheetflow.model.people import Role

DELIMITERS = (",", ";", "\t")


def read_people(text: str, book: Rulebook, name: str) -> list[dict[str, object]]:
    """Read the file.

    Args:
        text: its content; columns in any order, their headers in either language, roles too.
        book: knows the headers and the roles.
        name: the file's, for its problems.

    Returns:
        Everybody, as `app.provision` takes them, roles by key.

    Raises:
        ConfigError: every problem, each with its line.
    """
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows += [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ConfigError(
            [f"{name}, line {reader.line_num}: the quotation marks are broken ({error})"]
        ) from error
    if not rows:
        raise ConfigError([f"{name}: there is nobody in it"])
    keys = [book.people_headers.get(cell.strip().lower(), "") for cell in rows[0][1]]
    problems = [
        f"{name}, line 1: {cell.strip()!r} is no column of the People tab"
        for key, cell in zip(keys, rows[0][1], strict=True)
        if not key
    ]
    if "email" not in keys:
        problems.append(f"{name}, line 1: there is no column {book.own.label('people', 'email')!r}")
    if problems:
        raise ConfigError(problems)
    return _everybody(rows[1:], keys, book, name)


def _everybody(
    rows: Sequence[tuple[int, list[str]]], keys: Sequence[str], book: Rulebook, name: str
) -> list[dict[str, object]]:
    problems: list[str] = []
    found: list[dict[str, object]] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        where = f"{name}, line {line}"
        if len(row) > len(keys):
            problems.append(f"{where}: there are {len(row)} cells, the header has {len(keys)}")
            continue
        cells = dict(zip(keys, [*row, *[""] * (len(keys) - len(row))], strict=True))
        told, person = _person(cells, book)
        problems += [f"{where}: {problem}" for problem in told]
        if person is None:
            continue
        for address in (str(person["email"]), *_list(person["aliases"])):
            if address in lines:
                problems.append(f"{where}: {address} stands in line {lines[address]} already")
            lines.setdefault(address, line)
        found.append(person)
    if not problems and not any(Role.ADMIN in _list(person["roles"]) for person in found):
        problems.append(f"{name}: nobody is an admin, so nobody could change the People tab afterwards")
    if problems:
        raise ConfigError(problems)
    return found


def _person(cells: Mapping[str, str], book: Rulebook) -> tuple[Sequence[str], dict[str, object] | None]:
    """What is wrong with a row, and whom it names."""
    if not cells["email"].strip():
        return ["the e-mail address is blank"], None
    header = [book.own.label("people", key) for key in cells]
    company = read_company([header, list(cells.values())], [], book)
    if not company.people.all:
        return company.problems, None
    person = company.people.all[0]
    return company.problems, {
        "email": person.email,
        "name": cells.get("name", "").strip(),
        "roles": [role for role in Role if role in person.roles],
        "limit": cells.get("limit", "").strip(),
        "language": person.language,
        "aliases": sorted(person.aliases),
        "digest_hour": cells.get("digest_hour", "").strip(),
    }


def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
