"""What may be wrong with the registry itself, and that admins hear of it once."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from sheetflow.core import health
from sheetflow.core.history import instant
from sheetflow.core.rulebook import LANGUAGES
from sheetflow.errors import Unavailable
from tests.desk import ADMIN, HEAD, MIA, Desk
from tests.words import all_words

TABLE = """
E-mail            | Name  | Roles             | Limit      | Language | Other addresses
mia@firm.example  | Mia   | manager           |            | en       |
ivan@firm.example | Ivan  | admin             |            | en       |
{rows}
"""


@pytest.fixture
def desk() -> Desk:
    return Desk()


def company(*rows: str) -> Desk:
    return Desk(TABLE.format(rows="\n".join(rows)))


def told(desk: Desk, template: str = "unwell") -> list[str]:
    """The ailments that the admin was told of, in the order of the letters."""
    found = []
    for row in desk.sheet.outbox:
        if row[5] == template:
            assert row[6] == ADMIN
            found += [key for key in health.AILMENTS if f'"key":"{key}"' in str(row[8]).replace(" ", "")]
    return found


def ill(desk: Desk) -> set[str]:
    return {key.removeprefix("ill:") for key in desk.sheet.token.vitals if key.startswith("ill:")}


def test_ailments__each_has_its_sentences_in_every_language() -> None:
    for language in LANGUAGES:
        entries = all_words()[language].sentences["ailments"]
        assert list(entries) == list(health.AILMENTS)
        assert all(set(entry) == {"head", "says", "todo"} for entry in entries.values())


def test_vitals__the_schedule_writes_itself_down_once_an_hour(desk: Desk) -> None:
    desk.run(scheduled=True)
    first, commits = desk.sheet.token.vitals["beat"], desk.sheet.commits
    assert first == instant(desk.clock.at)
    desk.run(scheduled=True, later=timedelta(minutes=59))
    assert (desk.sheet.token.vitals["beat"], desk.sheet.commits) == (first, commits)
    desk.run(scheduled=True, later=timedelta(minutes=2))
    assert desk.sheet.token.vitals["beat"] == instant(desk.clock.at) != first


def test_vitals__a_pass_for_an_edit_is_no_beat(desk: Desk) -> None:
    desk.type(MIA, subject="Pens")
    desk.run()
    assert "beat" not in desk.sheet.token.vitals
    assert desk.sheet.token.vitals["edited"] <= instant(desk.clock.at)


def test_trigger_silent__told_once_and_once_when_it_reports_again(desk: Desk) -> None:
    rid = desk.submitted()
    desk.edit(MIA, rid, "amount", 99.0, seen=False)
    desk.run(later=timedelta(minutes=2))
    desk.run(later=timedelta(minutes=2))
    assert "strange" in desk.sheet.token.vitals
    assert told(desk) == []
    desk.run(later=health.SILENT)
    assert (told(desk), ill(desk)) == (["trigger-silent"], {"trigger-silent"})
    desk.run(later=timedelta(hours=5))
    assert told(desk) == ["trigger-silent"]
    desk.type(MIA, subject="Pens")
    desk.run()
    assert (ill(desk), told(desk, "well-again")) == (set(), ["trigger-silent"])
    desk.run(later=timedelta(hours=5))
    assert told(desk, "well-again") == ["trigger-silent"]


def test_letters_stuck__a_mailbox_out_of_reach(desk: Desk) -> None:
    def unreachable(_message: EmailMessage) -> None:
        raise Unavailable("Gmail", "no answer")

    desk.mail.fail = unreachable
    desk.submitted()
    for _ in range(5):
        desk.run(later=timedelta(minutes=10))
    assert "letters-stuck" in ill(desk)
    desk.mail.fail = lambda _message: None
    for _ in range(3):
        desk.run(later=timedelta(minutes=70))
    assert ill(desk) == set()
    assert told(desk) == ["letters-stuck"] == told(desk, "well-again")


def test_letters_failed__told_with_whom_and_why(desk: Desk) -> None:
    desk.submitted()
    row = desk.sheet.outbox[0]
    row[1], row[9] = "failed", "no such address"
    desk.run()
    (letter,) = [row for row in desk.sheet.outbox if row[5] == "unwell"]
    assert HEAD in str(letter[8])
    assert "no such address" in str(letter[8])
    desk.run(later=health.RECENT)
    assert ill(desk) == set()
    assert told(desk, "well-again") == []  # it never was sent: nothing is well about it


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["anna@firm.example | Anna | accountant | | en |"], {"nobody-approves"}),
        (["olga@firm.example | Olga | approver | | en |"], {"nobody-approves", "nobody-pays"}),
        (["olga@firm.example | Olga | approver | 5 RUB | en |"], {"nobody-pays"}),
        (
            [
                "olga@firm.example | Olga | approver, manager | 5 RUB | en |",
                "anna@firm.example | Anna | accountant | | en |",
            ],
            {"own-requests-only"},
        ),
        (
            [
                "olga@firm.example | Olga | director | | en |",
                "anna@firm.example | Anna | accountant, approver | 5 RUB | en |",
            ],
            {"own-payments-only"},
        ),
        (
            [
                "olga@firm.example | Olga | director | | en |",
                "anna@firm.example | Anna | accountant, wizard | | en |",
            ],
            {"tabs-unread"},
        ),
        (
            [
                "olga@firm.example | Olga | director | | en |",
                "anna@firm.example | Anna | accountant | | en |",
            ],
            set(),
        ),
    ],
)
def test_deadlocks__a_people_tab_that_leaves_nobody(rows: list[str], expected: set[str]) -> None:
    desk = company(*rows)
    desk.run()
    assert ill(desk) == expected
    assert set(told(desk)) == expected


def test_deadlocks__over_when_the_people_tab_is_mended() -> None:
    desk = company("olga@firm.example | Olga | director | | en |")
    desk.run()
    desk.sheet.people.append(["anna@firm.example", "Anna", "accountant", "", "en", ""])
    desk.run()
    assert (ill(desk), told(desk, "well-again")) == (set(), ["nobody-pays"])


def test_examine__a_company_without_an_admin_writes_to_nobody() -> None:
    desk = Desk(
        "E-mail | Name | Roles | Limit | Language | Other addresses\nmia@firm.example|Mia|manager||en|"
    )
    desk.run()
    assert ill(desk) == {"nobody-approves", "nobody-pays"}
    assert desk.sheet.outbox == []


def test_examine__deciding_again_decides_nothing(desk: Desk) -> None:
    desk = company("olga@firm.example | Olga | director | | en |")
    desk.run()
    commits = desk.sheet.commits
    desk.run()
    assert desk.sheet.commits == commits
