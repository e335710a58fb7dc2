"""The demo's story, as data: who does what, what comes of it, and how it is told in both languages.

`demo.Player` plays it through the public doors and checks every outcome that is stated here. Nothing of this
is known to the product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
class Later:
    """Time goes by (an ISO 8601 duration), and the schedule runs. `request`: what is looked at then."""

    time: str
    request: str = ""


Doing = Fill | Pick | Write | Swap | Decide | Grant | Later


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does, and what has to come of it.

    `who`: a login of the cast, or an address. `confirmed`: what the system then shows for the request, ""
    for blank, None where nothing is checked. `put_back`: (column, rule): the cell has a note with the
    rule's id. `mails`: who gets one mail each; `full`: whether it is shown whole. `checks`: whether Checks
    then says something. `barred`: Google itself refuses it.
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


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the story."""

    title: Told
    steps: Sequence[Step]


def address(who: str) -> str:
    """The e-mail address of a login of the cast; an address is its own."""
    return who if "@" in who else f"{who}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands in a request's cells."""

    cells: Mapping[str, Value] = field(default_factory=dict)

    def but(self, **cells: Value) -> Sample:
        """The same with other cells; "" leaves one out."""
        return Sample({key: cell for key, cell in {**self.cells, **cells}.items() if cell != ""})


def _rub(
    subject: Told, amount: Told, days: int, contractor: str, payee: str, purpose: Told, mail: str
) -> Sample:
    """A rouble request; `payee`: bank, INN, KPP, BIK, account, correspondent account, with spaces between."""
    bank, inn, kpp, bik, account, corr = payee.split()
    cells: dict[str, Value] = {
        "subject": subject, "contractor": contractor, "amount": amount, "currency": "RUB",
        "pay_by": Day(days), "details": bank, "inn": inn, "kpp": "" if kpp == "-" else kpp, "bik": bik,
        "account": account, "corr_account": corr, "purpose": purpose, "vat": "20 %",
        "contractor_email": mail,
    }  # fmt: skip
    return Sample(cells).but()


SWINDLER = "40702810900000005555"
"""An account that is not the contractor's."""

REQUESTS: Mapping[str, Sample] = {
    "cloud": _rub(
        Told("Cloud servers, December", "Облачные серверы за декабрь"),
        Told("184300.50", "184300,50"),
        14,
        "ООО «Яндекс»",
        "Сбербанк 7736207543 770401001 044525225 40702810800038000101 30101810400000000225",
        Told("Payment for cloud services by invoice YC-20417", "Оплата облачных услуг по счету YC-20417"),
        "billing@yandex.example",
    ),
    "paper": _rub(
        Told("Paper, toner and folders", "Бумага, тонер и папки"),
        Told("48436.20", "48436,20"),
        10,
        "ООО «Комус»",
        "Альфа-Банк 7706202481 - 044525593 40702810200000910050 30101810200000000593",
        Told("Office supplies by invoice K-88120", "Канцелярские товары по счету К-88120"),
        "order@komus.example",
    ),
    "phones": _rub(
        Told("New phones for the sales team", "Новые телефоны для отдела продаж"),
        Told("276400", "276400"),
        20,
        "ПАО «МТС»",
        "Т-Банк 7740000076 770901001 044525974 40702810700000001020 30101810145250000974",
        Told("Phones by invoice 118/2", "Телефоны по счету 118/2"),
        "invoices@mts.example",
    ),
    "tickets": _rub(
        Told("Tickets to the Kazan exhibition", "Билеты на выставку в Казань"),
        Told("58920", "58920"),
        12,
        "ПАО «Аэрофлот»",
        "Сбербанк 7712040126 - 044525225 40702810800040002207 30101810400000000225",
        Told("Tickets by invoice 990231", "Авиабилеты по счету 990231"),
        "corporate@aeroflot.example",
    ),
    "wagons": _rub(
        Told("Two wagons to Yekaterinburg", "Два вагона до Екатеринбурга"),
        Told("412750", "412750"),
        18,
        "ОАО «РЖД»",
        "ВТБ 7708503727 770801001 044525187 40702810800080000044 30101810700000000187",
        Told("Carriage by waybills 611408 and 611409", "Провозная плата по накладным 611408 и 611409"),
        "freight@rzd.example",
    ),
    "gas": _rub(
        Told("Gas for the warehouse", "Газ для склада"),
        Told("88000", "88000"),
        16,
        "ПАО «Газпром»",
        "Сбербанк 7736050004 - 044525225 40702810000038000202 30101810400000000225",
        Told("Gas by contract G-9", "Газ по договору Г-9"),
        "supply@gazprom.example",
    ),
    "internet": _rub(
        Told("Office internet", "Интернет в офисе"),
        Told("36000", "36000"),
        9,
        "ПАО «Ростелеком»",
        "ВТБ 7707049388 - 044525187 40702810200055000310 30101810700000000187",
        Told("Internet by contract 4471", "Интернет по договору 4471"),
        "b2b@rostelecom.example",
    ),
    "haulage": _rub(
        Told("Pallet haulage Moscow – Samara", "Перевозка паллет Москва – Самара"),
        Told("96400", "96400"),
        11,
        "ООО «Деловые Линии»",
        "ВТБ 7826156685 - 044525187 40702810200000009007 30101810700000000187",
        Told("Haulage by invoice 26-00417", "Перевозка по счету 26-00417"),
        "accounts@dellin.example",
    ),
}
"""The requests of the story and of the showcase. One digit of the INN in "gas" is wrong."""
