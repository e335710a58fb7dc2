"""Settings: the single ones, and the collections."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.emulator.gmail.person import Person, letter, refused

GONE = "Requested entity was not found."
SINGLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Imap": ({"enabled": True, "maxFolderSize": 0}, {"enabled": False, "maxFolderSize": 1000}),
    "Pop": ({"accessWindow": "disabled"}, {"accessWindow": "allMail", "disposition": "archive"}),
    "Language": ({"displayLanguage": "en"}, {"displayLanguage": "ru"}),
    "AutoForwarding": ({"enabled": False}, {"enabled": False}),
    "Vacation": (
        {"enableAutoReply": False},
        {"enableAutoReply": True, "responseSubject": "Away", "startTime": "1700000000000"},
    ),
}


@pytest.mark.parametrize("name", SINGLES)
def test_single__has_a_default_and_is_kept(anna: Person, bob: Person, name: str) -> None:
    default, written = SINGLES[name]
    read, write = getattr(anna.settings, f"get{name}"), getattr(anna.settings, f"update{name}")
    assert default.items() <= read(userId="me").execute().items()
    assert written.items() <= write(userId="me", body=written).execute().items()
    assert written.items() <= read(userId="me").execute().items()
    others = getattr(bob.settings, f"get{name}")(userId="me").execute()
    assert default.items() <= others.items()


def test_vacation__times_are_text_however_they_come(anna: Person) -> None:
    body = {"enableAutoReply": True, "responseSubject": "Away", "startTime": 1_700_000_000_000}
    assert anna.settings.updateVacation(userId="me", body=body).execute()["startTime"] == "1700000000000"


def test_single__an_unknown_word(anna: Person) -> None:
    refused(
        anna.settings.updatePop(userId="me", body={"accessWindow": "never"}),
        400,
        "Invalid value at 'access_window' (type.googleapis.com/google.gmail.v1.AccessWindow), \"never\"",
    )


def test_send_as__the_own_address_is_always_there(anna: Person) -> None:
    send_as = anna.settings.sendAs()
    (own,) = send_as.list(userId="me").execute()["sendAs"]
    assert (own["sendAsEmail"], own["isPrimary"], own["isDefault"]) == (anna.email, True, True)
    patched = send_as.patch(userId="me", sendAsEmail=anna.email, body={"signature": "<b>A.</b>"}).execute()
    assert (patched["signature"], patched["isPrimary"]) == ("<b>A.</b>", True)
    refused(send_as.delete(userId="me", sendAsEmail=anna.email), 400, "Cannot delete primary send-as")
    refused(send_as.get(userId="me", sendAsEmail="x@example.com"), 404, GONE)


def test_send_as__an_accepted_address_may_stand_in_from(anna: Person, bob: Person) -> None:
    send_as, alias = anna.settings.sendAs(), anna.email.replace("anna", "pay")
    server = {"host": "smtp.example.com", "port": 25, "username": "u", "password": "p"}
    made = send_as.create(userId="me", body={"sendAsEmail": alias, "smtpMsa": server}).execute()
    assert made["verificationStatus"] == "accepted"
    assert made["smtpMsa"] == {"host": "smtp.example.com", "port": 25}
    anna.send(letter(bob.email, From=f"Payments <{alias}>"))
    assert bob.header(bob.find()[0], "From") == f"Payments <{alias}>"
    send_as.update(userId="me", sendAsEmail=alias, body={"isDefault": True}).execute()
    listed = send_as.list(userId="me").execute()["sendAs"]
    assert [one["sendAsEmail"] for one in listed if one.get("isDefault")] == [alias]
    refused(send_as.create(userId="me", body={"sendAsEmail": alias}), 409, "Requested entity already exists")
    send_as.delete(userId="me", sendAsEmail=alias).execute()
    anna.send(letter(bob.email, From=alias))
    assert bob.header(bob.find()[0], "From") == anna.email


def test_send_as__a_foreign_address_waits_for_consent(anna: Person, bob: Person) -> None:
    send_as, alias = anna.settings.sendAs(), f"{anna.email.partition('@')[0]}@elsewhere.example"
    made = send_as.create(userId="me", body={"sendAsEmail": alias}).execute()
    assert made["verificationStatus"] == "pending"
    anna.send(letter(bob.email, From=alias))
    assert bob.header(bob.find()[0], "From") == anna.email
    send_as.verify(userId="me", sendAsEmail=alias).execute()
    refused(send_as.verify(userId="me", sendAsEmail=anna.email), 400, "Precondition check failed.")


def test_filters__are_kept_and_applied_to_what_arrives(anna: Person, bob: Person) -> None:
    filters, label = bob.settings.filters(), bob.label("Bills")
    body = {
        "criteria": {"from": anna.email, "subject": "invoice", "negatedQuery": "reminder"},
        "action": {"addLabelIds": [label], "removeLabelIds": ["INBOX"]},
    }
    made = filters.create(userId="me", body=body).execute()
    assert filters.list(userId="me").execute() == {"filter": [made]}
    assert filters.get(userId="me", id=made["id"]).execute() == {**body, "id": made["id"]}
    refused(filters.create(userId="me", body=body), 400, "Filter already exists")
    for subject in ("Invoice 1", "Invoice 2, a reminder", "Lunch"):
        anna.send(letter(bob.email, subject))
    (tagged,) = bob.find("label:bills")
    assert bob.header(tagged, "Subject") == "Invoice 1"
    assert set(bob.get(tagged)["labelIds"]) == {"UNREAD", label}
    assert len(bob.find("in:inbox")) == 2
    filters.delete(userId="me", id=made["id"]).execute()
    assert filters.list(userId="me").execute() == {}
    refused(filters.get(userId="me", id=made["id"]), 404, GONE)


@pytest.mark.parametrize(
    ("criteria", "action", "words"),
    [
        ({}, {"addLabelIds": ["STARRED"]}, "Filter doesn't have any criteria"),
        ({"from": "x"}, {}, "Filter doesn't have any actions"),
        ({"from": "x"}, {"addLabelIds": ["Nope"]}, "Invalid label: Nope"),
        ({"from": "x"}, {"forward": "y@example.com"}, "Unrecognized forwarding address"),
    ],
)
def test_filters__refusals(anna: Person, criteria: Any, action: Any, words: str) -> None:
    body = {"criteria": criteria, "action": action}
    refused(anna.settings.filters().create(userId="me", body=body), 400, words)


def test_forwarding__to_who_agreed(anna: Person) -> None:
    addresses = anna.settings.forwardingAddresses()
    assert addresses.list(userId="me").execute() == {}
    near, far = "near@example.com", "far@elsewhere.example"
    for address, status in ((near, "accepted"), (far, "pending")):
        made = addresses.create(userId="me", body={"forwardingEmail": address}).execute()
        assert made == {"forwardingEmail": address, "verificationStatus": status}
    body = {"enabled": True, "emailAddress": far, "disposition": "archive"}
    refused(
        anna.settings.updateAutoForwarding(userId="me", body=body), 400, "Unrecognized forwarding address"
    )
    body["emailAddress"] = near
    assert anna.settings.updateAutoForwarding(userId="me", body=body).execute() == body
    addresses.delete(userId="me", forwardingEmail=far).execute()
    assert len(addresses.list(userId="me").execute()["forwardingAddresses"]) == 1


def test_delegates__of_the_own_domain(anna: Person, bob: Person) -> None:
    delegates = anna.settings.delegates()
    made = delegates.create(userId="me", body={"delegateEmail": bob.email}).execute()
    assert made == {"delegateEmail": bob.email, "verificationStatus": "accepted"}
    assert delegates.list(userId="me").execute() == {"delegates": [made]}
    refused(
        delegates.create(userId="me", body={"delegateEmail": "x@elsewhere.example"}),
        400,
        "Invalid delegateEmail",
    )
    delegates.delete(userId="me", delegateEmail=bob.email).execute()
    refused(delegates.get(userId="me", delegateEmail=bob.email), 404, GONE)


def test_user__anothers_box_is_denied_even_to_a_delegate(anna: Person, bob: Person) -> None:
    anna.settings.delegates().create(userId="me", body={"delegateEmail": bob.email}).execute()
    words = f"Delegation denied for {bob.email}"
    assert refused(bob.messages.list(userId=anna.email), 403, words) == "forbidden"
    assert refused(bob.settings.getImap(userId=anna.email), 403, words) == "forbidden"
