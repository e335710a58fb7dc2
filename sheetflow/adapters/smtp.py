"""Mail over SMTP (MailPort): for a company whose mail is not at Google.

The Message-ID is made of the reference and kept on the way, so a message that was sent twice after a crash
is known as one by the receiving side. SMTP has no way to look a sent message up: `find` knows nothing, and
what is in doubt is sent again. That is "at least once, recognisable", where Gmail gives "once".
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from sheetflow.errors import AccessDenied, PortError, RateLimited, Unavailable

if TYPE_CHECKING:
    from sheetflow.ports import ClockPort

SERVICE = "SMTP"
TIMEOUT = 30.0
"""Seconds that the server may need for one answer."""
IMPLICIT_TLS_PORT = 465
REFERENCE_HEADER = "X-Sheetflow-Reference"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class SmtpMail:
    """A mail server that messages are handed to, one connection a message.

    Args:
        host: its name; the certificate has to be for it.
        port: 465 begins with TLS; on any other STARTTLS is used where the server offers it.
        user: "" where the server asks for no name.
        password: never sent without TLS, except to this machine.
        sender_domain: what stands after the @ of a Message-ID.
        clock: dates the messages; without one the server does (RFC 6409, 8.2).
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str,
        sender_domain: str,
        *,
        clock: ClockPort | None = None,
    ) -> None:
        self.host, self.port, self.user, self.password = host, port, user, password
        self.sender_domain, self.clock = sender_domain, clock

    def send(self, message: EmailMessage) -> str:
        """Hand a message over; gives its Message-ID.

        Raises:
            RateLimited: the server wants it later; it was not taken.
            AccessDenied, PortError: it was not taken, and will not be if tried again.
            Unavailable: the connection failed; it may have been taken.
        """
        own_id = message_id(str(message[REFERENCE_HEADER]), self.sender_domain)
        del message["Message-ID"]
        message["Message-ID"] = own_id
        if self.clock is not None:
            del message["Date"]
            message["Date"] = format_datetime(self.clock.now())
        try:
            self._hand_over(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise PortError(SERVICE, str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(SERVICE, f"no answer: {type(error).__name__}") from error
        return own_id

    def find(self, reference: str) -> str | None:  # noqa: ARG002 - the port's signature
        """Always None: SMTP cannot be asked what was sent."""
        return None

    def _hand_over(self, message: EmailMessage) -> None:
        secured = self.port == IMPLICIT_TLS_PORT
        client = (
            smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
            if secured
            else smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        )
        try:
            client.ehlo_or_helo_if_needed()
            if not secured and client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
                client.ehlo()
                secured = True
            if self.user:
                if not secured and self.host not in _THIS_MACHINE:
                    raise AccessDenied(SERVICE, f"{self.host} offers no TLS, so the password was not sent")
                client.login(self.user, self.password)
            client.send_message(message)
            with suppress(smtplib.SMTPException, OSError):
                client.quit()  # the message is taken: how the goodbye goes changes nothing
        finally:
            client.close()


def message_id(reference: str, domain: str) -> str:
    """The Message-ID of the letter with this reference.

    >>> message_id("SFK3J9QX2MAB", "firm.example")
    '<SFK3J9QX2MAB@firm.example>'
    """
    return f"<{reference}@{domain}>"


def _refused(code: int, text: bytes | str) -> PortError:
    """The server's own "no": 4xx means later, 5xx never, and either way nothing was taken."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    message = f"{code} {said}"
    if code in (530, 534, 535, 538):
        return AccessDenied(SERVICE, message)
    if 400 <= code < 500:
        return RateLimited(SERVICE, message)
    return PortError(SERVICE, message)
