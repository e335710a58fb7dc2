from __future__ import annotations

import pytest

from sheetflow.banking import client_bank, client_bank_reader
from sheetflow.banking.client_bank_reader import InvalidExchange, read
from tests.banks import MADE, ORDER, PAYER, carried_out, statement_text

TEXT = statement_text([carried_out(ORDER)])
LINES = TEXT.split("\r\n")
DOS = TEXT.translate({ord("«"): '"', ord("»"): '"'})  # which cp866 does not have


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidExchange) as caught:
        read(text.encode("cp1251") if isinstance(text, str) else text)
    return [str(problem) for problem in caught.value.problems]


def with_line(after: str, *new: str) -> tuple[str, int]:
    """The file with more lines after the first one that begins so, and the first new line's number."""
    place = next(number for number, line in enumerate(LINES) if line.startswith(after)) + 1
    return "\r\n".join([*LINES[:place], *new, *LINES[place:]]), place + 1


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("cp1251"),
        DOS.encode("cp866"),
        DOS.replace("Windows", "DOS").encode("cp866"),
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\r\n", "\n").encode("cp1251"),
        TEXT.replace("\r\n", "\n\n  ").encode("cp1251"),
        TEXT.removesuffix("\r\n").encode("cp1251"),
        TEXT.replace("=", " = ").encode("cp1251"),
    ],
    ids=["cp1251", "cp866", "DOS", "utf-8", "BOM", "LF", "blank lines", "no last line end", "blanks"],
)
def test_read__whatever_the_encoding_and_the_line_ends(data: bytes) -> None:
    found = read(data)
    (document,) = found.documents
    assert (found.own, document.kind) == ((PAYER.account,), "Платежное поручение")
    assert document.get("НазначениеПлатежа") == ORDER.purpose.replace("=", " = ")
    assert "Ромашка" in document.get("Получатель1")
    assert document.problems == []


def test_read__a_key_of_the_header_and_of_a_document_are_two() -> None:
    found = read(client_bank.write([ORDER], MADE, sender="Реестр").content)
    assert found.header.get("Отправитель") == "Реестр"
    assert found.header.get("Получатель") == ""
    assert found.documents[0].get("Получатель") == "ООО «Ромашка»"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", ["bank-file-empty"]),
        (b" \r\n", ["bank-file-empty"]),
        ("Дата;Сумма", ["bank-file-other"]),
        (b"\x89PNG", ["bank-file-other"]),
        (b"<Document/>", ["bank-file-other"]),
        (TEXT.encode("utf-16"), ["bank-file-other"]),
        ("1CClientBankExchange\nABC=я", ["bank-file-encoding"]),
    ],
)  # fmt: skip
def test_read__what_is_no_such_file(text: str | bytes, told: list[str]) -> None:
    assert [problem.split(" ")[0] for problem in problems(text)] == told


def test_read__a_file_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_bank_reader, "MAX_BYTES", 2**20)
    assert problems(b"1" * (2**20 + 1)) == ["bank-file-large (limit='1')"]


@pytest.mark.parametrize(
    ("after", "new", "code"),
    [
        ("Получатель=", "no key", "bank-file-line"),
        ("ВерсияФормата", "Ключ с пробелом=1", "bank-file-line"),
        ("ВерсияФормата", "ВерсияФормата=2", "bank-file-twice"),
        ("Номер", "СекцияДокумент=Платежное поручение", "bank-file-nested"),
        ("КонецРасчСчет", "Сумма=5", "bank-file-outside"),
        ("КонецДокумента", "КонецДокумента", "bank-file-unopened"),
        ("Номер", "КонецРасчСчет", "bank-file-unopened"),
        ("КонецФайла", "Сумма=5", "bank-file-after-end"),
    ],
)
def test_read__a_line_out_of_place_is_told_and_refuses_the_file(after: str, new: str, code: str) -> None:
    text, line = with_line(after, new)
    assert f"line='{line}'" in problems(text)[0]
    assert problems(text)[0].startswith(code)


def test_read__a_file_that_was_cut_is_refused_wherever_it_was() -> None:
    last = len(LINES) - 2  # the end of the file, and nothing after it
    for length in range(1, last):
        assert problems("\r\n".join(LINES[:length]))[-1] == f"bank-file-cut (line='{length}')"
    for length in range(1, len(TEXT) - 2, 7):
        assert problems(TEXT[:length])


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("продолжение назначения", "bank-file-line"),
        ("НазначениеПлатежа=другое", "bank-file-twice"),
        ("Код=1\x00", "bank-file-control"),
        ("Код=1\r2", "bank-file-control"),
        ("=1", "bank-file-line"),
    ],
)
def test_read__what_spoils_one_document_is_told_with_its_line(new: str, code: str) -> None:
    text, line = with_line("НазначениеПлатежа", new)
    (problem,) = read(text.encode("cp1251")).documents[0].problems
    assert (problem.code, problem.facts["line"]) == (code, str(line))


@pytest.mark.parametrize(("charset", "byte"), [("cp1251", b"\x98"), ("utf-8", b"\xff")])
def test_read__a_byte_that_is_no_character_is_told_with_its_line(charset: str, byte: bytes) -> None:
    text, line = with_line("НазначениеПлатежа", "Код=?")
    data = text.encode(charset).replace("Код=?".encode(charset), "Код=".encode(charset) + byte)
    (problem,) = read(data).documents[0].problems
    assert (problem.code, problem.facts["line"]) == ("bank-file-control", str(line))


def test_read__the_same_value_twice_is_no_harm() -> None:
    text, _ = with_line("НазначениеПлатежа", f"НазначениеПлатежа={ORDER.purpose}")
    assert read(text.encode("cp1251")).documents[0].problems == []


def test_read__no_more_problems_than_a_person_reads() -> None:
    assert len(problems("\n".join(["1CClientBankExchange", *["РасчСчет"] * 500]))) == 100
