"""The request page, opened and used: what it shows to whom, and that only a POST ever does anything."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sheetflow.app.links import Links
from sheetflow.core.folding import MOVES
from sheetflow.errors import ConcurrentEdit, ConfigError, Unavailable
from sheetflow.model.columns import REQUEST_FIELDS
from sheetflow.pages.door import Answer, Door
from sheetflow.pages.render import HEADERS, Pages
from sheetflow.pages.texts import load_texts
from tests import desk
from tests.archiving import archive
from tests.desk import ADA, ANNA, HEAD, MAX, MIA, STRANGER, Desk

LINKS = Links(b"k" * 32, "https://pages.example/request")
PAGES = Pages(Path(__file__).parents[3] / "sheet_templates")
RUSSIAN = desk.PEOPLE.replace("| en ", "| ru ")


class Reader(HTMLParser):
    """A browser's eye: tags, attributes, text and the forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] = {}
        self._style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.text += " "
        self.tags.append((tag, known))
        self._style = tag == "style"
        if tag == "form":
            self._form = {}
        if tag == "input" and known.get("type") == "hidden":
            self._form[str(known["name"])] = str(known["value"])
            if "act" in self._form:
                self.forms[self._form["act"]] = self._form

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text += data

    def words(self) -> str:
        return " ".join(self.text.split())


def door(office: Desk) -> Door:
    return Door(office.sheet, office.process(), office.book, LINKS, PAGES, office.nonces)


def link(office: Desk, rid: str, user: str, nonce: str = "letter1", fingerprint: str = "") -> str:
    return LINKS.make(rid, user, nonce, fingerprint, office.clock.at).partition("?t=")[2]


def opened(office: Desk, rid: str, user: str, nonce: str = "letter1", *, history: bool = False) -> Reader:
    answer = door(office).show(link(office, rid, user, nonce), history=history)
    assert answer.status == 200
    return Reader(answer.html)


def chosen(office: Desk, page: Reader, act: str, **more: str) -> Answer:
    return door(office).act({**page.forms[act], **more})


# --- looking


def test_show__what_decides_and_what_may_be_done() -> None:
    office = Desk()
    rid = office.submitted()
    page = opened(office, rid, HEAD)
    words = page.words()
    for shown in ("RUB 12,500.50", "ООО «Ромашка»", "7707083893", "40602810700000000025", "Submitted",
                  "23 April 2027", "Paper", "Payment for paper, invoice 17", "Mia"):  # fmt: skip
        assert shown in words
    assert list(page.forms) == ["approve", "reject", "return", "comment"]
    assert "No invoice is attached." in words  # a warning, for it can still be stopped


def test_show__in_russian() -> None:
    office = Desk(people=RUSSIAN)
    rid = office.submitted()
    page = opened(office, rid, HEAD)
    words = page.words()
    for shown in ("12 500,50 ₽", "На согласовании", "Согласовать", "Отказать", "23 апреля 2027 г."):
        assert shown in words.replace("\xa0", " ")
    assert page.tags[0] == ("html", {"lang": "ru"})


def test_show__decides_nothing_and_writes_nothing() -> None:
    office = Desk()
    rid = office.submitted()
    commits, reads, events = office.sheet.commits, office.sheet.reads, office.events()
    outbox = [list(row) for row in office.sheet.outbox]
    for _ in range(5):
        opened(office, rid, HEAD)
    assert (office.sheet.commits, office.events()) == (commits, events)
    assert office.sheet.reads == reads + 5
    assert office.sheet.outbox == outbox


def test_show__why_a_step_is_not_open() -> None:
    office = Desk()
    rid = office.submitted(amount=600_000.0)
    page = opened(office, rid, HEAD)
    assert "approve" not in page.forms
    assert "The amount is above the approver's limit." in page.words()
    assert "[limit-covers-amount]" in page.words()


def test_show__a_colleague_gets_no_step_and_no_lecture() -> None:
    office = Desk()
    rid = office.submitted()
    page = opened(office, rid, MAX)
    assert list(page.forms) == ["comment"]
    assert "[right-role]" not in page.words()


def test_show__history_of_a_long_registry_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheetflow.pages.entrance.RECENT", 1)
    office = Desk()
    rid = office.submitted()
    office.run(office.act(HEAD, rid, "return", comment="Which account is it?"))
    other = office.submitted(MAX)
    assert "returned it for rework" not in opened(office, rid, MIA).words()
    words = opened(office, rid, MIA, history=True).words()
    assert re.search(r"24 November 2026, 09:\d\d Mia: sent it for approval \(in the sheet\)", words)
    assert (
        "Olga: returned it for rework (by the link sent to olga@firm.example) Which account is it?" in words
    )
    assert other not in words


