"""Whatever an attacker does, in whatever order: no account that nobody vouches for is approved unseen."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheetflow.core.tabs import CONTRACTOR_HEADERS
from sheetflow.model.cells import Cell, text_of
from sheetflow.model.events import Event
from tests.desk import ADA, ADMIN, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, Desk
from tests.long import examples

PHONE = "+7 495 123-45-67"
PEOPLE = (
    MIA,
    MAX,
    HEAD,
    DIRECTOR,
    ANNA,
    ADA,
    ADMIN,
    BOTH,
    "mia.private@mail.example",
    "eve@elsewhere.example",
)
BANK = ("account", "bik", "corr_account")
ACCOUNTS = (
    (GOOD["account"], GOOD["bik"], ""),
    ("40602810100000000023", GOOD["bik"], ""),
    ("40702810900000005555", "044525225", "30101810400000000225"),
)
NAMES = ("ООО «Ромашка»", "OOO Poмашка", "ромашка", "ООО «Ромашка»\u200b")
STATUSES = ("Submitted", "Approved", "Returned", "Draft")
INNS = ("7707083893", "7736207543")

people, places, which = st.sampled_from(PEOPLE), st.integers(0, 3), st.integers(0, 4)
steps = st.one_of(
    st.tuples(st.just("draft"), people, places, st.sampled_from(NAMES), st.sampled_from(INNS)),
    st.tuples(st.just("account"), people, which, st.integers(0, 2)),
    st.tuples(st.just("payee"), people, which, st.sampled_from(NAMES), st.sampled_from(INNS)),
    st.tuples(st.just("pick"), people, which, st.sampled_from(STATUSES)),
    st.tuples(
        st.just("act"), people, which,
        st.sampled_from(["submit", "withdraw", "approve", "return", "confirm-details", "confirm-details"]),
        st.sampled_from([PHONE, "", "+7 900 000-00-00"]),
    ),
    st.tuples(st.just("through"), which),
    st.tuples(
        st.just("row"), st.integers(0, 2), st.sampled_from(NAMES), st.sampled_from(INNS), st.booleans()
    ),
    st.tuples(st.just("alter"), st.integers(0, 3), st.integers(0, 2)),
    st.tuples(st.just("take_out"), st.integers(0, 3)),
    st.tuples(st.just("pass_"), st.just(0)),
)  # fmt: skip


class Firm:
    """One payee, who was paid before on the first of the accounts, and whatever is done about the others."""

    def __init__(self) -> None:
        self.desk = Desk(settings={"duplicates": "warn"})
        self.first = self.desk.approved()
        self.desk.sheet.contractors[1] += [""] * (
            len(CONTRACTOR_HEADERS) - len(self.desk.sheet.contractors[1])
        )
        self.desk.sheet.contractors[1][CONTRACTOR_HEADERS.index("phone")] = PHONE
        self.known: list[str] = [self.desk.submitted(**self.cells(0)), self.desk.submitted(**self.cells(1))]

    def cells(self, place: int, **more: Cell) -> Any:
        return {**GOOD, **dict(zip(BANK, ACCOUNTS[place % len(ACCOUNTS)], strict=True)), **more}

    def draft(self, user: str, place: int, name: str, inn: str) -> None:
        self.known.append(self.desk.type(user, **self.cells(place, contractor=name, inn=inn)))

    def account(self, user: str, row: int, place: int) -> None:
        for key, value in zip(BANK, ACCOUNTS[place], strict=True):
            self.desk.edit(user, self.rid(row), key, value)

    def payee(self, user: str, row: int, name: str, inn: str) -> None:
        self.desk.edit(user, self.rid(row), "contractor", name)
        self.desk.edit(user, self.rid(row), "inn", inn)

    def pick(self, user: str, row: int, status: str) -> None:
        self.desk.comment(user, self.rid(row), "why")
        self.desk.status(user, self.rid(row), status)

    def act(self, user: str, row: int, act: str, phone: str) -> None:
        rid = self.rid(row)
        if any(one and one[0] == rid for one in self.desk.sheet.state):
            self.desk.run(self.desk.act(user, rid, act, comment="why", facts={"phone": phone}))

    def through(self, row: int) -> None:
        """All that is lawful is tried, so that requests do get approved."""
        self.pick(MIA, row, "Submitted")
        self.desk.run()
        self.act(ANNA, row, "confirm-details", PHONE)
        self.act(HEAD, row, "approve", "")

    def row(self, place: int, name: str, inn: str, copied: bool) -> None:
        """An admin types a row into the book, perhaps with everything else of one that is sealed."""
        cells: dict[str, Cell] = dict(zip(CONTRACTOR_HEADERS, self.desk.sheet.contractors[-1], strict=False))
        cells = cells if copied and len(self.desk.sheet.contractors) > 1 else {}
        cells |= {**dict(zip(BANK, ACCOUNTS[place], strict=True)), "contractor": name, "inn": inn}
        self.desk.sheet.contractors.append([cells.get(key, "") for key in CONTRACTOR_HEADERS])

    def alter(self, row: int, place: int) -> None:
        rows = self.desk.sheet.contractors
        if len(rows) > 1:
            at = 1 + row % (len(rows) - 1)
            rows[at] += [""] * (len(CONTRACTOR_HEADERS) - len(rows[at]))
            for key, value in zip(BANK, ACCOUNTS[place], strict=True):
                rows[at][CONTRACTOR_HEADERS.index(key)] = value

    def take_out(self, row: int) -> None:
        rows = self.desk.sheet.contractors
        if len(rows) > 1:
            del rows[1 + row % (len(rows) - 1)]

    def pass_(self, _nothing: int) -> None:
        self.desk.run()

    def rid(self, row: int) -> str:
        return self.known[row % len(self.known)]


def check(events: list[Event], first: str) -> int:
    """By history alone: every approved account was the first one, or somebody else called for this payee."""
    payees: dict[str, tuple[str, ...]] = {}
    requesters: dict[str, str] = {}
    called: set[tuple[str, tuple[str, ...]]] = set()
    vouched: set[tuple[str, ...]] = set()
    count = 0
    for event in events:
        if event.kind == "RequestSubmitted":
            cells = event.data["cells"]
            payees[event.request] = tuple(text_of(cells[key]) for key in ("inn", "account", "bik"))
            requesters[event.request] = event.data["requester"]
        if event.kind == "BankDetailsConfirmed":
            assert event.actor in (HEAD, DIRECTOR, ANNA, ADA, BOTH)
            assert event.actor not in (requesters[event.request], "eve@elsewhere.example")
            assert event.data["phone"] == PHONE
            called.add((event.request, payees[event.request]))
        if event.kind == "RequestApproved":
            payee = payees[event.request]
            count += event.request != first
            safe = event.request == first or payee in vouched or (event.request, payee) in called
            assert safe, f"{event.request}: {payee} was approved, and nobody had called"
            vouched.add(payee)
    return count


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=4, max_size=25))
def test_bank_details__no_sequence_of_acts_approves_an_account_unconfirmed(
    story: list[tuple[Any, ...]],
) -> None:
    firm = Firm()
    for name, *arguments in story:
        getattr(firm, name)(*arguments)
    firm.desk.run()
    check(firm.desk.sheet.read_history()[1], firm.first)
    firm.desk.verify()


def test_bank_details__such_sequences_do_approve() -> None:
    firm = Firm()
    for row in range(2):
        firm.through(row)
    assert check(firm.desk.sheet.read_history()[1], firm.first) == 2
