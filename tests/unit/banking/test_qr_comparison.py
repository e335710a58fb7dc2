from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sheetflow.banking.payment_qr import PaymentQr, to_cells
from sheetflow.banking.qr_comparison import differences
from sheetflow.model.cells import Cell

QR = PaymentQr(
    name="ООО «Ромашка»",
    account="40602810700000000025",
    bank="АО «Северный мост»",
    bik="049805746",
    corr_account="30101810800000000746",
    amount=Decimal("12500.00"),
    purpose="Оплата по счёту № 15 от 12.11.2026",
    inn="0274051582",
    kpp="027401001",
    doc_no="АБ-15/7",
    doc_date=date(2026, 11, 12),
)


def test_differences__none_with_the_cells_that_the_code_filled() -> None:
    assert differences(QR, to_cells(QR)) == []


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("contractor", "общество с ограниченной ответственностью  РОМАШКА"),
        ("contractor", "OOO Ромашка"),  # Latin O
        ("amount", 12500),
        ("amount", "12 500,00 руб."),
        ("currency", "руб."),
        ("currency", "₽"),
        ("inn", 274051582),
        ("inn", "0274 051582"),
        ("kpp", 27401001),
        ("bik", 49805746.0),
        ("account", "40602.810.7.0000.0000025"),
        ("purpose", "оплата по счету №15 от 12.11.2026."),
        ("invoice_no", "аб 15 / 7"),
        ("invoice_date", "12.11.2026"),
        ("invoice_date", 46338.5),
        ("details", "another bank, by its words"),
        ("subject", "what the code does not say"),
        ("kpp", ""),
        ("account", "  "),
    ],
)
def test_differences__none_in_substance(key: str, cell: Cell) -> None:
    assert differences(QR, to_cells(QR) | {key: cell}) == []


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("contractor", "ООО «Ромашки»"),
        ("contractor", "АО «Ромашка»"),
        ("amount", 12500.01),
        ("amount", 12500.001),
        ("amount", 125),
        ("amount", "a lot"),
        ("currency", "USD"),
        ("currency", "money"),
        ("inn", "7707083893"),
        ("kpp", "027402001"),
        ("bik", "044525225"),
        ("account", "40602810700000000026"),
        ("account", 4.06028107e19),
        ("corr_account", "30101810400000000225"),
        ("purpose", "Оплата по счёту № 16 от 12.11.2026"),
        ("invoice_no", "АБ-157-1"),
        ("invoice_date", "13.11.2026"),
        ("invoice_date", "autumn"),
    ],
)
def test_differences__names_the_column(key: str, cell: Cell) -> None:
    assert differences(QR, to_cells(QR) | {key: cell}) == [key]


def test_differences__stand_in_the_order_of_the_sheet() -> None:
    cells: dict[str, Cell] = {"account": "1", "contractor": "x", "purpose": "x", "amount": 1}
    assert differences(QR, cells) == ["contractor", "amount", "account", "purpose"]


def test_differences__none_where_the_code_is_silent() -> None:
    assert (
        differences(replace(QR, amount=None, kpp=""), to_cells(QR) | {"amount": 7, "kpp": "770101001"}) == []
    )
