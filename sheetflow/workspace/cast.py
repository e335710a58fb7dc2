"""The people of the sample company that a new workspace starts with."""

from __future__ import annotations

from collections.abc import Mapping

DOMAIN = "firm.example"
OWNER = f"robot@{DOMAIN}"
"""Owns the spreadsheet and the trigger; has no role, for protections never bind an owner."""
SPACE = "Payments"
"""The title of the Chat space."""
SERVICE_ACCOUNT = "sheetflow@firm-example.iam.gserviceaccount.com"
SCHEDULER = "scheduler@firm-example.iam.gserviceaccount.com"

_NAMES = {
    "en": ("Mia Meadows", "Max Mills", "Olga Hall", "Dora Reed", "Anna Counts", "Ada Ledger", "Ivan Keys"),
    "ru": (
        "Мария Лугова", "Максим Мельников", "Ольга Залесская", "Дарья Реброва", "Анна Счётова", "Ада Книгина",
        "Иван Ключев",
    ),
}  # fmt: skip
_PARTS: tuple[tuple[str, list[str], str], ...] = (
    ("mia", ["manager"], ""),
    ("max", ["manager"], ""),
    ("olga", ["approver"], "500000 RUB; 5000 EUR; 5000 USD"),
    ("dora", ["director"], ""),
    ("anna", ["accountant"], ""),
    ("ada", ["accountant"], ""),
    ("ivan", ["admin"], ""),
)
COMPANY = {"en": "Firm Ltd", "ru": "ООО «Фирма»"}
COMPANY_INN = "7707083893"
COMPANY_KPP = "770701001"
OWN_ACCOUNTS = "40702810800000000003 | BIK 044525225 | bank Sberbank | 30101810400000000225"


def roles() -> dict[str, list[str]]:
    """Everybody's roles, by address."""
    return {f"{login}@{DOMAIN}": theirs for login, theirs, _ in _PARTS}


def people(language: str) -> list[Mapping[str, object]]:
    """Everybody, as `app.provision` takes them."""
    return [
        {
            "email": f"{login}@{DOMAIN}",
            "name": name,
            "roles": roles,
            "limit": limit,
            "language": language,
            "aliases": "",
        }
        for (login, roles, limit), name in zip(_PARTS, _NAMES[language], strict=True)
    ]
