"""Messages beyond sending: lists, imports, batches, deletion, and what arrives."""

from __future__ import annotations

from sheetflow.emulator.testing import LocalGoogle
from tests.unit.emulator.gmail.person import Person, letter, raw, refused

GONE = "Requested entity was not found."


def test_list__pages_stand_still_while_mail_arrives(anna: Person) -> None:
    mails = [anna.put(letter(), "INBOX")["id"] for _ in range(4)]
    call = anna.messages.list(userId="me", maxResults=2)
    first = call.execute()
    anna.put(letter(), "INBOX")
    anna.messages.delete(userId="me", id=mails[2]).execute()
    rest = anna.messages.list_next(call, first).execute()
    assert [mail["id"] for mail in first["messages"]] == mails[:1:-1]
    assert [mail["id"] for mail in rest["messages"]] == mails[1::-1]
    refused(anna.messages.list(userId="me", pageToken="x"), 400, "Invalid pageToken")


def test_list__of_nothing_is_an_estimate_alone(anna: Person) -> None:
    assert anna.messages.list(userId="me").execute() == {"resultSizeEstimate": 0}
    assert anna.threads.list(userId="me").execute() == {"resultSizeEstimate": 0}
    assert anna.drafts.list(userId="me").execute() == {"resultSizeEstimate": 0}


def test_insert__dates_by_arrival_and_import_by_the_header(anna: Person) -> None:
    old = letter(Date="Fri, 02 Jan 2015 10:00:00 +0000")
    inserted = anna.put(old, "INBOX")["id"]
    imported = anna.messages.import_(userId="me", body=raw(old)).execute()
    assert "labelIds" not in imported
    assert int(anna.get(imported["id"])["internalDate"]) == 1_420_192_800_000
    assert int(anna.get(inserted)["internalDate"]) > 1_700_000_000_000
    by_date = anna.put(old, "INBOX", internalDateSource="dateHeader")["id"]
    assert anna.get(by_date)["internalDate"] == "1420192800000"
    assert anna.find("before:2016/1/1") == [by_date, imported["id"]]


def test_insert__keeps_the_mail_as_it_is(anna: Person) -> None:
    mail = anna.put(letter("x@example.com", Message_ID="<mine@example.com>", From="y@example.com"), "INBOX")
    assert anna.header(mail["id"], "Message-ID") == "<mine@example.com>"
    assert anna.header(mail["id"], "From") == "y@example.com"
    assert anna.find("rfc822msgid:mine@example.com") == [mail["id"]]


def test_insert__into_a_thread_under_its_subject(anna: Person) -> None:
    first = anna.put(letter(subject="Case 1"), "INBOX")
    same = anna.messages.insert(
        userId="me", body={**raw(letter(subject="RE: case  1")), "threadId": first["threadId"]}
    ).execute()
    other = anna.messages.insert(
        userId="me", body={**raw(letter(subject="Case 2")), "threadId": first["threadId"]}
    ).execute()
    assert same["threadId"] == first["threadId"] != other["threadId"]


def test_batches__modify_and_delete_what_there_is(anna: Person) -> None:
    ids = [anna.put(letter(), "INBOX", "UNREAD")["id"] for _ in range(3)]
    body = {"ids": [*ids[:2], "abc123"], "addLabelIds": ["STARRED"], "removeLabelIds": ["UNREAD"]}
    assert anna.messages.batchModify(userId="me", body=body).execute() == ""
    assert sorted(anna.find("is:starred")) == sorted(ids[:2])
    assert anna.find("is:unread") == [ids[2]]
    assert anna.messages.batchDelete(userId="me", body={"ids": [ids[0], "abc123"]}).execute() == ""
    assert sorted(anna.find()) == sorted(ids[1:])


def test_batches__refusals(anna: Person) -> None:
    many = {"ids": [f"{n:x}" for n in range(1001)], "addLabelIds": ["STARRED"]}
    refused(anna.messages.batchModify(userId="me", body=many), 400, "Number of ids cannot exceed 1000")
    refused(anna.messages.batchDelete(userId="me", body={"ids": ["x"]}), 400, "Invalid id value")
    mail = anna.put(letter(), "INBOX")["id"]
    call = anna.messages.batchModify(userId="me", body={"ids": [mail], "addLabelIds": ["Label_1"]})
    refused(call, 400, "labelId not found")


def test_delete__is_for_good(anna: Person) -> None:
    mail = anna.put(letter(), "INBOX")["id"]
    anna.messages.delete(userId="me", id=mail).execute()
    refused(anna.messages.get(userId="me", id=mail), 404, GONE)
    refused(anna.messages.delete(userId="me", id=mail), 404, GONE)


def test_deliver__tells_where_it_went_and_plus_makes_no_box(anna: Person, bob: Person) -> None:
    tagged = bob.email.replace("@", "+bills@")
    anna.send(letter(f"{tagged}, {bob.email}"))
    (got,) = bob.find()
    assert bob.header(got, "Return-Path") == f"<{anna.email}>"
    assert bob.find(f"deliveredto:{bob.header(got, 'Delivered-To')}") == [got]
    (sent,) = anna.find()
    assert anna.header(sent, "Delivered-To") == ""


def test_get__a_part_without_a_name_that_is_no_text_is_an_attachment(anna: Person) -> None:
    message = letter()
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", cid="<logo>")
    mail = anna.put(message, "INBOX")["id"]
    part = anna.get(mail)["payload"]["parts"][1]
    assert (part["filename"], part["body"]["size"]) == ("", 4)
    got = anna.messages.attachments().get(userId="me", messageId=mail, id=part["body"]["attachmentId"])
    assert got.execute() == {"size": 4, "data": "iVBORw=="}
    bad = anna.messages.attachments().get(userId="me", messageId=mail, id="x")
    refused(bad, 400, "Invalid attachment token")


def test_get__a_snippet_is_escaped_as_gmail_does(anna: Person) -> None:
    mail = anna.put(letter(text='it\'s <b> "so" & so\n'), "INBOX")["id"]
    assert anna.get(mail, format="minimal")["snippet"] == "it&#39;s &lt;b&gt; &quot;so&quot; &amp; so"


def test_batch_http_request__of_gmail(google: LocalGoogle, anna: Person) -> None:
    ids = [anna.put(letter(subject=f"No {n}"), "INBOX")["id"] for n in range(3)]
    got: dict[str, str] = {}

    def keep(name: str, answer: dict[str, str], error: Exception | None) -> None:
        got[name] = answer["snippet"] if error is None else str(error)

    batch = anna.service.new_batch_http_request(callback=keep)
    batch._batch_uri = f"{google.url}/batch/gmail/v1"
    for name in [*ids, "abc123"]:
        batch.add(anna.messages.get(userId="me", id=name, format="minimal"), request_id=name)
    batch.execute()
    assert [got[name] for name in ids] == ["Some words"] * 3
    assert GONE in got["abc123"]
