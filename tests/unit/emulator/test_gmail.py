"""Gmail over HTTP, as a client sees it; every answer is held against the discovery document."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.server import Server
from tests.discovery import assert_fits

ANNA, BOB, EVE = "anna@example.com", "bob@example.com", "eve@contractor.example"


class Client:
    """A person's Gmail client: each answer is checked against its schema."""

    def __init__(self, url: str, email: str, session: requests.Session) -> None:
        self.root, self.session = f"{url}/gmail/v1/users/me", session
        self.upload = f"{url}/upload/gmail/v1/users/me"
        self.headers = {"Authorization": f"Bearer local:{email}"}

    def call(
        self, method: str, path: str, schema: str | None = None, status: int = 200, **kwargs: Any
    ) -> Any:
        answer = self.session.request(method, self.root + path, headers=self.headers, timeout=5, **kwargs)
        assert answer.status_code == status, answer.text
        value = answer.json() if answer.content else None
        if schema and status == 200:
            assert_fits(document="gmail.v1", schema=schema, value=value)
        return value

    def send(self, mail: EmailMessage | bytes, status: int = 200, **more: Any) -> Any:
        raw = base64.urlsafe_b64encode(bytes(mail)).decode()
        return self.call("POST", "/messages/send", "Message", status, json={"raw": raw, **more})

    def find(self, q: str = "", **params: Any) -> list[str]:
        answer = self.call("GET", "/messages", "ListMessagesResponse", params={"q": q, **params})
        return [item["id"] for item in answer.get("messages", [])]

    def get(self, mail_id: str, **params: Any) -> Any:
        return self.call("GET", f"/messages/{mail_id}", "Message", params=params)

    def subjects(self, q: str = "") -> list[str]:
        return [header(self.get(mail_id), "Subject") for mail_id in self.find(q)]


def header(message: Any, name: str) -> str:
    return next((h["value"] for h in message["payload"]["headers"] if h["name"].lower() == name.lower()), "")


