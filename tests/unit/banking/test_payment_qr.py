from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sheetflow.banking.payment_qr import LIMITS, SEPARATORS, PaymentQr, build, parse, to_cells
from sheetflow.model.cells import Cell
from sheetflow.model.invalid import Invalid

ACCOUNT = "40602810700000000025"
BIK = "049805746"
CORR = "30101810800000000746"
BODY = (
    f"Name=ООО «Ромашка»|PersonalAcc={ACCOUNT}|BankName=АО «Северный мост»|BIC={BIK}|CorrespAcc={CORR}"
    "|Sum=1250000|Purpose=Оплата по счёту № 15 от 12.11.2026|PayeeINN=7707083893|KPP=773601001"
)
QR = PaymentQr(
    name="ООО «Ромашка»",
    account=ACCOUNT,
    bank="АО «Северный мост»",
    bik=BIK,
    corr_account=CORR,
    amount=Decimal("12500.00"),
    purpose="Оплата по счёту № 15 от 12.11.2026",
    inn="7707083893",
    kpp="773601001",
)
CP1251_BODY = BODY.replace("№", "N")  # KOI8-R has no №, and no «»
KOI8_BODY = CP1251_BODY.replace("«", '"').replace("»", '"')
KOI8_QR = replace(
    QR, name='ООО "Ромашка"', bank='АО "Северный мост"', purpose="Оплата по счёту N 15 от 12.11.2026"
)


def refusal(data: bytes | str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        parse(data)
    return caught.value


def unbuilt(qr: PaymentQr) -> Invalid:
    with pytest.raises(Invalid) as caught:
        build(qr)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        ("ST00012|" + BODY).encode(),
        "ST00012|" + BODY,
        ("ST00011|" + BODY).encode("cp1251"),
    ],
    ids=["utf-8", "text", "cp1251"],
)
def test_parse__reads_each_encoding(data: bytes | str) -> None:
    assert parse(data) == QR


def test_parse__reads_koi8() -> None:
    assert parse(("ST00013|" + KOI8_BODY).encode("koi8-r")) == KOI8_QR


@pytest.mark.parametrize(
    "data",
    [
        ("ST00011|" + BODY).encode(),
        ("ST00013|" + BODY).encode(),
        ("ST00012|" + BODY).encode("cp1251"),
        b"\xef\xbb\xbf" + ("ST00012|" + BODY).encode(),
    ],
    ids=["utf-8 named cp1251", "utf-8 named koi8", "cp1251 named utf-8", "byte order mark"],
)
def test_parse__reads_what_the_bytes_are_not_what_they_are_called(data: bytes) -> None:
    assert parse(data) == QR


def windows(data: bytes, charset: str) -> str:
    """Bytes as a browser reads them: what the charset leaves out becomes a control character."""
    return "".join(bytes([byte]).decode(charset, "ignore") or chr(byte) for byte in data)


@pytest.mark.parametrize(
    "text",
    [
        ("ST00012|" + BODY).encode().decode("latin-1"),
        windows(("ST00012|" + BODY).encode(), "cp1252"),
        windows(("ST00012|" + BODY).encode(), "cp1251"),
        ("ST00011|" + BODY).encode("cp1251").decode("latin-1"),
        windows(("ST00011|" + BODY).encode("cp1251"), "cp1252"),
        ("ST00012|" + BODY).encode("cp1251").decode("latin-1"),
    ],
    ids=[
        "utf-8 as latin-1", "utf-8 as cp1252", "utf-8 as cp1251", "cp1251 as latin-1", "cp1251 as cp1252",
        "cp1251 named utf-8 as latin-1",
    ],
)  # fmt: skip
def test_parse__turns_back_what_a_decoder_took_for_another_encoding(text: str) -> None:
    assert parse(text) == QR


def test_parse__turns_back_koi8_taken_for_latin() -> None:
    assert parse(("ST00013|" + KOI8_BODY).encode("koi8-r").decode("latin-1")) == KOI8_QR


def test_parse__turns_back_bytes_that_were_encoded_twice() -> None:
    assert parse(windows(("ST00012|" + BODY).encode(), "cp1251").encode()) == QR


@pytest.mark.parametrize("name", ["Müller & Söhne", "Société Générale", "Сёмга", "Č", "Рё", "ООО «Ёж»"])
def test_parse__leaves_right_text_alone(name: str) -> None:
    assert parse(f"ST00012|Name={name}|PersonalAcc={ACCOUNT}").name == name
    assert parse(f"ST00012|Name={name}|PersonalAcc={ACCOUNT}".encode()).name == name