def test_show__what_was_put_back_stands_in_the_history() -> None:
    office = Desk()
    rid = office.submitted()
    office.status(MIA, rid, "Approved")
    office.run()
    assert "This step belongs to somebody else." in opened(office, rid, HEAD, history=True).words()


def test_show__paid_and_still_open() -> None:
    office = Desk()
    rid = office.approved()
    office.run(office.act(ANNA, rid, "pay-part", amount="1000.50"))
    words = opened(office, rid, ADA).words()
    assert "Paid RUB 1,000.50" in words
    assert "Still to pay RUB 11,500.00" in words


# --- refused links


def refusal(answer: Answer) -> str:
    found = re.search(r"\[([a-z-]+)\]", Reader(answer.html).words())
    return found[1] if found else ""


def test_link_is_valid__costs_no_read() -> None:
    office = Desk()
    rid = office.submitted()
    reads = office.sheet.reads
    for token in ("", "x", link(office, rid, HEAD)[:-5], "A" + link(office, rid, HEAD)):
        for answer in (door(office).show(token), door(office).act({"token": token, "act": "approve"})):
            assert (answer.status, refusal(answer)) == (403, "link-is-valid")
    assert office.sheet.reads == reads


def test_link_not_expired__by_the_service_s_clock() -> None:
    office = Desk()
    rid = office.submitted()
    token = link(office, rid, HEAD)
    office.clock.at += timedelta(days=15)
    answers = door(office).show(token), door(office).act({"token": token, "act": "approve"})
    assert [(answer.status, refusal(answer)) for answer in answers] == [(403, "link-not-expired")] * 2
    assert office.accepted(rid) == "Submitted"


def test_link__of_somebody_who_is_no_longer_there() -> None:
    office = Desk()
    rid = office.submitted()
    answer = door(office).show(link(office, rid, STRANGER))
    assert (answer.status, refusal(answer)) == (403, "known-person")


def test_link__of_a_request_that_is_no_more() -> None:
    office = Desk()
    office.submitted()
    answer = door(office).show(link(office, "PR-999998", MIA))
    assert answer.status == 404
    assert "PR-999998" in answer.html


def test_link__refused_in_the_language_of_its_person() -> None:
    office = Desk(people=RUSSIAN)
    rid = office.submitted()
    token = link(office, rid, HEAD)
    office.clock.at += timedelta(days=15)
    assert "Срок действия этой ссылки истек." in door(office).show(token).html


# --- acting


def test_act__approve() -> None:
    office = Desk()
    rid = office.submitted()
    answer = chosen(office, opened(office, rid, HEAD), "approve")
    assert answer.status == 200
    assert "Approve: request PR-000002." in Reader(answer.html).words()
    assert office.accepted(rid) == "Approved"
    assert office.events(rid)[-1] == ("RequestApproved", HEAD)
    assert office.cell(rid, "status") == "Approved"
    office.verify()


def test_act__reject_with_its_comment() -> None:
    office = Desk()
    rid = office.submitted()
    answer = chosen(office, opened(office, rid, HEAD), "reject", comment="too  dear\r\nreally\x00")
    assert answer.status == 200
    (event,) = [e for e in office.sheet.read_history()[1] if e.kind == "RequestRejected"]
    assert event.data["comment"] == "too  dear\nreally"
    assert (event.via, event.actor) == ("page", HEAD)


def test_comment__names_people_whom_the_page_offers_and_says_who_was_not_told() -> None:
    office = Desk()
    rid = office.submitted()
    page = opened(office, rid, HEAD)
    assert "@Anna Anna" in page.words()
    assert "@Olga" not in page.words()  # nobody names themself
    answer = chosen(office, page, "comment", comment="@Anna, @Nemo: which account?")
    words = Reader(answer.html).words()
    assert answer.status == 200
    assert "Nobody was told by @Nemo" in words
    assert "@Anna" not in words
    assert office.letters() == [(ANNA, "mentioned")]


def test_comment_required__on_the_page() -> None:
    office = Desk()
    rid = office.submitted()
    answer = chosen(office, opened(office, rid, HEAD), "reject", comment=" \n ")
    assert (answer.status, refusal(answer)) == (409, "comment-required")
    assert office.accepted(rid) == "Submitted"
    assert chosen(office, opened(office, rid, HEAD), "reject", comment="no").status == 200  # not used up


def test_link_is_used_once__replayed() -> None:
    office = Desk()
    rid = office.submitted()
    page = opened(office, rid, HEAD)
    assert chosen(office, page, "approve").status == 200
    for act in ("approve", "return"):
        answer = door(office).act({**page.forms["approve"], "act": act, "comment": "again"})
        assert (answer.status, refusal(answer)) == (409, "link-is-used-once")
    assert office.accepted(rid) == "Approved"
    assert [kind for kind, _ in office.events(rid)].count("RequestApproved") == 1
    again = opened(office, rid, HEAD)
    assert again.forms == {}
    assert "This link was used already" in again.words()
    assert "return" in opened(office, rid, HEAD, nonce="letter2").forms


