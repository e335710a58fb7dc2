"""People's pages over HTTP alone, as functions-framework serves them: every act, and everybody who may not.

A `Browser` is one person's: it keeps cookies, reads a page's forms and sends what stands in them.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import functions_framework
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from sheetflow.adapters.uploads import DriveUploads
from sheetflow.app.links import CALENDAR, PAYMENT, WAITING
from sheetflow.emulator.control import Fault
from sheetflow.workspace.paper import invoice
from tests.conftest import Opener
from tests.firm import Firm, Hand, text_of

SOURCE = Path(__file__).parents[2] / "functions" / "main.py"
PDF = invoice("https://bank.example/order")
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
PAYEE = "pay@romashka.example"


class Page(HTMLParser):
    """A page's words, its links, and its forms: what a browser would send, field by field."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.images = "", [], []  # type: ignore[var-annotated]
        self.forms: list[dict[str, Any]] = []
        self.tags: list[str] = []
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.text += " "
        self.tags.append(tag)
        self._silent = tag in ("style", "script")
        if tag == "a":
            self.links.append(known.get("href", ""))
        if tag == "img":
            self.images.append(known["src"])
        if tag == "form":
            self.forms.append({"enctype": known.get("enctype", ""), "fields": {}, "boxes": [], "names": []})
        if tag in ("input", "textarea", "button") and self.forms and "name" in known:
            form = self.forms[-1]
            form["names"].append(known["name"])
            if known.get("type") == "hidden":
                form["fields"][known["name"]] = known["value"]
            elif known.get("type") == "checkbox":
                form["boxes"].append(known["value"])
            elif tag == "button":
                form["fields"].setdefault("acts", []).append(known["value"])

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._silent else data

    @property
    def words(self) -> str:
        """What is read, on one line."""
        return " ".join(self.text.split())

    def form(self, act: str) -> dict[str, Any]:
        """The form that does an act."""
        return next(
            form
            for form in self.forms
            if form["fields"].get("act") == act or act in form["fields"].get("acts", [])
        )

    @property
    def acts(self) -> list[str]:
        """What may be done here."""
        return [form["fields"]["act"] for form in self.forms if "act" in form["fields"]]


class Browser:
    """One person's browser at the functions of a firm."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        app = functions_framework.create_app("request_page", str(SOURCE))  # type: ignore[no-untyped-call]
        self.client: Any = app.test_client()

    def opens(self, link: str, status: int = 200, **more: Any) -> Page:
        """Follow a link."""
        answer: TestResponse = self.client.get("/?" + urlsplit(link).query, **more)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    def gets(self, link: str) -> TestResponse:
        """Follow a link to a file."""
        answer: TestResponse = self.client.get("/?" + urlsplit(link).query)
        return answer

    def sends(self, page: Page, act: str, status: int = 200, **fields: Any) -> Page:
        """Fill in the form of an act and send it."""
        answer = self.posts({**self.filled(page, act), **fields})
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    def filled(self, page: Page, act: str) -> dict[str, Any]:
        """What the form of an act sends by itself."""
        hidden = page.form(act)["fields"]
        return {"token": hidden["token"], "act": act}

    def posts(self, form: dict[str, Any], **headers: str) -> TestResponse:
        """Send a form; with a file in parts."""
        data: Any = form
        if "order" in form:  # by hand: werkzeug's own client leaves files behind
            content, name = form["order"]
            fields = {**form, "order": FileStorage(content, name)}
            mark, data = encode_multipart(fields)
            headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
        answer: TestResponse = self.client.post("/", data=data, headers=headers)
        return answer


@pytest.fixture(scope="module", autouse=True)
def deployed(firm: Firm) -> Iterator[None]:
    """The functions' environment."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in firm.environment.items():
            patched.setenv(name, value)
        yield


@pytest.fixture
def browser(firm: Firm) -> Browser:
    return Browser(firm)


