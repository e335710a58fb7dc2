"""Whom a comment names: told at once, once, by the People tab alone, and kept in History."""

from __future__ import annotations

import json

import pytest

from sheetflow.core.mentions import Mentions, handles, mentions
from sheetflow.model.people import People, Person, Role
from tests.desk import ADA, ANNA, BOTH, DIRECTOR, GOOD, HEAD, MAX, MIA, STRANGER, Desk

ROLE = frozenset({Role.MANAGER})
STAFF = People(
    [
        Person("anna@firm.example", "Anna Petrova", ROLE, aliases=frozenset({"ap@home.example"})),
        Person("a.ivanova@firm.example", "Анна Иванова", ROLE),
        Person("petr@firm.example", "Пётр Иванов", ROLE),
        Person("anna.b@firm.example", "Anna Brown", ROLE),
        Person("gone@firm.example", "Gone Person"),
    ]
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("@anna@firm.example look", ["anna@firm.example"]),
        ("look, @ap@home.example.", ["anna@firm.example"]),
        ("@ap: look", ["anna@firm.example"]),
        ("@Anna Petrova, look", ["anna@firm.example"]),
        ("@petrova anna look", ["anna@firm.example"]),
        ("(@Анна) посмотрите", ["a.ivanova@firm.example"]),
        ("@ПЕТР и @Анна Иванова", ["petr@firm.example", "a.ivanova@firm.example"]),
        ("@anna.b!", ["anna.b@firm.example"]),
        ("@anna.b@firm.example and again @anna.b", ["anna.b@firm.example"]),
        ("write to anna@firm.example", []),
        ("5 pcs @ 100, or @100", []),
        ("", []),
    ],
)
def test_mentions__by_address_local_part_alias_and_name(text: str, told: list[str]) -> None:
    assert mentions(text, "x@firm.example", STAFF) == Mentions(tuple(told))


def test_mentions__of_nobody_or_several_tells_nobody_and_says_so() -> None:
    assert mentions("@Anna and @Ivan", "x@firm.example", STAFF) == Mentions((), ("@Ivan",), ("@Anna",))
    assert mentions("@eve@elsewhere.example", "", STAFF).nobody == ("@eve@elsewhere.example",)


def test_mentions__needs_a_role_and_never_names_the_author() -> None:
    assert mentions("@gone", "", STAFF) == Mentions((), ("@gone",))
    assert mentions("@Anna Petrova", "ap@home.example", STAFF) == Mentions()


def test_mentions__of_a_text_that_is_continued_count_only_what_is_new() -> None:
    assert mentions("@petr why? @ap as well", "", STAFF, "@petr why?").told == ("anna@firm.example",)
    assert mentions("@petr again", "", STAFF, "@petr why?").told == ("petr@firm.example",)


def test_handles__name_each_person_so_that_it_is_them_alone() -> None:
    shown = handles(STAFF, "petr@firm.example")
    assert [name for _, name in shown] == ["Anna Petrova", "Анна Иванова", "Anna Brown"]
    for handle, name in shown:
        (address,) = mentions(handle, "", STAFF).told
        found = STAFF.find(address)
        assert found is not None
        assert found.name == name


def told(desk: Desk, rid: str) -> list[list[str]]:
    """Whom History says that each comment named."""
    rows = [json.loads(str(row[6])) for row in desk.sheet.history if row[2] == rid]
    return [data["mentions"] for data in rows if "mentions" in data]


@pytest.mark.parametrize("digest", ["yes", "no"])
def test_comment__tells_whom_it_names_at_once(digest: str) -> None:
    desk = Desk(settings={"digest": digest, "digest_hour": "9:00"})
    rid = desk.submitted(pay_by=47000)
    desk.comment(HEAD, rid, "@Anna, is @mia.private@mail.example right? @olga")
    desk.run()
    assert sorted(desk.letters()) == [(ANNA, "mentioned"), (MIA, "mentioned")]
    assert told(desk, rid) == [[ANNA, MIA]]
    assert json.loads(desk.mail.sent[0].get_content())["comment"].startswith("@Anna, is")
    assert ("comment" in {key for _, key in desk.sheet.notes}) is False
    desk.mail.sent.clear()
    desk.run(scheduled=True)
    desk.run(scheduled=True)
    assert "comment" not in str([m.get_content() for m in desk.mail.sent if m["To"] == MIA])
    desk.verify()


def test_comment__in_the_cell_that_names_nobody_is_kept_with_a_note() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(HEAD, rid, "@nobody look")
    desk.run()
    assert desk.cell(rid, "comment") == "@nobody look"
    assert "@nobody" in desk.sheet.notes[(rid, "comment")]
    assert desk.letters() == []
    desk.comment(HEAD, rid, "@ada look")
    desk.run()
    assert desk.sheet.notes[(rid, "comment")] == ""
    assert desk.letters() == [(ADA, "mentioned")]


def test_comment__of_a_return_tells_the_requester_once() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.run(desk.act(HEAD, rid, "return", comment="@mia the account, please; @Max saw it"))
    assert sorted(desk.letters()) == [(MAX, "mentioned"), (MIA, "returned")]
    assert told(desk, rid) == [[MIA, MAX]]


def test_comment__of_a_draft_tells_when_it_is_sent() -> None:
    desk = Desk()
    rid = desk.type(MIA, **{**GOOD, "comment": "@Dora knows of it"})
    desk.run()
    assert desk.letters() == []
    desk.status(MIA, rid, "Submitted")
    desk.run()
    assert (DIRECTOR, "mentioned") in desk.letters()
    assert told(desk, rid) == [[DIRECTOR]]
    letter = next(json.loads(m.get_content()) for m in desk.mail.sent if m["To"] == DIRECTOR)
    assert letter["comment"] == "@Dora knows of it"


def test_comment__of_nobody_known_tells_nobody() -> None:
    desk = Desk()
    rid = desk.submitted()
    desk.comment(STRANGER, rid, "@Anna pay this")
    desk.run()
    assert (ANNA, "mentioned") not in desk.letters()
    desk.comment(BOTH, rid, "@Boris to myself")
    desk.run()
    assert (BOTH, "mentioned") not in desk.letters()
