"""What stands in the requests of the demo's story, and the papers that people hand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from sheetflow.banking.payment_qr import PaymentQr
from sheetflow.workspace.story import Day, Told, Value


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
    "loader": _rub(
        Told("A loader for the warehouse", "Погрузчик для склада"),
        Told("640000", "640000"),
        21,
        "ООО «Деловые Линии»",
        "ВТБ 7826156685 - 044525187 40702810200000009007 30101810700000000187",
        Told("A used loader by contract 77", "Погрузчик б/у по договору 77"),
        "invoice@dellin.example",
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

_STAND = PaymentQr(
    name="ООО «Экспострой»", account="40702810538000120417", bank="Сбербанк", bik="044525225",
    corr_account="30101810400000000225", amount=Decimal("127500.00"), inn="9721013411", kpp="772101001",
    purpose="Exhibition stand by invoice 417", doc_no="417", doc_date=date(2026, 11, 20),
)  # fmt: skip

SHORT: Mapping[str, Sample] = {
    "stand": Sample(
        {
            "subject": Told("A stand for the Kazan exhibition", "Стенд для выставки в Казани"),
            "amount": Told("127500.00", "127500,00"),
            "currency": "RUB",
            "pay_by": Day(10),
            "contractor_email": "office@expostroy.example",
        }
    ),
    "stand-again": Sample(
        {
            "subject": Told("The same stand for Samara", "Такой же стенд для Самары"),
            "amount": Told("119000", "119000"),
            "currency": "RUB",
            "pay_by": Day(30),
            "inn": _STAND.inn,
        }
    ),
}
"""Requests of which people give so little; the rest is filled in."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF that somebody hands in. `code`: what its payment QR says, by language."""

    name: Told
    lines: tuple[str, ...]
    code: Mapping[str, PaymentQr] = field(default_factory=dict)


PAPERS: Mapping[str, Paper] = {
    "invoice": Paper(
        Told("Invoice 417.pdf", "Счет № 417.pdf"),
        (
            "INVOICE No. 417 of 20.11.2026", "", "Payee: Expostroy OOO, INN 9721013411", "To: Firm",
            "1. Exhibition stand, 18 sq. m (Kazan)", "", "Total: RUB 127 500.00",
        ),
        {
            "en": _STAND,
            "ru": replace(_STAND, purpose="Изготовление выставочного стенда по счету № 417"),
        },
    ),
    "order": Paper(
        Told("Payment order 318.pdf", "Платежное поручение № 318.pdf"),
        (
            "PAYMENT ORDER No. 318", "", "Payer: Firm", "Payee: Expostroy OOO, INN 9721013411",
            "Amount: RUB 127 500.00", "", "Executed",
        ),
    ),
}  # fmt: skip
"""The papers of the story, by a name of its own."""
