from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from sheetflow.banking import bank_directory
from sheetflow.banking.bank_directory import Bank, InvalidDirectory, read_csv, read_ed807

DATA = Path(__file__).parents[2] / "data"
ED807 = (DATA / "ed807.xml").read_bytes()
CSV = (DATA / "banks.csv").read_text(encoding="utf-8")
COMMERCIAL = {
    "044525225": Bank("044525225", "ПАО Сбербанк", "30101810400000000225", "Москва"),
    "049805746": Bank("049805746", 'АО «Северный мост» "Якутск"', "30101810800000000746", "Якутск"),
    "044030901": Bank("044030901", "ООО КБ «Невский причал»", "30101810100000000901", "Санкт-Петербург"),
    "046577777": Bank("046577777", "АО «Каменный пояс»", "30101810300000000777", "Екатеринбург"),
}
OFFICIAL = {
    "044525000": Bank("044525000", "ГУ БАНКА РОССИИ ПО ЦФО", "", "Москва 35"),
    "017003983": Bank(
        "017003983", "ОКЦ № 7 ГУ БАНКА РОССИИ//УФК ПО ВЫМЫШЛЕННОМУ КРАЮ", "40102810545370000003", "Вымышленск"
    ),
}


def ed807(*entries: str) -> bytes:
    return f'<ED807 xmlns="urn:cbr-ru:ed:v2.0">{"".join(entries)}</ED807>'.encode()


def entry(bik: str, *accounts: str, name: str = "Bank", change: str = "") -> str:
    about = f'<ParticipantInfo NameP="{name}"/>' if name else "<ParticipantInfo/>"
    changed = f' ChangeType="{change}"' if change else ""
    return f'<BICDirectoryEntry BIC="{bik}"{changed}>{about}{"".join(accounts)}</BICDirectoryEntry>'


def account(number: str, kind: str = "CRSA", status: str = "ACAC") -> str:
    return f'<Accounts Account="{number}" RegulationAccountType="{kind}" AccountStatus="{status}"/>'


def zipped(**files: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return packed.getvalue()


def problems(data: bytes | str) -> list[str]:
    with pytest.raises(InvalidDirectory) as caught:
        read_csv(data) if isinstance(data, str) else read_ed807(data)
    return list(map(str, caught.value.problems))


def unreadable(reason: str) -> list[str]:
    return [f"bank-directory-unreadable (reason={reason!r})"]


def test_read_ed807__reads_windows_1251() -> None:
    assert read_ed807(ED807) == COMMERCIAL | OFFICIAL


def test_read_ed807__reads_utf_8() -> None:
    text = ED807.decode("cp1251").replace("windows-1251", "utf-8")
    assert read_ed807(text.encode()) == COMMERCIAL | OFFICIAL
    assert read_ed807(text.encode("utf-8-sig")) == COMMERCIAL | OFFICIAL


def test_read_ed807__reads_the_zip_it_comes_in() -> None:
    assert read_ed807(zipped(ed807_xml=ED807, readme_txt=b"")) == COMMERCIAL | OFFICIAL


def test_read_ed807__takes_the_correspondent_account_in_use() -> None:
    used, left, other = "30101810400000000225", "30101810500000000225", "40102810545370000003"
    banks = read_ed807(
        ed807(entry("044525225", account(left, status="ACDL"), account(other, "UTRA"), account(used)))
    )
    assert banks["044525225"].corr_account == used


def test_read_ed807__leaves_out_banks_that_were_deleted() -> None:
    banks = read_ed807(ed807(entry("044525225", change="DLTD"), entry("044030901", change="ADDD")))
    assert list(banks) == ["044030901"]


def test_read_ed807__tells_every_problem_at_once() -> None:
    data = ed807(
        entry("04452522", account("301018104")),
        entry("x", name=""),
        entry("044030901", account("3010181010000000090A")),
        entry("044525225", name="One"),
        entry("044525225", name="Two"),
    )
    assert problems(data) == [
        "corr-account-length (value='301018104', length='9', bik='04452522')",
        "bik-not-digits (value='x', bik='x')",
        "bank-name-missing (bik='x')",
        "corr-account-length (value='3010181010000000090A', length='20', bik='044030901')",
        "bank-twice (bik='044525225', value='Two')",
    ]


def test_read_ed807__tells_no_more_problems_than_anybody_reads() -> None:
    assert len(problems(ed807(*[entry("x")] * 500))) == bank_directory.MAX_PROBLEMS


def test_read_ed807__refuses_an_empty_directory() -> None:
    assert problems(ed807()) == ["bank-directory-empty"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "line 1, column 0"),
        (b"<ED807>", "line 1, column 7"),
        (b"BIK;name", "line 1, column 3"),
        (b"<html><body/></html>", "not ED807"),
        (b'<?xml version="1.0" encoding="nonsense"?><ED807/>', "encoding"),
        (b'<?xml version="1.0" encoding="gb2312"?><ED807/>', "encoding"),
        (b'<!DOCTYPE ED807 SYSTEM "file:///etc/passwd"><ED807/>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><ED807>&d;</ED807>', "document type"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><ED807/>'.encode("utf-16"), "document type"),
        (b"PK\x03\x04 and rubbish", "zip"),
        (zipped(ed807_xml=ED807)[:-400], "zip"),
        (zipped(a_xml=ED807, b_xml=ED807), "not one XML file in the zip"),
        (zipped(a_txt=ED807), "not one XML file in the zip"),
        (zipped(a_xml=ED807, **{f"{n}_txt": b"" for n in range(30)}), "not one XML file in the zip"),
    ],
)
def test_read_ed807__refuses_as_unreadable(data: bytes, reason: str) -> None:
    assert problems(data) == unreadable(reason)


