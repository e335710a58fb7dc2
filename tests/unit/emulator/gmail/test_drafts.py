"""Drafts: a draft's id stays, its mail's does not."""

from __future__ import annotations

from tests.unit.emulator.gmail.person import Person, letter, raw, refused

GONE = "Requested entity was not found."


def test_update__gives_the_draft_another_mail(anna: Person) -> None:
    made = anna.drafts.create(userId="me", body={"message": raw(letter(subject="One"))}).execute()
    updated = anna.drafts.update(
        userId="me", id=made["id"], body={"message": raw(letter(subject="Two"))}
    ).execute()
    assert updated["id"] == made["id"]
    assert updated["message"]["id"] != made["message"]["id"]
    assert updated["message"]["threadId"] == made["message"]["threadId"], "it stays where it was"
    assert updated["message"]["labelIds"] == ["DRAFT"]
    refused(anna.messages.get(userId="me", id=made["message"]["id"]), 404, GONE)
    assert anna.header(updated["message"]["id"], "Subject") == "Two"
    refused(anna.drafts.update(userId="me", id="r1", body={"message": raw(letter())}), 404, GONE)


def test_send__the_mail_stays_in_the_thread_that_it_answers(anna: Person, bob: Person) -> None:
    anna.send(letter(bob.email, "Request"))
    (got,) = bob.find()
    thread, message_id = bob.get(got)["threadId"], bob.header(got, "Message-ID")
    answer = letter(anna.email, "Re: Request", In_Reply_To=message_id, References=message_id)
    body = {"message": {**raw(answer), "threadId": thread}}
    made = bob.drafts.create(userId="me", body=body).execute()
    assert made["message"]["threadId"] == thread
    sent = bob.drafts.send(userId="me", body={"id": made["id"]}).execute()
    assert (sent["threadId"], sent["labelIds"]) == (thread, ["SENT"])
    assert sent["id"] != made["message"]["id"]
    assert len(bob.threads.get(userId="me", id=thread).execute()["messages"]) == 2
    refused(bob.drafts.send(userId="me", body={"id": made["id"]}), 404, GONE)
    assert len(anna.threads.list(userId="me").execute()["threads"]) == 1


def test_send__another_mail_in_its_place(anna: Person, bob: Person) -> None:
    made = anna.drafts.create(userId="me", body={"message": raw(letter(subject="Old"))}).execute()
    body = {"id": made["id"], "message": raw(letter(bob.email, "New"))}
    sent = anna.drafts.send(userId="me", body=body).execute()
    assert anna.find() == [sent["id"]]
    assert bob.header(bob.find()[0], "Subject") == "New"


def test_list__by_query_in_pages(anna: Person) -> None:
    for n in range(3):
        anna.drafts.create(userId="me", body={"message": raw(letter(subject=f"Offer {n}"))}).execute()
    anna.put(letter(subject="Offer 9"), "INBOX")
    call = anna.drafts.list(userId="me", q="subject:offer", maxResults=2)
    first = call.execute()
    rest = anna.drafts.list_next(call, first).execute()
    assert (len(first["drafts"]), len(rest["drafts"]), first["resultSizeEstimate"]) == (2, 1, 3)
    assert "nextPageToken" not in rest
    ids = [draft["id"] for draft in first["drafts"] + rest["drafts"]]
    assert [
        anna.drafts.get(userId="me", id=name, format="metadata").execute()["message"]["payload"]["headers"][0]
        for name in ids
    ] == [{"name": "Subject", "value": f"Offer {n}"} for n in (2, 1, 0)]


def test_delete__and_its_mail_goes_with_it_either_way(anna: Person) -> None:
    one, two = (anna.drafts.create(userId="me", body={"message": raw(letter())}).execute() for _ in range(2))
    anna.drafts.delete(userId="me", id=one["id"]).execute()
    anna.messages.delete(userId="me", id=two["message"]["id"]).execute()
    assert anna.find() == []
    for draft in (one, two):
        refused(anna.drafts.get(userId="me", id=draft["id"]), 404, GONE)


def test_insert__with_the_label_is_a_draft(anna: Person) -> None:
    mail = anna.put(letter(), "DRAFT")["id"]
    (draft,) = anna.drafts.list(userId="me").execute()["drafts"]
    assert draft["message"]["id"] == mail
