"""Gmail through the real client over real HTTP: once a call, found by its reference, failures told apart."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.errors import HttpError
from httplib2 import Response

from sheetflow.adapters.gmail import GmailMail
from sheetflow.adapters.google import refused
from sheetflow.app.letters import compose, reference_of
from sheetflow.app.mail_templates import MailTemplates
from sheetflow.app.outbox import attach
from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.control import Fault
from sheetflow.emulator.emulator import Emulator
from sheetflow.errors import AccessDenied, NotFound, PortError, RateLimited, Unavailable
from sheetflow.model.snapshot import Letter
from tests.words import TEMPLATES, all_words

SENDER, READER = "pay@firm.example", "eve@firm.example"
SEND = "/messages/send"
REFERENCE = reference_of("0a1b")
FAULT_CODES = (
    (400, PortError),
    (401, AccessDenied),
    (403, AccessDenied),
    (404, NotFound),
    (429, RateLimited),
    (500, Unavailable),
    (503, Unavailable),
)


@pytest.fixture
def google(tmp_path: Path) -> Iterator[tuple[Emulator, str]]:
    emulator = Emulator(tmp_path)
    server = serve(create_app(emulator), 0)
    yield emulator, server.url
    server.shutdown()


@pytest.fixture
def emulator(google: tuple[Emulator, str]) -> Emulator:
    return google[0]


@pytest.fixture
def mail(google: tuple[Emulator, str]) -> GmailMail:
    return mailbox(google[1])


def mailbox(root: str, token: str = f"local:{SENDER}") -> GmailMail:
    return GmailMail(Credentials(token=token), root)  # type: ignore[no-untyped-call]


def letter(subject: str = "Rent") -> EmailMessage:
    facts = {
        "language": "ru",
        "items": [{"request": "PR-000123", "subject": subject, "column": "Статус", "rule": "right-role"}],
    }
    item = facts["items"][0]
    assert isinstance(item, dict)
    item |= {"says": "Этот шаг делает другой человек.", "todo": "Попросите его об этом."}
    made = Letter("0a1b", "put-back", READER, "PR-000123", facts)
    return compose(made, all_words(), MailTemplates(TEMPLATES), f"Payments <{SENDER}>", "", REFERENCE)


def arrived(emulator: Emulator, owner: str = READER) -> int:
    return len(emulator.gmail.find(owner))


def test_send__arrives_whole_and_is_found_by_its_reference(emulator: Emulator, mail: GmailMail) -> None:
    assert mail.find(REFERENCE) is None
    sent = mail.send(letter("Аренда 🧾"))
    assert mail.find(REFERENCE) == sent
    assert mail.find(reference_of("another")) is None
    (copy,) = emulator.gmail.find(READER)
    assert b"X-Sheetflow-Reference: " + REFERENCE.encode() in copy.raw
    assert b"\n\n" not in copy.raw.split(b"\r\n\r\n", 1)[0]
    assert "Аренда 🧾" in copy.snippet or "Ваше изменение не принято" in copy.snippet


def test_send__costs_one_call(emulator: Emulator, mail: GmailMail) -> None:
    mail.send(letter())
    assert [(call.method, call.status) for call in emulator.calls.since(0)] == [("POST", 200)]


def test_send__a_large_attachment_arrives_whole(emulator: Emulator, mail: GmailMail) -> None:
    scan = bytes(range(256)) * 4 * 1024 * 12
    message = letter("Скан")
    attach(message, [("Счёт.pdf", "application/pdf", scan)])
    assert mail.send(message) == mail.find(REFERENCE)
    (copy,) = emulator.gmail.find(READER)
    read = message_from_bytes(copy.raw, policy=default)
    assert isinstance(read, EmailMessage)
    (part,) = read.iter_attachments()
    assert (part.get_filename(), part.get_payload(decode=True)) == ("Счёт.pdf", scan)
    (call,) = [call for call in emulator.calls.since(0) if call.method == "POST"]
    assert call.path == "/upload/gmail/v1/users/me/messages/send"


@pytest.mark.parametrize(("code", "error"), FAULT_CODES)
def test_send__a_refused_call_says_whether_to_try_again(
    emulator: Emulator, mail: GmailMail, code: int, error: type[PortError]
) -> None:
    emulator.faults.add(Fault(path=SEND, status=code, times=None))
    with pytest.raises(PortError) as caught:
        mail.send(letter())
    assert type(caught.value) is error
    assert caught.value.retryable == (code == 429 or code >= 500)
    assert len(emulator.calls.since(0)) <= 2, "401 alone may be asked again, with a fresh token"
    assert arrived(emulator) == 0


@pytest.mark.parametrize("status", [503, None])
def test_send__a_lost_answer_is_one_mail_and_may_have_been_sent(
    emulator: Emulator, mail: GmailMail, status: int | None
) -> None:
    emulator.faults.add(Fault(path=SEND, after_effect=True, status=status, drop=status is None))
    with pytest.raises(Unavailable):
        mail.send(letter())
    assert arrived(emulator) == 1
    assert mail.find(REFERENCE) is not None


def test_send__a_connection_that_went_stale_sends_nothing_twice(emulator: Emulator, mail: GmailMail) -> None:
    mail.find(REFERENCE)  # the connection stands
    emulator.faults.add(Fault(path=SEND, after_effect=True, drop=True))
    with pytest.raises(Unavailable):
        mail.send(letter())
    assert arrived(emulator) == 1


def test_send__nobody_answers() -> None:
    with pytest.raises(Unavailable):
        mailbox("http://127.0.0.1:9").send(letter())


def test_send__a_caller_that_is_not_known(google: tuple[Emulator, str]) -> None:
    with pytest.raises(AccessDenied):
        mailbox(google[1], token="stolen").send(letter())


def test_send__somebody_elses_mailbox(google: tuple[Emulator, str]) -> None:
    other = GmailMail(Credentials(token=f"local:{SENDER}"), google[1], user=READER)  # type: ignore[no-untyped-call]
    with pytest.raises(AccessDenied, match="Delegation denied"):
        other.send(letter())


@pytest.mark.parametrize(
    ("reason", "error"),
    [("rateLimitExceeded", RateLimited), ("userRateLimitExceeded", RateLimited), ("forbidden", AccessDenied)],
)
def test_refused__a_403_is_told_apart_by_googles_reason(reason: str, error: type[PortError]) -> None:
    details = [{"message": "Rate Limit Exceeded", "domain": "usageLimits", "reason": reason}]
    body = {"error": {"code": 403, "message": "Rate Limit Exceeded", "errors": details}}
    answer = Response({"status": "403", "content-type": "application/json; charset=UTF-8"})
    assert type(refused("Gmail", HttpError(answer, json.dumps(body).encode()))) is error


@pytest.mark.parametrize("reference", ["", "in:inbox", 'SF" OR "a', "sfk3j9qx2m", "SF K3J9QX2M"])
def test_find__asks_for_references_only(reference: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        mailbox("http://127.0.0.1:9").find(reference)


def test_find__what_was_received_does_not_count(emulator: Emulator, google: tuple[Emulator, str]) -> None:
    mailbox(google[1], token=f"local:{SENDER}").send(letter())
    assert mailbox(google[1], token=f"local:{READER}").find(REFERENCE) is None


def test_gmail__loads_its_client_with_the_first_call_only() -> None:
    code = (
        "import sys, sheetflow.adapters.gmail as g; from google.oauth2.credentials import Credentials;"
        "g.GmailMail(Credentials(token='x'), None);"
        "print([m for m in ('googleapiclient', 'httplib2', 'jinja2', 'pandas') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