def mail(to: str, subject: str = "Hello", text: str = "Some words\n", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["To"], message["Subject"] = to, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Emulator:
    return Emulator(tmp_path_factory.mktemp("gmail"))


@pytest.fixture(scope="module")
def server(emulator: Emulator) -> Iterator[Server]:
    server = serve(create_app(emulator), 0)
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture(autouse=True)
def empty_boxes(emulator: Emulator) -> None:
    with emulator.store.write() as connection:
        connection.execute("DELETE FROM mails")
        connection.execute("DELETE FROM drafts")
    emulator.switches.set({"gmail_search_lag_seconds": 0})


@pytest.fixture
def anna(server: Server, session: requests.Session) -> Client:
    return Client(server.url, ANNA, session)


@pytest.fixture
def bob(server: Server, session: requests.Session) -> Client:
    return Client(server.url, BOB, session)


@pytest.fixture
def eve(server: Server, session: requests.Session) -> Client:
    return Client(server.url, EVE, session)


def test_send__files_a_copy_in_every_box(anna: Client, bob: Client, eve: Client) -> None:
    sent = anna.send(mail(f"Bob <{BOB}>, {EVE}"))
    assert sent["labelIds"] == ["SENT"]
    assert anna.find() == [sent["id"]]
    for box in (bob, eve):
        (found,) = box.find()
        message = box.get(found)
        assert set(message["labelIds"]) == {"INBOX", "UNREAD"}
        assert header(message, "From") == ANNA
        assert header(message, "Subject") == "Hello"
        assert message["id"] != sent["id"]


def test_send__rewrites_the_message_id(anna: Client, bob: Client) -> None:
    anna.send(mail(BOB, Message_ID="<mine-1@example.com>"))
    message = bob.get(bob.find()[0])
    assert header(message, "Message-ID").endswith("@mail.gmail.com>")
    assert header(message, "X-Google-Original-Message-ID") == "<mine-1@example.com>"
    assert bob.find("rfc822msgid:<mine-1@example.com>") == []
    assert bob.find("rfc822msgid:" + header(message, "Message-ID").strip("<>")) == [message["id"]]


def test_send__from_is_the_callers_own(anna: Client, bob: Client) -> None:
    anna.send(mail(BOB, From="Boss <boss@example.com>"))
    anna.send(mail(BOB, From=f"Anna Smith <{ANNA}>"))
    second, first = (bob.get(mail_id) for mail_id in bob.find())
    assert (header(first, "From"), header(first, "X-Google-Original-From")) == (
        ANNA,
        "Boss <boss@example.com>",
    )
    assert (header(second, "From"), header(second, "X-Google-Original-From")) == (f"Anna Smith <{ANNA}>", "")


def test_send__an_alias_may_stand_in_from(anna: Client, bob: Client, emulator: Emulator) -> None:
    emulator.gmail.allow_alias(ANNA, "payments@example.com")
    anna.send(mail(BOB, From="Payments <payments@example.com>"))
    assert header(bob.get(bob.find()[0]), "From") == "Payments <payments@example.com>"


def test_send__bcc_reaches_its_box_and_nobody_sees_it(anna: Client, bob: Client, eve: Client) -> None:
    sent = anna.send(mail(BOB, Bcc=EVE))
    assert header(eve.get(eve.find()[0]), "Bcc") == ""
    assert header(bob.get(bob.find()[0]), "Bcc") == ""
    assert header(anna.get(sent["id"]), "Bcc") == EVE


def test_send__to_oneself_is_one_mail_in_both_places(anna: Client) -> None:
    sent = anna.send(mail(ANNA))
    assert set(sent["labelIds"]) == {"SENT", "INBOX", "UNREAD"}
    assert anna.find("in:sent") == anna.find("in:inbox") == [sent["id"]]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"Subject: x\r\n\r\nBody", "Recipient address required"),
        (b"To: \r\nSubject: x\r\n\r\nBody", "Recipient address required"),
        (b"To: not an address\r\n\r\nBody", "Invalid To header"),
        (b"To: bob@example.com\r\nCc: oops@\r\n\r\nBody", "Invalid Cc header"),
        (b"", "'raw' RFC822 payload message string or uploading message via /upload/* URL required"),
    ],
)
def test_send__refusals_in_googles_words(anna: Client, bob: Client, raw: bytes, words: str) -> None:
    error = anna.send(raw, status=400)["error"]
    assert (error["message"], error["status"]) == (words, "INVALID_ARGUMENT")
    assert error["errors"] == [{"message": words, "domain": "global", "reason": "invalidArgument"}]
    assert anna.find() == bob.find() == []


def test_send__raw_that_is_no_base64(anna: Client) -> None:
    error = anna.call("POST", "/messages/send", status=400, json={"raw": "***"})["error"]
    assert "Base64 decoding failed" in error["message"]


def test_send__unknown_fields_are_refused(anna: Client, bob: Client) -> None:
    error = anna.send(mail(BOB), status=400, colour="red")["error"]
    assert error["message"] == 'Invalid JSON payload received. Unknown name "colour": Cannot find field.'
    assert bob.find() == []


def test_send__a_header_cannot_be_injected_by_a_folded_value(anna: Client, bob: Client, eve: Client) -> None:
    raw = f"To: {BOB}\r\nSubject: Invoice\r\n Bcc: {EVE}\r\n\r\nBody".encode()
    anna.send(raw)
    assert eve.find() == []
    assert header(bob.get(bob.find()[0]), "Subject") == f"Invoice Bcc: {EVE}"


