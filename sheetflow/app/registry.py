"""The spreadsheet as a place of plan and apply: read, compared with the template, and put right in one batch.

Every batch that changes the layout is guarded by the token, as a pass's commit is: where a pass committed
since it was read, Google refuses the whole of it; and a pass that read the old layout loses its own race.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sheetflow.app import restoration
from sheetflow.app.reading import First, Seen, headed, named_range, quoted, ranges, values_of, with_ids
from sheetflow.app.upkeep import Done, Known
from sheetflow.core import access, history, tabs
from sheetflow.core.attention.standing import standings_of
from sheetflow.core.bank.lines import LINE_HEADERS
from sheetflow.core.company import Company, read_company
from sheetflow.core.policy import table
from sheetflow.core.recurring import table as recurring
from sheetflow.core.rulebook import Rulebook
from sheetflow.errors import ConfigError, Unavailable
from sheetflow.model.people import People, Role
from sheetflow.model.snapshot import Token
from sheetflow.ports import LayoutPort, NoncesPort
from sheetflow.templates.actual import read_actual, value_of
from sheetflow.templates.cells import entered, written
from sheetflow.templates.diff import compare
from sheetflow.templates.looks import Viewer
from sheetflow.templates.plan import Change
from sheetflow.templates.prefill import FORM_LINK
from sheetflow.templates.schema import Template
from sheetflow.templates.target import Target

SYSTEM_HEADERS: Mapping[str, Sequence[str]] = {
    "state": tabs.STATE_HEADERS,
    "inbox": tabs.INBOX_HEADERS,
    "outbox": tabs.OUTBOX_HEADERS,
    "history": tabs.HISTORY_HEADERS,
    "policy": table.COLUMNS,
    "recurring": recurring.COLUMNS,
    "contractors": (*tabs.CONTRACTOR_HEADERS, FORM_LINK),
    "banks": tabs.BANK_HEADERS,
    "bank": LINE_HEADERS,
}
"""The system tabs' columns, by their keys."""
RECORDED: Mapping[str, str] = {
    "people": "PeopleChanged", "settings": "SettingsChanged", "policy": "PolicyChanged",
}  # fmt: skip
"""Tabs whose whole content History keeps, and the event that has it."""
TRIES = 4
GUARDED = ("named range", "token")
"""Kinds of changes that the guard itself puts right."""