@pytest.mark.parametrize("separator", ["|", "~", ";", "\n", " ", "#", "^"])
def test_parse__takes_the_separator_of_the_code(separator: str) -> None:
    body = f"Name=Romashka|PersonalAcc={ACCOUNT}|BIC={BIK}".replace("|", separator)
    assert parse(f"ST00012{separator}{body}{separator}") == PaymentQr("Romashka", ACCOUNT, bik=BIK)


def test_parse__takes_a_bar_for_text_where_another_sign_separates() -> None:
    assert parse(f"ST00012~Name=A|B~PersonalAcc={ACCOUNT}").name == "A|B"


def test_parse__gives_a_piece_without_a_key_to_the_value_before_it() -> None:
    code = parse(f"ST00012|Name=Romashka|PersonalAcc={ACCOUNT}|Purpose=Invoice 15|without VAT||Sum=100")
    assert (code.purpose, code.amount) == ("Invoice 15|without VAT", Decimal("1.00"))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Sum=1250000", Decimal("12500.00")),
        ("Sum=1250000.00", Decimal("12500.00")),
        ("Sum=1250000,0", Decimal("12500.00")),
        ("Sum=1250000.", Decimal("12500.00")),
        ("Sum= 1 250 000 ", Decimal("12500.00")),
        ("Sum=1", Decimal("0.01")),
        ("sum=5", Decimal("0.05")),
        ("Sum=", None),
        ("Sum=0", None),
        ("Sum=0.00", None),
        ("", None),
    ],
)
def test_parse__reads_the_sum_in_kopecks(text: str, amount: Decimal | None) -> None:
    assert parse(f"ST00012|Name=Romashka|{text}").amount == amount


@pytest.mark.parametrize("text", ["", "|CorrespAcc=0", "|CorrespAcc=", "|CorrespAcc=00000000000000000000"])
def test_parse__does_without_a_correspondent_account(text: str) -> None:
    assert parse(f"ST00012|Name=Romashka|PersonalAcc={ACCOUNT}{text}").corr_account == ""


def test_parse__reads_keys_in_any_case_and_under_their_other_names() -> None:
    text = f"st00012|NAME=Romashka|personalacc={ACCOUNT}|Bik={BIK}|inn=7707083893| Kpp =773601001"
    expected = PaymentQr("Romashka", ACCOUNT, bik=BIK, inn="7707083893", kpp="773601001")
    assert parse(text) == expected


def test_parse__keeps_what_it_does_not_know() -> None:
    code = parse("ST00012|Name=Romashka|LastName=Ivanov|Contract=7=8|Phone=|TechCode=02")
    assert dict(code.extra) == {"LastName": "Ivanov", "Contract": "7=8", "TechCode": "02"}


def test_parse__takes_blanks_out_of_numbers_and_evens_them_in_text() -> None:
    text = "ST00012|Name= ООО \u00a0 «Луч»\r\n|PersonalAcc=40602 810 7 0000 0000025|PayeeINN=0000000000|KPP=0"
    assert parse(text) == PaymentQr("ООО «Луч»", ACCOUNT)


@pytest.mark.parametrize("text", ["12.11.2026", "12112026", "20261112", "2026-11-12", "12.11.26"])
def test_parse__reads_dates(text: str) -> None:
    code = parse(f"ST00012|Name=Romashka|DocNo= 15/А |DocDate={text}")
    assert (code.doc_no, code.doc_date, dict(code.extra)) == ("15/А", date(2026, 11, 12), {})


@pytest.mark.parametrize("text", ["0", "autumn", "31.02.2026", "99999999"])
def test_parse__keeps_a_date_that_it_cannot_read(text: str) -> None:
    code = parse(f"ST00012|Name=Romashka|DocDate={text}")
    assert (code.doc_date, dict(code.extra)) == (None, {"DocDate": text})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("https://example.com/?ST00012", "qr-not-payment"),
        (b"", "qr-not-payment"),
        (b"\xff\xfe\x00", "qr-not-payment"),
        ("ST0001", "qr-not-payment"),
        ("ST00022|Name=Romashka", "qr-version"),
        ("ST00014|Name=Romashka", "qr-encoding"),
        ("ST00012|Name=\ufffd\ufffd\ufffd", "qr-encoding"),
        (b"ST00012|Name=\x98\xd0", "qr-encoding"),
        ("ST00012Name=Romashka", "qr-separator"),
        ("ST00012=Name=Romashka", "qr-separator"),
        ("ST00012|", "qr-empty"),
        ("ST00012|Sum=100|Purpose=x", "qr-empty"),
        ("ST00012|Name=A|name=B", "qr-key-twice"),
        ("ST00012|Name=A|INN=7707083893|PayeeINN=500100732259", "qr-key-twice"),
        ("ST00012|Name=A|Foo=1|foo=2", "qr-key-twice"),
        ('ST00012|Name==IMPORTXML("x")', "qr-formula"),
        ("ST00012|Name=A|Contract= =1+1", "qr-formula"),
        ("ST00012|Name=A|Sum=12500.50", "qr-amount-not-kopecks"),
        ("ST00012|Name=A|Sum=12.500.00", "amount-not-a-number"),
        ("ST00012|Name=A|Sum=-100", "amount-not-a-number"),
        ("ST00012|Name=A|Sum=100 RUB", "amount-not-a-number"),
        ("ST00012|Name=A|Sum=" + "9" * 19, "amount-not-a-number"),
        ("ST00012|Name=A|Sum=100000000000000", "amount-too-large"),
    ],
)
def test_parse__refuses(data: bytes | str, code: str) -> None:
    assert refusal(data).code == code