@pytest.mark.parametrize("kind", ["media", "multipart"])
def test_send__upload_keeps_the_body_byte_for_byte(
    anna: Client, bob: Client, server: Server, session: requests.Session, kind: str
) -> None:
    raw = f"To: {BOB}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nПривет\r\n--b--\r\n".encode()
    data, content_type = raw, "message/rfc822"
    if kind == "multipart":
        content_type = 'multipart/related; boundary="===b1==="'
        data = b"--===b1===\nContent-Type: application/json\nMIME-Version: 1.0\n\n{}\n"
        data += b"--===b1===\nContent-Type: message/rfc822\n\n" + raw + b"\n--===b1===--"
    headers = {**anna.headers, "Content-Type": content_type}
    url = f"{anna.upload}/messages/send?uploadType={kind}"
    answer = session.post(url, data=data, headers=headers, timeout=5)
    assert answer.status_code == 200, answer.text
    message = bob.get(bob.find()[0])
    assert base64.urlsafe_b64decode(message["payload"]["body"]["data"]).decode() == "Привет\r\n--b--\r\n"


def test_user__only_ones_own_box(anna: Client, server: Server, session: requests.Session) -> None:
    root = f"{server.url}/gmail/v1/users"
    own = session.get(f"{root}/{ANNA}/profile", headers=anna.headers, timeout=5)
    other = session.get(f"{root}/{BOB}/profile", headers=anna.headers, timeout=5)
    assert own.status_code == 200
    assert (other.status_code, other.json()["error"]["message"]) == (403, f"Delegation denied for {ANNA}")


def test_user__a_service_account_has_no_box(server: Server, session: requests.Session) -> None:
    robot = Client(server.url, "robot@local.iam.gserviceaccount.com", session)
    error = robot.call("GET", "/profile", status=400)["error"]
    assert (error["message"], error["status"]) == ("Precondition check failed.", "FAILED_PRECONDITION")


def test_get__full_shows_the_tree_of_parts(anna: Client, bob: Client) -> None:
    message = mail(BOB, "Счёт № 5", "Сумма 100 ₽\n")
    message.add_alternative("<p>Сумма <b>100 ₽</b></p>", subtype="html")
    message.add_attachment(b"\x00\xffPDF", maintype="application", subtype="pdf", filename="счёт.pdf")
    anna.send(message)
    shown = bob.get(bob.find()[0])
    payload = shown["payload"]
    assert header(shown, "Subject") == "Счёт № 5"
    assert (payload["partId"], payload["mimeType"], payload["body"]) == ("", "multipart/mixed", {"size": 0})
    alternative, file = payload["parts"]
    assert [part["partId"] for part in alternative["parts"]] == ["0.0", "0.1"]
    text = alternative["parts"][0]["body"]
    assert base64.urlsafe_b64decode(text["data"]).decode() == "Сумма 100 ₽\r\n"
    assert text["size"] == len("Сумма 100 ₽\r\n".encode())
    assert (file["filename"], file["mimeType"], file["body"]["size"]) == ("счёт.pdf", "application/pdf", 5)
    got = bob.call(
        "GET", f"/messages/{shown['id']}/attachments/{file['body']['attachmentId']}", "MessagePartBody"
    )
    assert base64.urlsafe_b64decode(got["data"]) == b"\x00\xffPDF"
    assert shown["snippet"] == "Сумма 100 ₽"


def test_get__formats(anna: Client, bob: Client) -> None:
    anna.send(mail(BOB, text="a < b & c\n"))
    (found,) = bob.find()
    assert "payload" not in bob.get(found, format="minimal")
    raw = bob.get(found, format="raw")
    assert base64.urlsafe_b64decode(raw["raw"]).endswith(b"a < b & c\r\n")
    assert "payload" not in raw
    metadata = bob.get(found, format="metadata", metadataHeaders=["subject", "To"])
    assert sorted(h["name"] for h in metadata["payload"]["headers"]) == ["Subject", "To"]
    assert "body" not in metadata["payload"]
    assert metadata["snippet"] == "a &lt; b &amp; c"
    bob.call("GET", f"/messages/{found}", status=400, params={"format": "huge"})


