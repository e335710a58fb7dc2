"""Labels, on messages and on threads."""

from __future__ import annotations

import pytest

from tests.unit.emulator.gmail.person import Person, letter, refused


def test_create__a_label_is_listed_and_counted(anna: Person, bob: Person) -> None:
    colors = {"textColor": "#ffffff", "backgroundColor": "#16a766"}
    made = anna.labels.create(userId="me", body={"name": "Bills/2026", "color": colors}).execute()
    assert made["type"] == "user"
    assert (made["messageListVisibility"], made["labelListVisibility"]) == ("show", "labelShow")
    listed = anna.labels.list(userId="me").execute()["labels"]
    assert {"Bills/2026", "INBOX"} <= {label["name"] for label in listed}
    assert not any("messagesTotal" in label for label in listed), "a list has no totals"
    first = anna.put(letter(), made["id"], "UNREAD")
    anna.put(letter(), made["id"])
    anna.messages.trash(userId="me", id=first["id"]).execute()
    got = anna.labels.get(userId="me", id=made["id"]).execute()
    assert got["color"] == colors
    assert {name: got[name] for name in got if name.endswith(("Total", "Unread"))} == {
        "messagesTotal": 2,
        "messagesUnread": 1,
        "threadsTotal": 2,
        "threadsUnread": 1,
    }
    assert bob.labels.list(userId="me").execute()["labels"][-1]["type"] == "system", "boxes share none"


def test_create__a_name_that_is_taken(anna: Person) -> None:
    anna.label("Bills")
    call = anna.labels.create(userId="me", body={"name": "bills"})
    assert refused(call, 409, "Label name exists or conflicts") == "aborted"


@pytest.mark.parametrize("name", ["", "inbox", "Trash", "Muted", "a//b", "/a", "a/", " a", "a\r", "x" * 226])
def test_create__names_that_none_can_have(anna: Person, name: str) -> None:
    assert refused(anna.labels.create(userId="me", body={"name": name}), 400, "Invalid label name") == (
        "invalidArgument"
    )


def test_create__a_colour_of_the_palette_only(anna: Person) -> None:
    colors = {"textColor": "#ffffff", "backgroundColor": "#123456"}
    call = anna.labels.create(userId="me", body={"name": "Red", "color": colors})
    refused(call, 400, "Label color #123456 is not on the allowed color palette")


def test_update__renames_and_defaults_while_patch_keeps(anna: Person) -> None:
    colors = {"textColor": "#000000", "backgroundColor": "#ffffff"}
    label = anna.label("One", color=colors, messageListVisibility="hide")
    patched = anna.labels.patch(userId="me", id=label, body={"name": "Two"}).execute()
    assert (patched["name"], patched["color"], patched["messageListVisibility"]) == ("Two", colors, "hide")
    updated = anna.labels.update(userId="me", id=label, body={"id": label, "name": "Three"}).execute()
    assert (updated["name"], updated["messageListVisibility"]) == ("Three", "show")
    assert "color" not in updated
    anna.label("Two")
    refused(
        anna.labels.patch(userId="me", id=label, body={"name": "two"}), 409, "Label name exists or conflicts"
    )
    anna.labels.patch(userId="me", id=label, body={"name": "THREE"}).execute()


def test_delete__takes_it_from_every_mail(anna: Person) -> None:
    label, other = anna.label("Old"), anna.label("Older")
    mail = anna.put(letter(), label, other)["id"]
    anna.labels.delete(userId="me", id=label).execute()
    assert anna.get(mail)["labelIds"] == [other]
    refused(anna.labels.get(userId="me", id=label), 404, "Requested entity was not found.")
    refused(
        anna.messages.modify(userId="me", id=mail, body={"addLabelIds": [label]}), 400, "labelId not found"
    )


def test_system_labels__are_refused(anna: Person) -> None:
    refused(anna.labels.delete(userId="me", id="INBOX"), 400, "Invalid delete request")
    refused(anna.labels.patch(userId="me", id="SENT", body={"name": "x"}), 400, "Invalid update request")
    mail = anna.put(letter(), "INBOX")["id"]
    for label in ("SENT", "DRAFT", "CHAT", "Nope"):
        call = anna.messages.modify(userId="me", id=mail, body={"removeLabelIds": [label]})
        assert refused(call, 400, f"Invalid label: {label}") == "invalidArgument"


def test_modify__refuses_what_says_nothing_or_both(anna: Person) -> None:
    mail = anna.put(letter(), "INBOX")["id"]
    refused(anna.messages.modify(userId="me", id=mail, body={}), 400, "No label add or removes specified")
    both = {"addLabelIds": ["STARRED"], "removeLabelIds": ["STARRED"]}
    refused(
        anna.messages.modify(userId="me", id=mail, body=both),
        400,
        "Cannot both add and remove the same label",
    )


def test_modify__inbox_trash_and_spam_are_one_place(anna: Person) -> None:
    mail = anna.put(letter(), "INBOX", "STARRED")["id"]
    for place in ("SPAM", "TRASH", "INBOX"):
        changed = anna.messages.modify(userId="me", id=mail, body={"addLabelIds": [place]}).execute()
        assert set(changed["labelIds"]) == {"STARRED", place}


def test_modify__the_last_label_leaves_no_list(anna: Person) -> None:
    mail = anna.put(letter(), "INBOX")["id"]
    archived = anna.messages.modify(userId="me", id=mail, body={"removeLabelIds": ["INBOX"]}).execute()
    assert archived == {"id": mail, "threadId": mail}
    assert "labelIds" not in anna.get(mail)
    assert anna.find("in:archive") == [mail]


def test_threads__are_labelled_whole(anna: Person) -> None:
    label = anna.label("Case")
    first = anna.put(letter(subject="Case 1", Message_ID="<1@example.com>"), "INBOX")
    second = anna.put(letter(subject="Re: Case 1", In_Reply_To="<1@example.com>"), "INBOX", "UNREAD")
    assert second["threadId"] == first["threadId"]
    body = {"addLabelIds": [label], "removeLabelIds": ["INBOX"]}
    changed = anna.threads.modify(userId="me", id=first["threadId"], body=body).execute()
    assert [set(mail["labelIds"]) for mail in changed["messages"]] == [{label}, {label, "UNREAD"}]
    listed = anna.threads.list(userId="me", labelIds=[label]).execute()
    assert [thread["id"] for thread in listed["threads"]] == [first["threadId"]]
    anna.threads.trash(userId="me", id=first["threadId"]).execute()
    assert anna.find() == []
    assert len(anna.find("in:trash label:case")) == 2
    anna.threads.untrash(userId="me", id=first["threadId"]).execute()
    assert len(anna.find()) == 2
    anna.threads.delete(userId="me", id=first["threadId"]).execute()
    assert anna.find(includeSpamTrash=True) == []
    refused(anna.threads.get(userId="me", id=first["threadId"]), 404, "Requested entity was not found.")


def test_list__an_unknown_label_is_refused(anna: Person) -> None:
    refused(anna.messages.list(userId="me", labelIds=["Nope"]), 400, "Invalid label: Nope")
