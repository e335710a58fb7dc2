"""Whatever people do, and whatever admins write meanwhile: only what the law allows becomes approved or paid.

The machine plays a company through real passes: random roles, limits, two addresses of one person, dated
absences, random rules, and random acts in the sheet and on the page by anybody. What came of it is held
against an oracle that knows nothing of the product's code: it reads history alone and tries everything.

SHEETFLOW_ACTS says how many acts are played: 100000 for a thorough run, few without it.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sheetflow.model.cells import Cell
from sheetflow.model.events import Event
from tests.desk import GOOD, Desk

STEPS = 50
ACTS = int(os.environ.get("SHEETFLOW_ACTS", "600"))

PEOPLE = ("ada", "bob", "cat", "dan", "eva", "fay")
ALIASES: Mapping[str, str] = {f"{name}.home@mail.example": name for name in PEOPLE[:3]}
ROLES = {"manager": 0.5, "approver": 0.5, "director": 0.25, "accountant": 0.4, "admin": 0.1}
STATUSES = ("Draft", "Submitted", "Approved", "Rejected", "Returned", "Part-paid", "Paid", "Cancelled")
ACTS_OF_PAGE = (
    "submit",
    "withdraw",
    "approve",
    "reject",
    "return",
    "pay",
    "pay-part",
    "cancel",
    "cancel-approved",
)
LIMITS = ("", "1 RUB", "100 RUB", "1000 RUB")
AMOUNTS = (0.5, 50, 100, 500, 5000)
HEADER = [
    "Rule", "Amount from", "Amount to", "Currency", "Department", "Category", "Contractor",
    "Step 1", "Step 2", "Step 3", "Step 4",
]  # fmt: skip

persons = st.sampled_from(PEOPLE)
ADDRESSES = [*(f"{name}@firm.example" for name in PEOPLE), *ALIASES, "eve@elsewhere.example"]
addresses = st.sampled_from(ADDRESSES)
seeds = st.integers(0, 2**32).map(Random)
Persons = Mapping[str, tuple[set[str], str, tuple[int, int, str] | None]]
"""By name: roles, limit, and when they are absent: from which day, for how many, who stands in."""


def some_people(chance: Random) -> Persons:
    """A company: mostly people who decide, everybody with several roles now and then."""
    found: dict[str, tuple[set[str], str, tuple[int, int, str] | None]] = {}
    for name in PEOPLE:
        roles = {role for role, likely in ROLES.items() if chance.random() < likely} or {"manager"}
        away = None
        if chance.random() < 0.5:
            away = (chance.randint(-5, 10), chance.randint(0, 20), chance.choice(PEOPLE))
        found[name] = (roles, chance.choice(LIMITS), away)
    return found


def some_rules(chance: Random, people: Persons) -> list[list[str]]:
    """Rules that ask those who may decide, and sometimes somebody who may not."""
    able = [name for name in PEOPLE if people[name][0] & {"approver", "director"}]

    def step() -> str:
        kind = chance.choice(["any", "any", "all", "2 of"])
        away = [name for name in able if people[name][2]]
        if away and chance.random() < 0.4:
            return f"{chance.choice(away)}@firm.example"
        of = [f"{name}@firm.example" for name in chance.sample(able, min(len(able), chance.randint(1, 3)))]
        of += [role for role in ("approver", "director") if chance.random() < 0.4]
        if chance.random() < 0.03:
            of.append(f"{chance.choice(PEOPLE)}@firm.example")
        return f"{kind}: {', '.join(of)}" if of else "approver"

    return [
        [
            "", chance.choice(["", "", "60", "200"]), chance.choice(["", "", "150", "600"]), "", "", "",
            chance.choice(["", "", "new", "known"]), *[step() for _ in range(chance.choice([1, 2, 2, 3]))],
        ]
        for _ in range(chance.randint(0, 3))
    ]  # fmt: skip


AT_ONCE = {
    "rejected", "returned", "put-back", "details-held", "payment-disputed", "reversal-asked",
    "confirm-status", "mentioned", "answer-not-taken", "unwell", "well-again", "access-problem",
}  # fmt: skip
"""What came back to oneself, may be fraud, names one, or only one person can put right."""


def who(address: str) -> str:
    """The person behind an address."""
    return ALIASES.get(address.lower(), address.partition("@")[0])


class World:
    """Who is what, as the tabs say it now."""

    def __init__(self, people: Persons) -> None:
        self.people = people

    def roles(self, name: str) -> set[str]:
        return self.people[name][0] if name in self.people else set()

    def decides(self, name: str) -> bool:
        return bool(self.roles(name) & {"approver", "director"})

    def covers(self, name: str, amount: float) -> bool:
        limit = self.people[name][1].removesuffix(" RUB")
        return "director" in self.roles(name) or (
            "approver" in self.roles(name) and bool(limit) and amount <= int(limit)
        )

    def stands_in(self, name: str, absent: str, day: date) -> bool:
        absence = self.people[absent][2]
        if absence is None or absence[2] != name or name == absent:
            return False
        first = START_DAY + timedelta(days=absence[0])
        return first <= day <= first + timedelta(days=absence[1])

    def fits(self, name: str, entry: str) -> bool:
        if not self.decides(name):
            return False
        return {"role:approver": True, "role:director": "director" in self.roles(name)}.get(
            entry, who(entry) == name
        )

    def tab(self) -> list[list[Cell]]:
        rows: list[list[Cell]] = [
            ["E-mail", "Name", "Roles", "Limit", "Language", "Other addresses", "Absent"]
        ]
        for name, (roles, limit, absence) in self.people.items():
            home = ", ".join(address for address, owner in ALIASES.items() if owner == name)
            away = ""
            if absence:
                first = START_DAY + timedelta(days=absence[0])
                away = f"{first}..{first + timedelta(days=absence[1])}: {absence[2]}@firm.example"
            rows.append([f"{name}@firm.example", name, ", ".join(sorted(roles)), limit, "en", home, away])
        return rows


START_DAY = Desk().clock.at.date()


class Case:
    """What the oracle remembers of a request."""

    def __init__(self) -> None:
        self.status, self.requester, self.amount = "Draft", "", 0.0
        self.policy: Mapping[str, Any] = {}
        self.given: list[tuple[str, str, set[str], bool]] = []  # by, in whose right, entries it fits, covers

    def steps(self) -> list[Mapping[str, Any]]:
        return list(
            self.policy.get("steps") or ([] if self.policy else [{"need": 1, "of": ["role:approver"]}])
        )

    def hands(self) -> set[str]:
        return {name for by, subject, _, _ in self.given for name in (by, subject)}


def slots(step: Mapping[str, Any]) -> list[list[str]]:
    return [[entry] for entry in step["of"]] if step.get("each") else [list(step["of"])] * int(step["need"])


def fillable(asked: Sequence[Sequence[str]], given: Sequence[set[str]]) -> bool:
    """Whether the approvals fill different slots of these, by trying every order."""
    return any(
        all(set(slot) & fits for slot, fits in zip(order, given, strict=False))
        for order in itertools.permutations(asked, len(given))
    )


class Company(RuleBasedStateMachine):
    """The machine."""

    @initialize(chance=seeds)
    def found(self, chance: Random) -> None:
        self.world = World(some_people(chance))
        self.quiet = chance.random() < 0.5
        self.desk = Desk(settings={"currencies": "RUB", "digest": "yes" if self.quiet else "no"})
        self.desk.sheet.people = self.world.tab()
        self.write_policy(chance)
        self.cases: dict[str, Case] = {}
        self.seen, self.known = 0, list[str]()
        self.told, self.count = 0, itertools.count(1)
        self.digests: Counter[tuple[str, str]] = Counter()

    # --- what happens

    @rule(chance=seeds)
    def write_policy(self, chance: Random) -> None:
        rows = some_rules(chance, self.world.people)
        self.desk.sheet.policy = [list(HEADER), *[list[Cell](row) for row in rows]]

    @rule(chance=seeds)
    def write_people(self, chance: Random) -> None:
        self.pass_()
        self.world = World(some_people(chance))
        self.desk.sheet.people = self.world.tab()

    @rule(days=st.integers(1, 3))
    def days_go_by(self, days: int) -> None:
        self.pass_()
        self.desk.clock.at += timedelta(days=days)

    @rule(hours=st.integers(1, 30))
    def hours_go_by(self, hours: int) -> None:
        """The schedule runs, with whatever digests are due by then."""
        self.desk.run(later=timedelta(hours=hours), scheduled=True)
        self.judge()

    @rule(user=addresses, which=st.integers(0, 30), named=persons)
    def say(self, user: str, which: int, named: str) -> None:
        if self.known:
            self.desk.comment(user, self.known[which % len(self.known)], f"@{named} look, {next(self.count)}")
            self.pass_()

    @rule(user=persons, amount=st.sampled_from(AMOUNTS), inn=st.sampled_from(["7707083893", "500100732259"]))
    def ask(self, user: str, amount: float, inn: str) -> None:
        managers = [name for name in PEOPLE if "manager" in self.world.roles(name)] or [user]
        address = f"{managers[PEOPLE.index(user) % len(managers)]}@firm.example"
        # Each payee by a name of their own: another INN under a known name waits for a call.
        payee = {"inn": inn, "contractor": f"Payee {inn}"}
        cells = {**GOOD, **payee, "amount": amount, "subject": str(len(self.known))}
        rid = self.desk.type(address, **cells)
        self.known.append(rid)
        self.desk.status(address, rid, "Submitted")
        self.pass_()

    @rule(user=addresses, which=st.integers(0, 30), status=st.sampled_from(STATUSES), said=st.booleans())
    def pick(self, user: str, which: int, status: str, said: bool) -> None:
        if self.known:
            rid = self.known[which % len(self.known)]
            if said:
                self.desk.comment(user, rid, "0.2")
            self.desk.status(user, rid, status)

    @rule(which=st.integers(0, 30))
    def substitutes_approve(self, which: int) -> None:
        """Whoever is named as a substitute tries it, on the day or not."""
        if self.known:
            rid = self.waiting(which)
            for _, _, absence in self.world.people.values():
                if absence is not None:
                    self.desk.status(f"{absence[2]}@firm.example", rid, "Approved")
                    self.pass_()

    @rule(users=st.lists(addresses, min_size=2, max_size=5), which=st.integers(0, 30))
    def all_approve(self, users: list[str], which: int) -> None:
        """Several between two passes."""
        for user in users:
            self.pick(user, which, "Approved", said=False)

    @rule(users=st.permutations(PEOPLE), which=st.integers(0, 30))
    def all_pay(self, users: list[str], which: int) -> None:
        paid = [rid for rid in self.known if self.case(rid).status in ("Approved", "Part-paid")] or self.known
        for user in users if paid else ():
            self.desk.status(f"{user}@firm.example", paid[which % len(paid)], "Paid")
        self.pass_()

    @rule(user=addresses, which=st.integers(0, 30), act=st.sampled_from(ACTS_OF_PAGE))
    def choose(self, user: str, which: int, act: str) -> None:
        if self.known:
            rid = self.known[which % len(self.known)]
            self.desk.run(self.desk.act(user, rid, act, comment="why", amount="0.2"))
            self.judge()

    @rule(which=st.integers(0, 30), users=st.permutations(PEOPLE), limit=st.integers(3, 12))
    def carry_through(self, which: int, users: list[str], limit: int) -> None:
        """One after the other approves: so that long ways are gone to their end too."""
        if self.known:
            rid = self.waiting(which)
            for name in (users * 2)[:limit]:
                if self.case(rid).status != "Submitted":
                    break
                self.desk.status(f"{name}@firm.example", rid, "Approved")
                self.pass_()

    @rule()
    def pass_(self) -> None:
        self.desk.run()
        self.judge()

    def case(self, rid: str) -> Case:
        return self.cases.setdefault(rid, Case())

    def waiting(self, which: int) -> str:
        """A request that waits for approval, where one does."""
        found = [rid for rid in self.known if self.case(rid).status == "Submitted"] or self.known
        return found[which % len(found)]

    # --- what must hold

    def judge(self) -> None:
        rows = self.desk.sheet.history[self.seen :]
        self.seen += len(rows)
        for event in self.desk.sheet.read_history()[1][-len(rows) :] if rows else ():
            if event.request:
                self.judge_one(event, self.case(event.request))

    def judge_one(self, event: Event, case: Case) -> None:
        actor = who(event.actor)
        if event.kind == "RequestSubmitted":
            case.status, case.given = "Submitted", []
            case.policy = event.data.get("policy", {})
            case.requester = who(event.data["requester"])
            case.amount = float(event.data["cells"]["amount"])
        elif event.kind in ("RequestWithdrawn", "RequestReturned"):
            case.status, case.given = "open", []
        elif event.kind in ("ApprovalGiven", "RequestApproved"):
            self.judge_approval(event, case, actor)
        elif event.kind in ("RequestPaid", "RequestPartPaid"):
            assert case.status in ("Approved", "Part-paid"), "paid what is not approved"
            assert actor not in case.hands(), "paid by somebody who approved it, or had it approved"
            assert "accountant" in self.world.roles(actor)
            case.status = "Part-paid"

    def judge_approval(self, event: Event, case: Case, actor: str) -> None:
        subject = who(str(event.data.get("for", event.actor)))
        assert case.status == "Submitted"
        assert self.world.decides(actor)
        assert self.world.decides(subject)
        assert case.requester not in (actor, subject), "somebody acted for themself"
        assert not {actor, subject} & case.hands(), "one person, two approvals"
        if subject != actor:
            assert self.world.stands_in(actor, subject, event.at.date()), "nobody named them for that day"
        asked = [slots(step) for step in case.steps()]
        assert asked, "a rule that cannot be read lets nobody approve"
        fits = {entry for step in asked for slot in step for entry in slot if self.world.fits(subject, entry)}
        case.given.append((actor, subject, fits, self.world.covers(subject, case.amount)))
        left = [fitting for _, _, fitting, _ in case.given]
        for step in asked:  # what was given fulfils the steps in their order
            now, left = left[: len(step)], left[len(step) :]
            assert fillable(step, now), "not among those whom the step asks"
        whole = len(case.given) == sum(len(step) for step in asked)
        assert whole == (event.kind == "RequestApproved"), "approved too early, or too late"
        if whole:
            assert any(covers for *_, covers in case.given), "nobody's limit covers it"
            case.status = "Approved"

    @invariant()
    def no_message_twice(self) -> None:
        if hasattr(self, "desk"):
            ids = [row[0] for row in self.desk.sheet.outbox]
            assert len(ids) == len(set(ids))

    @invariant()
    def nobody_is_told_more_than_the_budget(self) -> None:
        """One digest a person and day; beside it only what cannot wait."""
        if not hasattr(self, "desk"):
            return
        rows = self.desk.sheet.outbox[self.told :]
        self.told += len(rows)
        for row in rows:
            template, to, facts = str(row[5]), str(row[6]), json.loads(str(row[8]))
            if template == "digest":
                self.digests[to, str(facts["at"])[:10]] += 1
            elif self.quiet and to.endswith("@firm.example"):
                assert template in AT_ONCE or facts.get("urgent") == "yes", f"{template} could wait"
        assert not [day for day, count in self.digests.items() if count > 1], "two digests on one day"

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        self.pass_()
        self.desk.verify()
        for rid, case in self.cases.items():
            accepted = self.desk.accepted(rid)
            assert (accepted in ("Approved", "Part-paid", "Paid")) <= (
                case.status in ("Approved", "Part-paid")
            )
        commits = self.desk.sheet.commits
        self.desk.run()
        assert self.desk.sheet.commits <= commits + 1  # a wish whose time is over
        self.judge()


TestPolicy = Company.TestCase
TestPolicy.settings = settings(
    max_examples=max(ACTS // STEPS // 4, 1), stateful_step_count=STEPS, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

PLAY: Mapping[str, tuple[int, Callable[[Random], dict[str, Any]]]] = {
    "ask": (14, lambda c: {
        "user": c.choice(PEOPLE), "amount": c.choice(AMOUNTS),
        "inn": c.choice(["7707083893", "500100732259"]),
    }),
    "carry_through": (8, lambda c: {
        "which": c.randrange(30), "users": c.sample(PEOPLE, 6), "limit": c.randint(3, 12),
    }),
    "substitutes_approve": (8, lambda c: {"which": c.randrange(30)}),
    "all_approve": (8, lambda c: {
        "which": c.randrange(30), "users": [c.choice(ADDRESSES) for _ in range(c.randint(2, 5))],
    }),
    "all_pay": (6, lambda c: {"which": c.randrange(30), "users": c.sample(PEOPLE, 6)}),
    "pick": (24, lambda c: {
        "user": c.choice(ADDRESSES), "which": c.randrange(30), "status": c.choice(STATUSES),
        "said": c.random() < 0.5,
    }),
    "choose": (14, lambda c: {
        "user": c.choice(ADDRESSES), "which": c.randrange(30), "act": c.choice(ACTS_OF_PAGE),
    }),
    "pass_": (6, lambda _: {}),
    "hours_go_by": (5, lambda c: {"hours": c.randint(1, 30)}),
    "say": (3, lambda c: {
        "user": c.choice(ADDRESSES), "which": c.randrange(30), "named": c.choice(PEOPLE),
    }),
    "days_go_by": (3, lambda c: {"days": c.randint(1, 3)}),
    "write_policy": (4, lambda c: {"chance": c}),
    "write_people": (1, lambda c: {"chance": c}),
}  # fmt: skip
"""How often each is played, and with what: unlike the machine, it lingers where much happens."""


def play(seed: int) -> Company:
    """A story of `STEPS` acts."""
    chance, company = Random(seed), Company()
    company.found(chance)
    for name in chance.choices(list(PLAY), [weight for weight, _ in PLAY.values()], k=STEPS):
        getattr(company, name)(**PLAY[name][1](chance))
    company.no_message_twice()
    company.nobody_is_told_more_than_the_budget()
    company.teardown()
    return company


@pytest.mark.timeout(120 + ACTS // 10)
def test_policy__stories_at_random_by_their_seed() -> None:
    first = int(os.environ.get("SHEETFLOW_SEED", "15"))
    kinds: Counter[str] = Counter()
    for seed in range(first, first + max(ACTS // STEPS, 1)):
        try:
            company = play(seed)
            events = company.desk.sheet.read_history()[1]
        except AssertionError as error:
            error.add_note(f"SHEETFLOW_SEED={seed}")
            raise
        kinds.update(event.kind for event in events)
        kinds["digest"] += company.digests.total()
        kinds.update(f"{event.kind} for" for event in events if "for" in event.data)
    for kind in ("ApprovalGiven", "RequestApproved", "RequestApproved for", "RequestPaid", "digest"):
        assert kinds[kind] > 0, "the stories have to go where the law can be broken"
