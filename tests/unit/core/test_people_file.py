"""The first people from a CSV file: in either language, and each mistake by its line."""

from __future__ import annotations

import pytest

from sheetflow.core.people_file import read_people
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.errors import ConfigError
from tests.desk import book

ENGLISH = """E-mail,Name,Roles,Approves up to,Language,Other addresses
ANN@firm.example,Ann,"admin, approver",500000 RUB; 5000 EUR,ru,"a@firm.example, ann@home.example"

bob@firm.example,,manager,,,
"""
RUSSIAN = """Роли;E-mail;Имя
администратор;ann@firm.example;Анна
менеджер, бухгалтер;bob@firm.example;
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_read_people__in_either_language_for_a_registry_in_either(language: str) -> None:
    ann, bob = read_people(ENGLISH, book(language), "p.csv")
    assert ann == {
        "email": "ann@firm.example", "name": "Ann", "roles": ["approver", "admin"],
        "limit": "500000 RUB; 5000 EUR", "language": "ru", "aliases": ["a@firm.example", "ann@home.example"],
        "digest_hour": "",
    }  # fmt: skip
    assert (bob["email"], bob["name"], bob["roles"]) == ("bob@firm.example", "", ["manager"])
    first, second = read_people(RUSSIAN, book(language), "p.csv")
    assert (first["name"], first["roles"]) == ("Анна", ["admin"])
    assert second["roles"] == ["manager", "accountant"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["p.csv: there is nobody in it"]),
        (
            "E-mail,Shoe\na@x.example,42\n",
            ["p.csv, line 1: 'Shoe' is no column of the People tab"],
        ),
        ("Name\nAnn\n", ["p.csv, line 1: there is no column 'E-mail'"]),
        (
            "E-mail,Roles\na@x.example,manager\n",
            ["p.csv: nobody is an admin, so nobody could change the People tab afterwards"],
        ),
        (
            "E-mail,Roles\na@x.example,admin\nb@x.example,manager,more\n",
            ["p.csv, line 3: there are 3 cells, the header has 2"],
        ),
        (
            "E-mail,Roles,Other addresses\na@x.example,admin,c@x.example\nc@x.example,manager,\n",
            ["p.csv, line 3: c@x.example stands in line 2 already"],
        ),
        (
            'E-mail,Roles\na@x.example,"admin\n',
            ["p.csv, line 2: the quotation marks are broken (unexpected end of data)"],
        ),
        (
            "E-mail,Roles\n\n\na@x.example,boss\n",
            ["p.csv, line 4: a@x.example: unknown role 'boss'"],
        ),
    ],
)
def test_read_people__tells_every_mistake_by_its_line(text: str, problems: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        read_people(text, book(), "p.csv")
    assert list(caught.value.problems) == problems
