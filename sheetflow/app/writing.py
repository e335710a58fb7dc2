"""The mail of a letter: what it says, and the signed links that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from sheetflow.app import letters
from sheetflow.app.digest_mail import compose_digest
from sheetflow.app.links import CALENDAR, PAYMENT, WAITING, Links
from sheetflow.app.mail_templates import MailTemplates
from sheetflow.app.payments_mail import payments_shown
from sheetflow.core.attention.standing import DIGEST
from sheetflow.core.bank.gathering import GATHERED
from sheetflow.core.history import moment
from sheetflow.core.rulebook import Words
from sheetflow.model.snapshot import Letter


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the mails of one registry. `links`: None where no pages are served."""

    words: Mapping[str, Words]
    templates: MailTemplates
    sender: str
    spreadsheet: str
    links: Links | None

    def compose(self, letter: Letter) -> EmailMessage:
        """The mail of a letter."""
        if letter.template == DIGEST:
            return compose_digest(
                letter, self.words, self.templates, self.sender, self.links, self.spreadsheet
            )
        link = "" if letter.request else f"https://docs.google.com/spreadsheets/d/{self.spreadsheet}/edit"
        waiting = payment = calendar = ""
        if letter.request and self.links:
            fingerprint = str(letter.facts.get("fingerprint", ""))
            # The letter's own time: a letter sent again has the same link.
            at = moment(str(letter.facts["at"]))
            about = (letter.request, letter.to, letter.id)
            if letter.template.startswith("contractor-"):
                payment = self.links.make(*about, "", at, kind=PAYMENT)
            else:
                link = self.links.make(*about, fingerprint, at)
            if letter.template in ("approve", "to-pay"):
                waiting = self.links.make("", letter.to, letter.id, "", at, kind=WAITING)
            if letter.template == "to-pay":
                calendar = self.links.make("", letter.to, letter.id, "", at, kind=CALENDAR)
        more: Mapping[str, Any] = {}
        if letter.template == GATHERED:
            theirs = self.words.get(str(letter.facts.get("language", ""))) or next(iter(self.words.values()))
            more = payments_shown(letter, theirs, lambda rid, own: self._payment(letter, rid, own))
        zone = ZoneInfo(str(letter.facts.get("time_zone") or "UTC"))
        return letters.compose(
            letter, self.words, self.templates, self.sender, link, letters.reference_of(letter.id), zone=zone,
            waiting=waiting, payment=payment, calendar=calendar, more=more,
            registry=self.spreadsheet,
        )  # fmt: skip

    def _payment(self, letter: Letter, request: str, own: str) -> str:
        """The page of one payment: its link is that of the letter that would have told of it alone."""
        if self.links is None:
            return ""
        return self.links.make(request, letter.to, own, "", moment(str(letter.facts["at"])), kind=PAYMENT)
