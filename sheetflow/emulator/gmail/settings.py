"""Settings of a box, by two tables: single ones with their defaults, and collections with their keys.

Google lets only a service account with domain-wide authority write aliases, forwarding addresses and
delegates; a local token does not tell how it was got, so here a box's owner may. An address of the owner's
domain is accepted at once; another stays `pending`, since nobody answers the mail that asks for consent.
Filters are applied to what arrives, but for `forward`; nothing is forwarded and no vacation reply is sent.
Source: Google's reference and guides of settings; the refusals' sentences from reports of users.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheetflow.emulator.wire import GoogleError, Json, invalid, not_found

if TYPE_CHECKING:
    from sheetflow.emulator.store import Store

_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_MARK = "settings"


@dataclass(frozen=True)
class Single:
    """A setting that a box has one of: the message's name, and what it is until somebody writes it."""

    message: str
    default: Json


@dataclass(frozen=True)
class Collection:
    """Settings that a box has several of.

    Attributes:
        message: name of the message type.
        key: the field that names one.
        field: the field of a list's answer.
    """

    message: str
    key: str
    field: str


SINGLES: Mapping[str, Single] = {
    "autoForwarding": Single("AutoForwarding", {"enabled": False}),
    "imap": Single(
        "ImapSettings",
        {"enabled": True, "autoExpunge": True, "expungeBehavior": "archive", "maxFolderSize": 0},
    ),
    "pop": Single("PopSettings", {"accessWindow": "disabled", "disposition": "leaveInInbox"}),
    "language": Single("LanguageSettings", {"displayLanguage": "en"}),
    "vacation": Single(
        "VacationSettings", {"enableAutoReply": False, "restrictToContacts": False, "restrictToDomain": False}
    ),
}
COLLECTIONS: Mapping[str, Collection] = {
    "sendAs": Collection("SendAs", "sendAsEmail", "sendAs"),
    "filters": Collection("Filter", "id", "filter"),
    "forwardingAddresses": Collection("ForwardingAddress", "forwardingEmail", "forwardingAddresses"),
    "delegates": Collection("Delegate", "delegateEmail", "delegates"),
}


