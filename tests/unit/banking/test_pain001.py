from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import as_file, files
from typing import Any

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.banking import pain001, xml_tree
from sheetflow.banking.pain001 import Payer, Transfer
from sheetflow.model.invalid import Invalid

MADE = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
PAYER = Payer("Luch LLC", "DE89370400440532013000", "COBADEFFXXX")
TRANSFER = Transfer(
    "PR-1", "PR-1/1", Decimal("1250.5"), "EUR", "Müller & Söhne <GmbH>", "GB82WEST12345698765432", "WESTGB2L",
    "Invoice \"15\" of 12.11.2026 & more", date(2026, 11, 13),
)  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Iterator[xmlschema.XMLSchema]:
    """ISO 20022's own schema, which another package brings."""
    with as_file(files("sepaxml") / "schemas" / "pain.001.001.09.xsd") as path:
        yield xmlschema.XMLSchema(str(path))


def held(transfer: Transfer) -> list[str]:
    file = pain001.write(PAYER, [transfer], MADE, "M1")
    assert (file.content, file.transfers) == (b"", ())
    return [str(one) for one in file.held]


def test_write__what_the_message_says(schema: xmlschema.XMLSchema) -> None:
    yen = replace(TRANSFER, request="PR-2", reference="PR-2/1", amount=Decimal(5000), currency="JPY", bic="")
    later = replace(
        TRANSFER, request="PR-3", reference="PR-3/1", on=date(2026, 11, 16), amount=Decimal("0.01")
    )
    content = pain001.write(PAYER, [TRANSFER, later, yen], MADE, "SF-2026-11-12").content
    schema.validate(content.decode())
    told: Any = schema.to_dict(content.decode(), decimal_type=str)
    message = told["CstmrCdtTrfInitn"]
    assert message["GrpHdr"] == {
        "MsgId": "SF-2026-11-12",
        "CreDtTm": "2026-11-12T09:30:00+00:00",
        "NbOfTxs": "3",
        "CtrlSum": "6250.51",
        "InitgPty": {"Nm": "Luch LLC"},
    }
    first, second = message["PmtInf"]
    assert (first["PmtInfId"], first["NbOfTxs"], first["CtrlSum"]) == ("SF-2026-11-12-1", "2", "6250.5")
    assert (first["ReqdExctnDt"], second["ReqdExctnDt"]) == ({"Dt": "2026-11-13"}, {"Dt": "2026-11-16"})
    assert first["DbtrAcct"] == {"Id": {"IBAN": PAYER.iban}}
    assert first["DbtrAgt"] == {"FinInstnId": {"BICFI": PAYER.bic}}
    assert first["CdtTrfTxInf"] == [
        {
            "PmtId": {"EndToEndId": "PR-1/1"},
            "Amt": {"InstdAmt": {"@Ccy": "EUR", "$": "1250.50"}},
            "CdtrAgt": {"FinInstnId": {"BICFI": "WESTGB2L"}},
            "Cdtr": {"Nm": "Müller & Söhne <GmbH>"},
            "CdtrAcct": {"Id": {"IBAN": "GB82WEST12345698765432"}},
            "RmtInf": {"Ustrd": ['Invoice "15" of 12.11.2026 & more']},
        },
        {
            "PmtId": {"EndToEndId": "PR-2/1"},
            "Amt": {"InstdAmt": {"@Ccy": "JPY", "$": "5000"}},
            "Cdtr": {"Nm": "Müller & Söhne <GmbH>"},
            "CdtrAcct": {"Id": {"IBAN": "GB82WEST12345698765432"}},
            "RmtInf": {"Ustrd": ['Invoice "15" of 12.11.2026 & more']},
        },
    ]


@pytest.mark.parametrize(
    ("transfer", "reasons"),
    [
        (replace(TRANSFER, purpose="счет"), ["purpose: bank-character (value='счет', characters='с ч е т')"]),
        (replace(TRANSFER, purpose="a\nb"), ["purpose: bank-character (value='a\\nb', characters='⏎')"]),
        (replace(TRANSFER, name="☺"), ["contractor: bank-character (value='☺', characters='☺')"]),
        (
            replace(TRANSFER, purpose="x" * 141),
            [f"purpose: purpose-too-long (value='{'x' * 59}…', length='141', limit='140')"],
        ),
        (
            replace(TRANSFER, name="x" * 71),
            [f"contractor: name-too-long (value='{'x' * 59}…', length='71', limit='70')"],
        ),
        (replace(TRANSFER, name=" "), ["contractor: order-needs (columns='contractor')"]),
        (
            replace(TRANSFER, iban="GB83WEST12345698765432"),
            ["account: iban-check-digits (value='GB83WEST12345698765432')"],
        ),
        (
            replace(TRANSFER, iban="GB82 WEST12345698765432"),
            ["account: order-field (columns='account', value='GB82 WEST12345698765432')"],
        ),
        (replace(TRANSFER, bic="WEST"), ["bik: bic-format (value='WEST')"]),
        (replace(TRANSFER, currency="XXY"), ["amount: currency-unknown (value='XXY')"]),
        (replace(TRANSFER, amount=Decimal(0)), ["amount: amount-not-positive (value='0')"]),
        (
            replace(TRANSFER, amount=Decimal("0.5"), currency="JPY"),
            ["amount: amount-too-precise (value='0.5', decimals='0', currency='JPY')"],
        ),
        (
            replace(TRANSFER, reference="//"),
            ["payment_order: order-field (columns='payment_order', value='//')"],
        ),
    ],
)
def test_write__what_cannot_be_expressed_is_held(transfer: Transfer, reasons: list[str]) -> None:
    assert held(transfer) == [f"PR-1, {reason}" for reason in reasons]


@pytest.mark.parametrize("message", ["", "x" * 36, "я", "/a", "a//b"])
def test_write__the_callers_mistakes_are_errors(message: str) -> None:
    with pytest.raises(ValueError, match="a message has an id"):
        pain001.write(PAYER, [TRANSFER], MADE, message)


def test_write__a_payer_who_cannot_stand_there_stops_everything() -> None:
    with pytest.raises(Invalid, match="bic-format"):
        pain001.write(replace(PAYER, bic=""), [TRANSFER], MADE, "M1")


TEXT = st.text(max_size=150)


@given(TEXT, TEXT, st.decimals("0.01", "999999999999.99", places=2), st.sampled_from(["EUR", "USD", "KWD"]))
@settings(max_examples=80, deadline=None)
def test_write__any_text_is_held_or_valid_and_unchanged(
    schema: xmlschema.XMLSchema, name: str, purpose: str, amount: Decimal, currency: str
) -> None:
    transfer = replace(TRANSFER, name=name, purpose=purpose, amount=amount, currency=currency)
    file = pain001.write(PAYER, [transfer], MADE, "M1")
    if file.held:
        assert {one.column for one in file.held} <= {"contractor", "purpose"}
        return
    schema.validate(file.content.decode())
    space = f"{{{pain001.NAMESPACE}}}"
    root = xml_tree.parse(file.content)
    assert root.findtext(f".//{space}Cdtr/{space}Nm") == name.strip()
    assert root.findtext(f".//{space}Ustrd") == purpose.strip()
    assert Decimal(root.findtext(f".//{space}InstdAmt") or 0) == amount
