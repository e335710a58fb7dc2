"""Letters as mails: complete in both languages and parts, and nothing from a cell becomes more than text."""

from __future__ import annotations

import doctest
import email
import email.policy
import re
from datetime import UTC, date
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sheetflow.app import letters, mail_templates
from sheetflow.app.cautions import cautions
from sheetflow.app.letters import address_of, compose, reference_of
from sheetflow.app.mail_templates import MailTemplates
from sheetflow.core.attention.standing import DIGEST
from sheetflow.core.company import read_company
from sheetflow.core.consequences import MOST_ITEMS, facts_of
from sheetflow.core.contractors import BOOK_CAUTIONS
from sheetflow.core.filing import PROBLEMS
from sheetflow.core.rulebook import LANGUAGES, Rulebook
from sheetflow.core.safety.submitting import SAFETY
from sheetflow.errors import ConfigError
from sheetflow.model.invalid import Invalid
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Letter
from tests.words import TEMPLATES, all_words

REQUEST_FACTS: dict[str, object] = {
    "subject": "Аренда сервера",
    "contractor": "ООО «Ромашка»",
    "details": "Сбербанк, Москва",
    "inn": "7707083893",
    "kpp": "773601001",
    "bik": "044525225",
    "account": "40702810400000000001",
    "corr_account": "30101810400000000225",
    "purpose": "Оплата по счету 12",
    "invoice_no": "12",
    "vat": "20 %",
    "department": "IT",
    "category": "Hosting",
    "contractor_email": "pay@romashka.example",
    "invoice": "https://drive.example/12.pdf",
    "amount": "12500.5",
    "currency": "RUB",
    "pay_by": "2026-12-10",
    "invoice_date": "2026-11-01",
    "status": "Approved",
    "requester": "Ann Lee",
    "approver": "Bob Stone",
    "paid": "8000",
    "fingerprint": "0f" * 32,
    "company": "Firm & Co",
    "name": "Eve Hill",
}
EVENT_FACTS: dict[str, object] = {
    "by": "Bob Stone",
    "comment": "Please correct the account",
    "at": "2026-11-24T22:30:00.000Z",
    "just_paid": "5000",
    "open": "4500.50",
}
ITEM = {
    "request": "PR-000123",
    "subject": "Server rent",
    "column": "Status",
    "rule": "right-role",
    "says": "This step belongs to somebody else.",
    "todo": "Approved can be set only by: approver. Ask one of them.",
}
LETTERS = (
    "access-problem",
    "approve", "details-held", "approved", "to-pay", "rejected", "returned", "cancelled", "paid", "part-paid",
    "put-back",
    "contractor-paid", "contractor-part-paid", "contractor-payments",
    "reversal-asked", "reversed", "confirm-status",
    "mentioned", "answer-not-taken",
    "no-address", "stranger", "bounced", "payment-disputed", "unwell", "well-again", "self-test",
    "draft-ready",
    "statement-read", "statement-rejected", "statement-stranger", "bank-files",
)  # fmt: skip
LINK = "https://pay.firm.example/r/abc?t=1&u=2"
REFERENCE = reference_of("0a1b")
SHIPPED = MailTemplates(TEMPLATES)


