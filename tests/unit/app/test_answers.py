"""Answers to mails: whom Gmail vouches for, what a person wrote, and what a machine sent."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.app.answers import LONGEST, Answer, above_quotation, read_answer, text_of_html
from sheetflow.model.events import Arrived

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
RECEIVED = "from mail.firm.example ([192.0.2.1]) by mx.google.com with ESMTPS id x; Tue, 24 Nov 2026"
PASS = "mx.google.com; dkim=pass header.i=@firm.example; dmarc=pass (p=NONE) header.from=firm.example"


def read(text: str | bytes, results: str | None = PASS, **headers: str) -> Answer:
    """A mail as it lies in the mailbox. `results`: Gmail's, None for none."""
    lines = {"Received": RECEIVED, "Authentication-Results": results, "From": "Anna <anna@firm.example>"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    body = text if isinstance(text, bytes) else text.encode()
    return read_answer(Arrived("m1", AT, head.encode() + b"\r\n" + body))


@pytest.mark.parametrize(
    ("results", "user"),
    [
        (PASS, "anna@firm.example"),
        ("mx.google.com;\r\n spf=pass (x) smtp.mailfrom=anna@firm.example", "anna@firm.example"),
        ("mx.google.com; dkim=fail header.d=a.b; dkim=pass header.i=@firm.example", "anna@firm.example"),
        ("mx.google.com; spf=pass smtp.mailfrom=eve@evil.example; dkim=pass header.i=@evil.example", ""),
        ("mx.google.com; spf=pass smtp.mailfrom=a@firm.example.evil.example", ""),
        ("mx.google.com; dkim=pass header.i=@firm.example; dmarc=fail header.from=firm.example", ""),
        ("mx.google.com; dmarc=pass header.from=evil.example", ""),
        ("mx.google.com; spf=softfail (dmarc=pass header.from=firm.example) smtp.mailfrom=x@y.example", ""),
        ("mx.evil.example; dmarc=pass header.from=firm.example", ""),
        ("mx.google.com.evil.example; dmarc=pass header.from=firm.example", ""),
        ("mx.google.com; none", ""),
        (None, ""),
    ],
)
def test_author__is_whom_gmail_vouches_for(results: str | None, user: str) -> None:
    assert read("Hello", results).user == user


def test_author__the_topmost_results_count_and_only_below_gmails_own_line() -> None:
    fail = "mx.google.com; dmarc=fail header.from=firm.example"
    forged = f"{fail}\r\nAuthentication-Results: {PASS}"
    assert read("x", forged).user == ""
    assert read("x", PASS, Received="from a by mail.firm.example; now").user == ""


@pytest.mark.parametrize(
    "sender",
    [
        "anna@firm.example, eve@evil.example",
        "anna@firm.example\r\nFrom: eve@evil.example",
        "undisclosed",
        '"anna@firm.example" <eve@evil.example>',
    ],
)
def test_author__needs_exactly_one_from(sender: str) -> None:
    assert read("x", From=sender).user == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<a.b>"},
        {"Return_Path": "<>"},
        {"X_Sheetflow_Reference": "SFAAAAAAAAAA"},
        {"Content_Type": "multipart/report; boundary=x"},
    ],
)
def test_automatic__is_what_no_person_sent(headers: dict[str, str]) -> None:
    assert read("Gone until Monday", **headers).automatic
    assert not read("Hello", Auto_Submitted="no").automatic


@pytest.mark.parametrize(
    "quotation",
    [
        "> old",
        "On Tue, 24 Nov 2026 at 10:00, Payments <pay@firm.example> wrote:\n> old",
        "On Tue, 24 Nov 2026 at 10:00, Payments\n<pay@firm.example> wrote:\n\n> old",
        "вт, 24 нояб. 2026 г. в 10:00, Платежи <pay@firm.example>:\n> old",
        "24.11.2026 10:00, Платежи пишет:\n> old",
        "24 ноября 2026, Платежи <pay@firm.example> написал(а):\n> old",
        "-----Original Message-----\nold",
        "-------- Исходное сообщение --------\nold",
        "From: Payments <pay@firm.example>\nSent: Tuesday\nTo: Anna\nold",
        "От: Платежи\nОтправлено: вторник\nКому: Анна\nold",
        "________________________________\nold",
        "-- \nAnna Petrova, accounting",
        "Sent from my iPhone",
        "Отправлено с iPhone",
    ],
)
@pytest.mark.parametrize("text", ["Which server?", "Какой счёт?\n\nИ когда: сегодня?"])
def test_above_quotation__is_what_the_person_wrote(text: str, quotation: str) -> None:
    assert above_quotation(f"{text}\n\n{quotation}\nmore") == text
    assert above_quotation(f"{text}\r\n{quotation}") == text.strip()


@given(st.text(max_size=300), st.text(max_size=300))
def test_above_quotation__never_keeps_a_quoted_line_nor_breaks(above: str, below: str) -> None:
    found = above_quotation(f"{above}\n> {below}")
    assert not any(line.lstrip().startswith(">") for line in found.split("\n"))
    assert above_quotation(found) == found
    assert len(found) <= len(above)


@given(st.text(max_size=400))
def test_text_of_html__reads_whatever_comes(html: str) -> None:
    assert isinstance(text_of_html(html), str)


def test_html__alone_becomes_text_without_quotation_and_markup() -> None:
    html = (
        "<html><head><style>p{}</style></head><body><p>Да,&nbsp;это <b>верно</b></p><div>А НДС?</div>"
        '<div class="gmail_quote"><div>old</div></div><blockquote>older</blockquote></body></html>'
    )
    assert read(html, Content_Type="text/html; charset=utf-8").text == "Да, это верно\nА НДС?"


@pytest.mark.parametrize("charset", ["koi8-r", "cp1251", "utf-8", "iso-8859-5"])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_text__is_decoded(charset: str, encoding: str) -> None:
    message = EmailMessage()
    message.set_content("Проверьте счёт\n\n> старое", charset=charset, cte=encoding)
    raw = message.as_bytes().partition(b"\n\n")
    headers = {name.replace("-", "_"): str(value) for name, value in message.items()}
    assert read(raw[2], **headers).text == "Проверьте счёт"


def test_text__is_bounded_and_files_are_told_of() -> None:
    message = EmailMessage()
    message.set_content("я" * (LONGEST + 5))
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    for name, value in (("Received", RECEIVED), ("Authentication-Results", PASS), ("From", "a@firm.example")):
        message[name] = value
    answer = read_answer(Arrived("m", AT, message.as_bytes(policy=email.policy.SMTP)))
    assert (len(answer.text), answer.long, answer.files) == (LONGEST, True, True)


def test_follows__by_its_ancestors_and_what_it_quotes() -> None:
    answer = read("Yes\n> Reference: SFADVPKBJR9C", References="<a@x>\r\n <b@y>", In_Reply_To="<b@y>")
    assert answer.ancestors == ("<a@x>", "<b@y>", "<b@y>")
    assert answer.references == ("SFADVPKBJR9C",)
