"""Who needs what, what differs from it, and what a pass makes of it: the pure part of the access list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest

from sheetflow.app.access import MOST_PROBLEMS, enforce
from sheetflow.core.access import (
    PLACES,
    TEMPLATE,
    Grant,
    Problem,
    Shared,
    Step,
    Wish,
    former,
    is_usable,
    outcome,
    steps,
    wanted,
)
from sheetflow.core.company import Company, read_company
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.core.sharing import item, place_name, wish
from sheetflow.errors import AccessDenied, NotFound, PortError, Unavailable
from sheetflow.model.people import People, Person, Role
from tests.desk import ADMIN, MIA, Desk, words

ANN = Person("ann@x.example", "Ann", frozenset({Role.ACCOUNTANT}), aliases=frozenset({"a@home.example"}))
IDA = Person("ida@x.example", "Ida", frozenset({Role.ADMIN}))
LEN = Person("len@x.example", "Len")
PEOPLE_OF_X = People([ANN, IDA, LEN])
WISH = Wish(wanted(PEOPLE_OF_X))
ROBOT = "robot@x.example"


def user(address: str, role: str, above: str = "") -> Grant:
    return Grant(f"id of {address}", "user", address, role, above)


def right() -> dict[str, list[Grant]]:
    """Permissions as they should be."""
    return {
        place: [user(address, role) for address, role in WISH.wanted.roles[place].items()] for place in PLACES
    }


def test_wanted__a_role_makes_an_editor_and_nobody_is_where_nobody_works() -> None:
    roles = wanted(PEOPLE_OF_X).roles
    assert roles["spreadsheet"] == {ANN.email: "writer", IDA.email: "writer", LEN.email: "reader"}
    assert roles["incoming"] == {ANN.email: "writer"}
    assert roles["payments"] == roles["outgoing"] == {ANN.email: "reader"}
    assert roles["root"] == roles["bank"] == {}


def test_wanted__its_digest_follows_what_access_depends_on_and_nothing_else() -> None:
    digest = wanted(PEOPLE_OF_X).digest
    renamed = Person(ANN.email, "Anna", ANN.roles, aliases=ANN.aliases, language="ru")
    assert wanted(People([renamed, IDA, LEN])).digest == digest
    assert wanted(People([LEN, ANN, IDA])).digest == digest
    for other in (
        [IDA, LEN],
        [Person(ANN.email, "Ann", ANN.roles), IDA, LEN],
        [Person(ANN.email, "Ann", frozenset({Role.MANAGER}), aliases=ANN.aliases), IDA, LEN],
    ):
        assert wanted(People(other)).digest != digest


def test_steps__none_where_all_is_right() -> None:
    assert steps(WISH, right(), {ROBOT}) == []


@pytest.mark.parametrize(
    ("place", "grant", "expected"),
    [
        ("spreadsheet", user("eve@y.example", "reader"), "take eve@y.example reader"),
        ("bank", user(ANN.email, "reader"), "take ann@x.example reader"),
        ("root", Grant("1", "anyone", "", "reader"), "take anyone reader"),
        ("payments", Grant("2", "domain", "x.example", "writer"), "take x.example writer"),
        ("payments", Grant("3", "group", ANN.email, "reader"), "take ann@x.example reader"),
        ("incoming", user("a@home.example", "reader"), "change a@home.example writer"),
        ("outgoing", user("a@home.example", "writer"), "change a@home.example reader"),
        ("outgoing", user("a@home.example", "reader"), ""),
        ("spreadsheet", user(ROBOT, "writer"), ""),
        ("spreadsheet", user("boss@x.example", "owner"), ""),
        ("spreadsheet", user("member@x.example", "", "organizer"), ""),
    ],
)
def test_steps__what_was_given_besides(place: str, grant: Grant, expected: str) -> None:
    found = right()
    found[place].append(grant)
    told = [f"{step.action} {step.address} {step.role}" for step in steps(WISH, found, {ROBOT})]
    assert told == ([expected] if expected else [])


def test_steps__what_is_missing_or_wrong() -> None:
    found = right()
    found["spreadsheet"] = [user(LEN.email, "writer"), user(ANN.email, "", "writer")]
    del found["incoming"]
    assert steps(WISH, found, set()) == [
        Step("change", "spreadsheet", LEN.email, "reader", user(LEN.email, "writer")),
        Step("give", "spreadsheet", IDA.email, "writer"),
    ]


def test_steps__the_main_address_is_given_even_where_another_of_the_person_has_it() -> None:
    found = right()
    found["payments"] = [user("a@home.example", "reader")]
    assert steps(WISH, found, set()) == [Step("give", "payments", ANN.email, "reader")]


def test_is_usable__takes_a_list_without_an_admin_for_a_mishap() -> None:
    assert is_usable(PEOPLE_OF_X)
    assert not is_usable(People([ANN, LEN]))


def test_former__is_whoever_made_requests_and_is_gone() -> None:
    assert former(["ann@x.example", "a@home.example", "old@x.example", "", "unknown"], PEOPLE_OF_X) == {
        "old@x.example"
    }


# --- carried out


class FakeDrive:
    """Places in memory (AccessPort). `fail`: (action, address or place) -> what is raised."""

    def __init__(self, found: Mapping[str, Sequence[Grant]]) -> None:
        self.found = {place: list(grants) for place, grants in found.items()}
        self.requests: list[tuple[str, Grant]] = []
        self.fail: dict[tuple[str, str], PortError] = {}
        self.known_as: dict[str, str] = {}
        self.calls: list[str] = []

    def _call(self, action: str, on: str) -> None:
        self.calls.append(f"{action} {on}")
        if error := self.fail.get((action, on)):
            raise error

    def free(self) -> set[str]:
        return {ROBOT}

    def locate(self, ids: Mapping[str, str]) -> None:
        self._call("locate", ", ".join(ids))

    def grants(self, place: str) -> Sequence[Grant] | None:
        self._call("look", place)
        return list(self.found[place]) if place in self.found else None

    def give(self, place: str, address: str, role: str) -> str:
        self._call("give", address)
        self.found[place].append(user(address, role))
        return self.known_as.get(address, address)

    def change(self, place: str, grant: Grant, role: str) -> None:
        self._call("change", grant.address)
        self.found[place].remove(grant)
        self.found[place].append(user(grant.address, role))

    def take(self, place: str, grant: Grant) -> None:
        self._call("take", grant.address)
        if place in self.found:
            self.found[place].remove(grant)

    def requests_of(self, addresses: Sequence[str]) -> Sequence[tuple[str, Grant]]:
        return [(folder, grant) for folder, grant in self.requests if grant.address in addresses]


def test_enforce__takes_first_then_gives() -> None:
    drive = FakeDrive({place: [] for place in PLACES} | {"payments": [user("eve@y.example", "reader")]})
    drive.requests = [("folder1", user("old@x.example", "reader")), ("folder2", user(MIA, "reader"))]
    shared = enforce(drive, Wish(WISH.wanted, frozenset({"old@x.example"})), "l1")
    done = [call for call in drive.calls if not call.startswith("look")]
    assert done[:2] == ["take eve@y.example", "take old@x.example"]
    assert len(done) == 2 + len(shared.given) == 10
    assert list(shared.taken) == [
        ("payments", "eve@y.example", "reader"), ("folder1", "old@x.example", "reader"),
    ]  # fmt: skip
    assert (shared.problems, shared.more) == ([], False)
    assert enforce(drive, WISH).given == []


def test_enforce__a_refusal_keeps_nothing_else_from_being_done() -> None:
    drive = FakeDrive({place: [] for place in PLACES if place != "outgoing"})
    drive.fail[("give", LEN.email)] = AccessDenied("Drive", "no sharing outside")
    drive.fail[("look", "incoming")] = AccessDenied("Drive", "not yours")
    shared = enforce(drive, WISH)
    assert [one.why for one in shared.problems] == ["closed", "gone", "give"]
    assert ("spreadsheet", IDA.email, "writer") in shared.given
    assert ("payments", ANN.email, "reader") in shared.given


def test_enforce__gives_up_where_everything_is_refused() -> None:
    people = People([IDA, *(Person(f"p{n}@y.example", "P") for n in range(50))])
    drive = FakeDrive({place: [] for place in PLACES})
    drive.fail = {("give", person.email): AccessDenied("Drive", "no") for person in people.all}
    shared = enforce(drive, Wish(wanted(people)))
    assert (len(shared.problems), shared.more) == (MOST_PROBLEMS, False)


def test_enforce__out_of_reach_before_anything_was_done_is_raised_and_told_afterwards() -> None:
    drive = FakeDrive({place: [] for place in PLACES})
    drive.fail[("give", ANN.email)] = Unavailable("Drive", "no answer")
    with pytest.raises(Unavailable):
        enforce(drive, WISH)
    drive.found["root"] = [user("eve@y.example", "reader")]
    shared = enforce(drive, WISH)
    assert (list(shared.taken), shared.more) == ([("root", "eve@y.example", "reader")], True)


def test_enforce__what_is_gone_already_counts_as_taken() -> None:
    drive = FakeDrive(right() | {"root": [user("eve@y.example", "reader")]})
    drive.fail[("take", "eve@y.example")] = NotFound("Drive", "Permission not found")
    assert list(enforce(drive, WISH).taken) == [("root", "eve@y.example", "reader")]


def test_enforce__an_account_that_google_knows_by_another_address_is_told() -> None:
    drive = FakeDrive({place: [] for place in PLACES})
    drive.known_as = {LEN.email: "len.long@x.example", ANN.email: "a@home.example"}
    problems = enforce(drive, WISH).problems
    assert [one for one in problems if one.address == LEN.email] == [
        Problem("other-address", "spreadsheet", LEN.email, "len.long@x.example")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", ["closed", "gone", "give", "change", "take", "other-address", "out-of-reach"])
def test_item__every_problem_has_its_words(why: str, language: str) -> None:
    for place in (*PLACES, "1AbCd"):
        one = item(words()[language], Problem(why, place, "eve@y.example", "Drive: no."))
        assert one["says"]
        assert one["todo"]
        assert "{" not in one["says"] + one["todo"]
        assert place_name(words()[language], place)


# --- in a pass


def letters(desk: Desk) -> list[tuple[str, str]]:
    return [(str(row[5]), str(row[1])) for row in desk.sheet.outbox if row and row[5] == TEMPLATE]


def test_pass__asks_once_for_each_change_of_the_list_and_for_nothing_else() -> None:
    desk = Desk()
    desk.run()
    assert letters(desk) == []
    desk.sheet.people.append(["pat@firm.example", "Pat", "manager"])
    desk.run()
    assert len(letters(desk)) == 1
    desk.run()
    desk.sheet.people[-1][1] = "Patricia"
    desk.run()
    assert len(letters(desk)) == 1
    del desk.sheet.people[-1]
    desk.run()
    desk.sheet.people.append(["pat@firm.example", "Pat", "manager"])
    desk.run()
    assert len(letters(desk)) == 3


def mark(desk: Desk, shared: Shared) -> None:
    """A run that did a letter marks its row."""
    for row in desk.sheet.outbox:
        if row and row[0] == shared.letter:
            row[1], row[9] = "done", outcome(shared)


def test_pass__records_what_came_of_it_and_asks_again_where_another_list_was_followed() -> None:
    desk = Desk()
    desk.sheet.people.append(["pat@firm.example", "Pat", "manager"])
    desk.run()
    ((key, *_),) = [row for row in desk.sheet.outbox if row and row[5] == TEMPLATE]
    mark(desk, Shared(str(key), "a stale list", [("spreadsheet", "pat@firm.example", "writer")]))
    desk.run()
    kinds = [event.kind for event in desk.sheet.read_history()[1]]
    assert kinds.count("AccessGranted") == 1
    assert letters(desk) == [(TEMPLATE, "sent"), (TEMPLATE, "sent")]
    desk.run()
    assert len(letters(desk)) == 2
    desk.verify()


def test_pass__the_admin_is_told_of_a_problem_once() -> None:
    desk = Desk()
    for name in ("pat", "pim"):
        desk.sheet.people.append([f"{name}@firm.example", name, "manager"])
        desk.run()
        digest = desk.sheet.token.access
        key = next(str(row[0]) for row in reversed(desk.sheet.outbox) if row and row[5] == TEMPLATE)
        problem = Problem("give", "spreadsheet", "pat@firm.example", "Drive: no")
        mark(desk, Shared(key, digest, problems=[problem]))
        desk.run()
    told = [mail for mail in desk.mail.sent if mail["Subject"] == "access-problem"]
    assert [mail["To"] for mail in told] == [ADMIN]
    (listed,) = json.loads(told[0].get_content())["items"]
    assert "pat@firm.example could not be given the spreadsheet." in listed["says"]


def test_wish__names_whoever_made_requests_and_is_gone() -> None:
    desk = Desk()
    desk.submitted(MIA)
    snapshot = desk.sheet.read()
    assert wish(snapshot, company_of(desk)).former == frozenset()
    desk.sheet.people = [row for row in desk.sheet.people if row[0] != MIA]
    assert wish(desk.sheet.read(), company_of(desk)).former == {MIA}


def company_of(desk: Desk) -> Company:
    return read_company(desk.sheet.people, desk.sheet.settings, desk.book)