def test_get__unknown_ids_are_404(anna: Client, bob: Client) -> None:
    sent = anna.send(mail(BOB))
    for box, path in (
        (anna, "/messages/1"),
        (bob, f"/messages/{sent['id']}"),
        (bob, "/threads/abc123"),
        (bob, "/drafts/x"),
    ):
        error = box.call("GET", path, status=404)["error"]
        assert error["message"] == "Requested entity was not found."


@pytest.mark.parametrize("kind", ["messages", "threads"])
@pytest.mark.parametrize("name", ["nosuchid", "ffffffffffffffff", "18c9a1b2c3d4e5f6aa"])
def test_get__what_is_no_number_is_no_id(anna: Client, kind: str, name: str) -> None:
    error = anna.call("GET", f"/{kind}/{name}", status=400)["error"]
    assert (error["message"], error["status"]) == ("Invalid id value", "INVALID_ARGUMENT")


def test_list__newest_first_in_pages(anna: Client, bob: Client) -> None:
    sent = [anna.send(mail(BOB, f"No {n}"))["id"] for n in range(5)]
    first = anna.call("GET", "/messages", "ListMessagesResponse", params={"maxResults": 3})
    rest = anna.call(
        "GET",
        "/messages",
        "ListMessagesResponse",
        params={"maxResults": 3, "pageToken": first["nextPageToken"]},
    )
    assert [m["id"] for m in first["messages"] + rest["messages"]] == sent[::-1]
    assert (first["resultSizeEstimate"], "nextPageToken" in rest) == (5, False)
    assert bob.call("GET", "/messages", "ListMessagesResponse", params={"q": "nothing"}) == {
        "resultSizeEstimate": 0
    }


def test_list__fields_mask(anna: Client, bob: Client) -> None:
    sent = anna.send(mail(BOB))
    assert anna.call("GET", "/messages", params={"fields": "messages/id"}) == {
        "messages": [{"id": sent["id"]}]
    }


def test_list__search_lag_hides_from_q_only(anna: Client, bob: Client, emulator: Emulator) -> None:
    emulator.switches.set({"gmail_search_lag_seconds": 60})
    sent = anna.send(mail(BOB, text="reference SF12345\n"))
    assert anna.find('in:sent "SF12345"') == []
    assert anna.find() == [sent["id"]]
    emulator.clock.advance(timedelta(seconds=61))
    assert anna.find('in:sent "SF12345"') == [sent["id"]]


def test_modify__labels_by_search_and_filter(anna: Client, bob: Client) -> None:
    anna.send(mail(BOB))
    (found,) = bob.find("is:unread")
    changed = bob.call(
        "POST",
        f"/messages/{found}/modify",
        "Message",
        json={"removeLabelIds": ["UNREAD"], "addLabelIds": ["STARRED"]},
    )
    assert set(changed["labelIds"]) == {"INBOX", "STARRED"}
    assert bob.find("is:unread") == []
    assert bob.find("is:starred is:read") == [found]
    assert bob.find(labelIds=["STARRED", "INBOX"]) == [found]
    assert bob.find(labelIds=["STARRED", "SENT"]) == []
    bob.call("POST", f"/messages/{found}/modify", status=400, json={"addLabelIds": ["Nope"]})


def test_trash__hides_until_asked_for(anna: Client, bob: Client) -> None:
    anna.send(mail(BOB))
    (found,) = bob.find()
    assert "TRASH" in bob.call("POST", f"/messages/{found}/trash", "Message")["labelIds"]
    assert bob.find() == []
    assert (
        bob.find("in:trash") == bob.find(includeSpamTrash="true") == bob.find(labelIds=["TRASH"]) == [found]
    )


