from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sheetflow.banking import statement_reader
from sheetflow.banking.client_bank_reader import InvalidExchange
from sheetflow.banking.matching import OpenPayment, Ordered, match
from sheetflow.banking.statement import Direction, Side, Statement, StatementLine

IBAN, PAYEE = "DE89370400440532013000", "GB82WEST12345698765432"


def balance(kind: str, amount: str, sign: str = "CRDT") -> str:
    return f"""<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>
    <CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2026-11-12</Dt></Dt></Bal>"""


def details(reference: str = "PR-1/1", amount: str = "", purpose: str = "Invoice 15") -> str:
    return f"""<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{amount}
    <RltdPties><Cdtr><Pty><Nm>Müller GmbH</Nm></Pty></Cdtr>
    <CdtrAcct><Id><IBAN>{PAYEE}</IBAN></Id></CdtrAcct></RltdPties>
    <RltdAgts><CdtrAgt><FinInstnId><BICFI>WESTGB2L</BICFI></FinInstnId></CdtrAgt></RltdAgts>
    <RmtInf><Ustrd>{purpose}</Ustrd></RmtInf></TxDtls>"""


def entry(amount: str = "100.00", inside: str = "", sign: str = "DBIT", status: str = "<Cd>BOOK</Cd>") -> str:
    return f"""<Ntry><NtryRef>7</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>
    <Sts>{status}</Sts><BookgDt><Dt>2026-11-12</Dt></BookgDt><AcctSvcrRef>BANK-7</AcctSvcrRef>
    <BkTxCd/>{f"<NtryDtls>{inside}</NtryDtls>" if inside else ""}</Ntry>"""


def document(*inside: str, version: str = "08", start: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>{start}
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
    <GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-12T20:00:00Z</CreDtTm></GrpHdr>
    <Stmt><Id>1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{"".join(inside)}</Stmt>
    </BkToCstmrStmt></Document>""".encode()


def problems(data: bytes) -> list[str]:
    with pytest.raises(InvalidExchange) as caught:
        statement_reader.read(data)
    return [str(problem) for problem in caught.value.problems]


def test_read__what_an_entry_says() -> None:
    found = statement_reader.read(
        document(balance("OPBD", "500.00"), balance("CLBD", "400.00"), entry(inside=details()))
    )
    assert found == Statement(
        (IBAN,),
        (
            StatementLine(
                IBAN, Direction.OUT, "PR-1/1", None, date(2026, 11, 12), Decimal(100), "EUR",
                Side("Müller GmbH", PAYEE, bik="WESTGB2L", bank=""), "Invoice 15", "camt.053", 1,
            ),
        ),
    )  # fmt: skip


def test_read__the_old_version_names_parties_and_status_otherwise() -> None:
    old = details().replace("<Pty>", "").replace("</Pty>", "").replace("BICFI", "BIC")
    (line,) = statement_reader.read(document(entry(inside=old, status="BOOK"), version="02")).lines
    (new,) = statement_reader.read(document(entry(inside=details()))).lines
    assert line == new


def test_read__a_batch_is_a_line_for_each_transaction() -> None:
    amounts = ('<Amt Ccy="EUR">60.00</Amt>', '<AmtDtls><TxAmt><Amt Ccy="EUR">40.00</Amt></TxAmt></AmtDtls>')
    inside = details("A", amounts[0]) + details("B", amounts[1])
    lines = statement_reader.read(document(entry(inside=inside))).lines
    assert [(line.number, line.amount) for line in lines] == [("A", Decimal(60)), ("B", Decimal(40))]
    found = statement_reader.read(document(entry("101.00", inside)))
    assert [str(one) for one in found.problems] == ["camt-transactions (line='1', value='101.00')"]
    assert found.lines == ()


def test_read__a_batch_without_amounts_names_nobody() -> None:
    (line,) = statement_reader.read(document(entry(inside=details("A") + details("B")))).lines
    assert (line.number, line.other, line.amount) == ("BANK-7", Side(), Decimal(100))


def test_read__no_reference_of_ours_leaves_the_banks() -> None:
    (line,) = statement_reader.read(document(entry(inside=details("NOTPROVIDED")))).lines
    assert line.number == "BANK-7"
    (bare,) = statement_reader.read(document(entry(sign="CRDT"))).lines
    assert (bare.number, bare.direction) == ("BANK-7", "in")


def test_read__what_is_not_booked_is_told_and_does_not_count() -> None:
    found = statement_reader.read(document(entry(status="<Cd>PDNG</Cd>"), entry()))
    assert [str(one) for one in found.cautions] == ["camt-pending (line='1')"]
    assert [line.line for line in found.lines] == [2]


def test_read__balances_that_do_not_add_up_refuse_the_file() -> None:
    data = document(balance("PRCD", "5.00", "DBIT"), balance("CLBD", "105.01", "DBIT"), entry())
    assert problems(data) == [
        (
            f"statement-balance (line='1', account='{IBAN}', opening='-5.00', received='0', taken='100.00',"
            " closing='-105.01')"
        )
    ]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (entry("0.00"), "camt-entry (line='1', field='Amt', value='0')"),
        (entry("-5"), "camt-entry (line='1', field='Amt', value='-5 EUR')"),
        (entry("1e5"), "camt-entry (line='1', field='Amt', value='1e5 EUR')"),
        (entry(sign="X"), "camt-entry (line='1', field='CdtDbtInd', value='X')"),
        (entry().replace("2026-", "26-"), "camt-entry (line='1', field='BookgDt', value='26-11-12')"),
    ],
)  # fmt: skip
def test_read__an_entry_that_cannot_be_understood_is_told_and_the_others_count(
    broken: str, told: str
) -> None:
    found = statement_reader.read(document(balance("OPBD", "1"), balance("CLBD", "5"), broken, entry()))
    assert [str(one) for one in found.problems] == [told]
    assert len(found.lines) == 1


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (document(entry().replace("BANK-7", "&b;"), start=BOMB), "xml-document-type"),
        (
            document(entry(), start='<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
            "xml-document-type",
        ),
        (document(entry())[:-20], "xml-broken"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "xml-broken"),
        (b"<a>" * 100 + b"</a>" * 100, "xml-deep"),
        (document(entry(), version="14"), "camt-other"),
        (document(entry()).replace(b"camt.053", b"camt.054"), "camt-other"),
        (document(entry()).replace(IBAN.encode(), b""), "statement-no-account"),
    ],
)
def test_read__what_is_no_statement_or_does_harm_is_refused(data: bytes, told: str) -> None:
    assert problems(data)[0].split(" ")[0] == told


def test_read__what_pain001_sent_is_found_by_its_reference() -> None:
    from sheetflow.banking import pain001
    from sheetflow.banking.pain001 import Payer, Transfer

    transfer = Transfer(
        "PR-1", "PR-1/1", Decimal(100), "EUR", "Müller GmbH", PAYEE, "", "Rent", date(2026, 11, 12)
    )
    payer = Payer("Luch LLC", IBAN, "COBADEFFXXX")
    assert pain001.write(payer, [transfer], datetime(2026, 11, 12, tzinfo=UTC), "M1").held == ()
    due = OpenPayment(
        "PR-1", Decimal(100), "EUR", PAYEE,
        orders=(Ordered(transfer.reference, transfer.on, transfer.amount, IBAN),),
    )  # fmt: skip
    lines = statement_reader.read(document(entry(inside=details(purpose="Rent")))).lines
    assert [one.request for one in match(lines, [due])] == ["PR-1"]
    assert [one.request for one in match(lines, [replace(due, account=IBAN)])] == [""]