def test_act__a_link_of_one_person_acts_for_nobody_else() -> None:
    office = Desk()
    rid = office.submitted()
    form = {**opened(office, rid, MIA).forms["withdraw"], "act": "approve", "user": HEAD, "person": HEAD}
    answer = door(office).act(form)
    assert (answer.status, refusal(answer)) == (409, "right-role")
    assert office.accepted(rid) == "Submitted"


def test_approved_as_seen__what_the_page_showed_is_what_counts() -> None:
    office = Desk()
    rid = office.submitted()
    page = opened(office, rid, HEAD)
    office.status(MIA, rid, "Draft")
    office.run()
    office.edit(MIA, rid, "amount", 400_000.0)
    office.status(MIA, rid, "Submitted")
    answer = chosen(office, page, "approve")
    assert (answer.status, refusal(answer)) == (409, "approved-as-seen")
    assert office.accepted(rid) == "Submitted"
    assert chosen(office, opened(office, rid, HEAD), "approve").status == 200


def test_approved_as_seen__a_mail_s_own_link_posted_without_the_page() -> None:
    office = Desk()
    rid = office.submitted()
    blank = door(office).act({"token": link(office, rid, HEAD), "act": "approve"})
    assert (blank.status, refusal(blank)) == (409, "approved-as-seen")


def test_act__a_row_swapped_in_the_sheet_is_not_what_is_approved() -> None:
    office = Desk()
    rid = office.submitted()
    office.edit(MIA, rid, "account", "40702810900000000001", seen=False)
    page = opened(office, rid, HEAD)
    assert "40702810900000000001" not in page.words()
    assert chosen(office, page, "approve").status == 200
    assert office.cell(rid, "account") == desk.GOOD["account"]


def test_act__pay_a_part() -> None:
    office = Desk()
    rid = office.approved()
    page = opened(office, rid, ANNA)
    assert chosen(office, page, "pay-part").status == 409
    assert chosen(office, page, "pay-part", amount="12500.50").status == 409
    assert chosen(office, page, "pay-part", amount="500,25").status == 200
    assert office.accepted(rid) == "Part-paid"


def test_act__reversal_waits_for_a_second_person() -> None:
    office = Desk()
    rid = office.approved()
    office.run(office.act(ANNA, rid, "pay"))
    asked = chosen(office, opened(office, rid, ANNA), "reverse", comment="bounced")
    assert "another accountant confirms" in Reader(asked.html).words()
    assert office.accepted(rid) == "Paid"
    done = chosen(office, opened(office, rid, ADA, nonce="letter2"), "reverse")
    assert "Take the payment back" in Reader(done.html).words()
    assert office.accepted(rid) == "Approved"


def test_act__submit_a_draft_whose_payee_nobody_typed() -> None:
    office = Desk()
    rid = office.type(MIA, **{key: cell for key, cell in desk.GOOD.items() if key != "account"})
    office.edit(MIA, rid, "account", desk.GOOD["account"], seen=False)
    office.run()
    office.run(later=timedelta(minutes=2))
    page = opened(office, rid, MIA)
    assert "By sending the request you confirm what is shown here." in page.words()
    assert chosen(office, page, "submit").status == 200
    assert office.accepted(rid) == "Submitted"


@pytest.mark.parametrize(
    "form",
    [{"act": ""}, {"act": "fly"}, {"act": "Approve"}, {"comment": "x" * 2_001}, {"amount": "1" * 41}],
)
def test_act__a_form_that_is_not_ours(form: dict[str, str]) -> None:
    office = Desk()
    rid = office.submitted()
    answer = door(office).act({**opened(office, rid, HEAD).forms["approve"], **form})
    assert answer.status == 400
    assert office.accepted(rid) == "Submitted"


def test_act__a_lost_race_is_tried_again_and_a_dead_spreadsheet_is_said() -> None:
    office = Desk()
    rid = office.submitted()
    page = opened(office, rid, HEAD)

    def race() -> None:
        raise ConcurrentEdit("Sheets", "somebody was first")

    office.sheet.before_commit = race
    assert chosen(office, page, "approve").status == 200

    def dead() -> None:
        raise Unavailable("Sheets", "no answer")

    office.sheet.read = dead  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable):
        door(office).show(link(office, rid, HEAD))


# --- what nobody may smuggle in

EVIL = (
    """"><script>alert(1)</script><img src=x onerror=alert(2)>' onfocus='x {{7*7}} {% raw %} </style> &lt;b"""
)


