"""The digest from end to end: the passes, the spreadsheet, the mailbox, the page behind each of its links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import functions_framework
import pytest
from flask.testing import FlaskClient

from sheetflow.workspace import cast
from sheetflow.workspace.local import LocalWorkspace
from tests.firm import Firm, text_of

SOURCE = Path(__file__).parents[2] / "functions" / "main.py"
ALWAYS = {"working_days": "Mon-Sun", "digest_hour": "0:00", "reminder_days": "0", "holidays": ""}
"""A company that works whenever the tests run."""
MORNING, LATER = "2027-03-02T08:00:00+00:00", "2027-04-23"

Call = Callable[[str], dict[str, object]]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder: Path = tmp_path_factory.mktemp("workspace")
    with LocalWorkspace(folder, scheduled=False, functions=False, settings=ALWAYS) as place:
        found = Firm.at(place).shorten()
        found.post("/workspace/clock", {"set": MORNING})
        yield found
        found.close()


@pytest.fixture
def page(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    for name, value in firm.place.functions.environment.items():
        monkeypatch.setenv(name, value)
    app = functions_framework.create_app("request_page", str(SOURCE))  # type: ignore[no-untyped-call]
    return app.test_client()  # type: ignore[no-any-return]


def schedule(firm: Firm) -> list[str]:
    """The scheduled pass; gives the kinds of its calls of the Sheets API."""
    last = firm.last_call()
    firm.runtime.process().run(scheduled=True)
    return [kind for kind in firm.calls(last, cast.SERVICE_ACCOUNT) if kind.startswith("sheets.")]


def query(mail: EmailMessage, words: str) -> str:
    """The link that follows these words, from "?" on."""
    (found,) = re.findall(re.escape(words) + r":?\s+\S+?([?]t=\S+)", text_of(mail))
    return f"/{found}"


def token(page: str) -> str:
    (found,) = set(re.findall(r'name="token" value="([^"]+)"', page))
    return str(found)


def test_digest__one_mail_for_all_that_waits_and_its_page_is_live(firm: Firm, page: FlaskClient) -> None:
    one = firm.mia.submits(pay_by=LATER)
    firm.settle()
    assert firm.olga.mails() == []
    schedule(firm)
    (mail,) = firm.olga.mails()
    assert str(mail["Subject"]) == "To decide: 1 (RUB 12,500.00)"
    assert str(mail["References"]).startswith("<digest-")
    assert one in text_of(mail)
    two = firm.max.submits(pay_by=LATER)
    firm.settle()
    assert schedule(firm) == ["sheets.values.batchGet"]  # at most one a day; nothing is due: one read
    shown = page.get(query(mail, "Open all that waits for you"))
    assert shown.status_code == 200
    assert one in shown.text
    assert two in shown.text
    (link,) = [line.strip() for line in text_of(mail).split("\n") if line.startswith("  http")]
    assert one in page.get("/?" + link.partition("?")[2]).text

    firm.olga.picks("Approved", one)
    firm.settle()
    assert "sheets.batchUpdate" in schedule(firm)
    assert [str(mail["Subject"]) for mail in firm.anna.mails()] == ["To pay: 1 (RUB 12,500.00)"]
    assert len(firm.olga.mails()) == 1
    firm.anna.picks("Paid", one)
    firm.settle()
    schedule(firm)
    assert firm.mia.mails() == []  # the news is for the morning
    firm.post("/workspace/clock", {"advance": "PT24H"})
    schedule(firm)
    (news,) = firm.mia.mails()
    assert str(news["Subject"]) == "News of your requests: 1"
    assert "paid by Anna Counts" in text_of(news)
    assert str(firm.olga.mails()[-1]["Subject"]).startswith("To decide: 1")
    firm.verify()


def test_digest__is_unsubscribed_from_by_a_button_or_by_the_mail_client(
    firm: Firm, page: FlaskClient
) -> None:
    rid = firm.mia.submits(pay_by=LATER)
    firm.settle()
    firm.olga.picks("Approved", rid)
    firm.settle()
    firm.post("/workspace/clock", {"advance": "PT48H"})
    schedule(firm)
    news = firm.mia.mails()[-1]
    address = str(news["List-Unsubscribe"]).strip("<>")
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = "/?" + address.partition("?")[2]
    assert link == query(news, "I want no news of my own requests")

    before = firm.token()
    shown = page.get(link)
    assert "Stop the news" in shown.text
    assert firm.token() == before  # looking changes nothing
    done = page.post("/", data={"token": token(shown.text), "act": "news-off"})
    assert "You get no news" in done.text
    again = page.post("/", data={"token": token(done.text), "act": "news-on"})
    assert "Once a day you get" in again.text

    stranger = page.application.test_client()
    answer = stranger.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    told = [event.data["news"] for event in firm.history() if event.kind == "PreferenceChanged"]
    assert told == ["off", "on", "off"]
    assert "quiet" in firm.runtime.sheet().read().token.attention[firm.mia.address]


def test_digest__one_click_posts_to_nothing_else(firm: Firm, page: FlaskClient) -> None:
    mail = firm.olga.mails()[-1]
    link = query(mail, "Open all that waits for you")
    before = firm.token()
    refused = page.post(link, data={"List-Unsubscribe": "One-Click"})
    assert refused.status_code == 403
    assert "[link-is-valid]" in refused.text
    shown = page.get(query(mail, "I want no news of my own requests"))
    for form in ({"act": "news-off"}, {"token": token(shown.text), "act": "approve"}):
        assert page.post("/", data=form).status_code in (400, 403)
    assert (
        page.application.test_client()
        .post("/", data={"token": token(shown.text), "act": "news-off"})
        .status_code
        == 403
    )  # in another browser
    assert firm.token() == before