def facts_for(template: str, language: str, **more: object) -> dict[str, object]:
    """The facts that `core.consequences` gives this letter, and no others."""
    if template in ("put-back", "access-problem"):
        return {"items": [ITEM], "language": language, **more}
    if template in ("unwell", "well-again"):
        words = all_words()[language]
        said = {part: words.ailment("nobody-pays", part, {}) for part in ("head", "says", "todo")}
        items: list[dict[str, str]] = [{"key": "nobody-pays", **said}]
        named = {"company": "Firm & Co", "name": "Eve Hill"}
        return {"items": items, **named, "at": "2026-11-24T09:30:00.000Z", "language": language, **more}
    if template == "contractor-payments":
        each: dict[str, object] = {
            "link": "", "request": "PR-000123", "invoice_no": "7", "just_paid": "5 ₽",
            "rows": [("Invoice", "7")],
        }  # fmt: skip
        shown = {"payments": [each, each], "totals": "10 ₽"}
        return {**EVENT_FACTS, **REQUEST_FACTS, "more": shown, "language": language, **more}
    if template.startswith("statement-"):
        items = [{key: str(text) for key, text in ITEM.items()}]
        told = {"file": "kl_to_1c.txt", "items": items, "counts": [["Paid in full", "3"]], "paid_count": "3"}
        more = {"to_decide": "1", "respondent": "eve@elsewhere.example", "company": "Firm & Co", **more}
        return {**told, "at": "2026-11-24T09:30:00.000Z", "language": language, **more}
    if template == "bank-files":
        listed = [{key: str(text) for key, text in ITEM.items()}]
        told = {"counts": [["2026-11-24_407.txt", "3: 10 ₽"]], "items": listed, "company": "Firm & Co"}
        more = {"order_count": "3", "held_count": "1", "at": "2026-11-24T09:30:00.000Z", **more}
        return {**told, "language": language, **more}
    asked: dict[str, dict[str, object]] = {
        "answer-not-taken": {"items": [{"says": "It decides nothing."}], "kept": "yes", **EVENT_FACTS},
        "confirm-status": {"target": "Approved"},
        "stranger": {"respondent": "eve@elsewhere.example"},
        "draft-ready": {**EVENT_FACTS, "recurring": "Office rent"},
        "payment-disputed": {**EVENT_FACTS, "respondent": "pay@romashka.example"},
        "bounced": {**EVENT_FACTS, "respondent": "pay@romashka.example"},
    }
    own = asked.get(template, EVENT_FACTS)
    return {**REQUEST_FACTS, **own, "language": language, **more}


def made(
    template: str, language: str = "en", *, to: str = "eve@firm.example", **more: object
) -> EmailMessage:
    """The mail as it is read on the other side: composed, put into bytes, parsed."""
    letter = Letter("0a1b", template, to, "PR-000123", facts_for(template, language, **more))
    known = letter.facts.get("more")
    ready = known if isinstance(known, dict) else {"payments": [], "totals": ""}
    sender = "Payments <pay@firm.example>"
    message = compose(letter, all_words(), SHIPPED, sender, LINK, REFERENCE, more=ready)
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class Page(HTMLParser):
    """The tags and the texts of an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self._skipping = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.words += " "
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        self._skipping = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._skipping = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._skipping else data


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


both = pytest.mark.parametrize("language", LANGUAGES)
each = pytest.mark.parametrize("template", LETTERS)


def test_letters__every_one_has_its_template_and_no_other_is_there() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (TEMPLATES / language / "mails").iterdir()} == {*LETTERS, DIGEST}


def test_letters__core_names_no_other() -> None:
    source = "".join(
        Path(f"sheetflow/core/{name}.py").read_text("utf-8")
        for name in ("consequences", "told", "correspondence", "health")
    )
    for name in ("access", "bank/daily", "bank/dropped", "recurring/drafting"):
        source += Path(f"sheetflow/core/{name}.py").read_text("utf-8")
    named = {text for text in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', source) if text in LETTERS}
    put_together = {one for one in LETTERS if one.startswith("contractor-")}
    assert named == set(LETTERS) - put_together - {"self-test"}


@pytest.mark.parametrize("day", range(9, 32))
def test_compose__a_subject_keeps_every_space(day: int) -> None:
    facts = {"contractor": "ОАО «РЖД» и партнёры", "pay_by": f"2026-12-{day:02d}", "amount": "412750"}
    for language in LANGUAGES:
        subject = str(made("to-pay", language, **facts)["Subject"])
        assert "ОАО «РЖД» и партнёры" in subject
        assert "  " not in subject


@both
@each
def test_compose__is_whole_in_both_parts(template: str, language: str) -> None:
    message = made(template, language)
    assert message["Subject"].startswith("[PR-000123] ")
    text, page = part(message, "plain"), Page(part(message, "html"))
    for told in (text, page.words):
        assert REFERENCE in told
        assert not re.search(r"\bNone\b|[Uu]ndefined|\{\{|\}\}|\{%|<built-in|<function", told)
    assert [kind.get_content_type() for kind in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["To"] == "eve@firm.example"
    assert message["From"] == "Payments <pay@firm.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Sheetflow-Reference"] == REFERENCE
    assert message["Message-ID"] is None


@both
@each
def test_compose__the_parts_tell_the_same(template: str, language: str) -> None:
    message = made(template, language)
    page = squeezed(Page(part(message, "html")).words)
    for line in part(message, "plain").splitlines():
        words = line.strip(" >*!-")
        if words == LINK:
            continue
        for piece in re.split(r": | {3}", words):  # what stands in cells of their own there
            told = squeezed(piece).strip(" :")
            assert told in page, f"{told!r} stands in the plain part only"


@both
@each
def test_compose__an_empty_request_still_makes_a_letter(template: str, language: str) -> None:
    blank: dict[str, Any] = dict.fromkeys(facts_for(template, language), "")
    del blank["language"]
    items = [dict.fromkeys({**ITEM, "head": "", "key": ""}, "")]
    message = made(template, language, **{**blank, "items": items})
    assert REFERENCE in part(message, "plain")
    assert message["From"] == "Payments <pay@firm.example>"


@each
def test_compose__contractors_never_get_the_link_or_what_is_inside(template: str) -> None:
    message = made(template)
    told = part(message, "plain") + part(message, "html")
    if template.startswith("contractor-"):
        for inside in ("pay.firm.example/r", "Ann Lee", "Bob Stone", "Please correct", "Hosting", "0f0f"):
            assert inside not in told
    else:
        assert LINK in part(message, "plain")
        assert Page(part(message, "html")).links == [LINK]


def test_compose__approver_reads_the_whole_matter() -> None:
    message = made("approve", "en", pay_by="2026-11-25", account="40702840400000000001")
    signature = "-- "  # a mail's signature begins so, with the blank
    assert (
        part(message, "plain")
        == f"""\