def order(data: bytes = PDF, name: str = "order.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def submitted(firm: Firm, **changes: Any) -> str:
    rid = firm.mia.submits(**changes)
    firm.settle()
    return rid


def approved(firm: Firm, **changes: Any) -> str:
    rid = submitted(firm, **changes)
    firm.olga.picks("Approved", rid)
    firm.settle()
    return rid


def links_in(hand: Hand, rid: str, words: str = "") -> list[str]:
    """The pages' addresses in the newest mail about a request."""
    mail = next(m for m in reversed(hand.mails()) if rid in str(m["Subject"]) and words in str(m["Subject"]))
    return re.findall(r"http://127\S+[?]t=\S+", text_of(mail))


def link(hand: Hand, rid: str, words: str = "") -> str:
    return links_in(hand, rid, words)[0]


def kinds(firm: Firm, rid: str) -> list[str]:
    return [event.kind for event in firm.history() if event.request == rid]


# --- one request: every act


def test_request__approved_from_a_mail(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    page = browser.opens(link(firm.olga, rid))
    assert page.acts == ["approve", "reject", "return", "comment"]
    done = browser.sends(page, "approve")
    assert "Done" in done.words
    assert "The accountants have been told that it can be paid" in done.words
    assert firm.status(rid) == "Approved"
    (event,) = [event for event in firm.history() if event.request == rid and event.kind == "RequestApproved"]
    assert (event.actor, event.via) == (firm.olga.address, "page")
    seen = browser.opens(link(firm.mia, rid, "Approved"))
    assert f"Olga Hall: approved it (by the link sent to {firm.olga.address})" in seen.words


@pytest.mark.parametrize(("act", "ends"), [("reject", "Rejected"), ("return", "Returned")])
def test_request__a_comment_is_asked_for_where_it_is_needed(
    firm: Firm, browser: Browser, act: str, ends: str
) -> None:
    rid = submitted(firm)
    page = browser.opens(link(firm.olga, rid))
    again = browser.sends(page, act, 409, comment=" ")
    assert "Write the reason into the comment" in again.words
    assert "[comment-required]" in again.words
    assert f"#comment-{act}" in again.links
    assert firm.status(rid) == "Submitted"
    done = browser.sends(again, act, comment="Which account is it?")
    assert "The requester has been told" in done.words
    assert firm.status(rid) == ends
    assert "Which account is it?" in browser.opens(link(firm.mia, rid, rid)).words


def test_request__sent_by_its_requester_and_taken_back_at_once(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    browser.sends(browser.opens(link(firm.olga, rid)), "return", comment="Wrong sum")
    page = browser.opens(link(firm.mia, rid))
    assert page.acts == ["submit", "cancel", "comment"]
    done = browser.sends(page, "submit")
    assert firm.status(rid) == "Submitted"
    assert "Within 15 minutes" in done.words
    stranger = Browser(firm)
    refused = stranger.posts(stranger.filled(done, "withdraw"))
    assert "[link-opened-here]" in Page(refused.text).words
    back = browser.sends(done, "withdraw")
    assert "It is a draft again" in back.words
    assert firm.status(rid) == "Draft"
    assert browser.posts(browser.filled(done, "withdraw")).status_code == 409


def test_request__withdrawn_and_cancelled(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    fresh = made(firm, rid, firm.mia)
    browser.sends(browser.opens(fresh), "withdraw")
    assert firm.status(rid) == "Draft"
    browser.sends(browser.opens(made(firm, rid, firm.mia)), "cancel")
    assert firm.status(rid) == "Cancelled"
    given_up = approved(firm)
    browser.sends(browser.opens(made(firm, given_up, firm.olga)), "cancel-approved")
    assert firm.status(given_up) == "Cancelled"


def test_request__commented_by_everybody_as_often_as_they_like(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    page = browser.opens(link(firm.olga, rid))
    for text in ("Is it urgent?", "And which paper?"):
        assert "is kept" in browser.sends(page, "comment", comment=text).words
    seen = browser.opens(link(firm.olga, rid)).words
    assert "Is it urgent?" in seen
    assert "And which paper?" in seen
    assert firm.row(rid)["comment"] == "And which paper?"


def test_request__a_payment_taken_back_by_two(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    browser.sends(browser.opens(made(firm, rid, firm.anna)), "pay")
    asked = browser.sends(browser.opens(made(firm, rid, firm.anna)), "reverse", comment="bounced")
    assert "another accountant confirms" in asked.words
    browser.sends(browser.opens(link(firm.ada, rid, "")), "reverse")
    assert firm.status(rid) == "Approved"


def made(firm: Firm, rid: str, hand: Hand) -> str:
    """A fresh link, as a mail carries it."""
    runtime = firm.runtime
    nonce = runtime.nonces.nonce()
    return runtime.links.make(rid, hand.address, nonce, "", runtime.sheet().read().now)


# --- paid with its order


def test_pay__the_order_is_filed_told_and_shown(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    page = browser.opens(link(firm.anna, rid))
    assert page.form("pay")["enctype"] == "multipart/form-data"
    assert "order" in page.form("pay")["names"]
    done = browser.sends(page, "pay", order=order(PDF, "order 17.pdf"), comment="paid today")
    assert "The requester has been told" in done.words
    assert firm.status(rid) == "Paid"
    assert kinds(firm, rid)[-2:] == ["FilesFiled", "RequestPaid"]
    (path,) = [path for path in firm.papers() if f"/{rid} " in path]
    assert path.endswith(f"/{rid} order 17.pdf")
    (notice,) = firm.hand(PAYEE).mails(rid)
    assert [part.get_payload(decode=True) for part in notice.iter_attachments()] == [PDF]
    files = [one for one in browser.opens(made(firm, rid, firm.mia)).links if "file=" in one]
    assert browser.gets(files[0]).data == PDF


def test_pay__a_part_with_its_amount(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    page = browser.opens(link(firm.anna, rid))
    again = browser.sends(page, "pay-part", 409, order=order())
    assert "Write the amount that was paid" in again.words
    assert [path for path in firm.papers() if f"/{rid} " in path] == []
    browser.sends(again, "pay-part", order=order(PNG, "scan"), amount="500")
    assert firm.status(rid) == "Part-paid"
    (path,) = [path for path in firm.papers() if f"/{rid} " in path]
    assert path.endswith(" scan.png")


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"<html><script>alert(1)</script>", "order.pdf", "is no PDF, JPEG or PNG"),
        (b"PK\x03\x04 macro", "order.docm", "is no PDF, JPEG or PNG"),
        (b"MZ\x90\x00", "order.pdf.exe", "is no PDF, JPEG or PNG"),
        (b"", "order.pdf", "is empty"),
        (b"%PDF-" + b"0" * (10 * 1024 * 1024), "order.pdf", "larger than 10 MB"),
    ],
)
def test_pay__an_order_of_another_kind_is_not_taken(
    firm: Firm, browser: Browser, data: bytes, name: str, says: str
) -> None:
    rid = approved(firm)
    page = browser.opens(link(firm.anna, rid))
    again = browser.sends(page, "pay", 409, order=order(data, name), comment="with care")
    assert says in again.words
    assert "#order-pay" in again.links
    assert "with care" in again.text
    assert firm.status(rid) == "Approved"
    browser.sends(again, "pay")  # the link was not used up
    assert firm.status(rid) == "Paid"


def test_pay__larger_than_any_form_is_not_even_read(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    page = browser.opens(link(firm.anna, rid))
    answer = browser.sends(page, "pay", 413, order=order(b"%PDF-" + b"0" * (12 * 1024 * 1024)))
    assert "Nothing was done." in answer.words
    assert firm.status(rid) == "Approved"


def test_pay__sent_twice_is_paid_and_filed_once(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    form = browser.filled(browser.opens(link(firm.anna, rid)), "pay-part")
    answers = [browser.posts({**form, "amount": "100", "order": order()}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert "[link-is-used-once]" in Page(answers[1].text).words
    assert len([path for path in firm.papers() if f"/{rid} " in path]) == 1


def test_pay__an_upload_whose_answer_was_lost_is_found_again(
    firm: Firm, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    rid = approved(firm)
    form = browser.filled(browser.opens(link(firm.anna, rid)), "pay")
    kept = DriveUploads.keep

    def lost(uploads: DriveUploads, *given: Any) -> Any:
        kept(uploads, *given)
        raise RuntimeError("the function was killed")

    monkeypatch.setattr(DriveUploads, "keep", lost)
    assert browser.posts({**form, "order": order()}).status_code == 500
    monkeypatch.setattr(DriveUploads, "keep", kept)
    assert browser.posts({**form, "order": order()}).status_code == 200
    assert firm.status(rid) == "Paid"
    left = [path for path in firm.papers() if path.startswith("Bank/Incoming/")]
    assert left == []


def test_pay__without_anybody_who_has_storage_it_says_what_to_do(
    firm: Firm, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    rid = approved(firm)
    page = browser.opens(link(firm.anna, rid))
    monkeypatch.setenv("SHEETFLOW_MAIL_TOKEN", firm.environment["SHEETFLOW_ACCESS_TOKEN"])
    alone = Browser(firm)
    for cookie in browser.client._cookies.values():
        alone.client.set_cookie(cookie.key, cookie.value)
    again = alone.sends(page, "pay", 409, order=order())
    assert "may not put files into the company's folder" in again.words
    assert firm.status(rid) == "Approved"


def test_pay__the_qr_for_the_accountant_alone(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    shown = browser.opens(link(firm.anna, rid))
    assert [src for src in shown.images if src.startswith("data:image/svg+xml")]
    for hand in (firm.mia, firm.olga):
        assert browser.opens(made(firm, rid, hand)).images == []


# --- files


@pytest.fixture(scope="module")
def with_invoice(firm: Firm) -> str:
    rid = firm.mia.drafts()
    incoming = firm.place.settled.folders["incoming"]
    firm.mia.types("invoice", rid, firm.anna.uploads("Счет 17.pdf", PDF, incoming))
    firm.mia.picks("Submitted", rid)
    firm.settle()
    assert firm.status(rid) == "Submitted"
    return rid


def file_links(page: Page) -> list[str]:
    return [one for one in page.links if "file=" in one]


def test_file__is_shown_in_a_sandbox_and_small(firm: Firm, browser: Browser, with_invoice: str) -> None:
    page = browser.opens(link(firm.olga, with_invoice))
    (whole,), (small,) = file_links(page), page.images
    answer = browser.gets(whole)
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    picture = browser.gets(small)
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.data.startswith(b"\xff\xd8\xff")
    assert len(picture.data) < 200_000


def test_file__not_without_a_part_in_the_request_nor_of_another(
    firm: Firm, browser: Browser, with_invoice: str
) -> None:
    (whole,) = file_links(browser.opens(link(firm.olga, with_invoice)))
    file = parse_qs(urlsplit(whole).query)["file"][0]
    other = submitted(firm)
    for opener in (made(firm, with_invoice, firm.max), made(firm, other, firm.olga)):
        answer = browser.gets(f"{opener}&file={file}")
        assert answer.status_code == 404
        assert "cannot be shown" in Page(answer.text).words
    assert file_links(browser.opens(made(firm, with_invoice, firm.max))) == []
    waiting = links_in(firm.olga, with_invoice)[1]
    assert browser.gets(f"{waiting}&file={file}").status_code == 403


def test_file__changed_since_it_was_filed_is_not_shown_as_the_requests(firm: Firm, browser: Browser) -> None:
    rid = firm.mia.drafts()
    incoming = firm.place.settled.folders["incoming"]
    firm.mia.types("invoice", rid, firm.anna.uploads("bill.pdf", PDF, incoming))
    firm.mia.picks("Submitted", rid)
    firm.settle()
    (whole,) = file_links(browser.opens(link(firm.olga, rid)))
    file = parse_qs(urlsplit(whole).query)["file"][0]
    from googleapiclient.http import MediaInMemoryUpload

    other = MediaInMemoryUpload(PDF + b"%% other account", mimetype="application/pdf")
    firm.anna.drive.files().update(fileId=file, media_body=other).execute()
    answer = browser.gets(whole)
    assert answer.status_code == 409
    assert "was changed after it was put" in Page(answer.text).words


# --- all that waits


def waiting_link(firm: Firm, hand: Hand) -> str:
    runtime = firm.runtime
    now = runtime.sheet().read().now
    return runtime.links.make("", hand.address, runtime.nonces.nonce(), "", now, kind=WAITING)


def boxes(page: Page, act: str, *rids: str) -> list[str]:
    """The boxes of these requests, in the form of an act."""
    found = [box for box in page.form(act)["boxes"] if any(rid in named(box) for rid in rids)]
    assert len(found) == len(rids)
    return found


def named(token: str) -> str:
    """What a token says, read without its key."""
    packed = token.startswith(".")
    content = base64.urlsafe_b64decode(token.split(".")[1 if packed else 0] + "==")
    return (zlib.decompress(content) if packed else content).decode()


def test_waiting__the_mail_leads_to_it_and_the_chosen_are_approved_in_one_pass(
    firm: Firm, browser: Browser
) -> None:
    one, two, three = (submitted(firm, amount=amount) for amount in (1000, 2000, 4000))
    page = browser.opens(links_in(firm.olga, three)[1])
    assert "waiting for you" in page.words
    assert "RUB 2,000.00" in page.words
    chosen = boxes(page, "approve", one, two)
    summed = browser.sends(page, "sum", chosen=chosen)
    assert "Chosen: 2 · RUB 3,000.00" in summed.words
    assert firm.status(one) == "Submitted"
    commits = firm.token().revision
    done = browser.sends(page, "approve", chosen=chosen)
    assert "2 of 2 approved" in done.words
    assert "RUB 3,000.00" in done.words
    assert [firm.status(rid) for rid in (one, two, three)] == ["Approved", "Approved", "Submitted"]
    revisions = firm.token().revision - commits
    assert revisions <= 2, "the acts in one commit, the marks of what was sent in another"
    left = browser.opens(links_in(firm.olga, three)[1])
    assert one not in left.words
    assert three in left.words


def test_waiting__each_is_answered_by_itself(firm: Firm, browser: Browser) -> None:
    one, two = submitted(firm), submitted(firm)
    page = browser.opens(waiting_link(firm, firm.olga))
    firm.mia.picks("Draft", two)
    firm.settle()
    done = browser.sends(page, "approve", chosen=boxes(page, "approve", one, two))
    assert "1 of 2 approved" in done.words
    assert "[lawful-transition]" in done.words
    assert (firm.status(one), firm.status(two)) == ("Approved", "Draft")


def test_waiting__currencies_are_never_added_up(firm: Firm, browser: Browser) -> None:
    submitted(firm)
    submitted(
        firm, amount=300, currency="EUR", account="DE89370400440532013000", inn="", kpp="", bik="",
        contractor="Müller GmbH",
    )  # fmt: skip
    words = browser.opens(waiting_link(firm, firm.olga)).words
    assert re.search(r"In all: EUR 300\.00 · RUB [\d,]+\.\d\d", words)


def test_waiting__what_is_above_the_limit_is_not_on_the_list(firm: Firm, browser: Browser) -> None:
    large = submitted(firm, amount=700_000)
    assert large not in browser.opens(waiting_link(firm, firm.olga)).words
    assert large in browser.opens(waiting_link(firm, firm.dora)).words


def test_waiting__an_accountant_pays_the_chosen(firm: Firm, browser: Browser) -> None:
    one, two = approved(firm), approved(firm)
    page = browser.opens(waiting_link(firm, firm.anna))
    assert page.form("pay")["boxes"]
    assert "To approve" not in page.words
    done = browser.sends(page, "pay", chosen=boxes(page, "pay", one, two))
    assert "2 of 2 marked as paid" in done.words
    assert (firm.status(one), firm.status(two)) == ("Paid", "Paid")


def test_waiting__none_chosen_is_said(firm: Firm, browser: Browser) -> None:
    submitted(firm)
    page = browser.opens(waiting_link(firm, firm.olga))
    assert "Tick the requests first." in browser.sends(page, "approve", 409).words


def test_waiting__a_row_of_another_list_is_no_row_of_this(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    mine, hers = browser.opens(waiting_link(firm, firm.olga)), browser.opens(waiting_link(firm, firm.dora))
    for forged in (boxes(hers, "approve", rid), [*boxes(mine, "approve", rid), "x"], [link(firm.olga, rid)]):
        browser.sends(mine, "approve", 400, chosen=forged)
    assert firm.status(rid) == "Submitted"


def test_waiting__each_row_leads_to_its_page_and_the_link_decides_once(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    page = browser.opens(waiting_link(firm, firm.olga))
    rows = [one for one in page.links if rid in browser.opens(one).words]
    assert rows
    browser.sends(page, "approve", chosen=boxes(page, "approve", rid))
    assert "This link was used already" in browser.opens(rows[0]).words


# --- the contractor's page


@pytest.fixture
def paid(firm: Firm, browser: Browser) -> str:
    rid = approved(
        firm,
    )
    browser.sends(browser.opens(link(firm.anna, rid)), "pay", order=order())
    return rid


def test_payment__shows_what_was_paid_and_nothing_else(firm: Firm, browser: Browser, paid: str) -> None:
    page = browser.opens(link(firm.hand(PAYEE), paid))
    for shown in ("RUB 12,500.00", "ООО «Ромашка»", "Payment for paper, invoice 17", "Firm Ltd", paid):
        assert shown in page.words
    subject = firm.row(paid)["subject"]
    for kept in (subject, "Mia", "Olga", "Anna", "7707083893", "History"):
        assert kept not in page.words
    (whole,) = file_links(page)
    assert browser.gets(whole).data == PDF


def test_payment__something_is_wrong_is_told_to_who_paid_once(
    firm: Firm, browser: Browser, paid: str
) -> None:
    theirs = link(firm.hand(PAYEE), paid)
    page = browser.opens(theirs)
    assert "Write first" in browser.sends(page, "dispute", 409, comment=" ").words
    sent = browser.sends(page, "dispute", comment="The money <b>has not</b> come")
    assert "The accountants answer by mail" in sent.words
    (mail,) = [mail for mail in firm.anna.mails() if str(mail["Subject"]).startswith(f"[{paid}] Something")]
    assert mail["Reply-To"] == PAYEE
    assert "The money <b>has not</b> come" in text_of(mail)
    assert [m for m in firm.ada.mails() if str(m["Subject"]).startswith(f"[{paid}] Something")] == []
    again = browser.sends(page, "dispute", 409, comment="Hello?")
    assert "You have written about this payment" in again.words
    assert page.acts == ["dispute"]
    assert browser.opens(theirs).acts == []
    assert kinds(firm, paid).count("PaymentDisputed") == 1
    assert "The money <b>has not</b> come" in browser.opens(made(firm, paid, firm.anna)).words
    assert firm.status(paid) == "Paid"


def test_payment__one_that_was_taken_back_is_not_shown_as_made(
    firm: Firm, browser: Browser, paid: str
) -> None:
    browser.sends(browser.opens(made(firm, paid, firm.anna)), "reverse", comment="bounced")
    browser.sends(browser.opens(made(firm, paid, firm.ada)), "reverse")
    assert "has taken this payment back" in browser.opens(link(firm.hand(PAYEE), paid)).words


def test_payment__each_part_has_its_own_page_and_order(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    browser.sends(
        browser.opens(made(firm, rid, firm.anna)), "pay-part", amount="500", order=order(PDF, "1.pdf")
    )
    browser.sends(browser.opens(made(firm, rid, firm.anna)), "pay", order=order(PNG, "2.png"))
    first, second = (
        re.findall(r"http://127\S+[?]t=\S+", text_of(mail))[0] for mail in firm.hand(PAYEE).mails(rid)
    )
    one, two = browser.opens(first), browser.opens(second)
    assert "RUB 500.00" in one.words
    assert "RUB 12,000.00" in two.words
    assert [browser.gets(file_links(page)[0]).data for page in (one, two)] == [PDF, PNG]
    assert (len(file_links(one)), len(file_links(two))) == (1, 1)


def test_payment__a_link_of_our_making_to_no_payment_opens_none(firm: Firm, browser: Browser) -> None:
    rid = approved(firm)
    runtime = firm.runtime
    forged = runtime.links.make(rid, PAYEE, "letter", "", runtime.sheet().read().now, kind=PAYMENT)
    assert "cannot be found" in browser.opens(forged, 404).words


# --- whose browser, whose account


def test_link_opened_here__another_browser_another_site_and_no_cookie(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    form = browser.filled(browser.opens(link(firm.olga, rid)), "approve")
    other = Browser(firm)
    other.opens(link(firm.olga, rid))
    refused = [
        other.posts(form),
        Browser(firm).posts(form),
        browser.posts(form, Origin="https://evil.example"),
        browser.posts(form, Origin="null"),
        browser.posts(form, **{"Sec-Fetch-Site": "cross-site"}),
        browser.posts({**form, "token": parse_qs(urlsplit(link(firm.olga, rid)).query)["t"][0]}),
    ]
    for answer in refused:
        assert answer.status_code == 403
        assert "[link-opened-here]" in Page(answer.text).words
    assert firm.status(rid) == "Submitted"
    assert browser.posts(form, Origin="http://localhost").status_code == 200


def test_cookie__is_no_scripts_and_no_other_sites(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    query = "/?" + urlsplit(link(firm.olga, rid)).query
    near = browser.client.get(query).headers["Set-Cookie"]
    far = browser.client.get(query, base_url="https://pages.example").headers["Set-Cookie"]
    for cookie in (near, far):
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
    assert "Secure" not in near
    assert "Secure" in far


def test_cookie__many_links_can_be_open_at_once(firm: Firm, browser: Browser) -> None:
    one, two = submitted(firm), submitted(firm)
    first, second = browser.opens(link(firm.olga, one)), browser.opens(link(firm.olga, two))
    browser.sends(first, "approve")
    browser.sends(second, "approve")
    assert (firm.status(one), firm.status(two)) == ("Approved", "Approved")


def test_form__its_token_is_no_link(firm: Firm, browser: Browser) -> None:
    rid = submitted(firm)
    token = browser.filled(browser.opens(link(firm.olga, rid)), "approve")["token"]
    assert "[link-is-valid]" in browser.opens(f"?t={token}", 403).words


CLIENT = "1234-pages.apps.googleusercontent.com"


@pytest.fixture
def signing_in(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("SHEETFLOW_SIGN_IN_CLIENT", CLIENT)
    return Browser(firm)


def signed_in(
    browser: Browser, page: Page, link: str, address: str, status: int = 200, **claims: Any
) -> Page:
    """Press Google's button, as an account."""
    html = browser.client.get("/?" + urlsplit(link).query).text
    nonce = re.findall(r'data-nonce="([^"]+)"', html)
    identity = browser.firm.place.emulator.identity
    given = {"nonce": nonce[0] if nonce else "", **claims}
    audience = str(given.pop("aud", CLIENT))
    token = identity.id_token(address, audience, **given)
    return browser.sends(Page(html), "sign-in", status, credential=token)


def test_sign_in__nothing_is_done_before_google_vouches(firm: Firm, signing_in: Browser) -> None:
    rid = submitted(firm)
    mine = link(firm.olga, rid)
    page = signing_in.opens(mine)
    assert page.acts == ["sign-in"]
    forged = {**signing_in.filled(page, "sign-in"), "act": "approve"}
    assert signing_in.posts(forged).status_code == 403
    assert firm.status(rid) == "Submitted"
    inside = signed_in(signing_in, page, mine, firm.olga.address)
    assert "approve" in inside.acts
    signing_in.sends(inside, "approve")
    assert firm.status(rid) == "Approved"
    (event,) = [event for event in firm.history() if event.request == rid and event.kind == "RequestApproved"]
    assert event.data["signed_in"] == firm.olga.address
    assert "signed in as olga@firm.example" in signing_in.opens(made(firm, rid, firm.olga)).words


def test_sign_in__somebody_else_with_a_forwarded_link_is_noted(firm: Firm, signing_in: Browser) -> None:
    rid = submitted(firm)
    theirs = link(firm.olga, rid)
    refused = signed_in(signing_in, signing_in.opens(theirs), theirs, firm.max.address, 403)
    assert "[link-person-signed-in]" in refused.words
    assert "Olga Hall" in refused.words
    noted = [event for event in firm.history() if event.request == rid][-1]
    assert (noted.kind, noted.actor, noted.data["rule"]) == (
        "EditRefused", firm.max.address, "link-person-signed-in",
    )  # fmt: skip
    again = signing_in.opens(theirs)
    assert "You are signed in as max@firm.example" in again.words
    assert again.acts == ["sign-in"]
    assert signing_in.posts({**signing_in.filled(again, "sign-in"), "act": "approve"}).status_code == 403
    assert firm.status(rid) == "Submitted"


@pytest.mark.parametrize("wrong", [{"nonce": "another"}, {"nonce": ""}, {"aud": "another-client"}])
def test_sign_in__a_token_that_was_made_for_something_else(
    firm: Firm, signing_in: Browser, wrong: dict[str, str]
) -> None:
    rid = submitted(firm)
    mine = link(firm.olga, rid)
    refused = signed_in(signing_in, signing_in.opens(mine), mine, firm.olga.address, 403, **wrong)
    assert "approve" not in refused.acts
    assert signing_in.opens(mine).acts == ["sign-in"]


def test_sign_in__also_for_all_that_waits(firm: Firm, signing_in: Browser) -> None:
    rid = submitted(firm)
    mine = waiting_link(firm, firm.olga)
    page = signing_in.opens(mine)
    assert page.acts == ["sign-in"]
    assert page.form("sign-in")["boxes"] == []
    inside = signed_in(signing_in, page, mine, firm.olga.address)
    done = signing_in.sends(inside, "approve", chosen=boxes(inside, "approve", rid))
    assert "1 of 1 approved" in done.words


def test_sign_in__its_page_may_load_googles_button_and_nothing_else(firm: Firm, signing_in: Browser) -> None:
    rid = submitted(firm)
    answer = signing_in.client.get("/?" + urlsplit(link(firm.olga, rid)).query)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert "unsafe" not in str(policy)
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    wanted = [*(f"'sha256-{one}'" for one in digests), "https://accounts.google.com/gsi/client"]
    assert policy["script-src"].split() == wanted
    assert policy["frame-src"] == "https://accounts.google.com/gsi/"


# --- scanners, and what is refused in plain words


@pytest.fixture(scope="module")
def every_link(firm: Firm) -> list[str]:
    """The pages' links of every mail that a request's life makes."""
    rid = approved(firm)
    browser = Browser(firm)
    browser.sends(browser.opens(link(firm.anna, rid)), "pay-part", amount="10", order=order())
    browser.sends(browser.opens(link(firm.hand(PAYEE), rid)), "dispute", comment="Where is the rest?")
    browser.sends(browser.opens(made(firm, rid, firm.anna)), "reverse", comment="slip")
    back = submitted(firm)
    browser.sends(browser.opens(link(firm.olga, back)), "return", comment="why?")
    found: list[str] = []
    for hand in (firm.mia, firm.olga, firm.anna, firm.ada, firm.hand(PAYEE)):
        for mail in hand.mails():
            if rid in str(mail["Subject"]) or back in str(mail["Subject"]):
                found += re.findall(r"http://127\S+[?]t=\S+", text_of(mail))
    assert len(found) >= 10
    return found


def test_scanners__looking_at_any_link_of_any_mail_changes_nothing(
    firm: Firm, browser: Browser, every_link: list[str]
) -> None:
    firm.settle()
    before, mails = firm.token(), len(firm.olga.mails())
    for one in every_link:
        query = urlsplit(one).query
        for method in ("get", "head", "options"):
            for more in ("", "&history=1", "&act=approve", f"&act=approve&token={parse_qs(query)['t'][0]}"):
                answer = getattr(browser.client, method)(f"/?{query}{more}", headers={"Purpose": "prefetch"})
                assert answer.status_code == (405 if method == "options" else 200)
    assert firm.token() == before
    assert len(firm.olga.mails()) == mails


def test_logs__no_link_and_no_address_is_written_down(
    firm: Firm, browser: Browser, every_link: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for one in every_link:
        browser.opens(one)
        browser.gets(one + "x")
    out = capsys.readouterr().out
    assert "request_page: 200" in out
    assert "@" not in out
    assert not [one for one in every_link if parse_qs(urlsplit(one).query)["t"][0][:20] in out]


@pytest.mark.parametrize("kind", ["request", WAITING, PAYMENT, CALENDAR])
def test_links__expired_altered_or_of_another_kind_are_refused_in_plain_words(
    firm: Firm, browser: Browser, kind: str
) -> None:
    runtime = firm.runtime
    about = "" if kind in (WAITING, CALENDAR) else submitted(firm)
    now = runtime.sheet().read().now
    old = runtime.links.make(about, firm.olga.address, "n", "", now, days=-1, kind=kind)
    assert "[link-not-expired]" in browser.opens(old, 403).words
    assert "too old" in browser.opens(old, 403).words
    good = runtime.links.make(about, firm.olga.address, "n", "", now, kind=kind)
    assert "[link-is-valid]" in browser.opens(good[:-6], 403).words
    with pytest.raises(AssertionError):
        browser.opens(good[:-6] + "aaaaaa")


# --- what nobody may smuggle in

EVIL = """"><script>alert(1)</script><img src=x onerror=alert(2)>' onfocus='x {{7*7}}"""


def test_pages__every_field_is_text_on_every_page(firm: Firm, browser: Browser) -> None:
    more = {"subject": EVIL, "contractor": EVIL, "purpose": EVIL, "details": EVIL, "invoice_no": EVIL[:40]}
    rid = submitted(firm, **more)
    page = browser.opens(link(firm.olga, rid))
    again = browser.sends(page, "reject", 409, comment="")
    commented = browser.sends(again, "comment", comment=EVIL)
    waiting = browser.opens(waiting_link(firm, firm.olga))
    done = browser.sends(waiting, "approve", chosen=boxes(waiting, "approve", rid))
    pay = browser.opens(made(firm, rid, firm.anna))
    browser.sends(pay, "pay", order=order(PDF, EVIL + ".pdf"))
    paid = browser.opens(made(firm, rid, firm.mia))
    theirs = browser.opens(link(firm.hand(PAYEE), rid))
    sent = browser.sends(theirs, "dispute", comment=EVIL)
    again = browser.opens(made(firm, rid, firm.anna))
    for seen in (page, again, commented, waiting, done, pay, paid, theirs, sent, again):
        assert seen.tags.count("script") <= 1  # the one of the list
        assert not [src for src in seen.images if src == "x"]
    for seen in (page, waiting, done, pay, paid, theirs, again):
        assert "<script>alert(1)</script>" in seen.text
        assert "{{7*7}}" in seen.text


@pytest.fixture(scope="module")
def russian(opened: Opener) -> Firm:
    return opened("ru")


def test_pages__in_russian(russian: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in russian.environment.items():
        monkeypatch.setenv(name, value)
    browser = Browser(russian)
    rid = russian.mia.submits()
    russian.settle()
    mine, all_of_it = links_in(russian.olga, rid)
    assert "Согласовать" in browser.opens(mine).words
    waiting = browser.opens(all_of_it)
    assert "Ждет вас: 1" in waiting.words
    done = browser.sends(waiting, "approve", chosen=waiting.form("approve")["boxes"])
    assert "Согласовано 1 из 1" in done.words
    pay = browser.opens(links_in(russian.anna, rid)[0])
    wrong = browser.sends(pay, "pay", 409, order=order(b"MZ", "x.pdf"))
    assert "не в формате PDF, JPEG или PNG" in wrong.words
    browser.sends(wrong, "pay", order=order())
    theirs = browser.opens(links_in(russian.hand(PAYEE), rid)[0])
    assert "Платеж от ООО «Фирма»" in theirs.words
    assert "Бухгалтеры ответят письмом" in browser.sends(theirs, "dispute", comment="Где деньги?").words


def test_pages__while_the_drive_is_down_the_page_is_there_without_its_pictures(
    firm: Firm, browser: Browser, with_invoice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sheetflow.adapters.clock import SystemClock

    monkeypatch.setattr(SystemClock, "sleep", lambda _self, _seconds: None)
    page = browser.opens(made(firm, with_invoice, firm.olga))
    firm.place.emulator.faults.add(Fault("/drive/v3/", "GET", 503, times=8))
    assert browser.gets(page.images[0]).status_code == 503
    assert "approve" in browser.opens(made(firm, with_invoice, firm.olga)).acts
    firm.forget_faults()