class RegistryPlace:
    """One spreadsheet (RegistrySurveyor).

    Args:
        port: acts as the functions' account, which is an editor of the file and of its protections.
        spreadsheet: its id.
        template: what it should be.
        book: words in every language.
        nonces: for the next token.
        service_account: the address that the functions act under.
        first: what it begins with where it is no registry yet.
    """

    place = "spreadsheet"

    def __init__(
        self,
        port: LayoutPort,
        spreadsheet: str,
        template: Template,
        book: Rulebook,
        nonces: NoncesPort,
        *,
        service_account: str,
        first: First | None = None,
    ) -> None:
        self.port, self.spreadsheet, self.template, self.book = port, spreadsheet, template, book
        self.nonces, self.service_account = nonces, service_account.strip().lower()
        self.first = first or First()
        self._owner: str | None = None
        self._seen: Seen | None = None

    def read(self) -> Known:
        """Two reads, three where a system tab is gone. Raises Unavailable where passes come in between."""
        seen = self._settled()
        company = self._company(seen)
        if self._owner is None:
            self._owner = self.port.owner(self.spreadsheet).strip().lower()
        seen.access = access.wanted(company.people).digest
        self._restore(seen, company)
        self._seen = seen
        return Known(self.spreadsheet, self.book, company, seen.token, self.service_account, self._owner)

    def survey(self, known: Known) -> list[Change]:
        """Every difference between template and spreadsheet."""
        seen = self._reading()
        changes = compare(self._target(seen, known), seen.actual)
        return [*changes, *_token_changes(seen)]

    def carry_out(self, changes: Sequence[Change], done: Done) -> None:
        """One guarded batch. What only the file's owner may do is left out, and not called done."""
        seen = self._reading()
        doable = [change for change in changes if change.requests or change.kind in GUARDED]
        if not doable:
            return
        requests: list[Mapping[str, Any]] = [one for change in doable for one in change.requests]
        new = self._next(seen)
        guard = guarded(seen.named.get("namedRangeId", ""), new)
        there = seen.actual.sheet(seen.template.sheets["state"]) is not None
        requests = [*guard, *requests] if there else [*requests, *guard]
        try:
            self.port.batch(self.spreadsheet, requests)
        except Unavailable:
            layout = self.port.layout(self.spreadsheet)
            if named_range(layout).get("namedRangeId") != new.range_id:
                raise
        for change in doable:
            done(change)

    # --- reading

    def _settled(self) -> Seen:
        for _ in range(TRIES):
            seen = self._look()
            if (
                seen.token is None
                or seen.named.get("namedRangeId", seen.token.range_id) == seen.token.range_id
            ):
                break
        self._look_back(seen)
        return seen

    def _look(self) -> Seen:
        layout = self.port.layout(self.spreadsheet)
        named = named_range(layout)
        template = self.template
        bare = read_actual(layout, {})
        if "range" in named:  # the State is where the token stands, whatever its id
            template = with_ids(template, {"state": int(named["range"].get("sheetId", 0))}, bare)
        actual = read_actual(layout, self.port.cells(self.spreadsheet, ranges(template, bare)))
        state = actual.sheet(template.sheets["state"])
        token, lost = None, False
        if state is not None:
            try:
                token = tabs.read_token(value_of(state.cell(0, 0)))
            except ConfigError:
                lost = True
        if token is not None:
            other = with_ids(template, token.sheets, actual)
            if other.sheets != template.sheets:
                template = other
                actual = read_actual(layout, self.port.cells(self.spreadsheet, ranges(template, bare)))
        founding = all(actual.sheet(number) is None for number in template.sheets.values())
        return Seen(template, actual, token, named, founding=founding, token_lost=lost)

    def _look_back(self, seen: Seen) -> None:
        """Read the History where something has to be made again from it."""
        sheets = seen.template.sheets
        gone = [key for key in ("state", *RECORDED) if seen.actual.sheet(sheets[key]) is None]
        record = seen.actual.sheet(sheets["history"])
        if seen.founding or not (gone or seen.token_lost) or record is None:
            return
        rows = self.port.rows(self.spreadsheet, f"{quoted(record.title)}!A2:I")
        seen.events = [history.from_row(row, place) for place, row in enumerate(rows, start=1)]

    def _company(self, seen: Seen) -> Company:
        found = {}
        for key, kind in RECORDED.items():
            sheet = seen.actual.sheet(seen.template.sheets[key])
            if sheet is not None:
                found[key] = headed(sheet.values(), self.book) if key == "people" else sheet.values()
            elif seen.founding:
                found[key] = [list(row) for row in getattr(self.first, key)]
            else:
                found[key] = restoration.recorded(seen.events, kind)
            if sheet is None:  # what it is made again with
                seen.rows[key] = [list(row) for row in found[key][1:]]
        return read_company(found["people"], found["settings"], self.book, found["policy"])

    def _restore(self, seen: Seen, company: Company) -> None:
        sheets = seen.template.sheets
        if seen.founding or seen.token is not None:
            return
        ids = [row[0] for row in values_of(seen.actual.sheet(sheets["registry"])) if row]
        banks = seen.actual.sheet(sheets["banks"])
        loaded = history.instant(seen.events[-1].at) if seen.events and banks and len(banks.cells) > 1 else ""
        seen.token = restoration.token(
            seen.events,
            ids,
            sheets,
            str(seen.named.get("namedRangeId", "")),
            loaded,
            self._standings(seen, company),
        )
        if seen.actual.sheet(sheets["state"]) is None:
            seen.rows["state"] = restoration.state_rows(seen.events, company, self.book, sheets["history"])

    def _standings(self, seen: Seen, company: Company) -> dict[str, str]:
        """What is known of people's digests: made again only where it went with the State."""
        if seen.actual.sheet(seen.template.sheets["state"]) is not None:
            return {}
        sent = seen.actual.sheet(seen.template.sheets["outbox"])
        outbox = self.port.rows(self.spreadsheet, f"{quoted(sent.title)}!A2:J") if sent else []
        return standings_of(seen.events, outbox, [person.email for person in company.people.all])

    # --- comparing

    def _target(self, seen: Seen, known: Known) -> Target:
        company, service = known.company, self.service_account
        admins = [person.email for person in company.people.with_role(Role.ADMIN)]
        payers = [person.email for person in company.people.with_role(Role.ACCOUNTANT)]
        zone = getattr(company.settings.zone, "key", "") or seen.actual.time_zone
        return Target(
            seen.template, self.book.own, list(self.book.words.values()), SYSTEM_HEADERS,
            company.settings.values,
            {
                "system": [service],
                "admins": list(dict.fromkeys([service, *admins])),
                "accountants": list(dict.fromkeys([service, *payers])),
            },
            zone, known.owner, seen.rows, viewers(company.people),
        )  # fmt: skip

    def _next(self, seen: Seen) -> Token:
        nonce = self.nonces.nonce()
        if seen.token is None:
            return replace(tabs.first_token(seen.template.sheets, nonce), access=seen.access)
        gone = seen.actual.sheet(seen.template.sheets["banks"]) is None
        revision = seen.token.revision + 1
        return replace(
            seen.token, revision=revision, range_id=tabs.range_id(revision, nonce),
            sheets={**seen.token.sheets, **seen.template.sheets}, banks="" if gone else seen.token.banks,
        )  # fmt: skip

    def _reading(self) -> Seen:
        if self._seen is None:
            self.read()
        if self._seen is None:
            raise AssertionError("read sets it")
        return self._seen


