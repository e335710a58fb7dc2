from __future__ import annotations

import pytest

from sheetflow.banking.naming import plain, read


@pytest.mark.parametrize(
    ("purpose", "invoices"),
    [
        ("Оплата по счету 15", "15"),
        ("ОПЛАТА ПО СЧЁТУ № 15 ОТ 12.11.2026 Г.", "15"),
        ("Опл. сч.15/2026 от 12.11.26", "15/2026"),
        ("Счет на оплату №АБ-15 от 12.11.2026, в т.ч. НДС 20% - 1 234.56", "AБ-15"),
        ("по счетам N15, N 16 и 17 от 2026-11-12", "15 16 17"),
        ("Invoice no. INV-0042 dated 12/11/2026", "INV-0042"),
        ("invoices 7 and 8", "7 8"),
        ("Сч 0015", "15"),
        ("счет 15, 20 % предоплата", "15"),
        ("Счет 15 на сумму 1000", "15"),
        ("Оплата по договору № 15 от 12.11.2026", ""),
        ("по счет-фактуре 15", ""),
        ("12.11.2026, 1 234.56, НДС 20%", ""),
        ("Акт 15, накладная 16", ""),
        ("Счет от 12.11.2026", ""),
        ("Скидка 15", ""),
    ],
)
def test_read__what_is_called_an_invoice(purpose: str, invoices: str) -> None:
    assert read(purpose).invoices == set(invoices.split())


@pytest.mark.parametrize(
    ("purpose", "number", "named"),
    [
        ("Оплата по АБ-2026/15", "аб-2026/15", True),  # nobody's by chance
        ("Оплата по 15", "15", False),
        ("Договор 1234567", "1234567", False),
        ("счет 15", "", False),
        ("счет 150", "15", False),
        ("счет 15-1", "15", False),
        ("Счет РК-12", "PK-12", True),  # Cyrillic letters for Latin ones
    ],
)
def test_names__an_invoice(purpose: str, number: str, named: bool) -> None:
    assert read(purpose).names(number) is named


@pytest.mark.parametrize("written", ["PR-7", "pr-7", "РR-7", "Pr- 7"])
def test_plain__one_spelling_of_a_request(written: str) -> None:
    assert plain(written) == "PR-7"


def test_plain__zeros_alone_stay() -> None:
    assert plain("000") == "000"
