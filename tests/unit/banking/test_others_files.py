"""Files as other programs and banks make them, written here by hand: each is read, or its fault is named."""

from __future__ import annotations

import pytest

from sheetflow.banking import statement_reader
from sheetflow.banking.client_bank_reader import InvalidExchange
from tests.banks import PAYER, numbered_account, numbered_inn

OTHER = numbered_account(7)
DOCUMENT = [
    "СекцияДокумент=Платежное поручение", "Номер=42", "Дата=11.05.2026", "Сумма=1234.56",
    "Плательщик=АО «Луч»", f"ПлательщикИНН={PAYER.inn}", f"ПлательщикСчет={PAYER.account}",
    "ДатаСписано=11.05.2026", "Получатель=ООО «Ромашка»", f"ПолучательИНН={numbered_inn(7)}",
    f"ПолучательСчет={OTHER}", "НазначениеПлатежа=Оплата по счету 7", "КонецДокумента",
]  # fmt: skip
HEADER = [
    "1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", "ДатаНачала=11.05.2026",
    "ДатаКонца=11.05.2026", f"РасчСчет={PAYER.account}",
]  # fmt: skip


def made(header: list[str] = HEADER, *, end: str = "\r\n", charset: str = "cp1251", **changed: str) -> bytes:
    lines = [f"{line.partition('=')[0]}={changed.get(line.partition('=')[0], '')}" if (
        line.partition("=")[0] in changed) else line for line in DOCUMENT]  # fmt: skip
    return end.join([*header, *lines, "КонецФайла", ""]).encode(charset, "replace")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(made(), id="no section of the account"),
        pytest.param(made(end="\n"), id="line feeds alone"),
        pytest.param(made(charset="utf-8"), id="UTF-8 that calls itself Windows"),
        pytest.param(made(charset="utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(made([*HEADER[:2], "Кодировка=DOS", *HEADER[3:]], charset="cp866"), id="DOS"),
        pytest.param(made([HEADER[0], "ВерсияФормата=1.02", *HEADER[2:]]), id="the version before"),
        pytest.param(made([HEADER[0], *HEADER[3:]]), id="no version, no encoding"),
        pytest.param(made(Сумма="1234.56 "), id="blank after a value"),
        pytest.param(made(Получатель=f"ИНН {numbered_inn(7)} ООО «Ромашка»"), id="INN in the name"),
        pytest.param(made(НазначениеПлатежа="a=b; СекцияДокумент=нет"), id="signs of the format in a value"),
        pytest.param(made([HEADER[0]]), id="a signature and nothing else"),
        pytest.param(made(Сумма="1 234,56"), id="a comma and a blank in the amount"),
        pytest.param(made(ДатаСписано="2026-05-11"), id="an ISO date"),
        pytest.param(made(ДатаСписано=""), id="not booked"),
        pytest.param(made()[: len(made()) // 2], id="cut"),
        pytest.param(made().replace("КонецДокумента\r\n".encode("cp1251"), b""), id="a document without end"),
        pytest.param("iSimpleBank\r\n".encode("cp1251") + made(), id="something before the signature"),
        pytest.param(b"<?xml version='1.0'?><Statement/>", id="another format"),
    ],
)
def test_read__a_file_of_others_is_read_right_or_its_fault_is_named(data: bytes) -> None:
    try:
        found = statement_reader.read(data)
    except InvalidExchange as invalid:
        faults = invalid.problems
    else:
        faults = found.problems
        for line in found.lines:
            assert (str(line.amount), line.number, line.other.account) == ("1234.56", "42", OTHER)
            assert line.other.inn == numbered_inn(7)
        assert found.lines or faults
        return
    assert [one for one in faults if one.code]


@pytest.mark.parametrize("data", [made(), made(end="\n"), made(charset="utf-8")])
def test_read__what_is_only_written_otherwise_is_read(data: bytes) -> None:
    assert len(statement_reader.read(data).lines) == 1