class Settings:
    """The settings of all boxes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.ensure(
            "CREATE TABLE IF NOT EXISTS mail_settings (owner TEXT, kind TEXT, name TEXT, body TEXT,"
            " PRIMARY KEY (owner, kind, name))"
        )

    def single(self, owner: str, name: str) -> Json:
        """A setting of `SINGLES`."""
        return {**SINGLES[name].default, **(self._kept(owner, _MARK, name) or {})}

    def set_single(self, owner: str, name: str, body: Json) -> Json:
        """Write a setting of `SINGLES`, whole.

        Raises:
            GoogleError: 400 for mail forwarded to an address that did not accept it.
        """
        if name == "autoForwarding" and body.get("enabled"):
            self.check_forwarding(owner, str(body.get("emailAddress", "")))
        times: Json = {key: str(body[key]) for key in ("startTime", "endTime") if key in body}
        self._keep(owner, _MARK, name, {**body, **times})
        return self.single(owner, name)

    def all(self, owner: str, kind: str) -> list[Json]:
        """All of a collection, in the order in which they were made."""
        sql = "SELECT body FROM mail_settings WHERE owner = ? AND kind = ? ORDER BY rowid"
        found: list[Json] = [json.loads(row[0]) for row in self._store.read(sql, (owner, kind))]
        if kind == "sendAs":
            others = [one for one in found if not one.get("isPrimary")]
            found = [self.get(owner, kind, owner), *others]
        return found

    def get(self, owner: str, kind: str, name: str) -> Json:
        """One of a collection.

        Raises:
            GoogleError: 404.
        """
        name = name if kind == "filters" else name.lower()
        kept = self._kept(owner, kind, name)
        if kept is None and kind == "sendAs" and name == owner:
            kept = {
                "sendAsEmail": owner,
                "displayName": "",
                "replyToAddress": "",
                "signature": "",
                "isPrimary": True,
                "isDefault": True,
            }
        if kept is None:
            raise not_found()
        return kept

    def create(self, owner: str, kind: str, body: Json) -> Json:
        """A new one of a collection.

        Raises:
            GoogleError: 400 for what cannot be one, 409 for one that there is.
        """
        made = _new_filter(body) if kind == "filters" else self._new_address(owner, kind, body)
        if kind == "filters":
            bare = [{**one, "id": ""} for one in self.all(owner, kind)]
            if {**made, "id": ""} in bare:
                raise GoogleError(400, "FAILED_PRECONDITION", "Filter already exists")
            if made["action"].get("forward"):
                self.check_forwarding(owner, made["action"]["forward"])
        return self._keep(owner, kind, made[COLLECTIONS[kind].key], made)

    def update(self, owner: str, name: str, body: Json, *, whole: bool) -> Json:
        """Change an address to send as; what is not said is kept, or cleared when it is `whole`.

        Raises:
            GoogleError: 404.
        """
        before = self.get(owner, "sendAs", name)
        texts = {} if not whole else dict.fromkeys(("displayName", "replyToAddress", "signature"), "")
        fixed = ("sendAsEmail", "isPrimary", "verificationStatus")
        written = {key: value for key, value in body.items() if key not in fixed}
        if not written.get("isDefault"):
            written.pop("isDefault", None)
        changed = {**before, **texts, **_without_secrets(written)}
        with self._store.write():
            if written.get("isDefault"):
                for other in self.all(owner, "sendAs"):
                    if other.pop("isDefault", None):
                        self._keep(owner, "sendAs", other["sendAsEmail"], other)
                changed["isDefault"] = True
            return self._keep(owner, "sendAs", before["sendAsEmail"], changed)

    def delete(self, owner: str, kind: str, name: str) -> None:
        """Delete one of a collection.

        Raises:
            GoogleError: 404; 400 for the address that the box is named by.
        """
        found = self.get(owner, kind, name)
        if found.get("isPrimary"):
            raise invalid("Cannot delete primary send-as")
        with self._store.write() as connection:
            sql = "DELETE FROM mail_settings WHERE owner = ? AND kind = ? AND name = ?"
            connection.execute(sql, (owner, kind, found[COLLECTIONS[kind].key]))

    def addresses(self, owner: str) -> set[str]:
        """The further addresses that a box may send as."""
        accepted = [one for one in self.all(owner, "sendAs") if one.get("verificationStatus") == "accepted"]
        return {str(one["sendAsEmail"]) for one in accepted}

    def allow_alias(self, owner: str, alias: str) -> None:
        """Let a box send as another address, as if its owner had consented."""
        body = {"sendAsEmail": alias.lower(), "verificationStatus": "accepted", "treatAsAlias": True}
        self._keep(owner.lower(), "sendAs", alias.lower(), body)

    def check_forwarding(self, owner: str, address: str) -> None:
        """Refuse an address that did not agree to get what is forwarded.

        Raises:
            GoogleError: 400.
        """
        kept = self._kept(owner, "forwardingAddresses", address.lower())
        if kept is None or kept["verificationStatus"] != "accepted":
            raise invalid("Unrecognized forwarding address")

    def _new_address(self, owner: str, kind: str, body: Json) -> Json:
        key = COLLECTIONS[kind].key
        address = str(body.get(key, "")).lower()
        own = address.partition("@")[2] == owner.partition("@")[2]
        if not _ADDRESS.fullmatch(address) or (kind == "delegates" and not own):
            raise invalid(f"Invalid {key}")
        if address == owner or self._kept(owner, kind, address) is not None:
            raise GoogleError(409, "ALREADY_EXISTS", "Requested entity already exists")
        texts = dict.fromkeys(("displayName", "replyToAddress", "signature"), "") if kind == "sendAs" else {}
        body = {name: value for name, value in body.items() if name not in ("isPrimary", "isDefault")}
        status = "accepted" if own else "pending"
        return {**texts, **_without_secrets(body), key: address, "verificationStatus": status}

    def _kept(self, owner: str, kind: str, name: str) -> Json | None:
        sql = "SELECT body FROM mail_settings WHERE owner = ? AND kind = ? AND name = ?"
        rows = self._store.read(sql, (owner, kind, name))
        found: Json | None = json.loads(rows[0][0]) if rows else None
        return found

    def _keep(self, owner: str, kind: str, name: str, body: Json) -> Json:
        with self._store.write() as connection:
            connection.execute(
                "INSERT INTO mail_settings VALUES (?, ?, ?, ?)"
                " ON CONFLICT (owner, kind, name) DO UPDATE SET body = excluded.body",
                (owner, kind, name, json.dumps(body)),
            )
        return body


def filter_query(criteria: Json) -> str:
    """A filter's criteria as a query of the search box."""
    terms = [f"{name}:({criteria[name]})" for name in ("from", "to", "subject") if criteria.get(name)]
    if criteria.get("query"):
        terms.append(f"({criteria['query']})")
    if criteria.get("negatedQuery"):
        terms.append(f"-({criteria['negatedQuery']})")
    if criteria.get("hasAttachment"):
        terms.append("has:attachment")
    if criteria.get("sizeComparison") in ("larger", "smaller"):
        terms.append(f"{criteria['sizeComparison']}:{criteria.get('size', 0)}")
    return " ".join(terms)


def _new_filter(body: Json) -> Json:
    criteria, action = body.get("criteria") or {}, body.get("action") or {}
    if not criteria:
        raise invalid("Filter doesn't have any criteria")
    if not any(action.values()):
        raise invalid("Filter doesn't have any actions")
    return {"id": f"ANe1Bm{secrets.token_urlsafe(36)}", "criteria": criteria, "action": action}


def _without_secrets(body: Json) -> Json:
    """An address to send as without what is only written: the password of its outgoing server."""
    if "smtpMsa" not in body:
        return body
    shown = {key: value for key, value in body["smtpMsa"].items() if key not in ("username", "password")}
    return {**body, "smtpMsa": shown}