def test_thread__a_reply_joins_in_both_boxes(anna: Client, bob: Client) -> None:
    first = anna.send(mail(BOB, "Request PR-1"))
    (got,) = bob.find()
    message_id = header(bob.get(got), "Message-ID")
    reply = mail(ANNA, "Re: Request PR-1", In_Reply_To=message_id, References=message_id)
    answer = bob.send(reply, threadId=bob.get(got)["threadId"])
    assert answer["threadId"] == bob.get(got)["threadId"]
    thread = anna.call("GET", f"/threads/{first['threadId']}", "Thread")
    assert [header(m, "Subject") for m in thread["messages"]] == ["Request PR-1", "Re: Request PR-1"]
    listed = anna.call("GET", "/threads", "ListThreadsResponse")
    assert [t["id"] for t in listed["threads"]] == [first["threadId"]]


@pytest.mark.parametrize(
    ("subject", "reference"),
    [("Re: Something else", True), ("Re: Request PR-1", False)],
    ids=["subject", "no reference"],
)
def test_thread__a_stranger_to_it_starts_a_new_one(
    anna: Client, bob: Client, subject: str, reference: bool
) -> None:
    first = anna.send(mail(BOB, "Request PR-1"))
    message_id = header(bob.get(bob.find()[0]), "Message-ID") if reference else "<other@example.com>"
    bob.send(mail(ANNA, subject, References=message_id))
    (inbox,) = anna.find("in:inbox")
    assert anna.get(inbox)["threadId"] != first["threadId"]


def test_thread__unknown_thread_id_is_404(anna: Client) -> None:
    anna.send(mail(BOB), status=404, threadId="0123456789abcdef")


def test_drafts__sent_once_and_gone(anna: Client, bob: Client) -> None:
    raw = base64.urlsafe_b64encode(bytes(mail(BOB, "Draft"))).decode()
    draft = anna.call("POST", "/drafts", "Draft", json={"message": {"raw": raw}})
    assert draft["message"]["labelIds"] == ["DRAFT"]
    assert bob.find() == []
    listed = anna.call("GET", "/drafts", "ListDraftsResponse")
    assert [d["id"] for d in listed["drafts"]] == [draft["id"]]
    assert header(anna.call("GET", f"/drafts/{draft['id']}", "Draft")["message"], "Subject") == "Draft"
    sent = anna.call("POST", "/drafts/send", "Message", json={"id": draft["id"]})
    assert sent["labelIds"] == ["SENT"]
    assert sent["id"] != draft["message"]["id"]
    anna.call("POST", "/drafts/send", status=404, json={"id": draft["id"]})
    assert anna.find() == [sent["id"]]
    assert len(bob.find()) == 1


def test_drafts__without_recipient_is_kept_when_sending_fails(anna: Client) -> None:
    raw = base64.urlsafe_b64encode(b"Subject: later\r\n\r\n").decode()
    draft = anna.call("POST", "/drafts", "Draft", json={"message": {"raw": raw}})
    anna.call("POST", "/drafts/send", status=400, json={"id": draft["id"]})
    anna.call("GET", f"/drafts/{draft['id']}", "Draft")
    anna.call("DELETE", f"/drafts/{draft['id']}", status=204)
    assert anna.find() == []


def test_labels_and_profile__fit_their_schemas(anna: Client, bob: Client) -> None:
    before = anna.call("GET", "/profile", "Profile")
    anna.send(mail(BOB))
    after = anna.call("GET", "/profile", "Profile")
    assert (before["messagesTotal"], after["messagesTotal"], after["threadsTotal"]) == (0, 1, 1)
    assert int(after["historyId"]) > int(before["historyId"])
    labels = anna.call("GET", "/labels", "ListLabelsResponse")["labels"]
    assert {"INBOX", "SENT", "UNREAD", "DRAFT", "TRASH"} <= {label["id"] for label in labels}


def test_store__mail_survives_a_restart(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path)
    sent = emulator.gmail.send(ANNA, bytes(mail(BOB, "Kept")))
    again = Emulator(tmp_path)  # the first was never closed: as after a kill
    assert again.gmail.get(ANNA, sent.id).raw == sent.raw
    assert len(again.gmail.find(BOB, "subject:kept")) == 1