def viewers(people: People) -> list[Viewer]:
    """For whom views are made: whoever asks for payments, whoever decides on them; none without a name."""
    kinds = {"approver": (Role.APPROVER, Role.DIRECTOR), "manager": (Role.MANAGER,)}
    return [
        Viewer(
            person.email, person.name, frozenset(kind for kind, roles in kinds.items() if person.has(*roles))
        )
        for person in people.all
        if person.name != person.email
    ]


def guarded(old: str, new: Token) -> list[dict[str, Any]]:
    """The compare-and-swap at the head of a batch. `old`: the id of the named range there is, "" for none."""
    state = new.sheets["state"]
    corner = {
        "sheetId": state,
        "startRowIndex": 0,
        "endRowIndex": 1,
        "startColumnIndex": 0,
        "endColumnIndex": 1,
    }
    named = {"namedRangeId": new.range_id, "name": tabs.TOKEN_NAME, "range": corner}
    requests: list[dict[str, Any]] = [{"deleteNamedRange": {"namedRangeId": old}}] if old else []
    requests.append({"addNamedRange": {"namedRange": named}})
    texts = [tabs.token_text(new), *([tabs.attention_text(new)] if new.attention else [])]
    requests.append(written(state, 0, 0, [[entered(text) for text in texts]], "userEnteredValue"))
    return requests


def _token_changes(seen: Seen) -> list[Change]:
    if seen.founding or seen.token is None:
        return []
    found: list[Change] = []
    corner = seen.named.get("range", {})
    if not seen.named:
        found.append(
            _named_change("add", "it is gone, and with it the guard of every commit; it is made again")
        )
    elif (
        corner.get("sheetId", 0) != seen.template.sheets["state"]
        or (corner.get("startRowIndex", 0), corner.get("endRowIndex", 0)) != (0, 1)
        or (corner.get("startColumnIndex", 0), corner.get("endColumnIndex", 0)) != (0, 1)
    ):
        found.append(_named_change("move", "it does not stand on State!A1; it is put there"))
    elif seen.named["namedRangeId"] != seen.token.range_id:
        found.append(
            _named_change("change", "somebody made it anew, so no pass can commit; it is the token's again")
        )
    if seen.token_lost:
        detail = "what stands there is not the token; it is computed from the History"
        found.append(Change("change", "token", "State / A1", detail))
    return found


def _named_change(action: Any, detail: str) -> Change:
    return Change(action, "named range", tabs.TOKEN_NAME, detail)