def test_read_ed807__reads_a_zip_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_directory, "MAX_BYTES", 10_000)
    bomb = ed807("<!--" + "0" * 1_000_000 + "-->")
    assert len(zipped(ed807_xml=bomb)) < 10_000
    assert problems(zipped(ed807_xml=bomb)) == unreadable("too large")
    assert problems(bomb) == unreadable("too large")


def test_read_csv__reads_the_same_banks() -> None:
    assert read_csv(CSV) == COMMERCIAL
    assert read_csv("\ufeff" + CSV.replace("\n", "\r\n")) == COMMERCIAL


@pytest.mark.parametrize(
    "text",
    [
        "BIK,Name,Corr. account\n044525225,Sber,30101810400000000225\n\n",
        "Note\tBank\tBIC\tcorr account\nold\tSber\t044525225\t30101810400000000225",
        "Корр. счёт;БИК банка;Наименование\n30101810400000000225;44525225;Sber\n;;\n",
    ],
)
def test_read_csv__knows_columns_by_their_headers(text: str) -> None:
    assert read_csv(text) == {"044525225": Bank("044525225", "Sber", "30101810400000000225")}


def test_read_csv__takes_a_bank_without_a_correspondent_account() -> None:
    assert read_csv("БИК;Банк;К/С\n044525000;ГУ Банка России;")["044525000"].corr_account == ""


def test_read_csv__tells_every_problem_at_once() -> None:
    text = (
        "БИК;Банк;К/С\n0445;A;30101810400000000225\n044525225;;30101810400000000226\n"
        "044030901;C;30101810500000000901\n044525225;D\n044525225;E\n"
    )
    assert problems(text) == [
        "bik-length (value='0445', length='4', row='2')",
        "bank-name-missing (row='3')",
        "corr-account-other-bank (value='30101810400000000226', bik='044525225', row='3')",
        "corr-account-key (value='30101810500000000901', bik='044030901', row='4')",
        "bank-twice (bik='044525225', value='D')",
        "bank-twice (bik='044525225', value='E')",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "bank-directory-columns (missing='bik, name, corr_account')"),
        ("БИК;Город\n", "bank-directory-columns (missing='name, corr_account')"),
        ("БИК;Банк;К/С\n", "bank-directory-empty"),
    ],
)
def test_read_csv__refuses_a_table_without(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_read_csv__refuses_a_cell_of_any_length() -> None:
    text = 'БИК;Банк;К/С\n044525225;"' + "x" * 200_000
    assert problems(text) == unreadable("field larger than field limit (131072)")