Ann Lee asks you to approve a payment
-------------------------------------

    RUB 12,500.50   to ООО «Ромашка», to be paid by 25 November 2026

! Please look twice
! It has to be paid very soon: by 25 November 2026.
! The account is kept in USD, the request is in RUB.

What for: Аренда сервера
Payment purpose: Оплата по счету 12
VAT: 20 %
Invoice No.: 12
Invoice date: 1 November 2026
Department: IT
Category: Hosting
Requester: Ann Lee

Where the money would go
Contractor: ООО «Ромашка»
INN: 7707083893
KPP: 773601001
Account: 40702840400000000001
BIK: 044525225
Corr. account: 30101810400000000225
Details: Сбербанк, Москва

Comment by Bob Stone:
> Please correct the account

Open the request and choose: Approve, Return for rework or Reject. The last two need a comment. \
Opening the request decides nothing yet.

Open the request and decide:
{LINK}

{signature}
You get this mail because you are on the People tab among those who may decide on this amount.
Firm & Co
Reference: {REFERENCE}
"""
    )


def test_compose__contractor_reads_what_was_paid_in_russian() -> None:
    message = made("contractor-part-paid", "ru")
    assert message["Subject"] == "[PR-000123] Частичная оплата 5\u00a0000,00\u00a0₽ от Firm & Co"
    assert part(message, "plain").startswith(
        "Вам отправлена часть оплаты от Firm & Co\n"
        "----------------------------------------\n\n"
        "    5\u00a0000,00\u00a0₽   получатель: ООО «Ромашка», 24 ноября 2026 г.\n\n"
        "№ счета: 12\nДата счета: 1 ноября 2026 г.\nНазначение платежа: Оплата по счету 12\n"
        "Р/С: 40702810400000000001\nСумма счета: 12\u00a0500,50\u00a0₽\n"
        "Осталось оплатить: 4\u00a0500,50\u00a0₽\nЗаявка: PR-000123\n"
    )


def test_compose__the_day_is_the_companys() -> None:
    letter = Letter("0a1b", "paid", "eve@firm.example", "PR-000123", facts_for("paid", "en"))
    for zone, day in ((UTC, "24 November 2026"), (ZoneInfo("Europe/Moscow"), "25 November 2026")):
        message = compose(letter, all_words(), SHIPPED, "pay@firm.example", LINK, REFERENCE, zone=zone)
        assert day in part(message, "plain")


def test_compose__offender_reads_each_different_edit_once() -> None:
    others = [{**ITEM, "request": f"PR-{n:06}"} for n in range(25)]
    message = made("put-back", items=[ITEM, ITEM, *others])
    text = part(message, "plain")
    assert message["Subject"] == "[PR-000123] Put back: 26 of your changes"
    assert text.count("* PR-000123, Server rent: Status\n") == 1
    assert text.count("[right-role]") == MOST_ITEMS
    assert "And 6 more." in text


def test_compose__bank_is_named_in_the_readers_language() -> None:
    assert "Оплату отметил: банк." in part(made("paid", "ru", by="bank"), "plain")


# --- what comes from cells stays text

NASTY = {
    "tag": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\"><a href='https://evil.example'>click</a>",
    "template": "{{7*7}} {% for x in y %} ${7*7} {fingerprint}",
    "header": "x\r\nBcc: victim@example.com\r\n\r\n<html>",
    "line": "x\n\n-- \nReference: SFAAAAAAAAAA\nApproved by the director",
    "separators": "x\u2028Bcc: a@b.example\u2029y\u0085z\x0b\x0c\x1c",
    "direction": "\u202etxt.exe\u202c \u2066x\u2069 \u200f",
    "arabic": "مرحبا بالعالم 123 שלום",
    "emoji": "Кофе ☕👩‍👩‍👧‍👦 🧾" * 5,
    "zeros": "\x00\x1b[31mred\ud800",
    "long": "слово " * 2_000,
}
nasty = pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)


@nasty
@each
def test_compose__nothing_from_a_cell_becomes_more_than_text(template: str, value: str) -> None:
    keys = (
        "subject",
        "contractor",
        "purpose",
        "comment",
        "by",
        "requester",
        "company",
        "details",
        "invoice_no",
    )
    more: dict[str, Any] = {"items": [dict.fromkeys(ITEM, value)]}
    if template != "put-back":
        more = dict.fromkeys(keys, value)
    harmless, message = made(template), made(template, **more)
    assert sorted(set(message.keys())) == sorted(set(harmless.keys()))
    assert message.get_all("To") == ["eve@firm.example"]
    assert "Bcc" not in message
    page = Page(part(message, "html"))
    assert set(page.tags) <= {*Page(part(harmless, "html")).tags, "blockquote", "br", "b"}
    assert set(page.links) <= {LINK}
    text = part(message, "plain")
    assert "49" not in text.replace(REFERENCE, "")
    assert len(re.findall(r"^Reference: ", text, re.MULTILINE)) == 1
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\u2028\u2029\ud800-\udfff]", text
    )
    assert "\n" not in message["Subject"]
    assert len(message["Subject"]) <= letters.LONGEST_SUBJECT
    assert len(part(message, "html").encode()) < 102_000, "Gmail cuts longer mails"


def test_compose__right_to_left_text_and_emoji_arrive_as_they_were() -> None:
    message = made("approve", contractor=NASTY["arabic"], subject="🧾 счёт")
    assert NASTY["arabic"] in message["Subject"]
    assert f"Contractor: {NASTY['arabic']}\n" in part(message, "plain")
    assert "What for: 🧾 счёт\n" in part(message, "plain")
    assert f'dir="auto">{NASTY["arabic"]}</td>' in part(message, "html")


def test_compose__a_comment_keeps_its_lines_but_each_is_quoted() -> None:
    text = part(made("rejected", comment="one\n\n-- \nReference: SFAAAAAAAAAA"), "plain")
    assert "Comment by Bob Stone:\n> one\n>\n> --\n> Reference: SFAAAAAAAAAA\n" in re.sub(r" +\n", "\n", text)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "eve",
        "eve@firm",
        "eve@firm.example, bob@firm.example",
        "eve@firm.example\r\nBcc: bob@firm.example",
        "eve@firm.example\n",
        "Eve <eve@firm.example>",
        "@firm.example",
        "eve@fi rm.example",
        "eve@@firm.example",
        '"a b"@firm.example',
        "ева@firm.example",
        "eve..hill@firm.example",
    ],
)
def test_compose__sends_to_exactly_one_plain_address(to: str) -> None:
    with pytest.raises(Invalid, match="email-malformed"):
        made("approve", to=to)


def test_address_of__a_domain_in_other_letters_is_written_in_ascii() -> None:
    assert address_of("ann@почта.рф") == "ann@xn--80a1acny.xn--p1ai"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://x.example/\"onclick='", "ftp://x", "/r/1", "https://x y"]
)
def test_compose__a_link_is_a_web_address(link: str) -> None:
    letter = Letter("0a1b", "approve", "eve@firm.example", "PR-000123", facts_for("approve", "en"))
    with pytest.raises(ValueError, match="not a web address"):
        compose(letter, all_words(), SHIPPED, "pay@firm.example", link, REFERENCE)


def test_compose__without_a_link_there_is_no_button() -> None:
    letter = Letter("0a1b", "approve", "eve@firm.example", "PR-000123", facts_for("approve", "en"))
    message = compose(letter, all_words(), SHIPPED, "pay@firm.example", "", REFERENCE)
    assert "Open the request and decide" not in part(message, "plain") + part(message, "html")


def test_compose__mails_about_one_request_share_an_ancestor() -> None:
    one, two = made("approve"), made("paid")
    assert one["References"] == two["References"]
    assert re.fullmatch(r"<request-[0-9a-f]{20}@firm\.example>", one["References"])


def test_compose__the_senders_name_is_the_company_where_none_is_given() -> None:
    letter = Letter(
        "0a1b", "paid", "eve@firm.example", "PR-000123", facts_for("paid", "en", company='ООО «А», "Б"')
    )
    message = compose(letter, all_words(), SHIPPED, "pay@firm.example", LINK, REFERENCE)
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    (address,) = parsed["From"].addresses
    assert (address.display_name, address.addr_spec) == ('ООО «А», "Б"', "pay@firm.example")


# --- the parts it is made of


def test_reference_of__is_short_speakable_and_its_own() -> None:
    found = {reference_of(str(number)) for number in range(2_000)}
    assert len(found) == 2_000
    assert all(re.fullmatch(r"SF[A-Z2-9]{10}", reference) for reference in found)
    assert reference_of("0a1b") == reference_of("0a1b")


def test_cautions__tell_what_is_unusual() -> None:
    day = date(2026, 11, 24)
    assert cautions(REQUEST_FACTS, day) == []
    odd = {**REQUEST_FACTS, "pay_by": "2026-11-23", "bik": "944525225", "invoice": ""}
    assert [key for key, _ in cautions(odd, day)] == ["due-past", "unusual-bik", "no-invoice"]
    abroad = {**REQUEST_FACTS, "account": "DE89370400440532013000", "bik": "", "currency": "EUR"}
    assert [key for key, _ in cautions(abroad, day)] == ["payee-abroad"]


@both
def test_cautions__each_has_its_words(language: str) -> None:
    told = all_words()[language].sentences["warnings"]
    source = Path("sheetflow/app/cautions.py").read_text("utf-8")
    named = set(re.findall(r'"([a-z]+-[a-z-]+)"', source))
    assert named | BOOK_CAUTIONS | PROBLEMS | SAFETY | {"qr-differs"} == set(told)


def templates(root: Path, text: str) -> MailTemplates:
    (root / "en" / "mails").mkdir(parents=True)
    (root / "en" / "mails" / "paid.j2").write_text(text, "utf-8")
    (root / "mails").mkdir()
    for name in ("html.j2", "html_parts.j2", "text.j2", "text_parts.j2"):
        (root / "mails" / name).write_text((TEMPLATES / "mails" / name).read_text("utf-8"), "utf-8")
    return MailTemplates(root)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{% extends base %}{% block subject %}{{ nobody }}{% endblock %}", "'nobody' is undefined"),
        ("{% extends base %}{% block subject %}", "TemplateSyntaxError"),
        ("{% extends base %}", "no block 'subject'"),
    ],
)
def test_render__a_broken_template_is_named(tmp_path: Path, text: str, problem: str) -> None:
    facts: dict[str, Any] = {"company": "", "reference": "", "language": "en", "label": lambda *_: ""}
    with pytest.raises(ConfigError, match=f"^en/mails/paid.j2: .*{problem}"):
        templates(tmp_path, text).render("en", "paid", facts)


@pytest.mark.parametrize("name", ["unheard-of", "../../en/mails/paid", "/etc/passwd"])
def test_render__there_are_no_templates_elsewhere(name: str) -> None:
    with pytest.raises(ConfigError, match="TemplateNotFound"):
        SHIPPED.render("en", name, {})


@pytest.mark.parametrize("module", [letters, mail_templates])
def test_doctests__hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


def test_facts__are_those_that_core_gives() -> None:
    book = Rulebook("en", all_words(), "sheet")
    given = facts_of(Request("PR-000123"), read_company([], [], book), book, "eve@firm.example")
    assert set(REQUEST_FACTS) <= set(given)