def test_parse__takes_the_same_value_twice() -> None:
    assert parse("ST00012|Name=A|INN=7707083893|PayeeINN=7707083893|Name=").inn == "7707083893"


def test_build__writes_mandatory_keys_first() -> None:
    full = replace(QR, doc_no="15", doc_date=date(2026, 11, 12), extra={"Contract": "7"})
    assert build(full) == f"ST00012|{BODY}|DocNo=15|DocDate=12.11.2026|Contract=7"
    assert parse(build(full)) == full


def test_build__writes_zero_for_no_correspondent_account() -> None:
    assert "|CorrespAcc=0|" in build(replace(QR, corr_account=""))
    assert parse(build(replace(QR, corr_account=""))) == replace(QR, corr_account="")


def test_build__chooses_a_separator_that_no_value_contains() -> None:
    text = build(replace(QR, purpose="a|b~c"))
    assert text.startswith("ST00012^Name=")
    assert parse(text).purpose == "a|b~c"


def test_build__gives_up_when_every_separator_is_in_use() -> None:
    assert unbuilt(replace(QR, purpose=SEPARATORS)).code == "qr-separator"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": "x" * 161}, "Name"),
        ({"bank": "x" * 46}, "BankName"),
        ({"purpose": "я" * 211}, "Purpose"),
        ({"doc_no": "1" * 16}, "DocNo"),
    ],
)
def test_build__holds_values_to_their_length(changes: dict[str, str], key: str) -> None:
    problem = unbuilt(replace(QR, **changes))  # type: ignore[arg-type]
    assert (problem.code, problem.facts["key"]) == ("qr-value-too-long", key)
    assert problem.facts["limit"] == str(LIMITS[key])
    (name, value), *_ = changes.items()
    assert parse(build(replace(QR, **{name: value[1:]}))) == replace(QR, **{name: value[1:]})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "qr-key-missing"),
        ({"bank": ""}, "qr-key-missing"),
        ({"account": ""}, "account-missing"),
        ({"account": "40602810700000000026"}, "account-key"),
        ({"bik": ""}, "bik-missing"),
        ({"corr_account": "30101810400000000225"}, "corr-account-other-bank"),
        ({"inn": "7707083894"}, "inn-check-digit"),
        ({"kpp": "7736"}, "kpp-format"),
        ({"amount": Decimal(0)}, "amount-not-positive"),
        ({"amount": Decimal("NaN")}, "amount-not-positive"),
        ({"amount": Decimal("0.001")}, "amount-too-precise"),
        ({"amount": Decimal(10) ** 12}, "amount-too-large"),
        ({"name": "=1+1"}, "qr-formula"),
        ({"extra": {"Name": "x"}}, "qr-key"),
        ({"extra": {"a|b": "x"}}, "qr-key"),
    ],
)
def test_build__refuses(changes: dict[str, object], code: str) -> None:
    assert unbuilt(replace(QR, **changes)).code == code  # type: ignore[arg-type]


def test_to_cells__fills_the_columns_of_the_registry() -> None:
    expected: dict[str, Cell] = {
        "contractor": "ООО «Ромашка»",
        "amount": 12500.0,
        "currency": "RUB",
        "details": "АО «Северный мост»",
        "inn": "7707083893",
        "kpp": "773601001",
        "bik": BIK,
        "account": ACCOUNT,
        "corr_account": CORR,
        "purpose": "Оплата по счёту № 15 от 12.11.2026",
        "invoice_no": "15",
        "invoice_date": 46338,
    }
    assert to_cells(replace(QR, doc_no="15", doc_date=date(2026, 11, 12))) == expected
