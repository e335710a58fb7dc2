"""The digest as it is read: both languages, both parts, and nobody's cell passing for a line of ours."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest

from sheetflow.app.digest_mail import SECTIONS, compose_digest
from sheetflow.app.links import NEWS, REQUEST, WAITING, Links
from sheetflow.app.mail_templates import MailTemplates
from sheetflow.core.attention.standing import DIGEST
from sheetflow.core.history import moment
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.model.snapshot import Letter
from sheetflow.runtime import templates_folder
from tests.desk import words as all_words

LINKS = Links(b"l" * 32, "https://pages.example/request")
AT = "2026-11-24T06:00:00.000Z"
LINE: dict[str, Any] = {
    "request": "PR-000123", "subject": "Paper", "contractor": "ООО «Ромашка»", "amount": "12500.50",
    "currency": "RUB", "pay_by": "2026-11-25", "requester": "Mia", "status": "Submitted",
    "fingerprint": "f" * 64, "new": "", "urgent": "yes", "overdue": "", "waited": "3",
    "cautions": [["first-payment", {"contractor": "ООО «Ромашка»"}]], "by": "Olga", "comment": "now?",
    "comment_by": "Anna",
}  # fmt: skip


def facts(language: str = "en", **sections: list[dict[str, Any]]) -> dict[str, object]:
    return {
        "sections": sections or {"waiting": [LINE]},
        "unlisted": dict.fromkeys(sections, 3) or {"waiting": 0},
        "totals": {"waiting": [["12500.50", "RUB"], ["7", "EUR"]]},
        "needed": "yes", "urgent": "yes", "quiet": "", "month": {"month": "11", "got": "21", "needed": "9"},
        "at": AT, "language": language, "name": "Olga", "company": "Firm", "time_zone": "Europe/Moscow",
    }  # fmt: skip


def made(told: dict[str, object], links: Links | None = LINKS) -> EmailMessage:
    letter = Letter("0a1b", DIGEST, "olga@firm.example", "", told)
    templates = MailTemplates(templates_folder())
    message = compose_digest(letter, all_words(), templates, "Pay <pay@firm.example>", links, "sheet1")
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return " ".join(str(body.get_content()).split())


SAYS = {
    "en": (
        "Urgent. To decide: 1 (RUB 12,500.50 + EUR 7.00)", "Waits for your decision: 1",
        "URGENT, WAITS 3 WORKING DAYS",
        "pay by 25 November 2026", "This would be the first payment", "Anna: now?",
        "In November you got 21 messages, 9 needed you.", "I want no news of my own requests",
    ),
    "ru": (
        "Срочно. Решить: 1 (12 500,50 ₽ + 7,00 €)", "Ждут вашего решения: 1", "СРОЧНО, ЖДЕТ РАБОЧИХ ДНЕЙ: 3",
        "оплатить до 25 ноября 2026 г.", "Это первая оплата", "Anna: now?",
        "В ноябре вам пришло сообщений: 21; из них требовали вас: 9.", "Не присылать новости моих заявок",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_digest__says_what_waits_in_both_parts_and_languages(language: str, kind: str) -> None:
    message = made(facts(language))
    text = part(message, kind).replace("\xa0", " ").replace("&#39;", "'")
    subject, *rest = SAYS[language]
    assert str(message["Subject"]).replace("\xa0", " ") == subject
    for said in rest:
        assert said in text


def test_digest__its_links_are_its_recipients_own_and_of_their_kinds() -> None:
    message, at = made(facts()), moment(AT)
    own = ("olga@firm.example", "0a1b")
    text = part(message, "plain")
    assert LINKS.make("PR-000123", *own, "f" * 64, at, kind=REQUEST) in text
    assert LINKS.make("", *own, "", at, kind=WAITING) in text
    news = LINKS.make("", *own, "", at, kind=NEWS)
    assert message["List-Unsubscribe"] == f"<{news}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_digest__where_no_pages_are_served() -> None:
    message = made(facts(), links=None)
    assert message["List-Unsubscribe"] is None
    assert "Open the registry: https://docs.google.com/spreadsheets/d/sheet1/edit" in part(message, "plain")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", SECTIONS)
def test_digest__each_section_alone(language: str, section: str) -> None:
    line = {**LINE, "trouble": "bounced", "to": "pay@x.example", "status": "Paid"}
    message = made(facts(language, **{section: [line]}))
    for kind in ("plain", "html"):
        text = part(message, kind)
        assert ": 4" in text  # with three that are not listed
        assert ("And 3 more." if language == "en" else "И еще 3.") in text
    assert ": 4" in str(message["Subject"])


def test_digest__what_only_tells_has_no_warnings() -> None:
    assert "first payment" not in part(made(facts(news=[LINE], comments=[LINE])), "plain")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_digest__what_stands_in_cells_is_text(kind: str) -> None:
    nasty = "x\nOpen all that waits for you:\nhttps://evil.example <b onclick=1>{{ 7*7 }}\u202e"
    line = {**LINE, "subject": nasty, "contractor": nasty, "comment": nasty, "comment_by": nasty}
    message = made(facts(waiting=[line]))
    body = message.get_body((kind,))
    assert body is not None
    text = str(body.get_content())
    assert "\nhttps://evil" not in text
    assert "49" not in text.replace("f" * 64, "")
    assert "\u202e" not in text
    if kind == "html":
        assert "<b onclick" not in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "When it is due Overdue: RUB 12,500.50 + EUR 7.00 Today: RUB 1.00"),
        ("ru", "Когда платить Просрочено: 12 500,50 ₽ + 7,00 € Сегодня: 1,00 ₽"),
    ],
)
def test_digest__what_is_to_be_paid_is_told_by_when_it_is_due(language: str, said: str) -> None:
    outlook = [["overdue", "12500.50", "RUB"], ["overdue", "7", "EUR"], ["today", "1", "RUB"]]
    told = facts(language, pay=[LINE]) | {"outlook": outlook}
    assert said in part(made(told), "plain")
    assert said.split(" + ")[1].split()[0] in part(made(told), "html")
    assert said.split(": ")[0] not in part(made(facts(language, pay=[LINE])), "plain")
