"""SMTP against a server that speaks the protocol on a real socket, and says no when it is told to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from sheetflow.adapters.smtp import SmtpMail
from sheetflow.errors import AccessDenied, PortError, RateLimited, Unavailable


class FakeMailServer(socketserver.ThreadingTCPServer):
    """Takes mail as RFC 5321 wants it. `answers`: what it says to a verb in place of its usual words."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers: dict[str, str] = {}
        self.taken: list[str] = []
        self.verbs: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class Session(socketserver.StreamRequestHandler):
    server: FakeMailServer

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            self.server.verbs.append(verb)
            answer = self.server.answers.get(verb)
            if answer == "hang up":
                return
            if answer:
                self.say(answer)
            elif verb == "DATA":
                if not self._data():
                    return
            elif verb == "EHLO":
                self.say("250-here\r\n250 AUTH PLAIN")
            elif verb == "AUTH":
                self.say("235 welcome")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def _data(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.taken.append(b"".join(lines).decode())
        answer = self.server.answers.get("END", "250 taken")
        if answer == "hang up":
            return False
        self.say(answer)
        return True


class FakeClock:
    """A clock that stands still (ClockPort)."""

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        """Nothing waits."""


@pytest.fixture
def server() -> Iterator[FakeMailServer]:
    with FakeMailServer() as made:
        yield made
        made.shutdown()


def mailbox(server: FakeMailServer, user: str = "", host: str = "127.0.0.1") -> SmtpMail:
    port = server.server_address[1]
    return SmtpMail(host, port, user, "secret", "firm.example", clock=FakeClock())


def letter() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "[PR-000123] Оплачено"
    message["From"] = "pay@firm.example"
    message["To"] = "eve@firm.example"
    message["X-Sheetflow-Reference"] = "SFK3J9QX2MAB"
    message.set_content("Код письма: SFK3J9QX2MAB\n")
    return message


def test_send__hands_it_over_under_an_id_made_of_the_reference(server: FakeMailServer) -> None:
    assert mailbox(server).send(letter()) == "<SFK3J9QX2MAB@firm.example>"
    (taken,) = server.taken
    assert "Message-ID: <SFK3J9QX2MAB@firm.example>\r\n" in taken
    assert "Date: Tue, 24 Nov 2026 09:30:00 +0000\r\n" in taken
    assert server.verbs == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


def test_send__again_carries_the_same_id(server: FakeMailServer) -> None:
    message = letter()
    assert mailbox(server).send(message) == mailbox(server).send(message)
    assert [taken.count("Message-ID:") for taken in server.taken] == [1, 1]


def test_send__logs_in_where_there_is_a_user(server: FakeMailServer) -> None:
    mailbox(server, user="pay").send(letter())
    assert server.verbs[:2] == ["EHLO", "AUTH"]


def test_send__no_password_without_tls_to_another_machine(
    server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sheetflow.adapters.smtp._THIS_MACHINE", ())
    with pytest.raises(AccessDenied, match="offers no TLS"):
        mailbox(server, user="pay").send(letter())
    assert server.verbs == ["EHLO"]


@pytest.mark.parametrize(
    ("verb", "answer", "error"),
    [
        ("AUTH", "535 who are you", AccessDenied),
        ("MAIL", "451 later", RateLimited),
        ("RCPT", "450 mailbox busy", RateLimited),
        ("RCPT", "550 no such mailbox", PortError),
        ("DATA", "421 too many", RateLimited),
        ("END", "452 no room", RateLimited),
        ("END", "554 we think it is spam", PortError),
        ("EHLO", "hang up", Unavailable),
        ("RCPT", "hang up", Unavailable),
        ("END", "hang up", Unavailable),
    ],
)
def test_send__a_no_is_told_from_a_silence(
    server: FakeMailServer, verb: str, answer: str, error: type[PortError]
) -> None:
    server.answers[verb] = answer
    with pytest.raises(PortError) as caught:
        mailbox(server, user="pay").send(letter())
    assert type(caught.value) is error


@pytest.mark.parametrize("answer", ["hang up", "500 what"])
def test_send__a_bad_goodbye_changes_nothing(server: FakeMailServer, answer: str) -> None:
    server.answers["QUIT"] = answer
    assert mailbox(server).send(letter()) == "<SFK3J9QX2MAB@firm.example>"


def test_send__nobody_answers() -> None:
    with pytest.raises(Unavailable):
        SmtpMail("127.0.0.1", 9, "", "", "firm.example").send(letter())


def test_find__cannot_know() -> None:
    assert SmtpMail("127.0.0.1", 9, "", "", "firm.example").find("SFK3J9QX2MAB") is None