@pytest.mark.parametrize("people", [desk.PEOPLE, RUSSIAN], ids=["en", "ru"])
def test_show__every_field_is_text(people: str) -> None:
    office = Desk(people=people.replace("| Mia  ", "| <b>Mia</b> "), settings={"currencies": "RUB"})
    rid = office.type(MIA, **{**desk.GOOD, **dict.fromkeys(REQUEST_FIELDS, EVIL), "pay_by": EVIL})
    office.comment(MIA, rid, EVIL)
    office.run()
    submitted = office.submitted(subject=EVIL, contractor=EVIL, purpose=EVIL, details=EVIL, invoice_no=EVIL)
    office.run(office.act(HEAD, submitted, "return", comment=EVIL))
    for seen in (rid, submitted):
        page = opened(office, seen, MIA, history=True)
        names = {tag for tag, _ in page.tags}
        assert not names & {"script", "img", "iframe", "svg", "object", "b"}
        assert [a["rel"] for tag, a in page.tags if tag == "link"] == ["icon"]
        for _, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "{{7*7}}" in page.text
        assert "<script>alert(1)</script>" in page.text
        assert "<b>Mia</b>" in page.text
    answer = door(office).act({"token": link(office, rid, MIA), "act": EVIL})
    assert "<script" not in answer.html


@pytest.mark.parametrize(
    ("cell", "linked"),
    [
        ("https://drive.google.com/open?id=1&x=2", True),
        ("javascript:alert(1)", False),
        ("JavaScript://https://x", False),
        ("data:text/html,<script>", False),
        ("https://x\" onclick=\"alert(1)", False),
        ("/work", False),
    ],
)  # fmt: skip
def test_show__only_web_addresses_become_links(cell: str, linked: bool) -> None:
    office = Desk()
    rid = office.submitted(invoice=cell)
    page = opened(office, rid, HEAD)
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert (cell in links) is linked
    assert cell in page.text
    assert all(str(href).startswith(("?t=", "#")) for href in links if href != cell)


def test_headers__nothing_but_our_own_style_and_forms() -> None:
    office = Desk()
    rid = office.submitted()
    html = door(office).show(link(office, rid, HEAD)).html
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert html.count("<style") == 1
    for wanted in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert wanted in policy


def test_pages__each_field_of_a_form_has_its_label() -> None:
    office = Desk()
    rid = office.approved()
    page = opened(office, rid, ANNA)
    labelled = [attributes["for"] for tag, attributes in page.tags if tag == "label"]
    fields = [
        attributes["id"]
        for tag, attributes in page.tags
        if tag in ("textarea", "input") and attributes.get("type") != "hidden"
    ]
    assert fields
    assert sorted(labelled) == sorted(fields)  # type: ignore[type-var]
    assert len(set(fields)) == len(fields)


def test_texts__every_event_of_history_has_its_words() -> None:
    for texts in PAGES.texts.values():
        assert texts["events"].keys() >= MOVES | {
            "ReversalAsked",
            "FieldChanged",
            "CommentAdded",
            "EditRefused",
        }


def test_texts__what_one_language_lacks_is_said_with_its_place(tmp_path: Path) -> None:
    for language, words in (
        ("en", '[page]\ntitle = "Request {id}"\nyes = "yes"'),
        ("ru", '[page]\ntitle = "Заявка"'),
    ):
        (tmp_path / language).mkdir()
        (tmp_path / language / "page.toml").write_text(words, "utf-8")
    with pytest.raises(ConfigError) as refused:
        load_texts(tmp_path)
    assert refused.value.problems == (
        "ru/page.toml: page.title names other facts",
        "ru/page.toml: page.yes is missing",
    )


# --- archived


@pytest.mark.parametrize(
    ("people", "says"), [(desk.PEOPLE, "Closed and archived"), (RUSSIAN, "лежит в архиве")]
)
def test_show__an_archived_request_as_history_tells_it(people: str, says: str) -> None:
    office = Desk(people=people)
    rid = office.approved()
    office.status(ANNA, rid, "Paid")
    office.run()
    before = opened(office, rid, ANNA)
    archive(office, days=0)
    page = opened(office, rid, ANNA)
    words = page.words()
    assert says in words
    assert "https://docs.google.com/spreadsheets/d/archive-2026" in words
    for shown in ("Payment for paper, invoice 17", "40602810700000000025", "Paper"):
        assert shown in words  # the State has not all of it any more
    assert (page.forms, page.text.count("archive-2026")) == ({}, 1)
    answer = chosen(office, before, "comment", comment="one more word")
    assert rid in answer.html
    assert office.events(rid)[-1][0] == "RequestArchived"
