"""The mailboxes: what is sent is filed in the sender's box and in each recipient's, at once.

Every address has a box, whether anybody ever opened it: a contractor's too. Each box has its own copy of a
mail, with its own id, labels and thread. What stands behind a `+` in an address makes no box of its own.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sheetflow.emulator.gmail import mime
from sheetflow.emulator.gmail.drafts import Drafts
from sheetflow.emulator.gmail.history import History
from sheetflow.emulator.gmail.labels import PLACES, Labels
from sheetflow.emulator.gmail.search import Condition, Searcher, condition
from sheetflow.emulator.gmail.settings import Settings, filter_query
from sheetflow.emulator.gmail.shelf import Mail, Shelf
from sheetflow.emulator.gmail.watches import Watches
from sheetflow.emulator.wire import GoogleError, Json, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.control import Clock, Events, Switches
    from sheetflow.emulator.store import Store
    from sheetflow.emulator.topics import Topics

RECIPIENTS_MAX = 500
BATCH_MAX = 1000
_ID = re.compile(r"[0-9a-f]{1,16}")
_ALL = Condition("1")


class Mailboxes:
    """All boxes. Owners are addresses in lower case; errors are Google's.

    Attributes:
        history: what happened in them.
        labels: their labels.
        settings: their settings.
        drafts: their drafts.
        watches: who is told of their changes.
    """

    def __init__(
        self, store: Store, clock: Clock, switches: Switches, events: Events, topics: Topics
    ) -> None:
        self._clock = clock
        self._events = events
        self.history = History(store, clock)
        self._shelf = Shelf(store, clock, switches, self.history)
        self.labels = Labels(store)
        self.settings = Settings(store)
        self.drafts = Drafts(store, self._shelf, self.history, self.send)
        self.watches = Watches(store, clock, self.history, topics)

    def allow_alias(self, owner: str, alias: str) -> None:
        """Let a box send as another address."""
        self.settings.allow_alias(owner, alias)

    def send(self, owner: str, raw: bytes, thread: str = "") -> Mail:
        """Send a mail and return the sender's copy.

        Args:
            owner: the sending box.
            raw: the mail's bytes, RFC 5322.
            thread: the sender's thread to continue, or "".

        Raises:
            GoogleError: 400 without valid recipients, 404 for an unknown thread.
        """
        given, body = mime.split(raw)
        addresses = mime.recipients(given)
        if len(addresses) > RECIPIENTS_MAX:
            raise invalid("Too many recipients")
        if thread:
            self.thread(owner, thread)
        message_id = f"<CA{secrets.token_urlsafe(36)}@mail.gmail.com>"
        headers = mime.rewrite(given, owner, self.settings.addresses(owner), message_id, self._clock.now())
        with self.history.changing():
            boxes = {box_of(address): address for address in reversed(addresses)}
            to_self = ["INBOX", "UNREAD"] if owner in boxes else []
            sent = self._shelf.add(owner, mime.join(headers, body), [*to_self, "SENT"], thread)
            for box, address in reversed(boxes.items()):
                if box != owner:
                    copy = mime.join(mime.delivered(headers, address, owner), body)
                    self._filtered(box, self._shelf.add(box, copy, ["UNREAD", "INBOX"]))
        subject = mime.first(headers, "Subject")
        self._events.publish("mail", **{"from": owner, "to": addresses, "id": sent.id, "subject": subject})
        return sent

    def insert(
        self, owner: str, raw: bytes, labels: Iterable[str] = (), thread: str = "", *, by_date: bool = False
    ) -> Mail:
        """Put a mail into one box, without sending it.

        Args:
            owner: the box.
            raw: the mail's bytes.
            labels: its labels; without any it is archived.
            thread: a thread of the box, or "".
            by_date: its internal date is that of its Date header.

        Raises:
            GoogleError: 400 for labels that the box does not have, 404 for an unknown thread.
        """
        labels = list(labels)
        self.labels.check(owner, labels, free=True)
        if thread:
            self.thread(owner, thread)
        headers, body = mime.split(raw)
        with self.history.changing():
            at_ms = mime.date_ms(headers) if by_date else None
            mail = self._shelf.add(owner, mime.join(headers, body), labels, thread, at_ms=at_ms)
            if "DRAFT" in labels:
                self.drafts.hold(owner, mail)
        return mail

    def get(self, owner: str, mail_id: str) -> Mail:
        """A mail of the box.

        Raises:
            GoogleError: 404 where the box has none of that id, 400 for what can be no id.
        """
        check_id(mail_id)
        return self._shelf.get(owner, mail_id)

    def find(
        self,
        owner: str,
        query: str = "",
        labels: Iterable[str] = (),
        *,
        trash: bool = False,
        raw: bool = True,
    ) -> list[Mail]:
        """The mails that fit, newest first.

        Args:
            owner: the box.
            query: as in the search box; "" for all.
            labels: labels that all must be there.
            trash: trash and spam too, though the query does not ask for them.
            raw: with their bytes, or without.
        """
        wanted = self._condition(owner, query) if query else _ALL
        return self._shelf.find(owner, wanted, labels, trash=trash, raw=raw)

    def thread(self, owner: str, thread: str) -> list[Mail]:
        """The mails of a thread, oldest first.

        Raises:
            GoogleError: 404 for an unknown thread, 400 for what can be no id.
        """
        check_id(thread)
        return self._shelf.thread(owner, thread)

    def relabel(
        self, owner: str, mails: Iterable[Mail], add: Iterable[str], remove: Iterable[str]
    ) -> list[Mail]:
        """Change mails' labels. A mail is in one place: who puts it into the inbox takes it from the trash.

        Raises:
            GoogleError: 400 for labels that the box does not have, or that nobody may touch.
        """
        add, remove = list(add), list(remove)
        self.labels.check(owner, [*add, *remove])
        if set(add) & set(remove):
            raise invalid("Cannot both add and remove the same label")
        out = set(remove) | (PLACES - set(add) if PLACES & set(add) else set())
        with self.history.changing():
            return [
                self._shelf.relabel(owner, mail, [*(one for one in mail.labels if one not in out), *add])
                for mail in mails
            ]

    def delete(self, owner: str, mails: Iterable[Mail]) -> None:
        """Delete mails for good."""
        with self.history.changing():
            for mail in mails:
                self._shelf.delete(owner, mail)

    def known(self, owner: str, ids: Iterable[str]) -> list[Mail]:
        """Those mails of a batch that there are.

        Raises:
            GoogleError: 400 for too many, none, or what can be no id.
        """
        ids = list(dict.fromkeys(ids))
        if len(ids) > BATCH_MAX:
            raise invalid(f"Number of ids cannot exceed {BATCH_MAX}")
        if not ids:
            raise invalid("No message ids specified")
        found = []
        for mail_id in ids:
            check_id(mail_id)
            try:
                found.append(self._shelf.get(owner, mail_id))
            except GoogleError:
                continue  # Google promises nothing of ids that are gone
        return found

    def label(self, owner: str, label: str) -> Json:
        """A label with its totals.

        Raises:
            GoogleError: 404.
        """
        return {**self.labels.get(owner, label), **self._shelf.totals(owner, label)}

    def delete_label(self, owner: str, label: str) -> None:
        """Delete a label, from the mails that have it too.

        Raises:
            GoogleError: 404; 400 for a system label.
        """
        with self.history.changing():
            self.labels.get(owner, label)
            tagged = self._shelf.find(owner, _ALL, [label], trash=True, raw=False)
            self.labels.delete(owner, label)
            for mail in tagged:
                self._shelf.relabel(owner, mail, [one for one in mail.labels if one != label])

    def ask_for_consent(self, owner: str, alias: str) -> None:
        """Write to an address whether the box may send as it.

        Raises:
            GoogleError: 404; 400 for one that consented already.
        """
        kept = self.settings.get(owner, "sendAs", alias)
        if kept.get("verificationStatus") != "pending":
            raise GoogleError(400, "FAILED_PRECONDITION", "Precondition check failed.")
        alias = str(kept["sendAsEmail"])
        head = {
            "From": "Gmail Team <send-as-noreply@google.com>",
            "To": alias,
            "Subject": "Gmail Confirmation",
        }
        text = f"{owner} asks to send mail as {alias}.\r\n"
        headers = [(name, value.encode()) for name, value in head.items()]
        self._shelf.add(box_of(alias), mime.join(headers, text.encode()), ["UNREAD", "INBOX"])

    def all(self) -> list[Json]:
        """The boxes that hold anything, those with the latest mail first: {"address", "total", "unread"}."""
        return self._shelf.boxes()

    def profile(self, owner: str) -> Json:
        """The box's address and its totals, in the API's shape."""
        totals = self._shelf.totals(owner)
        return {
            "emailAddress": owner,
            "messagesTotal": totals["messagesTotal"],
            "threadsTotal": totals["threadsTotal"],
            "historyId": str(self.history.latest(owner)),
        }

    def _condition(self, owner: str, query: str) -> Condition:
        return condition(query, Searcher(owner, self._clock.now(), self.labels.keys(owner)))

    def _filtered(self, owner: str, mail: Mail) -> Mail:
        """A mail that arrived, after the box's filters."""
        for rule in self.settings.all(owner, "filters"):
            if self._shelf.fits(owner, mail, self._condition(owner, filter_query(rule["criteria"]))):
                labels = [one for one in mail.labels if one not in rule["action"].get("removeLabelIds", ())]
                mail = self._shelf.relabel(owner, mail, [*labels, *rule["action"].get("addLabelIds", ())])
        return mail


def box_of(address: str) -> str:
    """The box that an address stands for.

    >>> box_of("anna+bills@example.com")
    'anna@example.com'
    """
    name, _, domain = address.partition("@")
    return f"{name.partition('+')[0] or name}@{domain}"


def check_id(text: str) -> None:
    """Refuse what can be no id of a mail or a thread: a number of 63 bits in hex.

    Raises:
        GoogleError: 400.
    """
    if not _ID.fullmatch(text) or int(text, 16) >= 2**63:
        raise invalid("Invalid id value")


def owner_of(user: str, caller: str) -> str:
    """The box that a `userId` of a path means.

    Raises:
        GoogleError: 403 for somebody else's box, 400 for a service account, which has none.
    """
    owner = caller if user == "me" else user.lower()
    if owner != caller:
        raise GoogleError(403, "PERMISSION_DENIED", f"Delegation denied for {caller}")
    if owner.endswith(".gserviceaccount.com"):
        raise GoogleError(400, "FAILED_PRECONDITION", "Precondition check failed.")
    return owner
